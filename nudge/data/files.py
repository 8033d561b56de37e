"""A file, of text or of Parquet, opened as a relation."""

from __future__ import annotations

import difflib
import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError
from . import csvfile
from .source import Source, quoted, relation

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SMALL = 1 << 25  # bytes; a smaller file is held in memory while it is read, not gone through again and again
WIDE = 2000  # columns; a table in memory takes too much for each


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
    stems = {p.stem: p for p in sorted(path.parent.iterdir()) if p.is_file()}  # endings are alike anyway
    close = difflib.get_close_matches(path.stem, stems, n=1)
    return f"; did you mean {stems[close[0]]}?" if close else ""


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
