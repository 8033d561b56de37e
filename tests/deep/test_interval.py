"""How often 95 % intervals hold the truth, counted on drawn data whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from nudge.train import score

TIMES = 2000


@pytest.mark.parametrize("n", [20, 100, 1000])
@pytest.mark.parametrize("p", [0.5, 0.9, 0.99])
def test_of_an_accuracy(n: int, p: float) -> None:
    r = np.random.default_rng(0)
    truth = np.ones(n)
    held = 0
    for _ in range(TIMES):
        low, high = score.accuracy_interval(truth, (r.random(n) < p).astype(float))
        held += low <= p <= high
    # Few examples can be right in few ways: there the share goes up and down around 95 % (Brown, Cai & DasGupta, 2001).
    assert 0.92 <= held / TIMES <= 0.995


@pytest.mark.parametrize("tails", ["normal", "t"])
@pytest.mark.parametrize("n", [50, 200, 1000])
def test_of_r2(n: int, tails: str) -> None:
    r = np.random.default_rng(1)
    held = 0
    for _ in range(TIMES):
        x = r.normal(size=n)
        noise = r.normal(size=n) if tails == "normal" else r.standard_t(8, n) / np.sqrt(8 / 6)
        low, high = score.r2_interval(x + noise, x)
        held += low <= 0.5 <= high
    assert 0.90 <= held / TIMES <= 0.97


def test_of_examples_that_come_in_groups() -> None:
    """Groups of ten that are right or wrong together: without them the interval is far too narrow."""
    r = np.random.default_rng(2)
    truth, groups = np.ones(400), np.repeat(np.arange(40), 10)
    held = alone = 0
    for _ in range(TIMES):
        said = np.repeat(r.random(40) < 0.7, 10).astype(float)
        low, high = score.accuracy_interval(truth, said, groups)
        held += low <= 0.7 <= high
        low, high = score.accuracy_interval(truth, said)
        alone += low <= 0.7 <= high
    assert 0.92 <= held / TIMES <= 0.97
    assert alone / TIMES < 0.6
