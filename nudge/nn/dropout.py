"""Layers that drop out."""

from __future__ import annotations

from ..errors import UsageError
from ..tensor import Tensor
from . import functional
from .module import Module


class Dropout(Module):
    """In training, set each number to 0 with probability p, and scale the others by 1 / (1 − p).

    >>> from nudge.creation import ones
    >>> Dropout(0.5).eval()(ones(2))
    tensor([1., 1.])
    """

    def __init__(self, p: float = 0.5) -> None:
        """Raise UsageError for a p outside of [0, 1]."""
        if not 0 <= p <= 1:
            raise UsageError(f"p = {p}: expected a probability, from 0 to 1")
        self.p = p

    def forward(self, input: Tensor) -> Tensor:
        """Drop out."""
        return functional.dropout(input, self.p, self.training)

    def extra_repr(self) -> str:
        """Say the probability."""
        return f"p={self.p}"
