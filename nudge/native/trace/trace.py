"""Trace: run a program once on shapes and dtypes in the place of values, and keep its graph.

Tensors that live outside (parameters, say) are found when the program touches them and become captured
buffers; the handles that it rebinds in place are what must be written back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.array_utils import byte_bounds

from ...arraynode import ArrayNode, Storage, Withheld
from ...errors import TraceError
from ...graph import NO_PARAMS, Node
from ...methods.write import refuse_unwritable
from ...mode import epoch, mode
from ...number import Number
from ...op import Abstract
from ...tensor import Tensor, of_node


@dataclass
class Program:
    """A traced graph: what it reads, what it returns, and which captured tensors and which inputs it writes."""

    inputs: list[Node]
    captured: list[tuple[Tensor, Node]]
    outputs: list[Node]
    writes: list[tuple[Tensor, Node]]
    rewritten: list[tuple[int, Node]]


class Asked(Withheld):
    """The gradient that a captured tensor had before the trace, and whether the program asked for it."""

    def __init__(self, before: Tensor | Withheld | None) -> None:
        """Hold what was there."""
        self.before, self.was_read = before, False

    @property
    def is_stored(self) -> bool:  # type: ignore[override]
        """Whether it can be had."""
        return not isinstance(self.before, Withheld) or self.before.is_stored

    def read(self) -> Tensor | None:
        """Give what was there, and note that the program depends on it."""
        found = self.before.read() if isinstance(self.before, Withheld) else self.before
        self.was_read = True
        return found


@dataclass
class Leaf:
    """A tensor from outside: its node in the program, and, as the trace ends, what it is bound to."""

    tensor: Tensor
    node: ArrayNode
    asked: Asked
    left: ArrayNode | None = None

    @property
    def is_written(self) -> bool:
        """Tell whether the program leaves other numbers in it."""
        return self.left is not None and self.left is not self.node

    @property
    def grad(self) -> Any:
        """The gradient that the program leaves: a tensor, None, or what was `asked` where it is as before."""
        return self.node.grad if self.left is None else self.left.grad


class Tracer:
    """Lends every tensor that the program touches a stand-in for its value, and gives the values back at the end."""

    def __init__(self) -> None:
        """Begin with nothing captured."""
        self.outer: Any = None
        self.lent: dict[int, tuple[Tensor, tuple[Any, ...]]] = {}
        self.leaves: dict[int, Leaf] = {}
        self.passed: set[Node] = set()  # what a walk has let go of
        self.heirs: dict[Node, Node] = {}  # of a leaf that was written, the one that it has become
        self.refused: TraceError | None = None  # the first question that no trace can answer, caught or not
        self.questions: list[tuple[Number, str, Any]] = []  # what the program asked of numbers, and heard

    def begin(self) -> None:
        """Be the trace of this thread."""
        self.outer, mode.trace = mode.trace, self
        epoch.enter()

    def end(self) -> None:
        """Be it no more."""
        mode.trace = self.outer
        epoch.leave()

    def lift(self, args: tuple[Any, ...]) -> None:
        """Capture the tensors among an operation's arguments that still hold values."""
        for arg in args:
            if isinstance(arg, Tensor) and type(arg._array) is not Abstract:
                if shows_base(arg):
                    self.lift((arg._base,))
                    self._lend(arg)
                    arg._seen = -1
                    arg._fresh()
                else:
                    self.capture(arg)

    def is_outside(self, tensor: Tensor) -> bool:
        """Tell whether a tensor was there before the trace."""
        return id(tensor) in self.lent or type(tensor._array) is not Abstract

    def array_of(self, tensor: Tensor) -> Any:
        """Give the array of a tensor from outside, which has a stand-in now; None for another's."""
        lent = self.lent.get(id(tensor))
        return None if lent is None else lent[1][0]

    def _lend(self, tensor: Tensor) -> None:
        self.lent[id(tensor)] = (tensor, tensor._binding())
        tensor._array = Abstract(tuple(tensor._array.shape), tensor._array.dtype)

    def capture(self, tensor: Tensor) -> ArrayNode:
        """Make a tensor a leaf of the program, whatever it is a view of."""
        before = tensor._fresh()
        if before is not None and before.op is not None and before.requires_grad:
            raise TraceError(
                f"a tensor of shape {tensor.shape} made outside of the traced step carries a history ({before.line}): "
                "detach() it, or compute it inside"
            )
        self._lend(tensor)
        asked = Asked(None if before is None else before.grad)
        leaf = ArrayNode(
            None, (), NO_PARAMS, tensor._array, tensor._storage, before is not None and before.requires_grad
        )
        leaf.label = "" if before is None else before.label
        leaf.grad = asked
        leaf.hooks = None if before is None else before.hooks
        tensor._node, tensor._base, tensor._chain = leaf, None, ()
        self.leaves[id(tensor)] = Leaf(tensor, leaf, asked)
        return leaf

    def finish(self) -> None:
        """Give every tensor its value back, and note what each was bound to."""
        for key, (tensor, state) in self.lent.items():
            if key in self.leaves:
                self.leaves[key].left = tensor._fresh()
            tensor._bind(state)
            tensor._seen = tensor._storage.epoch

    def check(self) -> None:
        """Raise what was refused and caught, or what a run would: a written tensor that cannot be, or shares memory.

        Raises TraceError, and GraphError where memory cannot be written.
        """
        if self.refused is not None:
            raise self.refused
        for leaf in self.leaves.values():
            if leaf.is_written:
                refuse_unwritable(leaf.tensor._array)
        spans = sorted(
            ((*byte_bounds(leaf.tensor._array), leaf) for leaf in self.leaves.values()), key=lambda span: span[:2]
        )
        begun: list[tuple[int, Leaf]] = []  # ends of what lies before, those alone that may reach further
        for low, high, leaf in spans:
            begun = [(end, other) for end, other in begun if end > low]
            for _, other in begun:
                if (leaf.is_written or other.is_written) and high > low:
                    written, beside = (leaf, other) if leaf.is_written else (other, leaf)
                    raise TraceError(
                        f"two tensors from outside, of shapes {written.tensor.shape} and {beside.tensor.shape}, share "
                        "memory, and one of them is written in the traced step: use one there, and make the other from "
                        "it inside"
                    )
            begun.append((high, leaf))


def shows_base(tensor: Tensor) -> bool:
    """Tell whether a tensor is a view of what its base holds now: a base may have been given other memory."""
    base = tensor._base
    return base is not None and (
        type(base._array) is Abstract or tensor._array.size == 0 or np.may_share_memory(tensor._array, base._array)
    )


def trace(step: Callable[..., Any], examples: list[Tensor]) -> Program:
    """Run `step` on stand-ins of the examples' shapes and dtypes. Raises TraceError where it needs a real value."""
    tracer = Tracer()
    stand_ins = [
        of_node(ArrayNode(None, (), NO_PARAMS, Abstract(tuple(x.shape), x.dtype), Storage(), x.requires_grad))
        for x in examples
    ]
    inputs: list[Node] = [x.node for x in stand_ins]
    try:
        tracer.begin()
        result = step(*stand_ins)
        outputs = [] if result is None else list(result) if isinstance(result, (tuple, list)) else [result]
        tracer.lift(tuple(outputs))
        nodes = [output.node for output in outputs]
        rewritten: list[tuple[int, Node]] = [(k, x.node) for k, x in enumerate(stand_ins) if x.node is not inputs[k]]
    finally:
        tracer.end()
        tracer.finish()
    tracer.check()
    leaves = tracer.leaves.values()
    writes: list[tuple[Tensor, Node]] = [(leaf.tensor, leaf.left) for leaf in leaves if leaf.is_written and leaf.left]
    return Program(inputs, [(leaf.tensor, leaf.node) for leaf in leaves], nodes, writes, rewritten)
