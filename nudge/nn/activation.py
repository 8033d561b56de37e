"""Activations as modules: what bends the line between two layers. Each is its namesake in `functional`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dtype import as_dtype, float32
from ..tensor import Tensor, wrap
from . import functional
from .module import Module, Parameter, size


class Activation(Module):
    """What all activations share: their settings are shown."""

    settings: tuple[str, ...] = ()

    def extra_repr(self) -> str:
        """Say the settings."""
        return ", ".join(f"{name}={getattr(self, name)!r}" for name in self.settings)


class ReLU(Activation):
    """Keep what is positive, 0 elsewhere."""

    def forward(self, input: Tensor) -> Tensor:
        """Bend."""
        return input.relu()


class ReLU6(Activation):
    """Keep what is between 0 and 6, and the bounds elsewhere."""

    def forward(self, input: Tensor) -> Tensor:
        """Bend."""
        return functional.relu6(input)


class LeakyReLU(Activation):
    """Keep what is positive, and `negative_slope` of what is not."""

    settings = ("negative_slope",)

    def __init__(self, negative_slope: float = 0.01) -> None:
        self.negative_slope = negative_slope

    def forward(self, input: Tensor) -> Tensor:
        """Bend."""
        return functional.leaky_relu(input, self.negative_slope)


class PReLU(Module):
    """Keep what is positive, and a learnt part of what is not: one for all, or one for each channel (n, channels, …).

    >>> list(PReLU(3).state_dict())
    ['weight']
    """

    def __init__(self, num_parameters: int = 1, init: float = 0.25, *, dtype: Any = float32) -> None:
        """Start from slopes of `init`. Raises ShapeError for a number below 1."""
        self.num_parameters = size("num_parameters", num_parameters)
        self.weight = Parameter(wrap(np.full(num_parameters, init, as_dtype(dtype))))

    def forward(self, input: Tensor) -> Tensor:
        """Bend."""
        return functional.prelu(input, self.weight)

    def extra_repr(self) -> str:
        """Say the number of slopes."""
        return f"num_parameters={self.num_parameters}"


class Hardtanh(Activation):
    """Bound from below and above. Raises UsageError unless min_val < max_val."""

    settings = ("min_val", "max_val")

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0) -> None:
        self.min_val, self.max_val = min_val, max_val

    def forward(self, input: Tensor) -> Tensor:
        """Bend."""
        return functional.hardtanh(input, self.min_val, self.max_val)


class Hardsigmoid(Activation):
    """Rise in a straight line from 0 at −3 to 1 at 3."""

    def forward(self, input: Tensor) -> Tensor:
        """Bend."""
        return functional.hardsigmoid(input)


class Hardswish(Activation):
    """Weigh x by hardsigmoid(x)."""

    def forward(self, input: Tensor) -> Tensor:
        """Bend."""
        return functional.hardswish(input)


class ELU(Activation):
    """Keep what is positive, alpha·(exp(x) − 1) elsewhere."""

    settings = ("alpha",)

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def forward(self, input: Tensor) -> Tensor:
        """Bend."""
        return functional.elu(input, self.alpha)


class CELU(Activation):
    """Keep what is positive, alpha·(exp(x / alpha) − 1) elsewhere."""

    settings = ("alpha",)

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def forward(self, input: Tensor) -> Tensor:
        """Bend."""
        return functional.celu(input, self.alpha)


class SELU(Activation):
    """Scale elu such that mean 0 and variance 1 stay what they are."""

    def forward(self, input: Tensor) -> Tensor:
        """Bend."""
        return functional.selu(input)


class Softplus(Activation):
    """log(1 + exp(beta·x)) / beta, a smooth relu; where beta·x is above the threshold, x itself."""

    settings = ("beta", "threshold")

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        self.beta, self.threshold = beta, threshold

    def forward(self, input: Tensor) -> Tensor:
        """Bend."""
        return functional.softplus(input, self.beta, self.threshold)


class LogSigmoid(Activation):
    """log(sigmoid(x)), exact also where sigmoid is 0."""

    def forward(self, input: Tensor) -> Tensor:
        """Bend."""
        return functional.logsigmoid(input)


class Tanh(Activation):
    """Squash into (-1, 1)."""

    def forward(self, input: Tensor) -> Tensor:
        """Bend."""
        return input.tanh()


class Sigmoid(Activation):
    """Squash into (0, 1)."""

    def forward(self, input: Tensor) -> Tensor:
        """Bend."""
        return input.sigmoid()


class Softsign(Activation):
    """Squash into (-1, 1), slowly: x / (1 + |x|)."""

    def forward(self, input: Tensor) -> Tensor:
        """Bend."""
        return functional.softsign(input)


class SiLU(Activation):
    """Weigh x by sigmoid(x)."""

    def forward(self, input: Tensor) -> Tensor:
        """Bend."""
        return functional.silu(input)


class Mish(Activation):
    """Weigh x by tanh(softplus(x))."""

    def forward(self, input: Tensor) -> Tensor:
        """Bend."""
        return functional.mish(input)


class GELU(Activation):
    """Weigh x by the share of normal numbers below it, or by its approximation with tanh."""

    settings = ("approximate",)

    def __init__(self, approximate: str = "none") -> None:
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        """Bend."""
        return functional.gelu(input, self.approximate)


class Softmax(Activation):
    """Turn logits into probabilities along an axis."""

    settings = ("dim",)

    def __init__(self, dim: int) -> None:
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Share out."""
        return functional.softmax(input, self.dim)


class LogSoftmax(Activation):
    """The logarithm of softmax, exact also where softmax is 0."""

    settings = ("dim",)

    def __init__(self, dim: int) -> None:
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Share out."""
        return functional.log_softmax(input, self.dim)
