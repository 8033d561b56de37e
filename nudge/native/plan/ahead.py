"""Ahead: what becomes of a fold's results, which decides along which of their axes a vector had better lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from .affine import Axis, Index, NotAffine, Split, index_of, moved, variable
from .costs import LANES, SHORT_ROW
from .group import elements, reads_of, source
from .values import FOLD, GIVEN, MAP, VIEW, Fold, Value

STEPS = 3  # maps from a fold's result to what it is used with: a gradient, times a rate, from a weight


class Ahead:
    """Looks from a value to those that use it."""

    def __init__(self, is_dear: Callable[[Value], bool]) -> None:
        """Take what tells whether a map is much work."""
        self.is_dear = is_dear
        self._near: dict[Value, set[int]] = {}  # see `near`

    def beside(self, value: Value) -> set[Axis]:
        """Find the axes along which neighbours lie side by side in what is given and used with a fold's result."""
        assert value.fold is not None
        return {axis for k in self.near(value) for axis in value.fold.own[k].axes()}

    def near(self, value: Value) -> set[int]:
        """Find the axes, by number, of a value along which neighbours lie side by side in what is given beside it.

        Maps lead there, such as a sum of many gradients, a product with a rate, and a weight's difference from it.
        """
        pending = [value]
        while pending:
            last = pending[-1]
            users = [] if last in self._near else [u for u in beyond_views(last) if elements(u) == elements(last)]
            unknown = [user for user in users if user not in self._near]
            if not unknown:
                self._near.setdefault(last, {k for user in users for k in self._near_in(user, last)})
                pending.pop()
            pending += unknown
        return self._near[value]

    def _near_in(self, user: Value, value: Value) -> set[int]:
        axes = user.axes()
        try:
            reads = list(_through_maps(reads_of(user, index_of(axes)), value, STEPS - 1))
        except (NotAffine, Split):
            return set()
        near = {axes[k] for k in self._near[user]}
        for arg, place in reads:
            if arg.kind == GIVEN and elements(arg) == elements(value):
                near |= {axis for axis, step in arg.flat(place).terms.items() if step == 1}
        mine = next((place for arg, place in reads if arg is value), ())
        return {k for k, place in enumerate(mine) if not near.isdisjoint(place.terms)}

    def summed(self, value: Value) -> tuple[set[Axis], set[Axis]]:
        """Find the axes of a fold along which statistics of its results run, to be used beside these again.

        And those whose statistics much work is done with, such as a logarithm: a vector of rows had better do it.
        """
        assert value.fold is not None
        found: set[Axis] = set()
        dear: set[Axis] = set()
        users = _users(value, STEPS + 1)
        for user in users:
            stat = user.fold
            if stat is None or len(stat.reads) != 1 or len(stat.reduced) != 1 or stat.combine is None:
                continue
            after = _users(user, 1)
            again = not users.isdisjoint(after)  # unlike a bias's gradient
            alone = any(each.kind == MAP and elements(each) == elements(user) and self.is_dear(each) for each in after)
            for place in _places(stat, value) if again or alone else []:
                along = {axis for p, own in zip(place, value.fold.own, strict=True) if p == variable(stat.reduced[0])
                         for axis in own.axes()}  # fmt: skip
                found |= {axis for axis in along if again and axis.extent >= LANES}
                dear |= {axis for axis in along if alone and axis.extent <= SHORT_ROW}
        return found, dear


def beyond_views(value: Value) -> Iterator[Value]:
    """Find the maps that use a value, through views."""
    for user in value.users:
        if user.kind == VIEW:
            yield from beyond_views(user)
        elif user.kind == MAP:
            yield user


def _users(value: Value, steps: int) -> set[Value]:
    """Find the maps and folds that use a value, through views and up to some other maps."""
    found: set[Value] = set()
    for user in value.users:
        if user.kind == VIEW:
            found |= _users(user, steps)
        elif user.kind == MAP:
            found |= {user} | (_users(user, steps - 1) if steps > 1 else set())
        elif user.kind == FOLD:
            found.add(user)
    return found


def _places(stat: Fold, value: Value) -> list[Index]:
    """List where a statistic reads a value, by way of maps; its axes are taken apart where views ask for it."""
    reads = stat.reads
    while True:
        try:
            found = [source(arg, place) for arg, place in reads]
            return [place for arg, place in _through_maps(found, value, STEPS + 1) if arg is value]
        except Split as split:
            reads = [(arg, moved(place, split.swap)) for arg, place in reads]
        except NotAffine:
            return []


def _through_maps(
    reads: Sequence[tuple[Value, Index]], wanted: Value, steps: int
) -> Iterator[tuple[Value, Index]]:
    """List what is read, and what that reads, through up to some maps, but not through the one that is wanted."""
    for arg, place in reads:
        yield arg, place
        if arg.kind == MAP and arg is not wanted and steps:
            yield from _through_maps(reads_of(arg, place), wanted, steps - 1)
