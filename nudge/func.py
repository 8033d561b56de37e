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
from .arraynode import ArrayNode, Storage
from .batching import vmap
from .dtype import is_float
from .errors import DTypeError, ShapeError, UsageError
from .graph import NO_PARAMS, Node, ancestors, tick, watched
from .mode import enable_grad
from .op import Abstract, Elementwise, Operation
from .tensor import Tensor, leaf_tensor, of_node, wrap
from .tree import flatten, tree_map

Function = Callable[..., Any]


def _own(leaf: Any) -> Tensor:
    """Give a transform its own copy of an input: a new identity, so that no other transform's walk stops there."""
    source = leaf_tensor(leaf)
    if not is_float(source.dtype):
        raise DTypeError(
            f"a derivative for {leaf!r}, which is {source.dtype}: only floats can be nudged; write 1.0 for 1, or cast "
            "with .float()"
        )
    array = source._array
    if type(array) is not Abstract:
        array = array.view()
        array.flags.writeable = False  # the caller's numbers are not for the function to change
    return of_node(ArrayNode(ops.alias, (source.node,), NO_PARAMS, array, source._storage, True))


def _watched_elsewhere(outputs: Sequence[Any], since: int) -> bool:
    """Tell whether someone outside of this transform also wants gradients of what the outputs were made from."""
    found = watched(reversed(ancestors([y.node for y in outputs])), since)
    return any(y.node in found for y in outputs)


# -- reverse mode ----------------------------------------------------------------------------------


def vjp(f: Function, *primals: Any, has_aux: bool = False) -> Any:
    """Run `f` and return (output, pull), where `pull(cotangent)` gives the gradients of the primals.

    >>> y, pull = vjp(lambda x: x * x, 3.0)
    >>> y, pull(1.0)
    (tensor(9.), (tensor(6.),))
    """
    leaves, rebuild = flatten(primals)
    since = tick()
    own = [_own(leaf) for leaf in leaves]
    with enable_grad():
        result = f(*rebuild(own))
    result, aux = result if has_aux else (result, None)
    outputs, rebuild_output = flatten(result)
    outputs = [leaf_tensor(y) for y in outputs]
    record = _watched_elsewhere(outputs, since)

    def pull(cotangents: Any) -> Any:
        given = [leaf_tensor(g) for g in flatten(cotangents)[0]]
        recorded = record or any(g.requires_grad for g in given)
        if len(given) != len(outputs):
            raise ShapeError(f"vjp: {len(outputs)} outputs but {len(given)} cotangents: give one each, nested alike")
        seeds: dict[Node, Any] = {}
        for y, g in zip(outputs, given, strict=True):
            if y.requires_grad:
                seed = y.node.seed(g, recorded)
                seeds[y.node] = seeds[y.node] + seed if y.node in seeds else seed
        found = autograd.walk(seeds, record=recorded, inputs=[x.node for x in own])
        grads = [found.get(x.node) for x in own]
        return rebuild([_zeros(x) if g is None else x.node.as_operand(g) for x, g in zip(own, grads, strict=True)])

    plain = rebuild_output([y if record else _released(y) for y in outputs])
    if not has_aux:
        return plain, pull

    def finished(leaf: Any) -> Any:
        return _released(leaf) if isinstance(leaf, Tensor) and not _watched_elsewhere([leaf], since) else leaf

    return plain, pull, tree_map(finished, aux)


def _check_place(argnum: int, args: Sequence[Any]) -> None:
    if not -len(args) <= argnum < len(args):
        raise UsageError(f"argnums names argument {argnum}, counted from 0; {len(args)} were given (by position)")


def _released(y: Tensor) -> Tensor:
    if type(y._array) is Abstract:
        return y
    return y.detach() if y._array.flags.writeable else y.detach().clone()


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
        for place in places:
            _check_place(place, args)

        def chosen(*primals: Any) -> Any:
            full = list(args)
            for place, primal in zip(places, primals, strict=True):
                full[place] = primal
            return f(*full)

        value, pull, *aux = vjp(chosen, *(args[place] for place in places), has_aux=has_aux)
        if not isinstance(value, Tensor) or value.shape not in ((), (1,)):
            shown = f"shape {value.shape}" if isinstance(value, Tensor) else type(value).__name__
            raise ShapeError(
                f"grad needs a function that returns one number, got {shown}: take .sum() or .mean(), or use jacrev"
            )
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
    moves = [leaf_tensor(t) for t in flatten(tuple(tangents))[0]]
    since = tick()
    if len(moves) != len(leaves):
        raise ShapeError(f"jvp: {len(leaves)} primals but {len(moves)} tangents: give one each, nested alike")
    own = [_own(leaf) for leaf in leaves]
    for x, t in zip(own, moves, strict=True):
        if x.shape != t.shape:
            raise ShapeError(f"jvp: a primal of shape {x.shape} has a tangent of shape {t.shape}; they must be equal")
    with enable_grad():
        outputs, rebuild_output = flatten(f(*rebuild(own)))
    outputs = [leaf_tensor(y) for y in outputs]
    record = _watched_elsewhere(outputs, since)
    found: dict[Node, Any] = {x.node: t for x, t in zip(own, moves, strict=True)}
    for node in reversed(ancestors([y.node for y in outputs])):
        if node not in found and node.requires_grad:
            push(node, found, record)
    changes = [found.get(y.node) for y in outputs]
    return (
        rebuild_output([y if record else _released(y) for y in outputs]),
        rebuild_output(
            [_zeros(y) if t is None else y.node.as_operand(t) for y, t in zip(outputs, changes, strict=True)]
        ),
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
            slope = (
                node.op.slope(y, *args)[k] if node.op.variadic else autograd.slope_at(node.op, k, y, args, node.params)
            )
            if slope is None:
                continue
            change = autograd.multiply(t, slope)
        else:
            change = transpose(node, k, y, args, t)
            if change is None:
                continue
        if change.shape != node.data.shape:
            ndim = len(node.data.shape)
            change = ops.reshape(
                change, ndim=len(change.shape), shape=(1,) * (ndim - len(change.shape)) + tuple(change.shape)
            )
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


# -- compositions ----------------------------------------------------------------------------------


def _basis(x: Tensor) -> Tensor:
    n = int(np.prod(x.shape, dtype=int))
    return wrap(np.eye(n, dtype=x.dtype).reshape(n, *x.shape))


def _of_argument(f: Function, argnum: int, args: Sequence[Any]) -> Function:
    """Make the function of one argument whose Jacobian is wanted. Raises DTypeError where it returns no one tensor."""

    def chosen(x: Tensor) -> Tensor:
        y = f(*[x if k == argnum % len(args) else arg for k, arg in enumerate(args)])
        if isinstance(y, (tuple, list, dict)):
            kind = type(y).__name__
            raise DTypeError(f"a Jacobian needs a function that returns one tensor, got a {kind}: stack() it")
        return leaf_tensor(y)

    return chosen


def jacrev(f: Function, argnums: int = 0) -> Function:
    """Make the function that returns the Jacobian of `f`, of shape (*output, *input), by reverse mode: a row a walk."""

    def transformed(*args: Any) -> Any:
        _check_place(argnums, args)
        x = leaf_tensor(args[argnums])
        y, pull = vjp(_of_argument(f, argnums, args), x)
        rows = vmap(lambda g: pull(g)[0])(_basis(y))
        return ops.reshape(rows, ndim=rows.ndim, shape=(*y.shape, *x.shape))

    return transformed


def jacfwd(f: Function, argnums: int = 0) -> Function:
    """Make a function that gives the Jacobian of `f`, of shape (*output, *input), by forward mode: a run a column."""

    def transformed(*args: Any) -> Any:
        _check_place(argnums, args)
        x = leaf_tensor(args[argnums])

        def column(t: Tensor) -> Any:
            return jvp(_of_argument(f, argnums, args), (x,), (t,))[1]

        columns = vmap(column, out_dims=-1)(_basis(x))
        return ops.reshape(columns, ndim=columns.ndim, shape=(*columns.shape[:-1], *x.shape))

    return transformed


def hessian(f: Function, argnums: int = 0) -> Function:
    """Make the function that returns the matrix of second derivatives: forward over reverse."""
    return jacfwd(jacrev(f, argnums), argnums)


def hvp(f: Function, x: Any, v: Any) -> Any:
    """Multiply the Hessian of `f` at x by v without building it (Pearlmutter 1994): the gradient, moved along v."""
    return jvp(grad(f), (x,), (v,))[1]


__all__ = ["grad", "hessian", "hvp", "jacfwd", "jacrev", "jvp", "value_and_grad", "vjp", "vmap"]
