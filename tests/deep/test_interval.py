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


@pytest.mark.parametrize("n", [5, 10, 20])
@pytest.mark.parametrize("noise", ["normal", "skewed"])
def test_of_r2_with_few_examples(n: int, noise: str) -> None:
    """The delta method is for many; of few, the interval is known to hold the truth less often."""
    r = np.random.default_rng(3)
    draw = r.normal if noise == "normal" else lambda size: r.exponential(size=size) - 1
    held = 0
    for _ in range(TIMES):
        x, e = draw(size=n), draw(size=n)
        low, high = score.r2_interval(x + e, x)
        held += low <= 0.5 <= high
    assert (0.88 if noise == "normal" else 0.8) <= held / TIMES <= 0.97


@pytest.mark.parametrize("groups", [3, 5, 15, 25, 40])
@pytest.mark.parametrize("p", [0.7, 0.95])
@pytest.mark.parametrize("alike", [0.1, 0.5, 1.0])
def test_of_an_accuracy_by_few_groups(groups: int, p: float, alike: float) -> None:
    """Ten examples a group, whose correlation is `alike`; worst where that is middling and most are right."""
    r = np.random.default_rng(4)
    names, held = np.repeat(np.arange(groups), 10), 0
    for _ in range(TIMES):
        odds = (1 - alike) / alike
        chance = r.beta(p * odds, (1 - p) * odds, groups) if odds else (r.random(groups) < p).astype(float)
        right = (r.random(10 * groups) < chance[names]).astype(float)
        low, high = score.accuracy_interval(np.ones(10 * groups), right, names)
        held += low <= p <= high
    assert held / TIMES >= (0.86 if alike == 0.5 else 0.93)


@pytest.mark.parametrize("groups", [3, 5, 10, 40])
def test_of_r2_by_few_groups(groups: int) -> None:
    r = np.random.default_rng(5)
    names, held = np.repeat(np.arange(groups), 10), 0
    for _ in range(TIMES):
        x = r.normal(size=groups)[names] + 0.3 * r.normal(size=10 * groups)
        e = 0.7 * r.normal(size=groups)[names] + 0.5 * r.normal(size=10 * groups)
        low, high = score.r2_interval(x + e, x, names)
        held += low <= 1 - 0.74 / (1.09 + 0.74) <= high
    assert 0.88 <= held / TIMES <= 0.97


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
