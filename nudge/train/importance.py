"""What a network looks at: the score that is lost when a column's values are dealt out anew among the examples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..generator import Generator
from .results import Importance

Array = NDArray[Any]
REPEATS = 5
MOST_EXAMPLES = 1000
MOST_ROWS = 400_000  # that are told in all: many columns get fewer examples, and one try each


def importance(
    told: Callable[[Array], float], x: Array, places: Mapping[str, slice], generator: Generator
) -> tuple[Importance, ...]:
    """Measure the permutation importance of each column (Breiman, "Random forests", 2001), the greatest first.

    `told` gives the score of a matrix like x, (n, k), of the same examples; `places` says which columns of the matrix
    one column of the table became, so that they are shuffled together.

    >>> y = np.array([0, 1] * 50)
    >>> x = np.stack([y, 0 * y], axis=1)
    >>> [(found.column, found.loss > 0.2) for found in importance(
    ...     lambda x: float(np.mean(x[:, 0] == y)), x, {"a": slice(0, 1), "b": slice(1, 2)}, Generator())]
    [('a', True), ('b', False)]
    """
    whole = told(x)
    repeats = REPEATS if REPEATS * len(places) * len(x) <= MOST_ROWS else 1
    found = []
    for name, place in places.items():
        losses = []
        for _ in range(repeats):
            shuffled = x.copy()
            shuffled[:, place] = x[generator.randperm(len(x)), place]
            losses.append(whole - told(shuffled))
        found.append(Importance(name, float(np.mean(losses)), float(np.std(losses))))
    return tuple(sorted(found, key=lambda one: -one.loss))
