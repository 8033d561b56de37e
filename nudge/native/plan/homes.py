"""Homes: which group computes a value, what it reads there, and what is stored."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from .affine import Affine, Axis, Index, NotAffine, Split, index_of, moved, variable
from .costs import CHEAP, DEAR, LANES, NEAREST_CACHE, SHORT_ROW
from .flops import flops_of_map
from .group import Group, Held, args_of, elements, places_read, reads_of, same_memory, source, sources
from .values import COPY, GIVEN, MAP, Value, copy_of, relaid, row_major


class Homes:
    """The groups so far, and the rules by which values find theirs."""

    def __init__(self, roots: Sequence[Value]) -> None:
        """Begin with no groups; `roots` are what somebody outside wants."""
        self.roots = set(roots)
        self.pinned = {same_memory(root) for root in roots}  # whose layout in memory somebody outside counts on
        self.groups: list[Group] = []
        self.home: dict[Value, Group] = {}
        self.stored: set[Value] = set()
        self._dear: dict[Value, bool] = {}

    # -- what a value reads --

    def leaves(self, value: Value, index: Index) -> Iterator[tuple[Value, Index]]:
        """Give what computing a value at an index takes from groups and from outside, through all that is free."""
        for arg, place in reads_of(value, index):
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

    def spread(self, value: Value, axes: list[Axis]) -> tuple[Index, list[tuple[Value, Index]]]:
        """Find a value's index in its axes, taken apart where what it reads asks for that, and what computing it takes.

        What loops over them cannot read is stored before.
        """
        index = index_of(axes)
        while True:
            try:
                return index, list(self.leaves(value, index))
            except Split as split:
                split.apart(axes)
                index = moved(index, split.swap)
            except NotAffine:
                if not any([self._store_apart(value, arg, place) for arg, place in args_of(value, index)]):
                    raise

    def _store_apart(self, value: Value, arg: Value, place: Index) -> bool:
        """Store, or copy, what loops over its reader's axes cannot read; tell whether an argument is that."""
        try:
            base, at = source(arg, place)
        except Split:
            return False
        except NotAffine:
            if value.kind != MAP:
                return False
            copy = relaid(arg, len(arg.shape) - 1)
            value.args = tuple([copy if each is arg else each for each in value.args])
            self.materialise(copy)
            return True
        try:
            deque(self.reached(base, at), maxlen=0)
        except Split:
            return False
        except NotAffine:
            self.materialise(base)
            return True
        return False

    # -- joining --

    def fits(
        self, group: Group, axes: Sequence[Axis], leaves: Sequence[tuple[Value, Index]]
    ) -> dict[Any, Affine] | None:
        """Match axes with a group's, so that whatever is read from it is read where it is computed; None if in vain."""
        match: dict[Any, Affine] = {}
        for value, place in leaves:
            if self.home.get(value) is not group:
                continue
            for mine, theirs in zip(place, group.members[value], strict=True):
                if not mine.terms and mine == theirs:
                    continue
                if group.fold is not None and len(mine.terms) != 1:
                    return None
                pairs = _matched(mine, theirs)
                if pairs is None or any(match.setdefault(axis, at) != at for axis, at in pairs):
                    return None
        taken = [axis for at in match.values() for axis in at.terms]
        free = [axis for axis in group.axes if axis.extent != 1 and axis not in taken]
        for axis in reversed(axes):  # of a square, rows to rows
            if axis.extent != 1 and axis not in match:
                same = next((other for other in reversed(free) if other.extent == axis.extent), None)
                if same is None:
                    return None
                match[axis] = variable(same)
                taken.append(same)
                free.remove(same)
        if len(set(taken)) != len(taken) or any(at.const or at.span() != axis.extent for axis, at in match.items()):
            return None
        return match

    def latest(self, leaves: Sequence[tuple[Value, Index]]) -> Group | None:
        """Find the youngest group that is read."""
        found = [self.groups.index(self.home[value]) for value, _ in leaves if value in self.home]
        return self.groups[max(found)] if found else None

    def may_leave_out(self, group: Group, used: Any) -> bool:
        """Tell whether what lies along these axes is computed by the group: it may leave out the column alone."""
        taken = {axis for place in used for axis in place.terms}
        left = [axis for axis in group.axes if axis.extent != 1 and axis not in taken]
        return not left or left == [group.column]

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
        for arg, place in reads_of(value, index):
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
        elif arg in self.home and (not self.cheap(arg) or self._reads_elsewhere(group, arg, place)):
            self.store(arg)
            group.loads.setdefault(arg, []).append(place)
        else:
            self._note(group, arg, place)

    def _reads_elsewhere(self, group: Group, value: Value, index: Index) -> bool:
        """Tell whether to compute a value anew would read what a group computes, and not at the place where it does."""
        for arg, place in reads_of(value, index):
            if self.home.get(arg) is group:
                if group.members[arg] != place:
                    return True
            elif arg.kind != GIVEN and (arg not in self.home or self.cheap(arg)):
                if self._reads_elsewhere(group, arg, place):
                    return True
        return False

    def cheap(self, value: Value) -> bool:
        """Tell whether a value of a group is rather computed again: a few steps from what is stored anyway.

        Where all of it does not stay near, one that is much work may be stored instead, since more is often made of it.
        """
        dear, most = self._made_of(value, CHEAP), 1 if value.size > NEAREST_CACHE else 0
        return dear is not None and len(dear) <= most and all(one.size <= value.size for one in dear)

    def _made_of(self, value: Value, budget: int) -> set[Value] | None:
        """Find what a value is made of in a few steps, of what is dear and not stored yet; None where it is of more."""
        if value in self.stored or value.kind != MAP or not budget or not value.shape or self.is_dear(value):
            return None
        found: set[Value] = set()
        try:
            reads = reads_of(value, index_of(value.axes()))
        except (NotAffine, Split):
            return None
        for arg, _ in reads:
            soon = arg in self.home and elements(arg) * LANES <= elements(value)  # a statistic, which is stored soon
            if arg.kind == GIVEN or arg in self.stored or soon:
                continue
            if arg.kind == MAP and arg in self.home and self.is_dear(arg):
                found.add(arg)
                continue
            more = self._made_of(arg, budget - 1)
            if more is None:
                return None
            found |= more
        return found

    def is_dear(self, value: Value) -> bool:
        """Tell whether a map is much work."""
        if value not in self._dear:
            self._dear[value] = flops_of_map(value) >= DEAR
        return self._dear[value]

    def store(self, value: Value) -> None:
        """Keep a value of a group in memory, laid out as the group goes through it."""
        if value in self.stored:
            return
        group = self.home[value]
        self.stored.add(value)
        if not group.stores and group.fold is None:
            self.settle(group)
        group.stores[value] = None
        if value not in self.pinned and group.opaque is None and value.kind != COPY and value.within is None:
            order = [*(axis for axis in group.axes if axis is not group.vector), group.vector]
            index = group.members[value]
            inner = [max((order.index(axis) for axis in place.axes()), default=-1) for place in index]
            value.lay_out(sorted(range(len(inner)), key=inner.__getitem__))

    def settle(self, group: Group) -> None:
        """Choose the vector's axis, if nothing has fixed it: along which most of what is touched lies side by side."""
        if group.column is not None and group.fold is None and not group.stores and not group.checks:
            group.vector = self._across(group, group.column)
        if group.opaque or group.column is not None:
            return
        touched = [(value, group.members[value]) for value in group.stores]
        contracted = sources(group.contraction) if group.fold is not None else []  # near for each candidate
        loads = [(value, place) for value, places in group.loads.items() for place in places]
        touched += [load for load in loads if load not in contracted]
        steps = [(value.flat(place).terms, places_read(place)) for value, place in touched]
        axes = self.candidates(group)
        group.vector = max(
            axes, default=group.vector,
            key=lambda axis: (
                sum(size for found, size in steps if found.get(axis) == 1),
                sum(size for found, size in steps[: len(group.stores)] if found.get(axis) == 1),  # rather written
                axis is group.vector and group.fold is not None,
                axes.index(axis),
            ),
        )

    def _across(self, group: Group, column: Axis) -> Axis:
        """Choose the axis of the vectors for statistics of short rows: one across them, where that is near.

        Then nothing is to be done across the lanes of a vector, and what is computed once a row takes a vector too.
        """
        if not 0 < column.extent <= SHORT_ROW:
            return column
        loads = [value.flat(place).terms for value, places in group.loads.items() for place in places]
        axes = [axis for axis in group.axes if axis is not column and axis.extent >= LANES]
        near = [axis for axis in axes if all(at.get(axis, 0) in (0, 1) for at in loads if column in at)]
        if column.extent < LANES and not near:
            near = axes
        return max(near, key=lambda axis: axis.extent, default=column)

    def candidates(self, group: Group) -> list[Axis]:
        """List the axes that the vector of a group may lie along."""
        return [axis for axis in group.axes if axis.extent != 1]

    # -- groups --

    def new(self, axes: Sequence[Axis]) -> Group:
        """Begin a group."""
        group = Group(axes)
        self.groups.append(group)
        return group

    def materialise(self, value: Value) -> None:
        """Store a value: of a group, or one that is free, in a group that computes the like or in a new one."""
        value = same_memory(value)
        if value.kind == GIVEN:
            return
        if value in self.home:
            self.store(value)
            return
        axes = value.axes()
        index, leaves = self.spread(value, axes)
        latest = self.latest(leaves)
        since = 0 if latest is None else self.groups.index(latest)
        for group in reversed(self.groups[since:]):
            if group.fold is None and group.opaque is None and group is not latest and value.kind == MAP:
                match = self.fits(group, axes, leaves)
                if match is not None and self.may_leave_out(group, match.values()):
                    self.adopt(group, value, moved(index, match))
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
        turned = base is value and base.strides != row_major(base.shape)  # what another shows lies as it shows it
        if base in self.stored and (turned or base.within is not None):
            axes = value.axes()
            base, _ = copy_of(value, index_of(axes), axes, axes[-1])
        self.pinned.add(base)
        self.materialise(base)
        return base


def _matched(mine: Affine, theirs: Affine) -> list[tuple[Axis, Affine]] | None:
    """Pair the one axis of a place with another place, or those of both that have the same steps; None in vain."""
    if not all(isinstance(axis, Axis) for axis in mine.terms):
        return None
    if list(mine.terms.values()) == [1] and not mine.const:
        return [(*mine.terms, theirs)]
    steps = {step: axis for axis, step in theirs.terms.items() if isinstance(axis, Axis)}
    pairs = [(axis, steps[step]) for axis, step in mine.terms.items() if step in steps]
    same = mine.const == theirs.const and len(pairs) == len(mine.terms) == len(steps) == len(theirs.terms)
    if not same or any(axis.extent != other.extent for axis, other in pairs):
        return None
    return [(axis, variable(other)) for axis, other in pairs]
