"""The key of `x[key]`, read: a view to take, and where along which axes to read or write in it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import ops
from ..errors import DTypeError, IndexingError, ShapeError, TraceError
from ..mode import mode
from ..op import Abstract, Operand
from .shape import reshaped

FULL = slice(None)
EXPECTED = "expected integers, slices, '...', None, or lists and tensors of integers or booleans"
Place = tuple[int, int, int]


def known(x: Any) -> Any:
    """Give the array behind an index where its numbers may be looked at: not in a traced program."""
    if isinstance(x, Operand):
        return None if mode.trace is not None or type(x._array) is Abstract else x._array  # type: ignore[attr-defined]
    return x


def positions(index: Any, size: int, axis: int) -> Any:
    """Make an integer index count from the front.

    Raises DTypeError for one that is not of integers and, where numbers are known, IndexingError for one outside.
    """
    if not isinstance(index, Operand):
        index = np.asarray(index)
        index = index.astype(np.int64) if index.dtype.kind in "iu" or not index.size else index
    if index.dtype not in (np.int64, np.int32):
        raise DTypeError(f"an index of {index.dtype}: {EXPECTED}; cast with .long()")
    array = known(index)
    if array is None:
        index = index.to(np.int64)
        return ops.where(ops.lt(index, 0), ops.add(index, size), index)
    array = array.astype(np.int64, copy=False)
    if not array.size:
        return array
    low, high = array.min(), array.max()
    if low < -size or high >= size:
        raise IndexingError(f"index {low if low < -size else high} is out of range for axis {axis} of size {size}")
    return np.where(array < 0, array + size, array) if low < 0 else array


def checked(index: Any, size: int) -> Any:
    """Give integers of a traced program; a run of it stops at one that is not among 0 to size - 1."""
    flat = index.to(np.int64).reshape(-1)
    return ops.gather(np.arange(size).reshape(-1, 1), flat).reshape(index.shape)


def split_key(key: Any, shape: tuple[int, ...]) -> tuple[list[Place], list[int], list[Any] | None]:
    """Read a key into (the slice of each axis, the view's shape, the index of each of the view's axes or None).

    >>> split_key((1, slice(None, None, 2)), (3, 5))
    ([(1, 1, 1), (0, 2, 3)], [3], None)
    """
    items = list(key) if type(key) is tuple else [key]
    if len(items) <= len(shape) and all([type(item) is int or type(item) is slice for item in items]):
        items += [FULL] * (len(shape) - len(items))
    else:
        items = _spelled_out(_items(items), len(shape))
    place: list[Place] = []
    sizes: list[int] = []
    indices: dict[int, Any] = {}
    axis = 0
    for item in items:
        if item is None or type(item) is bool:
            if item is not None:
                indices[len(sizes)] = np.zeros(int(item), np.int64)
            sizes.append(1)
            continue
        if type(item) is slice:
            start, stop, step = item.indices(shape[axis])
            length = len(range(start, stop, step))
            place.append((start if length else 0, step, length))
            sizes.append(length)
        elif isinstance(item, (Operand, np.ndarray)):
            for index in _nonzero(item, shape, axis) if _is_mask(item) else [positions(item, shape[axis], axis)]:
                indices[len(sizes)] = index
                place.append((0, 1, shape[axis]))
                sizes.append(shape[axis])
                axis += 1
            continue
        else:
            place.append((_position(item, shape[axis], axis), 1, 1))
        axis += 1
    return place, sizes, [indices.get(k) for k in range(len(sizes))] if indices else None


def _items(items: list[Any]) -> list[Any]:
    """Make lists arrays, and scalar tensors integers where they may be looked at."""
    read = []
    for item in items:
        if isinstance(item, (list, tuple, range)):
            item = _stacked(item)
        elif isinstance(item, np.generic) or (isinstance(item, (Operand, np.ndarray)) and not item.shape):  # type: ignore[union-attr]
            array = known(item)
            item = item if array is None else array.item()
        read.append(item)
    return read


def _stacked(parts: Any) -> Any:
    """Make an array of a list, and a traced tensor of one that holds traced tensors."""
    if any(isinstance(part, Operand) and known(part) is None for part in parts):
        return ops.concatenate(
            *(reshaped(part if isinstance(part, Operand) else np.array(part), (1,)) for part in parts), axis=-1
        )
    array = np.asarray(parts)
    return array if array.size else array.astype(np.int64)


def _is_mask(item: Any) -> bool:
    return item.dtype == np.bool_


def _spelled_out(items: list[Any], ndim: int) -> list[Any]:
    """Replace `...` by full slices. Raises IndexingError for two, or for more items than axes."""
    dots = [k for k, item in enumerate(items) if item is Ellipsis]
    spent = 0
    for item in items:
        if item is not None and item is not Ellipsis and type(item) is not bool:
            spent += len(item.shape) if isinstance(item, (Operand, np.ndarray)) and _is_mask(item) else 1  # type: ignore[union-attr]
    if len(dots) > 1:
        raise IndexingError("an index with two '...': only one can stand for the rest")
    if spent > ndim:
        raise IndexingError(f"{spent} indices for a tensor with {ndim} axes")
    at = dots[0] if dots else len(items)
    return items[:at] + [FULL] * (ndim - spent) + items[at + 1 :]


def check_fits(value: tuple[int, ...], part: tuple[int, ...]) -> None:
    """Raise ShapeError unless a value of one shape broadcasts to a part of another."""
    tail = part[len(part) - len(value) :]
    if value != part and (len(value) > len(part) or any([n not in (1, to) for n, to in zip(value, tail, strict=True)])):
        raise ShapeError(f"a value of shape {value} is written to a part of shape {part}: it does not broadcast")


def check_mask(mask: Any, shape: tuple[int, ...], axis: int) -> None:
    """Raise IndexingError unless a mask has the sizes of the axes that it stands for, from `axis` on."""
    if mask.shape != shape[axis : axis + len(mask.shape)]:
        raise IndexingError(
            f"a mask of shape {mask.shape} at axis {axis} of a tensor of shape {shape}: the sizes must be equal"
        )


def _nonzero(mask: Any, shape: tuple[int, ...], axis: int) -> list[Any]:
    array = known(mask)
    if array is None:
        raise TraceError(
            f"a traced mask of shape {mask.shape} as an index: how many elements it picks depends on values, which are "
            "not known while a program is traced; use where() or masked_fill()"
        )
    check_mask(array, shape, axis)
    return list(array.nonzero())


def _position(item: Any, size: int, axis: int) -> int:
    try:
        at = item.__index__()
    except AttributeError:
        raise IndexingError(f"index {item!r}: {EXPECTED}") from None
    if not -size <= at < size:
        raise IndexingError(f"index {at} is out of range for axis {axis} of size {size}")
    return at + size if at < 0 else at


class Joined:
    """Several index tensors as one: the flat position, in the axes they index, of each row that is read or written."""

    def __init__(self, shape: tuple[int, ...], indices: list[Any]) -> None:
        """Join the indices (None where an axis has none). Raises IndexingError where their shapes do not broadcast."""
        axes = [k for k, index in enumerate(indices) if index is not None]
        together = axes == list(range(axes[0], axes[-1] + 1))
        start = axes[0] if together else 0
        self.order = None if together else [*axes, *(k for k in range(len(shape)) if k not in axes)]
        self.lead = shape[:start]
        self.rest = tuple(size for k, size in enumerate(shape) if k >= start and k not in axes)
        self.count = math.prod(shape[k] for k in axes)
        first, *others = [indices[k] for k in axes]
        self.shape = tuple(first.shape) if not others else _met([index.shape for index in (first, *others)])
        for index, axis in zip(others, axes[1:], strict=True):
            first = first * shape[axis] + index
        if first.shape != self.shape:  # an axis of size 1 is stretched by an index that comes later
            first = first + np.zeros(self.shape, np.int64)
        self.flat = first if len(self.shape) == 1 else first.reshape(-1)

    def rows(self, x: Any) -> Any:
        """Lay a tensor out as (…, positions, the rest of a row)."""
        x = x if self.order is None else ops.permute(x, axes=tuple(k - len(x.shape) for k in self.order))
        shape = (*self.lead, self.count, math.prod(self.rest))
        return x if x.shape == shape else reshaped(x, shape)

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


def _met(shapes: list[tuple[int, ...]]) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise IndexingError(f"index tensors of shapes {', '.join(map(str, shapes))} do not broadcast") from None
