"""The yardstick: the same inputs, told by one linear layer, as well as that can be done."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
MOST_ROWS = 50_000  # that classes are fitted on: a linear layer has learned all that it can from fewer
STRENGTHS = (10.0, 1.0, 0.1, 0.01)  # of the pull to zero, the strongest first
# With many inputs beside few rows, only a stronger pull keeps a line from being worse than the mean.
RIDGE_STRENGTHS = (1000.0, 100.0, *STRENGTHS)
WORSE = 1.1  # times the least loss: from there a weaker pull fits noise, the more closely the longer it takes
MEMORY = 8  # steps that L-BFGS remembers
MOST_STEPS = 100


def linear_regression(x: Array, y: Array, check_x: Array, check_y: Array) -> Callable[[Array], Array]:
    """Fit y ≈ xw + b on x, float32 (n, k), and y (n,): least Σ(error²) + s‖w‖² (ridge regression).

    The strength s is that of RIDGE_STRENGTHS with which the examples to check by are told best. Gives what tells y from
    x.

    >>> x = np.arange(100.0).reshape(-1, 1)
    >>> told = linear_regression(x, 3 * x[:, 0] + 1, x, 3 * x[:, 0] + 1)
    >>> told(np.array([[10.0]])).round(2).tolist()
    [31.0]
    """
    x_mean, y_mean = x.mean(axis=0, dtype=np.float64), y.mean(dtype=np.float64)
    found = ridge_of_rows(x - x_mean, y - y_mean) if len(x) < x.shape[1] else ridge(x, x_mean, y - y_mean)
    w = min(found, key=lambda w: float(np.sum(((check_x - x_mean) @ w + y_mean - check_y) ** 2)))
    return lambda new: (new - x_mean) @ w + y_mean


def ridge(x: Array, x_mean: Array, y: Array) -> list[Array]:
    """Fit weights for each strength: with X centred, (XᵀX + s)w = Xᵀy."""
    gram, moment = np.zeros((x.shape[1], x.shape[1])), np.zeros(x.shape[1])
    for start in range(0, len(x), MOST_ROWS):  # in parts, so that float64 copies stay small
        part = x[start : start + MOST_ROWS] - x_mean
        gram += part.T @ part
        moment += part.T @ y[start : start + MOST_ROWS]
    return [np.linalg.solve(gram + s * np.eye(len(gram)), moment) for s in RIDGE_STRENGTHS]


def ridge_of_rows(x: Array, y: Array) -> list[Array]:
    """Fit the same for fewer rows than columns, by a system as small as the rows: w = Xᵀ(XXᵀ + s)⁻¹y."""
    gram = x @ x.T
    return [x.T @ np.linalg.solve(gram + s * np.eye(len(gram)), y) for s in RIDGE_STRENGTHS]


def logistic_regression(x: Array, y: Array, check_x: Array, check_y: Array, classes: int) -> Callable[[Array], Array]:
    """Fit p(class) = softmax(xw + b) on x, float32 (n, k), and y, int64 (n,): least Σ(−log p) + ½s‖w‖².

    The strength s is that of STRENGTHS with which −log p is least for the examples to check by. Gives what tells the
    class from x. Of very many rows, every so many-th is used.

    >>> x, y = np.array([[-1.0], [-2.0], [1.0], [2.0]]), np.array([0, 0, 1, 1])
    >>> logistic_regression(x, y, x, y, 2)(np.array([[-3.0], [0.5]])).tolist()
    [0, 1]
    """
    (x, y), (check_x, check_y) = some(x, y), some(check_x, check_y)
    w = np.zeros((x.shape[1] + 1) * classes)
    least, chosen = math.inf, w
    for strength in STRENGTHS:
        w = lbfgs(partial(cross_entropy, x, y, classes, strength), w)
        value, _ = cross_entropy(check_x, check_y, classes, 0.0, w)
        if value < least:
            least, chosen = value, w
        if value > WORSE * least:
            break
    best = chosen.reshape(-1, classes)
    return lambda new: np.argmax(new @ best[:-1] + best[-1], axis=1)


def some(x: Array, y: Array) -> tuple[Array, Array]:
    """Take at most MOST_ROWS rows, at even distances."""
    stride = -(-len(x) // MOST_ROWS)
    return x[::stride], y[::stride]


def cross_entropy(x: Array, y: Array, classes: int, strength: float, w: Array) -> tuple[float, Array]:
    """Give (Σ(−log p) + ½s‖w‖²)/n and its gradient by w: weights and, in the last row, biases, ravelled."""
    n, shaped = len(x), w.reshape(-1, classes)
    logits = x @ shaped[:-1].astype(x.dtype) + shaped[-1].astype(x.dtype)
    logits -= logits.max(axis=1, keepdims=True)
    right = float(np.sum(logits[np.arange(n), y], dtype=np.float64))
    p = np.exp(logits)
    total = p.sum(axis=1, keepdims=True)
    value = float(np.sum(np.log(total), dtype=np.float64)) - right
    p /= total
    p[np.arange(n), y] -= 1
    gradient = np.concatenate([x.T @ p + strength * shaped[:-1], p.sum(axis=0, keepdims=True)])
    return (value + 0.5 * strength * float(np.sum(shaped[:-1] ** 2))) / n, gradient.reshape(-1).astype(np.float64) / n


def lbfgs(loss: Callable[[Array], tuple[float, Array]], w: Array) -> Array:
    """Find the least of a convex function from its value and gradient (Nocedal & Wright, 2006, algorithm 7.4).

    >>> lbfgs(lambda w: (float(np.sum((w - 2) ** 2)), 2 * (w - 2)), np.zeros(3)).round(4).tolist()
    [2.0, 2.0, 2.0]
    """
    value, gradient = loss(w)
    past: list[tuple[Array, Array, float]] = []
    for _ in range(MOST_STEPS):
        direction = -_newton_like(gradient, past)
        slope, size = float(gradient @ direction), 1.0
        while True:
            new_value, new_gradient = loss(w + size * direction)
            if new_value <= value + 1e-4 * size * slope or size < 1e-8:
                break
            size /= 2
        step, turn = size * direction, new_gradient - gradient
        curve = float(step @ turn)
        if curve > 1e-12:
            past = [*past[1 - MEMORY :], (step, turn, curve)]
        done = value - new_value < 1e-7 * max(abs(value), 1e-3)
        w, value, gradient = w + step, new_value, new_gradient
        if done:
            break
    return w


def _newton_like(gradient: Array, past: list[tuple[Array, Array, float]]) -> Array:
    """Multiply a gradient by the inverse Hessian, as far as past steps tell it (the two loops of L-BFGS)."""
    q, shares = gradient.copy(), []
    for step, turn, curve in reversed(past):
        shares.append(float(step @ q) / curve)
        q -= shares[-1] * turn
    if past:
        step, turn, curve = past[-1]
        q *= curve / float(turn @ turn)
    for (step, turn, curve), share in zip(past, reversed(shares), strict=True):
        q += (share - float(turn @ q) / curve) * step
    return q
