"""Methods that are rows of the table under another roof: `x.tanh()` is `ops.tanh(x)`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..op import Operation


def method_of(op: Operation) -> Callable[..., Any]:
    """Make a row of one or two arguments a method."""

    def unary(self: Any) -> Any:
        return op(self)

    def binary(self: Any, other: Any) -> Any:
        return op(self, other)

    method = unary if op.body.__code__.co_argcount == 1 else binary
    method.__name__, method.__doc__ = op.name, op.__doc__
    return method
