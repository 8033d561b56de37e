"""Outputs: what a traced program returns, and how a call's result comes about at each run."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterator
from typing import Any

import numpy as np

from ...errors import TraceError
from ...graph import Node
from ...number import Number
from ...scalar import Value
from ...tensor import Tensor
from ..guard.contents import slots
from ..guard.guards import ATOMS, is_traced
from ..guard.users import is_user
from .trace import Tracer


class Outputs:
    """The nodes that a program returns, each once."""

    def __init__(self, tracer: Tracer, name: str, reached: Container[int], floats: Container[int]) -> None:
        """Take a function's name, and the identities of what it could read and of what Values hold."""
        self.tracer, self.name, self.reached, self.floats = tracer, name, reached, floats
        self.nodes: list[Node] = []
        self.places: dict[int, int] = {}  # of each handle: its output
        self.handles: list[Tensor] = []  # keeps them alive, so that identities stay

    def add(self, tensor: Tensor) -> int:
        """Make a tensor an output, and tell which."""
        if id(tensor) not in self.places:
            self.places[id(tensor)] = len(self.nodes)
            self.nodes.append(tensor.node)
            self.handles.append(tensor)
        return self.places[id(tensor)]

    def result(self, part: Any, handles: dict[int, int]) -> tuple[str, Any]:
        """Tell how a part of the result comes about at each run."""
        if type(part) is Number:
            return ("number", part.recipe) if part.recipe is not None else ("float", self.add(part))
        if isinstance(part, Value):
            if id(part) in self.reached:
                return ("argument", handles[id(part)]) if id(part) in handles else ("as it is", part)
            return ("value", self.add(part.data)) if isinstance(part.data, Tensor) else ("as it is", part)
        if isinstance(part, Tensor):
            if id(part) in self.floats:
                return "float", self.add(part)
            if id(part) in handles:
                return "argument", handles[id(part)]
            if id(part) in self.reached or any(leaf.asked.before is part for leaf in self.tracer.leaves.values()):
                return "as it is", part
            return "output", self.add(part)
        if isinstance(part, np.ndarray):
            return "copy", part
        if isinstance(part, Iterator):
            raise TraceError(
                f"{self.name} returns a {type(part).__name__}, which gives what it has once and never again: return a "
                "list"
            )
        if isinstance(part, ATOMS) or id(part) in self.reached:
            return "as it is", part
        if _holds_traced(part, self.reached):
            raise TraceError(
                f"{self.name} returns a {type(part).__name__} that holds a traced tensor or number: return tensors and "
                "numbers in tuples, lists and dicts"
            )
        return "copy", part  # the program's own, which each caller may change


def _holds_traced(thing: Any, reached: Container[int]) -> bool:
    """Tell whether an object that a trace made holds what only stands for something, itself or in what it holds."""
    seen: dict[int, Any] = {}
    pending = [thing]
    while pending:
        held = pending.pop()
        if isinstance(held, ATOMS) or id(held) in seen or id(held) in reached:
            continue
        seen[id(held)] = held
        if is_traced(held) or type(held) is Number:
            return True
        if isinstance(held, dict):
            pending += [*held, *held.values()]
        elif isinstance(held, (tuple, list, set, frozenset, deque)):
            pending += held
        elif is_user(type(held)):
            pending += [*getattr(held, "__dict__", {}).values(), *(getattr(held, s, None) for s in slots(type(held)))]
    return False
