"""What columns are found to be, and what is said of it."""

import csv
import io
from datetime import UTC, datetime

import numpy as np
import pytest

from nudge.data import ColumnType, read_table
from nudge.data.kinds import GAPS, KINDS, NUMBERS
from nudge.errors import UsageError


def column(tmp_path, values, separator=",", **options):
    """Read values as the first of two columns of a file."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows([["x", "n"], *([v, 1] for v in values)])
    path = tmp_path / "table.csv"
    path.write_text(text.getvalue(), "utf-8")
    return read_table(path, **options)["x"]


def words(column):
    return [None if k < 0 else column.words[k] for k in column.values]


def seconds(*moment):
    return datetime(*moment, tzinfo=UTC).timestamp()


WRITTEN = {
    "plain": (["1", "-2.5", "+.5", "5.", "1e3", "2E-1"], ",", ("number", ".", ""), [1, -2.5, 0.5, 5, 1000, 0.2]),
    "spaces": ([" 1", "2 "], ",", ("number", ".", ""), [1, 2]),
    "decimal comma": (["1,5", "-2", "3,25e1"], ";", ("number", ",", ""), [1.5, -2, 32.5]),
    "decimal comma, quoted": (["1,5", "0,125"], ",", ("number", ",", ""), [1.5, 0.125]),
    "thousands": (["1,234.5", "999", "1,000,000"], ",", ("number", ".", ","), [1234.5, 999, 1e6]),
    "points between thousands": (["1.234,5", "999", "1.000.000"], ";", ("number", ",", "."), [1234.5, 999, 1e6]),
    "millions alone": (["1.234.567", "1.234"], ",", ("number", ",", "."), [1234567, 1234]),
    "spaces between": (["1 234,5", "1\u00a0000", "2\u202f000,25"], ";", ("number", ",", " "), [1234.5, 1000, 2000.25]),
    "Swiss": (["1'234.5", "1’000", "9"], ",", ("number", ".", "'"), [1234.5, 1000, 9]),
}


@pytest.mark.parametrize(("values", "separator", "type_", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_numbers_are_read_as_they_are_written(tmp_path, values, separator, type_, expected):
    found = column(tmp_path, values, separator)
    assert found.type == ColumnType(*type_)
    assert found.values.tolist() == expected
    assert found.note == ""


def test_where_the_data_cannot_tell_it_is_said(tmp_path):
    found = column(tmp_path, ["1,234", "12,345"])
    assert found.values.tolist() == [1234, 12345]
    assert found.note == "its commas could also be decimal"
    assert column(tmp_path, ["1,234", "12,345"], ";").values.tolist() == [1.234, 12.345]


def test_points_part_thousands_where_another_column_has_decimal_commas(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("a;b;c;d\n1,5;1.234;1.5;7\n2,5;12.500;2.5;8\n")
    table = read_table(path)
    assert table["b"].values.tolist() == [1234, 12500]
    assert table["b"].note == "its points could also be decimal"
    assert table["c"].values.tolist() == [1.5, 2.5]
    assert table["d"].values.tolist() == [7, 8]


MOMENTS = {
    "ISO": (["2020-01-31", "2021-12-01"], "", [(2020, 1, 31), (2021, 12, 1)]),
    "ISO with time": (["2020-01-31T10:30:00", "2021-12-01 11:00"], "", [(2020, 1, 31, 10, 30), (2021, 12, 1, 11)]),
    "ISO with zones": (["2020-01-31T10:00:00Z", "2021-12-01 11:00:00+02"], "", [(2020, 1, 31, 10), (2021, 12, 1, 9)]),
    "before 1970": (["1969-12-31", "0999-01-01"], "", [(1969, 12, 31), (999, 1, 1)]),
    "points": (["31.12.2020", "1.2.2021"], "%d.%m.%Y", [(2020, 12, 31), (2021, 2, 1)]),
    "points, two digits": (["31.12.20", "1.2.21"], "%d.%m.%y", [(2020, 12, 31), (2021, 2, 1)]),
    "with time": (["31.12.2020 23:59", "1.2.2021 00:00"], "%d.%m.%Y %H:%M", [(2020, 12, 31, 23, 59), (2021, 2, 1)]),
    "day first": (["31/12/2020", "1/2/2021"], "%d/%m/%Y", [(2020, 12, 31), (2021, 2, 1)]),
    "month first": (["12/31/2020", "1/2/2021"], "%m/%d/%Y", [(2020, 12, 31), (2021, 1, 2)]),
    "12 hours": (["12/31/20 1:05 PM", "1/2/21 12:00 AM"], "%m/%d/%y %I:%M %p", [(2020, 12, 31, 13, 5), (2021, 1, 2)]),
    "names": (["3 Mar 2020", "14 Dec 2021"], "%d %b %Y", [(2020, 3, 3), (2021, 12, 14)]),
    "months": (["2020-01", "2021-12"], "%Y-%m", [(2020, 1, 1), (2021, 12, 1)]),
}


@pytest.mark.parametrize(("values", "pattern", "expected"), MOMENTS.values(), ids=MOMENTS)
def test_dates_are_read_as_they_are_written(tmp_path, values, pattern, expected):
    found = column(tmp_path, values)
    assert found.type == ColumnType("date", pattern=pattern)
    assert found.values.tolist() == [seconds(*moment) for moment in expected]
    assert found.note == ""


def test_days_and_months_that_could_be_either_are_told(tmp_path):
    ambiguous = ["1/2/2020", "3/4/2020"]
    month_first, day_first = column(tmp_path, ambiguous), column(tmp_path, ambiguous, ";")
    assert month_first.values[0] == seconds(2020, 1, 2)
    assert day_first.values[0] == seconds(2020, 2, 1)
    assert month_first.note == day_first.note == "day and month could also be the other way round"


NO_DATES = (["20200131", "20211201"], ["2020", "2021"], ["10:30", "11:45"], ["2020-02-30", "2020-02-31"])


@pytest.mark.parametrize("values", [*NO_DATES, ["31.12.2020", "2020-12-31"], ["inf", "a"], ["1_000", "2_000"]])
def test_what_only_looks_like_a_date_or_number_is_none(tmp_path, values):
    found = column(tmp_path, values)
    whole = all(value.isdigit() for value in values)
    assert found.type == ColumnType("number" if whole else "category")


@pytest.mark.parametrize("word", [*sorted(GAPS), "  ", "NA", "NaN", "None"])
def test_words_for_nothing_are_gaps_in_every_kind(tmp_path, word):
    for values, kind in ((["1.5", "2"], "number"), (["a", "b"], "category"), (["2020-01-01", "2020-01-02"], "date")):
        found = column(tmp_path, [*values, word])
        assert found.type.kind == kind
        assert found.gap.tolist() == [False, False, True]


def test_nothing_but_gaps_is_a_category_without_words(tmp_path):
    found = column(tmp_path, ["", "NA"])
    assert found.type.kind == "category"
    assert found.words == ()
    assert found.values.tolist() == [-1, -1]


def test_words_are_trimmed_sorted_and_truth_is_written_in_one_way(tmp_path):
    assert column(tmp_path, ["b", " a", "a ", "A"]).words == ("A", "a", "b")
    assert column(tmp_path, ["10", "9", "x", "-1"]).words == ("-1", "9", "10", "x")
    assert column(tmp_path, ["True", "FALSE", "true"]).words == ("false", "true")
    assert column(tmp_path, ["yes", "no"]).words == ("no", "yes")


def test_text_is_what_has_many_words(tmp_path):
    assert column(tmp_path, [f"w{k}" for k in range(64)]).type.kind == "category"
    assert column(tmp_path, [f"w{k}" for k in range(65)]).type.kind == "text"
    assert column(tmp_path, [f"w{k % 100}" for k in range(2000)]).type.kind == "category"
    assert column(tmp_path, [f"w{k % 101}" for k in range(2000)]).type.kind == "text"


@pytest.mark.parametrize("good", ["1.5", "2020-01-31", "31.12.2020"])
def test_19_in_20_make_a_kind_and_the_rest_an_error_that_says_where(tmp_path, good):
    assert column(tmp_path, [good] * 94 + ["x", "y"] * 3).type.kind == "category"
    with pytest.raises(UsageError) as caught:
        column(tmp_path, [good] * 94 + ["", "oops"] + [good] * 4 + ["oh"])
    message = str(caught.value)
    assert "column x" in message
    assert "oops in row 96 (line 97)" in message
    assert "--type x=category" in message


def test_a_line_is_not_a_row_where_fields_have_line_ends(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text('\na,b\n"x\ny",1\n' + "x,1\n" * 30 + "y,z\n")
    with pytest.raises(UsageError, match=r"z in row 32 \(line 35\)"):
        read_table(path)


def test_a_decimal_comma_among_many_points_is_an_error(tmp_path):
    with pytest.raises(UsageError, match="1,5 in row 50"):
        column(tmp_path, ["1.5"] * 49 + ["1,5"])


@pytest.mark.parametrize("kind", ["category", "text"])
def test_numbers_are_words_where_one_says_so(tmp_path, kind):
    found = column(tmp_path, ["007", "7", ""], types={"x": kind})
    assert found.type == ColumnType(kind)
    assert words(found) == ["007", "7", None]
    assert words(read_table({"x": [1, 2.0, 2.5, None]}, types={"x": kind})["x"]) == ["1", "2", "2.5", None]


@pytest.mark.parametrize(
    ("values", "pattern"), [(["20200131", "20211201"], "%Y%m%d"), (["2020", "2021"], "%Y"), (["202001"], "%Y%m")]
)
def test_whole_numbers_are_dates_where_one_says_so(tmp_path, values, pattern):
    assert column(tmp_path, values, types={"x": "date"}).type == ColumnType("date", pattern=pattern)


def test_a_kind_that_one_says_is_held_to(tmp_path):
    with pytest.raises(UsageError, match="column x is of kind number, but has a in row 2"):
        column(tmp_path, ["1", "a", "b", "c"], types={"x": "number"})
    with pytest.raises(UsageError, match="column x has no date in a known format"):
        column(tmp_path, ["a", "b"], types={"x": "date"})
    with pytest.raises(UsageError, match="column x is of kind date, but has b in row 2"):
        column(tmp_path, ["2020-01-01", "b"], types={"x": "date"})
    assert column(tmp_path, ["1,5", "2,5"], types={"x": "number"}).values.tolist() == [1.5, 2.5]


def test_a_kind_or_column_that_there_is_not_is_answered_by_the_nearest(tmp_path):
    with pytest.raises(UsageError, match="column x cannot be a catgory; did you mean category?"):
        column(tmp_path, ["a"], types={"x": "catgory"})
    with pytest.raises(UsageError, match="no column sized; did you mean size?"):
        read_table({"size": [1]}, types={"sized": "category"})


def test_a_type_that_is_given_is_not_inferred_again(tmp_path):
    comma = ColumnType("number", decimal=",")
    assert column(tmp_path, ["1", "2"], types={"x": comma}).type == comma
    with pytest.raises(UsageError, match=r"column x is of kind number, but has 1\.5"):
        column(tmp_path, ["1,5", "1.5"], types={"x": comma})
    assert read_table({"x": [1.5]}, types={"x": comma})["x"].values.tolist() == [1.5]
    assert read_table({"x": ["1,5"]}, types={"x": comma})["x"].values.tolist() == [1.5]


@pytest.mark.parametrize("type_", [*NUMBERS, *map(ColumnType, KINDS), ColumnType("date", pattern="%d.%m.%Y")])
def test_a_type_is_plain_data_and_comes_back_from_it(type_):
    assert ColumnType.from_dict(type_.as_dict()) == type_


def test_columns_are_described_in_words(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("price;town;sold;id\n1,5;Oslo;31.12.2020;7\n2,5;Rome;1.1.2021;8\nNA;;;9\n")
    assert read_table(path).describe().splitlines() == [
        "price  number, decimal comma, 1 gap",
        "town   category: 2 words (Oslo, Rome), 1 gap",
        "sold   date, DD.MM.YYYY, 2020-12-31 to 2021-01-01, 1 gap",
        "id     number",
    ]


def test_a_number_may_be_anything_that_a_float_can_be(tmp_path):
    rng = np.random.default_rng(0)
    values = rng.standard_normal(500) * 10.0 ** rng.integers(-300, 300, 500)
    assert (column(tmp_path, [repr(v) for v in values.tolist()]).values == values).all()
