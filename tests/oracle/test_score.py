"""Scores and baselines against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn import linear_model, metrics

from nudge.data import load_digits
from nudge.train import score
from nudge.train.baseline import RIDGE_STRENGTHS, STRENGTHS, linear_regression, logistic_regression


@pytest.mark.parametrize("seed", range(5))
def test_figures_of_classes(seed: int) -> None:
    r = np.random.default_rng(seed)
    truth, p = r.integers(0, 4, 200), r.dirichlet(np.ones(4), 200).astype(np.float32)
    said = p.argmax(axis=1)
    matrix = score.confusion(truth, said, 4)
    assert (matrix == metrics.confusion_matrix(truth, said, labels=range(4))).all()
    assert score.balanced_accuracy(matrix) == pytest.approx(metrics.balanced_accuracy_score(truth, said))
    assert score.log_loss(truth, p) == pytest.approx(metrics.log_loss(truth, p / p.sum(1, keepdims=True)), rel=1e-5)
    figures = np.array([(f.precision, f.recall, f.f1) for f in score.by_class(matrix, tuple("abcd"))])
    assert np.allclose(figures.T, metrics.precision_recall_fscore_support(truth, said)[:3])


@pytest.mark.parametrize("seed", range(5))
def test_figures_of_numbers(seed: int) -> None:
    y, said = np.random.default_rng(seed).normal(size=(2, 100))
    assert score.r2(y, said) == pytest.approx(metrics.r2_score(y, said))
    assert score.rmse(y, said) == pytest.approx(metrics.root_mean_squared_error(y, said))
    assert score.mae(y, said) == pytest.approx(metrics.mean_absolute_error(y, said))


def test_the_linear_yardstick_is_no_weaker() -> None:
    images, labels = load_digits()
    x = (images / 16).astype(np.float32)
    train, check, new = slice(0, 1100), slice(1100, 1400), slice(1400, None)
    told = logistic_regression(x[train], labels[train], x[check], labels[check], 10)(x[new])
    peers = [linear_model.LogisticRegression(C=1 / s, max_iter=2000).fit(x[train], labels[train]) for s in STRENGTHS]
    best = max(peers, key=lambda peer: -metrics.log_loss(labels[check], peer.predict_proba(x[check])))
    assert np.mean(told == labels[new]) >= best.score(x[new], labels[new]) - 0.005


@pytest.mark.parametrize("columns", [5, 200])
def test_ridge(columns: int) -> None:
    r = np.random.default_rng(0)
    x = r.normal(size=(300, columns)).astype(np.float32)
    y = x @ r.normal(size=columns) + 3 * r.normal(size=300)
    train, check, new = slice(0, 100), slice(100, 200), slice(200, None)
    told = linear_regression(x[train], y[train], x[check], y[check])(x[new])
    peers = [linear_model.Ridge(alpha=s).fit(x[train].astype(float), y[train]) for s in RIDGE_STRENGTHS]
    best = max(peers, key=lambda peer: peer.score(x[check].astype(float), y[check]))
    assert np.allclose(told, best.predict(x[new].astype(float)), atol=1e-4)


@pytest.mark.parametrize(("right", "n"), [(0, 5), (8, 10), (99, 100), (500, 1000)])
def test_wilsons_interval(right: int, n: int) -> None:
    found = score.accuracy_interval(np.ones(n), np.arange(n) < right)
    assert found == pytest.approx(stats.binomtest(right, n).proportion_ci(method="wilson"), abs=1e-6)


def test_students_t() -> None:
    degrees = range(1, 200)
    assert [score.student(d) for d in degrees] == pytest.approx(stats.t.ppf(0.975, degrees), rel=0.01)
