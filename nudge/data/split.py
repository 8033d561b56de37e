"""Three parts: one to train on, one to choose by, and one held out, to be looked at once and last."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError
from ..generator import Generator

Rows = NDArray[np.int64]


def split(labels: Any, validation: float, holdout: float, generator: Generator) -> tuple[Rows, Rows, Rows]:
    """Deal n examples out to three parts, every class in proportion: positions to train on, to choose by, and held out.

    `labels` has shape (n,); `validation` and `holdout` are the shares of the last two parts, rounded up. Which examples
    go where depends on the generator alone.

    Raises:
        UsageError: too few examples for three parts that are not empty.

    >>> [len(part) for part in split([0, 1] * 50, 0.1, 0.2, Generator().manual_seed(0))]
    [70, 10, 20]
    """
    labels = np.asarray(labels)
    n = len(labels)
    held, chosen = math.ceil(n * holdout), math.ceil(n * validation)
    if held + chosen >= n or not held or not chosen:
        raise UsageError(f"{n} examples are too few for {held} held out, {chosen} to choose by, and some to train on")
    order = generator.randperm(n)
    order = order[np.argsort(labels[order], kind="stable")]
    order, held_out = _every_so_often(order, held)
    train, validated = _every_so_often(order, chosen)
    return np.sort(train), np.sort(validated), np.sort(held_out)


def _every_so_often(order: Rows, count: int) -> tuple[Rows, Rows]:
    """Take `count` at even distances from what is sorted by class, which takes from every class in proportion."""
    at = np.arange(count) * len(order) // count
    return np.delete(order, at), order[at]
