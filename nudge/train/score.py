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
    if constant(truth):
        return math.nan
    return 1 - float(np.sum((truth - prediction) ** 2)) / float(np.sum((truth - truth.mean()) ** 2))


def constant(values: Array) -> bool:
    """Say whether all values are the same: their rounded mean may be none of them, so variance does not tell.

    >>> constant(np.full(3, 0.1)), bool(np.var(np.full(3, 0.1)) == 0)
    (True, False)
    """
    return bool(np.all(values == values[0]))


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
    examples come in `groups` (n,), only these are independent: then it is Wilson's of as many examples as would spread
    as much, n or fewer, with Student's t for z (Korn & Graubard, "Confidence intervals for proportions…", 1998). All
    right or all wrong tells nothing of how alike a group's examples are; then each group counts as one example.
    By groups it may hold the truth as seldom as 87 % of the time, where most are right (tests/deep/test_interval.py).

    >>> low, high = accuracy_interval(np.ones(10), np.ones(10))
    >>> round(low, 3), round(high, 3)
    (0.722, 1.0)
    """
    right = (truth == prediction).astype(float)
    n, p = len(right), float(right.mean())
    if groups is None:
        return wilson(p, n, Z)
    moved = together(right - p, groups)
    if len(moved) < 2:
        return 0.0, 1.0
    if p in (0.0, 1.0):
        return wilson(p, len(moved), Z)
    return wilson(p, p * (1 - p) / max(mean_variance(moved, n), p * (1 - p) / n), student(len(moved) - 1))


def wilson(p: float, n: float, z: float) -> tuple[float, float]:
    """Give the proportions that are at most z standard errors, of n examples, away from p.

    >>> [round(bound, 3) for bound in wilson(0.5, 100, 1.96)]
    [0.404, 0.596]
    """
    middle, reach = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max((middle - reach) / (1 + z * z / n), 0.0), min((middle + reach) / (1 + z * z / n), 1.0)


def r2_interval(truth: Array, prediction: Array, groups: Array | None = None) -> tuple[float, float]:
    """Give a 95 % confidence interval of R², by the delta method and Student's t; NaN where the truth does not vary.

    With A the mean squared error and V the truth's variance, R² = 1 − A/V, and an example moves it by
    −(e² − A)/V + A((y − ȳ)² − V)/V² over n (the influence function; van der Vaart, "Asymptotic statistics", 1998, 20).
    Of fewer than some 50 examples, or with long tails, it holds the truth less often than it should, down to 82 % of
    the time (tests/deep/test_interval.py). Where examples come in `groups` (n,), only these are independent.

    >>> y = np.arange(100.0)
    >>> low, high = r2_interval(y, y + np.tile([10.0, -10.0], 50))
    >>> low < r2(y, y + np.tile([10.0, -10.0], 50)) < high
    True
    """
    if constant(truth):
        return math.nan, math.nan
    squared, centred = (truth - prediction) ** 2, (truth - truth.mean()) ** 2
    a, v = float(squared.mean()), float(centred.mean())
    moved = together(-(squared - a) / v + a * (centred - v) / v**2, groups)
    if len(moved) < 2:
        return -math.inf, 1.0
    reach = student(len(moved) - 1) * math.sqrt(mean_variance(moved, len(truth)))
    return 1 - a / v - reach, min(1 - a / v + reach, 1.0)


def together(influence: Array, groups: Array | None) -> Array:
    """Add up the influence of the examples of each group; without groups, each example is one."""
    if groups is None:
        return influence
    return np.bincount(np.unique(groups, return_inverse=True)[1], influence)


def mean_variance(moved: Array, n: int) -> float:
    """Estimate the variance of a mean over n examples, by what each independent part of them adds to their sum.

    >>> mean_variance(np.array([-1.0, 1.0]), 2)
    1.0
    """
    return len(moved) / (len(moved) - 1) * float(np.sum(moved**2)) / n**2


def student(degrees: int) -> float:
    """Give what Student's t with so many degrees of freedom stays within, either way, 95 % of the time.

    It is exact for 1 and 2, and within 1 % beyond (Abramowitz & Stegun, 1964, 26.7.5).

    >>> [round(student(degrees), 2) for degrees in (1, 9, 1_000_000)]
    [12.71, 2.26, 1.96]
    """
    if degrees < 3:
        return (12.7062, 4.3027)[degrees - 1]
    first, second = (Z**3 + Z) / 4, (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96
    third = (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384
    return Z + first / degrees + second / degrees**2 + third / degrees**3


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
