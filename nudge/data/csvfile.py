"""What a file of text is, before it is read: its encoding, what separates its fields, its columns' names.

And after it could not be: which line is at fault.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from ..errors import UsageError

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
ENCODINGS = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252"}
CHUNK = 1 << 20
SAMPLE = 1 << 18  # characters by which separators are judged, or more, up to MOST, so that there are LINES
LINES, MOST = 20, 1 << 26
LONGEST = 2_000_000  # bytes of a row, which is DuckDB's limit
SHOWN = 60  # characters of a line at fault

# How files begin that are mistaken for tables, and what to do about each.
OTHERS = {
    b"PK\x03\x04": "a ZIP archive or a spreadsheet: save the sheet as CSV, or unpack it",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: save the sheet as CSV",
    b"%PDF": "a PDF",
    b"SQLite format 3": "a SQLite database: export the table as CSV",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"<!DOCTYPE": "a page of HTML, not the file behind it",
    b"<!doctype": "a page of HTML, not the file behind it",
    b"<html": "a page of HTML, not the file behind it",
    b'{"': "JSON: write it as CSV",
    b"{\n": "JSON: write it as CSV",
    b"[{": "JSON: write it as CSV",
    b"[\n": "JSON: write it as CSV",
    b"\x28\xb5\x2f\xfd": "compressed by zstd: unpack it, or compress it by gzip",
    b"BZh": "compressed by bzip2: unpack it, or compress it by gzip",
    b"\xfd7zXZ": "compressed by xz: unpack it, or compress it by gzip",
}


@dataclass(frozen=True)
class Text:
    """A file of text, as its bytes have been found to be."""

    path: Path
    encoding: str  # as Python names it
    gzipped: bool
    sha256: str
    plain: bool  # whether it is UTF-8 with one kind of line ends, and so can be read as it is

    def open(self) -> IO[str]:
        """Open it as text, its line ends as they are."""
        return io.TextIOWrapper(raw(self.path, self.gzipped), encoding=self.encoding, newline="")

    def copy(self, path: Path) -> None:
        """Write it as UTF-8 with plain line ends."""
        with (
            io.TextIOWrapper(raw(self.path, self.gzipped), encoding=self.encoding) as text,
            path.open("w", encoding="utf-8", newline="\n") as out,
        ):
            while piece := text.read(CHUNK):
                out.write(piece)


@dataclass(frozen=True)
class Dialect:
    """How a text is a table."""

    separator: str
    skip: int  # lines before the header
    header: tuple[str, ...]  # as it stands

    def rows(self, text: IO[str]) -> Iterator[tuple[int, list[str]]]:
        """Go through all rows, the header first, each with the line that it begins on.

        Raises:
            UsageError: a row has a quote at the wrong place, or no end.
        """
        line = self.skip + 1
        for _ in range(self.skip):
            text.readline()
        reader = csv.reader(text, delimiter=self.separator, skipinitialspace=self.separator != "\t", strict=True)
        usual = csv.field_size_limit(LONGEST)
        try:
            for row in reader:
                if row or len(self.header) == 1:
                    yield line, row or [""]
                line = self.skip + reader.line_num + 1
        except csv.Error as error:
            if "limit" in str(error):
                raise UsageError(f"line {line:,} is longer than {LONGEST:,} bytes; is a quote not closed?") from None
            raise UsageError(f"line {line:,} opens a quote that is not closed, or goes on after one that is") from None
        finally:
            csv.field_size_limit(usual)


def raw(path: Path, gzipped: bool) -> IO[bytes]:
    """Open a file's bytes, unpacked."""
    return cast("IO[bytes]", gzip.open(path)) if gzipped else path.open("rb")


def examine(path: Path) -> Text:
    """Go through a file's bytes once, a piece at a time.

    Raises:
        UsageError: it is empty, no text, or in no one encoding.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(max(map(len, OTHERS)))
    for magic, what in OTHERS.items():
        if head.startswith(magic):
            raise UsageError(f"{path} is {what}")
    gzipped = head.startswith(b"\x1f\x8b")
    wide = False
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    digest, size, strange, proper, crlf, cr, lf = hashlib.sha256(), 0, 0, 0, 0, 0, 0
    try:
        with raw(path, gzipped) as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                wide = wide or (not size and chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)))
                size += len(chunk)
                if wide:
                    continue
                if b"\0" in chunk:
                    line = line_of_byte(path, gzipped, size - len(chunk) + chunk.index(b"\0"))
                    raise UsageError(f"{path} is no text: line {line:,} has a NUL byte")
                while chunk.endswith(b"\r") and (more := file.read(1)):
                    digest.update(more)
                    size += len(more)
                    chunk += more
                text = decoder.decode(chunk)
                if not text.isascii():
                    escaped = len(re.findall("[\udc80-\udcff]", text))
                    strange += escaped
                    proper += len(text) - len(text.encode("ascii", "ignore")) - escaped
                pairs = chunk.count(b"\r\n")
                crlf += pairs
                cr += chunk.count(b"\r") - pairs
                lf += chunk.count(b"\n") - pairs
    except (EOFError, gzip.BadGzipFile) as error:
        raise UsageError(f"{path} is not what gzip writes, or is cut off ({error})") from None
    strange += len(decoder.decode(b"", final=True))
    if not size:
        raise UsageError(f"{path} is empty: expected a line of column names, and rows")
    encoding = "utf-16" if wide else "cp1252" if strange else "utf-8-sig"
    if strange and proper >= strange:
        encoding = "utf-8-sig"
    alike = (crlf > 0) + (cr > 0) + (lf > 0) < 2
    found = Text(path, encoding, gzipped, digest.hexdigest(), alike and encoding == "utf-8-sig")
    if wide or strange:
        check_encoding(found)
    return found


def check_encoding(text: Text) -> None:
    """Raise UsageError, with the line, where a text has bytes that its encoding has not."""
    decoder = codecs.getincrementaldecoder(text.encoding)()
    line = 1
    with raw(text.path, text.gzipped) as file:
        while True:
            chunk = file.read(CHUNK)
            try:
                line += decoder.decode(chunk, final=not chunk).count("\n")
            except UnicodeDecodeError as error:
                line += error.object[: error.start].count(b"\n")
                what = "is no text, or neither UTF-8, UTF-16 nor Windows-1252"
                if text.encoding != "cp1252":
                    what = f"is {ENCODINGS[text.encoding]}, but not throughout"
                byte = f"byte 0x{error.object[error.start]:02X} on line {line:,}"
                raise UsageError(f"{text.path} {what} ({byte}): save it as UTF-8") from None
            if not chunk:
                return


def line_of_byte(path: Path, gzipped: bool, place: int) -> int:
    """Count the lines up to a byte."""
    with raw(path, gzipped) as file:
        return 1 + sum(file.read(min(CHUNK, place - start)).count(b"\n") for start in range(0, place, CHUNK))


def sniff(text: Text) -> Dialect:
    """Find what separates a text's fields, and its header.

    The separator is the one under which most rows are as wide as the header.
    """
    with text.open() as file:
        sample = piece = file.read(SAMPLE)
        while piece and len(sample) < MOST and sample.count("\n") + sample.count("\r") < LINES:
            sample += (piece := file.read(SAMPLE))
        if file.read(1):
            sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1]
    lines = sample.splitlines()
    skip = next((k for k, line in enumerate(lines) if line.strip()), len(lines))
    if skip == len(lines):
        raise UsageError(f"{text.path} has nothing but blank lines: expected a line of column names, and rows")
    told = re.fullmatch(r"sep=(.)", lines[skip].strip('"'))  # Excel's way to name the separator
    if told:
        skip += 1
    sample = "".join(sample.splitlines(keepends=True)[skip:])

    def fit(separator: str) -> tuple[bool, float, int]:
        rows = [row for row in fields(sample, separator) if row]
        width = len(rows[0]) if rows else 1
        wide = sum(len(row) > 1 for row in rows) > len(rows) / 2
        fitting = sum(len(row) == width for row in rows[1:]) / max(len(rows) - 1, 1)
        return width > 1 and wide, fitting, width

    separator = told[1] if told and told[1] in SEPARATORS else max(SEPARATORS, key=fit)
    return Dialect(separator, skip, tuple(next(fields(sample, separator), [""])))


def fields(sample: str, separator: str) -> Iterator[list[str]]:
    """Part a sample into rows, as far as that goes."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=separator, skipinitialspace=separator != "\t")
    try:
        yield from reader
    except csv.Error:
        return


def fault(text: Text, dialect: Dialect) -> str:
    """Say which line of a text that could not be read is the first at fault, and how; '' where none is found."""
    width = len(dialect.header)
    with text.open() as file:
        try:
            # A separator at the end of the line, as some programs write, is no field.
            line, row = next(
                (line, row)
                for line, row in dialect.rows(file)
                if len(row) != width and not (len(row) == width + 1 and not row[-1])
            )
        except StopIteration:
            return ""
        except UsageError as error:
            return str(error)
    begin = " ".join(dialect.separator.join(row).split())
    begin = begin[:SHOWN] + "…" * (len(begin) > SHOWN)
    separated = "" if width == len(row) == 1 else f", {SEPARATORS[dialect.separator]}-separated"
    fields = f"{len(row)} field{'s' * (len(row) != 1)}"
    return f"line {line:,} has {fields}, but the header {width}{separated}; it begins: {begin}"


def line_of_row(text: Text, dialect: Dialect, row: int) -> int:
    """Give the line that a row begins on; rows are counted from 1, without the header."""
    with text.open() as file:
        return next((line for number, (line, _) in enumerate(dialect.rows(file)) if number == row), 0)


def named(header: Sequence[str], where: str) -> tuple[list[str], list[str]]:
    """Give columns their names, and say which of them had none: those are called after their place.

    Raises:
        UsageError: a name occurs twice.
    """
    names = [" ".join(str(name).split()) for name in header]
    unnamed = [f"column_{k}" for k, name in enumerate(names, 1) if not name]
    names = [name or f"column_{k}" for k, name in enumerate(names, 1)]
    seen: dict[str, int] = {}
    for k, name in enumerate(names, 1):
        if name in seen:
            raise UsageError(f"{where} has two columns {name} (columns {seen[name]} and {k}): rename one of them")
        seen[name] = k
    return names, unnamed


NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")


def check_header(header: Sequence[str], where: str) -> None:
    """Raise UsageError for a first line that looks like data: names that are numbers and do not count up."""
    numbers = [name for name in map(str.strip, header) if NUMBER.fullmatch(name)]
    whole = [int(name) for name in numbers if name.isdecimal()]
    counting = len(whole) == len(numbers) > 1 and whole == list(range(whole[0], whole[0] + len(whole)))
    broken = len(numbers) > len(whole) and 2 * len(numbers) >= len(header)
    if numbers and not counting and (len(numbers) == len(header) or broken):
        some = ", ".join(header[:4]) + ", …" * (len(header) > 4)
        raise UsageError(f"{where} has no line of column names: it begins with {some}; put names above the numbers")
