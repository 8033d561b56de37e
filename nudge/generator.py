"""Random arrays as PyTorch draws them on a CPU: the same seed, the same numbers, the same position afterwards.

How many words of the stream a number takes, which bits of them, and in which order, is PyTorch's (2.13). Integers,
permutations, uniforms and masks are equal bit for bit to those that it draws on x86-64 with AVX2, where its kernels
fuse multiply and add; normals come within 2e-6, which is as far as PyTorch's own kernels lie apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from .dtype import as_dtype, bool_, float32, float64, int32, int64, is_float
from .errors import DTypeError, ShapeError, TraceError, UsageError
from .fma import fused_multiply_add
from .mode import mode
from .mt19937 import Stream, as_int
from .ops.random import fisher_yates

Array = NDArray[Any]
Shape = int | Iterable[int]

# Per dtype, the least and the greatest integer that randint may be asked for: all between them are exact.
INTEGERS = {
    bool_: (0, 1),
    int32: (-(2**31), 2**31 - 1),
    int64: (-(2**63), 2**63 - 1),
    float32: (-(2**24), 2**24),
    float64: (-(2**53), 2**53),
}
ONCE = (
    "a Generator's own methods that seed it, or go to a state, would act once, while a program is traced, and at no "
    "run of it: make, seed and set generators outside"
)
# From here on PyTorch shuffles in another way, since 32 bits modulo so much are no longer even.
LONGEST_PERMUTATION = (2**32 - 1) // 20 - 1


class Generator(Stream):
    """A stream of random numbers: `torch.Generator` for the CPU, with methods that return NumPy arrays.

    >>> print(Generator().manual_seed(0).normal(shape=3).round(4))
    [ 1.541  -0.2934 -2.1788]
    """

    def __init__(self, device: str = "cpu") -> None:
        """Start at PyTorch's default seed; `device` is there for programs that name one.

        Raises:
            UsageError: a device other than "cpu".
        """
        if str(device) != "cpu":
            raise UsageError(f'a generator lives on device "cpu", not on "{device}"')
        super().__init__()

    def manual_seed(self, seed: int) -> Self:
        """Start the stream of a seed: see `Stream`. Raises TraceError in a traced program, whose runs would not."""
        if mode.trace is not None:
            raise TraceError(ONCE)
        return super().manual_seed(seed)

    def set_state(self, state: Any) -> None:
        """Go to where a stream was: see `Stream`. Raises TraceError in a traced program, whose runs would not."""
        if mode.trace is not None:
            raise TraceError(ONCE)
        super().set_state(state)

    def uniform(self, low: float = 0.0, high: float = 1.0, shape: Shape = (), dtype: DTypeLike = float32) -> Array:
        """Return numbers of [low, high), uniformly distributed: 24 bits of one word for float32, 53 of two for float64.

        Raises:
            DTypeError: a dtype other than float32 and float64.
            UsageError: low > high, or more than half of the dtype's greatest number.

        >>> print(Generator().manual_seed(0).uniform(shape=3).round(4))
        [0.4963 0.7682 0.0885]
        """
        shape, dtype = as_shape(shape), float_dtype(dtype, "uniform numbers")
        check_bounds(low, high, dtype)
        values = self.unit(math.prod(shape), dtype)
        if (low, high) != (0, 1):
            start, stop = dtype.type(low), dtype.type(high)
            values = fused_multiply_add(values, stop - start, start)
            values[values == stop] = start  # where rounding reached the end, which does not belong to the range
        return values.reshape(shape)

    def normal(self, mean: float = 0.0, std: float = 1.0, shape: Shape = (), dtype: DTypeLike = float32) -> Array:
        """Return normally distributed numbers, by the method of Box and Muller (1958).

        Below 16 they come in pairs, and the second of a pair left over waits for the next such call. From 16 on they
        come in blocks of 16, and where they do not fill a block the last 16 are drawn anew.

        Raises:
            DTypeError: a dtype other than float32 and float64.
            UsageError: a negative std.

        >>> print(Generator().manual_seed(0).normal(mean=10, std=2, shape=3).round(3))
        [13.082  9.413  5.642]
        """
        shape, dtype = as_shape(shape), float_dtype(dtype, "normal numbers")
        check_std(std)
        size = math.prod(shape)
        if size < 16:
            return (np.array(self._normal_pairs(size)) * std + mean).astype(dtype).reshape(shape)
        whole = size - size % 16
        values = self.unit(size if whole == size else size + 16, dtype)
        _box_muller(values[:whole])
        if whole < size:
            _box_muller(values[size:])
            values[size - 16 : size] = values[size:]
            values = values[:size]
        values *= std
        values += mean
        return values.reshape(shape)

    def exponential(self, rate: float = 1.0, shape: Shape = (), dtype: DTypeLike = float32) -> Array:
        """Return exponentially distributed numbers of mean 1/rate: -log(1 - u) / rate, u of 53 bits for either dtype.

        Raises:
            DTypeError: a dtype other than float32 and float64.
            UsageError: a rate that is not above 0.

        >>> print(Generator().manual_seed(0).exponential(shape=2).round(4))
        [3.5083 1.2304]
        """
        shape, dtype = as_shape(shape), float_dtype(dtype, "exponential numbers")
        check_rate(rate)
        units = self.unit(math.prod(shape), float64)
        values: Array = -1.0 / rate * np.log1p(-units)
        return values.astype(dtype).reshape(shape)

    def randint(self, low: int, high: int, shape: Shape = (), dtype: DTypeLike = int64) -> Array:
        """Return integers of [low, high): a word modulo high - low, two words where that is 2**28 or more.

        Raises:
            DTypeError: a dtype that tensors do not hold, or bounds that are no integers.
            UsageError: high <= low, or integers that the dtype does not hold exactly.

        >>> Generator().manual_seed(0).randint(0, 10, shape=5).tolist()
        [4, 9, 3, 0, 3]
        """
        shape, dtype = as_shape(shape), as_dtype(dtype)
        low, high = integer_bounds(low, high, dtype)
        span, size = high - low, math.prod(shape)
        draws = self.random64(size) if span >= 2**28 else self.words(size)
        if span < 2**64:
            draws %= np.uint64(span)
        return (draws.view(np.int64) + np.int64(low)).astype(dtype).reshape(shape)

    def random(self, shape: Shape = (), dtype: DTypeLike = int64) -> Array:
        """Return integers from 0 to the greatest that the dtype holds exactly: `Tensor.random_()` without bounds.

        Raises:
            DTypeError: a dtype that tensors do not hold.

        >>> Generator().manual_seed(0).random(shape=2).tolist()
        [900450186894289455, 3969543146641149120]
        """
        shape, dtype = as_shape(shape), as_dtype(dtype)
        size = math.prod(shape)
        draws = self.random64(size) if dtype.itemsize == 8 else self.words(size)
        draws %= np.uint64(INTEGERS[dtype][1] + 1)
        return draws.astype(dtype).reshape(shape)

    def randperm(self, n: int, dtype: DTypeLike = int64) -> Array:
        """Return the integers 0 to n - 1 in random order, shape (n,), by the shuffle of Fisher and Yates.

        Raises:
            DTypeError: a dtype that tensors do not hold, or an n that is no integer.
            UsageError: a negative n, or one beyond what 32 bits shuffle evenly.

        >>> Generator().manual_seed(0).randperm(6).tolist()
        [2, 5, 3, 0, 1, 4]
        """
        dtype = as_dtype(dtype)
        n = permutation_length(n, dtype)
        partner = np.arange(n)
        # Only n - 1 words: the last element has nobody left to change places with.
        partner[:-1] += (self.words(max(n - 1, 0)) % np.arange(n, 1, -1).view(np.uint64)).view(np.int64)
        return fisher_yates(partner).astype(dtype)

    def bernoulli(self, p: float, shape: Shape = ()) -> NDArray[np.bool_]:
        """Return a mask that is True with probability p: 53 bits of two words, below p.

        Raises:
            UsageError: a probability outside of [0, 1].

        >>> Generator().manual_seed(0).bernoulli(0.5, shape=4).tolist()
        [False, False, True, False]
        """
        shape = as_shape(shape)
        check_probability(p)
        return self.unit(math.prod(shape), float64).reshape(shape) < p

    def bernoulli_array(self, probabilities: ArrayLike) -> NDArray[np.bool_]:
        """Return a mask of the shape of `probabilities`, each True with its own: 24 bits for float32, 53 for float64.

        Raises:
            DTypeError: probabilities other than float32 and float64.
            UsageError: a probability outside of [0, 1].

        >>> Generator().manual_seed(0).bernoulli_array([0.0, 1.0, 0.5]).tolist()
        [False, True, True]
        """
        p = np.asarray(probabilities)
        dtype = float_dtype(p.dtype, "probabilities")
        outside = ~((p >= 0) & (p <= 1))
        if outside.any():
            check_probability(float(p[outside][0]))
        return self.unit(p.size, dtype).reshape(p.shape) < p

    def dropout_mask(self, p: float, shape: Shape, dtype: DTypeLike = float32) -> Array:
        """Return what dropout multiplies by: 0 with probability p, otherwise 1 / (1 - p), so that the mean stays.

        With p of 0 or 1 nothing is drawn.

        Raises:
            DTypeError: a dtype other than float32 and float64.
            UsageError: a probability outside of [0, 1].

        >>> Generator().manual_seed(0).dropout_mask(0.5, shape=4).tolist()
        [0.0, 0.0, 2.0, 0.0]
        """
        shape, dtype = as_shape(shape), float_dtype(dtype, "a dropout mask")
        check_probability(p)
        if p in (0, 1):
            return np.full(shape, 1 - p, dtype)
        mask: Array = self.bernoulli(1 - p, shape) / dtype.type(1 - p)
        return mask

    def multinomial(self, weights: ArrayLike, num_samples: int, replacement: bool = False) -> NDArray[np.int64]:
        """Return indices drawn in proportion to weights: shape (n,) gives (num_samples,), (rows, n) a row for each.

        Weights need not sum to 1. Without replacement, indices whose keys round to the same number come in their own
        order, where PyTorch's is left to its sorting: seen in one of 200 shuffles of 1,000 weights of float32.

        Raises:
            DTypeError: weights other than float32 and float64, or a num_samples that is no integer.
            ShapeError: weights of other than one or two dimensions.
            UsageError: a negative or non-finite weight, a row that sums to 0, num_samples below 1, or more samples
                without replacement than weights above 0.

        >>> Generator().manual_seed(0).multinomial([0.1, 0.3, 0.6], 8, replacement=True).tolist()
        [2, 2, 2, 2, 2, 2, 1, 1]
        """
        weights, num_samples = np.asarray(weights), as_int(num_samples, "num_samples")
        check_weights(weights, num_samples)
        _check_weight_values(weights, num_samples, replacement)
        if num_samples > 1 and replacement:
            return self._multinomial_with_replacement(weights, num_samples)
        # A race: category i arrives after an exponential time of rate weights[i]; the key is the inverse of that time.
        keys: Array = weights / self.exponential(1.0, weights.shape, weights.dtype)
        if num_samples == 1:
            picks: NDArray[np.int64] = np.argmax(keys, axis=-1, keepdims=True)
            return picks
        return np.argsort(-keys, axis=-1, kind="stable")[..., :num_samples]

    def words(self, n: int) -> NDArray[np.uint64]:
        """Return the next n words of 32 bits, shape (n,), each in an element of 64.

        Raises:
            TraceError: in a traced program, where the words would be drawn once and repeated at every run.
        """
        if mode.trace is not None:
            raise TraceError(
                "a Generator's own methods return arrays, which a traced program would draw once and repeat at every "
                "run: call nudge.rand, randn, randint … with generator=, or draw outside and pass the numbers as "
                "arguments"
            )
        return super().words(n)

    def _multinomial_with_replacement(self, weights: Array, num_samples: int) -> NDArray[np.int64]:
        """Draw by the cumulative sum: the first category whose end is not below a uniform number."""
        rows = np.atleast_2d(weights)
        cumulative = np.cumsum(rows, axis=-1)
        cumulative /= cumulative[:, -1:]
        units = self.unit(len(rows) * num_samples, float64).reshape(len(rows), num_samples)
        picks = np.empty(units.shape, np.int64)
        for row, (ends, u) in enumerate(zip(cumulative.astype(np.float64), units, strict=True)):
            picks[row] = np.searchsorted(ends, u)
        return picks.reshape(*weights.shape[:-1], num_samples)

    def _normal_pairs(self, n: int) -> list[float]:
        """Return n < 16 normals of mean 0 and std 1, the one kept back first; keep back the one too many."""
        values = [] if self.spare_normal is None or n == 0 else [self.spare_normal]
        pairs = self.unit(2 * math.ceil((n - len(values)) / 2), float64).reshape(-1, 2)
        for u, v in pairs.tolist():
            radius, angle = math.sqrt(-2 * math.log1p(-v)), 2 * math.pi * u
            values += radius * math.cos(angle), radius * math.sin(angle)
        if n > 0:
            self.spare_normal = values.pop() if len(values) > n else None
        return values


def _box_muller(units: Array) -> None:
    """Turn uniforms, shape (16 k,), into normals: of each 16, the first eight give radii, the last eight angles."""
    blocks = units.reshape(-1, 2, 8)
    radius = np.sqrt(-2 * np.log(1 - blocks[:, 0]))
    angle = blocks[:, 1] * (2 * math.pi)
    np.multiply(radius, np.cos(angle), out=blocks[:, 0])
    np.multiply(radius, np.sin(angle), out=blocks[:, 1])


# -- what is asked for ----------------------------------------------------------------------------


def as_shape(shape: Shape) -> tuple[int, ...]:
    """Read a shape. Raises DTypeError for a size that is no integer, ShapeError for one below 0."""
    sizes = tuple(as_int(size, "a size") for size in (shape if isinstance(shape, Iterable) else (shape,)))
    if any(size < 0 for size in sizes):
        raise ShapeError(f"a shape has no negative sizes, as in {sizes}")
    return sizes


def float_dtype(dtype: DTypeLike, what: str) -> np.dtype[Any]:
    """Read a dtype of floats. Raises DTypeError for others, naming `what` it is for."""
    dtype = as_dtype(dtype)
    if not is_float(dtype):
        raise DTypeError(f"{what} are of dtype float32 or float64, not {dtype}")
    return dtype


def check_bounds(low: float, high: float, dtype: np.dtype[Any]) -> None:
    """Raise UsageError for what uniform numbers cannot lie between."""
    if not (low <= high and max(abs(low), abs(high), high - low) <= float(np.finfo(dtype).max) / 2):
        raise UsageError(f"uniform numbers need low <= high within {dtype}, not low = {low} and high = {high}")


def check_std(std: float) -> None:
    """Raise UsageError for a negative one."""
    if not std >= 0:
        raise UsageError(f"normal numbers need std >= 0, not {std}")


def check_rate(rate: float) -> None:
    """Raise UsageError for one that is not above 0."""
    if not rate > 0:
        raise UsageError(f"exponential numbers need a rate > 0, not {rate}")


def integer_bounds(low: int, high: int, dtype: np.dtype[Any]) -> tuple[int, int]:
    """Read bounds. Raises DTypeError for no integers, UsageError for an empty range or one beyond the dtype."""
    low, high = as_int(low, "low"), as_int(high, "high")
    if not low < high:
        raise UsageError(f"random integers need low < high, not low = {low} and high = {high}")
    least, greatest = INTEGERS[dtype]
    if low < least or high - 1 > greatest:
        raise UsageError(f"{dtype} holds the integers {least} to {greatest}, not {low} to {high - 1}")
    return low, high


def permutation_length(n: int, dtype: np.dtype[Any]) -> int:
    """Read a length. Raises DTypeError for no integer, UsageError for one out of reach."""
    n = as_int(n, "the length of a permutation")
    longest = min(INTEGERS[dtype][1] + 1, LONGEST_PERMUTATION)
    if not 0 <= n <= longest:
        raise UsageError(f"a permutation of dtype {dtype} has 0 to {longest} elements, not {n}")
    return n


def check_probability(p: float) -> None:
    """Raise UsageError for one outside of [0, 1]."""
    if not 0 <= p <= 1:
        raise UsageError(f"a probability lies in [0, 1], which {p} does not")


def check_weights(weights: Any, num_samples: int) -> None:
    """Raise DTypeError, ShapeError or UsageError for what can be told without the weights' values."""
    float_dtype(weights.dtype, "weights")
    if weights.ndim not in (1, 2) or weights.shape[-1] == 0:
        raise ShapeError(f"weights have shape (n,) or (rows, n) with n > 0, not {weights.shape}")
    if num_samples < 1:
        raise UsageError(f"num_samples is at least 1, not {num_samples}")


def _check_weight_values(weights: Array, num_samples: int, replacement: bool) -> None:
    wrong = ~((weights >= 0) & (weights < np.inf))
    if wrong.any():
        raise UsageError(f"weights are finite and not negative, which {weights[wrong][0]} is not")
    if not (weights.sum(-1) > 0).all():
        raise UsageError("weights that are all 0 leave nothing to draw; give at least one above 0")
    fewest = np.count_nonzero(weights, axis=-1).min(initial=weights.shape[-1])
    if not replacement and num_samples > fewest:
        raise UsageError(
            f"{num_samples} samples without replacement need as many weights above 0, and there are {fewest}; "
            "pass replacement=True to draw one more than once"
        )
