"""Indexing of every kind, read and written: integers, slices, `...`, None, masks and integer tensors.

A key is read in two steps. The basic part (integers, slices, `...`, None) is a view: one slice, one reshape. What is
left are index tensors, each for an axis of that view; several are joined to one position in the axes they index, which
`gather` reads in one go. Writing goes the same way: into the view, and where indices say, row by row.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import ops
from ..dtype import PYTHON, is_float
from ..errors import DTypeError, IndexingError, ShapeError
from ..op import Operand
from .axes import axis_from_end, numpy_names
from .facts import Facts
from .key import FULL, Joined, Place, check_fits, check_mask, checked, known, positions, split_key
from .numbers import array_of
from .shape import moved, reshaped

if TYPE_CHECKING:
    from ..tensor import Tensor


def _view(x: Any, place: list[Place], sizes: list[int]) -> Any:
    """Slice and reshape, where there is something to do."""
    first = 0
    for part, size in zip(place, x.shape, strict=True):
        if part != (0, 1, size):
            x = ops.slice_(x, place=tuple(place[first:]))
            break
        first += 1
    return x if list(x.shape) == sizes else reshaped(x, tuple(sizes))


def _fitting(value: Any, shape: tuple[int, ...]) -> Any:
    """Drop leading axes of size 1 that are too many. Raises ShapeError for what does not broadcast to the shape."""
    while len(value.shape) > len(shape) and value.shape[0] == 1:
        value = reshaped(value, value.shape[1:])
    check_fits(value.shape, shape)
    return value


def _overwritten(x: Any, joined: Joined, value: Any) -> Any:
    """Make x with rows replaced by values, of equal rows the last."""
    rows = reshaped(value, (*joined.lead, math.prod(joined.shape), math.prod(joined.rest)))
    flat = known(joined.flat)
    n = len(joined.flat)
    if not n:
        return x
    if flat is None:  # of equal positions all but the last are put aside, each compared with each
        at = np.arange(n)
        earlier = ops.logical_and(
            ops.eq(reshaped(joined.flat, (n, 1)), reshaped(joined.flat, (1, n))), at[:, None] < at
        )
        last = ops.eq(ops.sum(earlier, axes=(-1,)), 0)
        source = ops.scatter_add(ops.where(last, at[:, None] + 1, 0), joined.flat, size=joined.count)
        written, source = ops.gt(source, 0), reshaped(ops.maximum(ops.sub(source, 1), 0), (joined.count,))
    else:
        latest = np.full(joined.count, -1, np.int64)
        latest[flat] = np.arange(n)
        written, source = (latest >= 0)[:, None], np.maximum(latest, 0)
    return joined.unrows(ops.where(written, ops.gather(rows, source), joined.rows(x)), x.shape)


@numpy_names
class Index(Facts):
    """x[key], x[key] = value, and the functions that index along an axis."""

    def __getitem__(self, key: Any) -> Tensor:
        place, sizes, indices = split_key(key, self.shape)
        view = _view(self, place, sizes)
        if indices is None:
            return ops.alias(view) if view is self else view
        joined = Joined(view.shape, indices)
        rows = ops.gather(joined.rows(view), joined.flat)
        return rows if rows.shape == joined.result else reshaped(rows, joined.result)

    def __setitem__(self, key: Any, value: Any) -> None:
        value = self._as_value(value)
        if isinstance(key, Facts) and key.dtype == np.bool_ and value._array.size == 1:
            check_mask(key, self.shape, 0)
            mask = reshaped(key, (*key.shape, *(1,) * (self.ndim - len(key.shape))))
            self._write_at(known(key), reshaped(value, ()), lambda v: ops.where(mask, v, self))
            return
        place, sizes, indices = split_key(key, self.shape)
        view = _view(self, place, sizes)
        if value._base is not None and value._base is view._base and value._chain == view._chain:
            return  # x[key] += 1 has written already, and assigns the part to itself
        if indices is None:
            view._write(_fitting(value, view.shape))
            return
        joined = Joined(view.shape, indices)
        at = None if known(joined.flat) is None else tuple([FULL if index is None else index for index in indices])
        view._write_at(
            at, _fitting(value, joined.result), lambda v: _overwritten(view, joined, v.expand(joined.result))
        )

    def _write_at(self, at: Any, value: Any, whole: Any) -> None:
        """Write at NumPy's key, or all that `whole` makes where the key is traced."""
        if at is None:
            self._write(whole(value))
        else:
            self._write(value, at, whole)

    def _as_value(self, value: Any) -> Any:
        if type(value) in PYTHON:
            return self._of(np.array(value, self.dtype))
        if not isinstance(value, Operand):
            value = self._of(array_of(value, None if hasattr(value, "dtype") else self.dtype))
        return value.to(self.dtype)

    # -- along an axis -----------------------------------------------------------------------------

    def index_select(self, dim: int, index: Any) -> Tensor:
        """Take the positions of an axis that a vector lists."""
        return self[(..., index, *[FULL] * (-axis_from_end(dim, self.ndim) - 1))]

    def gather(self, dim: int, index: Any) -> Tensor:
        """Take along an axis, elsewhere at the same place: y[i][j] = x[index[i][j]][j] for dim 0; shaped as index."""
        x: Any = self
        axis = axis_from_end(dim, self.ndim)
        if len(index.shape) != self.ndim:
            raise ShapeError(
                f"gather from shape {self.shape} by an index of shape {index.shape}: they need as many axes"
            )
        for other in range(-self.ndim, 0):
            if other != axis and x.shape[other] != index.shape[other]:
                x = x.narrow(other, 0, index.shape[other])
        return taken(x, axis, positions(index, x.shape[axis], axis + self.ndim))

    def take_along_dim(self, indices: Any, dim: int | None = None) -> Tensor:
        """Take along an axis as gather does, the two broadcast against each other; without an axis, flattened."""
        if dim is None:
            return self.ravel().gather(0, indices.reshape(-1))
        axis = axis_from_end(dim, self.ndim)
        lead = list(
            np.broadcast_shapes(
                *(tuple(1 if k == self.ndim + axis else n for k, n in enumerate(t.shape)) for t in (self, indices))
            )
        )
        sizes = [lead[: self.ndim + axis] + [t.shape[axis]] + lead[self.ndim + axis + 1 :] for t in (self, indices)]
        return taken(self.expand(sizes[0]), axis, positions(indices.expand(sizes[1]), sizes[0][axis], axis + self.ndim))

    def scatter_add(self, dim: int, index: Any, src: Any) -> Tensor:
        """Add along an axis, elsewhere at the same place: y[index[i][j]][j] += src[i][j] for dim 0."""
        return ops.add(self, _put(self, axis_from_end(dim, self.ndim), index, src))

    def scatter(self, dim: int, index: Any, src: Any) -> Tensor:
        """Put along an axis, elsewhere at the same place: y[index[i][j]][j] = src[i][j] for dim 0.

        No place twice, unless `src` is a number.
        """
        axis = axis_from_end(dim, self.ndim)
        ones = ops.eq(index, index).to(self.dtype)
        written = ops.ne(_put(self, axis, index, ones), 0)
        if not isinstance(src, Operand):
            return ops.where(written, src, self).to(self.dtype)
        return ops.where(written, _put(self, axis, index, src), self)

    def index_add(self, dim: int, index: Any, source: Any, *, alpha: float = 1) -> Tensor:
        """Add the parts of source to the positions of an axis that a vector lists."""
        axis = axis_from_end(dim, self.ndim)
        index = positions(index, self.shape[axis], axis + self.ndim)
        rows = reshaped(
            source, (*source.shape[: source.ndim + axis + 1], math.prod(source.shape[source.ndim + axis + 1 :]))
        )
        total = reshaped(ops.scatter_add(rows, index, size=self.shape[axis]), self.shape)
        return self.add(total, alpha=alpha)

    def masked_select(self, mask: Any) -> Tensor:
        """Take the elements where a mask holds, in a vector."""
        shape = np.broadcast_shapes(self.shape, mask.shape)
        return self.expand(shape)[mask.expand(shape)]

    def nonzero(self) -> Tensor:
        """List the positions of what is not 0, a row each."""
        return self._of(np.argwhere(self._real("nonzero()")))

    def one_hot(self, num_classes: int = -1) -> Tensor:
        """Write each class as a row of zeros with a 1 at its place; without num_classes, the largest decides.

        Raises DTypeError for floats, IndexingError for a class that is not below num_classes.
        """
        if is_float(self.dtype):
            raise DTypeError(f"one_hot of {self.dtype}: classes are integers; cast with .long()")
        array = known(self)
        if num_classes < 0:
            num_classes = int(self._real("one_hot() without num_classes").max()) + 1
        if array is not None and array.size and not 0 <= array.min() <= array.max() < num_classes:
            worst = array.min() if array.min() < 0 else array.max()
            raise IndexingError(f"class {worst} is out of range for one_hot with {num_classes} classes")
        classes = checked(self, num_classes) if array is None else self
        return ops.eq(classes.unsqueeze(-1), np.arange(num_classes)).long()


def taken(x: Any, axis: int, at: Any) -> Any:
    """Take along an axis (a negative number) at positions that count from the front, shapes being equal beside it."""
    x, at = moved(x, axis, -1), moved(at, axis, -1)
    rows = ops.gather(reshaped(x, (*x.shape, 1)), at)
    return moved(reshaped(rows, at.shape), -1, axis)


def _put(x: Any, axis: int, index: Any, src: Any) -> Any:
    """Add src up in zeros of x's shape, along an axis (a negative number), elsewhere at the same place."""
    n = len(x.shape)
    at = moved(positions(index, x.shape[axis], axis + n), axis, -1)
    for k in range(-n, 0):
        if src.shape[k] != index.shape[k]:
            src = src.narrow(k, 0, index.shape[k])
    src = moved(src, axis, -1)
    rows = ops.scatter_add(reshaped(src, (*src.shape, 1)), at, size=x.shape[axis])
    total = moved(reshaped(rows, rows.shape[:-1]), -1, axis)
    return total if total.shape == x.shape else ops.pad(total, place=tuple((0, 1, size) for size in x.shape))
