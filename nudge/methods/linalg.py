"""Products of vectors and matrices, and einsum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import ops
from ..errors import DTypeError, ShapeError
from ..op import Operand
from .facts import Facts
from .shape import reshaped

if TYPE_CHECKING:
    from ..tensor import Tensor


class Linalg(Facts):
    """Matrix products."""

    def matmul(self, other: Any) -> Tensor:
        """Multiply matrices, over broadcast batches; a vector counts as a row on the left, as a column on the right."""
        return _product(self, other)

    def __matmul__(self, other: Any) -> Tensor:
        return _product(self, other)

    def __rmatmul__(self, other: Any) -> Tensor:
        return _product(other, self)

    def mm(self, mat2: Any) -> Tensor:
        """Multiply two matrices, (n, k) and (k, m)."""
        return ops.matmul(*_of_axes("mm", (self, 2), (mat2, 2)))

    def bmm(self, mat2: Any) -> Tensor:
        """Multiply two batches of matrices, (b, n, k) and (b, k, m)."""
        if self.shape[:1] != mat2.shape[:1]:
            raise ShapeError(f"bmm of shapes {self.shape} and {mat2.shape}: the batches must be of equal size")
        return ops.matmul(*_of_axes("bmm", (self, 3), (mat2, 3)))

    def mv(self, vec: Any) -> Tensor:
        """Multiply a matrix (n, m) by a vector (m)."""
        return _product(*_of_axes("mv", (self, 2), (vec, 1)))

    def dot(self, other: Any) -> Tensor:
        """Multiply two vectors of equal length, and add up."""
        return _product(*_of_axes("dot", (self, 1), (other, 1)))

    inner = dot

    def outer(self, vec2: Any) -> Tensor:
        """Multiply each element of a vector (n) by each of another (m): (n, m)."""
        column, row = _of_axes("outer", (self, 1), (vec2, 1))
        return ops.mul(reshaped(column, (column.shape[0], 1)), row)

    ger = outer

    def addmm(self, mat1: Any, mat2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
        """Compute beta · self + alpha · mat1 @ mat2."""
        product = ops.matmul(*_of_axes("addmm", (mat1, 2), (mat2, 2)))
        return ops.add(self if beta == 1 else ops.mul(self, beta), product if alpha == 1 else ops.mul(product, alpha))


def _of_axes(name: str, *pairs: tuple[Any, int]) -> tuple[Any, ...]:
    for x, ndim in pairs:
        if len(x.shape) != ndim:
            raise ShapeError(
                f"{name} of a tensor of shape {x.shape}: expected {ndim} axes; "
                "matmul takes vectors, matrices and batches"
            )
    return tuple(x for x, _ in pairs)


def _product(x: Any, z: Any) -> Any:
    for side in (x, z):
        if not isinstance(side, (Operand, np.ndarray)):
            raise DTypeError(f"matmul with {side!r}: expected tensors; * multiplies by a number")
    n, m = len(x.shape), len(z.shape)
    if n > 1 and m > 1:
        return ops.matmul(x, z)
    if not n or not m:
        raise ShapeError(
            f"matmul of shapes {x.shape} and {z.shape}: both need an axis at least; * multiplies element by element"
        )
    if x.shape[-1] != z.shape[0 if m == 1 else -2]:
        raise ShapeError(
            f"matmul of shapes {x.shape} and {z.shape}: {x.shape[-1]} columns meet {z.shape[0 if m == 1 else -2]} rows"
        )
    y = ops.matmul(reshaped(x, (1, *x.shape)) if n == 1 else x, reshaped(z, (*z.shape, 1)) if m == 1 else z)
    shape = list(y.shape)
    if m == 1:
        shape.pop()
    if n == 1:
        shape.pop(-1 if m == 1 else -2)
    return reshaped(y, tuple(shape))
