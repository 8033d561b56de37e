"""Views under PyTorch's names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from .axes import axis_from_end

if TYPE_CHECKING:
    from ..tensor import Tensor


class Shape:
    """Reshape, transpose, windows."""

    ndim: int
    shape: tuple[int, ...]

    def transpose(self, dim0: int, dim1: int) -> Tensor:
        """Swap two axes."""
        axes = list(range(-self.ndim, 0))
        a, b = axis_from_end(dim0, self.ndim), axis_from_end(dim1, self.ndim)
        axes[a], axes[b] = axes[b], axes[a]
        return ops.permute(self, axes=tuple(axes))  # type: ignore[no-any-return]

    @property
    def T(self) -> Tensor:  # noqa: N802
        """All axes in reverse."""
        return ops.permute(self, axes=tuple(range(-1, -self.ndim - 1, -1)))  # type: ignore[no-any-return]

    def unfold(self, dimension: int, size: int, step: int) -> Tensor:
        """Slide a window along an axis: the windows' inside becomes the last axis."""
        return ops.unfold(self, axis=axis_from_end(dimension, self.ndim), size=size, step=step)  # type: ignore[no-any-return]
