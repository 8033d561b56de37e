"""Views under PyTorch's names, which share the tensor's memory, and rearrangements, which copy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import ops
from ..errors import ShapeError
from ..op import Abstract
from .axes import axes_from_end, axis_from_end, numpy_names, sizes_of, spread
from .facts import Facts

if TYPE_CHECKING:
    from ..tensor import Tensor


def reshaped(x: Any, shape: tuple[int, ...]) -> Any:
    """Give all axes another shape."""
    return ops.reshape(x, ndim=len(x.shape), shape=shape)


def dropped(x: Any, axes: tuple[int, ...]) -> Any:
    """Drop axes (negative numbers) of size 1."""
    if not axes:
        return x
    n = len(x.shape)
    kept = () if len(axes) == n else tuple([size for k, size in enumerate(x.shape) if k - n not in axes])
    return ops.reshape(x, ndim=n, shape=kept)


def moved(x: Any, source: int, target: int) -> Any:
    """Move one axis (negative numbers) to another place."""
    if source == target:
        return x
    order = list(range(-len(x.shape), 0))
    axis = order.pop(source)
    order.insert(target + len(x.shape), axis)
    return ops.permute(x, axes=tuple(order))


@numpy_names
class Shape(Facts):
    """Reshape, transpose, stretch, split, turn."""

    # -- the same elements in another shape --------------------------------------------------------

    def reshape(self, *shape: Any) -> Tensor:
        """Give it another shape of as many elements; one size may be −1. A view where memory allows, else a copy."""
        return reshaped(self, sizes_of(shape, self._array.size))

    def view(self, *shape: Any) -> Tensor:
        """Give it another shape on the same memory; with a dtype, cast. Raises ShapeError where memory forbids."""
        if len(shape) == 1 and isinstance(shape[0], (np.dtype, str)):
            return self.to(shape[0])
        out = reshaped(self, sizes_of(shape, self._array.size))
        if self._array.size and type(self._array) is not Abstract and out._base is None:
            raise ShapeError(
                f"view of shape {self.shape} as {out.shape}: its elements do not lie in that order in memory; "
                "use reshape()"
            )
        return out

    def reshape_as(self, other: Any) -> Tensor:
        """Give it another tensor's shape."""
        return self.reshape(other.shape)

    view_as = reshape_as

    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> Tensor:
        """Make one axis of those from start_dim to end_dim."""
        n = self.ndim
        start, end = axis_from_end(start_dim, n) + n, axis_from_end(end_dim, n) + n
        if not n:
            return reshaped(self, (1,))
        if start > end:
            raise ShapeError(
                f"flatten from dim {start_dim} to {end_dim} of a tensor with {n} axes: the first comes after the last"
            )
        return reshaped(self, (*self.shape[:start], math.prod(self.shape[start : end + 1]), *self.shape[end + 1 :]))

    def ravel(self) -> Tensor:
        """Make one axis of all."""
        return reshaped(self, (self._array.size,))

    def unflatten(self, dim: int, sizes: tuple[int, ...]) -> Tensor:
        """Make several axes of one."""
        at = axis_from_end(dim, self.ndim) + self.ndim
        return reshaped(self, (*self.shape[:at], *sizes_of((tuple(sizes),), self.shape[at]), *self.shape[at + 1 :]))

    def squeeze(self, dim: Any = None) -> Tensor:
        """Drop all axes of size 1, or those named that have it."""
        n = self.ndim
        axes = tuple(axis for axis in axes_from_end(dim, n) if self.shape[axis] == 1)
        return dropped(self, axes) if axes else ops.alias(self)

    def unsqueeze(self, dim: int) -> Tensor:
        """Insert an axis of size 1."""
        at = axis_from_end(dim, self.ndim + 1) + self.ndim + 1
        return reshaped(self, (*self.shape[:at], 1, *self.shape[at:]))

    # -- the axes in another order -----------------------------------------------------------------

    def permute(self, *args: Any, dims: Any = None) -> Tensor:
        """Put the axes into another order."""
        order = spread(args) if dims is None else tuple(dims)
        axes = [axis_from_end(dim, self.ndim) for dim in order]
        if sorted(axes) != list(range(-self.ndim, 0)):
            raise ShapeError(f"permute by {order} of a tensor with {self.ndim} axes: each axis must stand there once")
        return ops.permute(self, axes=tuple(axes))

    def transpose(self, dim0: int, dim1: int) -> Tensor:
        """Swap two axes."""
        if not self.ndim:
            return ops.alias(self)
        axes = list(range(-self.ndim, 0))
        a, b = axis_from_end(dim0, self.ndim), axis_from_end(dim1, self.ndim)
        axes[a], axes[b] = axes[b], axes[a]
        return ops.permute(self, axes=tuple(axes))

    swapaxes = swapdims = transpose

    def movedim(self, source: Any, destination: Any) -> Tensor:
        """Move axes to other places; the rest keep their order."""
        sources, targets = (
            [axis_from_end(dim, self.ndim) for dim in ([dims] if isinstance(dims, int) else dims)]
            for dims in (source, destination)
        )
        rest = iter([axis for axis in range(-self.ndim, 0) if axis not in sources])
        place = dict(zip(targets, sources, strict=True))
        return ops.permute(self, axes=tuple(place[k] if k in place else next(rest) for k in range(-self.ndim, 0)))

    moveaxis = movedim

    @property
    def T(self) -> Tensor:  # noqa: N802
        """All axes in reverse."""
        return ops.permute(self, axes=tuple(range(-1, -self.ndim - 1, -1)))

    @property
    def mT(self) -> Tensor:  # noqa: N802
        """The last two axes swapped."""
        return self.transpose(-1, -2)

    def t(self) -> Tensor:
        """Transpose a matrix. Raises ShapeError for more than two axes."""
        if self.ndim > 2:
            raise ShapeError(
                f"t() of a tensor with {self.ndim} axes: expected 2 at most; use transpose(dim0, dim1), .T or .mT"
            )
        return self.T

    # -- stretched and repeated --------------------------------------------------------------------

    def expand(self, *sizes: Any) -> Tensor:
        """Stretch axes of size 1, without copying; −1 keeps a size, and new axes may come in front."""
        wanted = spread(sizes)
        extra = len(wanted) - self.ndim
        padded = (1,) * extra + self.shape
        full = tuple(size if want == -1 else want for want, size in zip(wanted, padded, strict=False))
        if (
            extra < 0
            or any(size not in (1, want) for want, size in zip(full, padded, strict=True))
            or -1 in wanted[:extra]
        ):
            raise ShapeError(
                f"expand of shape {self.shape} to {wanted}: only axes of size 1 stretch, and new ones come in front"
            )
        return ops.expand(reshaped(self, padded) if extra else self, sizes=full)

    def expand_as(self, other: Any) -> Tensor:
        """Stretch to another tensor's shape."""
        return self.expand(other.shape)

    def broadcast_to(self, *shape: Any) -> Tensor:
        """Stretch to a shape."""
        return self.expand(*shape)

    def repeat(self, *repeats: Any) -> Tensor:
        """Copy it side by side, so many times along each axis; new axes may come in front."""
        times = spread(repeats)
        if len(times) < self.ndim:
            raise ShapeError(f"repeat {times} of a tensor with {self.ndim} axes: give a number for each")
        shape = (1,) * (len(times) - self.ndim) + self.shape
        pairs = [pair for size in shape for pair in (1, size)]
        wide = [pair for time, size in zip(times, shape, strict=True) for pair in (time, size)]
        spaced = ops.expand(reshaped(self, tuple(pairs)), sizes=tuple(wide))
        return reshaped(spaced.clone(), tuple(time * size for time, size in zip(times, shape, strict=True)))

    def tile(self, *args: Any, dims: Any = None) -> Tensor:
        """Copy it side by side; missing numbers are 1."""
        times = spread(args) if dims is None else tuple(dims)
        return self.repeat((1,) * (self.ndim - len(times)) + times)

    def repeat_interleave(self, repeats: int, dim: int | None = None) -> Tensor:
        """Repeat each element so many times, along an axis or flattened."""
        x: Any = self.ravel() if dim is None else self
        at = x.ndim + axis_from_end(-1 if dim is None else dim, x.ndim)
        wide = x.unsqueeze(at + 1).expand(*x.shape[: at + 1], repeats, *x.shape[at + 1 :]).clone()
        return reshaped(wide, (*x.shape[:at], repeats * x.shape[at], *x.shape[at + 1 :]))

    # -- parts -------------------------------------------------------------------------------------

    def narrow(self, dim: int, start: int, length: int) -> Tensor:
        """Take `length` elements of an axis, from `start`."""
        axis = axis_from_end(dim, self.ndim)
        size = self.shape[axis] if self.ndim else 0
        first = start + size if start < 0 else start
        if not 0 <= first <= first + length <= size:
            raise ShapeError(f"narrow of dim {dim} of size {size} from {start} by {length}: the part must lie inside")
        return ops.narrow(self, axis, first, length)

    def select(self, dim: int, index: int) -> Tensor:
        """Take one position of an axis, which is dropped."""
        return self[(..., index, *[slice(None)] * (-axis_from_end(dim, self.ndim) - 1))]  # type: ignore[index]

    def split(self, split_size: Any, dim: int = 0) -> tuple[Tensor, ...]:
        """Cut an axis into parts of one size (the last may be smaller), or of the sizes listed."""
        axis = axis_from_end(dim, self.ndim)
        size = self.shape[axis]
        if isinstance(split_size, int):
            if split_size < 1:
                raise ShapeError(f"split into parts of {split_size}: expected 1 or more")
            sizes = [min(split_size, size - k) for k in range(0, size, split_size)] or [0]
        else:
            sizes = list(split_size)
            if sum(sizes) != size or min(sizes, default=0) < 0:
                raise ShapeError(f"split into {sizes} of dim {dim}: expected sizes of 0 or more that add up to {size}")
        starts = np.cumsum([0, *sizes]).tolist()
        return tuple(ops.narrow(self, axis, start, n) for start, n in zip(starts, sizes, strict=False))

    def chunk(self, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
        """Cut an axis into so many parts of equal size; the last may be smaller, and there may be fewer."""
        if chunks < 1:
            raise ShapeError(f"chunk into {chunks} parts: expected 1 or more")
        return self.split(max(1, -(-self.shape[axis_from_end(dim, self.ndim)] // chunks)), dim)

    def unbind(self, dim: int = 0) -> tuple[Tensor, ...]:
        """Take every position of an axis, which is dropped."""
        axis = axis_from_end(dim, self.ndim)
        return tuple(dropped(ops.narrow(self, axis, k, 1), (axis,)) for k in range(self.shape[axis]))

    def unfold(self, dimension: int, size: int, step: int) -> Tensor:
        """Slide a window along an axis: the windows' inside becomes the last axis."""
        if size < 1 or step < 1:
            raise ShapeError(f"unfold into windows of {size}, {step} apart: expected 1 or more of both")
        return ops.unfold(self, axis=axis_from_end(dimension, self.ndim), size=size, step=step)

    # -- turned ------------------------------------------------------------------------------------

    def flip(self, *args: Any, dims: Any = None) -> Tensor:
        """Mirror along axes; a copy."""
        return ops.flip(self, axes=axes_from_end(spread(args) if dims is None else dims, self.ndim)).clone()

    def roll(self, shifts: Any, dims: Any = None) -> Tensor:
        """Turn along axes: what leaves at one end comes in at the other; without axes, flattened."""
        if dims is None:
            return reshaped(self.ravel().roll(shifts, 0), self.shape)
        x: Any = self
        for shift, dim in zip(*(([v] if isinstance(v, int) else v) for v in (shifts, dims)), strict=True):
            axis = axis_from_end(dim, self.ndim)
            cut = -shift % max(self.shape[axis], 1)
            x = ops.concatenate(
                ops.narrow(x, axis, cut, self.shape[axis] - cut), ops.narrow(x, axis, 0, cut), axis=axis
            )
        return x

    # -- triangles and diagonals -------------------------------------------------------------------

    def tril(self, diagonal: int = 0) -> Tensor:
        """Keep what is on and below a diagonal, 0 elsewhere."""
        return ops.where(np.tri(*_matrix(self, "tril"), diagonal, dtype=bool), self, 0).to(self.dtype)

    def triu(self, diagonal: int = 0) -> Tensor:
        """Keep what is on and above a diagonal, 0 elsewhere."""
        return ops.where(np.tri(*_matrix(self, "triu"), diagonal - 1, dtype=bool), 0, self).to(self.dtype)

    def diagonal(self, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
        """Take the diagonal of two axes; it becomes the last axis. A view of a contiguous tensor."""
        x: Any = self.movedim((dim1, dim2), (-2, -1))
        rows, columns = _matrix(x, "diagonal")
        start = offset if offset >= 0 else -offset * columns
        count = max(0, min(rows + min(offset, 0), columns - max(offset, 0)))
        flat = ops.reshape(x, ndim=2, shape=(rows * columns,))
        return ops.narrow(flat, -1, start if count else 0, count, columns + 1)

    def diag(self, diagonal: int = 0) -> Tensor:
        """Put a vector on a diagonal of a matrix of zeros, or copy a matrix's diagonal; `diagonal()` shows it."""
        if self.ndim > 2:
            raise ShapeError(
                f"diag of a tensor of shape {self.shape}: expected 1 axis or 2; use diagonal() or diag_embed()"
            )
        return self.diagonal(diagonal).clone() if self.ndim == 2 else self.diag_embed(diagonal)

    def diag_embed(self, offset: int = 0) -> Tensor:
        """Put the last axis on a diagonal of matrices of zeros."""
        inner = ops.where(np.eye(self.shape[-1], dtype=bool), self.unsqueeze(-1), 0).to(self.dtype)
        size = self.shape[-1] + abs(offset)
        place = ((max(-offset, 0), 1, size), (max(offset, 0), 1, size))
        return ops.pad(inner, place=place) if offset else inner

    def trace(self) -> Tensor:
        """Add up a matrix's diagonal."""
        return self.diagonal().sum()


def _matrix(x: Any, name: str) -> tuple[int, int]:
    if x.ndim < 2:
        raise ShapeError(f"{name} of a tensor of shape {x.shape}: expected 2 axes at least")
    return x.shape[-2], x.shape[-1]
