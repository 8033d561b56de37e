"""The fused multiply-add against exact fractions, rounded by Python."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudge.fma import fused_multiply_add

FLOAT64 = st.floats(2.0**-60, 2.0**60) | st.floats(-(2.0**60), -(2.0**-60))
FLOAT32 = FLOAT64.map(np.float32)


def nearest_float32(value: Fraction) -> np.float32:
    """Round a fraction once: of the two neighbours the nearer, of equally near ones the even."""
    guess = np.float32(float(value))
    near = [np.nextafter(guess, np.float32(-np.inf)), guess, np.nextafter(guess, np.float32(np.inf))]
    return min(near, key=lambda x: (abs(Fraction(float(x)) - value), int(x.view(np.int32)) & 1))


@given(FLOAT64, FLOAT64, FLOAT64)
def test_float64_rounds_once(x: float, y: float, z: float) -> None:
    exact = float(Fraction(x) * Fraction(y) + Fraction(z))
    assert fused_multiply_add(np.array([x]), np.float64(y), np.float64(z))[0] == exact


@given(FLOAT32, FLOAT32, FLOAT32)
def test_float32_rounds_once(x: np.float32, y: np.float32, z: np.float32) -> None:
    exact = nearest_float32(Fraction(float(x)) * Fraction(float(y)) + Fraction(float(z)))
    fused = fused_multiply_add(np.array([x]), y, z)
    assert fused.dtype == np.float32
    assert fused[0] == exact


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("shift", [2.0**-80, -(2.0**-80)])
def test_float32_just_beside_the_middle_is_not_rounded_twice(sign: int, shift: float) -> None:
    # (1 + 2**-12)**2 lies in the middle between two float32 numbers; float64 loses the shift that breaks the tie.
    x = np.float32(1 + 2.0**-12)
    fused = fused_multiply_add(np.array([x]), sign * x, np.float32(sign * shift))[0]
    expected = nearest_float32(sign * (Fraction(float(x)) ** 2 + Fraction(shift)))
    assert fused == expected
    assert np.float32(np.float64(x) ** 2 * sign + shift * sign) == sign * np.float32(1 + 2.0**-11)


@pytest.mark.parametrize("shift", [2.0**-120, -(2.0**-120)])
def test_float64_just_beside_the_middle_is_not_rounded_twice(shift: float) -> None:
    x, y = 1 + 2.0**-26, 1 + 2.0**-27  # their product lies in the middle between two float64 numbers
    expected = float(Fraction(x) * Fraction(y) + Fraction(shift))
    assert fused_multiply_add(np.array([x]), np.float64(y), np.float64(shift))[0] == expected


@pytest.mark.parametrize("scale", [1.7e308, 2.0**-200])
def test_float64_splits_large_and_small_factors_exactly(scale: float) -> None:
    x = (np.arange(1000) * 0x1E3779B97F4A7C % 2**53) * 2.0**-53
    expected = [float(Fraction(u) * Fraction(scale) + Fraction(scale / 3)) for u in x.tolist() if u < 0.6]
    np.testing.assert_array_equal(
        fused_multiply_add(x[x < 0.6], np.float64(scale), np.float64(scale / 3)), np.array(expected)
    )
