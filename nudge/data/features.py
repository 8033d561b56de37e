"""From a table's columns to the numbers that a network sees: fitted on the training part, kept as plain data.

Numbers are scaled robustly and their tails bent in smoothly, so that an outlier pulls no weight: x becomes
z/√(1 + (z/3)²), z = (x − median)/(q₇₅ − q₂₅), which never leaves (−3, 3) (Holzmüller et al., "Better by default",
2024, arXiv:2407.04491). A gap is the median and, where the training part had gaps, a flag beside it. Categories are
one-hot, what was not seen in training is nothing; of very many words the rare ones are hashed into a few slots.
"""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError
from ..words import plural
from .table import Column, Table

Matrix = NDArray[np.float32]
MOST_WORDS = 256  # of a category that get a slot each
COMMON = 5  # times that a word occurs at least to get one, where there are more
BUCKETS = 16  # that all others share
FEW = 10  # rows, below which nothing is called an identifier
SAMPLE = 1_000_000  # rows that quantiles are taken of
BEND = 3.0
FAR = 1e9  # spreads, from where on it is all the same how far
DAY, YEAR = 86_400.0, 365.2425 * 86_400.0


@dataclass(frozen=True)
class Feature:
    """One column's way to numbers. `kind` names the class in a file."""

    column: str
    kind: ClassVar[str]

    @property
    def labels(self) -> tuple[str, ...]:
        """Name the numbers it makes, one a matrix column."""
        raise NotImplementedError

    def write(self, column: Column, out: Matrix) -> None:
        """Fill `out`, zeros of shape (n, len(labels)), from the n values of a column."""
        raise NotImplementedError

    def says(self) -> str:
        """Tell in a few words what becomes of the column."""
        raise NotImplementedError

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain data, fit for JSON."""
        return {"kind": self.kind, **dataclasses.asdict(self)}


@dataclass(frozen=True)
class Number(Feature):
    """A number, centred and scaled; its tails bent in, unless `bend` is off."""

    center: float
    scale: float
    flagged: bool = False  # whether a gap raises a flag of its own
    bend: bool = True
    gaps: int = 0  # in the training part
    kind = "number"

    @classmethod
    def fit(cls, column: Column) -> Number:
        """Measure a column's middle and spread, its gaps aside."""
        values = column.values[:: max(1, len(column.values) // SAMPLE)]
        known = values[~np.isnan(values)]
        low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
        # More than half the values may be one; then the spread is of all of them, as far as a uniform's quartiles.
        spread = high - low or known.max() / 2 - known.min() / 2
        gaps = column.gaps
        return cls(column.name, float(middle), float(spread) or 1.0, flagged=gaps > 0, gaps=gaps)

    @property
    def labels(self) -> tuple[str, ...]:
        """Name the number, and the flag."""
        return (self.column, f"{self.column} is missing") if self.flagged else (self.column,)

    def write(self, column: Column, out: Matrix) -> None:
        """Scale and bend; see the module."""
        missing = column.gap
        with np.errstate(over="ignore"):
            z = np.clip((column.values - self.center) / self.scale, -FAR, FAR)
        z[missing] = 0.0
        if self.bend:
            z /= np.hypot(1.0, z / BEND)
        out[:, 0] = z
        if self.flagged:
            out[:, 1] = missing

    def says(self) -> str:
        """Tell in a few words what becomes of the column."""
        gaps = f"; {plural(self.gaps, 'gap')} filled with the median, and flagged" if self.gaps else ""
        return f"around {self.center:g}, in units of {self.scale:g}{gaps}"


@dataclass(frozen=True)
class Category(Feature):
    """A category: a slot for each word of the training part and, where there were any, one for gaps.

    Of very many words only the common ones have a slot; the others share `buckets`, each in that of its CRC-32.
    """

    words: tuple[str, ...]
    buckets: int = 0
    flagged: bool = False
    gaps: int = 0
    kind = "category"

    @classmethod
    def fit(cls, column: Column) -> Category:
        """List the words that occur, or the common ones."""
        known = column.values[~column.gap]
        seen, counts = np.unique(known, return_counts=True)
        buckets = 0
        if len(seen) > MOST_WORDS:
            buckets = BUCKETS
            common = np.argsort(-counts, kind="stable")[:MOST_WORDS]
            seen = np.sort(seen[common[counts[common] >= COMMON]])
        gaps = len(column.values) - len(known)
        return cls(column.name, tuple(column.words[k] for k in seen), buckets, flagged=gaps > 0, gaps=gaps)

    @property
    def labels(self) -> tuple[str, ...]:
        """Name the slots."""
        shared = (f"{self.column} #{k}" for k in range(self.buckets))
        missing = (f"{self.column} is missing",) if self.flagged else ()
        return (*(f"{self.column} = {word}" for word in self.words), *shared, *missing)

    def slots(self, words: Iterable[str]) -> NDArray[np.int64]:
        """Find the slot of each word, -1 for one that has none; at the end, and so at index -1, that of a gap."""
        places = {word: k for k, word in enumerate(self.words)}
        last = len(places) + self.buckets

        def slot(word: str) -> int:
            return len(places) + zlib.crc32(word.encode()) % self.buckets if self.buckets else -1

        gap = last if self.flagged else -1
        return np.array([*(places[word] if word in places else slot(word) for word in words), gap])

    def write(self, column: Column, out: Matrix) -> None:
        """Raise the slot of each value."""
        _raise(self.slots(column.words)[column.values], out)

    def unseen(self, column: Column) -> dict[str, int]:
        """Count the values of each word that was not seen in training; none where words share buckets."""
        counts = np.bincount(column.values[~column.gap], minlength=len(column.words))
        known = set(self.words)
        found = {word: int(n) for word, n in zip(column.words, counts, strict=True) if n and word not in known}
        return {} if self.buckets else found

    def says(self) -> str:
        """Tell in a few words what becomes of the column."""
        rare = f"; rarer words share {self.buckets}" if self.buckets else ""
        gaps = f"; {plural(self.gaps, 'gap')}: a word of their own" if self.gaps else ""
        return f"a slot for each of {plural(len(self.words), 'word')}{rare}{gaps}"


@dataclass(frozen=True)
class Date(Feature):
    """A moment: how late, the season, the day of the week and, where there are times, the time of day."""

    center: float
    scale: float
    timed: bool
    flagged: bool = False
    gaps: int = 0
    kind = "date"

    @classmethod
    def fit(cls, column: Column) -> Date:
        """Measure how dates are spread, and whether they have a time."""
        number = Number.fit(column)
        timed = bool(np.nanmax(column.values % DAY) > 0)
        return cls(column.name, number.center, number.scale, timed, number.flagged, number.gaps)

    @property
    def labels(self) -> tuple[str, ...]:
        """Name the numbers."""
        parts = ["", " year sin", " year cos", *(f" weekday {k}" for k in range(7))]
        parts += [" day sin", " day cos"] * self.timed + [" is missing"] * self.flagged
        return tuple(f"{self.column}{part}" for part in parts)

    def write(self, column: Column, out: Matrix) -> None:
        """Put the moment's place in its year, week and day on circles and slots; a gap is the middle, on none."""
        seconds = column.values
        known = ~column.gap
        Number(self.column, self.center, self.scale).write(column, out[:, :1])
        turns = [YEAR, DAY] if self.timed else [YEAR]
        for at, turn in zip((1, 10), turns, strict=False):
            angle = 2 * np.pi * (seconds[known] % turn) / turn
            out[known, at], out[known, at + 1] = np.sin(angle), np.cos(angle)
        days = np.full(len(seconds), -1)
        days[known] = (seconds[known] // DAY + 3) % 7  # 1970 began on a Thursday; Monday is 0
        _raise(days, out[:, 3:10])
        if self.flagged:
            out[:, -1] = ~known

    def says(self) -> str:
        """Tell in a few words what becomes of the column."""
        return f"trend, season, weekday{', time of day' if self.timed else ''}"


KINDS: dict[str, type[Feature]] = {cls.kind: cls for cls in (Number, Category, Date)}


@dataclass(frozen=True)
class Features:
    """All columns' ways to numbers.

    >>> from nudge.data import read_table
    >>> table = read_table({"size": [1.0, 2.0, 3.0, None], "city": ["rome", "oslo", "rome", "rome"], "one": [1] * 4})
    >>> features = Features.fit(table, ["size", "city", "one"])
    >>> features.labels, features.dropped
    (('size', 'size is missing', 'city = oslo', 'city = rome'), {'one': 'constant'})
    >>> features(table).shape
    (4, 4)
    """

    parts: tuple[Feature, ...]
    dropped: dict[str, str]  # a column, and why it is not looked at

    @classmethod
    def fit(cls, table: Table, columns: Iterable[str], *, scale: float | None = None) -> Features:
        """Fit every column's way on a table, which is the training part.

        Constant and identifying columns are dropped. With a `scale`, all are numbers that are divided by it and
        nothing else is done: the pixels of an image belong together.

        Raises:
            UsageError: no column is left.
        """
        columns = list(columns)
        if scale is not None:
            return cls(tuple(Number(name, 0.0, scale, bend=False) for name in columns), {})
        parts: list[Feature] = []
        dropped: dict[str, str] = {}
        for name in columns:
            column = table[name]
            why = useless(column)
            if why:
                dropped[name] = why
            elif column.type.kind == "number":
                parts.append(Number.fit(column))
            elif column.type.kind == "date":
                parts.append(Date.fit(column))
            else:
                parts.append(Category.fit(column))
        if not parts:
            left = "; ".join(f"{name}: {why}" for name, why in dropped.items()) or "there is none beside the target"
            raise UsageError(f"no column is left to learn from ({left})")
        return cls(tuple(parts), dropped)

    @property
    def labels(self) -> tuple[str, ...]:
        """Name the matrix's columns."""
        return tuple(label for part in self.parts for label in part.labels)

    @property
    def slices(self) -> dict[str, slice]:
        """Tell which columns of the matrix a column of the table became."""
        found, start = {}, 0
        for part in self.parts:
            found[part.column] = slice(start, start + len(part.labels))
            start = found[part.column].stop
        return found

    def __call__(self, table: Table) -> Matrix:
        """Make the matrix, float32 (rows, len(labels)), of a table that has all columns."""
        out = np.zeros((len(table), len(self.labels)), np.float32)
        for part, place in zip(self.parts, self.slices.values(), strict=True):
            part.write(table[part.column], out[:, place])
        return out

    def unseen(self, table: Table) -> dict[str, dict[str, int]]:
        """Count, by column, the words that were not seen in training."""
        found = {part.column: part.unseen(table[part.column]) for part in self.parts if isinstance(part, Category)}
        return {name: words for name, words in found.items() if words}

    def as_dict(self) -> dict[str, Any]:
        """Give all of it as plain data, fit for JSON."""
        return {"parts": [part.as_dict() for part in self.parts], "dropped": self.dropped}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Features:
        """Make it again from what `as_dict` gave."""
        parts = []
        for entry in data["parts"]:
            values: Any = {name: tuple(one) if isinstance(one, list) else one for name, one in entry.items()}
            parts.append(KINDS[values.pop("kind")](**values))
        return cls(tuple(parts), dict(data["dropped"]))


def useless(column: Column) -> str:
    """Say why nothing can be learned from a column, or ''.

    A column identifies, and so tells nothing of others, where every word occurs once, or where whole numbers count the
    rows.
    """
    known = column.values[~column.gap]
    if not len(known):
        return "all gaps"
    if len(known) == len(column.values) and known.min() == known.max():
        return "constant"
    if len(known) >= FEW and column.type.kind == "number" and _counts(known):
        return "a counter of the rows"
    if len(known) >= FEW and column.type.words and column.distinct == len(known):
        return "another word in every row"
    return ""


def _counts(known: NDArray[np.float64]) -> bool:
    """Tell whether numbers only count up or down, as those of a random part of a counter do too."""
    steps = np.diff(known)
    whole = bool((known == np.round(known)).all())
    return whole and bool((steps > 0).all() or (steps < 0).all()) and abs(known[-1] - known[0]) < 4 * len(known)


def _raise(slots: NDArray[np.int64], out: Matrix) -> None:
    """Set one slot of each row to 1; none for -1."""
    rows = np.flatnonzero(slots >= 0)
    out[rows, slots[rows]] = 1.0
