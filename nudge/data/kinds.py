"""What each column is: a number, a category, a text or a date, and how its text is read as one.

Found by counting, over all rows: a format is a column's if 95 % of what is not a gap is written in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import UsageError, nearest
from .source import Source, quoted

KINDS = ("number", "category", "text", "date")
ENOUGH = 0.95  # of what is not a gap
SAMPLED = 1000  # different values on which a format is first tried
LIKELY = 0.8  # of those
FEW, SHARE = 64, 0.05  # more different words than FEW, and than this share of the rows, are text
# What stands for nothing, in any case.
GAPS = frozenset({"", "na", "n/a", "#n/a", "<na>", "nan", "nat", "null", "none", "?", "-", "--", "\\n"})
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
        """Say it in a few words."""
        marks = {",": "comma", ".": "point", "'": "apostrophe", "\N{RIGHT SINGLE QUOTATION MARK}": "apostrophe"}
        said = self.kind
        if self.decimal != ".":
            said += f", decimal {marks.get(self.decimal, self.decimal)}"
        if self.thousands:
            said += f", {marks.get(self.thousands, 'space')} between thousands"
        return said + (f", {self.pattern}" if self.pattern else "")


@dataclass(frozen=True)
class Found:
    """What a column has been found to be."""

    type: ColumnType | None  # None: words, and whether category or text depends on how many
    note: str = ""  # what was guessed
    clean: bool = False  # whether all that is not a gap is known to be written so


# -- formats, in SQL -------------------------------------------------------------------------------


def gap_sql(column: str) -> str:
    """Tell whether a text stands for nothing."""
    return f"lower(trim({column})) IN ({', '.join(map(quoted, sorted(GAPS)))})"


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
# Where a date's parts can be told in two ways, the first is preferred; see `choose_date`.
DAYS = (
    "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%m/%d/%y", "%d/%m/%y", "%d.%m.%y", "%Y/%m/%d",
    "%Y.%m.%d", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip
TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S")
DATES = (ColumnType("date"), *(ColumnType("date", pattern=day + time) for day in DAYS for time in TIMES))


# -- what columns are ------------------------------------------------------------------------------


def infer(source: Source, names: Iterable[str], given: Mapping[str, str | ColumnType]) -> dict[str, Found]:
    """Find what columns are, all but those that are `given`; of a kind that is given, how its text is read.

    Raises:
        UsageError: a kind that there is not, or a column of which nothing is of the kind that is given.
    """
    names = list(names)
    found: dict[str, Found] = {}
    open_: list[str] = []  # columns of text, to be looked at
    for name in names:
        kind = given.get(name)
        if isinstance(kind, ColumnType):
            found[name] = Found(kind)
        elif kind is not None and kind not in KINDS:
            raise UsageError(f"column {name} cannot be a {kind}{nearest(kind, KINDS)}")
        elif kind in ("category", "text"):
            found[name] = Found(ColumnType(kind))
        elif kind is None and source.kind(name):
            natural = source.kind(name)
            found[name] = Found(ColumnType("category" if natural == "flag" else natural), clean=True)
        elif kind is not None and source.kind(name) == kind:
            found[name] = Found(ColumnType(kind), clean=True)
        else:
            open_.append(name)
    found |= {name: look(source, name, counts, given.get(name)) for name, counts in counted(source, open_).items()}
    if any(f.type and f.type.decimal == "," for f in found.values()):
        found |= grouped(source, [name for name in open_ if found[name] == Found(POINT, clean=True)])
    return {name: found[name] for name in names}


def text_of(source: Source, name: str) -> str:
    """Write a column's value as text, whole numbers without a point."""
    column = source.column(name)
    if source.kind(name) == "number":
        whole = f"{column} = trunc({column}) AND abs({column}) < 1e15"
        return f"CASE WHEN {whole} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) ELSE CAST({column} AS VARCHAR) END"
    return f"CAST({column} AS VARCHAR)" if source.kind(name) or source.line_of_row is None else column


def counted(source: Source, names: list[str]) -> dict[str, tuple[int, int]]:
    """Count, in one go, what is there in each column, and how much of that are plain finite numbers."""
    if not names:
        return {}
    terms = []
    for name in names:
        text = text_of(source, name)
        terms += [f"count({text})", f"count(*) FILTER (isfinite({POINT.sql(text)}))"]
    (counts,) = source.all(f"SELECT {', '.join(terms)} FROM data")
    return {name: (counts[2 * k], counts[2 * k + 1]) for k, name in enumerate(names)}


def look(source: Source, name: str, counts: tuple[int, int], kind: Any) -> Found:
    """Find what a column of text is, from what of it is no plain number."""
    there, plain = counts
    if kind != "date" and there and plain == there:
        return Found(POINT, clean=True)
    text = text_of(source, name)
    source.all("DROP TABLE IF EXISTS rest")
    point = POINT.sql("v")
    source.all(
        f"CREATE TEMP TABLE rest AS SELECT v, count(*) AS n FROM (SELECT {text} AS v FROM data) "
        f"WHERE v IS NOT NULL {'' if kind == 'date' else f'AND NOT coalesce(isfinite({point}), false)'} GROUP BY v"
    )
    gap = gap_sql("v")
    ((gaps, odd),) = source.all(f"SELECT coalesce(sum(n) FILTER ({gap}), 0), count(*) FILTER (NOT {gap}) FROM rest")
    known = there - int(gaps)
    if not odd and plain:
        return Found(POINT, clean=True)
    if not known:
        return Found(ColumnType(kind or "category"), clean=True)
    shares: dict[ColumnType, float] = {} if kind == "date" else {POINT: plain / known}
    if kind != "date":
        for type_ in likely(source, NUMBERS[1:]):
            ((fit,),) = source.all(f"SELECT count(*) FILTER (isfinite({type_.sql(text)})) FROM data")
            shares[type_] = fit / known
    if kind != "number":
        for type_ in likely(source, DATES):
            ((fit,),) = source.all(f"SELECT coalesce(sum(n) FILTER ({type_.sql('v')} IS NOT NULL), 0) FROM rest")
            shares[type_] = int(fit) / known
    best = max(shares.values(), default=0.0)
    if best < ENOUGH and kind is None:
        return Found(None)
    if not best:
        if kind == "number":
            return Found(POINT)  # and the first word is found where values are read
        ((some,),) = source.all(f"SELECT min(v) FROM rest WHERE NOT {gap}")
        raise UsageError(f"column {name} has no date in a known format, such as 2024-01-31, but {some}")
    return chosen([type_ for type_, share in shares.items() if share == best], best == 1.0, source.european)


def likely(source: Source, types: Iterable[ColumnType]) -> list[ColumnType]:
    """Give the formats in which a sample of what is left is mostly written."""
    types = list(types)
    terms = ", ".join(f"count({type_.sql('v')})" for type_ in types)
    sample = f"SELECT v FROM rest WHERE NOT {gap_sql('v')} ORDER BY hash(v), v LIMIT {SAMPLED}"
    ((n, *counts),) = source.all(f"SELECT count(*), {terms} FROM ({sample})")
    return [type_ for type_, count in zip(types, counts, strict=True) if count and count >= LIKELY * n]


def chosen(best: list[ColumnType], clean: bool, european: bool) -> Found:
    """Choose among formats that fit equally well, and say so where the data cannot tell."""
    if COMMA in best and GROUPED in best:
        type_ = COMMA if european else GROUPED
        return Found(type_, "its commas could also be decimal" if type_ is GROUPED else "", clean)
    if best[0].kind == "date" and len(best) > 1 and {p[:2] for p in (t.pattern for t in best)} >= {"%d", "%m"}:
        first = "%m" if best[0].pattern.startswith("%m/") and not european else "%d"
        type_ = next(t for t in best if t.pattern.startswith(first))
        return Found(type_, "day and month could also be the other way round", clean)
    return Found(best[0], clean=clean)


def grouped(source: Source, names: list[str]) -> dict[str, Found]:
    """Find, in a table with decimal commas, the columns whose points part thousands."""
    type_ = ColumnType("number", ",", ".")
    found = {}
    for name in names:
        text = text_of(source, name)
        ((pointed, fit),) = source.all(
            f"SELECT count(*), count({type_.sql(text)}) FROM data WHERE contains({text}, '.')"
        )
        if pointed and pointed == fit:
            found[name] = Found(type_, "its points could also be decimal", clean=True)
    return found
