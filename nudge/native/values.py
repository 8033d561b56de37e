"""Values: a traced graph as the planner sees it, each row of the table read by its kind alone.

A *map* computes one number of its arguments at the same place, a *view* reads its first argument at another place,
a *fold* runs over further axes with a state, and whatever fits none of these is *opaque*: a loop nest by itself.
Equal steps on equal arguments are one value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..graph import Node, ancestors
from ..op import Elementwise, Kernel, Operation, Reduction, View, parse_signature
from .affine import Affine, Axis, Window, of
from .builder import Builder, Reg

Index = tuple[Any, ...]
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
        self.axes, self.reads = list(axes), list(reads)
        self.reduced = [axis for axis in reduced if axis.extent != 1]
        self.init, self.step, self.combine = init, step, combine

    def take_apart(self, axis: Axis, outer: Axis, inner: Axis, swap: Mapping[Any, Affine]) -> None:
        """Put two axes in the place of one."""
        for axes in (self.axes, self.reduced):
            if axis in axes:
                at = axes.index(axis)
                axes[at : at + 1] = [outer, inner]
        self.reads = [(arg, tuple(p.replaced(swap) if isinstance(p, Affine) else p for p in place))
                      for arg, place in self.reads]  # fmt: skip


class Patch:
    """A value that is put into a larger one: at which place there it stands at an index of its axes."""

    def __init__(self, value: Value, axes: Sequence[Axis], place: Sequence[Any]) -> None:
        """Take the value, a variable for each of its axes, and the place."""
        self.value, self.axes = value, list(axes)
        self.place = tuple(at if isinstance(at, Affine) else Affine({}, at) for at in place)

    def meets(self, other: Patch) -> bool:
        """Tell whether two may overlap."""
        if not (self.value.size and other.value.size):
            return False
        both = [(a.bounds(), b.bounds()) for a, b in zip(self.place, other.place, strict=True)]
        return all(a[0] <= b[1] and b[0] <= a[1] for a, b in both)


class Value:
    """One step: its kind, its operation, its arguments (values and numbers), its shape, dtype and source line."""

    def __init__(self, kind: str, node: Node, args: Sequence[Any], shape: tuple[int, ...], dtype: Any) -> None:
        """Describe the step that a node records."""
        self.kind, self.node, self.args, self.shape, self.dtype = kind, node, tuple(args), shape, dtype
        self.op: Operation = node.op
        self.users: list[Value] = []
        self.fold: Fold | None = None
        self.own: Index = ()  # of a fold whose axes were taken apart: its index in them
        self.steps = row_major(shape)  # how far apart in memory neighbours along each axis lie
        self.shown: Callable[[Index], tuple[Value, Index]] | None = None  # of a view by a rule of its own: what it shows
        self.rule: Callable[..., Reg] | None = None  # of a map: what it does, if not what its operation says
        self.patches: list[Patch] = []  # of what is put together of others: those
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
        return f"{self.kind} {self.op.name if self.op else ''}{list(self.shape)}"

    def promoted(self) -> Any:
        """Give the dtype in which numbers among the arguments are read."""
        return self.op.computes_in([arg.node.data if isinstance(arg, Value) else arg for arg in self.args])

    def axes(self) -> list[Axis]:
        """Make a variable for each axis."""
        return [Axis(size) for size in self.shape]

    def flat(self, index: Sequence[Any]) -> Affine:
        """Find the position in memory of an index."""
        at = Affine({}, self.offset)
        for place, step in zip(index, self.steps, strict=True):
            at = at + (place if isinstance(place, Affine) else Affine({}, place)) * step
        return at

    def lay_out(self, order: Sequence[int]) -> None:
        """Keep it in memory with its axes in another order, the last one's neighbours side by side."""
        step = 1
        for k in reversed(order):
            self.steps[k] = step
            step *= self.shape[k]

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        return int(np.prod(self.shape, dtype=int)) * int(self.dtype.itemsize)


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


def copy_of(base: Value, index: Index, axes: Sequence[Axis], column: Axis) -> tuple[Value, list[Axis]]:
    """Describe a copy of what is read at an index, its last axis the one whose neighbours shall lie side by side."""
    read = {axis for place in index for axis in place.axes()}
    order = [axis for axis in axes if axis in read and axis is not column] + [column] * (column in read)
    copy = Value(COPY, base.node, (base,), tuple(axis.extent for axis in order), base.dtype)
    copy.copied = lambda places: (base, tuple(p.replaced(dict(zip(order, places, strict=True))) for p in index))
    return copy, order


def trimmed(index: Sequence[Any], shape: tuple[int, ...]) -> Index:
    """Fit an index to an argument that broadcasts: leading axes that it lacks are dropped, stretched ones are at 0."""
    return tuple(
        0 if size == 1 else place for place, size in zip(index[len(index) - len(shape) :], shape, strict=True)
    )


def values(roots: Iterable[Node], given: Iterable[Node]) -> dict[Node, Value]:
    """Read a graph, oldest step first; arguments and equal steps become one value each."""
    known: dict[Node, Value] = {}
    equal: dict[Any, Value] = {}
    for node in given:
        known[node] = Value(GIVEN, node, (), tuple(node.data.shape), node.data.dtype)
    order = [node for node in reversed(ancestors(roots)) if node not in known]
    uses = Counter(arg for node in order for arg in node.args if isinstance(arg, Node))
    uses.update(roots)
    for node in order:
        args = [known[arg] if isinstance(arg, Node) else arg for arg in node.args]
        if _is_identity(node, args):
            known[node] = args[0]
            continue
        key = (node.op, *(id(a) if isinstance(a, Value) else (type(a), repr(a)) for a in args), repr(node.params))
        if key not in equal:
            own = {known[arg] for arg in node.args if isinstance(arg, Node) and uses[arg] == 1}
            equal[key] = _described(node, args, own)
            for arg in equal[key].args:
                if isinstance(arg, Value):
                    arg.users.append(equal[key])
        known[node] = equal[key]
    return known


def _is_identity(node: Node, args: list[Any]) -> bool:
    """Tell whether a map hands on its only argument as it is."""
    op, b = node.op, Builder()
    if not isinstance(op, Elementwise) or len(args) != 1 or args[0].dtype != node.data.dtype:
        return False
    reg = b.number(0, args[0].dtype)
    assert op.lower is not None
    return op.lower(b, reg, **node.params) is reg


def _described(node: Node, args: list[Any], own: set[Value]) -> Value:
    """Describe a step; `own` are the arguments that nothing else reads."""
    op: Operation = node.op
    shape, dtype = tuple(node.data.shape), node.data.dtype
    if isinstance(op, View):
        return Value(VIEW, node, args, shape, dtype)
    if isinstance(op, Elementwise):
        value = Value(MAP, node, args, shape, dtype)
        _join_patches(value, own)
        return value
    value = Value(OPAQUE, node, args, shape, dtype)
    if isinstance(op, Reduction) and value.size and (shown := _shows(value)) is not None:
        value.kind, value.shown = VIEW, shown
        return value
    if isinstance(op, Reduction) and op.combine is None and all(isinstance(arg, Value) for arg in args):
        _put_together(value)
        return value
    fold = _reduction(value) if isinstance(op, Reduction) else _kernel(value) if isinstance(op, Kernel) else None
    if fold is None:
        return value
    value.kind, value.fold = FOLD, fold
    if isinstance(op, Reduction) and value.args[0] in own and _nested(value, value.args[0]):
        return value
    return value


def _put_together(value: Value) -> None:
    """Describe a reduction that assigns: its arguments stand side by side, or one within what fills the rest."""
    op = value.op
    assert op.index is not None
    parts = [arg for arg in value.args if isinstance(arg, Value)] if op.variadic else [value.args[0]]
    patches = []
    for k, part in enumerate(parts):
        axes = part.axes()
        more = {"k": k} if op.variadic else {}
        place = op.index(tuple(of(axis) for axis in axes), *value.args, **more, **value.params)
        patches.append(Patch(part, axes, place))
        taken = [axis for at in patches[-1].place for axis in at.terms]
        if len(set(taken)) != len(taken) or any(at.const < 0 or min(at.terms.values(), default=1) < 0 for at in patches[-1].place):
            return
    if not any(a.meets(b) for k, a in enumerate(patches) for b in patches[:k]):
        identity = op.identity(**value.params) if callable(op.identity) else op.identity
        value.kind, value.patches, value.fill = PATCHED, patches, identity


def _join_patches(value: Value, own: set[Value]) -> None:
    """Put the patches of two together that are added, if those are nobody else's and lie apart, in nothing but zeros."""
    if value.op.slope != (1.0, 1.0) or len(set(value.args)) != 2:
        return
    x, z = value.args
    if not all(isinstance(arg, Value) and arg.kind == PATCHED and arg in own and arg.fill == 0 for arg in (x, z)):
        return
    if x.shape != z.shape or x.dtype != z.dtype or x.dtype != value.dtype:
        return
    if not any(a.meets(b) for a in x.patches for b in z.patches):
        value.kind, value.patches, value.fill = PATCHED, [*x.patches, *z.patches], 0
        value.args = tuple(patch.value for patch in value.patches)


def _nested(value: Value, inner: Value) -> bool:
    """Let a sum of sums be one sum over the axes of both: where both join their states in the same way."""
    fold, other = value.fold, inner.fold
    if fold is None or other is None or fold.combine is None or other.combine is None:
        return False
    if value.dtype != inner.dtype or _written(fold.combine, value.dtype) != _written(other.combine, value.dtype):
        return False
    ((_, index),) = fold.reads
    swap = {axis: place for axis, place in zip(other.axes, index, strict=True)}
    reads = [(arg, tuple(p.replaced(swap) if isinstance(p, Affine) else p for p in place)) for arg, place in other.reads]
    value.args = inner.args
    value.fold = Fold(fold.axes, [*fold.reduced, *other.reduced], reads, other.init, other.step, other.combine)
    return True


def _written(combine: Callable[..., Reg], dtype: Any) -> str:
    """Write down what a rule does to two numbers, so that two rules can be compared."""
    b = Builder()
    combine(b, Reg(b, "%x", b.number(0, dtype).type), Reg(b, "%z", b.number(0, dtype).type))
    return "\n".join(b.lines)


def rows_of(value: Value) -> Value | None:
    """Describe the first half of a reduction in two steps: along the last axis; None where there is just one."""
    fold = value.fold
    if fold is None or len(fold.reduced) < 2 or len(fold.reads) != 1 or fold.combine is None:
        return None
    ((x, index),) = fold.reads
    last = fold.reduced[-1]
    if not isinstance(x, Value) or index[-1] != of(last) or len({a for p in index for a in p.terms}) < len(fold.reduced):
        return None
    rows = Value(FOLD, value.node, value.args, (*x.shape[:-1], 1), value.dtype)
    others = [*fold.axes, *fold.reduced]
    own = [next((axis for axis in others if of(axis) == place), Axis(1)) for place in (*index[:-1], Affine({}))]
    rows.fold = Fold(own, [last], fold.reads, fold.init, fold.step, fold.combine)
    return rows


def relaid(base: Value, last: int) -> Value:
    """Describe a copy in another order in memory: neighbours along the axis `last` lie side by side."""
    copy = Value(COPY, base.node, (base,), base.shape, base.dtype)
    copy.copied = lambda places: (base, places)
    copy.lay_out([*(k for k in range(len(base.shape)) if k != last), last])
    return copy


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


def _placed(value: Value) -> tuple[Value, list[Axis], Index, Index] | None:
    """Find where a reduction of one argument puts what stands at an index: (argument, axes, index, place)."""
    op, x = value.op, value.args[0]
    if op.signature or op.variadic or not isinstance(x, Value):
        return None
    axes = x.axes()
    index = tuple(of(axis) for axis in axes)
    assert op.index is not None
    return x, axes, index, op.index(index, x, **value.params)


def _shows(value: Value) -> Callable[[Index], tuple[Value, Index]] | None:
    """Turn a reduction that puts each number at a place of its own, and leaves none out, into a view."""
    if (placed := _placed(value)) is None:
        return None
    x, axes, index, out = placed
    found = [place if isinstance(place, Affine) else Affine({}, place) for place in out]
    if any(place.const or place.span() != size for place, size in zip(found, value.shape, strict=True)):
        return None
    taken = [axis for place in found for axis in place.terms]
    if len(set(taken)) != len(taken) or {a for a in axes if a.extent != 1} - set(taken):
        return None

    def shown(at: Index) -> tuple[Value, Index]:
        where = {axis: at[k] // step % axis.extent if axis.extent * step < value.shape[k] else at[k] // step
                 for k, place in enumerate(found) for axis, step in place.terms.items()}  # fmt: skip
        return x, tuple(where[axis] if axis in where else Affine({}) for axis in axes)

    return shown


def _reduction(value: Value) -> Fold | None:
    """Describe a reduction whose output's axes are some of its input's."""
    op = value.op
    if op.combine is None or (placed := _placed(value)) is None:
        return None
    x, inner, index, out = placed
    own: list[Axis] = []
    solved: dict[Any, Affine] = {}
    for place, size in zip(out, value.shape, strict=True):
        at = place if isinstance(place, Affine) else Affine({}, place)
        if not at.terms and not at.const:
            own.append(Axis(1))
            continue
        axis = max(at.terms, key=lambda axis: axis.extent, default=None)
        if axis is None or at.terms[axis] != 1 or axis in own or axis in solved:
            return None
        if at == of(axis) and axis.extent == size:
            own.append(axis)
            continue
        own.append(Axis(size))
        solved[axis] = Affine({Window(of(own[-1]) - (at - of(axis)), axis.extent): 1})
    if solved and value.op.identity != 0:
        return None
    index = tuple(place.replaced(solved) for place in index)
    reduced = [axis for axis in inner if axis not in own and axis not in solved and axis.extent != 1]
    combine = op.combine

    def init(b: Builder) -> Reg:
        identity = op.identity(**value.params) if callable(op.identity) else op.identity
        like = b.number(0, value.dtype)
        return getattr(b, identity)(like) if isinstance(identity, str) else b.number(identity, value.dtype)

    return Fold(own, reduced, [(x, index)], init,
                lambda b, state, at, x: combine(b, state, b.cast(x, value.dtype)), combine)  # fmt: skip


def _kernel(value: Value) -> Fold | None:
    """Describe a kernel that carries one state over one further axis."""
    op = value.op
    if op.scan or op.init is None or op.combine is None or not all(isinstance(arg, Value) for arg in value.args):
        return None
    inputs, letters = parse_signature(op.signature)
    own = value.axes()
    axes = dict(zip(letters, own[len(own) - len(letters) :], strict=True))
    reduced: list[Axis] = []
    for arg, names in zip(value.args, inputs, strict=True):
        for name, size in zip(names, arg.shape[len(arg.shape) - len(names) :], strict=True):
            if name not in axes:
                axes[name] = Axis(size)
                reduced.append(axes[name])
    lead = tuple(of(axis) for axis in own[: len(own) - len(letters)])
    reads = [
        (arg, trimmed((*lead, *(of(axes[name]) for name in names)), arg.shape))
        for arg, names in zip(value.args, inputs, strict=True)
    ]
    likes = [(arg.dtype) for arg in value.args]
    init, step = op.init, op.step

    def start(b: Builder) -> Reg:
        return init(b, *(b.number(0, like) for like in likes))[-1]

    return Fold(own, reduced, reads, start, lambda b, s, at, *xs: step(b, (s,), at, *xs)[-1], op.combine)
