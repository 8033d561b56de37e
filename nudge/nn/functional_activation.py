"""Activations as functions of a tensor, under PyTorch's names; what is not one operation is composed of several."""

from __future__ import annotations

import math

from .. import ops
from ..errors import ShapeError, UsageError, nearest
from ..tensor import Tensor

# Klambauer et al., 2017: with these, mean 0 and variance 1 stay what they are from layer to layer.
SELU_ALPHA, SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946
APPROXIMATIONS = ("none", "tanh")


# -- gates -----------------------------------------------------------------------------------------


def relu(input: Tensor) -> Tensor:
    """Keep what is positive, 0 elsewhere."""
    return input.relu()


def leaky_relu(input: Tensor, negative_slope: float = 0.01) -> Tensor:
    """Keep what is positive, and negative_slope of what is not.

    >>> from nudge.creation import tensor
    >>> leaky_relu(tensor([2.0, -2.0]), 0.25)
    tensor([ 2.0000, -0.5000])
    """
    return ops.where(input > 0, input, input * negative_slope)


def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """Keep what is positive, and a learnt part of what is not (He et al., 2015).

    The weight is of shape () or (1,), or (channels,) for an input of shape (n, channels, …). Raises ShapeError.
    """
    if weight.numel() == 1:
        weight = weight.reshape(())
    elif weight.shape == input.shape[1:2]:
        weight = weight.reshape(-1, *(1,) * (len(input.shape) - 2))
    else:
        raise ShapeError(f"prelu: {weight.shape} slopes for an input of {input.shape}: expected one, or one a channel")
    return ops.where(input > 0, input, input * weight)


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """Bound from below and above; at the bounds, no gradient passes. Raises UsageError unless min_val < max_val.

    >>> from nudge.creation import tensor
    >>> hardtanh(tensor([-3.0, 0.5, 3.0]))
    tensor([-1.0000,  0.5000,  1.0000])
    """
    if not min_val < max_val:
        raise UsageError(f"hardtanh from {min_val} to {max_val}: expected the first to be the smaller")
    return ops.where(input <= min_val, min_val, ops.where(input >= max_val, max_val, input))


def relu6(input: Tensor) -> Tensor:
    """Keep what is between 0 and 6, and the bounds elsewhere."""
    return hardtanh(input, 0.0, 6.0)


def hardsigmoid(input: Tensor) -> Tensor:
    """Rise in a straight line from 0 at −3 to 1 at 3."""
    return ops.div(ops.add(hardtanh(input, -3.0, 3.0), 3.0), 6.0)


def hardswish(input: Tensor) -> Tensor:
    """Weigh x by hardsigmoid(x) (Howard et al., 2019)."""
    return input * hardsigmoid(input)


# -- exponentials ----------------------------------------------------------------------------------


def elu(input: Tensor, alpha: float = 1.0) -> Tensor:
    """Keep what is positive, alpha·(exp(x) − 1) elsewhere (Clevert et al., 2016).

    >>> from nudge.creation import tensor
    >>> elu(tensor([1.0, -1000.0]))
    tensor([ 1., -1.])
    """
    return _elu(input, alpha, 1.0)


def celu(input: Tensor, alpha: float = 1.0) -> Tensor:
    """Keep what is positive, alpha·(exp(x / alpha) − 1) elsewhere (Barron, 2017). Raises UsageError for alpha 0."""
    if not alpha:
        raise UsageError("celu with alpha = 0: expected another number, since x is divided by it")
    return _elu(input, alpha, 1 / alpha)


def selu(input: Tensor) -> Tensor:
    """Scale elu such that mean 0 and variance 1 stay what they are (Klambauer et al., 2017)."""
    return ops.mul(_elu(input, SELU_ALPHA, 1.0), SELU_SCALE)


def _elu(input: Tensor, alpha: float, rate: float) -> Tensor:
    positive = input > 0
    # Where it is not taken, the exponential must not overflow: infinity times a gradient of 0 is NaN.
    return ops.where(positive, input, (ops.where(positive, 0.0, input) * rate).expm1() * alpha)


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """Compute log(1 + exp(beta·x)) / beta, a smooth relu; where beta·x is above the threshold, x itself.

    >>> from nudge.creation import tensor
    >>> softplus(tensor([0.0, 1000.0]))
    tensor([6.9315e-01, 1.0000e+03])
    """
    z = input * beta
    straight = z > threshold
    return ops.where(straight, input, ops.where(straight, 0.0, z).exp().log1p() / beta)


def logsigmoid(input: Tensor) -> Tensor:
    """Compute log(sigmoid(x)): min(x, 0) − log(1 + exp(−|x|)), exact also where sigmoid is 0.

    >>> from nudge.creation import tensor
    >>> logsigmoid(tensor([-1000.0, 0.0]))
    tensor([-1.0000e+03, -6.9315e-01])
    """
    return ops.minimum(input, 0.0) - (-input.abs()).exp().log1p()


# -- squashers, and what is weighed by one ---------------------------------------------------------


def tanh(input: Tensor) -> Tensor:
    """Squash into (-1, 1)."""
    return input.tanh()


def sigmoid(input: Tensor) -> Tensor:
    """Squash into (0, 1)."""
    return input.sigmoid()


def softsign(input: Tensor) -> Tensor:
    """Squash into (-1, 1), slowly: x / (1 + |x|)."""
    return input / (input.abs() + 1.0)


def silu(input: Tensor) -> Tensor:
    """Weigh x by sigmoid(x) (Elfwing et al., 2018)."""
    return input * input.sigmoid()


def mish(input: Tensor) -> Tensor:
    """Weigh x by tanh(softplus(x)) (Misra, 2020)."""
    return input * softplus(input).tanh()


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """Weigh x by the share of normal numbers below it, (1 + erf(x / √2)) / 2 (Hendrycks & Gimpel, 2016).

    With approximate="tanh", by (1 + tanh(√(2/π)·(x + 0.044715·x³))) / 2. Raises UsageError for another word.

    >>> from nudge.creation import tensor
    >>> gelu(tensor([1.0])), gelu(tensor([1.0]), approximate="tanh")
    (tensor([0.8413]), tensor([0.8412]))
    """
    if approximate not in APPROXIMATIONS:
        raise UsageError(f"approximate {approximate!r} is not one{nearest(str(approximate), APPROXIMATIONS)}")
    if approximate == "tanh":
        squashed = ((input + input * input * input * 0.044715) * math.sqrt(2 / math.pi)).tanh()
    else:
        squashed = ops.erf(ops.mul(input, math.sqrt(0.5)))
    return input * (squashed + 1.0) * 0.5
