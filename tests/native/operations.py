"""Calls of every row of the table, as one module: what the tests here and in tests/deep draw."""

from __future__ import annotations

import random

import numpy as np

from nudge.dtype import is_float
from nudge.op import TABLE, Elementwise
from tests.calls import call, filled
from tests.native.together import Case, with_gradients
from tests.test_property import SPECIAL
from tests.test_table import ROWS, differentiable, refuses

# Not among them: numbers below the smallest normal one, for machine code counts those as 0; nor numbers so near it
# that a division by them leaves one (a rest is a whole multiple of the divisor's last place).
EXTREMES = (*(x for x in SPECIAL if not 0 < abs(x) < 1e-300), 3e-31, -1.5e-31, 3e38)
ORDERLESS = (np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 0.5, 2.0)  # no sum of these depends on its order
TOLERANCE = {"float32": 2e-5, "float64": 1e-12}


def calls(r: random.Random, dtype: str) -> list[Case]:
    """Draw a call of every row that takes the dtype, with its gradients; some are broadcast, and some are empty."""
    cases = []
    for name in ROWS:
        op = TABLE[name]
        if not is_float(np.dtype(dtype)) and refuses(op, dtype):
            continue
        shapes, params = call(r, op, empty=r.random() < 0.2)
        given = filled(op, shapes, np.random.default_rng(r.randrange(2**32)))
        arrays = [arg.astype(dtype) if is_float(arg.dtype) else arg for arg in given]
        if not is_float(np.dtype(dtype)):
            arrays = [np.abs(np.round(3 * arg)).astype(dtype) if is_float(arg.dtype) else arg for arg in given]
        where = differentiable(op, arrays)
        f = _pulled(op, params, where) if where else lambda *xs, op=op, params=params: op(*xs, **params)
        cases.append(Case(f"{name} of {[a.shape for a in arrays]}, {params}", f, arrays, tolerance=tolerance(dtype)))
    return cases


def tolerance(dtype: str) -> float:
    return TOLERANCE.get(dtype, 2e-6)


def _pulled(op, params, where):
    def apart(*xs):
        whole = list(xs[len(where) :])
        for k, x in zip(where, xs, strict=False):
            whole.insert(k, x)
        return op(*whole, **params)

    pulled = with_gradients(apart, len(where))

    def run(*xs):
        return pulled(*(xs[k] for k in where), *(x for k, x in enumerate(xs) if k not in where))

    return run


def extremes(r: random.Random, dtype: str) -> list[Case]:
    """Draw a call of every row of floats on infinities, NaN, zeros of both signs, and the huge and the tiny."""
    cases, rng = [], np.random.default_rng(r.randrange(2**32))
    for name in sorted(ROWS):
        op = TABLE[name]
        shapes, params = call(r, op)
        among = EXTREMES if isinstance(op, Elementwise) else ORDERLESS
        arrays = [a if isinstance(a, np.ndarray) else _chosen(rng, among, a, dtype) for a in shapes]
        smallest = float(np.finfo(dtype).smallest_normal)  # below, machine code may say 0
        what = f"{name} of {[a.tolist() for a in arrays]}, {params}"
        f = lambda *xs, op=op, params=params: op(*xs, **params)  # noqa: E731
        cases.append(Case(what, f, arrays, tolerance=tolerance(dtype), absolute=2 * smallest))
    return cases


def _chosen(rng, among, shape, dtype):
    drawn = rng.choice(among, shape).astype(dtype)
    return np.where(np.abs(drawn) < np.finfo(dtype).smallest_normal, 0, drawn).astype(dtype)
