"""Functions of one number: exponentials, squashers, waves, steps, and the cast from one dtype to another."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..op import POSITIVE, Interval, elementwise, no_bool, to_float


@elementwise(
    slope=(lambda y, x: y,), scalar=math.exp, lower=lambda b, x: b.exp(x), types=to_float, symbol="exp",
    says="grows by its own value: the slope is the output", domain=(Interval(-20, 20),),
)
def exp(x: Any) -> Any:
    """Raise e to the power x."""
    return np.exp(x)


@elementwise(
    slope=(lambda y, x: 1 / x,), scalar=math.log, lower=lambda b, x: b.log(x), types=to_float, symbol="log",
    says="compresses: near 0 a little turn changes much", domain=(POSITIVE,),
)
def log(x: Any) -> Any:
    """Take the natural logarithm."""
    return np.log(x)


@elementwise(
    slope=(lambda y, x: 1 / (1 + x),), scalar=math.log1p, lower=lambda b, x: b.log1p(x), types=to_float,
    symbol="log1p", says="a logarithm that keeps small numbers exact", domain=(Interval(low=-1),),
)
def log1p(x: Any) -> Any:
    """Take log(1 + x), exact for small x."""
    return np.log1p(x)


@elementwise(
    slope=(lambda y, x: 0.5 / y,), scalar=math.sqrt, lower=lambda b, x: b.sqrt(x), types=to_float, symbol="sqrt",
    says="compresses; at 0 its slope is infinite", domain=(POSITIVE,),
)
def sqrt(x: Any) -> Any:
    """Take the square root."""
    return np.sqrt(x)


@elementwise(
    slope=(lambda y, x: 1 - y * y,), scalar=math.tanh, lower=lambda b, x: b.tanh(x), types=to_float, symbol="tanh",
    says="squashes into (-1, 1); where it is saturated, little gradient passes",
)
def tanh(x: Any) -> Any:
    """Squash x into (-1, 1)."""
    return np.tanh(x)



@elementwise(
    slope=(lambda y, x: y * (1 - y),), scalar=lambda x: 1 / (1 + math.exp(-x)), lower=lambda b, x: b.sigmoid(x),
    types=to_float, symbol="sigmoid", says="squashes into (0, 1); it passes a quarter of the gradient at most",
)
def sigmoid(x: Any) -> Any:
    """Squash x into (0, 1): 1 / (1 + exp(−x))."""
    return 1 / (1 + np.exp(-x))


@elementwise(
    slope=(lambda y, x: cos(x),), scalar=math.sin, lower=lambda b, x: b.sin(x), types=to_float, symbol="sin",
    says="waves: the slope is the cosine",
)
def sin(x: Any) -> Any:
    """Take the sine (radians)."""
    return np.sin(x)


@elementwise(
    slope=(lambda y, x: -sin(x),), scalar=math.cos, lower=lambda b, x: b.cos(x), types=to_float, symbol="cos",
    says="waves: the slope is minus the sine",
)
def cos(x: Any) -> Any:
    """Take the cosine (radians)."""
    return np.cos(x)


# erf(x) = x·P(x²) below 1, and 1 − exp(−x²)·Q((x − 2.25)/(x + 2.25)) from 1 to 6, beyond which it is 1 in
# float64: Chebyshev interpolants of degree 12 and 19, within one unit in the last place.
_NEAR = (
    1.1283791670955126, -0.3761263890318375, 0.11283791670954879, -0.026866170645076792, 0.0052239776248180145,
    -0.000854832698083379, 0.0001205533111164271, -1.4925595266831182e-05, 1.6461000484121368e-06,
    -1.6350312701054695e-07, 1.4659775274047436e-08, -1.1372848856791674e-09, 5.957176147748911e-11,
)
_FAR = (
    0.23108725873039188, -0.3981892626393712, 0.2496614424274306, -0.10505063893636686, 0.02168877576569618,
    0.003393243052891544, -0.002767949854634439, -0.00018635040726612241, 0.0003814217249899733,
    4.5552784698766774e-05, -5.824155189582019e-05, -1.6613315513706844e-05, 7.76471471908813e-06,
    5.090701077197394e-06, -2.4859376480229476e-07, -1.185910772082528e-06, -3.348872299885931e-07,
    1.7334509688255658e-07, 1.2472606036715089e-07, -1.4847433841578147e-08,
)


@elementwise(
    slope=(lambda y, x: 2 / math.sqrt(math.pi) * exp(-x * x),), scalar=math.erf, lower=lambda b, x: b.erf(x),
    types=to_float, symbol="erf", says="squashes into (-1, 1), as the bell curve's area grows",
)
def erf(x: Any) -> Any:
    """Take the error function, 2/√π times the integral of exp(−t²) from 0 to x."""
    x = np.asarray(x)
    size = np.minimum(np.abs(x), 6)
    square, far = np.minimum(size, 1) ** 2, np.maximum(size, 1)
    near = size * np.polynomial.polynomial.polyval(square, _NEAR)
    tail = np.exp(-far * far) * np.polynomial.polynomial.polyval((far - 2.25) / (far + 2.25), _FAR)
    return np.copysign(np.where(size < 1, near, 1 - tail), x).astype(x.dtype, copy=False)


def _sign_float(x: float) -> float:
    return float(x > 0) - float(x < 0) if x == x else x


@elementwise(
    slope=(False,), scalar=_sign_float, lower=lambda b, x: b.sign(x), types=no_bool, symbol="sign",
    says="a step: no gradient passes",
)
def sign(x: Any) -> Any:
    """Tell the sign: −1, 0 or 1."""
    return np.sign(x)


@elementwise(
    slope=(lambda y, x: sign(x),), scalar=abs, lower=lambda b, x: b.abs(x), types=no_bool, dunder="abs", symbol="abs",
    says="passes the gradient, turned where the input is negative",
)
def absolute(x: Any) -> Any:
    """Drop the sign."""
    return np.abs(x)


def _floor_float(x: float) -> float:
    return float(math.floor(x))


@elementwise(
    slope=(False,), scalar=_floor_float, lower=lambda b, x: b.floor(x), types=no_bool, symbol="floor",
    says="a staircase: no gradient passes",
)
def floor(x: Any) -> Any:
    """Round down to a whole number."""
    return np.floor(x)


@elementwise(
    slope=(lambda y, x, dtype: 1.0,), lower=lambda b, x, dtype: b.cast(x, dtype), symbol="cast",
    says="changes the dtype; the gradient is cast back",
)
def cast(x: Any, *, dtype: Any) -> Any:
    """Copy in a dtype, in row-major order; floats are cut towards zero to become integers."""
    return np.array(x, dtype=dtype, order="C")
