"""What layers other than linear ones compute, under PyTorch's names: looking up, dropping out, normalising."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import ops
from ..dtype import int32, int64
from ..errors import DTypeError, IndexingError, ShapeError
from ..generator import Generator
from ..methods.key import known
from ..mode import no_grad
from ..random import dropout_mask
from ..tensor import Tensor


def embedding(input: Tensor, weight: Tensor, padding_idx: int | None = None) -> Tensor:
    """Look rows up: weight[input], of shape (…, features) for integers (…) and weights (rows, features).

    No gradient passes to the row `padding_idx`. Raises IndexingError for a row that there is not, DTypeError for
    an input that is not of integers.

    >>> from nudge.creation import tensor
    >>> embedding(tensor([2, 0]), tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]))
    tensor([[4., 5.],
            [0., 1.]])
    """
    count = weight.shape[0]
    values = known(input)
    if values is not None and values.size and not 0 <= values.min() <= values.max() < count:
        wrong = values.min() if values.min() < 0 else values.max()
        raise IndexingError(f"embedding: row {wrong}, where the rows are 0 to {count - 1}")
    if input.dtype not in (int64, int32):
        raise DTypeError(f"embedding: an index of {input.dtype}, where integers are expected; cast with .long()")
    rows: Tensor = ops.gather(weight, input.reshape(-1)).reshape(*input.shape, *weight.shape[1:])
    if padding_idx is None:
        return rows
    return ops.where(ops.eq(input, row_number(padding_idx, count)).unsqueeze(-1), rows.detach(), rows)


def row_number(padding_idx: int, count: int) -> int:
    """Count a row from the front. Raises IndexingError where there is none."""
    if not -count <= padding_idx < count:
        raise IndexingError(f"padding_idx = {padding_idx}: expected {-count} to {count - 1}, as there are {count} rows")
    return padding_idx % count


def dropout(input: Tensor, p: float = 0.5, training: bool = True, *, generator: Generator | None = None) -> Tensor:
    """Set each number to 0 with probability p, and scale the others by 1 / (1 − p) (Srivastava et al., 2014).

    Unless `training`, the input is returned as it is. Raises UsageError for a p outside of [0, 1].

    >>> from nudge.creation import ones
    >>> from nudge.random import manual_seed
    >>> _ = manual_seed(0)
    >>> dropout(ones(4))
    tensor([0., 0., 2., 0.])
    """
    if not training or p == 0:
        return input
    return input * dropout_mask(p, input.shape, generator=generator, dtype=input.dtype)


# -- normalising -----------------------------------------------------------------------------------


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Give each example mean 0 and variance 1 over its last axes, (x − mean) / √(variance + eps) (Ba et al., 2016).

    Weight and bias are of normalized_shape, as are the input's last axes. Raises ShapeError for others.

    >>> from nudge.creation import tensor
    >>> layer_norm(tensor([[1.0, 3.0], [10.0, 30.0]]), (2,), eps=0.0)
    tensor([[-1.,  1.],
            [-1.,  1.]])
    """
    axes = _last_axes("layer_norm", input, normalized_shape)
    distance = input - input.mean(axes, keepdim=True)
    variance = (distance * distance).mean(axes, keepdim=True)
    return _scaled(distance / ops.sqrt(ops.add(variance, eps)), weight, bias)


def rms_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, eps: float | None = None
) -> Tensor:
    """Divide each example by its root mean square over its last axes, √(mean of x² + eps) (Zhang & Sennrich, 2019).

    The weight is of normalized_shape, as are the input's last axes. `eps` is the dtype's unless given. Raises
    ShapeError for other shapes.

    >>> from nudge.creation import tensor
    >>> rms_norm(tensor([[3.0, -3.0]]), (2,))
    tensor([[ 1., -1.]])
    """
    axes = _last_axes("rms_norm", input, normalized_shape)
    eps = float(np.finfo(input.dtype).eps) if eps is None else eps
    return _scaled(input / ops.sqrt(ops.add((input * input).mean(axes, keepdim=True), eps)), weight, None)


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: Any = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Give each channel of (n, channels, …) mean 0 and variance 1 over the batch (Ioffe & Szegedy, 2015).

    In training, mean and variance are the batch's, and the running ones, if any, move towards them by `momentum` of the
    way (the variance that they get is over n − 1). Otherwise mean and variance are the running ones. Weight, bias and
    running figures are of shape (channels,).

    Raises ShapeError where they are not, and in training for a single number in a channel.

    >>> from nudge.creation import tensor
    >>> batch_norm(tensor([[1.0], [3.0]]), None, None, training=True, eps=0.0)
    tensor([[-1.],
            [ 1.]])
    """
    shape = input.shape
    if len(shape) < 2:
        raise ShapeError(f"batch_norm of a tensor of shape {shape}: expected (n, channels, …)")
    of_channel = (1, shape[1], *(1,) * (len(shape) - 2))
    for figures in (running_mean, running_var, weight, bias):
        if figures is not None and figures.shape != shape[1:2]:
            raise ShapeError(f"batch_norm: figures of shape {figures.shape} for an input of {shape}, (n, channels, …)")
    if training:
        mean, variance = _of_batch(input, running_mean, running_var, momentum)
    elif running_mean is None or running_var is None:
        raise ShapeError("batch_norm outside of training needs a running mean and variance")
    else:
        mean, variance = running_mean.reshape(of_channel), running_var.reshape(of_channel)
    scaled = (input - mean) / ops.sqrt(ops.add(variance, eps))
    return _scaled(scaled, *(None if f is None else f.reshape(of_channel) for f in (weight, bias)))


def _of_batch(
    input: Tensor, running_mean: Tensor | None, running_var: Tensor | None, momentum: Any
) -> tuple[Tensor, Tensor]:
    """Compute a batch's mean and variance by channel, and move the running ones towards them."""
    axes = (0, *range(2, len(input.shape)))
    count = input.numel() // max(input.shape[1], 1)
    if count < 2:
        raise ShapeError(
            f"batch_norm in training, of shape {input.shape}: one number in a channel has no spread; "
            "give more examples, or call eval() first"
        )
    mean = input.mean(axes, keepdim=True)
    variance = ((input - mean) * (input - mean)).mean(axes, keepdim=True)
    with no_grad():
        if running_mean is not None:
            running_mean.lerp_(mean.reshape(-1), momentum)
        if running_var is not None:
            running_var.lerp_(ops.mul(variance.reshape(-1), count / (count - 1)), momentum)
    return mean, variance


def _last_axes(what: str, input: Tensor, normalized_shape: Sequence[int]) -> tuple[int, ...]:
    shape = tuple(normalized_shape)
    if not shape or input.shape[len(input.shape) - len(shape) :] != shape or not math.prod(shape):
        raise ShapeError(f"{what} over {shape}: an input of shape {input.shape} does not end so")
    return tuple(range(-len(shape), 0))


def _scaled(x: Any, weight: Tensor | None, bias: Tensor | None) -> Tensor:
    x = x if weight is None else x * weight
    return x if bias is None else x + bias
