"""The backward walk: one pass over the graph, from the result to everything that it was made from.

At each node the incoming gradient is multiplied by the local slope (or sent through the rule), summed
over what was broadcast, cast to the argument's dtype, and added to what the argument has from its other
uses. Accumulating, skipping and `create_graph` live here and nowhere else.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from .dtype import bool_, float64
from .errors import DTypeError, GraphError, ShapeError
from .graph import NO_PARAMS, Node, ancestors, descendants
from .mode import mode, set_grad_enabled
from .op import Operand, Operation
from .ops import cast, reshape, sum, where

_receiving = threading.Lock()  # walks of several threads may end at the same leaves


def multiply(g: Any, slope: Any) -> Any:
    """Scale a gradient by a slope: a factor, a mask (which selects, since 0·inf is NaN), or (mask, factor)."""
    kind = type(slope)
    if kind is np.ndarray:
        return where(slope, g, 0.0) if slope.dtype is bool_ else g * slope
    if kind is tuple:
        mask, factor = slope
        return multiply(multiply(g, factor), mask)
    if kind is bool:
        return g if slope else 0.0 if type(g) is float else where(False, g, 0.0)
    if isinstance(slope, (float, int)):
        return g if slope == 1.0 else -g if slope == -1.0 else g * slope
    return where(slope, g, 0.0) if getattr(slope, "dtype", None) == bool_ else g * slope


def slope_at(op: Operation, k: int, y: Any, args: Sequence[Any], params: Mapping[str, Any]) -> Any:
    """Evaluate an elementwise operation's slope for argument k; on floats, IEEE 754 instead of exceptions."""
    rule = op.slope[k]
    if not callable(rule):
        return rule
    try:
        return rule(y, *args, **params)
    except (ArithmeticError, ValueError):
        with np.errstate(all="ignore"):
            slope = rule(np.float64(y), *map(np.float64, args), **params)
        return bool(slope) if slope.dtype == bool else float(slope)


def unbroadcast(c: Any, shape: tuple[int, ...]) -> Any:
    """Sum a contribution over the axes along which its argument was stretched."""
    extra = len(c.shape) - len(shape)
    if type(c) is np.ndarray and c.shape[extra:] == shape:
        return np.add.reduce(c, axis=tuple(range(extra)))
    padded = (1,) * extra + shape
    axes = tuple(k - len(c.shape) for k, (n, to) in enumerate(zip(c.shape, padded, strict=True)) if n != to)
    if axes:
        c = sum(c, axes=axes)
    return reshape(c, ndim=len(c.shape), shape=shape) if extra else c


def contributions(node: Node, g: Any, record: bool, wanted: set[Node] | None = None) -> list[tuple[Node, Any]]:
    """Give each differentiable argument its part of a node's gradient: (argument, contribution)."""
    op: Operation = node.op
    if not node.args:
        raise _freed(node)
    y, args = node.values(record)
    params, slopes, rules = node.params, op.slope, op.rules
    if op.variadic and slopes is not None:
        slopes = slopes(y, *args)
    found = []
    for k, arg in enumerate(node.args):
        if not isinstance(arg, Node) or not arg.requires_grad or (wanted is not None and arg not in wanted):
            continue
        if slopes is not None:
            slope = slopes[k]
            if slope is None:
                continue
            if callable(slope):
                slope = slope_at(op, k, y, args, params) if type(y) is float else slope(y, *args, **params)
            c = multiply(g, slope)
        elif op.variadic:
            c = rules(g, y, *args, k=k, **params)
        elif rules[k] is None:
            continue
        else:
            c = rules[k](g, y, *args, **params)
        data = arg.data
        if type(data) is not float:
            shape = data.shape
            if c.shape != shape:
                c = unbroadcast(c, shape)
            dtype = data.dtype
            if c.dtype is not dtype and c.dtype != dtype:
                c = cast(c, dtype=dtype)
        found.append((arg, c))
    return found


def add_numbers(node: Node, g: float, grads: dict[Node, Any]) -> None:
    """Do the same for a node of plain numbers, which need none of the care that arrays do and come by the million."""
    op: Operation = node.op
    y, args = node.values(False)
    slopes = op.slope(y, *args) if op.variadic else op.slope
    for k, arg in enumerate(node.args):
        if isinstance(arg, Node) and (slope := slopes[k]) is not None:
            if callable(slope):
                slope = slope_at(op, k, y, args, NO_PARAMS)
            grads[arg] += g * slope if type(slope) is float else multiply(g, slope)


def walk(
    seeds: Mapping[Node, Any], *, record: bool = False, inputs: Sequence[Node] | None = None, free: bool = False
) -> dict[Node, Any]:
    """Carry gradients from the seeded nodes backward; return those of leaves, of nodes that keep theirs, and of inputs.

    With `record`, the walk's own arithmetic enters the graph, so that it can be differentiated again; with
    `inputs`, only what lies between them and the seeds is visited; with `free`, each step is let go of once passed.
    """
    with set_grad_enabled(mode.grad and record):  # in a traced program the walk computes with tensors, too
        if mode.trace is None or not mode.trace.heirs:
            return _walk(seeds, record, inputs, free)
        heirs: dict[Node, Node] = mode.trace.heirs  # of leaves that were written since: their gradients are one
        if inputs is not None:
            inputs = list(inputs)
            inputs += [old for old, new in reversed(heirs.items()) if new in inputs]
        grads = _walk(seeds, record, inputs, free)
        for old, new in heirs.items():
            if old in grads:
                g = grads.pop(old)
                grads[new] = grads[new] + g if new in grads else g
        return grads


def _walk(
    seeds: Mapping[Node, Any], record: bool, inputs: Sequence[Node] | None, free: bool
) -> dict[Node, Any]:
    order = ancestors(seeds)
    wanted = None if inputs is None else descendants(order[::-1], inputs)
    asked = set(inputs or ())
    plain = not record and wanted is None and all(type(g) is float for g in seeds.values())
    grads: dict[Node, Any] = {**dict.fromkeys(order, 0.0), **seeds} if plain else dict(seeds)
    for node in _passing(order) if free and not plain else order:
        if node not in grads:
            continue
        g = grads[node]
        if node.hooks:
            g = grads[node] = node.run_hooks(g)
        if node.op is None or (wanted is not None and node not in wanted):
            continue
        if plain:
            add_numbers(node, g, grads)
            continue
        if not node.keeps_grad and node not in asked:
            del grads[node]
        if node in asked and not any(isinstance(arg, Node) and arg in (wanted or ()) for arg in node.args):
            continue
        for arg, c in contributions(node, g, record, wanted):
            held = grads.get(arg)
            grads[arg] = c if held is None else held + c
        if free:
            node.free()
    return grads


def _passing(order: list[Node]) -> Iterator[Node]:
    """Go through the nodes and hold none that was passed, so that its memory can go with its last user."""
    order.reverse()
    while order:
        yield order.pop()


def backward(
    tensors: Operand | Sequence[Operand],
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
) -> None:
    """Compute the gradient of the outputs for every leaf they were made from, and add it to the leaf's `.grad`.

    Raises GraphError where nothing requires a gradient, the graph was freed, or a saved value was overwritten,
    and ShapeError for an output of more than one element without `grad_tensors`.
    """
    outputs = _operands(tensors)
    seeds = _seeds(outputs, grad_tensors, create_graph)
    free = not (create_graph if retain_graph is None else retain_graph)
    grads = walk(seeds, record=create_graph, free=free)
    with _receiving:
        for node, g in grads.items():
            node.receive(g)


def grad(
    outputs: Operand | Sequence[Operand],
    inputs: Operand | Sequence[Operand],
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool = False,
) -> tuple[Any, ...]:
    """Return the gradients of the outputs for each input, touching no `.grad`.

    With `create_graph` the gradients can be differentiated again. Raises GraphError for an input that the outputs
    do not depend on, unless `allow_unused` (then its gradient is None).
    """
    wanted = _operands(inputs)
    nodes = [operand.node for operand in wanted]
    for k, node in enumerate(nodes):
        if not node.requires_grad:
            raise GraphError(f"input {k} does not require a gradient: call requires_grad_() on it before using it")
    seeds = _seeds(_operands(outputs), grad_outputs, create_graph)
    free = not (create_graph if retain_graph is None else retain_graph)
    grads = walk(seeds, record=create_graph, inputs=nodes, free=free)
    found = [grads.get(node) for node in nodes]
    for k, g in enumerate(found):
        if g is None and not allow_unused:
            raise GraphError(
                f"input {k} was not used to compute the outputs, or only through something without a derivative: "
                "pass allow_unused=True to get None for it"
            )
    return tuple(None if g is None else node.as_operand(g) for node, g in zip(nodes, found, strict=True))


def _listed(operands: Any) -> list[Any]:
    return list(operands) if isinstance(operands, (list, tuple)) else [operands]


def _operands(given: Any) -> list[Any]:
    operands = _listed(given)
    for operand in operands:
        if not isinstance(operand, Operand):
            kind = type(operand).__name__
            raise DTypeError(f"a gradient of or for {operand!r} ({kind}): expected tensors or Values")
    return operands


def _seeds(outputs: Sequence[Any], grad_outputs: Any, record: bool) -> dict[Node, Any]:
    given = _listed(grad_outputs) if grad_outputs is not None else [None] * len(outputs)
    if len(given) != len(outputs):
        raise ShapeError(f"{len(outputs)} outputs but {len(given)} gradients for them: give one each")
    seeds: dict[Node, Any] = {}
    for output, g in zip(outputs, given, strict=True):
        node = output.node
        if not node.requires_grad:
            raise GraphError(
                f"{output!r} does not depend on anything that requires a gradient: "
                "create an input with requires_grad=True, or look for a detach() or no_grad() on the way"
            )
        if node.op is not None and not node.args:
            raise _freed(node)
        seed = node.seed(g, record)
        seeds[node] = seeds[node] + seed if node in seeds else seed
    return seeds


def _freed(node: Node) -> GraphError:
    what = "this result" if node.op.is_view else node.op.name
    return GraphError(
        f"the graph behind {what} was freed by an earlier backward{_at(node)}: "
        "say backward(retain_graph=True) the first time, or run the forward pass again"
    )


def _at(node: Node) -> str:
    return f" ({node.line})" if node.line else ""


def reads(
    op: Operation, stand_ins: Callable[[], tuple[Any, Any, Sequence[Any]]], k: int, params: Mapping[str, Any]
) -> frozenset[int]:
    """Find which values the rule for argument k reads, by running it on stand-ins and looking at what it made.

    `stand_ins()` gives (g, y, args) as operands. The answer holds argument positions, and −1 for the output.
    """
    g, y, args = stand_ins()
    if op.slope is not None:
        slopes = (
            op.slope(y, *args)
            if op.variadic
            else [rule and slope_at(op, j, y, args, params) for j, rule in enumerate(op.slope)]
        )
        slope = slopes[k]
        made = [part for part in (slope if isinstance(slope, tuple) else (slope,)) if isinstance(part, Operand)]
    elif op.rules is None or (not op.variadic and op.rules[k] is None):
        return frozenset()
    else:
        made = [op.rules(g, y, *args, k=k, **params) if op.variadic else op.rules[k](g, y, *args, **params)]
    reached = set(ancestors([part.node for part in made]))
    found = {j for j, arg in enumerate(args) if isinstance(arg, Operand) and arg.node in reached}
    return frozenset(found | ({-1} if y.node in reached else set()))


def gradcheck(func: Callable[..., Any], inputs: Any, eps: float = 1e-6, atol: float = 1e-5, rtol: float = 1e-3) -> bool:
    """Compare the gradients of `func` at float64 inputs with central differences.

    Returns True, or raises a GraphError that shows where they part; DTypeError for an input in float32, whose rounding
    is larger than the nudge.

    `func` takes the inputs and returns one tensor; every input that requires a gradient is nudged, element by element,
    against a fixed random weighting of the output.
    """
    inputs = tuple(_listed(inputs))
    output = func(*inputs)
    weights = np.random.default_rng(0).uniform(0.5, 1.5, output.shape)
    checked = [x for x in inputs if isinstance(x, Operand) and x.node.requires_grad]
    for x in checked:
        if x.node.data.dtype != float64:
            raise DTypeError(f"gradcheck nudges by {eps:g}, too little for {x.node.data.dtype}: give inputs in float64")
    grads = grad(output, checked, output.node.as_operand(weights), allow_unused=True)
    for position, (x, g) in enumerate(zip(checked, grads, strict=True)):
        array = x.detach().numpy()
        expected = np.zeros(array.shape)
        for at in np.ndindex(array.shape):
            held = array[at]
            sides = []
            for h in (eps, -eps):
                array[at] = held + h
                sides.append(np.sum(weights * func(*inputs).detach().numpy()))
            array[at] = held
            expected[at] = (sides[0] - sides[1]) / (2 * eps)
        got = np.zeros(array.shape) if g is None else g.detach().numpy()
        if not np.allclose(got, expected, rtol=rtol, atol=atol, equal_nan=True):
            worst = np.unravel_index(np.argmax(np.abs(got - expected)), array.shape)
            raise GraphError(
                f"gradient of input {position} at {tuple(map(int, worst))}: the rule says {got[worst]:.6g}, "
                f"nudging says {expected[worst]:.6g}"
            )
    return True


def gradgradcheck(
    func: Callable[..., Any], inputs: Any, eps: float = 1e-6, atol: float = 1e-5, rtol: float = 1e-3
) -> bool:
    """Check second derivatives: gradcheck of the gradient of `func`."""
    inputs = tuple(_listed(inputs))
    checked = [k for k, x in enumerate(inputs) if isinstance(x, Operand) and x.node.requires_grad]

    def first(*args: Any) -> Any:
        output = func(*args)
        weights = np.random.default_rng(1).uniform(0.5, 1.5, output.shape)
        grads = grad(
            output, [args[k] for k in checked], output.node.as_operand(weights), create_graph=True, allow_unused=True
        )
        scale = np.random.default_rng(2)
        parts = [(g * g.node.as_operand(scale.uniform(0.5, 1.5, g.shape))).sum() for g in grads if g is not None]
        total = (args[checked[0]] * 0.0).sum()  # so that a gradient without a history, too, is held to not changing
        for part in parts:
            total = total + part
        return total

    return gradcheck(first, inputs, eps, atol, rtol)
