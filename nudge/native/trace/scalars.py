"""Scalars: Values from outside in a traced program. Their numbers stand side by side in two tensors while it runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import TraceError
from ...functions import stack
from ...graph import Node, ancestors
from ...mode import no_grad
from ...number import Number
from ...scalar import Value
from ...tensor import Tensor, of_node, wrap
from .trace import Tracer


class Scalars:
    """The Values that a program can reach: read before each run, and what it changes of them is written back after."""

    def __init__(self, values: Sequence[Value], arguments: dict[int, int]) -> None:
        """Take Values; `arguments` says of those that are leaves of the call which ones, by their places here."""
        self.values, self.arguments = list(values), arguments
        for value in self.values:
            if value.op is not None:
                raise TraceError(
                    "a Value made outside of the compiled function carries a history: begin with Value(v.data) inside, "
                    "or compute it there"
                )
        self.numbers = {name: np.zeros(len(self.values)) for name in ("data", "grad")}
        self.tensors = {name: wrap(numbers) for name, numbers in self.numbers.items()}
        self.before = [(value.data, value.grad) for value in self.values]
        self.left: list[tuple[Tensor, list[Node]]] = []  # what is to be in a column after a run, number by number
        self.written: list[tuple[str, list[int]]] = []

    def lend(self) -> None:
        """Put numbers of the traced program in their place."""
        for name, tensor in self.tensors.items():
            for value, number in zip(self.values, tensor.unbind(0), strict=True):
                setattr(value, name, Number.of(number))
        self.lent = [(value.data, value.grad) for value in self.values]

    def collect(self, tracer: Tracer, inputs: Sequence[Node]) -> None:
        """Make what the program left in them a part of it, while it is still traced."""
        for column, (name, tensor) in enumerate(self.tensors.items()):
            left = [getattr(value, name) for value in self.values]
            changed = [k for k, now in enumerate(left) if now is not self.lent[k][column]]
            if not changed:
                continue
            self.written.append((name, changed))
            parts = [_tensor(now, name) for now in left]
            tracer.lift(tuple(parts))
            self.left.append((tensor, [part.node for part in parts]))
            known = {*inputs, *(leaf.node for leaf in tracer.leaves.values())}
            _check_known(self.left[-1][1], known, name)

    def settle(self, tracer: Tracer) -> None:
        """Note, when the trace is over, what the columns are bound to."""
        with no_grad():
            for tensor, nodes in self.left:
                tracer.leaves[id(tensor)].left = stack([of_node(node) for node in nodes]).node  # type: ignore[arg-type]

    def restore(self) -> None:
        """Give them back the numbers that they had."""
        for value, (data, grad) in zip(self.values, self.before, strict=True):
            value.data, value.grad = data, grad

    def read(self, leaves: Sequence[Any]) -> None:
        """Take their numbers, before a run."""
        values = self._present(leaves)
        self.numbers["data"][:] = [value.data for value in values]
        self.numbers["grad"][:] = [value.grad for value in values]

    def write(self, leaves: Sequence[Any]) -> None:
        """Give them the numbers that a run has left."""
        values = self._present(leaves)
        for name, changed in self.written:
            numbers = self.numbers[name].tolist()
            for k in changed:
                setattr(values[k], name, numbers[k])

    def _present(self, leaves: Sequence[Any]) -> list[Value]:
        if not self.arguments:
            return self.values
        return [leaves[self.arguments[k]] if k in self.arguments else value for k, value in enumerate(self.values)]


def _tensor(now: Any, name: str) -> Tensor:
    if isinstance(now, Tensor):
        return now.double()
    if isinstance(now, (int, float)):
        return Tensor._of(np.asarray(float(now)))
    raise TraceError(f"a Value's {name} is left as {now!r} ({type(now).__name__}), where a number is expected")


def _check_known(nodes: Sequence[Node], known: set[Any], name: str) -> None:
    """Raise TraceError where a number is made of what only stands for an example's."""
    for node in ancestors(nodes):
        if node.op is None and node not in known:
            raise TraceError(
                f"a Value's {name} is left with a number for each example of a vmap: return it from the mapped "
                "function instead"
            )
