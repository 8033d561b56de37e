"""Multiply and add with one rounding, as the instruction of that name does, in NumPy.

C compilers fuse `x * y + z` where the processor can, and the last bit shows it. To have the bits of such a program, the
exact result is built here from sums and products whose rounding error is known, and rounded once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Float64s = NDArray[np.float64]


def fused_multiply_add(x: Array, y: Array | np.floating[Any], z: Array | np.floating[Any]) -> Array:
    """Return x * y + z, rounded once to the dtype of x: float32 or float64, finite and away from its limits.

    The three broadcast.

    Boldo and Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd" (2008).

    >>> x = np.array([1 + 2**-30])
    >>> fused_multiply_add(x, x[0], np.float64(-1)) == 2**-29 + 2**-60
    array([ True])
    >>> x * x - 1 == 2**-29 + 2**-60
    array([False])
    """
    factor, shift = np.asarray(y, np.float64), np.asarray(z, np.float64)
    if x.dtype == np.float32:
        product = x.astype(np.float64) * factor  # 24 bits times 24 bits: exact
        total = np.asarray(product + shift)
        product, shift = np.broadcast_to(product, total.shape), np.broadcast_to(shift, total.shape)
        # Only in the middle between two float32 numbers can what float64 has lost decide where a number is rounded to.
        middle = total.view(np.int64) & (2**29 - 1) == 2**28
        total[middle] = _to_odd(*_two_sum(product[middle], shift[middle]))
        return total.astype(np.float32)
    product, product_error = _two_product(x, factor)
    low, low_error = _two_sum(product_error, shift)
    high, high_error = _two_sum(product, low)
    return high + _to_odd(*_two_sum(low_error, high_error))


def _two_sum(a: Float64s, b: Float64s) -> tuple[Float64s, Float64s]:
    """Return the rounded sum and its error (Knuth)."""
    total = a + b
    b_part = total - a
    return total, (a - (total - b_part)) + (b - b_part)


def _two_product(a: Float64s, b: Float64s) -> tuple[Float64s, Float64s]:
    """Return the rounded product and its error (Dekker)."""
    product = a * b
    (a_high, a_low), (b_high, b_low) = _halves(a), _halves(b)
    return product, (((a_high * b_high - product) + a_high * b_low) + a_low * b_high) + a_low * b_low


def _halves(a: Float64s) -> tuple[Float64s, Float64s]:
    """Split numbers of 53 bits into sums of two of 26, whose products are exact."""
    high = ((a.view(np.int64) + 2**26) & -(2**27)).view(np.float64)
    return high, a - high


def _to_odd(total: Float64s, error: Float64s) -> Float64s:
    """Round a sum to odd: one that is not exact gets an odd last bit, so that a second rounding cannot mistake it."""
    bits = total.view(np.int64)
    even_and_inexact = (error != 0) & (bits & 1 == 0)
    away_from_zero = np.signbit(total) == np.signbit(error)
    odd: Float64s = (bits + even_and_inexact * np.where(away_from_zero, 1, -1)).view(np.float64)
    return odd
