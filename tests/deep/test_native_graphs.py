"""Random graphs with gradients in machine code, many of them."""

from __future__ import annotations

import pytest

from tests.native.apart import apart
from tests.native.test_graphs import how_far


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("count", [10, 30, 100, 200])
@apart(600)
def test_random_graphs(count, dtype):
    for seed in range(1000, 1000 + 4000 // count):
        assert how_far(seed, count, dtype) <= 10, seed
