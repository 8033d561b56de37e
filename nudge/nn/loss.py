"""Losses as modules; each is its namesake in `functional`."""

from __future__ import annotations

from ..tensor import Tensor
from . import functional
from .functional_loss import REDUCTIONS, known_reduction
from .module import Module


class Loss(Module):
    """What all losses share: how the losses of the examples become one."""

    reductions: tuple[str, ...] = REDUCTIONS

    def __init__(self, reduction: str = "mean") -> None:
        """Take their "mean", their "sum", or "none": leave them as they are. Raises UsageError for other words."""
        self.reduction = known_reduction(reduction, self.reductions)


# -- classes ---------------------------------------------------------------------------------------


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


class MultiMarginLoss(Loss):
    """The hinge of several classes: how far the target's score is short of being `margin` above each other one."""

    weight: Tensor | None

    def __init__(
        self, p: int = 1, margin: float = 1.0, weight: Tensor | None = None, reduction: str = "mean"
    ) -> None:
        """Take the power p, 1 or 2, and weights of shape (classes,)."""
        super().__init__(reduction)
        self.register_buffer("weight", weight)
        self.p, self.margin = p, margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare scores (n, classes) with classes (n,)."""
        return functional.multi_margin_loss(
            input, target, p=self.p, margin=self.margin, weight=self.weight, reduction=self.reduction
        )


# -- probabilities ---------------------------------------------------------------------------------


class BCELoss(Loss):
    """−t log p − (1 − t) log (1 − p) of probabilities."""

    weight: Tensor | None

    def __init__(self, weight: Tensor | None = None, reduction: str = "mean") -> None:
        """Take weights that broadcast to the losses."""
        super().__init__(reduction)
        self.register_buffer("weight", weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare probabilities with targets in [0, 1] of the same shape."""
        return functional.binary_cross_entropy(input, target, self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(Loss):
    """−t log p − (1 − t) log (1 − p), p the sigmoid of the logits."""

    weight: Tensor | None
    pos_weight: Tensor | None

    def __init__(
        self, weight: Tensor | None = None, reduction: str = "mean", pos_weight: Tensor | None = None
    ) -> None:
        """Take weights that broadcast to the losses, and to those of positive examples."""
        super().__init__(reduction)
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare logits with targets in [0, 1] of the same shape."""
        return functional.binary_cross_entropy_with_logits(
            input, target, self.weight, reduction=self.reduction, pos_weight=self.pos_weight
        )


class KLDivLoss(Loss):
    """t (log t − x), the parts of the divergence of a distribution t from one whose logarithm is x."""

    reductions = (*REDUCTIONS, "batchmean")

    def __init__(self, reduction: str = "mean", log_target: bool = False) -> None:
        """Read the target as a logarithm too where `log_target` says so."""
        super().__init__(reduction)
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare log-probabilities with probabilities of the same shape."""
        return functional.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


# -- numbers ---------------------------------------------------------------------------------------


class MSELoss(Loss):
    """(x − t)²."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare numbers with targets of the same shape."""
        return functional.mse_loss(input, target, reduction=self.reduction)


class L1Loss(Loss):
    """|x − t|."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare numbers with targets of the same shape."""
        return functional.l1_loss(input, target, reduction=self.reduction)


class HuberLoss(Loss):
    """d² / 2 of d = |x − t| up to delta, and from there on a straight line of slope delta."""

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        """Bend at a distance of delta."""
        super().__init__(reduction)
        self.delta = delta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare numbers with targets of the same shape."""
        return functional.huber_loss(input, target, reduction=self.reduction, delta=self.delta)


class SmoothL1Loss(Loss):
    """d² / (2 beta) of d = |x − t| up to beta, and from there on a straight line of slope 1."""

    def __init__(self, reduction: str = "mean", beta: float = 1.0) -> None:
        """Bend at a distance of beta."""
        super().__init__(reduction)
        self.beta = beta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare numbers with targets of the same shape."""
        return functional.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


# -- margins ---------------------------------------------------------------------------------------


class HingeEmbeddingLoss(Loss):
    """Distances x where the target is 1, max(0, margin − x) where it is −1."""

    def __init__(self, margin: float = 1.0, reduction: str = "mean") -> None:
        """Ask for a distance of `margin`."""
        super().__init__(reduction)
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare distances with targets 1 and −1 of the same shape."""
        return functional.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)


class SoftMarginLoss(Loss):
    """log(1 + exp(−t x)) of targets 1 and −1."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare scores with targets of the same shape."""
        return functional.soft_margin_loss(input, target, reduction=self.reduction)


class MarginRankingLoss(Loss):
    """max(0, margin − t (x₁ − x₂)) of targets 1 and −1."""

    def __init__(self, margin: float = 0.0, reduction: str = "mean") -> None:
        """Ask for a difference of `margin`."""
        super().__init__(reduction)
        self.margin = margin

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        """Compare two scores with the order that they should have, all of one shape."""
        return functional.margin_ranking_loss(
            input1, input2, target, margin=self.margin, reduction=self.reduction
        )
