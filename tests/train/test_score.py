"""Scores and how sure they are: by hand where that can be done, by properties elsewhere."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudge.train import score

LABELS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60)


@given(LABELS)
def test_the_confusion_matrix_holds_every_figure(pairs: list[tuple[int, int]]) -> None:
    truth, said = np.array(pairs).T
    matrix = score.confusion(truth, said, 4)
    assert matrix.sum() == len(pairs)
    assert np.trace(matrix) / len(pairs) == pytest.approx(score.accuracy(truth, said))
    for k, figures in enumerate(score.by_class(matrix, ("a", "b", "c", "d"))):
        assert figures.count == (truth == k).sum()
        if (said == k).any():
            assert figures.precision == pytest.approx((truth[said == k] == k).mean())
        else:
            assert math.isnan(figures.precision)
        if (truth == k).any():
            assert figures.recall == pytest.approx((said[truth == k] == k).mean())


@given(LABELS)
def test_an_interval_holds_its_score_and_lies_between_0_and_1(pairs: list[tuple[int, int]]) -> None:
    truth, said = np.array(pairs).T
    for groups in (None, np.arange(len(truth)) // 3):
        low, high = score.accuracy_interval(truth, said, groups)
        assert 0 <= low <= score.accuracy(truth, said) + 1e-12
        assert score.accuracy(truth, said) - 1e-12 <= high <= 1


def test_wilsons_interval_of_the_books() -> None:
    truth, said = np.ones(10), np.array([1] * 8 + [0] * 2)
    assert score.accuracy_interval(truth, said) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_examples_that_come_together_make_the_interval_wider() -> None:
    right = np.repeat(np.random.default_rng(0).integers(0, 2, 40), 10)
    groups = np.repeat(np.arange(40), 10)
    alone, together = (score.accuracy_interval(np.ones(400), right, g) for g in (None, groups))
    assert together[1] - together[0] > 2 * (alone[1] - alone[0])


@given(LABELS)
def test_groups_never_make_an_interval_narrower(pairs: list[tuple[int, int]]) -> None:
    truth, said = np.array(pairs).T
    low, high = score.accuracy_interval(truth, said)
    for size in (1, 3, 60):
        wider = score.accuracy_interval(truth, said, np.arange(len(truth)) // size)
        assert wider[0] <= low + 1e-12
        assert wider[1] >= high - 1e-12


def test_groups_that_are_all_right_leave_doubt_as_so_many_examples_would() -> None:
    low, high = score.accuracy_interval(np.ones(40), np.ones(40), np.repeat(np.arange(10), 4))
    assert (low, high) == pytest.approx((10 / (10 + 1.96**2), 1), abs=1e-3)
    low, high = score.accuracy_interval(np.ones(40), np.zeros(40), np.repeat(np.arange(10), 4))
    assert (low, high) == pytest.approx((0, 1 - 10 / (10 + 1.96**2)), abs=1e-3)


def test_a_single_group_says_nothing() -> None:
    y = np.arange(10.0)
    assert score.accuracy_interval(y, y, np.zeros(10)) == (0, 1)
    assert score.r2_interval(y, y + y % 2, np.zeros(10)) == (-math.inf, 1)


@pytest.mark.parametrize(("degrees", "t"), [(1, 12.706), (2, 4.303), (3, 3.182), (5, 2.571), (10, 2.228), (30, 2.042)])
def test_students_t_of_the_tables(degrees: int, t: float) -> None:
    assert score.student(degrees) == pytest.approx(t, rel=0.01)


def test_r2_of_the_mean_is_0_and_of_the_truth_1_and_of_a_constant_nothing() -> None:
    y = np.array([1.0, 2.0, 4.0])
    assert score.r2(y, y) == 1
    assert score.r2(y, np.full(3, y.mean())) == pytest.approx(0)
    for value in (1.0, 0.1):  # three times 0.1 has a mean that is not 0.1
        assert math.isnan(score.r2(np.full(3, value), y))
        assert all(map(math.isnan, score.r2_interval(np.full(3, value), y)))


def test_the_interval_of_r2_covers_the_truth() -> None:
    """R² of y = x + noise is 1/2 for equal variances; some 95 of 100 intervals should hold that."""
    r = np.random.default_rng(1)
    held = 0
    for _ in range(200):
        x, noise = r.normal(size=(2, 300))
        low, high = score.r2_interval(x + noise, x)
        held += low <= 0.5 <= high
    assert 180 <= held <= 198


def test_what_is_sure_and_right_is_calibrated() -> None:
    probabilities = np.array([[0.95, 0.05]] * 20 + [[0.35, 0.65]] * 20)
    truth = np.array([0] * 19 + [1] + [1] * 10 + [0] * 10)
    (low, half, some), (high, most, others) = score.calibration(truth, probabilities)
    assert (low, half, some) == pytest.approx((0.65, 0.5, 20))
    assert (high, most, others) == pytest.approx((0.95, 0.95, 20))


def test_a_certain_mistake_costs_much_but_not_everything() -> None:
    assert 10 < score.log_loss(np.array([1]), np.array([[1.0, 0.0]], np.float32)) < 20
