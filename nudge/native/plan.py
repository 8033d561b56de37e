"""Plan: which steps run, in which order, and where in memory each value lives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..graph import Node, ancestors

ALIGN = 64


@dataclass
class Plan:
    """The steps, oldest first; for each value that is not given from outside, its place in the one arena, in bytes."""

    steps: list[Node]
    given: list[Node]
    offsets: dict[Node, int] = field(default_factory=dict)
    arena: int = 0


def plan(roots: Sequence[Node], given: Sequence[Node]) -> Plan:
    """Order everything that the roots need, and give each step's value a place of its own."""
    steps = [node for node in reversed(ancestors(roots)) if node.op is not None]
    result = Plan(steps, list(given))
    for node in steps:
        result.offsets[node] = result.arena
        size = node.data.size * node.data.dtype.itemsize
        result.arena += -(-max(size, 1) // ALIGN) * ALIGN
    return result
