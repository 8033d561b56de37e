"""What is read, be it a file or a frame: one relation of DuckDB's, whose columns are called c0, c1, … there."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from .csvfile import named

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "2GiB"  # that DuckDB takes at most before it spills to disk
MOST_THREADS = 8
NUMBERS = ("INT", "DOUBLE", "FLOAT", "DECIMAL")  # parts of the names of DuckDB's types of numbers


@dataclass(frozen=True)
class Source:
    """A relation called `data`, gone through by queries."""

    connection: DuckDBPyConnection
    where: str  # the file, or what kind of frame, for messages
    names: tuple[str, ...]
    kinds: tuple[str, ...]  # what each column is by its type: number, flag, date, category; "" where it is text
    said: tuple[str, ...]  # what has been found out about the source, in words
    sha256: str = ""  # of a file
    fast: bool = False  # whether the relation is a table in memory, not a file that is gone through at every query
    held: set[str] = field(default_factory=set)  # columns that are in a table of that name
    read: dict[str, Any] = field(default_factory=dict)  # columns of text as plain numbers, NaN where there is none
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


def connected(scratch: Path) -> DuckDBPyConnection:
    """Connect to a database of one's own, in memory, that loads nothing and spills into `scratch`."""
    import duckdb

    connection = duckdb.connect(
        ":memory:",
        config={
            "autoload_known_extensions": False,
            "autoinstall_known_extensions": False,
            "python_enable_replacements": False,
            "memory_limit": MEMORY,
            "temp_directory": str(scratch),
        },
    )
    (threads,) = connection.execute("SELECT current_setting('threads')").fetchall()[0]
    connection.execute(f"SET threads = {min(threads, MOST_THREADS)}")
    # Times are the same everywhere; objects of a frame are texts, not what the first thousand look like.
    connection.execute("SET TimeZone = 'UTC'; SET pandas_analyze_sample = 0")
    with suppress(duckdb.InvalidInputException):  # in a notebook without ipywidgets, where there can be no bar
        connection.execute("SET enable_progress_bar = false")
    return connection


def quoted(text: str) -> str:
    """Write a text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def relation(source: Source, query: str, names: Sequence[str] = ()) -> Source:
    """Make the relation `data` of typed columns."""
    with source.explaining():
        described = source.connection.execute(f"DESCRIBE SELECT * FROM {query}").fetchall()
    if not names:
        names, _ = named([row[0] for row in described], source.where)
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
