"""einsum: products of tensors with named axes, as a chain of matrix products."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .. import ops
from ..errors import ShapeError
from .shape import reshaped


def contract(equation: str, operands: Sequence[Any]) -> Any:
    """Join the operands from the left, and sum over the letters that the output lacks; see nudge.einsum."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(operands):
        raise ShapeError(f"einsum {equation!r} names {len(terms)} operands, {len(operands)} were given")
    dotted = [len(x.shape) - len(term) + 3 for term, x in zip(terms, operands, strict=True) if "..." in term]
    width = max(dotted, default=0)
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
        x, term = _join(equation, x, term, z, other, later)
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
    named = term.replace("...", "")
    count = len(x.shape) - len(named)
    if count < 0 or not all(map(str.isalpha, named)) or (count and "..." not in term):
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


def _join(equation: str, x: Any, left: list[str], z: Any, right: list[str], later: set[str]) -> tuple[Any, list[str]]:
    """Join two operands by a matrix product: shared letters that are needed later are batch, the others are summed."""
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
