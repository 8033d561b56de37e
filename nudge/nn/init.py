"""Initialisers: fill a tensor in place, with the numbers that PyTorch draws for the same seed."""

from __future__ import annotations

import math

import numpy as np

from .. import random
from ..errors import ShapeError, UsageError, nearest
from ..generator import Generator
from ..mode import no_grad
from ..random import normal_ as draw_normal_
from ..random import uniform_ as draw_uniform_
from ..tensor import Tensor, wrap

GAINS = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2), "selu": 3 / 4}
MODES = ("fan_in", "fan_out")


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """Give the factor by which weights grow, so that what passes a nonlinearity keeps its spread.

    `param` is leaky_relu's slope below 0. Raises UsageError for an unknown nonlinearity.

    >>> calculate_gain("relu") == math.sqrt(2)
    True
    """
    if nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + (0.01 if param is None else param) ** 2))
    if nonlinearity not in GAINS:
        raise UsageError(f"no gain is known of {nonlinearity!r}{nearest(nonlinearity, [*GAINS, 'leaky_relu'])}")
    return GAINS[nonlinearity]


@no_grad()
def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill with numbers uniform in [a, b)."""
    return draw_uniform_(tensor, a, b, generator=generator)


@no_grad()
def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill with normal numbers."""
    return draw_normal_(tensor, mean, std, generator=generator)


@no_grad()
def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with one number."""
    return tensor.fill_(val)


def ones_(tensor: Tensor) -> Tensor:
    """Fill with 1."""
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with 0."""
    return constant_(tensor, 0.0)


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill with numbers uniform within ±gain·√(6 / (fan_in + fan_out)) (Glorot & Bengio, 2010)."""
    bound = math.sqrt(3) * (gain * math.sqrt(2 / sum(fans(tensor))))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill with normal numbers of standard deviation gain·√(2 / (fan_in + fan_out)) (Glorot & Bengio, 2010)."""
    return normal_(tensor, 0.0, gain * math.sqrt(2 / sum(fans(tensor))), generator)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Fill with numbers uniform within ±gain·√(3 / fan) (He et al., 2015); `a` is leaky_relu's slope below 0.

    Raises ShapeError for fewer than two axes, UsageError for an unknown mode or nonlinearity.
    """
    bound = math.sqrt(3) * _kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Fill with normal numbers of standard deviation gain / √fan (He et al., 2015); see kaiming_uniform_."""
    return normal_(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity), generator)


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    if mode not in MODES:
        raise UsageError(f"mode {mode!r} is not one{nearest(mode, MODES)}")
    return calculate_gain(nonlinearity, a) / math.sqrt(fans(tensor)[MODES.index(mode)])


@no_grad()
def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Generator | None = None,
) -> Tensor:
    """Fill with normal numbers, those outside of [a, b] drawn anew. Raises UsageError unless a < b and std > 0."""
    if not a < b or not std > 0:
        raise UsageError(f"trunc_normal_ from a = {a} to b = {b}, std = {std}: expected a < b and std > 0")

    def below(x: float) -> float:
        return (1 + math.erf((x - mean) / std / math.sqrt(2))) / 2

    dtype, array = tensor.dtype, np.empty(tensor.shape, tensor.dtype)
    source = random.default_generator if generator is None else generator
    if below(b) - below(a) > 0.3:
        low, high = dtype.type(a), dtype.type(b)
        array[...] = source.normal(mean, std, tensor.shape, dtype)
        while (outside := (array < low) | (array > high)).any():
            array = np.where(outside, source.normal(mean, std, tensor.shape, dtype), array)
        return tensor.copy_(wrap(array))
    # Where most normal numbers would be outside, uniform ones are kept, as likely as their density is high.
    peak = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2
    pending = np.ones(tensor.shape, bool)
    while pending.any():
        drawn = source.uniform(a, b, tensor.shape, dtype)
        array = np.where(pending, drawn, array)
        density = ((drawn - dtype.type(mean)) / dtype.type(std)) ** 2 * dtype.type(-0.5) - dtype.type(peak)
        with np.errstate(divide="ignore"):
            pending &= np.log(source.uniform(0.0, 1.0, tensor.shape, dtype)) > density
    return tensor.copy_(wrap(array))


@no_grad()
def orthogonal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill with orthogonal rows (columns, where there are more rows), each of length `gain` (Saxe et al., 2014).

    Axes beyond the first are taken as one. Raises ShapeError for fewer than two axes.
    """
    fans(tensor)
    if not tensor.numel():
        return tensor
    rows, columns = tensor.shape[0], tensor.numel() // tensor.shape[0]
    source = random.default_generator if generator is None else generator
    normal = source.normal(0.0, 1.0, (rows, columns), tensor.dtype)
    q, r = np.linalg.qr(normal if rows >= columns else normal.T)
    # With the signs of r, every orthogonal matrix is as likely as another (Mezzadri, 2007).
    q = q * np.sign(np.diagonal(r))
    return tensor.copy_(wrap((q if rows >= columns else q.T).reshape(tensor.shape) * tensor.dtype.type(gain)))


@no_grad()
def eye_(tensor: Tensor) -> Tensor:
    """Fill with 1 on the diagonal and 0 elsewhere. Raises ShapeError unless there are two axes."""
    if tensor.ndim != 2:
        raise ShapeError(f"eye_ of a tensor of shape {tensor.shape}: expected two axes")
    return tensor.copy_(wrap(np.eye(*tensor.shape, dtype=tensor.dtype)))


def fans(tensor: Tensor) -> tuple[int, int]:
    """Count what each output is made of, and what each input goes into, for weights of shape (out, in, window…).

    Raises ShapeError for fewer than two axes.
    """
    if tensor.ndim < 2:
        raise ShapeError(f"a tensor of shape {tensor.shape} has no fan_in and fan_out: weights are of (out, in, …)")
    out, into, *window = tensor.shape
    return into * math.prod(window), out * math.prod(window)
