"""Ending: what a run of a program leaves, beside the numbers that it wrote: marks, gradients, and the call's result."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from itertools import count
from typing import Any

import numpy as np

from ..arraynode import UNSTORED, ArrayNode, Storage, clock
from ..graph import tick
from ..memory import address
from ..number import evaluate
from ..scalar import Value
from ..tensor import Tensor, wrap
from .trace.recorded import NONE, NOT_STORED, STAYS, Captured, Given, Recorded

SMALL, AT_ONCE = 256, 64  # bytes of an output of which many are made in one go, and how many
EACH = [(k, ...) for k in range(AT_ONCE)]


class Ending:
    """Does what is left to do when the machine code has run."""

    def __init__(self, recorded: Recorded) -> None:
        """Take what was recorded."""
        self.recorded, self.stamped = recorded, -1
        fates = [one for one in recorded.captured if one.is_written or one.grad is not STAYS or _turns(one)]
        # Tensors that are the same at each call are looked up once; the others are the call's own.
        self.fixed = [one for one in fates if one.argument is None and one.of is None and not _turns(one)]
        self.others = [one for one in fates if one not in self.fixed]
        self.storages: list[Storage] = []
        self.unstored: list[ArrayNode] = []
        self.grads: list[tuple[ArrayNode, Any]] = []
        single = len(recorded.results) == 1 and recorded.rebuild([None]) is None
        self.single = recorded.results[0][1] if single and recorded.results[0][0] == "output" else None

    def rebind(self) -> None:
        """Look up what belongs to the tensors that are the same at each call."""
        self.stamped = -1
        self.storages = [one.tensor._storage for one in self.fixed if one.is_written]
        self.unstored = [one.tensor.node for one in self.fixed if one.grad is NOT_STORED]
        fates = [(one.tensor.node, one.grad) for one in self.fixed]
        self.grads = [(node, grad) for node, grad in fates if grad is not STAYS and grad is not NOT_STORED]

    def __call__(self, leaves: Sequence[Any], outputs: list[Any]) -> Any:
        """Leave the marks and gradients of a run, and make its result."""
        handles = [wrap(output) for output in outputs]
        for one in self.others:
            _leave(one, leaves, handles)
        for state, name, output in self.recorded.born:
            state[name] = handles[output]
        return self.quick(leaves, handles)

    def quick(self, leaves: Sequence[Any], handles: list[Tensor]) -> Any:
        """Do it for the tensors that are the same at each call, and make the result."""
        now = tick()
        if now != self.stamped + 1:  # else no step was recorded since, which could have read what is now overwritten
            clock.latest = now
            for storage in self.storages:
                storage.written, storage.place = now, None
        self.stamped = now
        for node in self.unstored:
            node.grad = UNSTORED
        for node, grad in self.grads:
            node.grad = None if grad is NONE else _gradient(grad, leaves, handles)
        if self.single is not None:
            return handles[self.single]
        return self.recorded.rebuild([self._result(how, what, leaves, handles) for how, what in self.recorded.results])

    def broken_off(self, leaves: Sequence[Any]) -> None:
        """Leave the marks of steps before one that failed; which gradients the last of them left is not known."""
        for one in self.recorded.captured:
            tensor = handle_of(one, leaves) if one.found is None else one.found
            if one.is_written:
                tensor._storage.touch()
            if one.grad is not STAYS:
                tensor.node.grad = UNSTORED

    def _result(self, how: str, what: Any, leaves: Sequence[Any], handles: list[Tensor]) -> Any:
        if how == "output":
            return handles[what]
        if how == "argument":
            return leaves[what]
        if how == "value":
            return Value(handles[what].item())
        if how == "float":
            return handles[what].item()
        if how == "number":
            return evaluate(what, self.recorded.guards.numbers.tolist())
        return copy.copy(what) if how == "copy" else what


def handle_of(one: Captured, leaves: Sequence[Any]) -> Tensor:
    """Give the tensor that is meant at a call."""
    handle: Any = one.tensor if one.argument is None else leaves[one.argument]
    return handle if isinstance(handle, Tensor) else wrap(handle)


def _turns(one: Captured) -> bool:
    return one.left_requiring is not one.requires_grad


def _leave(one: Captured, leaves: Sequence[Any], handles: list[Tensor]) -> None:
    tensor = handle_of(one, leaves) if one.found is None else one.found
    if one.is_written:
        tensor._storage.touch()
    if _turns(one):
        tensor.requires_grad_(one.left_requiring)
    if one.grad is NONE:
        tensor._zero_grad(True)
    elif one.grad is NOT_STORED:
        tensor.node.grad = UNSTORED
    elif one.grad is not STAYS:
        tensor.node.grad = _gradient(one.grad, leaves, handles)


def _gradient(grad: Any, leaves: Sequence[Any], handles: list[Tensor]) -> Any:
    if type(grad) is Given:
        return leaves[grad.leaf] if isinstance(leaves[grad.leaf], Tensor) else wrap(leaves[grad.leaf])
    return handles[grad] if type(grad) is int else grad


class Fresh:
    """Makes an output's arrays, each of which belongs to a caller; small ones many at once, which is quicker."""

    def __init__(self, shape: tuple[int, ...], dtype: Any) -> None:
        """Make arrays of a shape and dtype."""
        self.shape, self.dtype = shape, dtype
        self.size = max(int(np.prod(shape, dtype=int)), 1) * dtype.itemsize
        self.ready: list[tuple[Any, int]] = []

    def make(self) -> tuple[Any, int]:
        """Make an array; give it and its address."""
        if self.size > SMALL:
            made = np.empty(self.shape, self.dtype)
            return made, address(made)
        block = np.empty((AT_ONCE, *self.shape), self.dtype)
        first = address(block)
        self.ready += zip(map(block.__getitem__, EACH), count(first, block.strides[0]), strict=False)
        return self.ready.pop()
