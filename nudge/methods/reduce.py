"""Reductions and running totals along axes, which are dropped unless `keepdim`; what is built from them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import ops
from ..dtype import as_dtype, bool_, is_float
from ..errors import DTypeError, ShapeError
from ..op import Operation
from .axes import axes_from_end, axis_from_end, numpy_names
from .facts import Facts
from .index import taken
from .shape import dropped, moved, reshaped

if TYPE_CHECKING:
    from ..tensor import Tensor


class Extremum(NamedTuple):
    """What max and min along an axis return: the values, and where along the axis they stand."""

    values: Tensor
    indices: Tensor


@numpy_names
class Reduce(Facts):
    """Sums, extremes, statistics."""

    # -- sums --------------------------------------------------------------------------------------

    def sum(self, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
        """Add up all elements, or those along axes."""
        return _reduced(ops.sum, self if dtype is None else self.to(dtype), dim, keepdim)

    def mean(self, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
        """Average all elements, or those along axes. Raises DTypeError for integers and booleans."""
        x = self if dtype is None else self.to(as_dtype(dtype))
        if not is_float(x.dtype):
            raise DTypeError(
                f"mean of {x.dtype} has no dtype to answer in: cast first with .float(), or say mean(dtype=...)"
            )
        return ops.div(_reduced(ops.sum, x, dim, keepdim), _count(x, dim))

    def var(
        self, dim: Any = None, *, correction: float = 1, unbiased: bool | None = None, keepdim: bool = False
    ) -> Tensor:
        """Average the squared distances from the mean, over n − correction; `unbiased=False` is correction 0."""
        distance = ops.sub(self, self.mean(dim, True))
        freedom = _count(self, dim) - (correction if unbiased is None else int(unbiased))
        return ops.div(_reduced(ops.sum, ops.mul(distance, distance), dim, keepdim), max(freedom, 0))

    def std(
        self, dim: Any = None, *, correction: float = 1, unbiased: bool | None = None, keepdim: bool = False
    ) -> Tensor:
        """Take the square root of the variance."""
        return root(self.var(dim, correction=correction, unbiased=unbiased, keepdim=keepdim))

    def norm(self, p: Any = 2, dim: Any = None, keepdim: bool = False) -> Tensor:
        """Take the p-norm, (Σ|x|ᵖ)^(1/p): 2 (or 'fro'), 1, 0 (how many are not 0), ±inf, or another number."""
        if p in (2, "fro"):
            return root(_reduced(ops.sum, ops.mul(self, self), dim, keepdim))
        size = ops.absolute(self)
        if p == math.inf:
            return size.amax(dim, keepdim)
        if p == -math.inf:
            return size.amin(dim, keepdim)
        if p == 0:
            return _reduced(ops.sum, ops.cast(ops.ne(self, 0), dtype=self.dtype), dim, keepdim)
        total = _reduced(ops.sum, size if p == 1 else ops.pow(size, p), dim, keepdim)
        return total if p == 1 else ops.pow(total, 1 / p)

    def count_nonzero(self, dim: Any = None) -> Tensor:
        """Count what is not 0."""
        return _reduced(ops.sum, ops.ne(self, 0), dim, False)

    def prod(self, dim: int | None = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
        """Multiply all elements, or those along one axis."""
        x = self if dtype is None else self.to(dtype)
        if dim is None:
            return dropped(ops.prod(reshaped(x, (x.numel(),)), axes=(-1,)), (-1,))
        return _reduced(ops.prod, x, dim, keepdim) if x.ndim else ops.alias(x)

    def cumsum(self, dim: int, *, dtype: Any = None) -> Tensor:
        """Add up along an axis, keeping every subtotal."""
        return _along_last(ops.cumsum, self if dtype is None else self.to(dtype), dim)

    # -- extremes ----------------------------------------------------------------------------------

    def amax(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        """Find the largest; ties share the gradient. Raises ShapeError where there are no elements."""
        return _reduced(ops.max, _some(self, "amax", dim), dim, keepdim)

    def amin(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        """Find the smallest; ties share the gradient. Raises ShapeError where there are no elements."""
        return _reduced(ops.min, _some(self, "amin", dim), dim, keepdim)

    def max(self, dim: Any = None, keepdim: bool = False) -> Any:
        """Find the largest of all; along an axis, (values, indices); with another tensor, the larger of each pair."""
        return _extreme(self, dim, keepdim, self.amax, ops.maximum, self.argmax)

    def min(self, dim: Any = None, keepdim: bool = False) -> Any:
        """Find the smallest of all; along an axis, (values, indices); with another tensor, the smaller of each pair."""
        return _extreme(self, dim, keepdim, self.amin, ops.minimum, self.argmin)

    def argmax(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        """Find where the largest stands, the first of equals; without an axis, in the flattened tensor."""
        x: Any = _some(self, "argmax", dim)
        if dim is None:
            at = ops.argmax(reshaped(x, (x.numel(),)))
            return reshaped(at, (1,) * x.ndim if keepdim else ())
        if not x.ndim:
            return x.argmax()
        axis = axis_from_end(dim, x.ndim)
        at = _along_last(ops.argmax, x, axis)
        return at if keepdim else dropped(at, (axis,))

    def argmin(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        """Find where the smallest stands, the first of equals; without an axis, in the flattened tensor."""
        if self.dtype == bool_:
            return ops.logical_not(self).argmax(dim, keepdim)
        # Of integers −1 − x, since −x of the lowest is itself.
        turned = ops.neg(self) if is_float(self.dtype) else ops.sub(-1, self)
        return turned.argmax(dim, keepdim)

    # -- questions ---------------------------------------------------------------------------------

    def all(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        """Tell whether no element is 0."""
        return ops.eq(_reduced(ops.sum, ops.eq(self, 0), dim, keepdim), 0)

    def any(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        """Tell whether some element is not 0."""
        return ops.ne(_reduced(ops.sum, ops.ne(self, 0), dim, keepdim), 0)

    # -- exponentials ------------------------------------------------------------------------------

    def logsumexp(self, dim: Any, keepdim: bool = False) -> Tensor:
        """Take log(Σ exp(x)) along axes, shifted by the largest so that nothing overflows."""
        axes = axes_from_end(dim, self.ndim)
        largest = _shift(self, axes)
        total = ops.log(ops.sum(ops.exp(ops.sub(self, largest)), axes=axes))
        y = ops.add(total, largest)
        return y if keepdim else dropped(y, axes)

    def softmax(self, dim: int, dtype: Any = None) -> Tensor:
        """Turn scores along an axis into positive shares that add up to 1: exp(x) / Σ exp(x)."""
        x = self if dtype is None else self.to(dtype)
        axes = axes_from_end(dim, x.ndim)
        powers = ops.exp(_below_largest(x, axes))
        return ops.div(powers, ops.sum(powers, axes=axes))

    def log_softmax(self, dim: int, dtype: Any = None) -> Tensor:
        """Take the logarithm of softmax: x − log(Σ exp(x))."""
        x = self if dtype is None else self.to(dtype)
        axes = axes_from_end(dim, x.ndim)
        shifted = _below_largest(x, axes)
        return ops.sub(shifted, ops.log(ops.sum(ops.exp(shifted), axes=axes)))


def _below_largest(x: Any, axes: tuple[int, ...]) -> Any:
    # The result does not depend on what is taken away, so no gradient has to pass through it.
    return ops.sub(x, _largest(x, axes))


def _reduced(op: Operation, x: Any, dim: Any, keepdim: bool) -> Any:
    axes = axes_from_end(dim, x.ndim)
    y = op(x, axes=axes)
    return y if keepdim else dropped(y, axes)


def root(x: Any) -> Any:
    """Take the square root, with slope 0 at 0, where a distance has no direction."""
    flat = ops.eq(x, 0.0)
    return ops.where(flat, 0.0, ops.sqrt(ops.where(flat, 1.0, x)))


def _count(x: Any, dim: Any) -> int:
    return math.prod(x.shape[axis] for axis in axes_from_end(dim, x.ndim))


def _some(x: Any, name: str, dim: Any) -> Any:
    if not x.numel() and not _count(x, dim):
        raise ShapeError(f"{name} of a tensor of shape {x.shape} along dim {dim}: there are no elements to choose from")
    return x


def _shift(x: Any, axes: tuple[int, ...]) -> Any:
    """Find what to take off before exp: the largest, or 0 where that is infinite."""
    largest = _largest(x, axes)
    return ops.where(ops.eq(ops.absolute(largest), math.inf), 0.0, largest)


def _largest(x: Any, axes: tuple[int, ...]) -> Any:
    """Find the largest along axes; of nothing, 0."""
    return (ops.max if all(x.shape[axis] for axis in axes) else ops.sum)(x.detach(), axes=axes)


def _along_last(op: Operation, x: Any, dim: int) -> Any:
    if not x.ndim:
        return reshaped(op(reshaped(x, (1,))), ())
    axis = axis_from_end(dim, x.ndim)
    return moved(op(moved(x, axis, -1)), -1, axis)


def _extreme(x: Any, dim: Any, keepdim: bool, over_all: Any, pairwise: Any, position: Any) -> Any:
    if dim is None:
        return over_all()
    if not isinstance(dim, int):
        return pairwise(x, dim)
    if not x.ndim:
        return Extremum(x, position(dim))
    axis = axis_from_end(dim, x.ndim)
    at = position(axis, keepdim=True)
    values = taken(x, axis, at)
    return Extremum(values, at) if keepdim else Extremum(dropped(values, (axis,)), dropped(at, (axis,)))
