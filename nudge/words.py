"""How numbers, arrays and nodes are written for people: in explanations, in pictures, at the terminal.

>>> number(0.70710678), number(-6.0), number(1e-7), number(float("nan"))
('0.7071', '−6', '1.000e−07', 'nan')
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any

import numpy as np

from .errors import DTypeError
from .graph import Node
from .op import Abstract

MINUS = "−"
FEW = 6  # as many elements are written out


def number(x: float) -> str:
    """Write a number: whole ones bare, others with four decimals, very large and small ones with an exponent."""
    x = float(x)
    if x.is_integer() and abs(x) < 1e6:
        text = str(int(x))
    elif 1e-3 <= abs(x) < 1e6 or not math.isfinite(x):
        text = f"{x:.4f}"
    else:
        text = f"{x:.3e}"
    return text.replace("-", MINUS)


def decimal(x: float) -> str:
    """Write a number with as many of the four decimals as it needs, and at least one.

    >>> decimal(-1.5), decimal(1.0), decimal(0.0), decimal(1e-9)
    ('−1.5', '1.0', '0.0', '1.000e−09')
    """
    text = number(x)
    if "." in text:
        return text if "e" in text else text.rstrip("0") + "0" * text.rstrip("0").endswith(".")
    return text + ".0" if text[-1].isdigit() else text


def plural(count: int, thing: str) -> str:
    """Count things.

    >>> plural(1, "example"), plural(1200, "pass")
    ('1 example', '1,200 passes')
    """
    return f"{count:,} {thing}" + ("" if count == 1 else "es" if thing.endswith("s") else "s")


def brief(value: Any) -> str:
    """Write a value in a few words: one number, a few numbers, or shape, length and range of an array.

    >>> brief(np.array([1.0, 2.5])), brief(np.arange(12.0).reshape(3, 4)), brief(Abstract((2, 3), np.dtype("float32")))
    ('[1, 2.5000]', '(3, 4) ‖22.4944‖ 0 … 11', '(2, 3) float32')
    """
    if isinstance(value, Abstract):
        return f"{value.shape} {value.dtype}"
    if np.size(value) == 1:
        return number(np.asarray(value).item())
    array = np.asarray(value)
    if array.ndim == 1 and array.size <= FEW:
        return f"[{', '.join(map(number, array))}]"
    if not array.size:
        return f"{array.shape} empty"
    low, high = number(array.min()), number(array.max())
    return f"{array.shape} ‖{number(length(array))}‖ {low if low == high else f'{low} … {high}'}"


def length(value: Any) -> float:
    """Measure a number or an array by its Euclidean norm: the root of the sum of squares.

    >>> length(-3.0), length(np.array([3.0, 4.0]))
    (3.0, 5.0)
    """
    return float(np.linalg.norm(np.asarray(value, dtype=np.float64).ravel()))


def node_of(operand: Any) -> Node:
    """Give the node behind a Value or a tensor, or a node itself. Raises DTypeError for what has no graph."""
    node = operand if isinstance(operand, Node) else getattr(operand, "node", None)
    if not isinstance(node, Node):
        raise DTypeError(f"expected a Value, a tensor or a node of the graph, got {type(operand).__name__} {operand!r}")
    return node


def names(nodes: Iterable[Node], given: Mapping[str, Any] | None = None) -> dict[Node, str]:
    """Give each node a name of its own: one that is given for its operand, its label, or v1, v2, … in order.

    A label that several nodes bear is numbered from its second bearer on: x, x·2, x·3.
    """
    called = {node_of(operand): name for name, operand in (given or {}).items()}
    labels = {node: called.get(node, node.label) for node in nodes}
    taken = set(labels.values())
    bearers: Counter[str] = Counter()
    fresh = (name for name in map("v{}".format, count(1)) if name not in taken)
    named = {}
    for node, label in labels.items():
        bearers[label] += 1
        named[node] = (label if bearers[label] == 1 else f"{label}·{bearers[label]}") if label else next(fresh)
    return named


def expression(node: Node, named: Mapping[Node, str]) -> str:
    """Write how a node was made, by its operation's symbol and its arguments' names: 'v1 + b', 'tanh(v2)'.

    node: the result of an operation.
    """
    args = [named[arg] if isinstance(arg, Node) else constant(arg) for arg in node.args]
    symbol = node.op.symbol
    if not symbol[-1].isalnum():
        if len(args) == 2:
            return f"{args[0]} {symbol} {args[1]}"
        return f"{symbol}{args[0]}"
    if len(args) > FEW:
        args[FEW // 2 : -FEW // 2] = ["…"]
    return f"{symbol}({', '.join(args + [f'{key}={value}' for key, value in node.params.items()])})"


def constant(value: Any) -> str:
    """Write an argument that is no node: numbers as they are typed, arrays in a few words."""
    if isinstance(value, (bool, int, float)):
        return f"{value:g}".replace("-", MINUS) if isinstance(value, float) else str(value)
    return brief(value)


def first_nonfinite(nodes: Iterable[Node]) -> Node | None:
    """Find the first of the nodes, given oldest first, whose value holds a NaN or an infinity."""
    for node in nodes:
        if not isinstance(node.data, Abstract) and not np.all(np.isfinite(node.data)):
            return node
    return None
