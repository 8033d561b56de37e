"""Views and what undoes them: reshape, permute, slice and pad, flip, concatenate, unfold and fold.

A view says where each output element is read from; what undoes it writes there instead.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeError
from ..op import reduction, view

Shape = tuple[int, ...]
Place = tuple[tuple[int, int, int], ...]


def _unravel(flat: Any, sizes: Shape) -> tuple[Any, ...]:
    out = []
    for size in reversed(sizes):
        out.append(flat % size)
        flat = flat // size
    return tuple(reversed(out))


def _ravel(i: Any, sizes: Shape) -> Any:
    flat = 0
    for at, size in zip(i, sizes, strict=True):
        flat = flat * size + at
    return flat


@view(
    vjp=lambda g, y, x: g, shape=lambda x: x, index=lambda i, x: i, symbol="alias", samples=((((2, 3),), {}),),
    says="passes the gradient on as it is",
)
def alias(x: Any) -> Any:
    """Stand for x under another identity, as a transform's own copy of its input."""
    return x[...]


def _lead(shape: Shape, ndim: int) -> Shape:
    return shape[: len(shape) - ndim]


def _reshaped(x: Shape, *, ndim: int, shape: Shape) -> Shape:
    if np.prod(shape, dtype=int) != np.prod(x[len(x) - ndim :], dtype=int):
        raise ShapeError(f"reshape: shape {x} has {np.prod(x, dtype=int)} elements, {shape} would have another number")
    return (*_lead(x, ndim), *shape)


@view(
    vjp=lambda g, y, x, ndim, shape: reshape(g, ndim=len(shape), shape=tuple(x.shape[len(x.shape) - ndim :])),
    shape=_reshaped,
    index=lambda i, x, *, ndim, shape: (
        *_lead(i, len(shape)), *_unravel(_ravel(i[len(i) - len(shape) :], shape), x.shape[len(x.shape) - ndim :])
    ),
    symbol="reshape", says="passes the gradient on, in the old shape",
    samples=(
        (((2, 6),), {"ndim": 2, "shape": (3, 4)}),
        (((2, 6),), {"ndim": 1, "shape": (3, 1, 2)}),
        (((),), {"ndim": 0, "shape": (1, 1)}),
    ),
)
def reshape(x: Any, *, ndim: int, shape: Shape) -> Any:
    """Give the last `ndim` axes another shape of as many elements."""
    return x.reshape((*_lead(x.shape, ndim), *shape))


def _inverse(axes: Shape) -> Shape:
    out = [0] * len(axes)
    for k, axis in enumerate(axes):
        out[axis] = k - len(axes)
    return tuple(out)


def _permuted(x: Shape, *, axes: Shape) -> Shape:
    return (*_lead(x, len(axes)), *(x[axis] for axis in axes))


@view(
    vjp=lambda g, y, x, axes: permute(g, axes=_inverse(axes)), shape=_permuted,
    index=lambda i, x, *, axes: (*_lead(i, len(axes)), *(i[axis] for axis in _inverse(axes))), symbol="permute",
    says="passes the gradient on, its axes put back",
    samples=(
        (((2, 3),), {"axes": (-1, -2)}),
        (((2, 3, 4),), {"axes": (-1, -3, -2)}),
        (((5, 2, 3),), {"axes": (-1, -2)}),
    ),
)
def permute(x: Any, *, axes: Shape) -> Any:
    """Put the last axes into another order: output axis k is input axis `axes[k]` (negative numbers)."""
    return x.transpose((*range(x.ndim - len(axes)), *axes))


def _python_slice(start: int, step: int, size: int) -> slice:
    stop = start + step * size
    return slice(start, stop if stop >= 0 else None, step) if size else slice(0, 0)


def _moved(i: Any, place: Place) -> Any:
    tail = zip(i[len(i) - len(place) :], place, strict=True)
    return (*_lead(i, len(place)), *(start + step * at for at, (start, step, _) in tail))


def _undo_slice(g: Any, y: Any, x: Any, place: Place) -> Any:
    sizes = x.shape[len(x.shape) - len(place) :]
    return pad(g, place=tuple((start, step, n) for (start, step, _), n in zip(place, sizes, strict=True)))


@view(
    vjp=_undo_slice, shape=lambda x, *, place: (*_lead(x, len(place)), *(size for _, _, size in place)),
    index=lambda i, x, *, place: _moved(i, place), symbol="slice",
    says="the gradient goes to the part that was taken, 0 to the rest",
    samples=(
        (((5,),), {"place": ((1, 2, 2),)}),
        (((4, 5),), {"place": ((3, -1, 3), (0, 1, 5))}),
        (((3, 4),), {"place": ((2, 1, 1),)}),
    ),
)
def slice_(x: Any, *, place: Place) -> Any:
    """Take (start, step, size) of each of the last axes."""
    return x[(..., *(_python_slice(*part) for part in place))]


def _undo_pad(g: Any, y: Any, x: Any, place: Place, value: float = 0.0) -> Any:
    sizes = x.shape[len(x.shape) - len(place) :]
    return slice_(g, place=tuple((start, step, n) for (start, step, _), n in zip(place, sizes, strict=True)))


@reduction(
    vjp=_undo_pad, shape=lambda x, *, place, value=0.0: (*_lead(x, len(place)), *(size for _, _, size in place)),
    index=lambda i, x, *, place, value=0.0: _moved(i, place), identity=lambda *, place, value=0.0: value, symbol="pad",
    says="the padding's gradient is dropped",
    samples=((((3,),), {"place": ((2, 1, 6),)}), (((2, 3),), {"place": ((1, 2, 5), (0, 1, 4)), "value": 1.5})),
)
def pad(x: Any, *, place: Place, value: float = 0.0) -> Any:
    """Put x into a larger array of `value`: (start, step, size of the output) for each of the last axes."""
    out: Any = np.full((*_lead(x.shape, len(place)), *(size for _, _, size in place)), value, dtype=x.dtype)
    sizes = x.shape[x.ndim - len(place) :]
    out[(..., *(_python_slice(start, step, n) for (start, step, _), n in zip(place, sizes, strict=True)))] = x
    return out


def narrow(x: Any, axis: int, start: int, size: int, step: int = 1) -> Any:
    """Slice along one axis (a negative number)."""
    rest = tuple((0, 1, n) for n in x.shape[len(x.shape) + axis + 1 :])
    return slice_(x, place=((start, step, size), *rest))


def _mirrored(i: Any, x: Any, *, axes: Shape) -> Any:
    n = len(x.shape)
    return tuple(x.shape[k] - 1 - at if k - n in axes else at for k, at in enumerate(i))


@view(
    vjp=lambda g, y, x, axes: flip(g, axes=axes), shape=lambda x, *, axes: x, index=_mirrored, symbol="flip",
    says="passes the gradient on, mirrored", samples=((((4,),), {"axes": (-1,)}), (((3, 4),), {"axes": (-2, -1)})),
)
def flip(x: Any, *, axes: Shape) -> Any:
    """Mirror along axes (negative numbers)."""
    return np.flip(x, axes)


def _offset(k: int, xs: tuple[Any, ...], axis: int) -> int:
    return sum(x.shape[axis] for x in xs[:k])


def _joined(*shapes: Shape, axis: int) -> Shape:
    first = shapes[0]
    at = len(first) + axis
    for shape in shapes:
        if len(shape) != len(first) or shape[:at] != first[:at] or shape[at + 1 :] != first[at + 1 :]:
            raise ShapeError(f"concatenate: shapes {' and '.join(map(str, shapes))} differ beside axis {axis}")
    return (*first[:at], sum(shape[at] for shape in shapes), *first[at + 1 :])


def _placed(i: Any, *xs: Any, k: int, axis: int) -> Any:
    at = len(i) + axis
    return (*i[:at], i[at] + _offset(k, xs, axis), *i[at + 1 :])


@reduction(
    vjp=lambda g, y, *xs, k, axis: narrow(g, axis, _offset(k, xs, axis), xs[k].shape[axis]), shape=_joined,
    index=_placed, variadic=True, data=None, identity=0, symbol="concatenate",
    says="each part gets its own piece of the gradient",
    samples=((((2, 3), (2, 1), (2, 2)), {"axis": -1}), (((2, 3), (1, 3)), {"axis": -2})),
)
def concatenate(*xs: Any, axis: int) -> Any:
    """Join along an axis (a negative number)."""
    return np.ascontiguousarray(np.concatenate(xs, axis))  # what is new lies in order


def _windows(x: Shape, *, axis: int, size: int, step: int = 1, dilation: int = 1) -> Shape:
    n, span = x[axis], dilation * (size - 1) + 1
    if span > n:
        raise ShapeError(f"unfold: windows that span {span} do not fit into axis {axis} of size {n} of shape {x}")
    at = len(x) + axis
    return (*x[:at], (n - span) // step + 1, *x[at + 1 :], size)


def _within(i: Any, x: Any, *, axis: int, size: int = 0, n: int = 0, step: int = 1, dilation: int = 1) -> Any:
    *rest, inside = i
    rest[axis] = rest[axis] * step + inside * dilation
    return tuple(rest)


@view(
    vjp=lambda g, y, x, axis, size, **places: fold(g, axis=axis, n=x.shape[axis], **places),
    shape=_windows, index=_within, symbol="unfold", says="windows that overlap add their gradients up",
    samples=(
        (((6,),), {"axis": -1, "size": 3}),
        (((2, 7),), {"axis": -1, "size": 2, "step": 2}),
        (((6, 3),), {"axis": -2, "size": 2, "step": 3, "dilation": 2}),
    ),
)
def unfold(x: Any, *, axis: int, size: int, step: int = 1, dilation: int = 1) -> Any:
    """Slide a window of `size` along an axis; the windows' number takes the axis's place, their inside comes last."""
    span = dilation * (size - 1) + 1
    if span > x.shape[axis]:
        _windows(x.shape, axis=axis, size=size, step=step, dilation=dilation)
    windows: Any = np.lib.stride_tricks.sliding_window_view(x, span, axis=axis, writeable=False)[..., ::dilation]
    return windows[(..., slice(None, None, step)) + (slice(None),) * (-axis)]


def _folded(x: Shape, *, axis: int, n: int, step: int = 1, dilation: int = 1) -> Shape:
    count = (n - dilation * (x[-1] - 1) - 1) // step + 1
    if not 0 < count == x[axis - 1]:
        has = f"an axis of size {n} has {max(count, 0)} of them"
        raise ShapeError(f"fold: {x[axis - 1]} windows of shape {x}, but {has}")
    out = list(x[:-1])
    out[axis] = n
    return tuple(out)


@reduction(
    vjp=lambda g, y, x, axis, n, **places: unfold(g, axis=axis, size=x.shape[-1], **places),
    shape=_folded, index=_within, combine=lambda b, total, x: b.add(total, x), identity=0, symbol="fold",
    says="each window reads the gradient where it was added",
    samples=(
        (((4, 3),), {"axis": -1, "n": 6}),
        (((2, 3, 2),), {"axis": -1, "n": 6, "step": 2}),
        (((2, 3, 2),), {"axis": -2, "n": 6, "step": 3, "dilation": 2}),
    ),
)
def fold(x: Any, *, axis: int, n: int, step: int = 1, dilation: int = 1) -> Any:
    """Add windows (their inside on the last axis) back up into an axis of size n: the transpose of unfold."""
    out: Any = np.zeros(_folded(x.shape, axis=axis, n=n, step=step, dilation=dilation), dtype=x.dtype)
    tail: Any = (slice(None),) * (-axis - 1)
    last = step * (x.shape[axis - 1] - 1) + 1
    for k in range(x.shape[-1]):
        out[(..., slice(k * dilation, k * dilation + last, step), *tail)] += x[..., k]
    return out
