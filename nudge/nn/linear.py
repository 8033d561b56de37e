"""Layers that weigh and sum."""

from __future__ import annotations

import math
from typing import Any

from ..creation import empty
from ..dtype import float32
from ..tensor import Tensor
from . import functional, init
from .module import Module, Parameter, size


class Linear(Module):
    """y = x Wᵀ + b: x of shape (…, in_features), W of (out_features, in_features), b of (out_features,).

    >>> from nudge.creation import ones
    >>> Linear(3, 2)(ones(5, 3)).shape
    (5, 2)
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True, *, dtype: Any = float32) -> None:
        """Draw weights and bias uniform within ±1/√in_features. Raises ShapeError for sizes below 1."""
        self.in_features, self.out_features = size("in_features", in_features), size("out_features", out_features)
        self.weight = Parameter(empty((out_features, in_features), dtype=dtype))
        self.bias = Parameter(empty(out_features, dtype=dtype)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights and bias anew."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(self.in_features)
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        """Weigh and sum."""
        return functional.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Say the sizes."""
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"
