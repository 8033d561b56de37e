"""Groups: what one loop nest computes, and the places that it reads, followed through views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any

from ...graph import Node
from .affine import Affine, Axis, Index, NotAffine, Split, axes_of, index_of, moved, place_of
from .values import VIEW, Fold, Value, trimmed


class Group:
    """What one loop nest computes."""

    def __init__(self, axes: Sequence[Axis]) -> None:
        """Begin with an index space."""
        self.axes = list(axes)
        self.members: dict[Value, Index] = {}  # in the order of computing, each at its index in the group's axes
        self.fold: Value | None = None  # the contraction whose results the others take from the tile
        self.vector: Axis | None = next((axis for axis in reversed(self.axes) if axis.extent != 1), None)
        self.lane: Axis | None = None  # a contraction's own vector axis, if its lanes are summed: a reduced one
        self.column: Axis | None = None  # the axis along which a statistic of the rows runs, if any does
        self.shared: Axis | None = None  # the axis whose loop threads share
        self.opaque: Value | None = None  # a loop nest by itself, instead of all this
        self.held: dict[Value, Value] = {}  # which values hold the arguments of that
        self.loads: dict[Value, list[Index]] = {}  # read from memory, and where
        self.stores: dict[Value, None] = {}
        self.merged: list[tuple[Axis, Axis, Axis]] = []  # (outer, inner, what both became)
        self.checks = False  # whether it reads at positions that data hold

    @property
    def is_put_together(self) -> bool:
        """Whether it is of patches, which those who make them have put in their places: nothing is left to do."""
        return self.opaque is not None and bool(self.opaque.patches)

    @property
    def crosses(self) -> bool:
        """Whether vectors lie across the rows of which it computes statistics, each lane having a row of its own."""
        return self.column is not None and self.column is not self.vector

    @property
    def result(self) -> Value:
        """The contraction, of a group that has one."""
        assert self.fold is not None
        return self.fold

    @property
    def contraction(self) -> Fold:
        """How the contraction arises."""
        assert self.result.fold is not None
        return self.result.fold

    def split(self, split: Split) -> dict[Any, Affine]:
        """Take an axis apart into two; give what stands in its place. Raises NotAffine for the column."""
        if split.axis in (self.column, self.lane) or split.axis not in self.axes:
            raise NotAffine(f"{split.axis} cannot be taken apart")
        swap = split.swap
        split.apart(self.axes)
        if self.vector is split.axis:
            self.vector = split.inner
        if self.shared is split.axis:
            self.shared = split.outer
        self.members = {value: moved(index, swap) for value, index in self.members.items()}
        self.loads = {value: [moved(index, swap) for index in places] for value, places in self.loads.items()}
        for fold in [value.fold for value in self.members if value.fold is not None]:
            fold.take_apart(split)
        return swap

    def seen(self, axes: Iterable[Axis]) -> set[Axis]:
        """Find the loop variables that axes have become."""
        found = set(axes)
        for outer, inner, both in self.merged:
            if outer in found or inner in found:
                found = (found - {outer, inner}) | {both}
        return found

    def position(self, at: Affine) -> Affine:
        """Write a position in memory in the loop variables that its axes have become."""
        terms = dict(at.terms)
        for outer, inner, both in self.merged:
            terms.pop(outer, None)
            terms[both] = terms.pop(inner, 0)
        return Affine(terms, at.const)

    def __repr__(self) -> str:
        """Show the members."""
        return f"group {[axis.extent for axis in self.axes]}: {', '.join(map(repr, self.members))}"


class Shaped:
    """An argument as an index map sees it: its shape, and what it holds at an index, as a position."""

    def __init__(self, value: Any, reader: Node) -> None:
        """Stand for a value, among the arguments of a step."""
        self.value, self.reader = value, reader
        self.shape: tuple[int, ...] = value.shape

    def __getitem__(self, index: Sequence[Any]) -> Affine:
        """Give the position that stands at an index."""
        return Affine({Held(self.value, trimmed(place_of(index), self.shape), self.reader, 0): 1})


class Held:
    """A position that a value holds at an index, one of `extent`: a variable for affine positions."""

    __slots__ = ("extent", "index", "reader", "value")

    def __init__(self, value: Value, index: Index, reader: Node, extent: int) -> None:
        """Say where it is read, by which step, and how many positions there are."""
        self.value, self.index, self.reader, self.extent = value, place_of(index), reader, extent

    def replaced(self, axes: Mapping[Any, Affine]) -> Held:
        """Put positions in the place of axes."""
        return Held(self.value, tuple(place.replaced(axes) for place in self.index), self.reader, self.extent)

    def axes(self) -> set[Axis]:
        """Find the axes that it varies along."""
        return axes_of(self.index)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Held) and self.value is other.value and self.index == other.index
            and self.extent == other.extent
        )  # fmt: skip

    def __hash__(self) -> int:
        return hash((id(self.value), self.index))


def source(value: Value, index: Index) -> tuple[Value, Index]:
    """Follow views from a value at an index to what is read, and where. Raises NotAffine or Split."""
    while value.kind == VIEW:
        if value.shown is not None:
            value, index = value.shown(place_of(index))
            continue
        op = value.op
        assert op.index is not None
        seen = [Shaped(arg, value.node) for arg in value.args]
        found = place_of(op.index(index, *seen, **value.params))
        value = value.args[0]
        index = tuple(map(_bounded, place_of(trimmed(found, value.shape)), value.shape))
    return value, place_of(index)


def reads_of(value: Value, index: Index) -> list[tuple[Value, Index]]:
    """List what a map, a view or a copy reads when it is computed at an index."""
    return [source(arg, place) for arg, place in args_of(value, index)]


def args_of(value: Value, index: Index) -> list[tuple[Value, Index]]:
    """List the arguments of a map or a copy, views among them, each with the place at which it is read; or a view."""
    if value.copied is not None:
        return [value.copied(index)]
    if value.kind == VIEW:
        return [(value, index)]
    return [(arg, trimmed(index, arg.shape)) for arg in value.args if isinstance(arg, Value)]


def sources(fold: Fold) -> list[tuple[Value, Index]]:
    """Follow views from all that a fold reads."""
    reads, found = fold.followed
    if reads is not fold.reads:
        found = [source(arg, place) for arg, place in fold.reads]
        fold.followed = fold.reads, found
    return list(found)


def _bounded(place: Affine, size: int) -> Affine:
    """Say of a position that data hold how many there are."""
    for term in place.terms:
        if isinstance(term, Held) and term.extent == 0:
            return Affine({Held(term.value, term.index, term.reader, size): 1})
    return place


def same_memory(value: Value) -> Value:
    """Follow views that show the same numbers in the same order, such as a reshape, to what they are views of."""
    index = index_of(value.axes())
    found = value
    for _ in range(64):
        try:
            base, at = source(value, index)
        except NotAffine:
            return found
        except Split as split:
            index = moved(index, split.swap)
            continue
        same = base.size == value.size and base.dtype == value.dtype and base.flat(at) == value.flat(index)
        return base if same else found
    return found


def elements(value: Value) -> int:
    """Count the numbers that a value holds."""
    return prod(value.shape)


def places_read(index: Index) -> int:
    """Count the places that an index goes through."""
    return prod(axis.extent for axis in axes_of(index))
