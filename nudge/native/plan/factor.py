"""Factor: a sum of two products that have a factor in common becomes one product.

A gradient goes several ways through steps on one number, as in GELU or SiLU: g·a + g·b·c. As g·(a + b·c) it is
multiplied once, by a slope that can be there before the gradient comes: one number is kept for it where three would be.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from ...graph import Node, ancestors, tick
from ...op import Abstract, Operation
from ..ir.builder import Builder, Reg

DEEP = 16  # products within products that are looked into


def factored(roots: Sequence[Node]) -> list[Node]:
    """Give the roots of a graph that computes the same, up to rounding, and to what overflows in a sum of slopes.

    Steps that stay as they are are shared.
    """
    order = ancestors(roots)
    uses = Counter(arg for node in order for arg in node.args if isinstance(arg, Node))
    uses.update(roots)
    new: dict[Node, Node] = {}
    for node in reversed(order):
        args = [new[arg] if isinstance(arg, Node) else arg for arg in node.args]
        made = node if all(a is b for a, b in zip(args, node.args, strict=True)) else _like(node, args, node.data.shape)
        uses[made] = uses[node]
        new[node] = _factored(made, uses) if _adds(node.op) else made
        uses[new[node]] = uses[node]
    return [new[root] for root in roots]


def _factored(node: Node, uses: Counter[Node]) -> Node:
    """Take the youngest factor out of a sum whose arguments both have it once, if there is one: often the gradient."""
    shape, dtype = node.data.shape, node.data.dtype
    if dtype.kind != "f":
        return node
    one, other = (_factors(arg, uses) for arg in node.args)
    common = [each for each in one if each in other and isinstance(each, Node) and each.data.shape == shape]
    products = [arg for arg, found in zip(node.args, (one, other), strict=True) if len(found) > 1]
    if not common or not products:
        return node
    factor = max(common, key=lambda each: each.born)
    if one.count(factor) > 1 or other.count(factor) > 1:  # what is left would still hang on it
        return node
    rests = [_without(arg, factor, uses) for arg in node.args]
    if not any(isinstance(rest, Node) for rest in rests):
        return node
    product = _like(products[0], [factor, _like(node, [1.0 if rest is None else rest for rest in rests])])
    product.op = _nothing_of_nothing(product.op)
    return product


def _parts(arg: Any, uses: Counter[Node], deep: int) -> tuple[Any, ...]:
    """Give the two arguments of a product, if no other step reads it; nothing for anything else, or too deep inside."""
    if not deep or not isinstance(arg, Node) or not _multiplies(arg.op) or uses[arg] != 1:
        return ()
    alike = all(each.data.dtype == arg.data.dtype for each in arg.args if isinstance(each, Node))
    return arg.args if alike else ()


def _factors(arg: Any, uses: Counter[Node], deep: int = DEEP) -> list[Any]:
    """List what a product is made of; anything else is its own only factor."""
    parts = _parts(arg, uses, deep)
    return [factor for each in parts for factor in _factors(each, uses, deep - 1)] if parts else [arg]


def _without(arg: Any, factor: Node, uses: Counter[Node], deep: int = DEEP) -> Any:
    """Leave a factor out of a product, whose other parts stay as they were put together; None where nothing is left."""
    if arg is factor:
        return None
    parts = _parts(arg, uses, deep)
    if not parts:
        return arg
    left, right = (_without(each, factor, uses, deep - 1) for each in parts)
    if left is None or right is None:
        return right if left is None else left
    if not isinstance(left, Node) and not isinstance(right, Node):
        return left * right
    return arg if left is parts[0] and right is parts[1] else _like(arg, [left, right])


@cache
def _nothing_of_nothing(op: Operation) -> Operation:
    """Make of a product one that is 0 where its first argument is.

    What is in brackets may overflow where each of the two products was 0: of a gradient that is masked.
    """
    product = op.lower
    assert product is not None

    def lower(b: Builder, x: Reg, z: Reg) -> Reg:
        x, z = b.together(x, z)
        return b.select(b.ne(x, b.constant(0, x)), product(b, x, z), b.constant(0, x))

    made = copy.copy(op)  # no row of the table
    made.lower = lower
    return made


def _like(node: Node, args: Sequence[Any], shape: tuple[int, ...] | None = None) -> Node:
    """Do the same step on other arguments; its shape is what they broadcast to, where it is not given."""
    made = copy.copy(node)
    made.args, made.born = tuple(args), tick()
    if shape is None:
        shape = np.broadcast_shapes(*(arg.data.shape for arg in args if isinstance(arg, Node)))
    made.data = Abstract(tuple(shape), node.data.dtype)
    return made


@cache
def _adds(op: Operation | None) -> bool:
    """Tell whether an operation adds or subtracts two numbers."""
    return op is not None and op.slope in ((1.0, 1.0), (1.0, -1.0))


@cache
def _multiplies(op: Operation | None) -> bool:
    """Tell whether an operation's slope along each of two arguments is the other, so that it is their product."""
    if op is None or not isinstance(op.slope, tuple) or len(op.slope) != 2 or not all(map(callable, op.slope)):
        return False
    y, x, z = object(), object(), object()
    try:
        return op.slope[0](y, x, z) is z and op.slope[1](y, x, z) is x
    except TypeError:  # it computes something of them
        return False
