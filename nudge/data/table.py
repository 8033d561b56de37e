"""Tables: columns of numbers, words and moments."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError, nearest
from ..words import plural
from .kinds import GAPS, ColumnType, shown

SOME = 3  # words that are shown


@dataclass(frozen=True)
class Column:
    """A column's values.

    Numbers are float64, and so are dates, in seconds since 1970 UTC; NaN is a gap. Of categories and texts, values are
    int32 positions in `words`, and -1 is a gap.
    """

    name: str
    type: ColumnType
    values: NDArray[Any]
    words: tuple[str, ...] = ()  # sorted, numbers by size
    note: str = ""  # what was guessed about its type

    @property
    def gap(self) -> NDArray[np.bool_]:
        """Which values are missing."""
        return self.values < 0 if self.type.words else np.isnan(self.values)

    @property
    def gaps(self) -> int:
        """How many values are missing."""
        return int(self.gap.sum())

    @property
    def distinct(self) -> int:
        """How many different values there are, gaps aside."""
        return len(self.occurring if self.type.words else np.unique(self.values[~self.gap]))

    @property
    def occurring(self) -> NDArray[np.intp]:
        """Which of its words occur, as positions."""
        return np.flatnonzero(np.bincount(self.values[self.values >= 0], minlength=len(self.words)))

    def take(self, rows: Any) -> Column:
        """Pick values by position."""
        return replace(self, values=self.values[rows])

    def describe(self) -> str:
        """Say what it is and what was inferred, in a few words.

        >>> Column("size", ColumnType("number", decimal=","), np.array([1.5, np.nan])).describe()
        'number, decimal comma, 1 gap'
        """
        said = str(self.type)
        if self.type.words:
            count = len(occurring := self.occurring)
            said += f": {plural(count, 'word')}"
            some = [self.words[k] for k in occurring[:SOME]]
            said += f" ({', '.join(shown(word) for word in some)}{', …' * (count > SOME)})" if some else ""
        elif self.type.kind == "date" and not self.gap.all():
            first, last = np.nanmin(self.values), np.nanmax(self.values)
            said += f", {day(first)} to {day(last)}"
        gaps = self.gaps
        said += f", {plural(gaps, 'gap')}" if gaps else ""
        return said + (f"; {self.note}" if self.note else "")


def day(seconds: float) -> str:
    """Write a moment's day.

    >>> day(86400.0)
    '1970-01-02'
    """
    return str(np.datetime64(int(seconds), "s").astype("datetime64[D]"))


@dataclass(frozen=True)
class Table:
    """Columns of one length, by name.

    >>> from nudge.data import read_table
    >>> table = read_table({"size": [1.5, 2.0], "city": ["rome", None]})
    >>> len(table), table["city"].words, table["city"].values.tolist()
    (2, ('rome',), [0, -1])
    """

    name: str
    columns: dict[str, Column]  # in the file's order
    origin: str = ""  # what was read, in words
    fingerprint: str = ""  # of the content
    kept: dict[str, Column] = field(default_factory=dict)  # columns handed through as the text that they are

    def __len__(self) -> int:
        """Count the rows."""
        return next((len(column.values) for column in (*self.columns.values(), *self.kept.values())), 0)

    def __getitem__(self, name: str) -> Column:
        """Give a column. Raises UsageError for one that there is not."""
        if name not in self.columns:
            raise UsageError(f"there is no column {name}{nearest(name, self.columns)}")
        return self.columns[name]

    def take(self, rows: Any) -> Table:
        """Pick rows by position, an array of integers or booleans, or a slice."""
        columns = {name: column.take(rows) for name, column in self.columns.items()}
        return replace(self, columns=columns, kept={name: column.take(rows) for name, column in self.kept.items()})

    def describe(self) -> str:
        """List the columns, one a line: name, kind, what was inferred."""
        width = max((len(name) for name in self.columns), default=0)
        return "\n".join(f"{name:{width}}  {column.describe()}" for name, column in self.columns.items())


# -- words -----------------------------------------------------------------------------------------


def clean(word: str | None) -> str | None:
    """Put a word into the form in which it counts; None for a gap."""
    word = (word or "").strip()
    low = word.lower()
    if low in GAPS:
        return None
    return low if low in ("true", "false") else word


def sorted_words(raw: Sequence[str | None]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Sort words, and give the position of each of `raw`; -1 for a gap, also at index -1.

    >>> words, places = sorted_words(["10", "b", " 2", None])
    >>> words, places.tolist()
    (('2', '10', 'b'), [1, 2, 0, -1, -1])
    """
    cleaned = [clean(word) for word in raw]
    numbers, others = [], []
    for word in {word for word in cleaned if word is not None}:
        try:
            number = float(word)
        except ValueError:
            number = math.nan
        if math.isnan(number):  # which has no place among numbers
            others.append(word)
        else:
            numbers.append((number, word))
    words = (*(word for _, word in sorted(numbers)), *sorted(others))
    places = {word: k for k, word in enumerate(words)}
    return words, np.array([*(-1 if word is None else places[word] for word in cleaned), -1], np.int32)


def worded(name: str, type_: ColumnType, part: Sequence[str | None]) -> Column:
    """Make a column of words."""
    places: dict[str | None, int] = {}
    codes = np.array([places.setdefault(word, len(places)) for word in part])
    words, mapped = sorted_words(list(places))
    return Column(name, type_, mapped[codes], words)


def verbatim(name: str, part: Sequence[str | None]) -> Column:
    """Make a column of texts as they are."""
    places: dict[str, int] = {}
    codes = np.array([-1 if word is None else places.setdefault(word, len(places)) for word in part], np.int32)
    return Column(name, ColumnType("text"), codes, tuple(places))


def fingerprint(columns: Iterable[Column]) -> str:
    """Give a digest of columns' names, words and values."""
    digest = hashlib.sha256()
    for column in columns:
        digest.update(repr((column.name, column.type, column.words)).encode())
        digest.update(np.ascontiguousarray(column.values).tobytes())
    return digest.hexdigest()
