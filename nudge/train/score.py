"""How good answers are, and how sure that is: pure functions of arrays, defined as in scikit-learn."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .results import ClassFigures

Array = NDArray[Any]
Z = 1.959964  # the standard normal distribution has 95 % between -Z and Z


# -- classes ---------------------------------------------------------------------------------------


def accuracy(truth: Array, prediction: Array) -> float:
    """Give the share of answers that are right.

    >>> accuracy(np.array([0, 1, 1, 0]), np.array([0, 1, 0, 0]))
    0.75
    """
    return float(np.mean(truth == prediction))


def confusion(truth: Array, prediction: Array, classes: int) -> NDArray[np.int64]:
    """Count, (classes, classes): how often the class of a row was said to be that of a column.

    >>> confusion(np.array([0, 1, 1]), np.array([0, 1, 0]), 2).tolist()
    [[1, 0], [1, 1]]
    """
    return np.bincount(truth * classes + prediction, minlength=classes * classes).reshape(classes, classes)


def by_class(matrix: NDArray[np.int64], names: tuple[str, ...]) -> tuple[ClassFigures, ...]:
    """Give each class's figures from the confusion matrix; NaN where a figure is of nothing.

    Precision is the share of a class's answers that are right, recall the share of its examples that are found, and F1
    their harmonic mean.

    >>> by_class(np.array([[1, 0], [1, 1]]), ("no", "yes"))[1]
    ClassFigures(name='yes', precision=1.0, recall=0.5, f1=0.6666666666666666, count=2)
    """
    hit, said, there = np.diag(matrix).astype(float), matrix.sum(axis=0), matrix.sum(axis=1)
    with np.errstate(invalid="ignore"):
        precision, recall, f1 = hit / said, hit / there, 2 * hit / (said + there)
    return tuple(
        ClassFigures(name, float(precision[k]), float(recall[k]), float(f1[k]), int(there[k]))
        for k, name in enumerate(names)
    )


def balanced_accuracy(matrix: NDArray[np.int64]) -> float:
    """Give the mean recall of the classes that occur.

    >>> balanced_accuracy(np.array([[1, 0], [1, 1]]))
    0.75
    """
    there = matrix.sum(axis=1)
    return float(np.mean(np.diag(matrix)[there > 0] / there[there > 0]))


def log_loss(truth: Array, probabilities: Array) -> float:
    """Give the mean of −log p(truth), p of at least float32's smallest step.

    >>> round(log_loss(np.array([0]), np.array([[0.5, 0.5]])), 4)
    0.6931
    """
    p = probabilities[np.arange(len(truth)), truth].astype(np.float64)
    return float(-np.mean(np.log(np.maximum(p, np.finfo(np.float32).eps))))


# -- numbers ---------------------------------------------------------------------------------------


def r2(truth: Array, prediction: Array) -> float:
    """Give the share of the truth's variance that is accounted for, 1 − Σ(y − ŷ)²/Σ(y − ȳ)²; NaN where there is none.

    >>> r2(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 2.0]))
    0.5
    """
    spread = float(np.sum((truth - truth.mean()) ** 2))
    return 1 - float(np.sum((truth - prediction) ** 2)) / spread if spread else math.nan


def rmse(truth: Array, prediction: Array) -> float:
    """Give the root of the mean squared error, in the truth's units.

    >>> rmse(np.array([0.0, 0.0]), np.array([3.0, 4.0])) == 12.5**0.5
    True
    """
    return math.sqrt(np.mean((truth - prediction) ** 2))


def mae(truth: Array, prediction: Array) -> float:
    """Give the mean absolute error, in the truth's units.

    >>> mae(np.array([0.0, 0.0]), np.array([3.0, -4.0]))
    3.5
    """
    return float(np.mean(np.abs(truth - prediction)))


# -- how sure --------------------------------------------------------------------------------------


def accuracy_interval(truth: Array, prediction: Array, groups: Array | None = None) -> tuple[float, float]:
    """Give a 95 % confidence interval of the accuracy.

    It is Wilson's (E. B. Wilson, "Probable inference", 1927), which holds for few examples and near 0 and 1 too. Where
    examples come in `groups` (n,), only these are independent, and the interval is by the spread between them.

    >>> low, high = accuracy_interval(np.ones(10), np.ones(10))
    >>> round(low, 3), round(high, 3)
    (0.722, 1.0)
    """
    right = (truth == prediction).astype(float)
    n, p = len(right), float(right.mean())
    if groups is not None:
        return _around(p, right - p, groups, 0.0)
    middle, reach = p + Z * Z / (2 * n), Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return max((middle - reach) / (1 + Z * Z / n), 0.0), min((middle + reach) / (1 + Z * Z / n), 1.0)


def r2_interval(truth: Array, prediction: Array, groups: Array | None = None) -> tuple[float, float]:
    """Give a 95 % confidence interval of R², by the delta method; NaN where the truth does not vary.

    With A the mean squared error and V the truth's variance, R² = 1 − A/V, and an example moves it by
    −(e² − A)/V + A((y − ȳ)² − V)/V² over n (the influence function; van der Vaart, "Asymptotic statistics", 1998, 20).
    `groups` as in `accuracy_interval`.

    >>> y = np.arange(100.0)
    >>> low, high = r2_interval(y, y + np.tile([10.0, -10.0], 50))
    >>> low < r2(y, y + np.tile([10.0, -10.0], 50)) < high
    True
    """
    squared, centred = (truth - prediction) ** 2, (truth - truth.mean()) ** 2
    a, v = float(squared.mean()), float(centred.mean())
    if not v:
        return math.nan, math.nan
    return _around(1 - a / v, -(squared - a) / v + a * (centred - v) / v**2, groups, -math.inf)


def _around(middle: float, influence: Array, groups: Array | None, least: float) -> tuple[float, float]:
    """Give the interval around an estimate by its examples' influence on it, up to 1."""
    n = len(influence)
    if groups is not None:
        influence = np.bincount(np.unique(groups, return_inverse=True)[1], influence)
    independent = len(influence)
    if independent < 2:
        return least, 1.0
    reach = Z * math.sqrt(independent / (independent - 1) * float(np.sum(influence**2))) / n
    return max(middle - reach, least), min(middle + reach, 1.0)


def calibration(truth: Array, probabilities: Array, bins: int = 10) -> list[tuple[float, float, int]]:
    """Compare how sure answers are with how often they are right: (mean confidence, share right, count) by bin.

    Confidence is the probability of the answer given; bins are equally wide, empty ones left out (Guo et al., "On
    calibration of modern neural networks", 2017).

    >>> calibration(np.array([0, 1]), np.array([[0.75, 0.25], [0.75, 0.25]]))
    [(0.75, 0.5, 2)]
    """
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    place = np.minimum((sure * bins).astype(int), bins - 1)
    found = [(sure[place == k], right[place == k]) for k in range(bins)]
    return [(float(s.mean()), float(r.mean()), len(s)) for s, r in found if len(s)]
