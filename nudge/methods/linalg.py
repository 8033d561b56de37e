"""Products of vectors and matrices, and einsum."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .. import ops
from ..dtype import PYTHON
from ..errors import DTypeError, ShapeError
from .facts import Facts
from .shape import reshaped

if TYPE_CHECKING:
    from ..tensor import Tensor


class Linalg(Facts):
    """Matrix products."""

    def matmul(self, other: Any) -> Tensor:
        """Multiply matrices, over broadcast batches; a vector on the left is a row, on the right a column, which is dropped."""
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
                f"{name} of a tensor of shape {x.shape}: expected {ndim} axes; matmul takes vectors, matrices and batches"
            )
    return tuple(x for x, _ in pairs)


def _product(x: Any, z: Any) -> Any:
    for side in (x, z):
        if type(side) in PYTHON:
            raise DTypeError(f"matmul with the number {side!r}: expected tensors; * multiplies by a number")
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


# -- einsum ----------------------------------------------------------------------------------------


def einsum(equation: str, *operands: Any) -> Any:
    """Multiply tensors whose axes are named by letters, and sum over the letters that the output lacks.

    `...` stands for batch axes, which broadcast; a letter twice in one operand takes its diagonal. Without `->` the output has
    the letters that occur once, in alphabetical order. The operands are joined from the left.

    Raises ShapeError for an equation that does not fit its operands.
    """
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(operands):
        raise ShapeError(f"einsum {equation!r} names {len(terms)} operands, {len(operands)} were given")
    width = (
        max(
            len(x.shape) - len(term.replace("...", ""))
            for term, x in zip(terms, operands, strict=True)
            if "..." in term
        )
        if "..." in left
        else 0
    )
    named = [_letters(equation, term, x, width) for term, x in zip(terms, operands, strict=True)]
    if arrow:
        output = _dots(right, width)
    else:
        letters = [c for term in named for c in term]
        output = _dots("...", width) + sorted(c for c in set(letters) if letters.count(c) == 1 and c.isalpha())
    unknown = [c for c in output if not any(c in term for term in named)]
    if unknown or len(set(output)) != len(output):
        raise ShapeError(f"einsum {equation!r}: the output must name letters of the operands, each once")
    parts = [_diagonals(x, term) for x, term in zip(operands, named, strict=True)]
    x, term = parts[0]
    for k, (z, other) in enumerate(parts[1:], 2):
        later = {*output, *(c for _, rest in parts[k:] for c in rest)}
        x, term = _contract(equation, x, term, z, other, later)
    gone = tuple(k - len(term) for k, c in enumerate(term) if c not in output)
    if gone:
        x = x.sum(gone)
        term = [c for c in term if c in output]
    return ops.permute(x, axes=tuple(term.index(c) - len(term) for c in output)) if term != output else x


def _dots(term: str, width: int) -> list[str]:
    """Spell out a term's letters; the batch axes that `...` stands for are named by digits, the last of them 0."""
    before, dots, after = term.partition("...")
    return [*before, *(str(k) for k in range(width - 1, -1, -1) if dots), *after]


def _letters(equation: str, term: str, x: Any, width: int) -> list[str]:
    count = len(x.shape) - len(term.replace("...", ""))
    if count < 0 or (count and "..." not in term):
        raise ShapeError(f"einsum {equation!r}: {term!r} does not name the axes of shape {x.shape}")
    return _dots(term, min(count, width))


def _diagonals(x: Any, term: list[str]) -> tuple[Any, list[str]]:
    while len(set(term)) < len(term):
        c = next(c for c in term if term.count(c) > 1)
        first = term.index(c)
        second = term.index(c, first + 1)
        if x.shape[first] != x.shape[second]:
            raise ShapeError(f"einsum: the letter {c} names axes of sizes {x.shape[first]} and {x.shape[second]}")
        x = x.diagonal(0, first, second)
        term = [d for k, d in enumerate(term) if k not in (first, second)] + [c]
    return x, term


def _contract(
    equation: str, x: Any, left: list[str], z: Any, right: list[str], later: set[str]
) -> tuple[Any, list[str]]:
    """Join two operands by one matrix product: shared letters that are needed later are batch, the others are summed."""
    x, left = _summed(x, left, {*right, *later})
    z, right = _summed(z, right, {*left, *later})
    sizes = dict(zip(left, x.shape, strict=True))
    for c, size in zip(right, z.shape, strict=True):
        held = sizes.setdefault(c, size)
        if held != size and 1 not in (held, size):
            raise ShapeError(f"einsum {equation!r}: the letter {c} is {held} in one operand and {size} in another")
        sizes[c] = max(held, size) if 0 not in (held, size) else 0
    batch = [c for c in left if c in right and c in later]
    inner = [c for c in left if c in right and c not in later]
    rows, columns = [c for c in left if c not in right], [c for c in right if c not in left]
    a = _laid_out(x, left, sizes, batch, rows, inner)
    b = _laid_out(z, right, sizes, batch, inner, columns)
    y = ops.matmul(a, b)
    term = batch + rows + columns
    return reshaped(y, tuple(sizes[c] for c in term)), term


def _summed(x: Any, term: list[str], needed: set[str]) -> tuple[Any, list[str]]:
    gone = [k for k, c in enumerate(term) if c not in needed]
    return (x.sum(gone), [c for c in term if c in needed]) if gone else (x, term)


def _laid_out(
    x: Any, term: list[str], sizes: dict[str, int], batch: list[str], rows: list[str], columns: list[str]
) -> Any:
    """Bring an operand to (batch, rows, columns), stretching what broadcasts."""
    order = batch + rows + columns
    if order != term:
        x = ops.permute(x, axes=tuple(term.index(c) - len(term) for c in order))
    wanted = tuple(sizes[c] for c in order)
    if x.shape != wanted:
        x = ops.expand(x, sizes=wanted)
    flat = (*(sizes[c] for c in batch), math.prod(sizes[c] for c in rows), math.prod(sizes[c] for c in columns))
    return reshaped(x, flat)
