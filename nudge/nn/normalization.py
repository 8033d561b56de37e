"""Layers that normalise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..dtype import as_dtype, float32
from ..errors import ShapeError
from ..tensor import Tensor, wrap
from . import functional, init
from .module import Module, Parameter, size


def _filled(shape: tuple[int, ...], value: float, dtype: Any) -> Tensor:
    return wrap(np.full(shape, value, as_dtype(dtype)))


class LayerNorm(Module):
    """Give each example mean 0 and variance 1 over its last axes; then scale and shift by what is learnt.

    >>> from nudge.creation import tensor
    >>> LayerNorm(2, eps=0.0)(tensor([[1.0, 3.0]])).detach()
    tensor([[-1.,  1.]])
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        *,
        dtype: Any = float32,
    ) -> None:
        """Take the size or sizes of the last axes. Raises ShapeError for sizes below 1."""
        self.normalized_shape = _sizes(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.weight = Parameter(_filled(self.normalized_shape, 1, dtype)) if elementwise_affine else None
        self.bias = Parameter(_filled(self.normalized_shape, 0, dtype)) if elementwise_affine and bias else None

    def reset_parameters(self) -> None:
        """Scale by 1 and shift by 0."""
        _reset(self.weight, self.bias)

    def forward(self, input: Tensor) -> Tensor:
        """Normalise."""
        return functional.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Say the sizes."""
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class RMSNorm(Module):
    """Divide each example by its root mean square over its last axes; then scale by what is learnt.

    >>> from nudge.creation import tensor
    >>> RMSNorm(2)(tensor([[3.0, -3.0]])).detach()
    tensor([[ 1., -1.]])
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        *,
        dtype: Any = float32,
    ) -> None:
        """Take the size or sizes of the last axes; `eps` is the dtype's unless given. Raises ShapeError."""
        self.normalized_shape = _sizes(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.weight = Parameter(_filled(self.normalized_shape, 1, dtype)) if elementwise_affine else None

    def reset_parameters(self) -> None:
        """Scale by 1."""
        _reset(self.weight, None)

    def forward(self, input: Tensor) -> Tensor:
        """Normalise."""
        return functional.rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        """Say the sizes."""
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class BatchNorm1d(Module):
    """Give each channel of (n, channels) or (n, channels, length) mean 0 and variance 1; then scale and shift.

    In training over the batch, keeping running figures, which evaluation uses. They move by `momentum` of the way;
    where it is None, they are the plain average of all batches.

    >>> from nudge.creation import tensor
    >>> layer = BatchNorm1d(1)
    >>> _ = layer(tensor([[1.0], [3.0]]))
    >>> layer.running_mean, layer.num_batches_tracked
    (tensor([0.2000]), tensor(1))
    """

    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        dtype: Any = float32,
    ) -> None:
        """Start from mean 0 and variance 1. Raises ShapeError for a size below 1."""
        self.num_features = size("num_features", num_features)
        self.eps, self.momentum, self.affine, self.track_running_stats = eps, momentum, affine, track_running_stats
        shape = (num_features,)
        self.weight = Parameter(_filled(shape, 1, dtype)) if affine else None
        self.bias = Parameter(_filled(shape, 0, dtype)) if affine else None
        tracked = track_running_stats
        self.register_buffer("running_mean", _filled(shape, 0, dtype) if tracked else None)
        self.register_buffer("running_var", _filled(shape, 1, dtype) if tracked else None)
        self.register_buffer("num_batches_tracked", wrap(np.array(0)) if tracked else None)

    def reset_running_stats(self) -> None:
        """Forget the batches."""
        if self.running_mean is not None and self.running_var is not None and self.num_batches_tracked is not None:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """Forget the batches, scale by 1 and shift by 0."""
        self.reset_running_stats()
        _reset(self.weight, self.bias)

    def forward(self, input: Tensor) -> Tensor:
        """Normalise. Raises ShapeError for an input of other axes, and in training for a single number in a channel."""
        if len(input.shape) not in (2, 3) or input.shape[1] != self.num_features:
            n = self.num_features
            raise ShapeError(f"BatchNorm1d of an input of shape {input.shape}: expected (n, {n}) or (n, {n}, length)")
        momentum: Any = self.momentum
        if self.training and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            momentum = 1 / self.num_batches_tracked if momentum is None else momentum
        return functional.batch_norm(
            input, self.running_mean if self.track_running_stats else None,
            self.running_var if self.track_running_stats else None, self.weight, self.bias,
            self.training or not self.track_running_stats, momentum, self.eps,
        )

    def extra_repr(self) -> str:
        """Say the settings."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"track_running_stats={self.track_running_stats}"
        )


def _sizes(normalized_shape: int | Sequence[int]) -> tuple[int, ...]:
    given = normalized_shape if isinstance(normalized_shape, Sequence) else (normalized_shape,)
    return tuple(size("normalized_shape", each) for each in given)


def _reset(weight: Tensor | None, bias: Tensor | None) -> None:
    if weight is not None:
        init.ones_(weight)
    if bias is not None:
        init.zeros_(bias)
