"""The one data structure: a node of the expression graph, and the one walk over it.

Running a program builds nodes; everything else in nudge (derivatives, machine code, pictures,
explanations) reads them. A node is history and never changes its meaning: which operation made it,
from which arguments, and what came out. Constants are arguments that are not nodes.
"""

from __future__ import annotations

import itertools
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from operator import attrgetter
from types import CodeType, FrameType
from typing import Any

tick = itertools.count().__next__
NO_PARAMS: dict[str, Any] = {}


class Node:
    """One step of a program: `data = op(*args, **params)`; a leaf has no operation.

    `args` holds nodes and plain constants, in order and with repeats (`x * x` keeps both edges).
    `born` counts creations: every node is younger than its arguments, so descending `born` is a
    topological order for free.
    """

    __slots__ = ("__weakref__", "args", "born", "data", "op")
    op: Any
    args: tuple[Any, ...]
    data: Any
    born: int
    params: dict[str, Any] = NO_PARAMS
    requires_grad = True
    keeps_grad = True  # whether a walk's result should hold this node's gradient
    hooks: Any = None
    label: str

    @abstractmethod
    def values(self, record: bool) -> tuple[Any, Sequence[Any]]:
        """Return what the rules read: this node's value and its arguments', plain or as operands that record."""

    @abstractmethod
    def seed(self, g: Any, record: bool) -> Any:
        """Make the gradient that a walk from here begins with, out of what the user gave (None: 1)."""

    @abstractmethod
    def receive(self, g: Any) -> None:
        """Take the gradient of a finished walk."""

    @abstractmethod
    def as_operand(self, g: Any) -> Any:
        """Hand a gradient of this node to the user."""

    def run_hooks(self, g: Any) -> Any:
        """Show a gradient to whoever asked to see it, and take their changes."""
        return g

    def free(self) -> None:
        """Let go of what only another walk would need."""

    @property
    def line(self) -> str:
        """The user's line that made this node, as `file:line`, or '' where none was noted."""
        return ""


def ancestors(roots: Iterable[Node]) -> list[Node]:
    """List every node that the roots were made from, roots included, the youngest first.

    Iterative, in time and memory proportional to nodes and edges.
    """
    order = list(dict.fromkeys(roots))
    seen = set(order)
    for node in order:
        for arg in node.args:
            if isinstance(arg, Node) and arg not in seen:
                seen.add(arg)
                order.append(arg)
    order.sort(key=attrgetter("born"), reverse=True)
    return order


def descendants(order: Iterable[Node], sources: Iterable[Node]) -> set[Node]:
    """Pick from `order` (oldest first) the sources and all that was made from them."""
    reached = set(sources)
    for node in order:
        if node not in reached and any(isinstance(arg, Node) and arg in reached for arg in node.args):
            reached.add(node)
    return reached


def watched(order: Iterable[Node], since: int) -> set[Node]:
    """Pick from `order` (oldest first) what someone wants gradients of who was there before `since`.

    What was made later counts for what it was made from: a transform's copies of its inputs, which want a gradient for
    the transform's own sake, are nobody's concern once it is over.
    """
    found: set[Node] = set()
    for node in order:
        if node.requires_grad and (
            node.born < since
            or node.op is None
            or any(isinstance(arg, Node) and arg in found for arg in node.args)
        ):
            found.add(node)
    return found


Place = tuple[CodeType, int]


def user_place(frame: FrameType | None) -> Place | None:
    """Find where the user's own code stands: the innermost frame outside of this package."""
    while frame is not None:
        code = frame.f_code
        file = code.co_filename
        try:
            inside = _inside[file]
        except KeyError:
            inside = _inside[file] = file.startswith(_PACKAGE)
        if not inside:
            return code, frame.f_lasti
        frame = frame.f_back
    return None


def line_of(place: Place | None) -> str:
    """Turn a place (code object, instruction) into `file:line`; '' where none was noted."""
    if place is None:
        return ""
    code, lasti = place
    for start, end, line in code.co_lines():
        if start <= lasti < end and line is not None:
            return f"{code.co_filename}:{line}"
    return f"{code.co_filename}:{code.co_firstlineno}"


_inside: dict[str, bool] = {}  # files seen, and whether they are this package's
_PACKAGE = __file__.rpartition("graph.py")[0]
