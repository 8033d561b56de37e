"""Losses that compare number by number, under PyTorch's names; `functional` has those of classes, and gives all."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..errors import ShapeError, UsageError, nearest
from ..tensor import Tensor

REDUCTIONS = ("mean", "sum", "none")


def reduced(losses: Tensor, reduction: str) -> Tensor:
    """Make one loss of those of the examples: their "mean", their "sum", or "none" to leave them."""
    known_reduction(reduction)
    if reduction == "none":
        return losses
    total = losses.sum()
    return total if reduction == "sum" else total * (1 / max(losses.numel(), 1))


def known_reduction(reduction: str, known: tuple[str, ...] = REDUCTIONS) -> str:
    """Check the word. Raises UsageError."""
    if reduction not in known:
        raise UsageError(f"reduction {reduction!r} is not one{nearest(str(reduction), known)}")
    return reduction


def same_shape(what: str, input: Tensor, target: Any) -> None:
    """Raise ShapeError unless input and target have one shape."""
    if input.shape != target.shape:
        raise ShapeError(
            f"{what}: the input is of shape {input.shape}, the target of {target.shape}; they must be equal "
            "(stretching one would compare every example with every other): reshape one of them"
        )


# -- numbers ---------------------------------------------------------------------------------------


def mse_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """Compute (x − t)². Raises ShapeError unless both have one shape, UsageError for an unknown reduction.

    >>> from nudge.creation import tensor
    >>> mse_loss(tensor([1.0, 2.0]), tensor([1.0, 4.0])).item()
    2.0
    """
    same_shape("mse_loss", input, target)
    d = input - target
    return reduced(d * d, reduction)


def l1_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """Compute |x − t|. Raises ShapeError unless both have one shape, UsageError for an unknown reduction.

    >>> from nudge.creation import tensor
    >>> l1_loss(tensor([1.0, 2.0]), tensor([1.0, 4.0])).item()
    1.0
    """
    same_shape("l1_loss", input, target)
    return reduced((input - target).abs(), reduction)


def huber_loss(input: Tensor, target: Tensor, *, reduction: str = "mean", delta: float = 1.0) -> Tensor:
    """Compute d² / 2 of d = |x − t| up to delta, and from there on delta·(d − delta / 2) (Huber, 1964).

    Raises ShapeError unless both have one shape, UsageError for an unknown reduction or a delta that is not above 0.

    >>> from nudge.creation import tensor
    >>> huber_loss(tensor([0.5, 3.0]), tensor([0.0, 0.0]), reduction="none")
    tensor([0.1250, 2.5000])
    """
    same_shape("huber_loss", input, target)
    if not delta > 0:
        raise UsageError(f"delta = {delta}: expected a distance above 0")
    d = (input - target).abs()
    return reduced(ops.where(d < delta, d * d * 0.5, (d - 0.5 * delta) * delta), reduction)


def smooth_l1_loss(input: Tensor, target: Tensor, *, reduction: str = "mean", beta: float = 1.0) -> Tensor:
    """Compute d² / (2 beta) of d = |x − t| up to beta, and from there on d − beta / 2 (Girshick, 2015).

    Raises ShapeError unless both have one shape, UsageError for an unknown reduction or a negative beta.

    >>> from nudge.creation import tensor
    >>> smooth_l1_loss(tensor([1.0, 3.0]), tensor([0.0, 0.0]), reduction="none", beta=2.0)
    tensor([0.2500, 2.0000])
    """
    same_shape("smooth_l1_loss", input, target)
    if not beta >= 0:
        raise UsageError(f"beta = {beta}: expected a distance of at least 0")
    d = (input - target).abs()
    return reduced(ops.where(d < beta, d * d * (0.5 / beta), d - 0.5 * beta) if beta else d, reduction)


# -- probabilities ---------------------------------------------------------------------------------


def binary_cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None = None, *, reduction: str = "mean"
) -> Tensor:
    """Compute −t log p − (1 − t) log (1 − p) of probabilities p, times `weight`, if any, which broadcasts.

    Logarithms are kept from falling below −100, where no gradient passes: of logits, the loss with logits is exact.
    Raises ShapeError unless target and input have one shape, UsageError for an unknown reduction.

    >>> from nudge.creation import tensor
    >>> binary_cross_entropy(tensor([0.0, 0.0]), tensor([0.0, 1.0]), reduction="none")
    tensor([  0., 100.])
    """
    same_shape("binary_cross_entropy", input, target)
    none, all_ = input <= 0, input >= 1  # whose logarithms have no slope that a number holds
    yes = ops.where(none, -100.0, ops.where(none, 1.0, input).log()).clamp(min=-100.0)
    no = ops.where(all_, -100.0, (-ops.where(all_, 0.0, input)).log1p()).clamp(min=-100.0)
    losses = (target - 1) * no - target * yes
    return reduced(losses if weight is None else losses * weight, reduction)


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """Compute −t log p − (1 − t) log (1 − p), p the sigmoid of the logits: max(x, 0) − x t + log(1 + exp(−|x|)).

    `weight` multiplies the losses, `pos_weight` their first term; both broadcast. Raises ShapeError unless target and
    logits have one shape, UsageError for an unknown reduction.

    >>> from nudge.creation import tensor
    >>> binary_cross_entropy_with_logits(tensor([1000.0]), tensor([0.0])).item()
    1000.0
    """
    same_shape("binary_cross_entropy_with_logits", input, target)
    if pos_weight is None:
        losses = _softplus(input) - input * target
    else:
        softplus = _softplus(-input)  # −log p
        losses = (1 - target) * input + ((pos_weight - 1) * target + 1) * softplus
    return reduced(losses if weight is None else losses * weight, reduction)


def _softplus(x: Tensor) -> Tensor:
    """Compute log(1 + exp(x)), exact for large numbers, with half of the slope on either side at 0."""
    return ops.maximum(x, 0.0) + (-x.abs()).exp().log1p()


def kl_div(input: Tensor, target: Tensor, *, reduction: str = "mean", log_target: bool = False) -> Tensor:
    """Compute t (log t − x), the parts of the divergence of a distribution t from one whose logarithm is x.

    Summed up along an axis of distributions, and averaged over the others, they are Kullback and Leibler's (1951):
    `reduction="batchmean"` does so where all axes but the first are of one distribution; "mean" averages over all.
    With `log_target` the target too is a logarithm. Raises ShapeError unless both have one shape.

    >>> from nudge.creation import tensor
    >>> kl_div(tensor([[0.5, 0.5]]).log(), tensor([[1.0, 0.0]]), reduction="batchmean")
    tensor(0.6931)
    """
    same_shape("kl_div", input, target)
    if log_target:
        losses = target.exp() * (target - input)
    else:
        # Of nothing, nothing is lost: 0 log 0 is 0, and has to be kept from log.
        some = target > 0
        losses = ops.where(some, target * (ops.log(ops.where(some, target, 1.0)) - input), 0.0)
    if reduction == "batchmean":
        return losses.sum() / max(input.shape[0] if input.shape else 1, 1)
    return reduced(losses, known_reduction(reduction, (*REDUCTIONS, "batchmean")))


# -- margins ---------------------------------------------------------------------------------------


def hinge_embedding_loss(input: Tensor, target: Tensor, *, margin: float = 1.0, reduction: str = "mean") -> Tensor:
    """Compute x where the target is 1, and max(0, margin − x) where it is −1: of distances, near and far.

    Raises ShapeError unless both have one shape, UsageError for an unknown reduction.

    >>> from nudge.creation import tensor
    >>> hinge_embedding_loss(tensor([0.25, 0.25]), tensor([1, -1]), reduction="none")
    tensor([0.2500, 0.7500])
    """
    same_shape("hinge_embedding_loss", input, target)
    far = ops.where(target != 1, ops.relu(ops.sub(margin, input)), 0.0)
    return reduced(far + ops.where(target != -1, input, 0.0), reduction)


def soft_margin_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """Compute log(1 + exp(−t x)) of targets 1 and −1.

    Raises ShapeError unless both have one shape, UsageError for an unknown reduction.

    >>> from nudge.creation import tensor
    >>> soft_margin_loss(tensor([0.0, 1000.0]), tensor([1.0, -1.0]), reduction="none")
    tensor([6.9315e-01, 1.0000e+03])
    """
    same_shape("soft_margin_loss", input, target)
    z = -target * input
    return reduced(_softplus(z), reduction)


def margin_ranking_loss(
    input1: Tensor, input2: Tensor, target: Tensor, *, margin: float = 0.0, reduction: str = "mean"
) -> Tensor:
    """Compute max(0, margin − t (x₁ − x₂)): t is 1 where the first should be the larger, −1 where the second should.

    Raises ShapeError unless all have one shape, UsageError for an unknown reduction.

    >>> from nudge.creation import tensor
    >>> margin_ranking_loss(tensor([2.0]), tensor([3.0]), tensor([1.0]), margin=0.5).item()
    1.5
    """
    same_shape("margin_ranking_loss", input1, input2)
    same_shape("margin_ranking_loss", input1, target)
    return reduced(ops.relu(ops.sub(margin, target * (input1 - input2))), reduction)
