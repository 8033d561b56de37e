"""`where` on many values goes by their bits: the same answers, whatever the values and however they lie."""

from __future__ import annotations

import numpy as np
import pytest

from nudge import ops
from nudge.ops import select


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("otherwise", [0.0, -0.0, 1.0])
def test_where_on_many_values(dtype: type, otherwise: float) -> None:
    r = np.random.default_rng(0)
    x = r.normal(size=(60, 40)).astype(dtype)
    x[::7], x[1::7], x[2::7], x[3::7] = np.nan, np.inf, -0.0, -np.inf
    mask = r.random((60, 40)) < 0.5
    for a, m in ((x, mask), (x.T, mask.T), (x[::2], mask[::2]), (x[:, ::-1], mask[:, ::3].repeat(3, 1)[:, :40])):
        found = ops.where(m, a, otherwise)
        expected = np.where(m, a, dtype(otherwise))
        assert found.dtype == expected.dtype
        assert np.array_equal(found, expected, equal_nan=True)
        assert np.array_equal(np.signbit(found[m]), np.signbit(expected[m]))
        assert np.array_equal(np.signbit(found[~m]), np.signbit(expected[~m]))


def test_many_and_few_go_their_own_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    masked = select._masked
    monkeypatch.setattr(select, "_masked", lambda c, x: (seen.append(x.size), masked(c, x))[1])
    for n in (10, select._MANY, 10 * select._MANY):
        ops.where(np.ones(n, bool), np.ones(n, np.float32), 0.0)
    assert seen == [10 * select._MANY]
