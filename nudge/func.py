"""Transforms of functions, under JAX's and torch.func's names: grad, vjp, jvp, vmap and what they compose to.

Each is a reader of the graph. A transform gives the function fresh copies of its inputs, runs it, and walks
what was built: backward (grad, vjp), forward (jvp), or over again with one more axis (vmap). Since each
transform's inputs are nodes of their own, transforms nest to any order without confusing each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import autograd, ops
from .dtype import PYTHON
from .errors import GraphError, ShapeError, TraceError
from .graph import NO_PARAMS, Node, ancestors, descendants
from .mode import enable_grad, mode
from .op import Abstract, Elementwise, Operation
from .tensor import ArrayNode, Storage, Tensor, as_tensor, of_node, wrap

Function = Callable[..., Any]


# -- trees: tuples, lists and dicts of tensors -----------------------------------------------------


def flatten(tree: Any) -> tuple[list[Any], Callable[[Sequence[Any]], Any]]:
    """Split a nest of tuples, lists and dicts into its leaves and the function that puts leaves back.

    >>> leaves, rebuild = flatten({"w": 1, "b": (2, 3)})
    >>> leaves, rebuild([10, 20, 30])
    ([1, 2, 3], {'w': 10, 'b': (20, 30)})
    """
    if isinstance(tree, dict):
        keys, children = list(tree), [flatten(child) for child in tree.values()]
    elif isinstance(tree, (tuple, list)):
        keys, children = [], [flatten(child) for child in tree]
    else:
        return [tree], lambda leaves: leaves[0]
    leaves = [leaf for part, _ in children for leaf in part]

    def rebuild(given: Sequence[Any]) -> Any:
        parts, start = [], 0
        for part, build in children:
            parts.append(build(given[start : start + len(part)]))
            start += len(part)
        if isinstance(tree, dict):
            return dict(zip(keys, parts, strict=True))
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)

    return leaves, rebuild


def tree_map(f: Function, tree: Any) -> Any:
    """Apply `f` to every leaf of a nest."""
    leaves, rebuild = flatten(tree)
    return rebuild([f(leaf) for leaf in leaves])


def _tensor(leaf: Any) -> Tensor:
    if type(leaf) in PYTHON:
        return wrap(np.asarray(leaf, PYTHON[type(leaf)]))
    value = as_tensor(leaf, ops.alias)
    return value if isinstance(value, Tensor) else _tensor(value)


def _own(leaf: Any) -> Tensor:
    """Give a transform its own copy of an input: a new identity, so that no other transform's walk stops there."""
    source = _tensor(leaf)
    return of_node(ArrayNode(ops.alias, (source.node,), NO_PARAMS, source._array, source._storage, True))


def _watched_elsewhere(outputs: Sequence[Any], own: Sequence[Tensor]) -> bool:
    """Tell whether someone outside of this transform also wants gradients of what the outputs were made from."""
    order = ancestors([y.node for y in outputs])
    mine = descendants(reversed(order), [x.node for x in own])
    return any(node.requires_grad for node in order if node not in mine)


# -- reverse mode ----------------------------------------------------------------------------------


def vjp(f: Function, *primals: Any, has_aux: bool = False) -> Any:
    """Run `f` and return (output, pull), where `pull(cotangent)` gives the gradients of the primals.

    >>> y, pull = vjp(lambda x: x * x, 3.0)
    >>> y, pull(1.0)
    (tensor(9.), (tensor(6.),))
    """
    leaves, rebuild = flatten(primals)
    own = [_own(leaf) for leaf in leaves]
    with enable_grad():
        result = f(*rebuild(own))
    result, aux = result if has_aux else (result, None)
    outputs, rebuild_output = flatten(result)
    outputs = [_tensor(y) for y in outputs]
    record = _watched_elsewhere(outputs, own)

    def pull(cotangents: Any) -> Any:
        seeds: dict[Node, Any] = {}
        for y, g in zip(outputs, flatten(cotangents)[0], strict=True):
            if y.requires_grad:
                seed = y.node.seed(_tensor(g), record)
                seeds[y.node] = seeds[y.node] + seed if y.node in seeds else seed
        found = autograd.walk(seeds, record=record, inputs=[x.node for x in own])
        grads = [found.get(x.node) for x in own]
        return rebuild([_zeros(x) if g is None else x.node.as_operand(g) for x, g in zip(own, grads, strict=True)])

    plain = rebuild_output([y if record else _released(y) for y in outputs])
    return (plain, pull, aux) if has_aux else (plain, pull)


def _released(y: Tensor) -> Tensor:
    return y if type(y._array) is Abstract else y.detach()


def _zeros(x: Tensor) -> Tensor:
    return wrap(np.zeros(x.shape, x.dtype))


def value_and_grad(f: Function, argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Function:
    """Make the function that returns both `f`'s value (one number) and its gradient for argument `argnums`.

    The argument may be a nest of tuples, lists and dicts; the gradient has its form. Raises ShapeError where the
    value is not one number. With `has_aux`, `f` returns (value, aux) and so does the value here.
    """

    def transformed(*args: Any) -> Any:
        several = isinstance(argnums, tuple)
        places = argnums if isinstance(argnums, tuple) else (argnums,)

        def chosen(*primals: Any) -> Any:
            full = list(args)
            for place, primal in zip(places, primals, strict=True):
                full[place] = primal
            return f(*full)

        value, pull, *aux = vjp(chosen, *(args[place] for place in places), has_aux=has_aux)
        if not isinstance(value, Tensor) or value.shape not in ((), (1,)):
            shown = f"shape {value.shape}" if isinstance(value, Tensor) else type(value).__name__
            raise ShapeError(f"grad needs a function that returns one number, got {shown}: take .sum() or .mean(), or use jacrev")
        grads = pull(wrap(np.ones(value.shape, value.dtype)))
        return ((value, aux[0]) if has_aux else value), (grads if several else grads[0])

    return transformed


def grad(f: Function, argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Function:
    """Make the function that returns the gradient of `f`; see value_and_grad.

    >>> grad(grad(lambda x: x ** 3))(2.0)
    tensor(12.)
    """
    both = value_and_grad(f, argnums, has_aux)

    def transformed(*args: Any) -> Any:
        value, grads = both(*args)
        return (grads, value[1]) if has_aux else grads

    return transformed


# -- forward mode ----------------------------------------------------------------------------------


def jvp(f: Function, primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """Run `f` and carry tangents forward with it: (output, how it changes when the primals move along the tangents).

    >>> jvp(lambda x: x * x, (3.0,), (1.0,))
    (tensor(9.), tensor(6.))
    """
    leaves, rebuild = flatten(tuple(primals))
    moves = [_tensor(t) for t in flatten(tuple(tangents))[0]]
    own = [_own(leaf) for leaf in leaves]
    for x, t in zip(own, moves, strict=True):
        if x.shape != t.shape:
            raise ShapeError(f"jvp: a primal of shape {x.shape} has a tangent of shape {t.shape}; they must be equal")
    with enable_grad():
        outputs, rebuild_output = flatten(f(*rebuild(own)))
    outputs = [_tensor(y) for y in outputs]
    record = _watched_elsewhere(outputs, own)
    found: dict[Node, Any] = {x.node: t for x, t in zip(own, moves, strict=True)}
    for node in reversed(ancestors([y.node for y in outputs])):
        if node not in found and node.requires_grad:
            push(node, found, record)
    changes = [found.get(y.node) for y in outputs]
    return (
        rebuild_output([y if record else _released(y) for y in outputs]),
        rebuild_output([_zeros(y) if t is None else y.node.as_operand(t) for y, t in zip(outputs, changes, strict=True)]),
    )


def push(node: Node, tangents: dict[Node, Any], record: bool) -> None:
    """Give a node the tangent that follows from its arguments': slope times tangent, or the transpose of its vjp."""
    y, args = node.values(record)
    total: Any = None
    for k, arg in enumerate(node.args):
        if not isinstance(arg, Node) or arg not in tangents:
            continue
        t = tangents[arg]
        if isinstance(node.op, Elementwise):
            slope = node.op.slope(y, *args)[k] if node.op.variadic else autograd.slope_at(node.op, k, y, args, node.params)
            if slope is None:
                continue
            change = autograd.multiply(t, slope)
        else:
            change = transpose(node, k, y, args, t)
            if change is None:
                continue
        if change.shape != node.data.shape:
            ndim = len(node.data.shape)
            change = ops.reshape(change, ndim=len(change.shape), shape=(1,) * (ndim - len(change.shape)) + tuple(change.shape))
            change = ops.expand(change, sizes=tuple(node.data.shape))
        if change.dtype != node.data.dtype:
            change = ops.cast(change, dtype=node.data.dtype)
        total = change if total is None else total + change
    if total is not None:
        tangents[node] = total


def transpose(node: Node, k: int, y: Any, args: Sequence[Any], t: Any) -> Any:
    """Apply the transpose of `g -> vjp(g)`, which is linear in g, to a tangent: the derivative in forward mode."""
    op: Operation = node.op
    rule = op.rules if op.variadic else op.rules[k]
    if rule is None:
        return None
    g = of_node(ArrayNode(None, (), NO_PARAMS, Abstract(node.data.shape, node.data.dtype), Storage(), True))
    with enable_grad():
        c = rule(g, y, *args, k=k, **node.params) if op.variadic else rule(g, y, *args, **node.params)
    if c.shape != t.shape:  # the rule leaves summing over what was broadcast to the walk, whose transpose is to stretch
        ndim = len(c.shape)
        t = ops.reshape(t, ndim=len(t.shape), shape=(1,) * (ndim - len(t.shape)) + tuple(t.shape))
        t = ops.expand(t, sizes=tuple(c.shape))
    if c is g:
        return t
    return autograd.walk({c.node: t if isinstance(t, Tensor) else wrap(t)}, record=True, inputs=[g.node])[g.node]


# -- one more axis ---------------------------------------------------------------------------------


class Mapped:
    """A vmap under way: its size, what it thinks of random numbers, and the inputs that have a value per example."""

    def __init__(self, size: int, randomness: str, outer: Mapped | None) -> None:
        """Begin with no inputs."""
        self.size, self.randomness, self.outer = size, randomness, outer
        self.inputs: dict[Node, Tensor] = {}

    def stand_in(self, batched: Tensor) -> Tensor:
        """Make one example's stand-in for a tensor whose first axis counts examples."""
        shape, dtype = tuple(batched.shape[1:]), batched.dtype
        node = ArrayNode(None, (), NO_PARAMS, Abstract(shape, dtype), Storage(), batched.requires_grad)
        self.inputs[node] = batched
        return of_node(node)

    def draw(self, draw: Callable[[tuple[int, ...]], Tensor], shape: tuple[int, ...]) -> Tensor:
        """Draw random numbers for the examples as `randomness` says."""
        if self.randomness == "error":
            raise GraphError(
                "a random operation under vmap: say randomness='different' (each example draws its own) or 'same' (all share)"
            )
        if self.randomness == "same":
            return draw(shape)
        return self.stand_in(draw((self.size, *shape)))


def vmap(f: Function, in_dims: Any = 0, out_dims: Any = 0, randomness: str = "error") -> Function:
    """Make the function that does for a whole batch what `f` does for one example.

    `in_dims` says which axis of each argument counts examples (None: the same for all); `out_dims` where it goes in the
    outputs. Random operations draw per example ("different"), once ("same"), or raise GraphError ("error").

    >>> vmap(lambda x, w: (x * w).sum(), in_dims=(0, None))(wrap(np.eye(2)), wrap(np.array([3.0, 4.0])))
    tensor([3., 4.], dtype=float64)
    """
    if randomness not in ("error", "same", "different"):
        raise GraphError(f"randomness={randomness!r}: expected 'error', 'same' or 'different'")

    def mapped(*args: Any) -> Any:
        leaves, rebuild = flatten(args)
        dims = _dims_of(in_dims, args)
        tensors = [_tensor(leaf) if dim is not None else leaf for leaf, dim in zip(leaves, dims, strict=True)]
        sizes = {x.shape[dim] for x, dim in zip(tensors, dims, strict=True) if dim is not None}
        if len(sizes) != 1:
            shapes = [x.shape for x, dim in zip(tensors, dims, strict=True) if dim is not None]
            raise ShapeError(f"vmap over axes {dims} of shapes {shapes}: expected one number of examples, got {sorted(sizes)}")
        scope = Mapped(sizes.pop(), randomness, mode.mapped)
        inputs = [x if dim is None else scope.stand_in(_to_front(x, dim)) for x, dim in zip(tensors, dims, strict=True)]
        mode.mapped = scope
        try:
            outputs, rebuild_output = flatten(f(*rebuild(inputs)))
        finally:
            mode.mapped = scope.outer
        results = _run_batched(scope, [_tensor(y) for y in outputs])
        places = flatten(out_dims)[0] if isinstance(out_dims, (tuple, list)) else [out_dims] * len(results)
        return rebuild_output([_from_front(y, place) for y, place in zip(results, places, strict=True)])

    return mapped


def _dims_of(in_dims: Any, args: tuple[Any, ...]) -> list[int | None]:
    if isinstance(in_dims, (tuple, list)):
        if len(in_dims) != len(args):
            raise ShapeError(f"in_dims {in_dims} names {len(in_dims)} arguments, {len(args)} were given")
        return [d for dim, arg in zip(in_dims, args, strict=True) for d in ([dim] * len(flatten(arg)[0]))]
    return [in_dims] * len(flatten(args)[0])


def _to_front(x: Tensor, dim: int) -> Tensor:
    if not -x.ndim <= dim < x.ndim:
        raise ShapeError(f"vmap over axis {dim} of a tensor of shape {x.shape}")
    axes = [k - x.ndim for k in range(x.ndim)]
    return ops.permute(x, axes=(axes.pop(dim), *axes)) if dim % x.ndim else x


def _from_front(y: Tensor, place: int) -> Tensor:
    axes = [k - y.ndim for k in range(1, y.ndim)]
    axes.insert(place % y.ndim, -y.ndim)
    return ops.permute(y, axes=tuple(axes)) if place % y.ndim else y


def _run_batched(scope: Mapped, outputs: Sequence[Tensor]) -> list[Tensor]:
    """Run what was built for one example once more, for all of them: every step with its examples in front."""
    order = list(reversed(ancestors([y.node for y in outputs])))
    batched = dict(scope.inputs)
    inside = descendants(order, batched)
    for node in order:
        if node in inside and node not in batched:
            flags = [isinstance(arg, Node) and arg in batched for arg in node.args]
            args = [batched[arg] if flag else of_node(arg) if isinstance(arg, ArrayNode) else arg for arg, flag in zip(node.args, flags, strict=True)]
            before, mode.grad = mode.grad, mode.grad and node.requires_grad
            batched[node] = node.op(*_aligned(node.op, args, flags, scope.size), **node.params)
            mode.grad = before
    return [batched[y.node] if y.node in batched else _repeated(y, scope.size) for y in outputs]


def _aligned(op: Operation, args: list[Any], flags: Sequence[bool], size: int) -> list[Any]:
    """Give every batched argument as many batch axes as the widest has, so that examples meet examples."""
    if op.variadic and not isinstance(op, Elementwise):
        return [arg if flag else _repeated(arg, size) for arg, flag in zip(args, flags, strict=True)]
    cores = op.core or (0,) * len(args)
    loops = [np.ndim(arg) - core if not isinstance(arg, Tensor) else arg.ndim - flag - core for arg, flag, core in zip(args, flags, cores, strict=True)]
    widest = max(loops)
    return [
        ops.reshape(arg, ndim=arg.ndim, shape=(size, *(1,) * (widest - loop), *arg.shape[1:])) if flag and loop < widest else arg
        for arg, flag, loop in zip(args, flags, loops, strict=True)
    ]


def _repeated(y: Tensor, size: int) -> Tensor:
    return ops.expand(ops.reshape(y, ndim=y.ndim, shape=(1, *y.shape)), sizes=(size, *y.shape))  # type: ignore[no-any-return]


# -- compositions ----------------------------------------------------------------------------------


def _basis(x: Tensor) -> Tensor:
    n = int(np.prod(x.shape, dtype=int))
    return wrap(np.eye(n, dtype=x.dtype).reshape(n, *x.shape))


def jacrev(f: Function, argnums: int = 0) -> Function:
    """Make the function that returns the Jacobian of `f`, of shape (*output, *input), by reverse mode: a row a walk."""

    def transformed(*args: Any) -> Any:
        x = _tensor(args[argnums])
        y, pull = vjp(lambda x: f(*args[:argnums], x, *args[argnums + 1 :]), x)
        rows = vmap(lambda g: pull(g)[0])(_basis(y))
        return ops.reshape(rows, ndim=rows.ndim, shape=(*y.shape, *x.shape))

    return transformed


def jacfwd(f: Function, argnums: int = 0) -> Function:
    """Make the function that returns the Jacobian of `f`, of shape (*output, *input), by forward mode: a column a run."""

    def transformed(*args: Any) -> Any:
        x = _tensor(args[argnums])

        def column(t: Tensor) -> Any:
            return jvp(lambda x: f(*args[:argnums], x, *args[argnums + 1 :]), (x,), (t,))[1]

        columns = vmap(column, out_dims=-1)(_basis(x))
        return ops.reshape(columns, ndim=columns.ndim, shape=(*columns.shape[:-1], *x.shape))

    return transformed


def hessian(f: Function, argnums: int = 0) -> Function:
    """Make the function that returns the matrix of second derivatives: forward over reverse."""
    return jacfwd(jacrev(f, argnums), argnums)


def hvp(f: Function, x: Any, v: Any) -> Any:
    """Multiply the Hessian of `f` at x by v without building it (Pearlmutter 1994): the gradient, moved along v."""
    return jvp(grad(f), (x,), (v,))[1]


__all__ = ["TraceError", "flatten", "grad", "hessian", "hvp", "jacfwd", "jacrev", "jvp", "tree_map", "value_and_grad", "vjp", "vmap"]
