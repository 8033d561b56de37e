"""Activations: what bends the line between two layers."""

from __future__ import annotations

from ..tensor import Tensor
from .module import Module


class ReLU(Module):
    """Keep what is positive, 0 elsewhere."""

    def forward(self, input: Tensor) -> Tensor:
        """Bend."""
        return input.relu()


class Tanh(Module):
    """Squash into (-1, 1)."""

    def forward(self, input: Tensor) -> Tensor:
        """Bend."""
        return input.tanh()


class Sigmoid(Module):
    """Squash into (0, 1)."""

    def forward(self, input: Tensor) -> Tensor:
        """Bend."""
        return input.sigmoid()
