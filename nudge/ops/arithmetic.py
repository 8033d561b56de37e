"""Arithmetic: + − × ÷, power, and a neuron's weighted sum."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from ..errors import UsageError
from ..op import NONZERO, POSITIVE, REAL, elementwise, no_bool, to_float
from .functions import log
from .select import eq, ge, logical_and, ne, where


@elementwise(
    slope=(1.0, 1.0), scalar=operator.add, lower=lambda b, x, z: b.add(x, z), dunder="add", symbol="+",
    says="add distributes: each input gets the whole gradient", domain=(REAL, REAL),
)
def add(x: Any, z: Any) -> Any:
    """Add, with broadcasting."""
    return np.add(x, z)


@elementwise(
    slope=(1.0, -1.0), scalar=operator.sub, lower=lambda b, x, z: b.sub(x, z), types=no_bool, dunder="sub", symbol="-",
    says="subtract distributes, and turns the sign for what is taken away", domain=(REAL, REAL),
)
def sub(x: Any, z: Any) -> Any:
    """Subtract, with broadcasting."""
    return np.subtract(x, z)


@elementwise(
    slope=(lambda y, x, z: z, lambda y, x, z: x), scalar=operator.mul, lower=lambda b, x, z: b.mul(x, z),
    dunder="mul", symbol="*", domain=(REAL, REAL),
    says="multiply switches: each input gets the gradient times the other",
)
def mul(x: Any, z: Any) -> Any:
    """Multiply, with broadcasting."""
    return np.multiply(x, z)


@elementwise(
    slope=(lambda y, x, z: 1 / z, lambda y, x, z: -y / z), scalar=operator.truediv,
    lower=lambda b, x, z: b.div(x, z), types=to_float, dunder="truediv", symbol="/",
    says="divide scales the numerator's gradient by 1/z, and the denominator's by −y/z", domain=(REAL, NONZERO),
)
def div(x: Any, z: Any) -> Any:
    """Divide; integers divide to float32."""
    return np.true_divide(x, z)


@elementwise(
    slope=(-1.0,), scalar=operator.neg, lower=lambda b, x: b.neg(x), types=no_bool, dunder="neg", symbol="-",
    says="negate turns the sign",
)
def neg(x: Any) -> Any:
    """Turn the sign."""
    return np.negative(x)


def _base_slope(y: Any, x: Any, n: Any) -> Any:
    if isinstance(n, (int, float)):
        return n * pow(x, n - 1) if n else False
    return ne(n, 0.0), n * pow(x, n - 1)


@elementwise(
    slope=(_base_slope, lambda y, x, n: where(logical_and(eq(x, 0.0), ge(n, 0.0)), 0.0, y * log(x))),
    scalar=math.pow, lower=lambda b, x, n: b.pow(x, n), types=no_bool, dunder="pow", symbol="**",
    says="a power scales by n·x**(n−1)", domain=(POSITIVE, REAL),
)
def pow(x: Any, n: Any) -> Any:
    """Raise to a power. Raises UsageError for a whole number by a negative whole number."""
    try:
        return np.power(x, n)
    except ValueError:
        raise UsageError("pow of whole numbers by a negative one is no whole number: cast with .float()") from None


def _divided(b: Any, x: Any, z: Any) -> tuple[Any, Any]:
    """Find what division towards zero leaves, and whether rounding down instead leaves z more."""
    rest, zero = b.rem(x, z), b.constant(0, x)
    return rest, b.logical_and(b.ne(rest, zero), b.ne(b.lt(rest, zero), b.lt(z, zero)))


def _remainder_lower(b: Any, x: Any, z: Any) -> Any:
    rest, turned = _divided(b, x, z)
    return b.select(turned, b.add(rest, z), rest)


def _floor_divide_lower(b: Any, x: Any, z: Any) -> Any:
    rest, turned = _divided(b, x, z)
    whole = b.div(b.sub(x, rest), z)
    whole = b.select(turned, b.sub(whole, b.constant(1, whole)), whole)
    below = b.floor(whole)
    nearest = b.select(b.gt(b.sub(whole, below), b.constant(0.5, whole)), b.add(below, b.constant(1, whole)), below)
    return b.select(b.eq(z, b.constant(0, z)), b.div(x, z), nearest)


@elementwise(
    slope=(False, False), scalar=operator.floordiv, lower=_floor_divide_lower, types=no_bool,
    dunder="floordiv", symbol="//", says="a staircase: no gradient passes", domain=(REAL, NONZERO),
)
def floor_divide(x: Any, z: Any) -> Any:
    """Divide and round down; integers stay integers, exactly."""
    return np.floor_divide(x, z)


@elementwise(
    slope=(1.0, lambda y, x, z: -floor_divide(x, z)), scalar=operator.mod, lower=_remainder_lower, types=no_bool,
    dunder="mod", symbol="%", says="a saw: it climbs with x, and falls with z once for every time that z fits",
    domain=(REAL, NONZERO),
)
def remainder(x: Any, z: Any) -> Any:
    """Find what floor division leaves: x − (x // z)·z, of z's sign."""
    return np.remainder(x, z)


def _dot_floats(b: float, *wx: float) -> float:
    half = len(wx) // 2
    return sum(map(operator.mul, wx[:half], wx[half:]), b)


def _dot_lower(b: Any, bias: Any, *wx: Any) -> Any:
    half = len(wx) // 2
    for w, x in zip(wx[:half], wx[half:], strict=True):
        bias = b.add(bias, b.mul(w, x))
    return bias


@elementwise(
    slope=lambda y, b, *wx: (1.0, *wx[len(wx) // 2 :], *wx[: len(wx) // 2]), scalar=_dot_floats, lower=_dot_lower,
    variadic=True, composed=True, symbol="dot", domain=(REAL,) * 5,
    says="a weighted sum gives each weight the gradient times its input, and each input the gradient times its weight",
)
def dot(b: Any, *wx: Any) -> Any:
    """Weigh and sum: b + w₁x₁ + … + wₙxₙ, the arguments b, w₁ … wₙ, x₁ … xₙ; what a neuron does before it squashes."""
    half = len(wx) // 2
    for w, x in zip(wx[:half], wx[half:], strict=True):
        b = b + w * x
    return b
