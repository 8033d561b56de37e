"""Recorded: what was noted of a call that was traced."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...tensor import Tensor
from ..guard.guards import Guards
from .scalars import Scalars
from .trace import Program, shows_base

# What becomes of a leaf's gradient: it stays, is None, is not stored, is a tensor from outside, or an output.
STAYS, NONE, NOT_STORED = "stays", "none", "not stored"


class Given(NamedTuple):
    """An argument that becomes a gradient: which of the call's leaves."""

    leaf: int


@dataclass(eq=False)
class Captured:
    """A tensor from outside: its place among the program's slots, and what a run needs to know and to leave."""

    tensor: Tensor
    slot: int | None  # None: it is neither read nor written
    argument: int | None  # which of the call's leaves it is, if it is one
    of: Tensor | None  # the tensor whose gradient it is, if it was found as one
    is_written: bool
    requires_grad: bool
    left_requiring: bool
    hooks: tuple[Any, ...]
    had_grad: bool | None  # whether there must be a gradient before; None where the program does not look
    grad: Any  # what becomes of its gradient: one of the words above, a tensor, an argument, the number of an output
    found: Tensor | None = None  # at a call, where it is another's gradient: the tensor itself


@dataclass(eq=False)
class Recorded:
    """A traced call: the program, what guards it, and how its outputs become the call's result."""

    program: Program
    guards: Guards
    captured: list[Captured]
    results: list[tuple[str, Any]]
    rebuild: Callable[[Sequence[Any]], Any]
    numbers: list[int | None]  # of each leaf of the call: its place among the program's numbers
    arguments: list[int]  # which leaf each of the program's inputs is, before its numbers
    born: list[tuple[dict[Any, Any], Any, int]]  # states that an optimizer gets: the dict, the name, the output
    keeps_history: bool  # whether a result is one that gradients are still wanted of
    scalars: Scalars | None
    seen: list[tuple[Tensor, Any]]  # every tensor that the function can read, and what it could learn of it
    reached: set[int]  # of every object that the function can read: its identity


def facts(tensor: Tensor) -> Any:
    """Give what a program can learn of a tensor without its numbers, and whose memory it shows."""
    base = id(tensor._base) if shows_base(tensor) else None
    return tensor.shape, tensor.dtype, tensor.requires_grad, base
