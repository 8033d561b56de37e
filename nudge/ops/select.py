"""Choosing: comparisons, logic, where, the larger and the smaller of two."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from ..op import NONZERO, REAL, Interval, elementwise, no_bool, truth
from .functions import cast

_PAIR = {"domain": (REAL, REAL)}
_CHOICE = "a yes or no: no gradient passes"


@elementwise(
    scalar=operator.eq, lower=lambda b, x, z: b.eq(x, z), result=truth, dunder="eq", symbol="==", says=_CHOICE,
    **_PAIR,
)
def eq(x: Any, z: Any) -> Any:
    """Tell where the two are equal."""
    return np.equal(x, z)


@elementwise(
    scalar=operator.ne, lower=lambda b, x, z: b.ne(x, z), result=truth, dunder="ne", symbol="!=", says=_CHOICE,
    **_PAIR,
)
def ne(x: Any, z: Any) -> Any:
    """Tell where the two differ."""
    return np.not_equal(x, z)


@elementwise(
    scalar=operator.lt, lower=lambda b, x, z: b.lt(x, z), result=truth, dunder="lt", symbol="<", says=_CHOICE,
    **_PAIR,
)
def lt(x: Any, z: Any) -> Any:
    """Tell where the first is less."""
    return np.less(x, z)


@elementwise(
    scalar=operator.le, lower=lambda b, x, z: b.le(x, z), result=truth, dunder="le", symbol="<=", says=_CHOICE,
    **_PAIR,
)
def le(x: Any, z: Any) -> Any:
    """Tell where the first is less or equal."""
    return np.less_equal(x, z)


@elementwise(
    scalar=operator.gt, lower=lambda b, x, z: b.gt(x, z), result=truth, dunder="gt", symbol=">", says=_CHOICE,
    **_PAIR,
)
def gt(x: Any, z: Any) -> Any:
    """Tell where the first is greater."""
    return np.greater(x, z)


@elementwise(
    scalar=operator.ge, lower=lambda b, x, z: b.ge(x, z), result=truth, dunder="ge", symbol=">=", says=_CHOICE,
    **_PAIR,
)
def ge(x: Any, z: Any) -> Any:
    """Tell where the first is greater or equal."""
    return np.greater_equal(x, z)


@elementwise(
    scalar=lambda x, z: bool(x) and bool(z), lower=lambda b, x, z: b.logical_and(b.truth(x), b.truth(z)), types=truth,
    symbol="and", says=_CHOICE, **_PAIR,
)
def logical_and(x: Any, z: Any) -> Any:
    """Tell where both hold."""
    return np.logical_and(x, z)


@elementwise(
    scalar=lambda x, z: bool(x) or bool(z), lower=lambda b, x, z: b.logical_or(b.truth(x), b.truth(z)), types=truth,
    symbol="or", says=_CHOICE, **_PAIR,
)
def logical_or(x: Any, z: Any) -> Any:
    """Tell where at least one holds."""
    return np.logical_or(x, z)


@elementwise(
    scalar=operator.not_, lower=lambda b, x: b.logical_not(b.truth(x)), types=truth, symbol="not", says=_CHOICE,
)
def logical_not(x: Any) -> Any:
    """Tell where it does not hold."""
    return np.logical_not(x)


def _holds(condition: Any) -> Any:
    """Read a condition as a mask."""
    if isinstance(condition, (bool, int, float)):
        return bool(condition)
    return condition if condition.dtype == bool else ne(condition, 0)


@elementwise(
    slope=(None, lambda y, c, x, z: _holds(c), lambda y, c, x, z: logical_not(c)), scalar=lambda c, x, z: x if c else z,
    lower=lambda b, c, x, z: b.select(b.truth(c), x, z), data=slice(1, 3), symbol="where",
    says="a switch: the gradient goes to the branch that was taken", domain=(NONZERO, REAL, REAL),
)
def where(condition: Any, x: Any, z: Any) -> Any:
    """Take x where the condition holds, z elsewhere."""
    if type(z) is float and z == 0.0 and math.copysign(1.0, z) > 0 and _are_many_bits(condition, x):
        return _masked(condition, x)
    return np.where(condition, x, z)


_WIDTHS = {np.dtype(np.float32): np.int32, np.dtype(np.float64): np.int64}
_MANY = 500  # values, from which on looking at bits is quicker


def _are_many_bits(condition: Any, x: Any) -> bool:
    """Tell whether both are large arrays of one shape, and x of a float that is as wide as an integer."""
    return (
        type(condition) is np.ndarray and type(x) is np.ndarray and x.size > _MANY and condition.shape == x.shape
        and condition.dtype == bool and x.dtype in _WIDTHS
    )  # fmt: skip


def _masked(condition: Any, x: Any) -> Any:
    """Keep x where the condition holds, 0 elsewhere, by its bits: `np.where` stumbles where an uneven mask changes."""
    width = _WIDTHS[x.dtype]
    return (x.view(width) & np.negative(condition.view(np.int8)).astype(width)).view(x.dtype)


def _larger(x: float, z: float) -> float:
    return x if x >= z or x != x else z


def _smaller(x: float, z: float) -> float:
    return x if x <= z or x != x else z


def _share(y: Any, lost: Any, mine: Any, other: Any) -> Any:
    """Select where mine did not lose, so that NaN passes; where it is a tie, halve."""
    tie = eq(mine, other)
    return logical_not(lost), 1 - 0.5 * (cast(tie, dtype=y.dtype) if hasattr(y, "dtype") else tie)


@elementwise(
    slope=(lambda y, x, z: _share(y, lt(x, z), x, z), lambda y, x, z: _share(y, lt(z, x), z, x)), scalar=_larger,
    lower=lambda b, x, z: b.maximum(x, z), symbol="maximum", says="routes the gradient to the larger; a tie shares it",
    **_PAIR,
)
def maximum(x: Any, z: Any) -> Any:
    """Take the larger of the two; NaN where either is."""
    return np.maximum(x, z)


@elementwise(
    slope=(lambda y, x, z: _share(y, gt(x, z), x, z), lambda y, x, z: _share(y, gt(z, x), z, x)), scalar=_smaller,
    lower=lambda b, x, z: b.minimum(x, z), symbol="minimum", says="routes the gradient to the smaller; a tie shares it",
    **_PAIR,
)
def minimum(x: Any, z: Any) -> Any:
    """Take the smaller of the two; NaN where either is."""
    return np.minimum(x, z)


@elementwise(
    slope=(lambda y, x: ne(y, 0.0),), scalar=lambda x: x if x > 0 or x != x else 0.0,
    lower=lambda b, x: b.maximum(x, b.constant(0, x)), types=no_bool, symbol="relu",
    says="a gate: open where the input is positive, closed elsewhere",
)
def relu(x: Any) -> Any:
    """Keep what is positive, 0 elsewhere."""
    return np.maximum(x, 0)


@elementwise(
    slope=(
        lambda y, x, low, high: logical_and(ge(x, low), le(x, high)),
        lambda y, x, low, high: logical_and(lt(x, low), lt(low, high)),
        lambda y, x, low, high: logical_or(gt(x, high), gt(low, high)),
    ),
    scalar=lambda x, low, high: _smaller(_larger(x, low), high),
    lower=lambda b, x, low, high: b.minimum(b.maximum(x, low), high),
    symbol="clamp", says="passes the gradient inside of the bounds, and to the bound outside of them",
    domain=(REAL, Interval(high=-0.5), Interval(low=0.5)),
)
def clamp(x: Any, low: Any, high: Any) -> Any:
    """Bound x from below and above."""
    return np.minimum(np.maximum(x, low), high)
