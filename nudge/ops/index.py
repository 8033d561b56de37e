"""Indexing by data: take rows, and add rows up where they belong."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..op import broadcast, reduction, view

_ROWS = np.array([2, 0, 2])


def _taken(x: tuple[int, ...], index: tuple[int, ...]) -> tuple[int, ...]:
    return (*broadcast("gather", [x[:-2], index[:-1]]), index[-1], x[-1])


def _row(i: Any, x: Any, index: Any, *, size: int = 0) -> Any:
    return (*i[:-2], index[(*i[:-2], i[-2])], i[-1])


@view(
    vjp=(lambda g, y, x, index: scatter_add(g, index, size=x.shape[-2]), None), shape=_taken, index=_row,
    signature="(v,r),(n)->(n,r)", symbol="gather", says="each row gets the gradients of all places it was read to",
    samples=((((4, 3), _ROWS), {}), (((2, 4, 3), _ROWS), {}), (((4, 3), np.array([[1, 1], [0, 3]])), {})),
)
def gather(x: Any, index: Any) -> Any:
    """Take rows: y[j, :] = x[index[j], :]; x of shape (v, r), index of shape (n,), over broadcast batches."""
    if index.ndim == 1:
        return x.take(index, axis=-2)
    lead = np.broadcast_shapes(x.shape[:-2], index.shape[:-1])
    rows = np.broadcast_to(index, (*lead, index.shape[-1]))
    found = np.take_along_axis(np.broadcast_to(x, (*lead, *x.shape[-2:])), rows[..., None], axis=-2)
    return np.ascontiguousarray(found)  # what is new lies in order


def _added(x: tuple[int, ...], index: tuple[int, ...], *, size: int) -> tuple[int, ...]:
    return (*broadcast("scatter_add", [x[:-2], index[:-1]]), size, x[-1])


@reduction(
    vjp=(lambda g, y, x, index, size: gather(g, index), None), shape=_added, index=_row,
    combine=lambda b, total, x: b.add(total, x), identity=0, signature="(n,r),(n)->(v,r)", symbol="scatter_add",
    says="each row reads the gradient where it was added",
    samples=(
        (((3, 2), _ROWS), {"size": 4}),
        (((2, 3, 2), _ROWS), {"size": 3}),
        (((2, 3), np.array([[1, 1], [0, 3]])), {"size": 4}),
    ),
)
def scatter_add(x: Any, index: Any, *, size: int) -> Any:
    """Add rows up: y[index[j], :] += x[j, :]; x of shape (n, r), index of shape (n,), y of shape (size, r)."""
    lead = np.broadcast_shapes(x.shape[:-2], index.shape[:-1])
    out = np.zeros((*lead, size, x.shape[-1]), dtype=x.dtype)
    batch = np.indices((*lead, 1), sparse=True)[:-1]
    np.add.at(out, (*batch, np.broadcast_to(index, (*lead, index.shape[-1]))), x)
    return out
