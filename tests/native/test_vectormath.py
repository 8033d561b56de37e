"""Exponentials, logarithms, squashers, waves and powers as machine code, in units in the last place."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nudge.native.ir.builder import Builder, Reg
from tests.native.vectors import Case, evaluate

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
Array = Any
LANES = {"float32": 16, "float64": 8}
WHOLE = {"float32": np.int32, "float64": np.int64}
WIDE = {"float32": np.dtype("float64"), "float64": np.dtype(np.longdouble)}
exact_enough = pytest.mark.skipif(np.finfo(np.longdouble).nmant < 60, reason="no wider float to compare with")
BOTH = ["float32", pytest.param("float64", marks=exact_enough)]


def sigmoid(x: Array) -> Array:
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e, 1) / (1 + e)


def erf(x: Array) -> Array:
    """Sum 2/√π·exp(−x²)·Σ 2ⁿx²ⁿ⁺¹/(2n+1)!!, whose terms are all of one sign."""
    size = np.minimum(np.abs(x), 6.5)
    term = total = size
    for n in range(1, 200):
        term = term * (2 * size * size / (2 * n + 1))
        total = total + term
    pi = x.dtype.type("3.14159265358979323846264338")
    return np.copysign(2 / np.sqrt(pi) * np.exp(-size * size) * total, x)


#                 the function, how many ulp at most, where most of the points lie (float32, float64)
FUNCTIONS: dict[str, tuple[Callable[[Array], Array], float, Any, Any]] = {
    "exp": (np.exp, 1.1, (-105, 90), (-750, 711)),
    "log": (np.log, 1, (0, 20), (0, 20)),
    "log1p": (np.log1p, 1, (-1, 20), (-1, 20)),
    "tanh": (np.tanh, 2.7, (-20, 20), (-30, 30)),
    "sigmoid": (sigmoid, 2.3, (-105, 90), (-750, 711)),
    "erf": (erf, 5.2, (-5, 5), (-7, 7)),
    "sin": (np.sin, 2, (-9e4, 9e4), (-9e8, 9e8)),
    "cos": (np.cos, 2, (-9e4, 9e4), (-9e8, 9e8)),
}
LIBRARY = {"float32": set(), "float64": {"exp", "log"}}  # what float64 numbers share with Python


def points(name: str, dtype: str) -> Array:
    """Draw numbers of all sizes, most of them where the function is interesting, and the edges of the dtype."""
    rng, limits = np.random.default_rng(5), np.finfo(dtype)
    low, high = FUNCTIONS[name][2 if dtype == "float32" else 3]
    some = 10.0 ** rng.uniform(np.log10(limits.smallest_subnormal), np.log10(limits.max), 20_000)
    edges = [0, limits.smallest_subnormal, limits.smallest_normal, limits.eps, 1e-8, 0.5, 1, 2, limits.max, np.inf]
    parts = [rng.uniform(low, high, 40_000), rng.normal(0, 1, 40_000), 1 + rng.normal(0, 1e-3, 20_000), some, -some,
             edges, np.negative(edges), [np.nan], np.arange(-200, 200) * (np.pi / 2)]  # fmt: skip
    return np.concatenate(parts).astype(dtype)


def distance(found: Array, exact: Array) -> Array:
    """Measure in units in the last place of what is exact; 0 where both are infinite or NaN, or equal."""
    rounded = exact.astype(found.dtype)
    unit = np.spacing(np.minimum(np.abs(rounded), np.finfo(found.dtype).max)).astype(exact.dtype)
    apart = np.abs(found.astype(exact.dtype) - exact) / unit
    equal = (found == rounded) | np.isnan(found) & np.isnan(rounded)
    return np.where(np.isfinite(rounded), apart, np.where(equal, 0, np.inf))


def same_bits(x: Array, z: Array) -> bool:
    width = WHOLE[x.dtype.name]
    return bool(((x.view(width) == z.view(width)) | np.isnan(x) & np.isnan(z)).all())


def run(name: str, x: Array, lanes: int) -> Array:
    return evaluate([Case(lambda b, x: getattr(b, name)(x), [x], x.dtype)], lanes)[0]


@pytest.mark.parametrize("dtype", BOTH)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_are_right_to_a_few_units_in_the_last_place(name: str, dtype: str) -> None:
    exact_function, most = FUNCTIONS[name][:2]
    x = points(name, dtype)
    exact = exact_function(x.astype(WIDE[dtype]))
    found = run(name, x, LANES[dtype])
    apart = distance(found, exact)
    worst = int(np.argmax(apart))
    assert apart[worst] <= most, (x[worst], found[worst], exact[worst])
    zero = (exact == 0) & (x == 0)
    np.testing.assert_array_equal(np.signbit(found[zero]), np.signbit(exact[zero]))
    scalar = run(name, x, 0)
    if name in LIBRARY[dtype]:
        assert np.max(distance(scalar, exact)) < 1
    else:
        assert same_bits(scalar, found)


@pytest.mark.parametrize("dtype", LANES)
@pytest.mark.parametrize("name", ["tanh", "erf", "sin"])
def test_odd_functions_are_odd(name: str, dtype: str) -> None:
    x = points(name, dtype)
    assert same_bits(run(name, -x, LANES[dtype]), -run(name, x, LANES[dtype]))


@pytest.mark.parametrize("dtype", LANES)
@pytest.mark.parametrize("name", ["tanh", "sin", "log1p"])
def test_what_is_tiny_stays_as_it_is(name: str, dtype: str) -> None:
    x = (10.0 ** np.linspace(-320, np.log10(np.finfo(dtype).eps / 16), 500)).astype(dtype)
    np.testing.assert_array_equal(run(name, x, LANES[dtype]), x)


def test_numbers_of_float64_have_the_bits_that_python_computes() -> None:
    x = np.random.default_rng(1).uniform(0.5, 1, 500)
    n = np.arange(500.0)
    powers, exps, logs = evaluate([
        Case(lambda b, x, n: b.pow(x, n), [x, n], "float64"),
        Case(lambda b, x: b.exp(x), [x], "float64"),
        Case(lambda b, x: b.log(x), [x], "float64"),
    ], 0)  # fmt: skip
    assert powers.tolist() == [a**k for a, k in zip(x.tolist(), n.tolist(), strict=True)]
    assert exps.tolist() == [math.exp(a) for a in x.tolist()]
    assert logs.tolist() == [math.log(a) for a in x.tolist()]


EDGES = [0.0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1e-40, -1e-40, 1e30, -1e30, 2.5, 2**24 + 2, np.inf, -np.inf, np.nan]


@pytest.mark.parametrize("dtype", LANES)
@pytest.mark.parametrize("lanes", [0, 16])
def test_powers_of_all_that_is_special(dtype: str, lanes: int) -> None:
    x, n = (part.ravel().astype(dtype) for part in np.meshgrid(EDGES, EDGES))
    expected = np.power(x.astype("float64"), n.astype("float64"))
    (found,) = evaluate([Case(lambda b, x, n: b.pow(x, n), [x, n], dtype)], lanes)
    assert np.max(distance(found, expected)) <= 1
    seen = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(found[seen]), np.signbit(expected[seen]))


def test_powers_of_float32() -> None:
    rng = np.random.default_rng(2)
    size = 40_000
    x = np.concatenate([rng.uniform(0, 50, size), 10.0 ** rng.uniform(-44, 38, size), 1 + rng.normal(0, 1e-3, size)])
    n = np.concatenate([rng.uniform(-20, 20, size), rng.uniform(-3, 3, size), rng.normal(0, 1e4, size)])
    x, n = x.astype("float32"), n.astype("float32")
    expected = np.power(x.astype("float64"), n.astype("float64"))
    (found,) = evaluate([Case(lambda b, x, n: b.pow(x, n), [x, n], "float32")], 16)
    assert np.max(distance(found, expected)) < 0.51
    (scalar,) = evaluate([Case(lambda b, x, n: b.pow(x, n), [x, n], "float32")], 0)
    assert same_bits(found, scalar)


def test_powers_of_float64_vectors_are_those_of_numbers() -> None:
    rng = np.random.default_rng(2)
    x, n = rng.uniform(0, 50, 1003), rng.uniform(-20, 20, 1003)
    found, scalar = (evaluate([Case(lambda b, x, n: b.pow(x, n), [x, n], "float64")], lanes)[0] for lanes in (8, 0))
    assert same_bits(found, scalar)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, -1, -2, 0.5, 7, -0.5])
def test_small_constant_powers(n: float) -> None:
    rng = np.random.default_rng(2)
    for dtype, lanes in (("float32", 0), ("float32", 16), ("float64", 8)):
        x = np.concatenate([EDGES, rng.normal(0, 3, 2000)]).astype(dtype)
        (found,) = evaluate([Case(lambda b, x, n: b.pow(x, n), [x, n], dtype)], lanes)
        expected = np.power(x.astype("float64"), np.full(x.shape, n))
        assert np.max(distance(found, expected)) <= 2
        seen = ~np.isnan(expected)
        np.testing.assert_array_equal(np.signbit(found[seen]), np.signbit(expected[seen]))


@pytest.mark.parametrize("dtype", ["int32", "int64"])
@pytest.mark.parametrize("lanes", [0, 16])
def test_powers_of_whole_numbers(dtype: str, lanes: int) -> None:
    x = np.random.default_rng(2).integers(-(2**31), 2**31, 100).astype(dtype)
    small = np.arange(100, dtype=dtype) % 9
    cubes, mixed = evaluate([
        Case(lambda b, x: b.pow(x, b.constant(3, x)), [x], dtype),
        Case(lambda b, x, n: b.pow(x, n), [small, small], dtype),
    ], lanes)  # fmt: skip
    np.testing.assert_array_equal(cubes, x**3)  # they wrap around as NumPy's do
    np.testing.assert_array_equal(mixed, small**small)


@pytest.mark.parametrize("z", [1, 3, 49, -7, 0.1, 1e30, 3e38, 1.5e-38, 1 - 2**-24, 0.0, -0.0, np.inf, -np.inf, np.nan])
def test_many_numbers_are_divided_by_one_as_each_is(z: float) -> None:
    rng = np.random.default_rng(2)
    some = np.concatenate([EDGES, np.arange(200), rng.normal(size=2000), 10.0 ** rng.uniform(-25, 38, 2000)])
    x = np.where(np.abs(some) < 1e-38, 0, some).astype("float32")
    one = np.float32(z)

    def divided(b: Builder, x: Reg, z: Reg) -> Reg:
        return b.div(x, b.lane(z, 0) if z.lanes else z)  # the same in all lanes

    (found,) = evaluate([Case(divided, [x, np.full(x.shape, one)], "float32")], 16)
    expected = x / one
    seen = np.abs(expected) > 1e-30
    same = (found == expected) | (np.isnan(found) & np.isnan(expected)) | ~seen
    assert np.all(same), list(zip(x[~same], found[~same], expected[~same], strict=True))[:5]
    np.testing.assert_allclose(found, np.where(seen, expected, found), rtol=1e-6)


@pytest.mark.parametrize("type", ["<16 x float>", "<8 x double>"])
def test_a_function_stands_once_in_the_module_and_calls_no_library(type: str) -> None:
    b = Builder()
    x = Reg(b, "%x", type)
    for name in ("exp", "log", "log1p", "tanh", "sigmoid", "erf"):
        for _ in range(3):
            getattr(b, name)(x)
    assert len(b.lines) == 18
    assert sum(text.startswith("define") for text in b.declared) == 6
    assert all("@llvm." in text for text in b.declared if text.startswith("declare"))
    assert max(text.count("\n") for text in b.declared) <= 45
