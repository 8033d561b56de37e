"""Contractions: which axis the vectors lie along, and what is copied so that neighbours lie side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from math import prod
from typing import Any

from .affine import Affine, Axis, Index, NotAffine, Split, Window, axes_of, index_of, moved, variable
from .ahead import Ahead
from .costs import ACROSS, COPYING, FAR_APART, LANES, MIXED, NARROW, NEAREST_CACHE, SINGLE, STRIDED, STRIDED_FAR, SUMMED
from .group import Group, Held, elements, places_read, source, sources
from .homes import Homes
from .values import FOLD, MAP, Fold, Value, copy_of, relaid


class Contractions(Homes):
    """How folds find their groups, which they are the heart of."""

    def __init__(self, roots: Sequence[Value]) -> None:
        """Begin with no copies."""
        super().__init__(roots)
        self.ahead = Ahead(self.is_dear)
        self.panels: set[Axis] = set()  # columns that are parts of one
        self.copies: dict[Any, Value] = {}  # of the same places of the same value: one
        self.common: dict[tuple[int, int], Axis] = {}  # by place and extent: axes in which such places are compared

    def is_narrow(self, value: Value) -> bool:
        """Tell whether a fold has no axis along which a vector would be worth while."""
        assert value.fold is not None
        return all(axis.extent < NARROW for axis in value.fold.axes)

    def _joins(self, value: Value) -> bool:
        """Let a fold along one axis become a statistic of the rows of the group that computes what it reads."""
        fold = value.fold
        assert fold is not None
        if len(fold.reduced) != 1 or fold.combine is None or any(_windows(at) for _, at in fold.reads):
            return False
        try:
            leaves = self._read_by(fold)
        except NotAffine:
            return False
        if len(fold.reduced) != 1:
            return False
        group = self.latest(leaves)
        if group is None or group.opaque or not any(self.home.get(leaf) is group for leaf, _ in leaves):
            return False
        match = self.fits(group, [*fold.axes, *fold.reduced], leaves)
        if match is None:
            return False
        along = match[fold.reduced[0]]
        line = group.column or group.vector
        if line is None or along != variable(line) or not self.may_leave_out(group, match.values()):
            return False
        if group.fold is not None and line.extent < LANES <= max(axis.extent for axis in group.axes):
            return False  # vectors had better lie across such rows
        group.column = line
        self._adopt_fold(group, value, match)
        return True

    def _read_by(self, fold: Fold) -> list[tuple[Value, Index]]:
        """List what computing a fold takes from groups and from outside, its axes taken apart where needed."""
        while True:
            try:
                return [leaf for arg, place in fold.reads for leaf in self.reached(*source(arg, place))]
            except Split as split:
                fold.take_apart(split)

    def _adopt_fold(self, group: Group, value: Value, match: Mapping[Any, Affine]) -> None:
        fold = value.fold
        assert fold is not None
        fold.reads = [(arg, moved(place, match)) for arg, place in fold.reads]
        for arg, place in fold.reads:
            self._need(group, *source(arg, place))
        group.members[value] = moved(fold.own, match)
        self.home[value] = group

    def in_rows(self, value: Value) -> bool:
        """Tell whether a fold reads each number once, side by side along its last axis: no contraction."""
        fold = value.fold
        assert fold is not None
        if fold.combine is None or len(fold.reduced) != 1 or fold.reduced[0].extent == 0:
            return False
        strides = self.strides(value, fold.reduced[-1])
        wide = [axis for axis in fold.axes if axis.extent >= NARROW]
        reused = all(any(axis not in axes_of(at) for axis in wide) for _, at in sources(fold))
        return all(s in (0, 1) for s in strides) and not reused

    def strides(self, value: Value, axis: Axis) -> list[int]:
        """List how far apart in memory neighbours along an axis lie in what a fold reads; -1 where that is unknown."""
        assert value.fold is not None
        found = []
        for arg, place in value.fold.reads:
            try:
                base, at = source(arg, place)
                if base.kind == MAP and base not in self.home:  # what it is made of tells
                    base, at = max(self.reached(base, at), key=lambda leaf: places_read(leaf[1]), default=(base, at))
                flat = base.flat(at).terms
                apart = any(axis in term.axes() for term in flat if not isinstance(term, Axis))
                found.append(-1 if apart else flat.get(axis, 0))
            except (NotAffine, Split):
                found.append(-1)
        return found

    def _contract(self, value: Value) -> None:
        """Begin a group around a contraction, and store what it would otherwise compute or gather again and again."""
        fold = value.fold
        assert fold is not None
        for base, at in sources(fold):
            axes = axes_of(at)
            if base.kind == MAP and base not in self.home and not all(
                axis in axes for axis in (*fold.axes, *fold.reduced) if axis.extent != 1
            ):
                self.materialise(base)
            elif base in self.home:
                self.store(base)
        fold.reads = [self.gathered(value, arg, place) for arg, place in fold.reads]
        best = self.best_column(value)
        lane = self.best_lane(value, best)
        column = best if lane is not None else self.panel(value, best)
        reads = []
        for (base, at), stride in zip(sources(fold), self.strides(value, column), strict=True):
            axes = axes_of(at)
            windowed = any(isinstance(term, Window) for p in at for term in p.terms)
            if windowed and base.kind == MAP and base not in self.home:
                self.materialise(base)
            once = all(axis in axes for axis in (*fold.axes, *fold.reduced) if axis.extent != 1)
            reused = [axis.extent for axis in fold.axes if axis not in axes]
            far = stride == 1 and column in self.panels and self.is_far(value, base, at, column)
            if lane is not None:
                if self.stride(base, at, lane) != 1 and self.dim(at, lane) is not None:
                    base = self.whole_copy(base, at, lane)
                    self.materialise(base)
            elif (stride not in (0, 1) or far) and not once and max(reused, default=1) > 1:
                base, at = self.copied(value, base, at, column)
                self.materialise(base)
            reads.append((base, at))
        fold.reads = reads
        group = self.new(fold.axes)
        group.fold, group.vector, group.lane = value, column, lane
        for arg, place in reads:
            self._need(group, arg, place)
        group.members[value] = fold.own
        self.home[value] = group

    def _split(self, value: Value) -> None:
        """Take the axes of a fold apart where what it reads asks for that."""
        fold = value.fold
        assert fold is not None
        fold.reads = [self._kept(arg, place) for arg, place in fold.reads]
        while True:
            try:
                self._read_by(fold)
                return
            except NotAffine:
                for arg, place in fold.reads:
                    self.materialise(source(arg, place)[0])

    def _kept(self, arg: Value, place: Index) -> tuple[Value, Index]:
        """Store what is read through windows, and copy it first if a view of it forgets where those end."""
        windows = _windows(place)
        try:
            base, at = source(arg, place)
            if windows <= _windows(at):
                if windows and base.kind == MAP:
                    self.materialise(base)
                return arg, place
        except Split:
            return arg, place
        except NotAffine:
            pass
        copy = relaid(arg, len(arg.shape) - 1)
        self.materialise(copy)
        return copy, place

    def panel(self, value: Value, column: Axis) -> Axis:
        """Part a column whose neighbours are read far from row to row into panels, each of which is copied together."""
        fold = value.fold
        assert fold is not None
        reads = sources(fold)
        far = any(column in axes_of(at) and self.is_far(value, base, at, column) for base, at in reads)
        width = next((n * LANES for n in (4, 3, 2, 7, 5) if column.extent % (n * LANES) == 0), 0)
        if not far or not width or width == column.extent or variable(column) not in fold.own or len(reads) < 2:
            return column
        rows = prod(axis.extent for axis in fold.axes if axis is not column)
        if prod(axis.extent for axis in fold.reduced) * (rows + width) * value.dtype.itemsize <= NEAREST_CACHE:
            return column  # all rows stay near while the columns are gone through once
        split = Split(column, width)
        fold.take_apart(split)
        self.panels.add(split.inner)
        return split.inner

    def is_far(self, value: Value, base: Value, at: Index, column: Axis) -> bool:
        """Tell whether what a contraction reads from step to step lies too far apart for the nearest cache."""
        fold = value.fold
        assert fold is not None
        steps = base.flat(at).terms
        apart = max((steps.get(axis, 0) for axis in fold.reduced), default=0)
        if steps.get(column) != 1 and column not in self.panels:  # what would be copied into rows of that length
            apart = column.extent
        apart *= base.dtype.itemsize
        return apart >= FAR_APART and prod(axis.extent for axis in fold.reduced) * apart > NEAREST_CACHE

    def stride(self, base: Value, at: Index, axis: Axis) -> int:
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

    def copies_whole(self, base: Value, at: Index, column: Axis) -> bool:
        """Tell whether a copy of the whole of a value is no more than one of what is read at an index."""
        can = column not in self.panels and base.kind != MAP and self.dim(at, column) is not None
        return can and elements(base) <= places_read(at) and not _holds(at)

    def copying(self, arg: Value, place: Index, column: Axis) -> float:
        """Estimate the cycles of a copy of an argument, as a share: one of the whole serves all that read it so."""
        base, at = source(arg, place)
        if not self.copies_whole(base, at, column):
            return COPYING * places_read(at)
        return COPYING * elements(base) / max(sum(user.kind == FOLD for user in arg.users), 1)

    def copied(self, value: Value, base: Value, at: Index, column: Axis) -> tuple[Value, Index]:
        """Find a copy of what is read at an index where neighbours along the column lie side by side."""
        fold = value.fold
        assert fold is not None
        axes = [*fold.axes, *fold.reduced]
        if self.copies_whole(base, at, column):
            return self.whole_copy(base, at, column), at
        if column in self.panels:  # panel by panel, and in it row by row
            axes = sorted(axes, key=lambda axis: axis in fold.reduced)
        if column not in self.panels:  # with what it was one with before, so that it can be so again
            parts = {axis for place in fold.own if column in place.axes() for axis in place.axes()}
            axes.sort(key=parts.__contains__)
        return self._one_copy(base, at, axes, column)

    def gathered(self, value: Value, arg: Value, place: Index) -> tuple[Value, Index]:
        """Store what a contraction reads again and again where data say, in the order in which the data lie."""
        fold = value.fold
        assert fold is not None
        base, at = source(arg, place)
        axes = axes_of(at)
        if not _holds(at) or all(axis in axes for axis in fold.axes if axis.extent != 1):
            return arg, place
        held = [term.value.flat(term.index).terms for place in at for term in place.terms if isinstance(term, Held)]
        apart = {axis: max(steps.get(axis, 0) for steps in held) for axis in axes}
        order = [axis for axis in (*fold.axes, *fold.reduced) if axis in axes]
        order.sort(key=lambda axis: (-apart[axis], -self.stride(base, at, axis)))
        if not order:  # one number
            return arg, place
        base, at = self._one_copy(base, at, order, order[-1])
        self.materialise(base)
        return base, at

    def _one_copy(self, base: Value, at: Index, axes: Sequence[Axis], column: Axis) -> tuple[Value, Index]:
        """Find a copy of what is read at an index: the same one for all who read the like."""
        copy, order = copy_of(base, at, axes, column)
        common = {axis: variable(self.common.setdefault((k, axis.extent), axis)) for k, axis in enumerate(order)}
        return self.copies.setdefault((base, moved(at, common), copy.shape), copy), index_of(order)

    def best_lane(self, value: Value, column: Axis) -> Axis | None:
        """Choose an axis that is summed for the lanes of the vectors, if all that is read lies side by side along it.

        Then the lanes are summed in the end; None where copying for the best column is less work.
        """
        fold = value.fold
        assert fold is not None
        if fold.combine is None:
            return None
        reads = sources(fold)
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
        return lane if work < self.work(value, column, self.ahead.beside(value)) else None

    def best_column(self, value: Value) -> Axis:
        """Choose the axis of which a vector holds neighbours: that with the least work, copies included."""
        fold = value.fold
        assert fold is not None
        candidates = [axis for axis in fold.axes if axis.extent != 1] or fold.axes[-1:] or [Axis(1)]
        beside, (summed, dear) = self.ahead.beside(value), self.ahead.summed(value)
        again = 2 * COPYING * elements(value) if summed else 0  # to store what statistics then read, and to read it

        def work(axis: Axis) -> float:
            rows = elements(value) / max(axis.extent, 1) if axis in dear else 0
            return self.work(value, axis, beside) + (0 if axis in summed else again) + SINGLE * rows

        return min(reversed(candidates), key=work)

    def candidates(self, group: Group) -> list[Axis]:
        """List the axes that a vector may lie along; of a contraction's that fill it, those with most that is near."""
        axes = super().candidates(group)
        if group.fold is None or group.lane is not None:
            return axes
        near = {axis: sum(step in (0, 1) for step in self.strides(group.result, axis)) for axis in axes}
        widest = max((axis.extent for axis in axes), default=0)
        wide = [axis for axis in axes if 2 * axis.extent >= min(widest, LANES)]
        most = max((near[axis] for axis in wide), default=0)
        return [axis for axis in wide if near[axis] == most]

    def work(self, value: Value, column: Axis, beside: Set[Axis]) -> float:
        """Estimate the cycles of a contraction whose vectors hold neighbours along a column."""
        fold = value.fold
        assert fold is not None
        places = prod(axis.extent for axis in (*fold.axes, *fold.reduced))
        reads = [self.copying(arg, place, column) for arg, place in fold.reads]
        lanes = -(-column.extent // LANES) * LANES if column.extent > LANES // 2 else LANES
        steps = self.strides(value, column)
        copied = sum(cycles for cycles, step in zip(reads, steps, strict=True) if step not in (0, 1))
        if beside and column not in beside:
            near = elements(value) * value.dtype.itemsize <= NEAREST_CACHE
            copied += (STRIDED if near else STRIDED_FAR) * elements(value)
        whole = any(place == variable(column) for place in fold.own)
        return (1 if whole else MIXED) * places * lanes / max(column.extent, 1) / (2 * LANES) + copied


def _windows(place: Index) -> set[Window]:
    return {term for at in place for term in at.terms if isinstance(term, Window)}


def _holds(index: Index) -> bool:
    """Tell whether data hold a part of an index."""
    return any(isinstance(term, Held) for place in index for term in place.terms)
