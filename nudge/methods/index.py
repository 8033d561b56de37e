"""Indexing of every kind: integers, slices, `...`, None, masks and integer tensors, read and written.

A key is read in two steps. The basic part (integers, slices, `...`, None) is a view: one slice, one reshape. What is left are
index tensors, each for an axis of that view; several are joined to one position in the axes they index, which `gather`
reads in one go. Writing goes the same way: into the view, and where indices say, row by row.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import ops
from ..dtype import is_float
from ..errors import DTypeError, IndexingError, ShapeError, TraceError
from ..mode import mode
from ..op import Abstract, Operand
from .axes import axis_from_end, numpy_names
from .facts import Facts
from .numbers import array_of
from .shape import moved, reshaped

if TYPE_CHECKING:
    from ..tensor import Tensor

FULL = slice(None)


def known(x: Any) -> Any:
    """Give the array behind an index where its numbers may be looked at: not in a traced program."""
    if isinstance(x, Operand):
        return None if mode.trace is not None or type(x._array) is Abstract else x._array  # type: ignore[attr-defined]
    return x


def positions(index: Any, size: int, axis: int) -> Any:
    """Make an integer index count from the front. Raises IndexingError for one outside of its axis, where numbers are known."""
    if not isinstance(index, Operand):
        index = np.asarray(index)
        index = index.astype(np.int64) if index.dtype.kind in "iu" or not index.size else index
    if index.dtype not in (np.int64, np.int32):
        raise DTypeError(
            f"an index tensor of {index.dtype}: expected integers, or booleans as a mask; cast with .long()"
        )
    array = known(index)
    if array is None:
        return ops.where(ops.lt(index, 0), ops.add(index, size), index)
    if not array.size:
        return array
    low, high = array.min(), array.max()
    if low < -size or high >= size:
        raise IndexingError(f"index {low if low < -size else high} is out of range for axis {axis} of size {size}")
    return np.where(array < 0, array + size, array) if low < 0 else array


def _items(key: Any) -> list[Any]:
    """Split a key into its items; lists and arrays become arrays, scalar tensors integers."""
    items = []
    for item in key if isinstance(key, tuple) else (key,):
        if isinstance(item, (list, tuple, range)):
            item = _stacked(item)
        if isinstance(item, np.generic) or (isinstance(item, (Operand, np.ndarray)) and not item.shape):  # type: ignore[union-attr]
            array = known(item)
            if array is not None:
                item = array.item()
        if isinstance(item, float):
            raise IndexingError(
                f"index {item!r}: expected integers, slices, '...', None, lists or tensors of integers or booleans"
            )
        items.append(item)
    return items


def _stacked(item: Any) -> Any:
    tensors = [part for part in item if isinstance(part, Operand)]
    if any(known(part) is None for part in tensors):
        return ops.concatenate(
            *[part.reshape(1) if isinstance(part, Operand) else np.array([part]) for part in item], axis=-1
        )  # type: ignore[attr-defined]
    array = np.asarray(item)
    return array if array.size else array.astype(np.int64)


def _spent(item: Any) -> int:
    """Count the axes that an item uses up."""
    if item is None or isinstance(item, bool):
        return 0
    if isinstance(item, (Operand, np.ndarray)) and item.dtype == np.bool_:  # type: ignore[union-attr]
        return len(item.shape)  # type: ignore[union-attr]
    return 1


def _spelled_out(items: list[Any], ndim: int) -> list[Any]:
    """Replace `...` by full slices. Raises IndexingError for two, or for more items than axes."""
    dots = [k for k, item in enumerate(items) if item is Ellipsis]
    spent = sum(_spent(item) for item in items if item is not Ellipsis)
    if len(dots) > 1:
        raise IndexingError("an index with two '...': only one can stand for the rest")
    if spent > ndim:
        raise IndexingError(f"{spent} indices for a tensor with {ndim} axes")
    at = dots[0] if dots else len(items)
    return items[:at] + [FULL] * (ndim - spent) + items[at + 1 :]


def _nonzero(mask: Any, shape: tuple[int, ...], axis: int) -> list[Any]:
    array = known(mask)
    if array is None:
        raise TraceError(
            f"a traced mask of shape {mask.shape} as an index: how many elements it picks depends on values, which are not known "
            "while a program is traced; use where() or masked_fill()"
        )
    if array.shape != shape[axis : axis + array.ndim]:
        raise IndexingError(
            f"a mask of shape {array.shape} at axis {axis} of a tensor of shape {shape}: the sizes must be equal"
        )
    return list(array.nonzero())


def split_key(key: Any, shape: tuple[int, ...]) -> tuple[list[tuple[int, int, int]], list[int], list[Any]]:
    """Read a key into (the slice of each axis, the view's shape, the index of each axis of the view or None).

    >>> split_key((1, slice(None, None, 2)), (3, 5))
    ([(1, 1, 1), (0, 2, 3)], [3], [None])
    """
    place: list[tuple[int, int, int]] = []
    sizes: list[int] = []
    indices: list[Any] = []
    axis = 0
    for item in _spelled_out(_items(key), len(shape)):
        if item is None or isinstance(item, bool):
            sizes.append(1)
            indices.append(None if item is None else np.zeros(int(item), np.int64))
            continue
        if isinstance(item, (Operand, np.ndarray)):
            found = _nonzero(item, shape, axis) if item.dtype == np.bool_ else [positions(item, shape[axis], axis)]  # type: ignore[union-attr]
            for index in found:
                place.append((0, 1, shape[axis]))
                sizes.append(shape[axis])
                indices.append(index)
                axis += 1
            continue
        size = shape[axis]
        if isinstance(item, slice):
            start, stop, step = item.indices(size)
            length = len(range(start, stop, step))
            place.append((start if length else 0, step, length))
            sizes.append(length)
            indices.append(None)
        else:
            place.append((_position(item, size, axis), 1, 1))
        axis += 1
    return place, sizes, indices


def _position(item: Any, size: int, axis: int) -> int:
    try:
        at = item.__index__()
    except AttributeError:
        raise IndexingError(
            f"index {item!r}: expected integers, slices, '...', None, lists or tensors of integers or booleans"
        ) from None
    if not -size <= at < size:
        raise IndexingError(f"index {at} is out of range for axis {axis} of size {size}")
    return at + size if at < 0 else at


def _view(x: Any, place: list[tuple[int, int, int]], sizes: list[int]) -> Any:
    """Slice and reshape, where there is something to do."""
    shape = x.shape
    first = next((k for k, part in enumerate(place) if part != (0, 1, shape[k])), None)
    y = x if first is None else ops.slice_(x, place=tuple(place[first:]))
    if list(y.shape) != sizes:
        y = reshaped(y, tuple(sizes))
    return ops.alias(x) if y is x else y


class Joined:
    """Several index tensors as one: the flat position, in the axes they index, of each row that is read or written."""

    def __init__(self, shape: tuple[int, ...], indices: list[Any]) -> None:
        """Join the indices (None where an axis has none). Raises IndexingError where their shapes do not broadcast."""
        axes = [k for k, index in enumerate(indices) if index is not None]
        self.together = axes == list(range(axes[0], axes[-1] + 1))
        self.order = None if self.together else [*axes, *(k for k in range(len(shape)) if k not in axes)]
        self.start = axes[0] if self.together else 0
        self.lead = shape[: self.start]
        self.rest = tuple(size for k, size in enumerate(shape) if k >= self.start and k not in axes)
        self.count = math.prod(shape[k] for k in axes)
        found = [indices[k] for k in axes]
        try:
            self.shape = np.broadcast_shapes(*(index.shape for index in found))
        except ValueError:
            raise IndexingError(
                f"index tensors of shapes {', '.join(str(i.shape) for i in found)} do not broadcast"
            ) from None
        at = found[0]
        for index, axis in zip(found[1:], axes[1:], strict=True):
            at = at * shape[axis] + index
        if len(found) == 1 or at.shape == self.shape:
            self.flat = at.reshape(-1)
        else:  # an axis of size 1 was stretched by an index that came later
            self.flat = (at + np.zeros(self.shape, np.int64)).reshape(-1)

    def rows(self, x: Any) -> Any:
        """Lay a tensor out as (…, positions, the rest of a row)."""
        x = x if self.order is None else ops.permute(x, axes=tuple(k - len(x.shape) for k in self.order))
        return reshaped(x, (*self.lead, self.count, math.prod(self.rest)))

    def unrows(self, rows: Any, shape: tuple[int, ...]) -> Any:
        """Undo `rows`."""
        if self.order is None:
            return reshaped(rows, shape)
        x = reshaped(rows, tuple(shape[k] for k in self.order))
        return ops.permute(x, axes=tuple(self.order.index(k) - len(shape) for k in range(len(shape))))

    @property
    def result(self) -> tuple[int, ...]:
        """The shape of what is read."""
        return (*self.lead, *self.shape, *self.rest)


def _overwritten(x: Any, joined: Joined, value: Any) -> Any:
    """Make x with rows replaced by values, of equal rows the last."""
    rows = reshaped(value, (*joined.lead, math.prod(joined.shape), math.prod(joined.rest)))
    flat = known(joined.flat)
    n = len(joined.flat)
    if flat is None:  # of equal positions all but the last are pushed aside
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
    if not n:
        return x
    return joined.unrows(ops.where(written, ops.gather(rows, source), joined.rows(x)), x.shape)


@numpy_names
class Index(Facts):
    """x[key], x[key] = value, and the functions that index along an axis."""

    def __getitem__(self, key: Any) -> Tensor:
        place, sizes, indices = split_key(key, self.shape)
        view = _view(self, place, sizes)
        if all(index is None for index in indices):
            return view
        joined = Joined(view.shape, indices)
        return reshaped(ops.gather(joined.rows(view), joined.flat), joined.result)

    def __setitem__(self, key: Any, value: Any) -> None:
        value = self._as_value(value)
        if isinstance(key, Operand) and key.dtype == np.bool_ and value._array.size == 1:  # type: ignore[attr-defined]
            mask = reshaped(key, (*key.shape, *(1,) * (self.ndim - len(key.shape))))  # type: ignore[attr-defined]
            self._write(ops.where(mask, reshaped(value, ()), self))
            return
        place, sizes, indices = split_key(key, self.shape)
        view = _view(self, place, sizes)
        if value._base is not None and value._base is view._base and value._chain == view._chain:
            return  # x[key] += 1 has written already, and assigns the part to itself
        joined = None if all(index is None for index in indices) else Joined(view.shape, indices)
        shape = view.shape if joined is None else joined.result
        while len(value.shape) > len(shape) and value.shape[0] == 1:
            value = reshaped(value, value.shape[1:])
        if value.shape != shape:
            try:
                value = value.expand(shape)
            except ShapeError:
                raise ShapeError(
                    f"a value of shape {value.shape} is written to a part of shape {shape}: it does not broadcast"
                ) from None
        view._write(value if joined is None else _overwritten(view, joined, value))

    def _as_value(self, value: Any) -> Any:
        if not isinstance(value, Operand):
            value = self._of(array_of(value, None if hasattr(value, "dtype") else self.dtype))
        return value.to(self.dtype)  # type: ignore[attr-defined]

    # -- along an axis -----------------------------------------------------------------------------

    def index_select(self, dim: int, index: Any) -> Tensor:
        """Take the positions of an axis that a vector lists."""
        return self[(..., index, *[FULL] * (-axis_from_end(dim, self.ndim) - 1))]

    def gather(self, dim: int, index: Any) -> Tensor:
        """Take along an axis, elsewhere at the same place: y[i][j] = x[index[i][j]][j] for dim 0; y has index's shape."""
        x: Any = self
        axis = axis_from_end(dim, self.ndim)
        if len(index.shape) != self.ndim:
            raise ShapeError(
                f"gather from shape {self.shape} by an index of shape {index.shape}: they need as many axes"
            )
        for other in range(-self.ndim, 0):
            if other != axis and x.shape[other] != index.shape[other]:
                x = x.narrow(other, 0, index.shape[other])
        return _taken(x, axis, index)

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
        return _taken(self.expand(sizes[0]), axis, indices.expand(sizes[1]))

    def scatter_add(self, dim: int, index: Any, src: Any) -> Tensor:
        """Add along an axis, elsewhere at the same place: y[index[i][j]][j] += src[i][j] for dim 0."""
        return ops.add(self, _put(self, axis_from_end(dim, self.ndim), index, src))

    def scatter(self, dim: int, index: Any, src: Any) -> Tensor:
        """Put along an axis, elsewhere at the same place: y[index[i][j]][j] = src[i][j] for dim 0. Indices must differ."""
        axis = axis_from_end(dim, self.ndim)
        if not isinstance(src, Operand):
            src = ops.where(ops.eq(index, index), src, 0).to(self.dtype)
        ones = ops.eq(index, index).to(self.dtype)
        return ops.where(ops.ne(_put(self, axis, index, ones), 0), _put(self, axis, index, src), self)

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
        """Write each class as a row of zeros with a 1 at its place; the number of classes is the largest and one unless given.

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
        return ops.eq(self.unsqueeze(-1), np.arange(num_classes)).long()


def _taken(x: Any, axis: int, index: Any) -> Any:
    """Take along an axis, x and index being of equal shape beside it."""
    at = positions(index, x.shape[axis], axis + len(x.shape))
    rows = ops.gather(moved(x, axis, -1).unsqueeze(-1), moved(at, axis, -1))
    return moved(rows.squeeze(-1), -1, axis)


def _put(x: Any, axis: int, index: Any, src: Any) -> Any:
    """Add src up in zeros of x's shape, along an axis, elsewhere at the same place."""
    n = len(x.shape)
    at = positions(index, x.shape[axis], axis + n)
    for k in range(-n, 0):
        if src.shape[k] != at.shape[k]:
            src = src.narrow(k, 0, at.shape[k])
    rows = ops.scatter_add(moved(src, axis, -1).unsqueeze(-1), moved(at, axis, -1), size=x.shape[axis])
    total = moved(rows.squeeze(-1), -1, axis)
    if total.shape != x.shape:
        total = ops.pad(total, place=tuple((0, 1, size) for size in x.shape))
    return total
