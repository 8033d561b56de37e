"""Losses as modules; each is its namesake in `functional`."""

from __future__ import annotations

from ..tensor import Tensor
from . import functional
from .module import Module


class Loss(Module):
    """What all losses share: how the losses of the examples become one."""

    def __init__(self, reduction: str = "mean") -> None:
        """Take their "mean", their "sum", or "none": leave them as they are. Raises UsageError for other words."""
        self.reduction = functional.known_reduction(reduction)


class CrossEntropyLoss(Loss):
    """−log p(class), p the softmax of the logits."""

    def __init__(self, reduction: str = "mean", label_smoothing: float = 0.0) -> None:
        """Spread `label_smoothing` of each target over all classes."""
        super().__init__(reduction)
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare logits (n, classes) with classes (n,)."""
        return functional.cross_entropy(
            input, target, reduction=self.reduction, label_smoothing=self.label_smoothing
        )


class BCEWithLogitsLoss(Loss):
    """−t log p − (1 − t) log (1 − p), p the sigmoid of the logits."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare logits with targets in [0, 1] of the same shape."""
        return functional.binary_cross_entropy_with_logits(input, target, reduction=self.reduction)


class MSELoss(Loss):
    """(x − t)²."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare numbers with targets of the same shape."""
        return functional.mse_loss(input, target, reduction=self.reduction)
