"""Affine positions: sums of loop variables times whole numbers, on which the table's index maps run while planning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...errors import Error

Index = tuple[Any, ...]  # a position along each axis of an array


class NotAffine(Error):
    """A position that is no sum of loop variables times whole numbers."""


class Split(Error):
    """A position that becomes affine once an axis is taken apart into two, the inner one of `steps` steps."""

    def __init__(self, axis: Axis, steps: int) -> None:
        """Make the two of one; `swap` puts them in its place in an index."""
        super().__init__(f"{axis!r} by {steps}")
        self.axis, self.outer, self.inner = axis, Axis(axis.extent // steps), Axis(steps)
        self.swap = {axis: variable(self.outer) * steps + variable(self.inner)}

    def apart(self, axes: list[Axis]) -> None:
        """Put the two in the place of the one among some axes, if it is there."""
        if self.axis in axes:
            at = axes.index(self.axis)
            axes[at : at + 1] = [self.outer, self.inner]


class Axis:
    """A loop variable of a group: how many values it takes."""

    __slots__ = ("extent",)

    def __init__(self, extent: int) -> None:
        """Make a variable of its own: two axes of one extent are not equal."""
        self.extent = extent

    def __repr__(self) -> str:
        """Show the extent."""
        return f"axis<{self.extent}>"


class Affine:
    """A sum of terms (variable × whole number) and a constant; variables are axes, or positions that data hold.

    >>> i, j = Axis(4), Axis(6)
    >>> at = Affine({i: 6, j: 1})
    >>> at // 6 == Affine({i: 1}), at % 6 == Affine({j: 1})
    (True, True)
    """

    __slots__ = ("_hash", "const", "terms")

    def __init__(self, terms: Mapping[Any, int], const: int = 0) -> None:
        """Drop the terms that are 0."""
        self.terms = {axis: step for axis, step in terms.items() if step}
        self.const = const
        self._hash: int | None = None

    def __eq__(self, other: object) -> bool:
        if isinstance(other, int):
            return not self.terms and self.const == other
        return isinstance(other, Affine) and self.const == other.const and self.terms == other.terms

    def __hash__(self) -> int:
        if self._hash is None:  # positions name what was computed at them, so each is looked up many times
            self._hash = hash((frozenset(self.terms.items()), self.const))
        return self._hash

    def __repr__(self) -> str:
        """Show it as a sum."""
        return " + ".join([*(f"{step}·{axis!r}" for axis, step in self.terms.items()), str(self.const)])

    @classmethod
    def total(cls, parts: Iterable[tuple[Affine, int]], const: int = 0) -> Affine:
        """Add up positions, each times a whole number."""
        terms: dict[Any, int] = {}
        for part, times in parts:
            const += part.const * times
            for axis, step in part.terms.items():
                terms[axis] = terms.get(axis, 0) + step * times
        return cls(terms, const)

    def __add__(self, other: Any) -> Affine:
        if not isinstance(other, Affine):
            return Affine(self.terms, self.const + int(other))
        return Affine.total(((self, 1), (other, 1)))

    def __mul__(self, other: Any) -> Affine:
        if isinstance(other, Affine):
            if other.terms and self.terms:
                raise NotAffine("a product of two positions")
            return other * self.const if not self.terms else self * other.const
        return Affine({axis: step * int(other) for axis, step in self.terms.items()}, self.const * int(other))

    __radd__, __rmul__ = __add__, __mul__

    def __sub__(self, other: Any) -> Affine:
        return Affine.total(((self, 1), (other, -1))) if isinstance(other, Affine) else self + -other

    def __rsub__(self, other: Any) -> Affine:
        return self * -1 + other

    def _parted(self, d: int) -> tuple[Affine, Affine]:
        """Part into what d divides, and a rest of [0, d). Raises Split or NotAffine where that cannot be told."""
        if d == 0:  # of an empty array, of which nothing is read
            return Affine({}), Affine({})
        whole = Affine({a: step for a, step in self.terms.items() if step % d == 0}, self.const - self.const % d)
        rest = Affine({a: step for a, step in self.terms.items() if step % d}, self.const % d)
        low, high = rest.bounds()
        if 0 <= low and high < d:
            return whole, rest
        for axis, step in rest.terms.items():
            inner = d // step if 0 < step and d % step == 0 else 0
            if isinstance(axis, Axis) and 1 < inner < axis.extent and axis.extent % inner == 0:
                raise Split(axis, inner)
        raise NotAffine(f"{self!r} by {d}")

    def __floordiv__(self, d: int) -> Affine:
        whole, _ = self._parted(d)
        d = d or 1
        return Affine({axis: step // d for axis, step in whole.terms.items()}, whole.const // d)

    def __mod__(self, d: int) -> Affine:
        return self._parted(d)[1]

    def bounds(self) -> tuple[int, int]:
        """Give the least and the greatest value."""
        low = high = self.const
        for axis, step in self.terms.items():
            reach = step * max(axis.extent - 1, 0)
            low, high = low + min(reach, 0), high + max(reach, 0)
        return low, high

    def span(self) -> int:
        """Count the values that it takes, each once, from the constant up without a gap; 0 where that is not so."""
        span = 1
        for axis, step in sorted(self.terms.items(), key=lambda term: term[1]):
            if not isinstance(axis, Axis) or step != span:
                return 0
            span *= axis.extent
        return span

    def replaced(self, axes: Mapping[Any, Affine]) -> Affine:
        """Put positions in the place of axes."""
        parts = []
        for term, step in self.terms.items():
            at = axes.get(term, term) if isinstance(term, Axis) else term.replaced(axes)
            parts.append((at if isinstance(at, Affine) else Affine({at: 1}), step))
        return Affine.total(parts, self.const)

    def axes(self) -> set[Axis]:
        """Find the axes that it varies along, by way of what data hold too."""
        return {axis for term in self.terms for axis in ([term] if isinstance(term, Axis) else term.axes())}


class Window:
    """A position that may lie outside of what it is a position in, where there is nothing: a variable as well."""

    __slots__ = ("at", "extent")

    def __init__(self, at: Affine, extent: int) -> None:
        """Take the position, and how many there are."""
        self.at, self.extent = at, extent

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Window) and self.at == other.at and self.extent == other.extent

    def __hash__(self) -> int:
        return hash((self.at, self.extent))

    def replaced(self, axes: Mapping[Any, Affine]) -> Window:
        """Put positions in the place of axes."""
        return Window(self.at.replaced(axes), self.extent)

    def axes(self) -> set[Axis]:
        """Find the axes that it varies along."""
        return self.at.axes()


def variable(axis: Axis) -> Affine:
    """Make a position of an axis; 0 where there is just one."""
    return Affine({axis: 1} if axis.extent != 1 else {})


def index_of(axes: Iterable[Axis]) -> Index:
    """Make the index that goes along axes."""
    return tuple([variable(axis) for axis in axes])


def place_of(index: Sequence[Any]) -> Index:
    """Make each place of an index an affine position."""
    return tuple([place if isinstance(place, Affine) else Affine({}, int(place)) for place in index])


def moved(index: Sequence[Any], swap: Mapping[Any, Affine]) -> Index:
    """Put positions in the place of axes, throughout an index."""
    return tuple([place.replaced(swap) for place in place_of(index)])


def axes_of(index: Index) -> set[Axis]:
    """Find the axes along which an index varies."""
    return {axis for place in index for axis in place.axes()}
