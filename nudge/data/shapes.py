"""Points in the plane whose classes are known because they were drawn so: what a network can be watched on.

Each function returns points, float32 (n, 2), and labels, int64 (n,), that depend on the seed alone. Coordinates are
rounded to six digits after the point, so that they are the same on every machine and short in a file. `noise` is the
standard deviation of what is added to each of them, normally distributed.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..dtype import float64
from ..errors import UsageError
from ..generator import Generator
from ..mt19937 import as_int

Points = NDArray[np.float32]
Labels = NDArray[np.int64]
Seed = int | Generator

DIGITS = 6  # after the point
INNER = 0.5  # the radius of the circle within the one of radius 1
TURNS = 0.75  # of each arm of the spirals


def moons(n: int = 600, noise: float = 0.2, seed: Seed = 0) -> tuple[Points, Labels]:
    """Draw two half circles that reach into each other: class 0 the upper one, class 1 the lower.

    With t uniform in [0, π), the upper is (cos t, sin t) and the lower (1 − cos t, 1/2 − sin t). The formulae are those
    of scikit-learn's `make_moons`, which spaces t evenly instead.

    Raises:
        UsageError: n below 2, or a noise that is no number from 0 on.

    >>> points, labels = moons(4, noise=0)
    >>> points.shape, labels.tolist()
    ((4, 2), [0, 1, 0, 1])
    """
    labels, generator = _begun(n, noise, seed, 2)
    t = generator.uniform(0, math.pi, n, float64)
    lower = labels == 1
    x = np.where(lower, 1 - np.cos(t), np.cos(t))
    y = np.where(lower, 0.5 - np.sin(t), np.sin(t))
    return _scattered(x, y, noise, generator), labels


def circles(n: int = 600, noise: float = 0.12, seed: Seed = 0) -> tuple[Points, Labels]:
    """Draw a circle within a circle: class 0 the outer, of radius 1, class 1 the inner, of radius 1/2.

    With t uniform in [0, 2π), a point is r · (cos t, sin t). Radii as in scikit-learn's `make_circles` but for the
    inner one, 0.8 there.

    Raises:
        UsageError: n below 2, or a noise that is no number from 0 on.

    >>> points, labels = circles(1000, noise=0)
    >>> print((points[labels == 1] ** 2).sum(1).max().round(4))
    0.25
    """
    labels, generator = _begun(n, noise, seed, 2)
    t = generator.uniform(0, 2 * math.pi, n, float64)
    radius = np.where(labels == 1, INNER, 1.0)
    return _scattered(radius * np.cos(t), radius * np.sin(t), noise, generator), labels


def xor(n: int = 600, noise: float = 0.1, seed: Seed = 0) -> tuple[Points, Labels]:
    """Draw points of a square: class 1 where exactly one of x and y is above 0, class 0 elsewhere.

    Both are uniform in [−1, 1); the noise comes after the class is known, and carries some across. The exclusive or is
    what Minsky and Papert (*Perceptrons*, 1969) showed to be beyond one layer.

    Raises:
        UsageError: n below 2, or a noise that is no number from 0 on.

    >>> points, labels = xor(1000, noise=0)
    >>> bool(((points[:, 0] > 0) ^ (points[:, 1] > 0) == labels).all())
    True
    """
    _, generator = _begun(n, noise, seed, 2)
    x, y = generator.uniform(-1, 1, (2, n), float64)
    return _scattered(x, y, noise, generator), ((x > 0) ^ (y > 0)).astype(np.int64)


def gaussians(n: int = 600, noise: float = 0.45, seed: Seed = 0, classes: int = 3) -> tuple[Points, Labels]:
    """Draw normally distributed clouds around the corners of a regular polygon, a class each.

    The center of class k is (sin 2πk/classes, cos 2πk/classes), and `noise` is how far its cloud spreads. No network
    can do better than to take the nearest center, since all clouds are round and alike.

    Raises:
        UsageError: fewer than two classes, n below their number, or a noise that is no number from 0 on.

    >>> points, labels = gaussians(6, noise=0)
    >>> print(points[1].round(3), labels[1])
    [ 0.866 -0.5  ] 1
    """
    labels, generator = _begun(n, noise, seed, classes)
    angle = 2 * math.pi * labels / classes
    return _scattered(np.sin(angle), np.cos(angle), noise, generator), labels


def spirals(n: int = 600, noise: float = 0.05, seed: Seed = 0, classes: int = 3) -> tuple[Points, Labels]:
    """Draw arms that wind around one another, a class each.

    With r uniform in [0, 1), a point of class k is r · (sin a, cos a), a = 2π (k / classes + 3/4 · r). The task is
    Wieland's, published by Lang and Witbrock (*Learning to tell two spirals apart*, 1988) with two arms of three turns.

    Raises:
        UsageError: fewer than two classes, n below their number, or a noise that is no number from 0 on.

    >>> points, labels = spirals(600, noise=0)
    >>> np.bincount(labels).tolist()
    [200, 200, 200]
    """
    labels, generator = _begun(n, noise, seed, classes)
    r = generator.uniform(0, 1, n, float64)
    angle = 2 * math.pi * (labels / classes + TURNS * r)
    return _scattered(r * np.sin(angle), r * np.cos(angle), noise, generator), labels


def _begun(n: int, noise: float, seed: Seed, classes: int) -> tuple[Labels, Generator]:
    """Check what was asked for, and deal out the classes in turn."""
    if as_int(classes, "classes") < 2:
        raise UsageError(f"classes is {classes}: expected 2 or more")
    if as_int(n, "n") < classes:
        raise UsageError(f"n is {n}: expected {classes} points or more, one of each class")
    if not 0 <= noise < math.inf:
        raise UsageError(f"noise is {noise}: expected a number from 0 on")
    generator = seed if isinstance(seed, Generator) else Generator().manual_seed(seed)
    return np.arange(n) % classes, generator


def _scattered(x: NDArray[Any], y: NDArray[Any], noise: float, generator: Generator) -> Points:
    """Add the noise, and round."""
    points = np.stack([x, y], axis=1)
    return (points + generator.normal(0, noise, points.shape, float64)).round(DIGITS).astype(np.float32)
