"""Unfold: show what an operation is composed of, by running its own body on operands instead of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import TraceError
from ..graph import Node, ancestors
from ..mode import set_grad_enabled
from ..op import Abstract
from ..words import node_of


def unfolded(operand: Any, names: Mapping[str, Any] | None = None) -> Any:
    """Build the same graph again, with every operation that is composed of others taken apart.

    names: what operands are called, beside their labels; both become labels of the new graph.

    Raises TraceError for a traced graph, which has no numbers to build with.

    >>> from nudge import ops
    >>> from nudge.scalar import Value
    >>> [node.op.symbol for node in ancestors([unfolded(ops.dot(Value(1.0), Value(2.0), Value(3.0)))]) if node.op]
    ['+', '*']
    """
    made: dict[Node, Any] = {}
    root = node_of(operand)
    called = {node_of(named): name for name, named in (names or {}).items()}
    if isinstance(root.data, Abstract):
        raise TraceError("a traced graph has shapes only, and cannot be unfolded: draw it as it is")
    with set_grad_enabled(True):
        for node in reversed(ancestors([root])):
            made[node] = again = _again(node, made)
            again.node.label = called.get(node, node.label)
    return made[root]


def _again(node: Any, made: dict[Node, Any]) -> Any:
    if node.op is None:
        leaf = node.as_operand(node.data)
        return leaf if leaf.node.requires_grad or not node.requires_grad else leaf.requires_grad_()
    args = [made[arg] if isinstance(arg, Node) else arg for arg in node.args]
    return node.op.body(*args) if node.op.composed else node.op(*args, **node.params)
