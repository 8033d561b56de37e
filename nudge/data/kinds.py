"""What each column is: a number, a category, a text or a date, and how its text is read as one.

Found by counting, over all rows: a format is a column's if 95 % of what is not a gap is written in it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..errors import UsageError, nearest
from .source import Source, quoted

KINDS = ("number", "category", "text", "date")
ENOUGH = 0.95  # of what is not a gap
SAMPLED = 1000  # different values on which a format is first tried
LIKELY = 0.8  # of those
AT_ONCE = 500  # columns that one query asks about
FEW, SHARE = 64, 0.05  # more different words than FEW, and than this share of the rows, are text
# What stands for nothing, in any case.
GAPS = frozenset({"", "na", "n/a", "#n/a", "<na>", "nan", "nat", "null", "none", "?", "-", "--", "\\n"})
MARKS = {",": "comma", ".": "point", "'": "apostrophe", " ": "space"}
PARTS = {
    "%d": "DD", "%m": "MM", "%Y": "YYYY", "%y": "YY", "%b": "Mon", "%B": "Month", "%H": "hh", "%I": "hh", "%M": "mm",
    "%S": "ss", "%p": "AM",
}  # fmt: skip
WHITE = " \t\r\n\N{NO-BREAK SPACE}"
SPACES = (" ", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}")


@dataclass(frozen=True)
class ColumnType:
    """What a column is, and how its text is read. Plain data.

    >>> ColumnType.from_dict(ColumnType("number", decimal=",").as_dict())
    ColumnType(kind='number', decimal=',', thousands='', pattern='')
    """

    kind: str  # one of KINDS
    decimal: str = "."  # of numbers
    thousands: str = ""  # of numbers: what parts groups of three digits
    pattern: str = ""  # of dates, as strptime has it; '' for ISO 8601

    def as_dict(self) -> dict[str, str]:
        """Give it as plain data, fit for JSON, without what is usual."""
        usual = ColumnType(self.kind)
        return {name: value for name, value in vars(self).items() if name == "kind" or value != vars(usual)[name]}

    @classmethod
    def from_dict(cls, data: Mapping[str, str]) -> ColumnType:
        """Make it again from what `as_dict` gave."""
        return cls(**data)

    @property
    def words(self) -> bool:
        """Whether values are words, not numbers."""
        return self.kind in ("category", "text")

    def sql(self, column: str) -> str:
        """Write the value of a text column as an SQL expression: a number, seconds since 1970, or NULL."""
        if self.kind == "date":
            return date_sql(column, self.pattern)
        return number_sql(column, self.decimal, self.thousands)

    def __str__(self) -> str:
        """Say it in a few words.

        >>> str(ColumnType("date", pattern="%d.%m.%Y")), str(ColumnType("number", ",", "."))
        ('date, DD.MM.YYYY', 'number, decimal comma, point between thousands')
        """
        said = self.kind
        if self.decimal != ".":
            said += f", decimal {MARKS[self.decimal]}"
        if self.thousands:
            said += f", {MARKS[self.thousands]} between thousands"
        if self.pattern:
            said += f", {re.sub('%[a-zA-Z]', lambda part: PARTS[part[0]], self.pattern)}"
        return said


def shown(word: str) -> str:
    """Write a word on one line, shortened."""
    word = " ".join(word.split())
    return word if len(word) <= 20 else f"{word[:19]}…"


class Found(NamedTuple):
    """What a column has been found to be."""

    type: ColumnType | None  # None: words, and whether category or text depends on how many
    note: str = ""  # what was guessed
    clean: bool = False  # whether all that is not a gap is known to be written so, and finite


# -- formats, in SQL -------------------------------------------------------------------------------


def gap_sql(column: str) -> str:
    """Tell whether a text stands for nothing."""
    return f"lower(trim({column}, {quoted(WHITE)})) IN ({', '.join(map(quoted, sorted(GAPS)))})"


def number_sql(column: str, decimal: str = ".", thousands: str = "") -> str:
    """Read a number; NULL where there is none."""
    if thousands:
        group, point = f"[{thousands}]", f"[{decimal}]"
        if thousands in SPACES:
            group = f"[{''.join(SPACES)}]"
        if thousands == "'":
            group = "['\N{RIGHT SINGLE QUOTATION MARK}]"
        pattern = rf"\s*[+-]?([1-9]\d{{0,2}}({group}\d{{3}})+|\d+)({point}\d*)?\s*"
        bare = f"regexp_replace({column}, {quoted(group)}, '', 'g')"
        return (
            f"CASE WHEN regexp_full_match({column}, {quoted(pattern)}) "
            f"THEN try_cast(replace({bare}, {quoted(decimal)}, '.') AS DOUBLE) END"
        )
    if decimal != ".":
        fits = f"NOT contains({column}, '.') AND NOT contains({column}, '_')"
        return f"CASE WHEN {fits} THEN try_cast(replace({column}, {quoted(decimal)}, '.') AS DOUBLE) END"
    return f"CASE WHEN NOT contains({column}, '_') THEN try_cast({column} AS DOUBLE) END"


def date_sql(column: str, pattern: str = "") -> str:
    """Read a moment as seconds since 1970; NULL where there is none, or where the year has but two digits."""
    if pattern:
        moment = f"try_strptime(trim({column}), {quoted(pattern)})"
    else:
        digits = r"\s*\d{4}-\d.*"
        moment = f"CASE WHEN regexp_full_match({column}, '{digits}') THEN try_cast(trim({column}) AS TIMESTAMPTZ) END"
    return f"epoch(CASE WHEN year({moment}) > 99 THEN {moment} END)"


NUMBERS = tuple(
    ColumnType("number", decimal, thousands)
    for decimal, thousands in ((".", ""), (",", ""), (".", ","), (",", "."), (".", "'"), (".", " "), (",", " "))
)
POINT, COMMA, GROUPED = NUMBERS[:3]
# Where a date's parts can be told in two ways, the first is preferred; see `chosen`.
DAYS = (
    "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%m/%d/%y", "%d/%m/%y", "%d.%m.%y", "%Y/%m/%d",
    "%Y.%m.%d", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip
COARSE = ("%Y-%m", "%Y/%m", "%m/%Y", "%b %Y", "%B %Y", "%Y%m%d", "%Y%m", "%Y")
TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S")
ISO = ColumnType("date")
DATES = (ISO, *(ColumnType("date", pattern=day + time) for day in DAYS for time in TIMES))
DATES += tuple(ColumnType("date", pattern=pattern) for pattern in COARSE)


# -- what columns are ------------------------------------------------------------------------------


def infer(source: Source, names: Iterable[str], given: Mapping[str, str | ColumnType]) -> dict[str, Found]:
    """Find what columns are, all but those that are `given`; of a kind that is given, how its text is read.

    Raises:
        UsageError: a kind that there is not, or a column of which nothing is of the kind that is given.
    """
    names = list(names)
    found: dict[str, Found] = {}
    unknown: list[str] = []
    for name in names:
        kind, own = given.get(name), source.kind(name)
        if isinstance(kind, ColumnType):
            found[name] = Found(kind)
        elif kind is not None and kind not in KINDS:
            raise UsageError(f"column {name} cannot be a {kind}{nearest(kind, KINDS)}")
        elif kind in ("category", "text"):
            found[name] = Found(ColumnType(kind))
        elif own and kind in (None, own):
            found[name] = Found(ColumnType("category" if own == "flag" else own))
        else:
            unknown.append(name)
    counts = counted(source, unknown)
    source.hold([name for name in unknown if not counts[name].plain or given.get(name) == "date"])
    for name in unknown:
        found[name] = look(source, name, counts[name], given.get(name))
    if any(f.type and f.type.decimal == "," for f in found.values()):
        found |= grouped(source, [name for name in unknown if found[name] == Found(POINT, clean=True)])
    return {name: found[name] for name in names}


def text_of(source: Source, name: str) -> str:
    """Write a column's value as text, whole numbers without a point."""
    column = source.column(name)
    if source.kind(name) == "number":
        whole = f"{column} = trunc({column}) AND abs({column}) < 1e15"
        return f"CASE WHEN {whole} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) ELSE CAST({column} AS VARCHAR) END"
    return column if source.separated else f"CAST({column} AS VARCHAR)"


class Counts(NamedTuple):
    """What there is in a column of text."""

    there: int
    numbers: int  # written plainly, NaN aside
    largest: float | None  # of these

    @property
    def plain(self) -> bool:
        """Whether all are finite numbers."""
        return 0 < self.there == self.numbers and self.largest != math.inf


def counted(source: Source, names: list[str]) -> dict[str, Counts]:
    """Count what there is in each column."""
    found: dict[str, Counts] = {}
    for piece in pieces(names):
        if source.fast:
            found |= _read(source, piece)
            continue
        texts = {name: text_of(source, name) for name in piece}
        columns = ", ".join(
            f"{text} AS v{k}, nullif({POINT.sql(text)}, 'nan'::DOUBLE) AS n{k}" for k, text in enumerate(texts.values())
        )
        terms = ", ".join(f"count(v{k}), count(n{k}), max(abs(n{k}))" for k in range(len(piece)))
        (counts,) = source.all(f"SELECT {terms} FROM (SELECT {columns} FROM data)")
        found |= {name: Counts(*counts[3 * k : 3 * k + 3]) for k, name in enumerate(piece)}
    return found


def _read(source: Source, names: Sequence[str]) -> dict[str, Counts]:
    """Count what there is in columns of which all that are numbers can be kept, so that they are read just once."""
    terms = ", ".join(f"{or_nan(POINT.sql(text_of(source, name)))} AS n{k}" for k, name in enumerate(names))
    arrays = source.arrays(f"SELECT {terms} FROM data")
    (there,) = source.all(f"SELECT {', '.join(f'count({source.column(name)})' for name in names)} FROM data")
    found = {}
    for k, name in enumerate(names):
        numbers = np.asarray(arrays.pop(f"n{k}"))
        many = len(numbers) - int(np.isnan(numbers).sum())
        if many:
            source.read[name] = numbers
        found[name] = Counts(int(there[k]), many, float(np.nanmax(np.abs(numbers))) if many else None)
    return found


def or_nan(read: str) -> str:
    """Put NaN, in SQL, where there is nothing."""
    return f"coalesce({read}, 'nan'::DOUBLE)"


def pieces(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Part columns into as many as one query should ask about: its plan takes time in the square of them."""
    return (names[start : start + AT_ONCE] for start in range(0, len(names), AT_ONCE))


def look(source: Source, name: str, counts: Counts, kind: Any) -> Found:
    """Find what a column of text is: its `kind` where that is given."""
    if kind != "date" and counts.plain:
        return Found(POINT, clean=True)
    text = text_of(source, name)
    odd = "true" if kind == "date" else f"NOT coalesce(NOT isnan({POINT.sql('v')}), false)"
    given = f"(SELECT {text} AS v FROM {source.relation(name)})"
    rest = f"SELECT v, count(*) AS n, {gap_sql('v')} AS gap FROM {given} WHERE v IS NOT NULL AND {odd} GROUP BY v"
    source.all(f"CREATE OR REPLACE TEMP TABLE rest AS {rest}")
    ((gaps, words, first),) = source.all(
        "SELECT coalesce(sum(n) FILTER (gap), 0), count(*) FILTER (NOT gap), min(v) FILTER (NOT gap) FROM rest"
    )
    known = counts.there - int(gaps)
    if not known:
        return Found(ColumnType(kind or "category"))
    if not words and kind != "date":
        return Found(POINT, clean=counts.largest != math.inf)
    sample = f"SELECT * FROM rest WHERE NOT gap ORDER BY hash(v), v LIMIT {SAMPLED}"
    source.all(f"CREATE OR REPLACE TEMP TABLE sample AS {sample}")
    shares: dict[ColumnType, float] = {}
    if kind != "date":
        shares[POINT] = counts.numbers / known
        for type_ in likely(source, NUMBERS[1:], kind):
            if max(shares.values()) < 1 or type_ == GROUPED:
                ((fit,),) = source.all(f"SELECT count(nullif({type_.sql('v')}, 'nan'::DOUBLE)) FROM {given}")
                shares[type_] = fit / known
    if kind != "number" and max(shares.values(), default=0.0) < ENOUGH:
        for type_ in likely(source, DATES, kind):
            ((fit,),) = source.all(f"SELECT coalesce(sum(n) FILTER ({type_.sql('v')} IS NOT NULL), 0) FROM rest")
            shares[type_] = int(fit) / known
    best = max(shares.values(), default=0.0)
    if kind is None and best < ENOUGH:
        return Found(None)
    if kind == "date" and not best:
        raise UsageError(f"column {name} has no date in a known format, such as 2024-01-31, but {shown(first)}")
    return chosen([type_ for type_, share in shares.items() if share == best], source.semicolons)


def likely(source: Source, types: Sequence[ColumnType], kind: Any) -> list[ColumnType]:
    """Give the formats in which a sample of what is left is mostly written; all that occur, where the kind is given."""
    if types is DATES:  # to plan a question about a hundred formats takes longer than to answer it
        patterns = ", ".join(quoted(type_.pattern) for type_ in types if type_.pattern)
        some = f"count(try_strptime(trim(v), [{patterns}]))"
        iso = f"sum(CASE WHEN {ISO.sql('v')} IS NOT NULL THEN n END)"
        ((n, whole, others),) = source.all(f"SELECT sum(n), {iso}, {some} FROM sample")
        if not others or (whole or 0) >= LIKELY * n:
            return [ISO] if whole else []
    terms = ", ".join(f"sum(CASE WHEN {type_.sql('v')} IS NOT NULL THEN n END)" for type_ in types)
    ((n, *counts),) = source.all(f"SELECT sum(n), {terms} FROM sample")
    return [type_ for type_, count in zip(types, counts, strict=True) if count and (kind or count >= LIKELY * n)]


def chosen(best: list[ColumnType], semicolons: bool) -> Found:
    """Choose among formats that fit equally well, and say so where the data cannot tell.

    Semicolons separate fields where the comma is the decimal point, and so where the day comes before the month.
    """
    if COMMA in best and GROUPED in best:
        return Found(COMMA) if semicolons else Found(GROUPED, "its commas could also be decimal")
    if {"%d", "%m"} <= {type_.pattern[:2] for type_ in best}:
        first = "%d" if semicolons else best[0].pattern[:2]
        type_ = next(type_ for type_ in best if type_.pattern.startswith(first))
        return Found(type_, "day and month could also be the other way round")
    return Found(best[0])


def grouped(source: Source, names: list[str]) -> dict[str, Found]:
    """Find, in a table with decimal commas, the columns whose points part thousands."""
    type_ = ColumnType("number", ",", ".")
    found = {}
    for name in names:
        text = text_of(source, name)
        query = f"SELECT count(*), count({type_.sql(text)}) FROM data WHERE contains({text}, '.')"
        ((pointed, fit),) = source.all(query)
        if pointed and pointed == fit:
            found[name] = Found(type_, "its points could also be decimal")
    return found
