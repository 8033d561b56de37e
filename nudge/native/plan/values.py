"""Values: a traced graph as the planner sees it, each row of the table read by its kind alone.

A *map* computes one number of its arguments at the same place, a *view* reads its first argument at another place,
a *fold* runs over further axes with a state, and whatever fits none of these is *opaque*: a loop nest by itself.
Equal steps on equal arguments are one value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from math import prod
from typing import Any

from ...graph import Node
from ...op import Operation
from ..ir.builder import Reg
from .affine import Affine, Axis, Index, Split, axes_of, index_of, moved, place_of, variable

GIVEN, MAP, VIEW, COPY, FOLD, OPAQUE, PATCHED = "given", "map", "view", "copy", "fold", "opaque", "patched"


class Fold:
    """How a value arises over further axes: what is read at each of their places, and what becomes of the state."""

    def __init__(
        self,
        axes: Sequence[Axis],
        reduced: Sequence[Axis],
        reads: Sequence[tuple[Any, Index]],
        init: Callable[..., Reg],
        step: Callable[..., Reg],
        combine: Callable[..., Reg] | None,
    ) -> None:
        """Take the value's own axes, the further ones, (argument, index) of what is read, and the rules of the state.

        `init(b)` begins, `step(b, state, position, *reads)` goes on; `combine(b, state, state)` joins two states, and
        None says that the order matters.
        """
        self.axes, self.reads = list(axes), [(arg, place_of(place)) for arg, place in reads]
        self.reduced = [axis for axis in reduced if axis.extent != 1]
        self.own = index_of(axes)  # the value's index, in its axes as they are when some were taken apart
        self.init, self.step, self.combine = init, step, combine
        self.followed: tuple[Any, Any] = (None, None)  # reads, and what they lead to: see `group.sources`

    def take_apart(self, split: Split) -> None:
        """Put two axes in the place of one."""
        split.apart(self.axes)
        split.apart(self.reduced)
        self.own = moved(self.own, split.swap)
        self.reads = [(arg, moved(place, split.swap)) for arg, place in self.reads]


Bounds = list[tuple[int, int]]  # along each axis, the first position and the last


class Patch:
    """A value that is put into a larger one: at which place there it stands at an index of its axes."""

    def __init__(self, value: Value, axes: Sequence[Axis], place: Sequence[Any]) -> None:
        """Take the value, a variable for each of its axes, and the place."""
        self.value, self.axes, self.place = value, list(axes), place_of(place)
        self.bounds: Bounds | None = [at.bounds() for at in self.place] if value.size else None


def around(all_bounds: Iterable[Bounds | None]) -> Bounds | None:
    """Find the bounds of all together; None where there is nothing."""
    found = [bounds for bounds in all_bounds if bounds is not None]
    if not found:
        return None
    return [(min(low for low, _ in axis), max(high for _, high in axis)) for axis in zip(*found, strict=True)]


def meet(some: Bounds | None, others: Bounds | None) -> bool:
    """Tell whether what lies within two bounds may overlap."""
    if some is None or others is None:
        return False
    return all(a[0] <= b[1] and b[0] <= a[1] for a, b in zip(some, others, strict=True))


class Value:
    """One step: its kind, its operation, its arguments (values and numbers), its shape, dtype and source line."""

    def __init__(self, kind: str, node: Node, args: Sequence[Any], shape: tuple[int, ...], dtype: Any) -> None:
        """Describe the step that a node records."""
        self.kind, self.node, self.args, self.shape, self.dtype = kind, node, tuple(args), shape, dtype
        self.op: Operation = node.op
        self.users: list[Value] = []
        self.fold: Fold | None = None
        self.strides = row_major(shape)  # how far apart in memory neighbours along each axis lie
        self.shown: Callable[[Index], tuple[Value, Index]] | None = None  # of a view that is no view in the table
        self.rule: Callable[..., Reg] | None = None  # of a map: what it does, if not what its operation says
        self.patches: list[Patch] = []  # of what is put together of others: those
        self.bounds: Bounds | None = None  # within which they lie
        self.fill: Any = None  # and what stands where there are none
        self.within: Value | None = None  # in whose memory it lies, if not in memory of its own
        self.offset = 0  # where there, in numbers
        self.copied: Callable[[Index], tuple[Value, Index]] | None = None  # of a copy: what it reads at an index

    @property
    def params(self) -> dict[str, Any]:
        """The operation's parameters."""
        return self.node.params

    def __repr__(self) -> str:
        """Show kind, symbol, and shape."""
        return f"{self.kind} {getattr(self.op, 'name', '')}{list(self.shape)}"

    def promoted(self) -> Any:
        """Give the dtype in which numbers among the arguments are read."""
        return self.op.computes_in([arg.node.data if isinstance(arg, Value) else arg for arg in self.args])

    def axes(self) -> list[Axis]:
        """Make a variable for each axis."""
        return [Axis(size) for size in self.shape]

    def flat(self, index: Sequence[Any]) -> Affine:
        """Find the position in memory of an index."""
        return Affine.total(zip(place_of(index), self.strides, strict=True), self.offset)

    def lay_out(self, order: Sequence[int]) -> None:
        """Keep it in memory with its axes in another order, the last one's neighbours side by side."""
        step = 1
        for k in reversed(order):
            self.strides[k] = step
            step *= self.shape[k]

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        return prod(self.shape) * int(self.dtype.itemsize)


def row_major(shape: Sequence[int]) -> list[int]:
    """Give the steps of axes in their order.

    >>> row_major((2, 3, 4))
    [12, 4, 1]
    """
    steps, step = [], 1
    for size in reversed(shape):
        steps.append(step)
        step *= size
    return steps[::-1]


def trimmed(index: Sequence[Any], shape: tuple[int, ...]) -> Index:
    """Fit an index to an argument that broadcasts: leading axes that it lacks are dropped, stretched ones are at 0."""
    return tuple(
        [0 if size == 1 else place for place, size in zip(index[len(index) - len(shape) :], shape, strict=True)]
    )


def copy_of(base: Value, index: Index, axes: Sequence[Axis], column: Axis) -> tuple[Value, list[Axis]]:
    """Describe a copy of what is read at an index, its last axis the one whose neighbours shall lie side by side."""
    read = axes_of(index)
    order = [axis for axis in axes if axis in read and axis is not column] + [column] * (column in read)
    made = Value(COPY, base.node, (base,), tuple(axis.extent for axis in order), base.dtype)
    made.copied = lambda places: (base, moved(index, dict(zip(order, places, strict=True))))
    return made, order


def copied(base: Value) -> Value:
    """Describe a copy."""
    made = Value(COPY, base.node, (base,), base.shape, base.dtype)
    made.copied = lambda places: (base, places)
    return made


def copy_what_it_shows(view: Value) -> None:
    """Let a view be a copy from now on."""
    shown = copy(view)
    view.kind, view.copied = COPY, lambda places: (shown, places)


def relaid(base: Value, last: int) -> Value:
    """Describe a copy in another order in memory: neighbours along the axis `last` lie side by side."""
    made = copied(base)
    made.lay_out([*(k for k in range(len(base.shape)) if k != last), last])
    return made


def rows_of(value: Value) -> Value | None:
    """Describe the first half of a reduction in two steps: along the last axis; None where there is just one."""
    fold = value.fold
    if fold is None or len(fold.reduced) < 2 or len(fold.reads) != 1 or fold.combine is None:
        return None
    ((x, index),) = fold.reads
    last = fold.reduced[-1]
    if not isinstance(x, Value) or index[-1] != variable(last):
        return None
    rows = Value(FOLD, value.node, value.args, (*x.shape[:-1], 1), value.dtype)
    others = [*fold.axes, *fold.reduced]
    own = [next((axis for axis in others if variable(axis) == place), Axis(1)) for place in (*index[:-1], Affine({}))]
    rows.fold = Fold(own, [last], fold.reads, fold.init, fold.step, fold.combine)
    return rows


def over_rows(value: Value, rows: Value) -> None:
    """Make a reduction one of its rows."""
    fold = value.fold
    assert fold is not None
    combine = fold.combine
    assert combine is not None
    ((_, index),) = fold.reads
    value.args = (rows,)
    value.fold = Fold(fold.axes, fold.reduced[:-1], [(rows, (*index[:-1], Affine({})))], fold.init,
                      lambda b, state, at, x: combine(b, state, x), combine)  # fmt: skip
