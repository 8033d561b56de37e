"""Reductions, where many values of an axis become one (the axis stays, with size 1), and expand, which undoes a sum."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..op import kernel, position, reduction, to_int64, view
from .functions import cast
from .select import eq, where
from .shape import flip, narrow, pad

_AXES = ((((3, 4),), {"axes": (-1,)}), (((3, 4),), {"axes": (-2, -1)}), (((2, 3, 4),), {"axes": (-2,)}))


def _kept(shape: tuple[int, ...], *, axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(1 if k - len(shape) in axes else size for k, size in enumerate(shape))


def _onto(i: Any, x: Any, *, axes: tuple[int, ...]) -> Any:
    return tuple(0 * at if k - len(x.shape) in axes else at for k, at in enumerate(i))


@reduction(
    vjp=lambda g, y, x, axes: expand(g, sizes=tuple(x.shape[sorted(axes)[0] :]) if axes else ()),
    shape=_kept, index=_onto, combine=lambda b, total, x: b.add(total, x), identity=0, types=to_int64, symbol="sum",
    samples=_AXES,
    says="a sum distributes: every term gets the whole gradient",
)
def sum(x: Any, *, axes: tuple[int, ...]) -> Any:
    """Add up along axes (negative numbers), keeping them."""
    return np.add.reduce(x, axis=axes, keepdims=True)


def _expanded(x: tuple[int, ...], *, sizes: tuple[int, ...]) -> tuple[int, ...]:
    return (*x[: len(x) - len(sizes)], *sizes)


def _stretched(i: Any, x: Any) -> Any:
    return tuple(0 * at if size == 1 else at for at, size in zip(i, x.shape, strict=True))


def _sum_stretched(g: Any, x: Any) -> Any:
    axes = tuple(k - len(x.shape) for k, (to, size) in enumerate(zip(g.shape, x.shape, strict=True)) if to != size)
    return sum(g, axes=axes) if axes else g


@view(
    vjp=lambda g, y, x, sizes: _sum_stretched(g, x), shape=_expanded, index=lambda i, x, *, sizes: _stretched(i, x),
    symbol="expand", says="a fan-out: the gradients of all copies add up",
    samples=((((3, 1),), {"sizes": (3, 4)}), (((1, 3, 1),), {"sizes": (2, 3, 4)}), (((2, 1),), {"sizes": (3,)})),
)
def expand(x: Any, *, sizes: tuple[int, ...]) -> Any:
    """Stretch axes of size 1 among the last ones to `sizes`."""
    return np.broadcast_to(x, (*x.shape[: x.ndim - len(sizes)], *sizes))


def _running_product(x: Any, axis: int) -> Any:
    shift, n = 1, x.shape[axis]
    while shift < n:
        x = x * _delayed(x, shift, axis)
        shift *= 2
    return x


def _delayed(x: Any, shift: int, axis: int) -> Any:
    n = x.shape[axis]
    place = ((shift, 1, n),) + tuple((0, 1, size) for size in x.shape[len(x.shape) + axis + 1 :])
    return pad(narrow(x, axis, 0, n - shift), place=place, value=1.0)


def _product_of_others(x: Any, axis: int) -> Any:
    """Multiply all but each one, without division, so that zeros are no special case, at any order."""
    before = _delayed(_running_product(x, axis), 1, axis)
    after = flip(_delayed(_running_product(flip(x, axes=(axis,)), axis), 1, axis), axes=(axis,))
    return before * after


@reduction(
    vjp=lambda g, y, x, axes: g * _product_of_others(x, axes[0]), shape=_kept, index=_onto,
    combine=lambda b, total, x: b.mul(total, x), identity=1, types=to_int64, symbol="prod",
    says="each factor gets the gradient times the product of the others",
    samples=((((3, 4),), {"axes": (-1,)}), (((2, 3, 4),), {"axes": (-2,)})),
)
def prod(x: Any, *, axes: tuple[int, ...]) -> Any:
    """Multiply along one axis, `axes=(axis,)`, keeping it."""
    return np.multiply.reduce(x, axis=axes, keepdims=True)


def _to_winners(g: Any, y: Any, x: Any, axes: tuple[int, ...]) -> Any:
    won = eq(x, y)
    return where(won, g / sum(cast(won, dtype=y.dtype), axes=axes), 0.0)


@reduction(
    vjp=_to_winners, shape=_kept, index=_onto, combine=lambda b, best, x: b.maximum(best, x), identity="lowest",
    symbol="max", says="routes the gradient to the largest; ties share it", samples=_AXES,
)
def max(x: Any, *, axes: tuple[int, ...]) -> Any:
    """Find the largest along axes, keeping them; NaN where there is one."""
    return np.maximum.reduce(x, axis=axes, keepdims=True)


@reduction(
    vjp=_to_winners, shape=_kept, index=_onto, combine=lambda b, best, x: b.minimum(best, x), identity="highest",
    symbol="min", says="routes the gradient to the smallest; ties share it", samples=_AXES,
)
def min(x: Any, *, axes: tuple[int, ...]) -> Any:
    """Find the smallest along axes, keeping them; NaN where there is one."""
    return np.minimum.reduce(x, axis=axes, keepdims=True)


def _argmax_step(b: Any, state: Any, at: Any, x: Any) -> Any:
    best, where_best = state
    better = b.logical_or(b.gt(x, best), b.logical_and(b.ne(x, x), b.eq(best, best)))
    return b.select(better, x, best), b.select(better, at, where_best)


@kernel(
    "(n)->(1)", init=lambda b, x: (b.lowest(x), b.position(0)), step=_argmax_step, result=position, symbol="argmax",
    samples=((((5,),), {}), (((3, 4),), {})), says="a position: no gradient passes",
)
def argmax(x: Any) -> Any:
    """Find where the largest of the last axis stands (the first of equals, NaN above all), keeping the axis."""
    return x.argmax(axis=-1, keepdims=True)


@kernel(
    "(n)->(n)", vjp=lambda g, y, x: flip(cumsum(flip(g, axes=(-1,))), axes=(-1,)), scan=True, types=to_int64,
    init=lambda b, x: (b.constant(0, x),), step=lambda b, state, at, x: (b.add(state[0], x),), symbol="cumsum",
    samples=((((5,),), {}), (((3, 4),), {})), says="each term gets the sum of the gradients from there on",
)
def cumsum(x: Any) -> Any:
    """Add up along the last axis, keeping every subtotal."""
    return np.cumsum(x, axis=-1, dtype=x.dtype)
