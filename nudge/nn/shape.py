"""Layers that only rearrange, or do nothing at all."""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor
from .module import Module


class Identity(Module):
    """Give the input back; arguments are taken, and mean nothing, so that it can stand in for any layer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def forward(self, input: Any) -> Any:
        """Do nothing."""
        return input


class Flatten(Module):
    """Make one axis of several: by default of all but the first, the examples'.

    >>> from nudge.creation import ones
    >>> Flatten()(ones(5, 2, 3)).shape
    (5, 6)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input: Tensor) -> Tensor:
        """Flatten."""
        return input.flatten(self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        """Say from where to where."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """Make several axes of one, of the given sizes.

    >>> from nudge.creation import ones
    >>> Unflatten(1, (2, 3))(ones(5, 6)).shape
    (5, 2, 3)
    """

    def __init__(self, dim: int, unflattened_size: tuple[int, ...]) -> None:
        self.dim, self.unflattened_size = dim, tuple(unflattened_size)

    def forward(self, input: Tensor) -> Tensor:
        """Unflatten."""
        return input.unflatten(self.dim, self.unflattened_size)

    def extra_repr(self) -> str:
        """Say which axis becomes what."""
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
