"""Reductions under PyTorch's names: the axis is dropped unless `keepdim`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from .axes import axes_from_end

if TYPE_CHECKING:
    from ..tensor import Tensor


def dropped(x: Any, axes: tuple[int, ...]) -> Any:
    """Drop axes (negative numbers) of size 1."""
    n = len(x.shape)
    return ops.reshape(x, ndim=n, shape=tuple(size for k, size in enumerate(x.shape) if k - n not in axes))


class Reduce:
    """Sums and extremes."""

    ndim: int

    def _reduced(self, op: Any, dim: Any, keepdim: bool) -> Any:
        axes = axes_from_end(dim, self.ndim)
        y = op(self, axes=axes)
        return y if keepdim else dropped(y, axes)

    def sum(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        """Add up all elements, or those along axes."""
        return self._reduced(ops.sum, dim, keepdim)  # type: ignore[no-any-return]

    def amax(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        """Find the largest; ties share the gradient."""
        return self._reduced(ops.max, dim, keepdim)  # type: ignore[no-any-return]
