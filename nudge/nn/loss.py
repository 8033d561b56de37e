"""Losses as modules; each is its namesake in `functional`."""

from __future__ import annotations

from ..tensor import Tensor
from . import functional
from .functional_loss import known_reduction
from .module import Module


class Loss(Module):
    """What all losses share: how the losses of the examples become one."""

    def __init__(self, reduction: str = "mean") -> None:
        """Take their "mean", their "sum", or "none": leave them as they are. Raises UsageError for other words."""
        self.reduction = known_reduction(reduction)


class ClassLoss(Loss):
    """What losses of classes share: a weight for each, and the one whose examples do not count."""

    weight: Tensor | None

    def __init__(self, weight: Tensor | None = None, ignore_index: int = -100, reduction: str = "mean") -> None:
        """Take weights of shape (classes,)."""
        super().__init__(reduction)
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index


class NLLLoss(ClassLoss):
    """−x of the target's class, of log-probabilities x such as LogSoftmax gives."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare log-probabilities (n, classes) with classes (n,)."""
        return functional.nll_loss(
            input, target, self.weight, ignore_index=self.ignore_index, reduction=self.reduction
        )


class CrossEntropyLoss(ClassLoss):
    """−log p(class), p the softmax of the logits."""

    def __init__(
        self,
        weight: Tensor | None = None,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        """Spread `label_smoothing` of each target over all classes."""
        super().__init__(weight, ignore_index, reduction)
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare logits (n, classes) with classes (n,)."""
        return functional.cross_entropy(
            input, target, self.weight, ignore_index=self.ignore_index, reduction=self.reduction,
            label_smoothing=self.label_smoothing,
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
