"""Whole tables and tables in pieces: the same values, in the file's order, and no more memory than is said."""

import csv
import io
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudge.data import ColumnType, files, read_table, reader, stream_table
from nudge.errors import UsageError

DATA = {"x": [1.5, None, 3.0], "c": ["b", "a", None], "d": ["2020-01-01", None, "2020-01-03"], "n": [1, 2, 3]}


def words(column):
    return [None if k < 0 else column.words[k] for k in column.values]


def types_of(table):
    return {name: column.type for name, column in table.columns.items()}


def test_needed_columns_are_read_and_the_others_not_even_looked_at(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("a,b,c\n" + "1,2,3\n" * 30 + "1,oops,3\n")
    table = read_table(path, need=["c", "a"], types={"a": "category"})
    assert list(table.columns) == ["a", "c"]
    assert table["a"].type.kind == "category"
    assert table.origin.startswith("table.csv: 31 rows, 3 columns")


def test_all_columns_that_are_missing_are_named(tmp_path):
    with pytest.raises(UsageError, match="no column Size, colour; did you mean size for Size, color for colour?"):
        read_table({"size": [1], "color": ["red"]}, need=["Size", "colour"])
    with pytest.raises(UsageError, match="no column a, b; it has size, color"):
        next(stream_table({"size": [1], "color": ["red"]}, dict.fromkeys("ab", ColumnType("number"))))
    with pytest.raises(UsageError, match="no column idx; did you mean id?"):
        next(stream_table({"id": [1]}, {"id": ColumnType("number")}, keep=["idx"]))
    with pytest.raises(UsageError, match="no column a; it has column_1, column_2.* and 480 more"):
        read_table(np.zeros((1, 500)), need=["a"])


def test_a_table_knows_its_content():
    one, again, other = read_table(DATA), read_table(dict(DATA)), read_table(DATA | {"n": [1, 2, 4]})
    assert one.fingerprint == again.fingerprint != other.fingerprint


def test_a_files_fingerprint_is_of_its_bytes(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("a,b\n1,2\n")
    first = read_table(path).fingerprint
    assert read_table(path, need=["a"]).fingerprint == first
    path.write_text("a,b\n1,3\n")
    assert read_table(path).fingerprint != first


@pytest.mark.parametrize("rows", [1, 2, 3, 1000])
def test_a_stream_has_what_the_whole_table_has(rows):
    table = read_table(DATA)
    pieces = list(stream_table(DATA, types_of(table), rows, keep=["n", "c"]))
    assert [len(piece) for piece in pieces] == ([rows] * (3 // rows) + [3 % rows] * bool(3 % rows))[:3]
    for name, column in table.columns.items():
        assert [piece[name].type for piece in pieces] == [column.type] * len(pieces)
        if column.type.words:
            assert [word for piece in pieces for word in words(piece[name])] == words(column)
        else:
            values = np.concatenate([piece[name].values for piece in pieces])
            assert np.array_equal(values, column.values, equal_nan=True)
    assert [word for piece in pieces for word in words(piece.kept["n"])] == ["1", "2", "3"]


def test_a_kept_column_is_the_text_that_it_was(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("id,x\n007,1\n NA ,2\nTRUE,3\n,4\n7.50,5\n")
    (table,) = stream_table(path, {"x": ColumnType("number")}, keep=["id"])
    assert words(table.kept["id"]) == ["007", " NA ", "TRUE", None, "7.50"]
    assert list(table.columns) == ["x"]
    assert len(table.take([0, 2])) == len(table.take([0, 2]).kept["id"].values) == 2


def test_a_stream_refuses_before_it_gives_anything(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("x\n" + "1\n" * 5000 + "oops\n")
    with pytest.raises(UsageError, match="oops in row 5,001"):
        next(stream_table(path, {"x": ColumnType("number")}, rows=10))


def test_a_stream_reads_by_the_recorded_type_alone(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("x;c;d\n1.234,5;1;1/2/2020\n")
    types = {"x": ColumnType("number", ",", "."), "c": ColumnType("text"), "d": ColumnType("date", pattern="%d/%m/%Y")}
    (table,) = stream_table(path, types)
    assert table["x"].values.tolist() == [1234.5]
    assert words(table["c"]) == ["1"]
    assert table["d"].values.tolist() == [1580515200]


def test_wide_tables_are_read_in_pieces_of_columns(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "WIDE", 5)
    path = tmp_path / "table.csv"
    names = [f"c{k}" for k in range(1203)]
    lines = [names, map(str, range(1203)), ["1.5"] * 1202 + ["x"]]
    path.write_text("".join(",".join(line) + "\n" for line in lines))
    table = read_table(path)
    assert list(table.columns) == names
    assert [column.values.tolist() for column in table.columns.values()][:1202] == [[k, 1.5] for k in range(1202)]
    assert words(table["c1202"]) == ["1202", "x"]


def long_file(path, rows):
    """Write a file that is gone through by several threads, and give its columns."""
    rng = np.random.default_rng(0)
    columns = {
        "x": rng.standard_normal(rows).round(3).astype(str),
        "word": np.array([f"word {k}" for k in rng.integers(0, 50, rows)]),
        "id": np.array([f"row number {k}" for k in range(rows)]),
        "y": np.char.replace(rng.standard_normal(rows).round(2).astype(str), ".", ","),
    }
    lines = zip(*columns.values(), strict=True)
    path.write_text("\n".join([";".join(columns), *map(";".join, lines)]) + "\n")
    return columns


def test_rows_of_a_long_file_stay_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "SMALL", 0)
    monkeypatch.setattr(reader, "BYTES", 1 << 20)
    columns = long_file(tmp_path / "long.csv", 200_000)
    table = read_table(tmp_path / "long.csv")
    assert (table["x"].values == columns["x"].astype(float)).all()
    assert (table["y"].values == np.char.replace(columns["y"], ",", ".").astype(float)).all()
    for name in ("word", "id"):
        assert (np.array(table[name].words)[table[name].values] == columns[name]).all()
    first = next(stream_table(tmp_path / "long.csv", types_of(table), rows=100))
    assert words(first["id"]) == columns["id"][:100].tolist()


PEAK = """
import resource, sys
from nudge.data import ColumnType, read_table, stream_table
import duckdb
path, numbers = sys.argv[1], {name: ColumnType("number") for name in "abcdefgh"}
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rows = sum(len(table) for table in stream_table(path, numbers | {"k": ColumnType("category")}, keep=["k"]))
unit = 1 << (20 if sys.platform == "darwin" else 10)
print(rows, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / unit)
"""


def test_a_stream_takes_no_more_memory_for_a_longer_file(tmp_path):
    path = tmp_path / "long.csv"
    row = ",".join(["0.123456789"] * 8 + ["word"]) + "\n"
    path.write_text("a,b,c,d,e,f,g,h,k\n" + row * 800_000)  # 80 MB
    done = subprocess.run([sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True)
    rows, megabytes = done.stdout.split()
    assert int(rows) == 800_000
    assert float(megabytes) < 300


# -- a table, written in one of many ways, comes back ------------------------------------------------

# Nothing from U+0080 to U+00BF: after one of those that follow, it could be UTF-8 as well as Windows-1252.
LETTERS = st.characters(codec="ascii", exclude_categories=["Cc"]) | st.sampled_from(list(map(chr, range(0xC0, 0x100))))
WORDS = st.text(LETTERS, max_size=8).map(lambda word: f"w{word}".strip())
WORDS |= st.sampled_from(["a,b", 'say "x"', "x\ny", "é;|\tö"])
NUMBERS = st.floats(allow_nan=False, allow_infinity=False).map(lambda x: float(f"{x:.6g}"))
NUMBERS |= st.integers(-(10**12), 10**12)
KINDS = {"number": NUMBERS, "category": WORDS}


@st.composite
def tables(draw):
    """Draw columns, each with its kind; the first row has no gaps."""
    rows = draw(st.integers(0, 12))
    columns = {}
    for k in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(list(KINDS)))
        others = draw(st.lists(st.none() | KINDS[kind], min_size=rows, max_size=rows))
        columns[f"name {k}"] = kind, [draw(KINDS[kind]), *others]
    return columns


@given(
    columns=tables(),
    separator=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    comma=st.booleans(),
    small=st.booleans(),
)
def test_a_table_comes_back_however_it_was_written(
    tmp_path_factory, columns, separator, end, encoding, quoting, comma, small
):
    def cell(value):
        text = "" if value is None else str(value)
        return text.replace(".", ",") if comma and isinstance(value, float) else text

    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting)
    writer.writerow(columns)
    writer.writerows(zip(*([cell(v) for v in values] for _, values in columns.values()), strict=True))
    path = tmp_path_factory.mktemp("written") / "table.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    types = {name: kind for name, (kind, _) in columns.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "SMALL", (1 << 25) * small)
        table = read_table(path, types=types)
        streamed = list(stream_table(path, types_of(table), rows=5))
    assert list(table.columns) == list(columns)
    for name, (kind, values) in columns.items():
        if kind == "number":
            expected = np.array([np.nan if v is None else v for v in values], float)
            assert np.array_equal(table[name].values, expected, equal_nan=True)
            assert np.array_equal(np.concatenate([t[name].values for t in streamed]), expected, equal_nan=True)
        else:
            assert words(table[name]) == values
            assert [word for t in streamed for word in words(t[name])] == values
