"""Sliding windows, under PyTorch's names: convolution is a window times weights, pooling its greatest or its mean.

Windows are `unfold`, one axis after the other; the rest is a matrix product or a reduction. Inputs are (n, channels, …)
or, of one example, (channels, …).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import ops
from ..errors import ShapeError
from ..mode import mode
from ..tensor import Tensor, wrap

Sizes = int | Sequence[int]
Many = tuple[int, ...]


def conv1d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Sizes = 1, padding: Sizes | str = 0,
    dilation: Sizes = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """Slide weights (out, in / groups, k) along an input (n, in, length): sums of products (n, out, …), as `conv2d`.

    >>> from nudge.creation import tensor
    >>> conv1d(tensor([[[1.0, 2.0, 4.0]]]), tensor([[[-1.0, 1.0]]]))
    tensor([[[1., 2.]]])
    """
    return _convolved("conv1d", input, weight, bias, stride, padding, dilation, groups)


def conv2d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Sizes = 1, padding: Sizes | str = 0,
    dilation: Sizes = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """Slide weights (out, in / groups, k, l) over an input (n, in, rows, columns): sums of products (n, out, …).

    The input is padded with zeros: by as many on either side, or "valid" for none, or "same" for as many as keep its
    size where the stride is 1. Windows are `stride` apart, and their parts `dilation`. Each of `groups` outputs sees
    its own share of the channels.

    Raises:
        ShapeError: shapes, sizes or groups that do not fit.

    >>> from nudge.creation import ones
    >>> conv2d(ones(1, 1, 3, 3), ones(2, 1, 2, 2), stride=1, padding=1).shape
    (1, 2, 4, 4)
    """
    return _convolved("conv2d", input, weight, bias, stride, padding, dilation, groups)


def max_pool1d(
    input: Tensor, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0, dilation: Sizes = 1
) -> Tensor:
    """Take the greatest of each window along the last axis; as `max_pool2d`.

    >>> from nudge.creation import tensor
    >>> max_pool1d(tensor([[1.0, 3.0, 2.0, 0.0]]), 2)
    tensor([[3., 2.]])
    """
    return _pooled("max_pool1d", 1, input, kernel_size, stride, padding, dilation).amax(-1)


def max_pool2d(
    input: Tensor, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0, dilation: Sizes = 1
) -> Tensor:
    """Take the greatest of each window of an input (n, channels, rows, columns).

    Windows touch unless `stride` is given. Numbers that tie for the greatest share the gradient. Raises ShapeError for
    windows that do not fit.

    >>> from nudge.creation import arange
    >>> max_pool2d(arange(16.0).reshape(1, 1, 4, 4), 2).reshape(-1).tolist()
    [5.0, 7.0, 13.0, 15.0]
    """
    return _pooled("max_pool2d", 2, input, kernel_size, stride, padding, dilation).amax(-1)


def avg_pool1d(
    input: Tensor, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0, count_include_pad: bool = True
) -> Tensor:
    """Take the mean of each window along the last axis; as `avg_pool2d`.

    >>> from nudge.creation import tensor
    >>> avg_pool1d(tensor([[1.0, 3.0, 2.0, 0.0]]), 2)
    tensor([[2., 1.]])
    """
    return _mean("avg_pool1d", 1, input, kernel_size, stride, padding, count_include_pad)


def avg_pool2d(
    input: Tensor, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0, count_include_pad: bool = True
) -> Tensor:
    """Take the mean of each window of an input (n, channels, rows, columns), padding counted as zeros, or not at all.

    Raises ShapeError for windows that do not fit.

    >>> from nudge.creation import arange
    >>> avg_pool2d(arange(16.0).reshape(1, 1, 4, 4), 2).reshape(-1).tolist()
    [2.5, 4.5, 10.5, 12.5]
    """
    return _mean("avg_pool2d", 2, input, kernel_size, stride, padding, count_include_pad)


# -- windows ---------------------------------------------------------------------------------------


def windows(input: Tensor, sizes: Many, stride: Many, dilation: Many) -> Tensor:
    """Slide a window over the last axes: (…, count of each axis, size of each axis).

    >>> from nudge.creation import arange
    >>> windows(arange(4.0), (2,), (1,), (1,)).tolist()
    [[0.0, 1.0], [1.0, 2.0], [2.0, 3.0]]
    """
    axes = len(sizes)
    # What is inside of windows comes last, so the axis to slide along next is as far from the end as the first was.
    for size, step, apart in zip(sizes, stride, dilation, strict=True):
        input = ops.unfold(input, axis=-axes, size=size, step=step, dilation=apart)
    return input


def padded(input: Tensor, before: Many, after: Many, value: float = 0.0) -> Tensor:
    """Put numbers before and after each of the last axes.

    >>> from nudge.creation import ones
    >>> padded(ones(2), (1,), (2,)).tolist()
    [0.0, 1.0, 1.0, 0.0, 0.0]
    """
    if not any((*before, *after)):
        return input
    lengths = input.shape[len(input.shape) - len(before) :]
    place = tuple((b, 1, b + n + a) for b, n, a in zip(before, lengths, after, strict=True))
    return ops.pad(input, place=place, value=value)


def sizes(what: str, name: str, value: Sizes, axes: int, least: int) -> Many:
    """Give one size for each axis. Raises ShapeError for another number of them, or a size below `least`."""
    many = (value,) * axes if isinstance(value, int) else tuple(value)
    if len(many) != axes or not all(one >= least for one in many):
        one = "a whole number" if axes == 1 else f"a whole number, or {axes} of them,"
        raise ShapeError(f"{what}: {name} = {value}: expected {one} of at least {least}")
    return many


def _convolved(
    what: str, input: Tensor, weight: Tensor, bias: Tensor | None, stride: Sizes, padding: Sizes | str,
    dilation: Sizes, groups: int,
) -> Tensor:  # fmt: skip
    axes = len(weight.shape) - 2
    if len(input.shape) == axes + 1:
        return _convolved(what, input.unsqueeze(0), weight, bias, stride, padding, dilation, groups).squeeze(0)
    kernel = tuple(weight.shape[2:])
    step, apart = sizes(what, "stride", stride, axes, 1), sizes(what, "dilation", dilation, axes, 1)
    out, share = weight.shape[:2]
    if len(input.shape) != axes + 2 or groups < 1 or input.shape[1] != share * groups or out % groups:
        raise ShapeError(
            f"{what}: an input of shape {input.shape} meets weights of shape {weight.shape} in {groups} groups: "
            f"expected an input (n, {share * groups}, …) of {axes + 2} axes, and outputs that groups divide"
        )
    if padding == "same":
        whole = [far * (k - 1) for far, k in zip(apart, kernel, strict=True)]
        before, after = tuple(n // 2 for n in whole), tuple(n - n // 2 for n in whole)
        if any(one != 1 for one in step):
            raise ShapeError(f'{what}: padding "same" keeps the size only where the stride is 1, not {stride}')
    else:
        before = after = sizes(what, "padding", 0 if padding == "valid" else padding, axes, 0)  # type: ignore[arg-type]
    seen = windows(padded(input, before, after), kernel, step, apart)
    n, places = seen.shape[0], tuple(seen.shape[2 : 2 + axes])
    # (n, groups, places, share · kernel) times (groups, share · kernel, out / groups).
    seen = seen.reshape(n, groups, share, *places, *kernel)
    middle, inner = tuple(range(3, 3 + axes)), tuple(range(3 + axes, 3 + 2 * axes))
    rows = seen.permute(0, 1, *middle, 2, *inner).reshape(n, groups, math.prod(places), share * math.prod(kernel))
    columns = weight.reshape(groups, out // groups, share * math.prod(kernel)).transpose(1, 2)
    made = (rows @ columns).transpose(2, 3).reshape(n, out, *places)
    if mode.trace is None:  # which decides for itself how results lie
        made = made.contiguous()  # so that it can be seen in another shape
    return made if bias is None else made + bias.reshape(out, *(1,) * axes)


def _pooled(
    what: str, axes: int, input: Tensor, kernel_size: Sizes, stride: Sizes | None, padding: Sizes, dilation: Sizes,
    value: float = -math.inf,
) -> Tensor:  # fmt: skip
    """Give the windows, the inside of each on one last axis."""
    if len(input.shape) not in (axes + 1, axes + 2):
        raise ShapeError(f"{what}: an input of shape {input.shape}: expected {axes + 1} or {axes + 2} axes")
    kernel = sizes(what, "kernel_size", kernel_size, axes, 1)
    step = kernel if stride is None else sizes(what, "stride", stride, axes, 1)
    around, apart = sizes(what, "padding", padding, axes, 0), sizes(what, "dilation", dilation, axes, 1)
    if any(2 * p > k for p, k in zip(around, kernel, strict=True)):
        raise ShapeError(f"{what}: padding {padding} is more than half of kernel_size {kernel_size}")
    seen: Any = windows(padded(input, around, around, value), kernel, step, apart)
    return seen.reshape(*seen.shape[: len(seen.shape) - axes], math.prod(kernel))


def _mean(
    what: str, axes: int, input: Tensor, kernel_size: Sizes, stride: Sizes | None, padding: Sizes, include: bool
) -> Tensor:
    mean = _pooled(what, axes, input, kernel_size, stride, padding, 1, 0.0).mean(-1)
    if include or not padding:
        return mean
    inside = wrap(np.ones(input.shape, input.dtype))
    return mean / _pooled(what, axes, inside, kernel_size, stride, padding, 1, 0.0).mean(-1)
