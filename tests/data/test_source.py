"""Files as they come, and those that cannot be read: what is said of them."""

import datetime
import gzip
import os
import re
import threading
import time

import duckdb
import numpy as np
import pytest

from nudge.data import csvfile, files, read_table
from nudge.data.reader import opened
from nudge.errors import UsageError


def written(path, content, name="table.csv"):
    path = path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def words(column):
    return [None if k < 0 else column.words[k] for k in column.values]


def refused(source, **options):
    with pytest.raises(UsageError) as caught:
        read_table(source, **options)
    message = str(caught.value)
    assert "\n" not in message
    assert "Error" not in message
    return message


READS_ALIKE = {
    "comma": b"name,size\nx,1\ny,2\n",
    "no last line end": b"name,size\nx,1\ny,2",
    "semicolon": b"name;size\nx;1\ny;2\n",
    "tab": b"name\tsize\nx\t1\ny\t2\n",
    "bar": b"name|size\nx|1\ny|2\n",
    "carriage returns": b"name,size\r\nx,1\r\ny,2\r\n",
    "old Macintosh": b"name,size\rx,1\ry,2\r",
    "line ends of all kinds": b"name,size\r\nx,1\ny,2\r",
    "marked UTF-8": b"\xef\xbb\xbfname,size\nx,1\ny,2\n",
    "UTF-16, little end first": "\ufeffname,size\nx,1\ny,2\n".encode("utf-16-le"),
    "UTF-16, big end first": "\ufeffname,size\nx,1\ny,2\n".encode("utf-16-be"),
    "gzip": gzip.compress(b"name,size\nx,1\ny,2\n"),
    "gzip of UTF-16": gzip.compress("name;size\nx;1\ny;2\n".encode("utf-16")),
    "blank lines": b"\n  \n\nname,size\n\nx,1\ny,2\n\n",
    "quotes": b'"name","size"\n"x","1"\n"y","2"\n',
    "spaces": b'name, size\n x, 1\n"y", "2" \n',
    "separator at the end": b"name,size\nx,1,\ny,2,\n",
    "Excel's separator": b"sep=;\nname;size\nx;1\ny;2\n",
}


@pytest.mark.parametrize("content", READS_ALIKE.values(), ids=READS_ALIKE)
def test_a_file_is_read_whatever_separates_and_encodes_it(tmp_path, content):
    table = read_table(written(tmp_path, content))
    assert list(table.columns) == ["name", "size"]
    assert words(table["name"]) == ["x", "y"]
    assert table["size"].values.tolist() == [1, 2]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_letters_beyond_ascii_are_those_that_were_written(tmp_path, encoding):
    table = read_table(written(tmp_path, "größe;“naïve”\n1,5 €;Ærø\n2;ß\n".encode(encoding)))
    assert list(table.columns) == ["größe", "“naïve”"]
    assert words(table["“naïve”"]) == ["Ærø", "ß"]
    assert words(table["größe"]) == ["1,5 €", "2"]


@pytest.mark.parametrize("size", [csvfile.CHUNK - 1, csvfile.CHUNK, csvfile.CHUNK + 1])
def test_a_letter_may_lie_across_two_pieces_that_are_looked_at(tmp_path, size):
    content = b"a,b\r\n"
    content += b"x" * (size - len(content) - 3) + ",é\r\ny,1\r\n".encode()
    table = read_table(written(tmp_path, content))
    assert words(table["b"]) == ["é", "1"]
    assert table.origin.endswith("UTF-8")


def test_fields_may_have_separators_quotes_and_line_ends(tmp_path):
    table = read_table(written(tmp_path, 'a,"b, c"\n"x\ny","say ""hi"""\n"1,2",z"z\n'))
    assert words(table["a"]) == ["x\ny", "1,2"]
    assert words(table["b, c"]) == ['say "hi"', 'z"z']


def test_names_are_cleaned_and_columns_without_one_are_called_after_their_place(tmp_path):
    table = read_table(written(tmp_path, ' a  b ,,"c\nd","e""f"\n1,2,3,4\n'))
    assert list(table.columns) == ["a b", "column_2", "c d", 'e"f']
    assert "column_2" in table.origin


def test_names_that_differ_in_case_or_are_words_of_sql_are_names_like_others(tmp_path):
    names = ["a", "A", "select", "c0", "c1", "x'y", "words; drop table data"]
    table = read_table(written(tmp_path, ",".join(names) + "\n1,2,3,4,5,6,7\n"))
    assert {name: column.values.tolist() for name, column in table.columns.items()} == {
        name: [k] for k, name in enumerate(names, 1)
    }


@pytest.mark.parametrize("name", ["a[1].csv", "a*.csv", "a?.csv", "{x,y}.csv", "it's.csv", "a b.csv", "größe.csv"])
def test_no_sign_in_a_file_name_stands_for_others(tmp_path, name):
    for other in ("a1.csv", "ab.csv", "x.csv", "y.csv"):
        written(tmp_path, "a,b\n0,0\n", other)
    table = read_table(written(tmp_path, "a,b\n1,2\n", name))
    assert table["a"].values.tolist() == [1]
    assert table.name == name.removesuffix(".csv")


def test_one_column_needs_no_separator_and_its_blank_lines_are_gaps(tmp_path):
    table = read_table(written(tmp_path, "size\n1,5\n\n2,5\n"))
    assert np.array_equal(table["size"].values, [1.5, np.nan, 2.5], equal_nan=True)


def test_numbers_as_names_are_names_where_they_count(tmp_path):
    assert list(read_table(written(tmp_path, "0,1,2\n5,6,7\n")).columns) == ["0", "1", "2"]
    assert list(read_table(written(tmp_path, "id,2019,2020\n5,6,7\n")).columns) == ["id", "2019", "2020"]


def test_what_was_read_is_said(tmp_path):
    path = written(tmp_path, "a;b\n1;2\n", "data.csv.gz")
    path.write_bytes(gzip.compress("a;b\n1;é\n".encode("cp1252")))
    table = read_table(path)
    assert table.origin == "data.csv.gz: 1 row, 2 columns; semicolon-separated, Windows-1252"
    assert table.name == "data"


BAD = {
    "empty": (b"", "is empty"),
    "blank": (b"\n \n\n", "blank lines"),
    "header only": (b"a,b\n", "no rows"),
    "too few fields": (b"a,b\n1,2\n3\n4,5,6\n", "line 3 has 1 field, but the header 2, comma-separated; it begins: 3"),
    "too many fields": (b'a,b\n"1\n2",3\n4,5,6\n', "line 4 has 3 fields, but the header 2"),
    "row names": (b"a,b\n1,2,3\n4,5,6\n", "line 2 has 3 fields, but the header 2"),
    "text in one column": (b"a\n1\n\"2\" 3\n", "line 3"),
    "quote not closed": (b'a,b\n1,2\n"3,4\n5,6\n', "line 3 opens a quote that is not closed"),
    "goes on after a quote": (b'a,b\n"1"2,3\n', "line 2 opens a quote"),
    "long line": (b"a,b\n1," + b"x" * 3_000_000 + b"\n", "line 2 is longer than 2,000,000 bytes"),
    "NUL": (b"a,b\n1,2\n3,\x00\n", "line 3 has a NUL byte"),
    "binary": (bytes(range(256)) * 9, "NUL"),
    "neither UTF-8 nor Windows-1252": (b"a,b\n1,\xe9\n2,\x81\n", "byte 0x81 on line 3"),
    "UTF-8 but for one byte": ("a,b\né,ö\n".encode() + b"\xe9,1\n", "but not throughout (byte 0xE9 on line 3)"),
    "two of one name": (b"a,b, a\n1,2,3\n", "two columns a (columns 1 and 3)"),
    "no header": (b"5.1,3.5,setosa\n4.9,3.0,setosa\n", "no line of column names: it begins with 5.1, 3.5, setosa"),
    "no header, whole numbers": (b"5,3\n4,9\n", "no line of column names"),
    "no header, one column": (b"5\n4\n", "no line of column names"),
    "workbook": (b"PK\x03\x04rest", "save the sheet as CSV"),
    "page": (b"<!DOCTYPE html><html></html>", "HTML"),
    "JSON": (b'[{"a": 1}]', "JSON"),
    "cut off": (gzip.compress(b"a,b\n1,2\n" * 99)[:-9], "gzip"),
    "no gzip": (b"\x1f\x8bnothing", "gzip"),
    "no Parquet": (b"PAR1 and nothing else", "no Parquet file"),
    "infinity": (b"a,b\n1,2\n-inf,3\n", "column a has -inf in row 2 (line 3), which is no finite number"),
    "too large": (b"a,b\n1," + b"9" * 400 + b"\n", "column b has 9999999999999999999… in row 1 (line 2)"),
}


@pytest.mark.parametrize(("content", "expected"), BAD.values(), ids=BAD)
def test_a_file_that_cannot_be_read_is_refused_in_one_line(tmp_path, content, expected):
    path = written(tmp_path, content)
    before = set(os.listdir(tmp_path))
    message = refused(path)
    assert expected in message
    assert str(path) in message or "column" in message
    assert set(os.listdir(tmp_path)) == before


def test_a_missing_file_is_answered_by_the_nearest_name(tmp_path):
    near = written(tmp_path, "a,b\n1,2\n", "houses.csv")
    assert f"did you mean {near}?" in refused(tmp_path / "house.csv")
    assert "did you mean" not in refused(tmp_path / "zoo.csv")
    assert f"did you mean {near}?" in refused(tmp_path / "houses.parquet")
    assert "no folder" in refused(tmp_path / "there" / "houses.csv")


def test_a_pattern_of_several_files_is_no_file(tmp_path):
    for name in ("a1.csv", "a2.csv"):
        written(tmp_path, "a,b\n1,2\n", name)
    assert "2 are like it: give one of them" in refused(tmp_path / "a*.csv")


def test_what_is_no_regular_file_is_refused(tmp_path):
    assert "is a folder" in refused(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    assert "no regular file" in refused(tmp_path / "pipe")


def test_a_file_that_may_not_be_read_is_refused(tmp_path, monkeypatch):
    path = written(tmp_path, "a,b\n1,2\n")

    def denied(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", denied)
    assert f"{path} cannot be read: Permission denied" in refused(path)


def replaced(path):
    new = path.with_name("new")
    new.write_text("a,b\n1,2\n5,6\n")
    new.replace(path)


CHANGES = {
    "longer": (lambda path: path.write_text("a,b\n1,2\n3,4\n5,6\n"), "changed while it was read"),
    "another": (replaced, "changed while it was read"),
    "gone": (lambda path: path.unlink(), "vanished while it was read"),
}


@pytest.mark.parametrize("small", [True, False], ids=["held in memory", "gone through"])
@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES)
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, monkeypatch, change, expected, small):
    monkeypatch.setattr(files, "SMALL", 1 << 25 if small else 0)
    path = written(tmp_path, "a,b\n1,2\n3,4\n")
    with pytest.raises(UsageError, match=expected), opened(path):
        change(path)


def test_nothing_is_left_behind_and_no_extension_is_loaded(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "temp"))
    (tmp_path / "home").mkdir()
    (tmp_path / "temp").mkdir()
    path = written(tmp_path, "a;b\n1;é\n".encode("cp1252"))
    with opened(path) as source:
        assert len(os.listdir(tmp_path / "temp")) == 1  # a copy in UTF-8
        for what in ("SELECT * FROM 'https://example.invalid/x.csv'", "LOAD excel", "SELECT * FROM source"):
            with pytest.raises(UsageError):
                source.all(what)
    assert os.listdir(tmp_path / "temp") == os.listdir(tmp_path / "home") == []


def test_an_interrupt_ends_the_reading():
    with opened({"a": [1]}) as source:
        timer = threading.Timer(0.2, source.connection.interrupt)
        timer.start()
        begun = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            source.all("SELECT count(*) FROM range(1000000000000) AS t(i) WHERE i % 7 = 3")
        timer.join()
        assert time.monotonic() - begun < 60


def test_parquet_keeps_its_types(tmp_path):
    path = tmp_path / "table.parquet"
    duckdb.sql(
        "SELECT * FROM (VALUES (1, 1.5::DECIMAL(4, 2), 'x', true, DATE '2020-01-01', [1]), "
        "(2, NULL, NULL, NULL, NULL, NULL)) AS t(whole, part, word, flag, day, many)"
    ).write_parquet(str(path))
    for name in ("table.parquet", "table.data"):
        table = read_table(path.rename(tmp_path / name))
        path = tmp_path / name
        assert table.origin == f"{name}: 2 rows, 6 columns; Parquet"
        kinds = [column.type.kind for column in table.columns.values()]
        assert kinds == ["number", "number", "category", "category", "date", "category"]
        assert words(table["flag"]) == ["true", None]
        assert table["day"].values[0] == datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC).timestamp()
        assert np.isnan(table["part"].values[1])


def test_a_damaged_parquet_file_is_refused(tmp_path):
    path = tmp_path / "table.parquet"
    duckdb.sql("SELECT range AS a FROM range(1000)").write_parquet(str(path))
    content = path.read_bytes()
    path.write_bytes(content[:-60] + b"\xff" * 40 + content[-20:])
    assert "is damaged" in refused(path)


PLAIN = {
    "lists": {"a": [1, 2.5, None], "b": ["x", None, "y"]},
    "tuples": {"a": (1, 2.5, None), "b": ("x", None, "y")},
    "arrays": {"a": np.array([1, 2.5, np.nan]), "b": np.array(["x", None, "y"], object)},
    "records": [{"a": 1, "b": "x"}, {"a": 2.5}, {"b": "y"}],
    "texts": {"a": ["1", "2.5", ""], "b": ["x", "NA", "y"]},
    "structured": np.array([(1, "x"), (2.5, ""), (np.nan, "y")], dtype=[("a", "f8"), ("b", "U1")]),
    "masked": {"a": np.ma.array([1, 2.5, 9], mask=[0, 0, 1]), "b": np.ma.array(["x", "-", "y"], mask=[0, 1, 0])},
    "other byte order": {"a": np.array([1, 2.5, np.nan], ">f8"), "b": np.array(["x", "", "y"], ">U1")},
    "gaps in memory": {"a": np.array([1, 0, 2.5, 0, np.nan])[::2], "b": np.array(["x", "", "", "", "y"])[::2]},
    "backwards": {"a": np.array([np.nan, 2.5, 1])[::-1], "b": np.array(["y", None, "x"], object)[::-1]},
    "scalars": {"a": [np.float32(1), np.float64(2.5), np.nan], "b": [np.str_("x"), None, np.str_("y")]},
}


@pytest.mark.parametrize("data", PLAIN.values(), ids=PLAIN)
def test_plain_data_is_a_table_too(data):
    table = read_table(data)
    assert np.array_equal(table["a"].values, [1, 2.5, np.nan], equal_nan=True)
    assert words(table["b"]) == ["x", None, "y"]
    assert table.name == "table"


@pytest.mark.parametrize("dtype", ["i1", "u8", "f2", "f4", "f8", "longdouble"])
def test_an_array_of_two_axes_is_a_table_of_numbers(dtype):
    table = read_table(np.arange(6, dtype=dtype).reshape(3, 2))
    assert list(table.columns) == ["column_1", "column_2"]
    assert table["column_2"].values.tolist() == [1, 3, 5]


@pytest.mark.parametrize("step", [1, 2, -1])
def test_every_column_of_an_array_is_read_however_it_lies_in_memory(step):
    numbers = np.arange(40).reshape(10, 4)
    for array in (numbers, numbers.T, np.asfortranarray(numbers), numbers.astype("datetime64[D]"), numbers % 3 == 1):
        table = read_table(array[::step, ::step])
        values = np.stack([column.values for column in table.columns.values()], axis=1)
        unit = 86_400 if array.dtype.kind == "M" else 1
        assert (values == array[::step, ::step].astype(np.int64) * unit).all()


def test_moments_and_flags_of_python_and_numpy_are_dates_and_words():
    day = datetime.date(2020, 1, 1)
    utc = datetime.datetime(2020, 1, 1, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
    table = read_table(
        {"a": [day, None], "b": np.array(["2020-01-01", "NaT"], "datetime64[ns]"), "c": [utc, None], "d": [True, None]}
    )
    assert np.array_equal(table["a"].values, [1577836800, np.nan], equal_nan=True)
    assert np.array_equal(table["b"].values, table["a"].values, equal_nan=True)
    assert table["c"].values[0] == utc.timestamp()
    assert words(table["d"]) == ["true", None]
    assert words(read_table({"d": np.array([True, False])})["d"]) == ["true", "false"]


NO_TABLES = {
    "nothing": (None, "NoneType is no table"),
    "bytes": (b"a,b", "bytes is no table"),
    "numbers": ([1, 2], "list is no table"),
    "one axis": (np.zeros(3), "ndarray of shape (3,) is no table"),
    "no columns": ({}, "no columns"),
    "no rows": ({"a": []}, "no rows"),
    "one value": ({"a": 1}, "column a is of type int: expected a value for each row"),
    "one text": ({"a": "abc"}, "column a is of type str"),
    "a set": ({"a": {1, 2}}, "in order"),
    "two axes in a column": ({"a": np.zeros((2, 2))}, "column a has shape (2, 2)"),
    "complex": ({"a": np.array([1j])}, "complex128"),
    "lengths": ({"a": [1, 2], "b": [1]}, "not of one length: a has 2, b has 1"),
    "infinite": ({"a": [1, float("inf")]}, "column a has inf in row 2, which is no finite number"),
    "too large": ({"a": [1, 10**400]}, "column a has a number beyond"),
    "two of one name": ({1: [1], "1": [2]}, "two columns 1"),
}


@pytest.mark.parametrize(("data", "expected"), NO_TABLES.values(), ids=NO_TABLES)
def test_what_is_no_table_is_refused(data, expected):
    assert re.search(re.escape(expected), refused(data))
