"""A file or a frame, opened as one relation of DuckDB's, whatever it is: its columns are called c0, c1, … there."""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import shutil
import stat
import tempfile
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import UsageError
from . import csvfile
from .frames import columns_of, plain

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SMALL = 1 << 25  # bytes; a smaller file is held in memory while it is read, not gone through again and again
WIDE = 2000  # columns; a table in memory takes too much for each
MEMORY = "2GiB"  # that DuckDB takes at most before it spills to disk
MOST_THREADS = 8
NUMBERS = ("INT", "DOUBLE", "FLOAT", "DECIMAL")  # parts of the names of DuckDB's types of numbers


@dataclass(frozen=True)
class Source:
    """A relation called `data`, open for as long as `opened` is."""

    connection: DuckDBPyConnection
    where: str  # the file, or what kind of frame, for messages
    names: tuple[str, ...]
    kinds: tuple[str, ...]  # what each column is by its type: number, flag, date, category; "" where it is text
    said: tuple[str, ...]  # what has been found out about the source, in words
    sha256: str = ""  # of a file
    fast: bool = False  # whether the relation is a table in memory, not a file that is gone through at every query
    held: set[str] = field(default_factory=set)  # columns that are in a table of that name
    separated: bool = False  # whether it is a file of text
    semicolons: bool = False  # whether these separate fields
    line_of_row: Callable[[int], int] | None = None  # the line that a row, counted from 1, begins on
    whole: Callable[[], None] = lambda: None  # raises UsageError where the file is no longer what it was
    fault: Callable[[], str] = str  # says what is wrong with the file

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each column stands."""
        return {name: k for k, name in enumerate(self.names)}

    def column(self, name: str) -> str:
        """Give a column's name in the relation."""
        return f"c{self.places[name]}"

    def kind(self, name: str) -> str:
        """Say what a column is by its type."""
        return self.kinds[self.places[name]]

    def hold(self, names: Collection[str]) -> None:
        """Put columns that will be asked for again into a table in memory, compressed."""
        if names and not self.fast:
            columns = ", ".join(self.column(name) for name in names)
            self.all("ATTACH ':memory:' AS compressed (COMPRESS)")
            self.all(f"CREATE TABLE compressed.held AS SELECT {columns} FROM data")
            self.held.update(names)

    def relation(self, name: str) -> str:
        """Give the relation in which a column is found most quickly."""
        return "compressed.held" if name in self.held else "data"

    def at(self, row: int) -> str:
        """Say where a row, counted from 1, is."""
        line = self.line_of_row(row) if self.line_of_row else 0
        return f"row {row:,} (line {line:,})" if line else f"row {row:,}"

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Put what DuckDB objects to into our own words, a UsageError."""
        import duckdb

        try:
            yield
        except (duckdb.InterruptException, RuntimeError) as error:
            if "interrupted" not in str(error).lower():
                raise
            raise KeyboardInterrupt from None
        except duckdb.Error as error:
            self.whole()
            why = self.fault() or re.sub(r"^(\w+ )*Error: ", "", str(error).strip().splitlines()[0])
            if isinstance(error, duckdb.OutOfMemoryException):
                why = "it does not fit into memory"
            raise UsageError(f"{self.where} cannot be read: {why}") from None

    def all(self, query: str) -> list[tuple[Any, ...]]:
        """Give all rows of a query's result."""
        with self.explaining():
            return self.connection.execute(query).fetchall()

    def arrays(self, query: str) -> dict[str, Any]:
        """Give a query's result as arrays, by column."""
        with self.explaining():
            return self.connection.execute(query).fetchnumpy()

    def batches(self, query: str, rows: int) -> Iterator[list[tuple[Any, ...]]]:
        """Give a query's result some rows at a time."""
        with self.explaining():
            cursor = self.connection.execute(query)
        while True:
            with self.explaining():
                batch = cursor.fetchmany(rows)
            if not batch:
                return
            yield batch


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


def connected(scratch: Path) -> DuckDBPyConnection:
    """Connect to a database of one's own, in memory, that loads nothing and spills into `scratch`."""
    import duckdb

    connection = duckdb.connect(
        ":memory:",
        config={
            "autoload_known_extensions": False,
            "autoinstall_known_extensions": False,
            "python_enable_replacements": False,
            "threads": min(os.cpu_count() or 1, MOST_THREADS),
            "memory_limit": MEMORY,
            "temp_directory": str(scratch),
        },
    )
    # Texts and times are the same everywhere; objects of a frame are texts, not what the first thousand look like.
    connection.execute("SET TimeZone = 'UTC'; SET pandas_analyze_sample = 0; SET enable_progress_bar = false")
    return connection


# -- files -----------------------------------------------------------------------------------------


def file(connection: DuckDBPyConnection, path: Path, scratch: Path) -> Source:
    """Open a file of text or of Parquet."""
    unchanged = watch(path, stamp(path))
    try:
        with path.open("rb") as bytes_:
            parquet = bytes_.read(4) == b"PAR1"
        if parquet or path.suffix.lower() in (".parquet", ".pq"):
            source = parquet_file(connection, path, parquet)
        else:
            source = text_file(connection, path, scratch)
    except OSError as error:
        unchanged()
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from None
    unchanged()
    return replace(source, whole=unchanged)


def stamp(path: Path) -> tuple[int, int, int]:
    """Give what changes when a file does. Raises UsageError for what is no file."""
    try:
        about = path.stat()
    except FileNotFoundError:
        raise UsageError(f"there is no file {path}{neighbour(path)}") from None
    if stat.S_ISDIR(about.st_mode):
        raise UsageError(f"{path} is a folder: give one file of it")
    if not stat.S_ISREG(about.st_mode):
        raise UsageError(f"{path} is no regular file: save what it gives to one first")
    return about.st_ino, about.st_size, about.st_mtime_ns


def neighbour(path: Path) -> str:
    """Name the file nearest to one that is not there, as the tail of a message."""
    if not path.parent.is_dir():
        return f", and no folder {path.parent}"
    if any(sign in path.name for sign in "*?[") and len(found := sorted(path.parent.glob(path.name))) > 1:
        return f"; {len(found)} are like it: give one of them, such as {found[0]}"
    close = difflib.get_close_matches(path.name, sorted(p.name for p in path.parent.iterdir() if p.is_file()), n=1)
    return f"; did you mean {path.with_name(close[0])}?" if close else ""


def watch(path: Path, before: tuple[int, int, int]) -> Callable[[], None]:
    """Make what raises UsageError where a file is no longer what it was."""

    def whole() -> None:
        try:
            about = path.stat()
        except FileNotFoundError:
            raise UsageError(f"{path} vanished while it was read") from None
        if (about.st_ino, about.st_size, about.st_mtime_ns) != before:
            raise UsageError(f"{path} changed while it was read: read it again once it is written")

    return whole


def literal(path: Path) -> str:
    """Write a path as an SQL string in which no sign stands for others."""
    full = os.path.abspath(path)
    return quoted("".join(f"[{sign}]" if sign in "*?[" else sign for sign in full))


def quoted(text: str) -> str:
    """Write a text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def text_file(connection: DuckDBPyConnection, path: Path, scratch: Path) -> Source:
    """Open a file of text whose fields are separated."""
    text = csvfile.examine(path)
    dialect = csvfile.sniff(text)
    names, unnamed = csvfile.named(dialect.header, str(path))
    csvfile.check_header(dialect.header, str(path))
    read = path
    if not text.plain:
        scratch.mkdir(exist_ok=True)
        read = scratch / "text"
        text.copy(read)
    columns = ", ".join(f"c{k}: 'VARCHAR'" for k in range(len(names)))
    options = {
        "auto_detect": "false",
        "columns": f"{{{columns}}}",
        "header": "true",
        "skip": str(dialect.skip),
        "delim": quoted(dialect.separator),
        "quote": "'\"'",
        "escape": "'\"'",
        "compression": "'gzip'" if text.gzipped and text.plain else "'none'",
    }
    given = ", ".join(f"{key} = {value}" for key, value in options.items())
    query = f"SELECT * FROM read_csv({literal(read)}, {given})"
    separated = f"{csvfile.SEPARATORS[dialect.separator]}-separated"
    source = Source(
        connection,
        str(path),
        tuple(names),
        ("",) * len(names),
        (
            ("one column" if len(names) == 1 else separated) + f", {csvfile.ENCODINGS[text.encoding]}",
            *([f"without a name: {', '.join(unnamed)}"] if unnamed else []),
        ),
        text.sha256,
        separated=True,
        semicolons=dialect.separator == ";",
        line_of_row=lambda row: csvfile.line_of_row(text, dialect, row),
        fault=lambda: csvfile.fault(text, dialect),
    )
    fast = path.stat().st_size < SMALL and len(names) < WIDE
    source.all(f"CREATE {'TABLE' if fast else 'VIEW'} data AS {query}")
    return replace(source, fast=fast)


def parquet_file(connection: DuckDBPyConnection, path: Path, begun: bool) -> Source:
    """Open a file of Parquet."""
    digest = hashlib.sha256()
    with path.open("rb") as bytes_:
        while piece := bytes_.read(1 << 20):
            digest.update(piece)
            end = piece[-4:]
    if not begun or end != b"PAR1":
        raise UsageError(f"{path} is no Parquet file, or is cut off: it does not begin and end as those do")
    source = Source(connection, str(path), (), (), ("Parquet",), digest.hexdigest(), fault=lambda: "it is damaged")
    return relation(source, f"read_parquet({literal(path)}, hive_partitioning = false)")


# -- frames ----------------------------------------------------------------------------------------


def frame(connection: DuckDBPyConnection, data: Any) -> Source:
    """Open a data frame, or arrays, or records."""
    import duckdb

    module = type(data).__module__.partition(".")[0]
    if module == "polars" and hasattr(data, "collect"):
        data = data.collect()
    own = getattr(data, "column_names" if module == "pyarrow" else "columns", None)
    if module not in ("pandas", "polars", "pyarrow") or own is None:
        source = Source(connection, "the data", (), (), ())
        columns = columns_of(data)
    elif not len(own):
        raise UsageError(f"the {module} frame has no columns")
    else:
        source = Source(connection, f"the {module} frame", (), (), ())
        names, _ = csvfile.named(own, source.where)
        try:
            connection.register("given", data)
            source = relation(source, "given", names)
        except (duckdb.Error, ImportError, UsageError):  # types that DuckDB lacks; Polars without PyArrow
            columns = {name: np.asarray(data[key]) for name, key in zip(names, own, strict=True)}
        else:
            dtypes = map(str, data.dtypes) if module == "pandas" else names
            kinds = zip(source.kinds, dtypes, strict=True)
            return replace(source, kinds=tuple("category" if dtype == "category" else kind for kind, dtype in kinds))
    arrays = {name: plain(values, name) for name, values in columns.items()}
    lengths = {name: len(values) for name, values in arrays.items()}
    if len(set(lengths.values())) > 1:
        some = ", ".join(f"{name} has {length:,}" for name, length in list(lengths.items())[:5])
        raise UsageError(f"columns are not of one length: {some}")
    connection.register("given", {f"c{k}": values for k, values in enumerate(arrays.values())})
    return relation(source, "given", list(arrays))


def relation(source: Source, query: str, names: Sequence[str] = ()) -> Source:
    """Make the relation `data` of typed columns."""
    with source.explaining():
        described = source.connection.execute(f"DESCRIBE SELECT * FROM {query}").fetchall()
    if not names:
        names, _ = csvfile.named([row[0] for row in described], source.where)
    aliases = ", ".join(f"c{k}" for k in range(len(names)))
    with source.explaining():
        source.connection.execute(f"CREATE VIEW data AS SELECT * FROM (SELECT * FROM {query}) AS given({aliases})")
    return replace(source, names=tuple(names), kinds=tuple(kind_of_type(row[1]) for row in described))


def kind_of_type(name: str) -> str:
    """Say what a column of one of DuckDB's types is; "" for what is read as text."""
    if name.endswith("[]") or name.startswith(("STRUCT", "MAP", "UNION", "INTERVAL")):
        return ""
    if name == "BOOLEAN":
        return "flag"
    if name.startswith("ENUM"):
        return "category"
    if name == "DATE" or name.startswith("TIMESTAMP"):
        return "date"
    return "number" if any(part in name for part in NUMBERS) else ""
