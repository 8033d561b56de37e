"""Convolutions: weights that slide along an input."""

from __future__ import annotations

import math
from typing import Any

from ..creation import empty
from ..dtype import float32
from ..errors import ShapeError
from ..tensor import Tensor
from . import functional, init
from .functional_window import Sizes, sizes
from .module import Module, Parameter, size


class _Conv(Module):
    """What convolutions share; `axes` says along how many they slide."""

    axes: int

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes = 1,
        padding: Sizes | str = 0,
        dilation: Sizes = 1,
        groups: int = 1,
        bias: bool = True,
        *,
        dtype: Any = float32,
    ) -> None:
        """Draw weights and bias uniform within ±1/√(in_channels / groups · kernel). Raises ShapeError."""
        what = type(self).__name__
        self.in_channels, self.out_channels = size("in_channels", in_channels), size("out_channels", out_channels)
        self.groups = size("groups", groups)
        if in_channels % groups or out_channels % groups:
            channels = f"{in_channels} channels in and {out_channels} out"
            raise ShapeError(f"{what}: {channels}, in {groups} groups: they must divide both")
        self.kernel_size = sizes(what, "kernel_size", kernel_size, self.axes, 1)
        self.stride, self.padding, self.dilation = stride, padding, dilation
        shape = (out_channels, in_channels // groups, *self.kernel_size)
        self.weight = Parameter(empty(shape, dtype=dtype))
        self.bias = Parameter(empty(out_channels, dtype=dtype)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights and bias anew."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(math.prod(self.weight.shape[1:]))
            init.uniform_(self.bias, -bound, bound)

    def extra_repr(self) -> str:
        """Say the sizes."""
        said = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        usual = (("padding", 0), ("dilation", 1), ("groups", 1))
        said += "".join(f", {name}={getattr(self, name)}" for name, value in usual if getattr(self, name) != value)
        return said if self.bias is not None else f"{said}, bias=False"


class Conv1d(_Conv):
    """Slide weights along an input (n, in_channels, length); see functional.conv1d.

    >>> from nudge.creation import ones
    >>> Conv1d(2, 3, 5)(ones(1, 2, 10)).shape
    (1, 3, 6)
    """

    axes = 1

    def forward(self, input: Tensor) -> Tensor:
        """Convolve."""
        return functional.conv1d(
            input, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups
        )


class Conv2d(_Conv):
    """Slide weights over an input (n, in_channels, rows, columns); see functional.conv2d.

    >>> from nudge.creation import ones
    >>> Conv2d(1, 8, 3, padding=1)(ones(2, 1, 28, 28)).shape
    (2, 8, 28, 28)
    """

    axes = 2

    def forward(self, input: Tensor) -> Tensor:
        """Convolve."""
        return functional.conv2d(
            input, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups
        )
