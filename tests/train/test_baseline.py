"""The yardstick is found, holds where data are odd, and pulls as strongly as they need."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudge.train import baseline
from nudge.train.baseline import cross_entropy, lbfgs, linear_regression, logistic_regression


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


def test_rows_and_columns_give_the_same_ridge() -> None:
    x, y = np.random.default_rng(0).normal(size=(20, 30)), np.arange(20.0)
    for one, other in zip(baseline.ridge(x, np.zeros(30), y), baseline.ridge_of_rows(x, y), strict=True):
        assert one == pytest.approx(other, rel=1e-6, abs=1e-9)


def test_ridge_in_parts_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = np.random.default_rng(0).normal(size=(50, 3)), np.arange(50.0)
    whole = baseline.ridge(x, x.mean(axis=0), y)
    monkeypatch.setattr(baseline, "MOST_ROWS", 7)
    assert np.allclose(baseline.ridge(x, x.mean(axis=0), y), whole)


@pytest.mark.parametrize("columns", [90, 300])
def test_among_many_columns_of_noise_a_line_is_hardly_worse_than_the_mean(columns: int) -> None:
    r = np.random.default_rng(0)
    x, y = r.normal(size=(400, columns)).astype(np.float32), r.normal(size=400)
    told = linear_regression(x[:100], y[:100], x[100:200], y[100:200])(x[200:])
    assert np.mean((told - y[200:]) ** 2) < 1.25 * np.var(y[200:])


def test_a_pull_too_weak_ends_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    r = np.random.default_rng(0)
    x, y = r.normal(size=(200, 80)).astype(np.float32), r.integers(0, 3, 200)
    fitted = []
    monkeypatch.setattr(baseline, "lbfgs", lambda loss, w: fitted.append(lbfgs(loss, w)) or fitted[-1])
    told = logistic_regression(x[:100], y[:100], x[100:], y[100:], 3)(x)
    first = fitted[0].reshape(-1, 3)
    assert len(fitted) < len(baseline.STRENGTHS)
    assert (told == np.argmax(x @ first[:-1] + first[-1], axis=1)).all()


def test_classes_far_apart_and_a_class_that_never_comes() -> None:
    x = np.array([[-1e4], [-2e4], [1e4], [2e4]], np.float32)
    y = np.array([0, 0, 2, 2])
    assert logistic_regression(x, y, x, y, 3)(x).tolist() == y.tolist()


def test_the_gradient_is_that_of_the_loss() -> None:
    r = np.random.default_rng(0)
    x, y, w = r.normal(size=(30, 4)), r.integers(0, 3, 30), r.normal(size=15)
    for k in range(len(w)):
        step = 1e-6 * (np.arange(len(w)) == k)
        up, down = (cross_entropy(x, y, 3, 0.5, w + s)[0] for s in (step, -step))
        assert cross_entropy(x, y, 3, 0.5, w)[1][k] == pytest.approx((up - down) / 2e-6, abs=1e-7)


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=8), st.integers(0, 1000))
def test_the_least_of_any_bowl_is_found(widths: list[float], seed: int) -> None:
    curve, goal = np.array(widths), np.random.default_rng(seed).normal(size=len(widths))
    found = lbfgs(lambda w: (float(curve @ (w - goal) ** 2), 2 * curve * (w - goal)), np.zeros(len(widths)))
    assert curve @ (found - goal) ** 2 < 1e-5
