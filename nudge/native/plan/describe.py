"""Describe: read a traced graph as values, each row of the table by its kind alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from ...graph import Node, ancestors
from ...op import Elementwise, Kernel, Operation, Reduction, View, parse_signature
from ..ir.builder import Builder, Reg
from .affine import Affine, Axis, Index, Window, index_of, moved, place_of, variable
from .values import FOLD, GIVEN, MAP, OPAQUE, PATCHED, VIEW, Fold, Patch, Value, around, meet, trimmed


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
    if isinstance(op, Reduction) and value.args[0] in own:
        _join_folds(value, value.args[0])
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
        place = op.index(index_of(axes), *value.args, **more, **value.params)
        patches.append(Patch(part, axes, place))
        place = patches[-1].place
        taken = [axis for at in place for axis in at.terms]
        if len(set(taken)) != len(taken) or any(at.const < 0 or min(at.terms.values(), default=1) < 0 for at in place):
            return
    if not any(meet(a.bounds, b.bounds) for k, a in enumerate(patches) for b in patches[:k]):
        identity = op.identity(**value.params) if callable(op.identity) else op.identity
        value.kind, value.patches, value.fill = PATCHED, patches, identity
        value.bounds = around(patch.bounds for patch in patches)


def _join_patches(value: Value, own: set[Value]) -> None:
    """Put the patches of two together that are added, if nobody else reads them, and they lie apart among zeros."""
    if value.op.slope != (1.0, 1.0) or len(set(value.args)) != 2:
        return
    x, z = value.args
    if not all(isinstance(arg, Value) and arg.kind == PATCHED and arg in own and arg.fill == 0 for arg in (x, z)):
        return
    if x.shape != z.shape or x.dtype != z.dtype or x.dtype != value.dtype:
        return
    # Of a long sum, such as of the gradients of what was taken apart, the bounds mostly tell.
    if meet(x.bounds, z.bounds) and any(meet(a.bounds, b.bounds) for a in x.patches for b in z.patches):
        return
    value.kind, value.patches, value.fill = PATCHED, [*x.patches, *z.patches], 0
    value.bounds = around((x.bounds, z.bounds))
    value.args = tuple(patch.value for patch in value.patches)


def _join_folds(value: Value, inner: Value) -> None:
    """Let a sum of sums be one sum over the axes of both: where both join their states in the same way."""
    fold, other = value.fold, inner.fold
    if fold is None or other is None or fold.combine is None or other.combine is None:
        return
    if value.dtype != inner.dtype or _written(fold.combine, value.dtype) != _written(other.combine, value.dtype):
        return
    ((_, index),) = fold.reads
    swap = {axis: place for axis, place in zip(other.axes, index, strict=True)}
    reads = [(arg, moved(place, swap)) for arg, place in other.reads]
    value.args = inner.args
    value.fold = Fold(fold.axes, [*fold.reduced, *other.reduced], reads, other.init, other.step, other.combine)


def _written(combine: Callable[..., Reg], dtype: Any) -> str:
    """Write down what a rule does to two numbers, so that two rules can be compared."""
    b = Builder()
    combine(b, Reg(b, "%x", b.number(0, dtype).type), Reg(b, "%z", b.number(0, dtype).type))
    return "\n".join(b.lines)


def _placed(value: Value) -> tuple[Value, list[Axis], Index, Index] | None:
    """Find where a reduction of one argument puts what stands at an index: (argument, axes, index, place)."""
    op, x = value.op, value.args[0]
    if op.signature or op.variadic or not isinstance(x, Value):
        return None
    axes = x.axes()
    index = index_of(axes)
    assert op.index is not None
    return x, axes, index, op.index(index, x, **value.params)


def _shows(value: Value) -> Callable[[Index], tuple[Value, Index]] | None:
    """Turn a reduction that puts each number at a place of its own, and leaves none out, into a view."""
    if (placed := _placed(value)) is None:
        return None
    x, axes, index, out = placed
    found = place_of(out)
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
    for at, size in zip(place_of(out), value.shape, strict=True):
        if not at.terms and not at.const and size == 1:
            own.append(Axis(1))
            continue
        axis = max(at.terms, key=lambda axis: axis.extent, default=None)
        if axis is None or at.terms[axis] != 1 or axis in own or axis in solved:
            return None
        if at == variable(axis) and axis.extent == size:
            own.append(axis)
            continue
        own.append(Axis(size))
        solved[axis] = Affine({Window(variable(own[-1]) - (at - variable(axis)), axis.extent): 1})
    if solved and value.op.identity != 0:
        return None
    index = moved(index, solved)
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
    lead = index_of(own[: len(own) - len(letters)])
    reads = [
        (arg, trimmed((*lead, *index_of(axes[name] for name in names)), arg.shape))
        for arg, names in zip(value.args, inputs, strict=True)
    ]
    likes = [(arg.dtype) for arg in value.args]
    init, step = op.init, op.step
    assert step is not None

    def start(b: Builder) -> Reg:
        return init(b, *(b.number(0, like) for like in likes))[-1]

    return Fold(own, reduced, reads, start, lambda b, s, at, *xs: step(b, (s,), at, *xs)[-1], op.combine)
