"""Scores and how sure they are: by hand where that can be done, by properties elsewhere."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudge.generator import Generator
from nudge.train import score
from nudge.train.baseline import linear_regression, logistic_regression
from nudge.train.importance import importance

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


def test_r2_of_the_mean_is_0_and_of_the_truth_1_and_of_a_constant_nothing() -> None:
    y = np.array([1.0, 2.0, 4.0])
    assert score.r2(y, y) == 1
    assert score.r2(y, np.full(3, y.mean())) == pytest.approx(0)
    assert math.isnan(score.r2(np.ones(3), y))
    assert all(map(math.isnan, score.r2_interval(np.ones(3), y)))


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


# -- baselines and importance ----------------------------------------------------------------------


def test_lines_are_found() -> None:
    r = np.random.default_rng(0)
    x = r.normal(size=(300, 3)).astype(np.float32)
    y = x @ [1.0, -2.0, 0.0] + 5
    assert np.allclose(linear_regression(x, y, x, y)(x), y, atol=1e-3)
    classes = np.argmax(x @ r.normal(size=(3, 4)), axis=1)
    assert np.mean(logistic_regression(x, classes, x, classes, 4)(x) == classes) > 0.98


def test_a_line_through_nothing_is_the_mean() -> None:
    x, y = np.zeros((10, 2), np.float32), np.arange(10.0)
    assert np.allclose(linear_regression(x, y, x, y)(x), 4.5)
    classes = np.array([0] * 3 + [1] * 7)
    assert logistic_regression(x, classes, x, classes, 2)(x).tolist() == [1] * 10


def test_a_column_that_became_several_is_shuffled_as_one() -> None:
    r = np.random.default_rng(0)
    word = r.integers(0, 3, 400)
    x = np.concatenate([np.eye(3)[word], r.normal(size=(400, 1))], axis=1)
    seen: list[np.ndarray] = []

    def told(matrix: np.ndarray) -> float:
        seen.append(matrix)
        return float(np.mean(matrix[:, :3].argmax(axis=1) == word))

    first, second = importance(told, x, {"noise": slice(3, 4), "word": slice(0, 3)}, Generator().manual_seed(0))
    assert (first.column, second.column, second.loss) == ("word", "noise", 0.0)
    assert first.loss == pytest.approx(2 / 3, abs=0.1)
    assert all((matrix[:, :3].sum(axis=1) == 1).all() for matrix in seen)
