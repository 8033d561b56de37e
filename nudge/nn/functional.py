"""What layers and losses compute, under PyTorch's names: all of it composed, no derivative written by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..dtype import is_float
from ..errors import DTypeError, IndexingError, ShapeError, UsageError
from ..methods.key import checked, known
from ..tensor import Tensor, wrap
from .functional_activation import (
    celu,
    elu,
    gelu,
    hardsigmoid,
    hardswish,
    hardtanh,
    leaky_relu,
    logsigmoid,
    mish,
    prelu,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    softplus,
    softsign,
    tanh,
)
from .functional_attention import attention_weights, scaled_dot_product_attention
from .functional_layer import batch_norm, dropout, embedding, layer_norm, rms_norm
from .functional_loss import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    hinge_embedding_loss,
    huber_loss,
    kl_div,
    known_reduction,
    l1_loss,
    margin_ranking_loss,
    mse_loss,
    reduced,
    same_shape,
    smooth_l1_loss,
    soft_margin_loss,
)
from .functional_window import avg_pool1d, avg_pool2d, conv1d, conv2d, max_pool1d, max_pool2d

__all__ = [
    "attention_weights", "avg_pool1d", "avg_pool2d", "batch_norm", "binary_cross_entropy",
    "binary_cross_entropy_with_logits", "celu", "conv1d", "conv2d", "cross_entropy", "dropout", "elu", "embedding",
    "gelu", "hardsigmoid", "hardswish", "hardtanh", "hinge_embedding_loss", "huber_loss", "kl_div", "l1_loss",
    "layer_norm", "leaky_relu", "linear", "log_softmax", "logsigmoid", "margin_ranking_loss", "max_pool1d",
    "max_pool2d", "mish", "mse_loss", "multi_margin_loss", "nll_loss", "prelu", "relu", "relu6", "rms_norm",
    "scaled_dot_product_attention", "selu", "sigmoid", "silu", "smooth_l1_loss", "soft_margin_loss", "softmax",
    "softplus", "softsign", "tanh",
]

# -- layers ----------------------------------------------------------------------------------------


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Compute x Wᵀ + b: x of shape (…, in), W of (out, in), b of (out,).

    Raises ShapeError where they do not fit, DTypeError for an input that is no tensor.

    >>> from nudge.creation import tensor
    >>> linear(tensor([[1.0, 2.0]]), tensor([[3.0, 4.0]]), tensor([0.5]))
    tensor([[11.5000]])
    """
    if not isinstance(input, Tensor):
        raise DTypeError(f"linear takes a tensor, got {type(input).__name__}: make one with nudge.tensor(...)")
    if not input.shape or input.shape[-1] != weight.shape[-1]:
        raise ShapeError(
            f"linear: an input of shape {input.shape} meets weights of shape {weight.shape}: the input's last axis "
            f"must have size {weight.shape[-1]}"
        )
    output: Tensor = input @ weight.T
    return output if bias is None else output + bias


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """Write each class as a row of zeros with a 1 at its place; see Tensor.one_hot.

    >>> from nudge.creation import tensor
    >>> one_hot(tensor([1, 0]), 3).tolist()
    [[0, 1, 0], [1, 0, 0]]
    """
    return tensor.one_hot(num_classes)


def softmax(input: Tensor, dim: int) -> Tensor:
    """Turn logits into probabilities along an axis: exp(x) / Σ exp(x), from their largest down, so that none overflows.

    >>> from nudge.creation import tensor
    >>> softmax(tensor([0.0, 0.0, 1000.0]), dim=0)
    tensor([0., 0., 1.])
    """
    return input.softmax(dim)


def log_softmax(input: Tensor, dim: int) -> Tensor:
    """Take the logarithm of softmax without taking softmax: x − log Σ exp(x), exact also where softmax is 0.

    >>> from nudge.creation import tensor
    >>> log_softmax(tensor([0.0, 1000.0]), dim=0)
    tensor([-1000.,     0.])
    """
    return input.log_softmax(dim)


# -- losses ----------------------------------------------------------------------------------------


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """Compute −log p(target), p the softmax of logits of shape (classes,) or (n, classes, …).

    The target holds classes, integers of shape () or (n, …), or a probability for each class, in the logits' shape. Of
    each target, `label_smoothing` is spread over all classes (Szegedy et al., 2016). `weight`, shape (classes,), says
    how much each class counts; examples of class `ignore_index` do not. The mean of classes is by these weights.

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
    shares, left_out = is_float(target.dtype), False
    hit: Any = None
    if shares:
        same_shape("cross_entropy with a probability for each class", input, target)
    else:
        hit, left_out = _is_class("cross_entropy", target, input.shape, axis, ignore_index)
        target = hit
    if not 0 <= label_smoothing <= 1:
        raise UsageError(f"label_smoothing {label_smoothing}: expected a share, from 0 to 1")
    if label_smoothing:
        target = target.to(input.dtype) * (1 - label_smoothing) + label_smoothing / input.shape[axis]
    # A class is selected, not multiplied by 0 and 1: the logarithm may be infinite where it is not the one.
    picked = log_p * target if shares or label_smoothing else ops.where(target, log_p, 0.0)
    if label_smoothing and left_out:  # what is spread over all classes reaches ignored examples too
        picked = ops.where(hit.any(axis, keepdim=True), picked, 0.0)
    if left_out or weight is not None:
        return _weighed("cross_entropy", picked, hit, weight, axis, reduction)
    if known_reduction(reduction) == "none":
        return -picked.sum(axis)
    # One sum over examples and classes, and the sign with the mean: each step saved is saved once more on the way back.
    examples = max(input.numel() // max(input.shape[axis], 1), 1)
    return picked.sum() * (-1.0 if reduction == "sum" else -1 / examples)


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Tensor:
    """Compute −x of the target's class, of log-probabilities x; shapes, weights and errors as in `cross_entropy`.

    >>> from nudge.creation import tensor
    >>> nll_loss(tensor([[-1.0, -2.0], [-3.0, -4.0]]), tensor([0, 1])).item()
    2.5
    """
    axis = min(1, len(input.shape) - 1)
    hit, _ = _is_class("nll_loss", target, input.shape, axis, ignore_index)
    return _weighed("nll_loss", ops.where(hit, input, 0.0), hit, weight, axis, reduction)


def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    *,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Compute the hinge of several classes, Σ max(0, margin − x[target] + x[other])ᵖ / classes over the other classes.

    Scores are of shape (classes,) or (n, classes), classes of () or (n,); weights of (classes,) multiply the examples.

    Raises:
        ShapeError: shapes that do not fit.
        IndexingError: a class that there is not.
        UsageError: an unknown reduction, or a p other than 1 and 2.

    >>> from nudge.creation import tensor
    >>> multi_margin_loss(tensor([3.0, 2.5, 0.0, 0.0]), tensor(0)).item()  # 0.5 / 4
    0.125
    """
    if p not in (1, 2):
        raise UsageError(f"p = {p}: expected 1 or 2")
    classes = input.shape[-1]
    hit, _ = _is_class("multi_margin_loss", target, input.shape, len(input.shape) - 1, None)
    right = ops.where(hit, input, 0.0).sum(-1, keepdim=True)
    short = ops.where(hit, 0.0, (input - right + margin).relu())
    losses = (short if p == 1 else short * short).sum(-1) / classes
    if weight is not None:
        losses = losses * ops.where(hit, _for_classes("multi_margin_loss", weight, classes), 0.0).sum(-1)
    return reduced(losses, reduction)


def _is_class(what: str, target: Any, shape: tuple[int, ...], axis: int, ignore_index: int | None) -> tuple[Any, bool]:
    """Mark each example's class, shape (n, classes, …), in a target of shape (n, …); tell if some may have none."""
    classes, rest = shape[axis], shape[:axis] + shape[axis + 1 :]
    if target.shape != rest:
        raise ShapeError(
            f"{what}: logits of shape {shape} go with classes of shape {rest}, or with probabilities of shape "
            f"{shape}, not with {target.dtype} of shape {target.shape}"
        )
    values = known(target)
    if values is not None:
        target = values  # what is known now needs no step of its own
    elif ignore_index is None:
        target = checked(target, classes)
    else:
        ignored = ops.eq(target, ignore_index)
        target = ops.where(ignored, -1, checked(ops.where(ignored, 0, target), classes))
    column = ops.reshape(target, ndim=len(shape) - 1, shape=(*shape[:axis], 1, *shape[axis + 1 :]))
    mask = ops.eq(column, np.arange(classes).reshape(classes, *(1,) * (len(shape) - axis - 1)))
    if values is not None and ignore_index is not None and 0 <= ignore_index < classes:
        mask = ops.logical_and(mask, ops.ne(column, ignore_index))
    if values is None:
        return mask, True
    every = np.count_nonzero(mask) == values.size
    return wrap(mask), not every and _check_classes(what, values, classes, ignore_index)


def _check_classes(what: str, values: Any, classes: int, ignore_index: int | None) -> bool:
    """Tell whether some class is the one to ignore. Raises IndexingError for another that there is not."""
    counted = values[values != ignore_index]
    wrong = counted[(counted < 0) | (counted >= classes)]
    if wrong.size:
        raise IndexingError(f"{what}: class {wrong.flat[0]}, where the logits' classes are 0 to {classes - 1}")
    return bool(counted.size < values.size)


def _weighed(
    what: str, picked: Any, hit: Tensor | None, weight: Tensor | None, axis: int, reduction: str
) -> Tensor:
    """Reduce log-probabilities that count as much as their class; `hit` marks it, and nothing for ignored examples."""
    shape = picked.shape
    counted: Any = hit
    if weight is not None:
        column = _for_classes(what, weight, shape[axis]).reshape(-1, *(1,) * (len(shape) - axis - 1))
        picked = picked * column
        counted = None if hit is None else ops.where(hit, column, 0.0)
    if known_reduction(reduction) == "none":
        return -picked.sum(axis)
    total = -picked.sum()
    if reduction == "sum":
        return total
    return total / (max(picked.numel() // max(shape[axis], 1), 1) if counted is None else counted.sum())


def _for_classes(what: str, weight: Tensor, classes: int) -> Tensor:
    if weight.shape != (classes,):
        raise ShapeError(f"{what}: weights of shape {weight.shape} for {classes} classes")
    return weight
