"""Losses that compare number by number, under PyTorch's names; `functional` has those of classes, and gives all."""

from __future__ import annotations

from typing import Any

from ..errors import ShapeError, UsageError, nearest
from ..tensor import Tensor

REDUCTIONS = ("mean", "sum", "none")


def binary_cross_entropy_with_logits(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """Compute −t log p − (1 − t) log (1 − p), p the sigmoid of the logits: max(x, 0) − x t + log(1 + exp(−|x|)).

    Raises ShapeError unless target and logits have one shape, UsageError for an unknown reduction.

    >>> from nudge.creation import tensor
    >>> binary_cross_entropy_with_logits(tensor([1000.0]), tensor([0.0])).item()
    1000.0
    """
    same_shape("binary_cross_entropy_with_logits", input, target)
    return reduced(input.relu() - input * target + (-input.abs()).exp().log1p(), reduction)


def mse_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """Compute (x − t)². Raises ShapeError unless both have one shape, UsageError for an unknown reduction.

    >>> from nudge.creation import tensor
    >>> mse_loss(tensor([1.0, 2.0]), tensor([1.0, 4.0])).item()
    2.0
    """
    same_shape("mse_loss", input, target)
    d = input - target
    return reduced(d * d, reduction)


def reduced(losses: Tensor, reduction: str) -> Tensor:
    """Make one loss of those of the examples: their "mean", their "sum", or "none" to leave them."""
    known_reduction(reduction)
    if reduction == "none":
        return losses
    total = losses.sum()
    return total if reduction == "sum" else total * (1 / max(losses.numel(), 1))


def known_reduction(reduction: str) -> str:
    """Check the word. Raises UsageError."""
    if reduction not in REDUCTIONS:
        raise UsageError(f"reduction {reduction!r} is not one{nearest(str(reduction), REDUCTIONS)}")
    return reduction


def same_shape(what: str, input: Tensor, target: Any) -> None:
    """Raise ShapeError unless input and target have one shape."""
    if input.shape != target.shape:
        raise ShapeError(
            f"{what}: the input is of shape {input.shape}, the target of {target.shape}; they must be equal "
            "(stretching one would compare every example with every other): reshape one of them"
        )
