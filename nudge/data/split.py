"""Three parts: one to train on, one to choose by, and one held out, to be looked at once and last."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError
from ..generator import Generator

Rows = NDArray[np.int64]


class Parts(NamedTuple):
    """Positions, rising, of the examples to train on, to choose by, and held out; no two share one."""

    train: Rows
    validation: Rows
    held_out: Rows


def split(labels: Any, validation: float, holdout: float, generator: Generator) -> Parts:
    """Deal n examples out at random, every class in proportion.

    `labels` has shape (n,), all equal where there are no classes; `validation` and `holdout` are the shares of the last
    two parts, rounded up. Which examples go where depends on the generator alone.

    Raises:
        UsageError: too few examples for three parts that are not empty.

    >>> [len(part) for part in split([0, 1] * 50, 0.1, 0.2, Generator().manual_seed(0))]
    [70, 10, 20]
    """
    labels = np.asarray(labels)
    chosen, held = _counts(len(labels), validation, holdout)
    order = generator.randperm(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]
    order, held_out = _every_so_often(order, held)
    train, validated = _every_so_often(order, chosen)
    return Parts(np.sort(train), np.sort(validated), np.sort(held_out))


def split_by_time(times: Any, validation: float, holdout: float) -> Parts:
    """Hold out the latest of n examples; those before them are chosen by. What happens at one time stays together.

    `times` has shape (n,), without gaps. A part may so be larger than its share, the one to train on smaller.

    Raises:
        UsageError: too few times for three parts that are not empty.

    >>> [part.tolist() for part in split_by_time([5, 1, 4, 2, 3], 0.2, 0.2)]
    [[1, 3, 4], [2], [0]]
    """
    times = np.asarray(times)
    n = len(times)
    chosen, held = _counts(n, validation, holdout)
    order = np.argsort(times, kind="stable")
    line = times[order]
    last = int(np.searchsorted(line, line[n - held]))
    first = int(np.searchsorted(line, line[max(last - chosen, 0)]))
    if not 0 < first < last:
        raise UsageError(f"{len(np.unique(times))} different times are too few to train on, choose by and hold out")
    return Parts(*(np.sort(part) for part in (order[:first], order[first:last], order[last:])))


def split_by_group(groups: Any, validation: float, holdout: float, generator: Generator) -> Parts:
    """Deal n examples out at random, those of one group into one part.

    `groups` has shape (n,). A part takes whole groups until it has its share.

    Raises:
        UsageError: too few groups for three parts that are not empty.

    >>> parts = split_by_group([0, 0, 1, 1, 2, 2, 3, 3], 0.25, 0.25, Generator().manual_seed(0))
    >>> [part.tolist() for part in parts]
    [[4, 5, 6, 7], [2, 3], [0, 1]]
    """
    _, group, sizes = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)
    chosen, held = _counts(len(group), validation, holdout)
    order = generator.randperm(len(sizes))
    reached = np.cumsum(sizes[order])
    last = int(np.searchsorted(reached, held)) + 1
    first = int(np.searchsorted(reached, reached[last - 1] + chosen)) + 1
    if first >= len(sizes):
        raise UsageError(f"{len(sizes)} groups are too few to train on, choose by and hold out whole ones")
    part = np.zeros(len(sizes), np.int64)
    part[order[:last]], part[order[last:first]] = 2, 1
    return Parts(*(np.flatnonzero(part[group] == k) for k in range(3)))


def _counts(n: int, validation: float, holdout: float) -> tuple[int, int]:
    """Say how many of n are chosen by and held out."""
    chosen, held = math.ceil(n * validation), math.ceil(n * holdout)
    if held + chosen >= n or not held or not chosen:
        are = "1 example is" if n == 1 else f"{n} examples are"
        raise UsageError(f"{are} too few for {held} held out, {chosen} to choose by, and some to train on")
    return chosen, held


def _every_so_often(order: Rows, count: int) -> tuple[Rows, Rows]:
    """Take `count` at even distances from what is sorted by class, which takes from every class in proportion."""
    at = np.arange(count) * len(order) // count
    return np.delete(order, at), order[at]
