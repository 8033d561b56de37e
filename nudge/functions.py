"""The functions of nudge's top level: each method again, `sum(x, dim=1)` for `x.sum(dim=1)`, and those of several."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import ops
from .creation import as_tensor
from .errors import ShapeError, UsageError
from .methods.axes import axis_from_end, numpy_names, spread
from .methods.casts import Casts
from .methods.einsum import contract
from .methods.facts import Facts
from .methods.index import Index
from .methods.linalg import Linalg
from .methods.pointwise import Pointwise
from .methods.reduce import Reduce
from .methods.shape import Shape, moved, reshaped
from .op import Operand
from .tensor import Tensor

# What makes sense of a tensor at hand only, is defined below, or has no function in PyTorch.
METHODS_ONLY = {"view", "view_as", "reshape_as", "expand", "expand_as", "repeat", "unfold", "where", "new_tensor"}
ALSO = {Facts: ("numel", "is_floating_point"), Casts: ("clone",)}


def function_of(method: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function of a method; numbers, lists and arrays may stand for its tensor."""

    @functools.wraps(method)
    def function(input: Any, *args: Any, **kwargs: Any) -> Any:
        return method(input if isinstance(input, Operand) else as_tensor(input), *args, **kwargs)

    return function


def _functions() -> dict[str, Callable[..., Any]]:
    found = {name: vars(family)[name] for family, names in ALSO.items() for name in names}
    for family in (Pointwise, Reduce, Shape, Index, Linalg):
        found |= {
            name: method for name, method in vars(family).items() if callable(method) and not name.startswith("_")
        }
    return {name: function_of(method) for name, method in found.items() if name not in METHODS_ONLY}


FUNCTIONS = _functions()


def _tensors(given: Any) -> list[Tensor]:
    if isinstance(given, Operand) or not isinstance(given, Sequence):
        raise UsageError(f"expected a list or tuple of tensors, got {type(given).__name__}")
    if not given:
        raise UsageError("expected a list of tensors, got an empty one")
    return [as_tensor(x) for x in given]


@numpy_names
def cat(tensors: Sequence[Any], dim: int = 0) -> Tensor:
    """Join tensors along an axis that they have; beside it, their shapes must be equal.

    >>> cat([as_tensor([1, 2]), as_tensor([3])])
    tensor([1, 2, 3])
    """
    parts = _tensors(tensors)
    # PyTorch lets an empty vector be joined to anything.
    parts = [x for x in parts if x.shape != (0,)] or parts[:1]
    if not parts[0].ndim:
        raise ShapeError("cat of tensors without axes: use stack()")
    return ops.concatenate(*parts, axis=axis_from_end(dim, parts[0].ndim))


concat = concatenate = cat


@numpy_names
def stack(tensors: Sequence[Any], dim: int = 0) -> Tensor:
    """Join tensors of one shape along a new axis."""
    parts = _tensors(tensors)
    if len({x.shape for x in parts}) > 1:
        raise ShapeError(
            f"stack of shapes {', '.join(str(x.shape) for x in parts)}: they must be equal; cat() joins along an axis"
        )
    n = parts[0].ndim
    at = axis_from_end(dim, n + 1) + n + 1
    if at == n:
        return ops.concatenate(*(x.unsqueeze(-1) for x in parts), axis=-1)
    shape = parts[0].shape
    return reshaped(ops.concatenate(*parts, axis=at - n), (*shape[:at], len(parts), *shape[at:]))


def hstack(tensors: Sequence[Any]) -> Tensor:
    """Join side by side: along the second axis, vectors along their only one."""
    parts = [x if x.ndim else x.reshape(1) for x in _tensors(tensors)]
    return cat(parts, 0 if parts[0].ndim == 1 else 1)


def vstack(tensors: Sequence[Any]) -> Tensor:
    """Join one below the other: along the first axis, vectors as rows."""
    return cat([x if x.ndim > 1 else x.reshape(1, -1) for x in _tensors(tensors)], 0)


def where(condition: Any, input: Any = None, other: Any = None) -> Any:
    """Take `input` where the condition holds, `other` elsewhere; the condition alone: list where it holds, by axis."""
    condition = as_tensor(condition)
    if input is None and other is None:
        return condition.nonzero().unbind(1)
    return ops.where(condition, input, other)


def einsum(equation: str, *operands: Any) -> Tensor:
    """Multiply tensors whose axes are named by letters, and sum over the letters that the output lacks.

    `...` stands for batch axes, which broadcast; a letter twice in one operand takes its diagonal. Without `->` the
    output has the letters that occur once, in alphabetical order. The operands are joined from the left.

    Raises ShapeError for an equation that does not fit its operands.
    """
    given = operands[0] if len(operands) == 1 and isinstance(operands[0], (list, tuple)) else operands
    return contract(equation, [as_tensor(x) for x in given])


def tensordot(a: Any, b: Any, dims: Any = 2) -> Tensor:
    """Multiply and sum over the last `dims` axes of a and the first of b, or over the pairs of axes listed."""
    a, b = as_tensor(a), as_tensor(b)
    if isinstance(dims, int):
        dims = (list(range(a.ndim - dims, a.ndim)), list(range(dims)))
    left, right = ([axis_from_end(d, x.ndim) + x.ndim for d in given] for x, given in ((a, dims[0]), (b, dims[1])))
    if [a.shape[d] for d in left] != [b.shape[d] for d in right]:
        raise ShapeError(
            f"tensordot of shapes {a.shape} and {b.shape} over {left} and {right}: the sizes must be equal"
        )
    rows = [d for d in range(a.ndim) if d not in left]
    columns = [d for d in range(b.ndim) if d not in right]
    inner = math.prod(a.shape[d] for d in left)
    x = a.permute(*rows, *left).reshape(math.prod(a.shape[d] for d in rows), inner)
    z = b.permute(*right, *columns).reshape(inner, math.prod(b.shape[d] for d in columns))
    return ops.matmul(x, z).reshape(*(a.shape[d] for d in rows), *(b.shape[d] for d in columns))


def broadcast_tensors(*tensors: Any) -> tuple[Tensor, ...]:
    """Stretch tensors to the shape that they broadcast to."""
    parts = [as_tensor(x) for x in tensors]
    try:
        shape = np.broadcast_shapes(*(x.shape for x in parts))
    except ValueError:
        raise ShapeError(f"shapes {', '.join(str(x.shape) for x in parts)} do not broadcast") from None
    return tuple(x.expand(shape) for x in parts)


def meshgrid(*tensors: Any, indexing: str = "ij") -> tuple[Tensor, ...]:
    """Spread vectors over a grid, an axis each; with indexing 'xy' the first two axes are swapped."""
    if indexing not in ("ij", "xy"):
        raise UsageError(f"indexing {indexing!r}: expected 'ij' or 'xy'")
    parts = [as_tensor(x) for x in spread(tensors)]
    n = len(parts)
    grids = broadcast_tensors(*(reshaped(x, (1,) * k + (x.numel(),) + (1,) * (n - k - 1)) for k, x in enumerate(parts)))
    return tuple(moved(grid, -n, 1 - n) for grid in grids) if indexing == "xy" and n > 1 else grids
