"""vmap: what was built for one example, run once more for all of them, every step with one more axis in front.

The function runs on stand-ins that have one example's shape; the graph it builds is then read again, each
operation on its batched arguments. Since axes count from the end and leading axes are batch, one rule
(line up the batch axes) serves every kind of operation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import ops
from .arraynode import ArrayNode, Storage
from .errors import GraphError, ShapeError
from .graph import NO_PARAMS, Node, ancestors, descendants, tick, watched
from .mode import epoch, mode, set_grad_enabled
from .op import Abstract, Elementwise, Operation
from .tensor import Tensor, leaf_tensor, of_node
from .tree import flatten


class Mapped:
    """A vmap under way: its size, what it thinks of random numbers, and the inputs that have a value per example."""

    def __init__(self, size: int, randomness: str, outer: Mapped | None) -> None:
        """Begin with no inputs."""
        self.size, self.randomness, self.outer, self.since = size, randomness, outer, tick()
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
                "a random operation under vmap: say randomness='different' (each example draws its own) "
                "or 'same' (all share)"
            )
        if self.randomness == "same":
            return draw(shape)
        return self.stand_in(draw((self.size, *shape)))


def vmap(f: Callable[..., Any], in_dims: Any = 0, out_dims: Any = 0, randomness: str = "error") -> Callable[..., Any]:
    """Make the function that does for a whole batch what `f` does for one example.

    `in_dims` says which axis of each argument counts examples (None: the same for all); `out_dims` where it goes in the
    outputs. Random operations draw per example ("different"), once ("same"), or raise GraphError ("error").

    >>> from nudge.creation import eye, tensor
    >>> vmap(lambda x, w: (x * w).sum(), in_dims=(0, None))(eye(2), tensor([3.0, 4.0]))
    tensor([3., 4.])
    """
    if randomness not in ("error", "same", "different"):
        raise GraphError(f"randomness={randomness!r}: expected 'error', 'same' or 'different'")

    def mapped(*args: Any) -> Any:
        leaves, rebuild = flatten(args)
        dims = _dims_of(in_dims, args)
        tensors = [leaf_tensor(leaf) if dim is not None else leaf for leaf, dim in zip(leaves, dims, strict=True)]
        for x, dim in zip(tensors, dims, strict=True):
            if dim is not None and not -x.ndim <= dim < x.ndim:
                raise ShapeError(f"vmap over axis {dim} of a tensor of shape {x.shape}: it has {x.ndim} axes")
        sizes = {x.shape[dim] for x, dim in zip(tensors, dims, strict=True) if dim is not None}
        if len(sizes) != 1:
            shapes = [x.shape for x, dim in zip(tensors, dims, strict=True) if dim is not None]
            raise ShapeError(
                f"vmap over axes {dims} of shapes {shapes}: expected one number of examples, got {sorted(sizes)}"
            )
        scope = Mapped(sizes.pop(), randomness, mode.mapped)
        inputs = [x if dim is None else scope.stand_in(_to_front(x, dim)) for x, dim in zip(tensors, dims, strict=True)]
        mode.mapped = scope
        epoch.enter()
        try:
            outputs, rebuild_output = flatten(f(*rebuild(inputs)))
        finally:
            mode.mapped = scope.outer
            epoch.leave()
        results = _run_batched(scope, [leaf_tensor(y) for y in outputs])
        places = flatten(out_dims)[0] if isinstance(out_dims, (tuple, list)) else [out_dims] * len(results)
        if len(places) != len(results):
            raise ShapeError(f"out_dims {out_dims} names {len(places)} outputs, the function gave {len(results)}")
        return rebuild_output([_from_front(y, place) for y, place in zip(results, places, strict=True)])

    return mapped


def _dims_of(in_dims: Any, args: tuple[Any, ...]) -> list[int | None]:
    if isinstance(in_dims, (tuple, list)):
        if len(in_dims) != len(args):
            raise ShapeError(f"in_dims {in_dims} names {len(in_dims)} arguments, {len(args)} were given")
        return [d for dim, arg in zip(in_dims, args, strict=True) for d in ([dim] * len(flatten(arg)[0]))]
    return [in_dims] * len(flatten(args)[0])


def _to_front(x: Tensor, dim: int) -> Tensor:
    axes = [k - x.ndim for k in range(x.ndim)]
    return ops.permute(x, axes=(axes.pop(dim), *axes)) if dim % x.ndim else x


def _from_front(y: Tensor, place: int) -> Tensor:
    if not -y.ndim <= place < y.ndim:
        raise ShapeError(f"out_dims asks for axis {place} of an output that has {y.ndim}, of shape {y.shape}")
    axes = [k - y.ndim for k in range(1, y.ndim)]
    axes.insert(place % y.ndim, -y.ndim)
    return ops.permute(y, axes=tuple(axes)) if place % y.ndim else y


def _run_batched(scope: Mapped, outputs: Sequence[Tensor]) -> list[Tensor]:
    """Run what was built for one example once more, for all of them: every step with its examples in front."""
    order = list(reversed(ancestors([y.node for y in outputs])))
    batched = dict(scope.inputs)
    inside, wanted = descendants(order, batched), watched(order, scope.since)

    def fixed(node: ArrayNode) -> Tensor:
        y = of_node(node)
        return y if node in wanted or not node.requires_grad else y.detach()

    for node in order:
        if node in inside and node not in batched:
            flags = [isinstance(arg, Node) and arg in batched for arg in node.args]
            args = [
                batched[arg] if flag else fixed(arg) if isinstance(arg, ArrayNode) else arg
                for arg, flag in zip(node.args, flags, strict=True)
            ]
            with set_grad_enabled(mode.grad and node.requires_grad):
                batched[node] = node.op(*_aligned(node.op, args, flags, scope.size), **node.params)
    return [batched[y.node] if y.node in batched else _repeated(fixed(y.node), scope.size) for y in outputs]


def _aligned(op: Operation, args: list[Any], flags: Sequence[bool], size: int) -> list[Any]:
    """Give every batched argument as many batch axes as the widest has, so that examples meet examples."""
    if op.variadic and not isinstance(op, Elementwise):
        return [arg if flag else _repeated(arg, size) for arg, flag in zip(args, flags, strict=True)]
    cores = op.core or (0,) * len(args)
    loops = [
        np.ndim(arg) - core if not isinstance(arg, Tensor) else arg.ndim - flag - core
        for arg, flag, core in zip(args, flags, cores, strict=True)
    ]
    widest = max(loops)
    return [
        ops.reshape(arg, ndim=arg.ndim, shape=(size, *(1,) * (widest - loop), *arg.shape[1:]))
        if flag and loop < widest
        else arg
        for arg, flag, loop in zip(args, flags, loops, strict=True)
    ]


def _repeated(y: Tensor, size: int) -> Tensor:
    return ops.expand(ops.reshape(y, ndim=y.ndim, shape=(1, *y.shape)), sizes=(size, *y.shape))
