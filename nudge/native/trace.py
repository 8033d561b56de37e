"""Trace: run a program once on shapes and dtypes in the place of values, and keep its graph.

Tensors that live outside (parameters, say) are found when the program touches them and become captured
buffers; the handles that it rebinds in place are what must be written back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arraynode import ArrayNode, Storage
from ..errors import TraceError
from ..graph import NO_PARAMS, Node
from ..mode import mode
from ..op import Abstract
from ..tensor import Tensor, of_node


@dataclass
class Program:
    """A traced graph: what it reads, what it returns, and which captured tensors and which inputs it writes."""

    inputs: list[Node]
    captured: list[tuple[Tensor, Node]]
    outputs: list[Node]
    writes: list[tuple[Tensor, Node]]
    rewritten: list[tuple[int, Node]]


class Tracer:
    """Lends every tensor that the program touches a stand-in for its value, and gives the values back at the end."""

    def __init__(self) -> None:
        """Begin with nothing captured."""
        self.lent: dict[int, tuple[Tensor, tuple[Any, ...]]] = {}
        self.leaves: dict[int, ArrayNode] = {}

    def lift(self, args: tuple[Any, ...]) -> None:
        """Capture the tensors among an operation's arguments that still hold values."""
        for arg in args:
            if isinstance(arg, Tensor) and type(arg._array) is not Abstract:
                if arg._base is not None:
                    self.lift((arg._base,))
                    self._lend(arg)
                    arg._seen = -1
                    arg._fresh()
                else:
                    self._capture(arg)

    def _lend(self, tensor: Tensor) -> None:
        self.lent[id(tensor)] = (tensor, tensor._binding())
        tensor._array = Abstract(tuple(tensor._array.shape), tensor._array.dtype)

    def _capture(self, tensor: Tensor) -> None:
        before = tensor._node
        if before is not None and before.op is not None and before.requires_grad:
            raise TraceError(
                f"a tensor of shape {tensor.shape} made outside of the traced step carries a history ({before.line}): "
                "detach() it, or compute it inside"
            )
        self._lend(tensor)
        leaf = ArrayNode(
            None, (), NO_PARAMS, tensor._array, tensor._storage, before is not None and before.requires_grad
        )
        leaf.label = "" if before is None else before.label
        leaf.grad = None if before is None else before.grad
        tensor._node = self.leaves[id(tensor)] = leaf

    def finish(self) -> tuple[list[tuple[Tensor, Node]], list[tuple[Tensor, Node]]]:
        """Give every tensor its value back; tell what was captured, and what was rebound to which node."""
        captured: list[tuple[Tensor, Node]] = []
        writes: list[tuple[Tensor, Node]] = []
        for key, (tensor, state) in self.lent.items():
            if key in self.leaves:
                captured.append((tensor, self.leaves[key]))
                if tensor._node is not None and tensor._node is not self.leaves[key]:
                    writes.append((tensor, tensor._node))
            tensor._bind(state)
            tensor._seen = tensor._storage.epoch
        for written, _ in writes:
            for other, _ in captured:
                if other is not written and np.may_share_memory(other._array, written._array):
                    raise TraceError(
                        f"two tensors from outside, of shapes {written.shape} and {other.shape}, share memory, and one "
                        "of them is written in the traced step: use one there, and make the other from it inside"
                    )
        return captured, writes


def trace(step: Callable[..., Any], examples: list[Tensor]) -> Program:
    """Run `step` on stand-ins of the examples' shapes and dtypes. Raises TraceError where it needs a real value."""
    tracer = Tracer()
    stand_ins = [
        of_node(ArrayNode(None, (), NO_PARAMS, Abstract(tuple(x.shape), x.dtype), Storage(), x.requires_grad))
        for x in examples
    ]
    inputs: list[Node] = [x.node for x in stand_ins]
    mode.trace, outer = tracer, mode.trace
    try:
        result = step(*stand_ins)
        outputs = [] if result is None else list(result) if isinstance(result, (tuple, list)) else [result]
        tracer.lift(tuple(outputs))
        nodes = [output.node for output in outputs]
        rewritten: list[tuple[int, Node]] = [(k, x.node) for k, x in enumerate(stand_ins) if x.node is not inputs[k]]
    finally:
        mode.trace = outer
        captured, writes = tracer.finish()
    return Program(inputs, captured, nodes, writes, rewritten)
