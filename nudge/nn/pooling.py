"""Pooling: what stands for each window of an input."""

from __future__ import annotations

from ..tensor import Tensor
from . import functional
from .functional_window import Sizes
from .module import Module


class _MaxPool(Module):
    def __init__(
        self, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0, dilation: Sizes = 1
    ) -> None:
        """Take windows of `kernel_size`, that touch unless `stride` is given."""
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.dilation = padding, dilation

    def extra_repr(self) -> str:
        """Say the sizes."""
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, dilation={self.dilation}"
        )


class MaxPool1d(_MaxPool):
    """Take the greatest of each window along the last axis; see functional.max_pool1d.

    >>> from nudge.creation import tensor
    >>> MaxPool1d(2)(tensor([[1.0, 3.0, 2.0, 0.0]]))
    tensor([[3., 2.]])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Pool."""
        return functional.max_pool1d(input, self.kernel_size, self.stride, self.padding, self.dilation)


class MaxPool2d(_MaxPool):
    """Take the greatest of each window of the last two axes; see functional.max_pool2d.

    >>> from nudge.creation import ones
    >>> MaxPool2d(2)(ones(1, 8, 28, 28)).shape
    (1, 8, 14, 14)
    """

    def forward(self, input: Tensor) -> Tensor:
        """Pool."""
        return functional.max_pool2d(input, self.kernel_size, self.stride, self.padding, self.dilation)


class _AvgPool(Module):
    def __init__(
        self, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0, count_include_pad: bool = True
    ) -> None:
        """Take windows of `kernel_size`, that touch unless `stride` is given."""
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.count_include_pad = padding, count_include_pad

    def extra_repr(self) -> str:
        """Say the sizes."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(_AvgPool):
    """Take the mean of each window along the last axis; see functional.avg_pool1d.

    >>> from nudge.creation import tensor
    >>> AvgPool1d(2)(tensor([[1.0, 3.0, 2.0, 0.0]]))
    tensor([[2., 1.]])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Pool."""
        return functional.avg_pool1d(input, self.kernel_size, self.stride, self.padding, self.count_include_pad)


class AvgPool2d(_AvgPool):
    """Take the mean of each window of the last two axes; see functional.avg_pool2d.

    >>> from nudge.creation import ones
    >>> AvgPool2d(7)(ones(1, 8, 14, 14)).shape
    (1, 8, 2, 2)
    """

    def forward(self, input: Tensor) -> Tensor:
        """Pool."""
        return functional.avg_pool2d(input, self.kernel_size, self.stride, self.padding, self.count_include_pad)
