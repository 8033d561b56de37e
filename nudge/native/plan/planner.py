"""Planner: goes through the values once, oldest first, and finds each a home."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress

from .affine import Affine, Index, NotAffine, Split, index_of, moved
from .ahead import beyond_views
from .contractions import Contractions
from .costs import NARROW
from .group import Group, elements, same_memory, source
from .values import COPY, FOLD, MAP, OPAQUE, PATCHED, VIEW, Patch, Value, copy_what_it_shows, over_rows, rows_of

MOST = 128  # members of a group, up to which a map joins it: a longer function takes long to compile
FEW = 8  # maps of what is looked up, through which its readers are looked for
MANY = 12  # values that a free one is made of, from which on it is stored rather than computed again at each use


class Planner(Contractions):
    """Goes through the values once, oldest first, and finds each a home: a group, or none while it is free."""

    def __init__(self, values: Iterable[Value], roots: Sequence[Value]) -> None:
        """Begin with no groups."""
        needed = dict.fromkeys(roots)
        pending = list(needed)
        for value in pending:
            new = [arg for arg in value.args if isinstance(arg, Value) and arg not in needed]
            needed |= dict.fromkeys(new)
            pending += new
        self.depth = depths(values)
        self.values = [value for value in sorted(self.depth, key=self.depth.__getitem__) if value in needed]
        super().__init__(roots)
        self.after: list[tuple[Group, Group]] = []  # pairs of which the second has to wait for the first

    def plan(self) -> None:
        """Find a home for all that needs one."""
        for value in self.values:
            if value.kind == VIEW:
                self._test(value)
            if value.kind == VIEW and self._is_looked_up_often(value):
                copy_what_it_shows(value)
                self.materialise(value)
            if value.kind == MAP:
                self._map(value)
            elif value.kind == FOLD:
                self._fold(value)
            elif value.kind == OPAQUE:
                self._opaque(value)
            elif value.kind == PATCHED:
                self._patched(value)
            if value in self.roots:
                self.pinned.add(same_memory(value))  # which it may have become by how others lie
                self.materialise(value)

    def _is_looked_up_often(self, view: Value) -> bool:
        """Tell whether a view reads where data say, and a much larger map would do so for each of its numbers."""
        if not view.op.signature:  # it shows memory
            return False
        pending = [view]
        for value in pending:
            for user in beyond_views(value):
                if elements(user) >= NARROW * elements(view):
                    return True
                if elements(user) == elements(view) and len(pending) < FEW:
                    pending.append(user)
        return False

    def _test(self, view: Value) -> None:
        """Make a view that no affine positions describe a loop nest by itself."""
        index = index_of(view.axes())
        while True:
            try:
                source(view, index)
                return
            except Split as split:
                index = moved(index, split.swap)
            except NotAffine:
                view.kind = OPAQUE
                return

    def _map(self, value: Value) -> None:
        axes = value.axes()
        index = index_of(axes)
        try:
            leaves = list(self.leaves(value, index))
        except (NotAffine, Split):
            return
        group = self.latest(leaves)
        if group is not None and len(group.members) >= MOST:
            self.materialise(value)
            return
        if group is not None and not group.opaque:
            match = self.fits(group, axes, leaves)
            if match is not None and self.may_leave_out(group, match.values()):
                with suppress(NotAffine):
                    self.adopt(group, value, moved(index, match))
                    return
        if len(leaves) > MANY or (self._is_used_later(value) and self.is_dear(value)):
            self.materialise(value)

    def _is_used_later(self, value: Value) -> bool:
        """Tell whether something reads a value that has to wait for a contraction on the way from it."""
        return any(self.depth.get(user, 0) > self.depth[value] for user in value.users)

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

    def _patched(self, value: Value) -> None:
        """Have each patch of a value written where it belongs, and fill the rest before."""
        parts: list[Value] = []
        filled: Group | None = None
        if sum(elements(patch.value) for patch in value.patches) < elements(value):
            fill = Value(MAP, value.node, (), value.shape, value.dtype)
            fill.rule = lambda b: b.number(value.fill, value.dtype)
            fill.within = value
            filled = self.new(fill.axes())
            self.adopt(filled, fill, index_of(filled.axes))
            self.store(fill)
            parts.append(fill)
        for patch in value.patches:
            part = self._part_of(value, patch, filled is not None)
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

    def _part_of(self, value: Value, patch: Patch, filled: bool) -> Value:
        """Let what makes a patch write it into its place, if it can; else make a copy there."""
        steps = value.flat(patch.place)
        base, at = patch.value, index_of(patch.axes)
        try:
            base, at = source(base, at)
            mine = _solved(at, steps) if elements(base) == elements(patch.value) and base.dtype == value.dtype else None
        except (NotAffine, Split):
            mine = None
        late = filled and base.kind == PATCHED  # whoever writes its parts knows nothing of what fills the rest before
        if mine is None or late or not self._may_move(base, mine):
            copy = Value(COPY, value.node, (patch.value,), patch.value.shape, value.dtype)
            copy.copied = lambda places: (patch.value, places)
            base, mine = copy, [steps.terms.get(axis, 0) for axis in patch.axes]
        for inner in [each for each in self.stored if each.within is base] if base.kind == PATCHED else ():
            inner.within, inner.offset = value, inner.offset + steps.const
        base.within, base.strides, base.offset = value, mine, steps.const
        return base

    def _may_move(self, base: Value, steps: Sequence[int]) -> bool:
        """Tell whether a value may be kept in another's memory, neighbours along its axes so many numbers apart.

        Of one that is stored already others count on the order of its axes, and on which lie side by side.
        """
        if base.within is not None or base in self.pinned or base not in self.home:
            return False
        if base not in self.stored:
            return base.kind in (MAP, FOLD)
        long = [k for k, size in enumerate(base.shape) if size > 1]
        if base.kind == PATCHED:
            return all(steps[k] == base.strides[k] for k in long)
        same = sorted(long, key=lambda k: steps[k]) == sorted(long, key=lambda k: base.strides[k])
        return base.kind in (MAP, FOLD) and same and all((steps[k] == 1) == (base.strides[k] == 1) for k in long)

    def _opaque(self, value: Value) -> None:
        held = {arg: self.plain(arg) for arg in value.args if isinstance(arg, Value)}
        group = self.new([])
        group.opaque, group.held, group.checks = value, held, bool(value.op.signature)
        group.loads = {arg: [] for arg in held.values()}
        group.members[value] = ()
        self.home[value] = group
        self.store(value)


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


def depths(found: Iterable[Value]) -> dict[Value, int]:
    """Count how many contractions lie behind each value: what needs few is there when what needs more begins."""
    depth: dict[Value, int] = {}
    for value in found:
        behind = [depth[arg] for arg in value.args if isinstance(arg, Value)]
        contracts = value.fold is not None and len(value.fold.reads) > 1
        depth[value] = max(behind, default=0) + contracts
    return depth
