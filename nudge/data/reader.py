"""Reading tables, whole or some rows at a time."""

from __future__ import annotations

import difflib
import math
import os
import shutil
import tempfile
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import UsageError
from ..words import plural
from .files import file
from .frames import frame
from .kinds import AT_ONCE, FEW, POINT, SHARE, ColumnType, Found, gap_sql, infer, or_nan, pieces, shown, text_of
from .source import Source, connected, quoted
from .table import Column, Table, fingerprint, sorted_words, verbatim, worded

BYTES = 1 << 28  # of columns that are read in one go
CELLS = 1 << 20  # values that are streamed in one go
SHOWN = 20  # names of columns in a message


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
        wanted = set(data.names if need is None else need)
        names = [name for name in data.names if name in wanted]
        found = infer(data, names, types)
        rows = check(data, found)
        columns = whole(data, found, rows)
        name = name or stem(source)
        size = f"{plural(rows, 'row')}, {plural(len(data.names), 'column')}"
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
        numbers = {name: type_ for name, type_ in types.items() if not type_.words}
        terms = [value(data, name, type_) for name, type_ in numbers.items()]
        texts = [name for name in types if name not in numbers]
        terms += [text_of(data, name) for name in (*texts, *keep)]
        for batch in data.batches(f"SELECT {', '.join(terms)} FROM data", min(rows, max(1, CELLS // len(terms)))):
            shape, parts = (len(batch), len(numbers)), map(itemgetter(slice(len(numbers))), batch)
            values = np.fromiter(chain.from_iterable(parts), np.float64, math.prod(shape)).reshape(shape)
            columns = {name: Column(name, types[name], values[:, k].copy()) for k, name in enumerate(numbers)}
            for k, name in enumerate(texts, len(numbers)):
                columns[name] = worded(name, types[name], [row[k] for row in batch])
            kept = {name: verbatim(name, [row[k] for row in batch]) for k, name in enumerate(keep, len(types))}
            yield Table(stem(source), {name: columns[name] for name in types}, kept=kept)


@contextmanager
def opened(data: Any) -> Iterator[Source]:
    """Open a file (str or path-like), a frame, arrays or records; see `read_table`.

    Raises:
        UsageError: there is no such file, or it is none that can be read; or data of another kind.
    """
    scratch = Path(tempfile.gettempdir(), f"nudge-{uuid.uuid4().hex}")
    connection = connected(scratch)
    try:
        if isinstance(data, (str, os.PathLike)):
            source = file(connection, Path(data), scratch)
        else:
            source = frame(connection, data)
        yield source
        source.whole()
    finally:
        connection.close()
        shutil.rmtree(scratch, ignore_errors=True)


def stem(source: Any) -> str:
    """Name a table after its file."""
    if not isinstance(source, (str, os.PathLike)):
        return "table"
    path = Path(source)
    return Path(path.stem).stem if path.suffix == ".gz" else path.stem


# -- checks ----------------------------------------------------------------------------------------


def check_names(data: Source, names: Iterable[str]) -> None:
    """Raise UsageError, naming all columns that there are not."""
    missing = [name for name in dict.fromkeys(names) if name not in data.places]
    if missing:
        close = {name: difflib.get_close_matches(name, data.names, n=1) for name in missing}
        pairs = [found[0] + f" for {name}" * (len(missing) > 1) for name, found in close.items() if found]
        near = f"did you mean {', '.join(pairs)}?" if pairs else f"it has {', '.join(data.names[:SHOWN])}"
        more = f" and {len(data.names) - SHOWN:,} more" if not pairs and len(data.names) > SHOWN else ""
        raise UsageError(f"{data.where} has no column {', '.join(missing)}; {near}{more}")


def check(data: Source, found: Mapping[str, Found]) -> int:
    """Count the rows. Raises UsageError for none, and for the first value that is not what its column is."""
    ((rows,),) = data.all("SELECT count(*) FROM data")
    if not rows:
        raise UsageError(f"{data.where} has column names, but no rows")
    suspects = {name: wrong_sql(data, name, column) for name, column in found.items()}
    for piece in pieces([name for name, wrong in suspects.items() if wrong]):
        terms = ", ".join(f"count(CASE WHEN {suspects[name]} THEN 1 END)" for name in piece)
        (wrongs,) = data.all(f"SELECT {terms} FROM data")
        for name, count in zip(piece, wrongs, strict=True):
            if count:
                refuse(data, name, found[name], suspects[name])
    return int(rows)


def wrong_sql(data: Source, name: str, found: Found) -> str:
    """Tell, in SQL, whether a value is not what its column is; '' where that cannot be."""
    if found.type is None or found.type.words or found.clean:
        return ""
    if data.kind(name) == found.type.kind:
        return f"isinf(CAST({data.column(name)} AS DOUBLE))" if found.type.kind == "number" else ""
    text = text_of(data, name)
    read = found.type.sql(text)
    return f"CASE WHEN {read} IS NULL THEN {text} IS NOT NULL AND NOT {gap_sql(text)} ELSE isinf({read}) END"


def refuse(data: Source, name: str, found: Found, wrong: str) -> None:
    """Raise UsageError for the first value that is not what its column is."""
    assert found.type is not None
    rows = "SELECT row_number() OVER () AS row, * FROM data"
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
    return or_nan(read)


def whole(data: Source, found: Mapping[str, Found], rows: int) -> dict[str, Column]:
    """Read columns, as many at once as are not too much."""
    columns: dict[str, Column] = {}
    numbers: dict[str, list[tuple[str, ColumnType]]] = {}
    for name, column in found.items():
        if column.type is None or column.type.words:
            columns[name] = words(data, name, column.type, rows)
        elif column.type == POINT and name in data.read:
            columns[name] = Column(name, column.type, data.read.pop(name), note=column.note)
        else:
            numbers.setdefault(data.relation(name), []).append((name, column.type))
    step = min(AT_ONCE, max(1, BYTES // (8 * rows)))
    for relation, these in numbers.items():
        for start in range(0, len(these), step):
            piece = these[start : start + step]
            terms = ", ".join(f"{value(data, name, type_)} AS v{k}" for k, (name, type_) in enumerate(piece))
            arrays = data.arrays(f"SELECT {terms} FROM {relation}")
            for k, (name, type_) in enumerate(piece):
                columns[name] = Column(name, type_, np.asarray(arrays.pop(f"v{k}")), note=found[name].note)
    return {name: columns[name] for name in found}


def words(data: Source, name: str, type_: ColumnType | None, rows: int) -> Column:
    """Read a column of words; whether they are a category or a text is seen by how many they are."""
    text = text_of(data, name)
    given = f"(SELECT {text} AS v FROM {data.relation(name)})"
    data.all(f"CREATE OR REPLACE TEMP TABLE words AS SELECT DISTINCT v FROM {given} WHERE v IS NOT NULL ORDER BY v")
    found, places = sorted_words(data.arrays("SELECT v FROM words")["v"])
    # A join does not keep the order of rows, so each comes with its number.
    numbered = f"(SELECT row_number() OVER () - 1 AS row, v FROM {given})"
    at = data.arrays(
        "SELECT CAST(row AS INTEGER) AS row, CAST(place AS INTEGER) AS place "
        f"FROM {numbered} JOIN (SELECT rowid AS place, v FROM words) USING (v)"
    )
    values = np.full(rows, -1, np.int32)
    values[at["row"]] = places[at["place"]]
    kind = "text" if len(found) > max(FEW, SHARE * rows) else "category"
    return Column(name, type_ or ColumnType(kind), values, found)
