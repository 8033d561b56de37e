"""Random numbers as steps of a traced program: what a Generator draws, word for word, from the memory that it uses.

The generator's state is a tensor that the program captures and leaves as the draw would have left it, so that eager
draws and runs of the program continue one another. Sizes, bounds and probabilities are checked as Generator does, but
no value that is known only when the program runs.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import ops
from .dtype import as_dtype, float32, float64, int64
from .errors import TraceError
from .functions import cat, stack
from .generator import (
    INTEGERS,
    Generator,
    Shape,
    as_shape,
    check_bounds,
    check_probability,
    check_rate,
    check_std,
    check_weights,
    float_dtype,
    integer_bounds,
    permutation_length,
)  # fmt: skip
from .mode import no_grad
from .mt19937 import as_int
from .op import Abstract
from .ops.random import STATE
from .tensor import Tensor, wrap

DType = np.dtype[Any]


class TracedGenerator:
    """A Generator's methods inside of a traced program: their errors are the same, and what they return are tensors."""

    def __init__(self, state: Tensor, spare: Tensor) -> None:
        """Draw from a generator's `memory()` and `spare`, as tensors."""
        self.state, self.spare = state, spare

    @classmethod
    def of(cls, generator: Generator) -> TracedGenerator:
        """Draw from a generator."""
        return cls(wrap(generator.memory()), wrap(generator.spare))

    def move(self, generator: Generator) -> None:
        """Let the same tensors show another generator's memory."""
        self.state.data, self.spare.data = wrap(generator.memory()), wrap(generator.spare)

    @property
    def is_traced(self) -> bool:
        """Tell whether the program that is being traced has drawn from it."""
        return type(self.state._array) is Abstract

    # -- bits --

    def words(self, n: int) -> Tensor:
        """Draw n words of 32 bits, shape (n,), as int32."""
        if n == 0:
            return Tensor._of(np.empty(0, np.int32))
        drawn = ops.stream(self.state, n=n)
        with no_grad():
            self.state.copy_(drawn[:STATE])
        return drawn[STATE:]

    def random64(self, n: int) -> Tensor:
        """Draw n numbers of 64 bits, shape (n,), as int64."""
        pair: Any = self.words(2 * n).reshape(n, 2).to(int64)
        return pair[:, 0] * 2**32 + pair[:, 1] % 2**32

    def unit(self, n: int, dtype: DType) -> Tensor:
        """Draw n numbers of [0, 1), shape (n,)."""
        drawn: Any = self.random64(n) if dtype == float64 else self.words(n)
        return (drawn % 2**53).to(float64) * 2.0**-53 if dtype == float64 else (drawn % 2**24).to(float32) * 2.0**-24

    def _below(self, span: int, n: int, wide: bool) -> Any:
        """Draw n numbers of 32 or 64 bits modulo `span`, as int64: below 2**63, or what wraps around to it."""
        drawn: Any = self.random64(n) if wide else self.words(n).to(int64) % 2**32
        if not wide:
            return drawn % span
        if span >= 2**64:
            return drawn
        # Of a number of 2**63 and more, int64 holds what is 2**64 less.
        if span >= 2**63:
            return ops.where(ops.logical_and(drawn < 0, drawn >= span - 2**64), drawn - (span - 2**64), drawn)
        rest, more = drawn % span, 2**64 % span
        turned = ops.where(rest >= span - more, rest - (span - more), rest + more)
        return ops.where(drawn < 0, turned, rest)

    # -- numbers --

    def uniform(self, low: float, high: float, shape: Shape, dtype: Any) -> Tensor:
        """Draw numbers of [low, high)."""
        shape, dtype = as_shape(shape), float_dtype(dtype, "uniform numbers")
        check_bounds(low, high, dtype)
        values = self.unit(math.prod(shape), dtype)
        if (low, high) != (0, 1):
            start, stop = dtype.type(low), dtype.type(high)
            values = ops.fma(values, float(stop - start), float(start))
            values = ops.where(values == float(stop), float(start), values)
        return values.reshape(shape)

    def normal(self, mean: float, std: float, shape: Shape, dtype: Any) -> Tensor:
        """Draw normally distributed numbers."""
        shape, dtype = as_shape(shape), float_dtype(dtype, "normal numbers")
        check_std(std)
        size = math.prod(shape)
        if size < 16:
            return (self._normal_pairs(size) * std + mean).to(dtype).reshape(shape)
        whole = size - size % 16
        units = self.unit(size if whole == size else size + 16, dtype)
        values = _box_muller(units[:whole])
        if whole < size:
            values = cat([values[: size - 16], _box_muller(units[size:])])
        return (values * std + mean).reshape(shape)

    def _normal_pairs(self, n: int) -> Any:
        """Draw n < 16 normals, the one kept back first; keep back the one too many."""
        if n == 0:
            return Tensor._of(np.empty(0))
        kept, first = self.spare[0] != 0, self.spare[1:].clone()
        units = [self.unit(n - n % 2, float64)]
        if n % 2:
            # A last pair, of which the words are taken only if there is no number kept back.
            before = self.state.clone()
            units.append(self.unit(2, float64))
            with no_grad():
                self.state.copy_(ops.where(kept, before, self.state))
        pairs = cat(units).reshape(-1, 2)
        radius, angle = ops.sqrt(-2.0 * ops.log1p(-pairs[:, 1])), 2 * math.pi * pairs[:, 0]
        values = stack([radius * ops.cos(angle), radius * ops.sin(angle)], dim=1).reshape(-1)
        keeps = ops.logical_not(kept) if n % 2 else kept
        with no_grad():
            self.spare.copy_(stack([keeps.to(float64), ops.where(keeps, values[-1], 0.0)]))
        return ops.where(kept, cat([first, values])[:n], values[:n])

    def exponential(self, rate: float, shape: Shape, dtype: Any) -> Tensor:
        """Draw exponentially distributed numbers."""
        shape, dtype = as_shape(shape), float_dtype(dtype, "exponential numbers")
        check_rate(rate)
        values = -1.0 / rate * ops.log1p(-self.unit(math.prod(shape), float64))
        return values.to(dtype).reshape(shape)

    # -- whole numbers --

    def randint(self, low: int, high: int, shape: Shape, dtype: Any) -> Tensor:
        """Draw integers of [low, high)."""
        shape, dtype = as_shape(shape), as_dtype(dtype)
        low, high = integer_bounds(low, high, dtype)
        span = high - low
        return (self._below(span, math.prod(shape), span >= 2**28) + low).to(dtype).reshape(shape)

    def random(self, shape: Shape, dtype: Any) -> Tensor:
        """Draw integers from 0 to the greatest that the dtype holds exactly."""
        shape, dtype = as_shape(shape), as_dtype(dtype)
        return self._below(INTEGERS[dtype][1] + 1, math.prod(shape), dtype.itemsize == 8).to(dtype).reshape(shape)

    def randperm(self, n: int, dtype: Any) -> Tensor:
        """Draw a permutation of 0 to n - 1."""
        dtype = as_dtype(dtype)
        n = permutation_length(n, dtype)
        return (ops.shuffled(self.words(n - 1)) if n > 1 else Tensor._of(np.arange(n))).to(dtype)

    # -- choices --

    def bernoulli(self, p: float, shape: Shape) -> Tensor:
        """Draw a mask that is True with probability p."""
        shape = as_shape(shape)
        check_probability(p)
        return self.unit(math.prod(shape), float64).reshape(shape) < p

    def bernoulli_array(self, probabilities: Tensor) -> Tensor:
        """Draw a mask that is True with each one's own probability, where one above 1 is as good as 1."""
        dtype = float_dtype(probabilities.dtype, "probabilities")
        return self.unit(math.prod(probabilities.shape), dtype).reshape(probabilities.shape) < probabilities

    def dropout_mask(self, p: float, shape: Shape, dtype: Any) -> Tensor:
        """Draw what dropout multiplies by; nothing with p of 0 or 1."""
        shape, dtype = as_shape(shape), float_dtype(dtype, "a dropout mask")
        check_probability(p)
        if p in (0, 1):
            return Tensor._of(np.full(shape, 1 - p, dtype))
        return self.bernoulli(1 - p, shape).to(dtype) * float(1 / dtype.type(1 - p))

    def multinomial(self, weights: Tensor, num_samples: int, replacement: bool) -> Tensor:
        """Draw indices in proportion to weights, whose values are not checked. Raises TraceError where sorting helps.

        That is where more than one is drawn without replacement.
        """
        num_samples = as_int(num_samples, "num_samples")
        check_weights(weights, num_samples)
        if num_samples == 1:
            return ops.argmax(weights / self.exponential(1.0, weights.shape, weights.dtype))
        if not replacement:
            raise TraceError(
                f"{num_samples} samples without replacement in a traced program, where nothing is sorted: pass "
                "replacement=True, or draw outside and pass them as an argument"
            )
        ends = ops.cumsum(weights)
        ends = (ends / ends[..., -1:]).to(float64)
        units = self.unit(math.prod(weights.shape[:-1]) * num_samples, float64)
        units = units.reshape(*weights.shape[:-1], num_samples, 1)
        return (ends.unsqueeze(-2) < units).sum(-1)


def _box_muller(units: Tensor) -> Any:
    """Turn uniforms, shape (16 k,), into normals: of each 16, the first eight give radii, the last eight angles."""
    blocks = units.reshape(-1, 2, 8)
    radius, angle = ops.sqrt(-2.0 * ops.log(1.0 - blocks[:, 0])), blocks[:, 1] * (2 * math.pi)
    return stack([radius * ops.cos(angle), radius * ops.sin(angle)], dim=1).reshape(-1)
