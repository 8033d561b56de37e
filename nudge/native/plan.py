"""Plan: which values are computed together, which are stored, in which order the groups run, and where values live.

A *group* is one index space, at most one contraction over it, and what is computed around it at the same place:
- a map joins the latest group among its arguments if it reads them at its own place, and computes nothing anew there;
- a fold joins as a statistic of the rows if it runs along the one axis that its argument's group keeps for that;
- what has only free arguments (given, or stored) is free: it is computed again wherever it is used.
Stored are the roots, what a contraction reads more than once, and what another group reads and cannot compute again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

from ..graph import Node
from .affine import Affine, Axis, NotAffine, Split, Window, of
from .values import COPY, FOLD, GIVEN, MAP, OPAQUE, PATCHED, VIEW, Index, Patch, Value, copy_of, over_rows, relaid, row_major, rows_of, trimmed, values

ALIGN = 64
Place = tuple[bool, int]  # (from outside, slot) or (in the arena, byte)
NARROW = 4
MIXED = 1.6  # how much dearer an axis is that others take apart, if a vector lies along it
SUMMED = 1.8  # how much longer a contraction takes whose operands are both vectors
ACROSS = 5  # cycles that it takes to sum the lanes of a vector
STRIDED = 4  # cycles that it takes to read and write numbers one by one, where a few of each are used together
FAR = 1024  # bytes from one step of a contraction to the next that the nearest cache does not like
NEAREST = 32768  # bytes that it holds
LANES = 16  # numbers in a vector, roughly
COPYING = 1.5  # cycles that it takes to copy a number to another place
CHEAP = 4  # steps of a chain that is rather computed again than stored


class Group:
    """What one loop nest computes."""

    def __init__(self, axes: Sequence[Axis]) -> None:
        """Begin with an index space."""
        self.axes = list(axes)
        self.members: dict[Value, Index] = {}  # in the order of computing, each at its index in the group's axes
        self.fold: Value | None = None  # the contraction whose results the others take from the tile
        self.vector: Axis | None = next((axis for axis in reversed(self.axes) if axis.extent > 1), None)
        self.lane: Axis | None = None  # a contraction's own vector axis, if its lanes are summed: a reduced one
        self.column: Axis | None = None  # the axis along which a statistic of the rows runs: the vector's, if any does
        self.opaque: Value | None = None  # a loop nest by itself, instead of all this
        self.held: dict[Value, Value] = {}  # which values hold the arguments of that
        self.loads: dict[Value, list[Index]] = {}  # read from memory, and where
        self.stores: dict[Value, None] = {}
        self.merged: list[tuple[Axis, Axis, Axis]] = []  # (outer, inner, what both became)
        self.checks = False  # whether it reads at positions that data hold

    def split(self, split: Split) -> dict[Any, Affine]:
        """Take an axis apart into two; give what stands in its place. Raises NotAffine for the column."""
        if split.axis is self.column or split.axis not in self.axes:
            raise NotAffine(f"{split.axis} cannot be taken apart")
        outer, inner = halves(split)
        swap: dict[Any, Affine] = {split.axis: of(outer) * split.inner + of(inner)}
        at = self.axes.index(split.axis)
        self.axes[at : at + 1] = [outer, inner]
        if self.vector is split.axis:
            self.vector = inner
        if self.lane is split.axis:
            raise NotAffine(f"{split.axis} cannot be taken apart")
        self.members = {value: moved(index, swap) for value, index in self.members.items()}
        self.loads = {value: [moved(index, swap) for index in places] for value, places in self.loads.items()}
        for fold in [value.fold for value in self.members if value.fold is not None]:
            fold.take_apart(split.axis, outer, inner, swap)
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


@dataclass
class Plan:
    """The groups in the order in which they run, and where each value that is read from memory lives."""

    groups: list[Group]
    given: list[Node]
    slots: dict[Value, int]  # values in buffers from outside: in which
    offsets: dict[Value, int] = field(default_factory=dict)  # values in the arena: at which byte
    copies: list[tuple[Value, int]] = field(default_factory=list)  # after all groups: from a value's place to a buffer
    arena: int = 0
    readers: list[tuple[Node, tuple[int, ...]]] = field(default_factory=list)  # what reads at positions held by arrays of a shape

    def reader(self, node: Node, shape: tuple[int, ...]) -> int:
        """Number a step that reads at positions which an array of a shape holds, from 1."""
        if (node, shape) not in self.readers:
            self.readers.append((node, shape))
        return self.readers.index((node, shape)) + 1

    def place(self, value: Value) -> Place:
        """Tell where a value stands: in which buffer from outside, or at which byte of the arena."""
        if value.within is not None:
            return self.place(value.within)
        return (True, self.slots[value]) if value in self.slots else (False, self.offsets[value])


def place_of(index: Sequence[Any]) -> Index:
    """Make each place an affine position."""
    return tuple(place if isinstance(place, Affine) else Affine({}, int(place)) for place in index)


def moved(index: Index, swap: Mapping[Any, Affine]) -> Index:
    """Put positions in the place of axes, throughout an index."""
    return tuple(place.replaced(swap) for place in place_of(index))


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
    """A position that a value holds at an index: a variable for affine positions, of which there are `extent` values."""

    __slots__ = ("extent", "index", "reader", "value")

    def __init__(self, value: Value, index: Index, reader: Node, extent: int) -> None:
        """Say where it is read, by which step, and how many positions there are."""
        self.value, self.index, self.reader, self.extent = value, place_of(index), reader, extent

    def replaced(self, axes: Mapping[Any, Affine]) -> Held:
        """Put positions in the place of axes."""
        return Held(self.value, tuple(place.replaced(axes) for place in self.index), self.reader, self.extent)

    def axes(self) -> set[Axis]:
        """Find the axes that it varies along."""
        return {axis for place in self.index for axis in place.axes()}

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
        index = tuple(map(_bounded, trimmed(found, value.shape), value.shape))
    return value, place_of(index)


def _bounded(place: Any, size: int) -> Affine:
    """Say of a position that data hold how many there are."""
    place = place if isinstance(place, Affine) else Affine({}, place)
    for term in place.terms:
        if isinstance(term, Held) and term.extent == 0:
            return Affine({Held(term.value, term.index, term.reader, size): 1})
    return place


class Planner:
    """Goes through the values once, oldest first, and finds each a home: a group, or none while it is free."""

    def __init__(self, known: Mapping[Node, Value], roots: Sequence[Value]) -> None:
        """Begin with no groups."""
        needed = dict.fromkeys(roots)
        pending = list(needed)
        for value in pending:
            new = [arg for arg in value.args if isinstance(arg, Value) and arg not in needed]
            needed |= dict.fromkeys(new)
            pending += new
        self.values = [value for value in by_depth(known.values()) if value in needed]
        self.roots = set(roots)
        self.pinned = {same_memory(root) for root in roots}  # whose layout in memory somebody outside counts on
        self.after: list[tuple[Group, Group]] = []  # pairs of which the second has to wait for the first
        self.panels: set[Axis] = set()  # columns that are parts of one
        self.copies: dict[Any, Value] = {}  # of the same places of the same value: one
        self.groups: list[Group] = []
        self.home: dict[Value, Group] = {}
        self.stored: set[Value] = set()

    # -- what a value reads --

    def reads(self, value: Value, index: Index) -> list[tuple[Value, Index]]:
        """List what a map, or a copy, reads when it is computed at an index."""
        if value.copied is not None:
            return [source(*value.copied(index))]
        if value.kind == VIEW:
            return [source(value, index)]
        return [
            source(arg, trimmed(index, arg.shape)) for arg in value.args if isinstance(arg, Value)
        ]

    def leaves(self, value: Value, index: Index) -> Iterator[tuple[Value, Index]]:
        """Give what computing a value at an index takes from groups and from outside, through all that is free."""
        for arg, place in self.reads(value, index):
            yield from self.reached(arg, place)

    def reached(self, arg: Value, place: Index) -> Iterator[tuple[Value, Index]]:
        """Give an argument itself, if it has a home or is given, or else what it is made of; positions held too."""
        for at in place:
            for held in at.terms:
                if isinstance(held, Held):
                    yield from self.reached(*source(held.value, held.index))
        if arg.kind == GIVEN or arg in self.home:
            yield arg, place
        else:
            yield from self.leaves(arg, place)

    # -- joining --

    def fits(self, group: Group, axes: Sequence[Axis], leaves: Sequence[tuple[Value, Index]]) -> dict[Any, Affine] | None:
        """Match axes with a group's, so that whatever is read from it is read where it is computed; None if in vain."""
        match: dict[Any, Affine] = {}
        for value, place in leaves:
            if self.home.get(value) is not group:
                continue
            for mine, theirs in zip(place, group.members[value], strict=True):
                if not mine.terms and mine == theirs:
                    continue
                if len(mine.terms) != 1 or mine.const:
                    return None
                ((axis, step),) = mine.terms.items()
                if step != 1 or not isinstance(axis, Axis) or match.setdefault(axis, theirs) != theirs:
                    return None
        taken = [axis for at in match.values() for axis in at.terms]
        free = [axis for axis in group.axes if axis.extent > 1 and axis not in taken]
        for axis in axes:
            if axis.extent > 1 and axis not in match:
                same = next((other for other in reversed(free) if other.extent == axis.extent), None)
                if same is None:
                    return None
                match[axis] = of(same)
                taken.append(same)
                free.remove(same)
        if len(set(taken)) != len(taken) or any(at.const or at.span() != axis.extent for axis, at in match.items()):
            return None
        return match

    def latest(self, leaves: Sequence[tuple[Value, Index]]) -> Group | None:
        """Find the youngest group that is read."""
        found = [self.groups.index(self.home[value]) for value, _ in leaves if value in self.home]
        return self.groups[max(found)] if found else None

    def adopt(self, group: Group, value: Value, index: Index) -> None:
        """Compute a value in a group, at an index; note what that loads."""
        while True:
            try:
                self._note(group, value, index)
                break
            except Split as split:
                index = moved(index, group.split(split))
        group.members[value] = index
        self.home[value] = group

    def _note(self, group: Group, value: Value, index: Index) -> None:
        for arg, place in self.reads(value, index):
            self._need(group, arg, place)

    def _need(self, group: Group, arg: Value, place: Index) -> None:
        for at in place:
            for held in at.terms:
                if isinstance(held, Held):
                    group.checks = True
                    self._need(group, *source(held.value, held.index))
        if arg.kind == GIVEN:
            group.loads.setdefault(arg, []).append(place)
        elif self.home.get(arg) is group and group.members[arg] == place:
            return
        elif arg in self.home and not self.cheap(arg):
            self.store(arg)
            group.loads.setdefault(arg, []).append(place)
        else:
            self._note(group, arg, place)

    def cheap(self, value: Value, budget: int = CHEAP) -> bool:
        """Tell whether a value of a group is rather computed again: a few steps from what is stored anyway."""
        if value in self.stored or value.kind != MAP or not budget or not value.shape:
            return False
        try:
            reads = self.reads(value, place_of([of(axis) for axis in value.axes()]))
        except (NotAffine, Split):
            return False
        return all(
            arg.kind == GIVEN or arg in self.stored or (self.cheap(arg, budget - 1)) for arg, _ in reads
        )

    def store(self, value: Value) -> None:
        """Keep a value of a group in memory, laid out as the group goes through it."""
        if value in self.stored:
            return
        group = self.home[value]
        self.stored.add(value)
        if not group.stores and group.fold is None:
            settle(self, group)
        group.stores[value] = None
        if value not in self.pinned and group.opaque is None and value.kind != COPY and value.within is None:
            order = [*(axis for axis in group.axes if axis is not group.vector), group.vector]
            index = group.members[value]
            inner = [max((order.index(axis) for axis in place.axes()), default=-1) for place in index]
            value.lay_out(sorted(range(len(inner)), key=inner.__getitem__))

    # -- finding a home --

    def plan(self) -> None:
        """Find a home for all that needs one."""
        for value in self.values:
            if value.kind == VIEW:
                self._test(value)
            if value.kind == MAP:
                self._map(value)
            elif value.kind == FOLD:
                self._fold(value)
            elif value.kind == OPAQUE:
                self._opaque(value)
            elif value.kind == PATCHED:
                self._patched(value)
            if value in self.roots:
                self.materialise(value)

    def _test(self, view: Value) -> None:
        """Make a view that no affine positions describe a loop nest by itself."""
        index: list[Any] = [of(axis) for axis in view.axes()]
        while True:
            try:
                source(view, tuple(index))
                return
            except Split as split:
                outer, inner = halves(split)
                index = [p.replaced({split.axis: of(outer) * split.inner + of(inner)}) for p in index]
            except NotAffine:
                view.kind = OPAQUE
                return

    def _map(self, value: Value) -> None:
        axes = value.axes()
        index = place_of([of(axis) for axis in axes])
        try:
            leaves = list(self.leaves(value, index))
        except (NotAffine, Split):
            return
        group = self.latest(leaves)
        if group is None or group.opaque:
            return
        match = self.fits(group, axes, leaves)
        if match is None or not self.may_leave_out(group, match.values()):
            return
        try:
            self.adopt(group, value, moved(index, match))
        except NotAffine:
            return

    def may_leave_out(self, group: Group, used: Any) -> bool:
        """Tell whether what lies along these axes is computed by the group: it may leave out the column alone."""
        taken = {axis for place in used for axis in place.terms}
        left = [axis for axis in group.axes if axis.extent > 1 and axis not in taken]
        return not left or left == [group.column]

    def _fold(self, value: Value) -> None:
        if self._joins(value):
            return
        rows = rows_of(value)
        if rows is not None and (self._joins(rows) or self.is_narrow(value)):
            if rows not in self.home:
                self._fold(rows)
            over_rows(value, rows)
            self._fold(value)
            return
        self._split(value)
        fold = value.fold
        assert fold is not None
        if self.in_rows(value):
            group = self.new([*fold.axes, *fold.reduced])
            group.column = group.vector = fold.reduced[-1]
            self._adopt_fold(group, value, {})
        else:
            self._contract(value)

    def is_narrow(self, value: Value) -> bool:
        """Tell whether a fold has no axis along which a vector would be worth while."""
        assert value.fold is not None
        return all(axis.extent < NARROW for axis in value.fold.axes)

    def _joins(self, value: Value) -> bool:
        """Let a fold along one axis become a statistic of the rows of the group that computes what it reads."""
        fold = value.fold
        assert fold is not None
        if len(fold.reduced) != 1 or fold.combine is None:
            return False
        try:
            leaves = [leaf for arg, place in fold.reads for leaf in self.reached(*source(arg, place_of(place)))]
        except (NotAffine, Split):
            return False
        group = self.latest(leaves)
        if group is None or group.opaque or not any(self.home.get(leaf) is group for leaf, _ in leaves):
            return False
        match = self.fits(group, [*fold.axes, *fold.reduced], leaves)
        if match is None:
            return False
        column = next(iter(match[fold.reduced[0]].terms))
        if len(match[fold.reduced[0]].terms) != 1 or column is not group.vector or not self.may_leave_out(group, match.values()):
            return False
        group.column = column
        self._adopt_fold(group, value, match)
        return True

    def _adopt_fold(self, group: Group, value: Value, match: Mapping[Any, Affine]) -> None:
        fold = value.fold
        assert fold is not None
        fold.reads = [(arg, moved(place, match)) for arg, place in fold.reads]
        for arg, place in fold.reads:
            self._need(group, *source(arg, place))
        group.members[value] = moved(value.own or place_of([of(axis) for axis in fold.axes]), match)
        self.home[value] = group

    def in_rows(self, value: Value) -> bool:
        """Tell whether a fold reads each number once, side by side along its last axis: no contraction."""
        fold = value.fold
        assert fold is not None
        if fold.combine is None or len(fold.reduced) != 1 or fold.reduced[0].extent == 0:
            return False
        strides = self.strides(value, fold.reduced[-1])
        wide = [axis for axis in fold.axes if axis.extent >= NARROW]
        seen = [source(arg, place_of(place))[1] for arg, place in fold.reads]
        reused = all(any(axis not in self._axes(at) for axis in wide) for at in seen)
        return all(s in (0, 1) for s in strides) and not reused

    def strides(self, value: Value, axis: Axis) -> list[int]:
        """List how far apart in memory neighbours along an axis lie in what a fold reads; -1 where that is unknown."""
        assert value.fold is not None
        found = []
        for arg, place in value.fold.reads:
            try:
                base, at = source(arg, place_of(place))
                if base.kind == MAP and base not in self.home:  # what it is made of tells
                    base, at = max(self.reached(base, at), key=lambda leaf: read(leaf[1]), default=(base, at))
                flat = base.flat(at).terms
                apart = any(axis in term.axes() for term in flat if not isinstance(term, Axis))
                found.append(-1 if apart else flat.get(axis, 0))
            except (NotAffine, Split):
                found.append(-1)
        return found

    def new(self, axes: Sequence[Axis]) -> Group:
        """Begin a group."""
        group = Group(axes)
        self.groups.append(group)
        return group

    def _contract(self, value: Value) -> None:
        """Begin a group around a contraction, and store what it would otherwise compute or gather again and again."""
        fold = value.fold
        assert fold is not None
        for arg, place in fold.reads:
            base, at = source(arg, place_of(place))
            axes = {axis for p in at for axis in p.axes()}
            if base.kind == MAP and base not in self.home and not all(
                axis in axes for axis in (*fold.axes, *fold.reduced) if axis.extent > 1
            ):
                self.materialise(base)
            elif base in self.home:
                self.store(base)
        lane = self.best_lane(value)
        column = self.best_column(value) if lane is not None else self.panel(value, self.best_column(value))
        reads = []
        for (arg, place), stride in zip(fold.reads, self.strides(value, column), strict=True):
            base, at = source(arg, place_of(place))
            axes = {axis for p in at for axis in p.axes()}
            held = any(isinstance(term, Held) for p in at for term in p.terms)
            windowed = any(isinstance(term, Window) for p in at for term in p.terms)
            if windowed and base.kind == MAP and base not in self.home:
                self.materialise(base)
            once = all(axis in axes for axis in (*fold.axes, *fold.reduced) if axis.extent > 1)
            reused = [axis.extent for axis in fold.axes if axis not in axes]
            far = stride == 1 and column in self.panels and self.is_far(value, base, at, column)
            if lane is not None and self.step(base, at, lane) != 1:
                base = self.whole_copy(base, at, lane)
                self.materialise(base)
            if (stride not in (0, 1) and lane is None or held or far) and not once and max(reused, default=1) > 1:
                base, at = self.copied(value, base, at, column)
                self.materialise(base)
            reads.append((base, at))
        fold.reads = reads
        group = self.new(fold.axes)
        group.fold, group.vector, group.lane = value, column, lane
        for arg, place in reads:
            self._need(group, arg, place)
        group.members[value] = value.own or place_of([of(axis) for axis in fold.axes])
        self.home[value] = group

    def _split(self, value: Value) -> None:
        """Take the axes of a fold apart where what it reads asks for that."""
        fold = value.fold
        assert fold is not None
        value.own = place_of([of(axis) for axis in fold.axes])
        while True:
            try:
                for arg, place in fold.reads:
                    deque(self.reached(*source(arg, place_of(place))), maxlen=0)
                return
            except NotAffine:
                for arg, place in fold.reads:
                    self.materialise(source(arg, place_of(place))[0])
            except Split as split:
                outer, inner = halves(split)
                swap = {split.axis: of(outer) * split.inner + of(inner)}
                fold.take_apart(split.axis, outer, inner, swap)
                value.own = moved(value.own, swap)

    def beside(self, value: Value) -> set[Axis]:
        """Find the axes along which neighbours lie side by side in what is given and used together with a fold's result."""
        assert value.fold is not None
        found: set[Axis] = set()
        users = [*value.users, *(user for view in value.users if view.kind == VIEW for user in view.users)]
        for user in users:
            if user.kind != MAP:
                continue
            axes = user.axes()
            try:
                reads = self.reads(user, place_of([of(axis) for axis in axes]))
            except (NotAffine, Split):
                continue
            mine = [place for arg, place in reads if arg is value]
            for arg, place in reads:
                if mine and arg.kind == GIVEN and elements(arg) == elements(value):
                    near = {axis for axis, step in arg.flat(place).terms.items() if step == 1}
                    found |= {a for p, own in zip(mine[0], value.own, strict=True) for t in p.terms if t in near
                              for a in own.terms}  # fmt: skip
        return found

    def panel(self, value: Value, column: Axis) -> Axis:
        """Part a column whose neighbours are read far from row to row into panels, each of which is copied together."""
        fold = value.fold
        assert fold is not None
        reads = [source(arg, place_of(place)) for arg, place in fold.reads]
        far = any(column in self._axes(at) and self.is_far(value, base, at, column) for base, at in reads)
        width = next((n * LANES for n in (4, 3, 2, 7, 5) if column.extent % (n * LANES) == 0), 0)
        if not far or not width or width == column.extent or of(column) not in value.own or len(reads) < 2:
            return column
        outer, inner = halves(Split(column, width))
        swap = {column: of(outer) * width + of(inner)}
        fold.take_apart(column, outer, inner, swap)
        value.own = moved(value.own, swap)
        self.panels.add(inner)
        return inner

    def _axes(self, index: Index) -> set[Axis]:
        return {axis for place in index for axis in place.axes()}

    def is_far(self, value: Value, base: Value, at: Index, column: Axis) -> bool:
        """Tell whether what a contraction reads from step to step lies too far apart for the nearest cache."""
        fold = value.fold
        assert fold is not None
        steps = base.flat(at).terms
        apart = max((steps.get(axis, 0) for axis in fold.reduced), default=0)
        if steps.get(column) != 1 and column not in self.panels:  # what would be copied into rows of that length
            apart = column.extent
        apart *= base.dtype.itemsize
        return apart >= FAR and prod(axis.extent for axis in fold.reduced) * apart > NEAREST

    def step(self, base: Value, at: Index, axis: Axis) -> int:
        """Tell how far apart in memory neighbours along an axis lie."""
        return base.flat(at).terms.get(axis, 0)

    def dim(self, at: Index, axis: Axis) -> int | None:
        """Find the one axis of what is read along which an index goes step by step with an axis of the reader."""
        dims = [k for k, place in enumerate(at) if axis in place.axes()]
        return dims[0] if len(dims) == 1 and at[dims[0]].terms.get(axis) == 1 else None

    def whole_copy(self, base: Value, at: Index, axis: Axis) -> Value:
        """Find a copy of the whole of a value where neighbours along an axis lie side by side."""
        dim = self.dim(at, axis)
        assert dim is not None
        return self.copies.setdefault((base, dim), relaid(base, dim))

    def copied(self, value: Value, base: Value, at: Index, column: Axis) -> tuple[Value, Index]:
        """Find a copy of what is read at an index where neighbours along the column lie side by side."""
        fold = value.fold
        assert fold is not None
        axes = [*fold.axes, *fold.reduced]
        if column not in self.panels and self.dim(at, column) is not None and elements(base) < read(at) and base.kind != MAP:
            return self.whole_copy(base, at, column), at
        if column in self.panels:  # panel by panel, and in it row by row
            axes = sorted(axes, key=lambda axis: axis in value.fold.reduced)
        copy, order = copy_of(base, at, axes, column)
        steps = base.flat(at)
        key = (base, steps.const, *((axis.extent, steps.terms.get(axis, 0)) for axis in order))
        return self.copies.setdefault(key, copy), place_of([of(axis) for axis in order])

    def best_lane(self, value: Value) -> Axis | None:
        """Choose an axis that is summed for the lanes of the vectors, if all that is read lies side by side along it.

        Then the lanes are summed in the end; None where copying for another axis is less work.
        """
        fold = value.fold
        assert fold is not None
        if fold.combine is None:
            return None
        reads = [source(arg, place_of(place)) for arg, place in fold.reads]
        free = [base.kind == MAP and base not in self.home for base, _ in reads]
        near = {}
        for axis in fold.reduced:
            steps = self.strides(value, axis)
            can = [
                step == 1 or (not is_free and self.dim(at, axis) is not None)
                for (_, at), step, is_free in zip(reads, steps, free, strict=True)
            ]
            if axis.extent >= LANES // 2 and all(can):
                near[axis] = sum(
                    COPYING * elements(base) for (base, at), step in zip(reads, steps, strict=True)
                    if step != 1 and (base, self.dim(at, axis)) not in self.copies
                )  # fmt: skip
        if not near:
            return None
        lane = min(near, key=lambda axis: (near[axis], -axis.extent))
        sizes = prod(axis.extent for axis in (*fold.axes, *fold.reduced))
        lanes = -(-lane.extent // LANES) * LANES
        work = SUMMED * sizes * lanes / lane.extent / (2 * LANES) + ACROSS * elements(value) + near[lane]
        return lane if work < self.work(value, self.best_column(value)) else None

    def best_column(self, value: Value) -> Axis:
        """Choose the axis of which a vector holds neighbours: that with the least work, copies included."""
        fold = value.fold
        assert fold is not None
        candidates = [axis for axis in fold.axes if axis.extent > 1] or fold.axes[-1:] or [Axis(1)]
        return min(reversed(candidates), key=lambda axis: self.work(value, axis))

    def work(self, value: Value, column: Axis) -> float:
        """Estimate the cycles of a contraction whose vectors hold neighbours along a column."""
        fold = value.fold
        assert fold is not None
        places = prod(axis.extent for axis in (*fold.axes, *fold.reduced))
        seen = [source(arg, place_of(place)) for arg, place in fold.reads]
        reads = [min(elements(base), read(place)) for base, place in seen]
        lanes = -(-column.extent // LANES) * LANES if column.extent > LANES // 2 else LANES
        steps = self.strides(value, column)
        copied = COPYING * sum(size for size, step in zip(reads, steps, strict=True) if step not in (0, 1))
        beside = self.beside(value)
        if beside and column not in beside:
            copied += STRIDED * elements(value)
        whole = any(place == of(column) for place in value.own)
        return (1 if whole else MIXED) * places * lanes / max(column.extent, 1) / (2 * LANES) + copied

    def beside(self, value: Value) -> set[Axis]:
        """Find the axes along which neighbours lie side by side in what is given and used together with a fold's result."""
        assert value.fold is not None
        found: set[Axis] = set()
        users = [*value.users, *(user for view in value.users if view.kind == VIEW for user in view.users)]
        for user in users:
            if user.kind != MAP:
                continue
            axes = user.axes()
            try:
                reads = self.reads(user, place_of([of(axis) for axis in axes]))
            except (NotAffine, Split):
                continue
            mine = [place for arg, place in reads if arg is value]
            for arg, place in reads:
                if mine and arg.kind == GIVEN and elements(arg) == elements(value):
                    near = {axis for axis, step in arg.flat(place).terms.items() if step == 1}
                    found |= {a for p, own in zip(mine[0], value.own, strict=True) for t in p.terms if t in near
                              for a in own.terms}  # fmt: skip
        return found

    def panel(self, value: Value, column: Axis) -> Axis:
        """Part a column whose neighbours are read far from row to row into panels, each of which is copied together."""
        fold = value.fold
        assert fold is not None
        reads = [source(arg, place_of(place)) for arg, place in fold.reads]
        far = any(column in self._axes(at) and self.is_far(value, base, at, column) for base, at in reads)
        width = next((n * LANES for n in (4, 3, 2, 7, 5) if column.extent % (n * LANES) == 0), 0)
        if not far or not width or width == column.extent or of(column) not in value.own or len(reads) < 2:
            return column
        outer, inner = halves(Split(column, width))
        swap = {column: of(outer) * width + of(inner)}
        fold.take_apart(column, outer, inner, swap)
        value.own = moved(value.own, swap)
        self.panels.add(inner)
        return inner

    def _axes(self, index: Index) -> set[Axis]:
        return {axis for place in index for axis in place.axes()}

    def is_far(self, value: Value, base: Value, at: Index, column: Axis) -> bool:
        """Tell whether what a contraction reads from step to step lies too far apart for the nearest cache."""
        fold = value.fold
        assert fold is not None
        steps = base.flat(at).terms
        apart = max((steps.get(axis, 0) for axis in fold.reduced), default=0)
        if steps.get(column) != 1 and column not in self.panels:  # what would be copied into rows of that length
            apart = column.extent
        apart *= base.dtype.itemsize
        return apart >= FAR and prod(axis.extent for axis in fold.reduced) * apart > NEAREST

    def step(self, base: Value, at: Index, axis: Axis) -> int:
        """Tell how far apart in memory neighbours along an axis lie."""
        return base.flat(at).terms.get(axis, 0)

    def dim(self, at: Index, axis: Axis) -> int | None:
        """Find the one axis of what is read along which an index goes step by step with an axis of the reader."""
        dims = [k for k, place in enumerate(at) if axis in place.axes()]
        return dims[0] if len(dims) == 1 and at[dims[0]].terms.get(axis) == 1 else None

    def whole_copy(self, base: Value, at: Index, axis: Axis) -> Value:
        """Find a copy of the whole of a value where neighbours along an axis lie side by side."""
        dim = self.dim(at, axis)
        assert dim is not None
        return self.copies.setdefault((base, dim), relaid(base, dim))

    def copied(self, value: Value, base: Value, at: Index, column: Axis) -> tuple[Value, Index]:
        """Find a copy of what is read at an index where neighbours along the column lie side by side."""
        fold = value.fold
        assert fold is not None
        axes = [*fold.axes, *fold.reduced]
        if column not in self.panels and self.dim(at, column) is not None and elements(base) < read(at) and base.kind != MAP:
            return self.whole_copy(base, at, column), at
        if column in self.panels:  # panel by panel, and in it row by row
            axes = sorted(axes, key=lambda axis: axis in value.fold.reduced)
        copy, order = copy_of(base, at, axes, column)
        steps = base.flat(at)
        key = (base, steps.const, *((axis.extent, steps.terms.get(axis, 0)) for axis in order))
        return self.copies.setdefault(key, copy), place_of([of(axis) for axis in order])

    def best_lane(self, value: Value) -> Axis | None:
        """Choose an axis that is summed for the lanes of the vectors, if all that is read lies side by side along it.

        Then the lanes are summed in the end; None where copying for another axis is less work.
        """
        fold = value.fold
        assert fold is not None
        if fold.combine is None:
            return None
        reads = [source(arg, place_of(place)) for arg, place in fold.reads]
        free = [base.kind == MAP and base not in self.home for base, _ in reads]
        near = {}
        for axis in fold.reduced:
            steps = self.strides(value, axis)
            can = [
                step == 1 or (not is_free and self.dim(at, axis) is not None)
                for (_, at), step, is_free in zip(reads, steps, free, strict=True)
            ]
            if axis.extent >= LANES // 2 and all(can):
                near[axis] = sum(
                    COPYING * elements(base) for (base, at), step in zip(reads, steps, strict=True)
                    if step != 1 and (base, self.dim(at, axis)) not in self.copies
                )  # fmt: skip
        if not near:
            return None
        lane = min(near, key=lambda axis: (near[axis], -axis.extent))
        sizes = prod(axis.extent for axis in (*fold.axes, *fold.reduced))
        lanes = -(-lane.extent // LANES) * LANES
        work = SUMMED * sizes * lanes / lane.extent / (2 * LANES) + ACROSS * elements(value) + near[lane]
        return lane if work < self.work(value, self.best_column(value)) else None

    def best_column(self, value: Value) -> Axis:
        """Choose the axis of which a vector holds neighbours: that with the least work, copies included."""
        fold = value.fold
        assert fold is not None
        candidates = [axis for axis in fold.axes if axis.extent > 1] or fold.axes[-1:] or [Axis(1)]
        sizes = [axis.extent for axis in (*fold.axes, *fold.reduced)]
        seen = [source(arg, place_of(place)) for arg, place in fold.reads]
        reads = [min(elements(base), read(place)) for base, place in seen]

        beside = self.beside(value)

        def work(axis: Axis) -> float:
            lanes = -(-axis.extent // LANES) * LANES if axis.extent > LANES // 2 else LANES
            copied = sum(
                size for size, step in zip(reads, self.strides(value, axis), strict=True) if step not in (0, 1)
            )
            whole = any(place == of(axis) for place in value.own)
            if beside and axis not in beside:
                copied += STRIDED * elements(value)
            return (1 if whole else MIXED) * prod(sizes) * lanes / max(axis.extent, 1) / (2 * LANES) + COPYING * copied

        return min(reversed(candidates), key=work)

    def materialise(self, value: Value) -> None:
        """Store a value: of a group, or one that is free, in a group that computes the like or in a new one."""
        value = same_memory(value)
        if value.kind == GIVEN:
            return
        if value in self.home:
            self.store(value)
            return
        axes = value.axes()
        index = place_of([of(axis) for axis in axes])
        while True:
            try:
                leaves = list(self.leaves(value, index))
                break
            except Split as split:
                outer, inner = halves(split)
                at = axes.index(split.axis)
                axes[at : at + 1] = [outer, inner]
                index = tuple(p.replaced({split.axis: of(outer) * split.inner + of(inner)}) for p in index)
        latest = self.latest(leaves)
        since = 0 if latest is None else self.groups.index(latest)
        for group in reversed(self.groups[since:]):
            if group.fold is None and group.opaque is None and group is not latest and value.kind == MAP:
                match = self.fits(group, axes, leaves)
                if match is not None and self.may_leave_out(group, match.values()):
                    self.adopt(group, value, tuple(place.replaced(match) for place in index))
                    self.store(value)
                    return
        if value not in self.pinned and value.kind == MAP and leaves:
            base, place = max(leaves, key=lambda leaf: leaf[0].size)
            steps = base.flat(place).terms
            axes.sort(key=lambda axis: -steps.get(axis, 0))
        group = self.new(axes)
        self.adopt(group, value, index)
        self.store(value)

    def plain(self, value: Value) -> Value:
        """Store a value in row-major order; give what holds it."""
        base = same_memory(value)
        if base.kind == GIVEN:
            return base
        if base in self.stored and base.steps != row_major(base.shape):
            axes = base.axes()
            base, _ = copy_of(base, place_of([of(axis) for axis in axes]), axes, axes[-1])
        self.pinned.add(base)
        self.materialise(base)
        return base

    def _patched(self, value: Value) -> None:
        """Have each patch of a value written where it belongs, and fill the rest before."""
        parts: list[Value] = []
        filled = self.home.get(value)
        if sum(elements(patch.value) for patch in value.patches) < elements(value):
            fill = Value(MAP, value.node, (), value.shape, value.dtype)
            fill.rule = lambda b: b.number(value.fill, value.dtype)
            fill.within = value
            filled = self.new(fill.axes())
            self.adopt(filled, fill, place_of([of(axis) for axis in filled.axes]))
            self.store(fill)
            parts.append(fill)
        for patch in value.patches:
            part = self._part_of(value, patch)
            self.materialise(part)
            if filled is not None:
                self.after.append((filled, self.home[part]))
            parts.append(part)
        group = self.new([])
        group.opaque = value
        group.loads = {part: [] for part in parts}
        group.members[value] = ()
        self.home[value] = group
        self.store(value)

    def writers(self, value: Value) -> list[Group]:
        """Find the groups that write a value."""
        return [group for group in self.groups if any(v is value or v.within is value for v in group.stores)]

    def _part_of(self, value: Value, patch: Patch) -> Value:
        """Let what makes a patch write it into its place, if it can; else make a copy there."""
        steps = value.flat(patch.place)
        base, at = patch.value, place_of([of(axis) for axis in patch.axes])
        try:
            base, at = source(base, at)
            mine = _solved(at, steps) if elements(base) == elements(patch.value) and base.dtype == value.dtype else None
        except (NotAffine, Split):
            mine = None
        free = base.kind in (MAP, FOLD) and base not in self.stored and base not in self.pinned
        if mine is None or not free or base.within is not None or (base.kind == MAP and base not in self.home):
            copy = Value(COPY, value.node, (patch.value,), patch.value.shape, value.dtype)
            copy.copied = lambda places: (patch.value, places)
            base, mine = copy, [steps.terms.get(axis, 0) for axis in patch.axes]
        base.within, base.steps, base.offset = value, mine, steps.const
        return base

    def _opaque(self, value: Value) -> None:
        held = {arg: self.plain(arg) for arg in value.args if isinstance(arg, Value)}
        group = self.new([])
        group.opaque, group.held, group.checks = value, held, bool(value.op.signature)
        group.loads = {arg: [] for arg in held.values()}
        group.members[value] = ()
        self.home[value] = group
        self.store(value)


def elements(value: Value) -> int:
    """Count the numbers that a value holds."""
    return prod(value.shape)


def read(index: Index) -> int:
    """Count the places that an index goes through."""
    return prod(axis.extent for axis in {axis for place in index for axis in place.axes()})


def _solved(at: Index, steps: Affine) -> list[int] | None:
    """Find the steps with which an index reaches the positions that are wanted; None where there are none."""
    found = []
    for place in at:
        wanted = {steps.terms.get(axis, 0) // step for axis, step in place.terms.items() if step}
        exact = all(steps.terms.get(axis, 0) % step == 0 for axis, step in place.terms.items())
        if len(wanted) > 1 or not exact or place.const:
            return None
        found.append(wanted.pop() if wanted else 0)
    return found


def by_depth(found: Iterable[Value]) -> list[Value]:
    """Order values by how many contractions lie behind them, so that what needs fewer is there when more is computed."""
    depth: dict[Value, int] = {}
    for value in found:
        behind = [depth[arg] for arg in value.args if isinstance(arg, Value)]
        contracts = value.fold is not None and len(value.fold.reads) > 1
        depth[value] = max(behind, default=0) + contracts
    return sorted(depth, key=depth.__getitem__)


def same_memory(value: Value) -> Value:
    """Follow views that show the same numbers in the same order, such as a reshape, to what they are views of."""
    index: list[Any] = [of(axis) for axis in value.axes()]
    found = value
    for _ in range(64):
        try:
            base, at = source(value, tuple(index))
        except NotAffine:
            return found
        except Split as split:
            outer, inner = halves(split)
            index = [p.replaced({split.axis: of(outer) * split.inner + of(inner)}) for p in index]
            continue
        same = base.size == value.size and base.dtype == value.dtype and base.flat(at) == value.flat(index)
        return base if same else found
    return found


def settle(planner: Planner, group: Group) -> None:
    """Choose the vector's axis where nothing has fixed it: the one along which most of what is touched lies side by side."""
    if group.opaque or group.column is not None:
        return
    touched = [(value, group.members[value]) for value in group.stores]
    touched += [(value, place) for value, places in group.loads.items() for place in places]
    steps = [(value.flat(place).terms, read(place)) for value, place in touched]
    axes = [axis for axis in group.axes if axis.extent > 1]
    if group.fold is not None and group.fold.fold is not None and group.lane is None:
        strides = {axis: planner.strides(group.fold, axis) for axis in axes}
        best = max((sum(s in (0, 1) for s in found) for found in strides.values()), default=0)
        axes = [axis for axis in axes if sum(s in (0, 1) for s in strides[axis]) == best]
    group.vector = max(
        axes, default=group.vector,
        key=lambda axis: (sum(size for found, size in steps if found.get(axis) == 1), axes.index(axis)),
    )


def merge(group: Group) -> None:
    """Make one loop of two, where all that is touched lies as if they were one."""
    if group.opaque:
        return
    touched = [value.flat(group.members[value]) for value in group.stores]
    touched += [value.flat(place) for value, places in group.loads.items() for place in places]
    for at in touched:
        touched += [term.at for term in at.terms if isinstance(term, Window)]
    fold = group.fold.fold if group.fold is not None else None
    for axes in (group.axes, *([fold.reduced] if fold is not None else [])):
        while pair := _as_one(group, axes, [group.position(at).terms for at in touched]):
            outer, inner = pair
            both = Axis(outer.extent * inner.extent)
            axes[axes.index(inner)] = both
            axes.remove(outer)
            group.merged.append((outer, inner, both))
            if group.vector is inner:
                group.vector = both
            if group.lane is inner:
                group.lane = both


def _as_one(group: Group, axes: Sequence[Axis], touched: Sequence[Mapping[Any, int]]) -> tuple[Axis, Axis] | None:
    loops = [axis for axis in axes if axis.extent > 1 and (axis is not group.column)]
    for outer in loops:
        for inner in loops:
            if outer is not inner and outer not in (group.vector, group.lane) and all(
                terms.get(outer, 0) == terms.get(inner, 0) * inner.extent for terms in touched
            ):
                return outer, inner
    return None


def halves(split: Split) -> tuple[Axis, Axis]:
    """Make the two axes that take the place of one."""
    return Axis(split.axis.extent // split.inner), Axis(split.inner)


def plan(roots: Sequence[tuple[Node, int]], given: Sequence[Node]) -> Plan:
    """Plan a program: `roots` lists (value, slot), the buffers where they belong; the first slots hold what is given."""
    known = values([node for node, _ in roots], given)
    planner = Planner(known, [known[node] for node, _ in roots])
    planner.plan()
    wanted = [(same_memory(known[node]), slot) for node, slot in roots]
    for group in planner.groups:
        settle(planner, group)
        merge(group)
    slots = {known[node]: k for k, node in enumerate(given)}
    result = Plan(planner.groups, list(given), slots)
    held = {k: known[node] for k, node in enumerate(given)}
    for value, slot in wanted:
        if value.kind == GIVEN or value in slots or not _may_write(planner, value, held.get(slot)):
            if slots.get(value) != slot:
                result.copies.append((value, slot))
        else:
            slots[value] = slot
    result.groups = _ordered(planner, result, held)
    _arrange(planner, result)
    return result


def _may_write(planner: Planner, value: Value, old: Value | None) -> bool:
    """Tell whether a group may write where an old value stands: nothing in it reads that anywhere else."""
    group = planner.home[value]
    if old is None:
        return True
    if value.patches:
        return not any(old in writer.loads or writer.checks for writer in planner.writers(value))
    if group.checks or (old in group.loads and group.opaque):
        return False
    if group.opaque:
        return True
    mine = value.flat(group.members[value])
    return all(old.flat(place) == mine for place in group.loads.get(old, ()))


def _ordered(planner: Planner, plan: Plan, held: Mapping[int, Value]) -> list[Group]:
    """Order the groups: after what they read, and before what they read is overwritten; copy where that is a circle."""
    groups = planner.groups
    readers: dict[Value, list[Group]] = {}
    writers: dict[Value, list[Group]] = {}
    for group in groups:
        for value in group.loads:
            readers.setdefault(value, []).append(group)
        for value in group.stores:
            writers.setdefault(value.within or value, []).append(group)
    before: dict[Group, dict[Group, Value | None]] = {group: {} for group in groups}  # and for the sake of which write
    for group in groups:
        for value in group.loads:
            if value in planner.home:
                before[group][planner.home[value]] = None
    for first, then in planner.after:
        before[then][first] = None
    checking = [group for group in groups if group.checks]
    for value, slot in plan.slots.items():
        if value.kind != GIVEN and slot in held:
            for writer in writers[value]:
                for group in (*readers.get(held[slot], ()), *checking):
                    if group not in writers[value]:
                        before[writer].setdefault(group, value)
    while (circle := _circle(before)) is not None:
        for group in groups:
            before[group] = {other: value for other, value in before[group].items() if value is not circle}
        plan.copies.append((circle, plan.slots.pop(circle)))
    order: list[Group] = []
    done: set[Group] = set()
    for group in groups:
        _after_all(group, before, done, order)
    return order


def _after_all(group: Group, before: Mapping[Group, Mapping[Group, Any]], done: set[Group], order: list[Group]) -> None:
    """Add a group to an order, after all that must go before it."""
    pending = [(group, False)]
    while pending:
        at, ready = pending.pop()
        if ready:
            order.append(at)
        elif at not in done:
            done.add(at)
            pending.append((at, True))
            pending += [(other, False) for other in before[at] if other not in done and other is not at]


def _circle(before: Mapping[Group, Mapping[Group, Value | None]]) -> Value | None:
    """Find a write that closes a circle of groups of which each has to wait for another; None if there is no circle."""
    state: dict[Group, int] = {}
    for start in before:
        way: list[tuple[Group, Any]] = [] if start in state else [(start, iter(before[start]))]
        if way:
            state[start] = 1
        while way:
            group, others = way[-1]
            other = next(others, None)
            if other is None:
                state[group] = 2
                way.pop()
            elif other is not group and state.get(other) == 1:
                ring = [step for step, _ in way]
                ring = [*ring[ring.index(other) :], other]
                found = [before[a][b] for a, b in zip(ring, ring[1:], strict=False)]
                return next(value for value in found if value is not None)
            elif other not in state:
                state[other] = 1
                way.append((other, iter(before[other])))
    return None


def _arrange(planner: Planner, plan: Plan) -> None:
    """Give each stored value that has no buffer a place in the arena, shared with those that are needed at other times."""
    at = {group: k for k, group in enumerate(plan.groups)}
    last: dict[Value, int] = {}
    for k, group in enumerate(plan.groups):
        for value in group.loads:
            last[value] = k
    for value, _ in plan.copies:
        last[value] = len(plan.groups)
    first = {value: at[group] for group in plan.groups for value in group.stores}
    for value in list(first):
        if value.within is not None:
            first[value.within] = min(first[value.within], first[value])
            last[value.within] = max(last.get(value.within, 0), last.get(value, 0))
    taken: list[tuple[int, int, int, int]] = []  # first and last group, first byte and the one after the last
    for value, start in sorted(first.items(), key=lambda item: item[1]):
        if value in plan.slots or value.within is not None:
            continue
        end = last.get(value, start)
        size = -(-max(value.size, 1) // ALIGN) * ALIGN + ALIGN  # a line more: whole vectors may pass the end
        offset = 0
        for _, _, low, high in sorted((t for t in taken if t[0] <= end and start <= t[1]), key=lambda t: t[2]):
            if offset + size <= low:
                break
            offset = max(offset, high)
        taken.append((start, end, offset, offset + size))
        plan.offsets[value] = offset
        plan.arena = max(plan.arena, offset + size)
