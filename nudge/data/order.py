"""The order in which examples are seen, and how they are fetched: a permutation, then a gather."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..tensor import Tensor, wrap

Rows = NDArray[np.int64]


def in_batches(n: int, size: int, order: Rows | None = None, drop_last: bool = False) -> Iterator[Rows]:
    """Give the positions of n examples, `size` at a time, in an order, a permutation, or as they stand.

    The last batch is what is left, which may be fewer; `drop_last` leaves it out then.

    >>> [rows.tolist() for rows in in_batches(5, 2, np.array([4, 0, 3, 1, 2]))]
    [[4, 0], [3, 1], [2]]
    """
    order = np.arange(n) if order is None else order
    for start in range(0, n - size + 1 if drop_last else n, size):
        yield order[start : start + size]


def gather(values: Tensor, rows: Any) -> Tensor:
    """Fetch the examples at positions from 0 on: `values[rows]`, faster where no gradient is wanted."""
    return values[rows] if values.requires_grad else wrap(np.asarray(values).take(rows, axis=0))


@dataclass(frozen=True)
class Feed:
    """Minibatches as what they are made of: columns of shape (n, …), and the positions of one batch after another.

    A loop in machine code gathers from the columns itself. Iterated over, it gives the batches.
    """

    columns: tuple[Tensor, ...]
    count: int  # of batches, each time through
    positions: Callable[[], Iterator[Rows]]  # begins anew at each call

    def __iter__(self) -> Iterator[list[Tensor]]:
        """Give the batches, each a list of one tensor a column."""
        for rows in self.positions():
            yield [gather(column, rows) for column in self.columns]
