"""Views between statistics that no loops describe together: what stands in the way is stored, or copied."""

from __future__ import annotations

import numpy as np
import pytest

import nudge
import nudge.nn.functional as F
from tests.native.apart import apart
from tests.native.views import STATISTICS, agrees, chain

over_sum, less_largest = STATISTICS["over the sum"], STATISTICS["less the largest"]


def merged_and_short(x, w):
    """A lane that is part of an axis only: statistics along a merged axis, and along a short one, much work a row."""
    h = x @ w
    return over_sum(h.reshape(5, 45), 0).sum() + h.transpose(1, 2).exp().sum(1).log().sum()


def parted_otherwise(x, w):
    """Two partings of one axis that do not divide each other."""
    h = over_sum((x @ w).reshape(-1), 0)
    return over_sum(h.reshape(2, 8, 40), 1)


def held_by_data(x, w):
    """A place that data hold, along the axis whose lanes would be summed."""
    w = w.clone().requires_grad_()
    scores = less_largest((x @ w).reshape(2, 64), 0)
    loss = F.cross_entropy(scores.reshape(16, 8), nudge.arange(16) % 8) + (scores * scores).sum()
    loss.backward()
    return loss.detach(), w.grad


def two_readers(x, w):
    """A map whose arguments part one axis in ways that do not agree."""
    h = x @ w
    return over_sum(h.reshape(60, 15), 0).reshape(-1) * over_sum(h.reshape(18, 50), 1).reshape(-1)


PROGRAMS = {
    merged_and_short: ((5, 9, 2), (2, 5)),
    parted_otherwise: ((20, 19), (19, 32)),
    held_by_data: ((2, 8, 8), (8, 8)),
    two_readers: ((2, 9, 7), (7, 50)),
}


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
@apart(seconds=60)
def test_views_that_loops_cannot_follow(program):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape).astype("float32") for shape in PROGRAMS[program]]

    def listed(*tensors):
        found = program(*tensors)
        return found if isinstance(found, tuple) else (found,)

    agrees(listed, arrays)


@apart(seconds=120)
def test_random_chains_of_views_and_statistics():
    for seed in range(12):
        agrees(*chain(np.random.default_rng(seed), 2))
