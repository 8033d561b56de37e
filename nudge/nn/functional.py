"""What layers and losses compute, under PyTorch's names: all of it composed, no derivative written by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..dtype import is_float
from ..errors import IndexingError, ShapeError, UsageError, nearest
from ..methods.axes import axis_from_end
from ..methods.key import known
from ..tensor import Tensor, wrap

REDUCTIONS = ("mean", "sum", "none")


# -- layers ----------------------------------------------------------------------------------------


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Compute x Wᵀ + b: x of shape (…, in), W of (out, in), b of (out,). Raises ShapeError where they do not fit.

    >>> from nudge.creation import tensor
    >>> linear(tensor([[1.0, 2.0]]), tensor([[3.0, 4.0]]), tensor([0.5]))
    tensor([[11.5000]])
    """
    if not input.shape or input.shape[-1] != weight.shape[-1]:
        raise ShapeError(
            f"linear: an input of shape {input.shape} meets weights of shape {weight.shape}: the input's last axis "
            f"must have size {weight.shape[-1]}"
        )
    output: Tensor = input @ weight.T
    return output if bias is None else output + bias


def relu(input: Tensor) -> Tensor:
    """Keep what is positive, 0 elsewhere."""
    return input.relu()


def tanh(input: Tensor) -> Tensor:
    """Squash into (-1, 1)."""
    return input.tanh()


def sigmoid(input: Tensor) -> Tensor:
    """Squash into (0, 1)."""
    return input.sigmoid()


def softmax(input: Tensor, dim: int) -> Tensor:
    """Turn logits into probabilities along an axis: exp(x) / Σ exp(x), from their largest down, so that none overflows.

    >>> from nudge.creation import tensor
    >>> softmax(tensor([0.0, 0.0, 1000.0]), dim=0)
    tensor([0., 0., 1.])
    """
    axes = (axis_from_end(dim, input.ndim),)
    e = ops.exp(_below_largest(input, axes))
    return e / ops.sum(e, axes=axes)


def log_softmax(input: Tensor, dim: int) -> Tensor:
    """Take the logarithm of softmax without taking softmax: x − log Σ exp(x), exact also where softmax is 0.

    >>> from nudge.creation import tensor
    >>> log_softmax(tensor([0.0, 1000.0]), dim=0)
    tensor([-1000.,     0.])
    """
    axes = (axis_from_end(dim, input.ndim),)
    z = _below_largest(input, axes)
    return z - ops.log(ops.sum(ops.exp(z), axes=axes))


def _below_largest(input: Tensor, axes: tuple[int, ...]) -> Any:
    # The result does not depend on what is taken away, so no gradient has to pass through it.
    return input - ops.max(input.detach(), axes=axes)


# -- losses ----------------------------------------------------------------------------------------


def cross_entropy(
    input: Tensor, target: Tensor, *, reduction: str = "mean", label_smoothing: float = 0.0
) -> Tensor:
    """Compute −log p(target), p the softmax of logits of shape (classes,) or (n, classes, …).

    The target holds classes, integers of shape () or (n, …), or a probability for each class, in the logits' shape. Of
    each target, `label_smoothing` is spread over all classes (Szegedy et al., 2016).

    Raises:
        ShapeError: shapes that do not fit.
        IndexingError: a class that there is not.
        UsageError: a reduction other than "mean", "sum" and "none", or a smoothing outside of [0, 1].

    >>> from nudge.creation import tensor
    >>> round(cross_entropy(tensor([[0.0, 0.0], [0.0, 0.0]]), tensor([0, 1])).item(), 4)  # log 2
    0.6931
    """
    axis = min(1, len(input.shape) - 1)
    log_p = log_softmax(input, axis)
    shares = is_float(target.dtype)
    if shares:
        _same_shape("cross_entropy with a probability for each class", input, target)
    else:
        target = _is_class(target, input.shape, axis)
    if not 0 <= label_smoothing <= 1:
        raise UsageError(f"label_smoothing {label_smoothing}: expected a share, from 0 to 1")
    if label_smoothing:
        target = target.to(input.dtype) * (1 - label_smoothing) + label_smoothing / input.shape[axis]
    # A class is selected, not multiplied by 0 and 1: the logarithm may be infinite where it is not the one.
    picked = log_p * target if shares or label_smoothing else ops.where(target, log_p, 0.0)
    if known_reduction(reduction) == "none":
        return -picked.sum(axis)
    # One sum over examples and classes, and the sign with the mean: each step saved is saved once more on the way back.
    examples = max(input.numel() // max(input.shape[axis], 1), 1)
    return picked.sum() * (-1.0 if reduction == "sum" else -1 / examples)


def _is_class(target: Any, shape: tuple[int, ...], axis: int) -> Any:
    """Mark each example's class, shape (n, classes, …), in a target of shape (n, …)."""
    classes, rest = shape[axis], shape[:axis] + shape[axis + 1 :]
    if target.shape != rest:
        raise ShapeError(
            f"cross_entropy: logits of shape {shape} go with classes of shape {rest}, or with probabilities of shape "
            f"{shape}, not with {target.dtype} of shape {target.shape}"
        )
    values = known(target)
    if values is not None:
        if values.size and not 0 <= values.min() <= values.max() < classes:
            wrong = values.min() if values.min() < 0 else values.max()
            raise IndexingError(f"cross_entropy: class {wrong}, where the logits' classes are 0 to {classes - 1}")
        target = values  # what is known now needs no step of its own
    column = ops.reshape(target, ndim=len(shape) - 1, shape=(*shape[:axis], 1, *shape[axis + 1 :]))
    mask = ops.eq(column, np.arange(classes).reshape(classes, *(1,) * (len(shape) - axis - 1)))
    return mask if isinstance(mask, Tensor) else wrap(mask)


def binary_cross_entropy_with_logits(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """Compute −t log p − (1 − t) log (1 − p), p the sigmoid of the logits: max(x, 0) − x t + log(1 + exp(−|x|)).

    Raises ShapeError unless target and logits have one shape, UsageError for an unknown reduction.

    >>> from nudge.creation import tensor
    >>> binary_cross_entropy_with_logits(tensor([1000.0]), tensor([0.0])).item()
    1000.0
    """
    _same_shape("binary_cross_entropy_with_logits", input, target)
    return reduced(input.relu() - input * target + (-input.abs()).exp().log1p(), reduction)


def mse_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """Compute (x − t)². Raises ShapeError unless both have one shape, UsageError for an unknown reduction.

    >>> from nudge.creation import tensor
    >>> mse_loss(tensor([1.0, 2.0]), tensor([1.0, 4.0])).item()
    2.0
    """
    _same_shape("mse_loss", input, target)
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


def _same_shape(what: str, input: Tensor, target: Any) -> None:
    if input.shape != target.shape:
        raise ShapeError(
            f"{what}: the input is of shape {input.shape}, the target of {target.shape}; they must be equal "
            "(stretching one would compare every example with every other): reshape one of them"
        )
