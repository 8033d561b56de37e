"""Frames of pandas, Polars and PyArrow, whatever their columns are, and Parquet as they write it."""

import datetime
import sys

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from nudge.data import frames, read_table, stream_table
from nudge.errors import UsageError

UTC = datetime.UTC
DATA = {
    "whole": [1, 2, None],
    "part": [1.5, None, -3.0],
    "word": ["b", None, "a"],
    "flag": [True, None, False],
    "day": [datetime.date(2020, 1, 1), None, datetime.date(1960, 2, 29)],
    "moment": [datetime.datetime(2020, 1, 1, 12, tzinfo=UTC), None, datetime.datetime(2021, 1, 1, tzinfo=UTC)],
    "written": ["1,5", "NA", "-2,5"],
}
KINDS = ["number", "number", "category", "category", "date", "date", "number"]


def pandas_of(data):
    types = {"whole": "Int64", "flag": "boolean", "moment": "datetime64[us, UTC]"}
    return pd.DataFrame(data).astype(types)


FRAMES = {
    "pandas": pandas_of(DATA),
    "pandas, as it comes": pd.DataFrame(DATA),
    "pandas, of Arrow": pa.table(DATA).to_pandas(types_mapper=pd.ArrowDtype),
    "Polars": pl.DataFrame(DATA),
    "Polars, lazy": pl.LazyFrame(DATA),
    "PyArrow": pa.table(DATA),
    "PyArrow, in chunks": pa.concat_tables([pa.table(DATA).slice(0, 1), pa.table(DATA).slice(1)]),
}


def words(column):
    return [None if k < 0 else column.words[k] for k in column.values]


def seconds(*moment):
    return datetime.datetime(*moment, tzinfo=UTC).timestamp()


def check(table):
    assert {name: column.type.kind for name, column in table.columns.items()} == dict(zip(DATA, KINDS, strict=True))
    expected = {
        "whole": [1, 2, np.nan],
        "part": [1.5, np.nan, -3],
        "day": [seconds(2020, 1, 1), np.nan, seconds(1960, 2, 29)],
        "moment": [seconds(2020, 1, 1, 12), np.nan, seconds(2021, 1, 1)],
        "written": [1.5, np.nan, -2.5],
    }
    for name, values in expected.items():
        assert np.array_equal(table[name].values, values, equal_nan=True), name
    assert words(table["word"]) == ["b", None, "a"]
    assert words(table["flag"]) == ["true", None, "false"]


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_a_frame_is_read_by_its_types(frame):
    table = read_table(frame)
    check(table)
    types = {name: column.type for name, column in table.columns.items()}
    pieces = list(stream_table(frame, types, rows=2, keep=["whole"]))
    assert [len(piece) for piece in pieces] == [2, 1]
    assert [word for piece in pieces for word in words(piece.kept["whole"])] == ["1", "2", None]


def test_polars_needs_no_pyarrow(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    check(read_table(pl.DataFrame(DATA)))


@pytest.mark.parametrize("write", [pandas_of(DATA).to_parquet, pl.DataFrame(DATA).write_parquet])
def test_parquet_is_read_by_its_types(tmp_path, write):
    path = tmp_path / "table.parquet"
    write(path)
    check(read_table(path))


def test_what_is_called_a_category_is_one():
    frame = pd.DataFrame({"a": pd.Categorical([3, 1, 3]), "b": pd.Categorical(["x", None, "y"]), "c": [1, 2, 3]})
    table = read_table(frame)
    assert [column.type.kind for column in table.columns.values()] == ["category", "category", "number"]
    assert words(table["a"]) == ["3", "1", "3"]


def test_types_that_duckdb_lacks_are_read_as_text():
    frame = pd.DataFrame({"year": pd.period_range("2020", "2022", freq="Y"), "n": [1, None, 3]})
    table = read_table(frame)
    assert table["year"].values.tolist() == [2020, 2021, 2022]
    assert table["n"].gaps == 1


def test_objects_of_all_sorts_are_texts():
    frame = pd.DataFrame({"m": [1, "x", None, True], "l": [[1], [2], [], None]})
    table = read_table(frame)
    assert words(table["m"]) == ["1", "x", None, "true"]
    assert words(table["l"]) == ["[1]", "[2]", "[]", None]


def test_the_rows_are_those_of_the_frame_whatever_its_index():
    frame = pd.DataFrame({"a": [1, 2, 3, 4]}, index=[7, 7, 5, 0])
    assert read_table(frame.iloc[::-2])["a"].values.tolist() == [4, 2]
    assert read_table(frame.T.T)["a"].values.tolist() == [1, 2, 3, 4]


def test_names_are_those_of_the_frame():
    assert list(read_table(pd.DataFrame({0: [1], "A": [2], "a": [3], ("x", "y"): [4]})).columns) == [
        "0", "A", "a", "('x', 'y')",
    ]  # fmt: skip
    twice = pd.DataFrame([[1, 2]], columns=["x", "x"])
    bad = {"two columns x": twice, "no columns": pd.DataFrame(), "is no table": pd.Series([1, 2])}
    for expected, given in bad.items():
        with pytest.raises(UsageError, match=expected):
            read_table(given)
    with pytest.raises(UsageError, match="no rows"):
        read_table(pd.DataFrame({"a": []}))


def test_series_are_columns():
    for column in (pd.Series([1.5, None]), pl.Series([1.5, None]), pa.array([1.5, None])):
        assert np.array_equal(read_table({"a": column})["a"].values, [1.5, np.nan], equal_nan=True)
    assert frames.is_nothing(pd.NA)
    assert frames.is_nothing(pd.NaT)
