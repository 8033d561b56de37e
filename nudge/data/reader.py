"""Reading tables, whole or some rows at a time."""

from __future__ import annotations

import difflib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import UsageError, nearest
from .kinds import FEW, SHARE, ColumnType, Found, gap_sql, infer, text_of
from .source import Source, opened, quoted
from .table import Column, Table, fingerprint, shown, sorted_words, verbatim, worded

AT_ONCE = 1 << 28  # bytes of columns that are read in one go


def read_table(
    source: Any,
    *,
    types: Mapping[str, str | ColumnType] | None = None,
    name: str | None = None,
    need: Collection[str] | None = None,
) -> Table:
    """Read a table whole: a path to CSV or Parquet, a dict of columns, a list of dicts, a frame, an array.

    Frames are those of pandas, Polars and PyArrow; arrays are structured or have two axes. `types` says what columns
    are, a kind or the whole type; of the others it is inferred. `need` names the columns to read, in place of all.

    Raises:
        UsageError: a file or data that cannot be read, columns that there are not, or values that are not of the kind
            of their column.
    """
    types = types or {}
    with opened(source) as data:
        check_names(data, [*types, *(need or ())])
        names = [name for name in data.names if need is None or name in need]
        found = infer(data, names, types)
        rows = check(data, found)
        columns = whole(data, found, rows)
        if name is None:
            name = Path(source).name.split(".")[0] if isinstance(source, (str, os.PathLike)) else "table"
        size = f"{rows:,} row{'s' * (rows != 1)}, {len(data.names):,} column{'s' * (len(data.names) != 1)}"
        what = Path(data.where).name if data.sha256 else data.where
        origin = "; ".join((f"{what}: {size}", *data.said))
        return Table(name, columns, origin, data.sha256 or fingerprint(columns.values()))


def stream_table(
    source: Any, types: Mapping[str, ColumnType], rows: int = 65_536, keep: Sequence[str] = ()
) -> Iterator[Table]:
    """Read the columns that have types, some rows at a time, so that a file may be longer than memory.

    Each table's words are those that occur in it. The columns to `keep` are handed through in `Table.kept` as the text
    that they are. All is checked before the first table is given.

    Raises:
        UsageError: a file that cannot be read, columns that there are not, or values not of the kind of their column.
    """
    with opened(source) as data:
        check_names(data, [*types, *keep])
        found = {name: Found(type_) for name, type_ in types.items()}
        check(data, found)
        texts = [*(text_of(data, name) for name in keep)]
        terms = [text_of(data, name) if type_.words else value(data, name, type_) for name, type_ in types.items()]
        stem = Path(source).name.split(".")[0] if data.sha256 else "table"
        for batch in data.batches(f"SELECT {', '.join((*terms, *texts))} FROM data", rows):
            parts = list(zip(*batch, strict=True))
            columns = {}
            for (name, type_), part in zip(types.items(), parts, strict=False):
                columns[name] = worded(name, type_, part) if type_.words else Column(name, type_, np.array(part))
            kept = {n: verbatim(n, part) for n, part in zip(keep, parts[len(types) :], strict=True)}
            yield Table(stem, columns, kept=kept)


# -- checks ----------------------------------------------------------------------------------------


def check_names(data: Source, names: Iterable[str]) -> None:
    """Raise UsageError, naming all columns that there are not."""
    missing = [name for name in dict.fromkeys(names) if name not in data.names]
    if missing:
        near = nearest(missing[0], data.names) if len(missing) == 1 else several(missing, data.names)
        raise UsageError(f"{data.where} has no column {', '.join(missing)}{near}")


def several(missing: list[str], names: Iterable[str]) -> str:
    """Name what is nearest to each of several columns."""
    names = list(names)
    close = {name: difflib.get_close_matches(name, names, n=1) for name in missing}
    pairs = [f"{found[0]} for {name}" for name, found in close.items() if found]
    return f"; did you mean {', '.join(pairs)}?" if pairs else f"; known: {', '.join(names)}"


def check(data: Source, found: Mapping[str, Found]) -> int:
    """Count the rows. Raises UsageError for none, and for the first value that is not what its column is."""
    names, terms = [], ["count(*)"]
    for name, column in found.items():
        wrong = wrong_sql(data, name, column)
        if wrong:
            names.append(name)
            terms.append(f"count(*) FILTER ({wrong})")
    ((rows, *wrongs),) = data.all(f"SELECT {', '.join(terms)} FROM data")
    if not rows:
        raise UsageError(f"{data.where} has column names, but no rows")
    for name, count in zip(names, wrongs, strict=True):
        if count:
            refuse(data, name, found[name])
    return int(rows)


def wrong_sql(data: Source, name: str, found: Found) -> str:
    """Tell, in SQL, whether a value is not what its column is; '' where that cannot be."""
    if found.type is None or found.type.words:
        return ""
    if data.kind(name) == found.type.kind:
        column = data.column(name)
        return f"isinf(CAST({column} AS DOUBLE))" if found.type.kind == "number" else ""
    if found.clean:
        return ""
    text = text_of(data, name)
    read = found.type.sql(text)
    test = f"{text} IS NOT NULL AND {read} IS NULL AND NOT {gap_sql(text)}"
    return f"({test}) OR isinf({read})" if found.type.kind == "number" else test


def refuse(data: Source, name: str, found: Found) -> None:
    """Raise UsageError for the first value that is not what its column is."""
    assert found.type is not None
    rows = "SELECT row_number() OVER () AS row, * FROM data"
    wrong = wrong_sql(data, name, found)
    ((row, word),) = data.all(f"SELECT row, {text_of(data, name)} FROM ({rows}) WHERE {wrong} LIMIT 1")
    kind = found.type.kind
    given = shown(word)
    if kind == "number" and data.all(f"SELECT isinf({found.type.sql(quoted(word))})")[0][0]:
        raise UsageError(
            f"column {name} has {given} in {data.at(row)}, which is no finite number: leave it empty if it is not known"
        )
    raise UsageError(
        f"column {name} is of kind {kind}, but has {given} in {data.at(row)}: correct it, leave it empty, or read the "
        f"column as words (--type {name}=category)"
    )


# -- values ----------------------------------------------------------------------------------------


def value(data: Source, name: str, type_: ColumnType) -> str:
    """Write a column's value as an SQL expression: a number, NaN for a gap."""
    column = data.column(name)
    read = type_.sql(text_of(data, name))
    if data.kind(name) == type_.kind:
        read = f"epoch({column})" if type_.kind == "date" else f"CAST({column} AS DOUBLE)"
    return f"coalesce({read}, 'nan'::DOUBLE)"


def whole(data: Source, found: Mapping[str, Found], rows: int) -> dict[str, Column]:
    """Read columns, as many at once as are not too much."""
    ready: dict[str, tuple[str, ColumnType, Any]] = {}
    for k, (name, column) in enumerate(found.items()):
        if column.type is not None and not column.type.words:
            ready[name] = value(data, name, column.type), column.type, None
            continue
        text = text_of(data, name)
        data.all(f"CREATE TYPE w{k} AS ENUM (SELECT DISTINCT {text} FROM data WHERE {text} IS NOT NULL ORDER BY 1)")
        raw = [word for (word,) in data.all(f"SELECT CAST(unnest(enum_range(NULL::w{k})) AS VARCHAR)")]
        words, codes = sorted_words(raw)
        type_ = column.type or ColumnType("text" if len(words) > max(FEW, SHARE * rows) else "category")
        ready[name] = f"coalesce(CAST(enum_code(CAST({text} AS w{k})) AS INTEGER), -1)", type_, (words, codes)
    names = list(ready)
    step = max(1, AT_ONCE // (8 * rows))
    columns = {}
    for start in range(0, len(names), step):
        piece = names[start : start + step]
        terms = ", ".join(f"{ready[name][0]} AS v{k}" for k, name in enumerate(piece))
        arrays = data.arrays(f"SELECT {terms} FROM data")
        for k, name in enumerate(piece):
            _, type_, coded = ready[name]
            values = np.asarray(arrays.pop(f"v{k}"))
            if coded is None:
                columns[name] = Column(name, type_, values, note=found[name].note)
            else:
                columns[name] = Column(name, type_, coded[1][values], coded[0])
    return columns
