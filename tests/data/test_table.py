import numpy as np
import pytest

from nudge.data import Column, ColumnType, Table, read_table
from nudge.data.table import sorted_words
from nudge.errors import UsageError


def table():
    return read_table({"size": [1.0, 2.0, np.nan, 2.0], "city": ["b", "a", None, "b"], "day": ["2020-01-01"] * 4})


def test_a_column_that_is_not_there_is_answered_by_the_nearest():
    with pytest.raises(UsageError, match="no column Size; did you mean size?"):
        table()["Size"]


def test_rows_are_taken_from_all_columns_and_words_stay():
    for rows in (np.array([3, 1]), [3, 1], slice(3, 0, -2)):
        taken = table().take(rows)
        assert len(taken) == 2
        assert taken["size"].values.tolist() == [2, 2]
        assert taken["city"].values.tolist() == [1, 0]
        assert taken["city"].words == ("a", "b")
    assert len(table().take(np.array([True, False, False, True]))) == 2


def test_gaps_and_different_values_are_counted():
    columns = table().columns
    assert {name: (column.gaps, column.distinct) for name, column in columns.items()} == {
        "size": (1, 2),
        "city": (1, 2),
        "day": (0, 1),
    }
    assert table().take([1, 2])["city"].distinct == 1  # of words that occur


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (Column("x", ColumnType("number"), np.array([1.0])), "number"),
        (Column("x", ColumnType("number", ",", " "), np.array([np.nan, np.nan])),
         "number, decimal comma, space between thousands, 2 gaps"),
        (Column("x", ColumnType("category"), np.array([], np.int32)), "category: 0 words"),
        (Column("x", ColumnType("category"), np.array([0, -1]), ("a",)), "category: 1 word (a), 1 gap"),
        (Column("x", ColumnType("text"), np.arange(4), ("a\nb", "c" * 30, "d", "e")),
         "text: 4 words (a b, ccccccccccccccccccc…, d, …)"),
        (Column("x", ColumnType("category"), np.array([3, 1]), ("a", "b", "c", "d")), "category: 2 words (b, d)"),
        (Column("x", ColumnType("date"), np.array([np.nan])), "date, 1 gap"),
        (Column("x", ColumnType("date", pattern="%m/%d/%y"), np.array([0.0, -1.0]), note="so it seems"),
         "date, MM/DD/YY, 1969-12-31 to 1970-01-01; so it seems"),
    ],
)  # fmt: skip
def test_a_column_is_described_on_one_line(column, expected):
    assert column.describe() == expected


def test_words_are_sorted_numbers_first_and_by_size():
    words, places = sorted_words(["b", "10", "-2", "9.5", " b", "NA", None, "TRUE", "true", "1e1"])
    assert words == ("-2", "9.5", "10", "1e1", "b", "true")
    assert places.tolist() == [4, 2, 0, 1, 4, -1, -1, 5, 5, 3, -1]


def test_words_that_are_no_number_stand_after_those_that_are():
    words, _ = sorted_words(["-nan", "2", "inf", "a", "1", "nan0"])
    assert words == ("1", "2", "inf", "-nan", "a", "nan0")


def test_a_table_without_columns_has_no_rows():
    assert len(Table("empty", {})) == 0
