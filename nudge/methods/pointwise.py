"""Functions of each element: arithmetic, powers, exponentials, rounding, comparisons, choices."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import ops
from ..dtype import PYTHON, is_float
from ..errors import DTypeError, UsageError
from ..op import Operand
from .axes import numpy_names
from .facts import Facts
from .rows import method_of

if TYPE_CHECKING:
    from ..tensor import Tensor


def comparable(other: Any) -> bool:
    """Tell whether == with a tensor is a question of numbers; with anything else, None say, the answer is no."""
    return isinstance(other, (Operand, np.ndarray, np.generic)) or type(other) in PYTHON


@numpy_names
class Pointwise(Facts):
    """What happens to each element by itself."""

    exp, log, log1p, sqrt = map(method_of, (ops.exp, ops.log, ops.log1p, ops.sqrt))
    tanh, sigmoid, relu, erf = map(method_of, (ops.tanh, ops.sigmoid, ops.relu, ops.erf))
    sin, cos, sign, floor = map(method_of, (ops.sin, ops.cos, ops.sign, ops.floor))
    abs = absolute = method_of(ops.absolute)
    neg = negative = method_of(ops.neg)
    mul = multiply = method_of(ops.mul)
    maximum, minimum = map(method_of, (ops.maximum, ops.minimum))
    eq, ne, lt, le, gt, ge = map(method_of, (ops.eq, ops.ne, ops.lt, ops.le, ops.gt, ops.ge))
    logical_and, logical_or, logical_not = map(method_of, (ops.logical_and, ops.logical_or, ops.logical_not))

    # -- arithmetic --------------------------------------------------------------------------------

    def add(self, other: Any, *, alpha: float = 1) -> Tensor:
        """Add `alpha` times the other."""
        return ops.add(self, other if alpha == 1 else ops.mul(other, alpha))

    def sub(self, other: Any, *, alpha: float = 1) -> Tensor:
        """Take away `alpha` times the other."""
        return ops.sub(self, other if alpha == 1 else ops.mul(other, alpha))

    subtract = sub

    def div(self, other: Any, *, rounding_mode: str | None = None) -> Tensor:
        """Divide; with `rounding_mode` 'floor' or 'trunc', round down or towards zero, and integers stay integers."""
        if rounding_mode is None:
            return ops.div(self, other)
        if rounding_mode == "floor":
            return ops.floor_divide(self, other)
        if rounding_mode != "trunc":
            raise UsageError(f"rounding_mode {rounding_mode!r}: expected None, 'floor' or 'trunc'")
        down = ops.floor_divide(self, other)
        uneven = ops.logical_and(ops.lt(down, 0), ops.ne(ops.remainder(self, other), 0))
        return ops.where(uneven, ops.add(down, 1), down)

    divide = true_divide = div

    def floor_divide(self, other: Any) -> Tensor:
        """Divide and round down; x // y."""
        return ops.floor_divide(self, other)

    def remainder(self, other: Any) -> Tensor:
        """Find what floor_divide leaves, of the divisor's sign; x % y."""
        return ops.remainder(self, other)

    def pow(self, exponent: Any) -> Tensor:
        """Raise to a power."""
        return ops.pow(self, exponent)

    def square(self) -> Tensor:
        """Multiply by itself."""
        return ops.mul(self, self)

    def reciprocal(self) -> Tensor:
        """Divide 1 by it."""
        return ops.div(1.0, self)

    def rsqrt(self) -> Tensor:
        """Divide 1 by its square root."""
        return ops.div(1.0, ops.sqrt(self))

    def addcmul(self, tensor1: Any, tensor2: Any, *, value: float = 1) -> Tensor:
        """Add value · tensor1 · tensor2."""
        return self.add(ops.mul(tensor1, tensor2), alpha=value)

    def addcdiv(self, tensor1: Any, tensor2: Any, *, value: float = 1) -> Tensor:
        """Add value · tensor1 / tensor2."""
        return self.add(ops.div(tensor1, tensor2), alpha=value)

    def lerp(self, end: Any, weight: Any) -> Tensor:
        """Go from here towards `end`, by `weight` of the way."""
        return ops.add(self, ops.mul(weight, ops.sub(end, self)))

    # -- exponentials ------------------------------------------------------------------------------

    def log2(self) -> Tensor:
        """Take the logarithm to base 2."""
        return ops.div(ops.log(self), math.log(2))

    def log10(self) -> Tensor:
        """Take the logarithm to base 10."""
        return ops.div(ops.log(self), math.log(10))

    def expm1(self) -> Tensor:
        """Take exp(x) − 1, exact for small x: tanh(x/2) · (exp(x) + 1)."""
        return ops.mul(ops.tanh(ops.mul(self, 0.5)), ops.add(ops.exp(self), 1.0))

    def tan(self) -> Tensor:
        """Take the tangent (radians)."""
        return ops.div(ops.sin(self), ops.cos(self))

    # -- rounding ----------------------------------------------------------------------------------

    def ceil(self) -> Tensor:
        """Round up to a whole number."""
        return ops.neg(ops.floor(ops.neg(self)))

    def trunc(self) -> Tensor:
        """Round towards zero."""
        return ops.mul(ops.sign(self), ops.floor(ops.absolute(self)))

    def frac(self) -> Tensor:
        """Keep what trunc cuts off."""
        return ops.sub(self, self.trunc())

    def round(self, *, decimals: int = 0) -> Tensor:
        """Round to the nearest whole number, halves to the even one; or to a number of decimals."""
        if decimals:
            return ops.div(ops.mul(self, 10.0**decimals).round(), 10.0**decimals)
        if not is_float(self.dtype):
            return ops.floor(self)
        down = ops.floor(self)
        rest = ops.sub(self, down)
        odd = ops.ne(ops.floor(ops.mul(down, 0.5)), ops.mul(down, 0.5))
        up = ops.logical_or(ops.gt(rest, 0.5), ops.logical_and(ops.eq(rest, 0.5), odd))
        return ops.where(up, ops.add(down, 1.0), down)

    # -- choices -----------------------------------------------------------------------------------

    def clamp(self, min: Any = None, max: Any = None) -> Tensor:
        """Bound it from below, from above, or both; a bound may be a tensor. Where they cross, `max` wins."""
        if min is None and max is None:
            raise UsageError("clamp needs min=, max= or both")
        whole = not is_float(self.dtype) and not isinstance(max if min is None else min, float)
        info = np.iinfo(self.dtype) if whole and self.dtype != np.bool_ else None
        if min is None:
            min = -math.inf if info is None else int(info.min)
        if max is None:
            max = math.inf if info is None else int(info.max)
        return ops.clamp(self, min, max)

    clip = clamp

    def where(self, condition: Any, other: Any) -> Tensor:
        """Keep it where the condition holds, take `other` elsewhere."""
        return ops.where(condition, self, other)

    def masked_fill(self, mask: Any, value: Any) -> Tensor:
        """Put a value where the mask holds; the dtype stays."""
        if mask.dtype != np.bool_:
            raise DTypeError(f"masked_fill with a mask of {mask.dtype}: expected bool; compare, or cast with .bool()")
        return ops.where(mask, value, self).to(self.dtype)

    def nan_to_num(self, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Tensor:
        """Replace NaN, and the infinities by the largest and smallest finite numbers unless told otherwise."""
        info = np.finfo(self.dtype)
        x = ops.where(ops.ne(self, self), nan, self)
        x = ops.where(ops.eq(x, math.inf), float(info.max) if posinf is None else posinf, x)
        return ops.where(ops.eq(x, -math.inf), float(info.min) if neginf is None else neginf, x)

    # -- questions ---------------------------------------------------------------------------------

    def logical_xor(self, other: Any) -> Tensor:
        """Tell where one of the two holds, but not both."""
        return ops.ne(ops.ne(self, 0), ops.ne(other, 0))

    def isnan(self) -> Tensor:
        """Tell where it is not a number."""
        return ops.ne(self, self)

    def isinf(self) -> Tensor:
        """Tell where it is infinite."""
        return ops.logical_or(ops.eq(self, math.inf), ops.eq(self, -math.inf))

    def isfinite(self) -> Tensor:
        """Tell where it is a finite number."""
        return ops.logical_and(ops.lt(self, math.inf), ops.gt(self, -math.inf))

    def isclose(self, other: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Tensor:
        """Tell where |x − other| ≤ atol + rtol·|other|, or the two are equal."""
        near = ops.le(ops.absolute(ops.sub(self, other)), ops.add(ops.mul(ops.absolute(other), rtol), atol))
        same = ops.eq(self, other)
        if equal_nan:
            same = ops.logical_or(same, ops.logical_and(ops.ne(self, self), ops.ne(other, other)))
        return ops.logical_or(ops.logical_and(near, Pointwise.isfinite(other)), same)

    def allclose(self, other: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
        """Tell whether all elements are close."""
        return bool(self.isclose(other, rtol, atol, equal_nan).all())

    def equal(self, other: Any) -> bool:
        """Tell whether shape and all elements are the same."""
        return self.shape == other.shape and bool(ops.eq(self, other).all())

    # -- operators that are not simply a row's -----------------------------------------------------

    __hash__ = object.__hash__  # by identity: == compares element by element

    def __eq__(self, other: object) -> Any:
        return ops.eq(self, other) if comparable(other) else NotImplemented

    def __ne__(self, other: object) -> Any:
        return ops.ne(self, other) if comparable(other) else NotImplemented

    def __and__(self, other: Any) -> Tensor:
        return ops.logical_and(*_booleans("&", self, other))

    def __or__(self, other: Any) -> Tensor:
        return ops.logical_or(*_booleans("|", self, other))

    def __xor__(self, other: Any) -> Tensor:
        return ops.ne(*_booleans("^", self, other))

    def __invert__(self) -> Tensor:
        return ops.logical_not(*_booleans("~", self))

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def __pos__(self) -> Tensor:
        return self  # type: ignore[return-value]


def _booleans(symbol: str, *operands: Any) -> tuple[Any, ...]:
    for x in operands:
        if not isinstance(x, bool) and getattr(x, "dtype", None) != np.bool_:
            given = getattr(x, "dtype", type(x).__name__)
            raise DTypeError(f"{symbol} of {given}: it joins booleans; compare first, as in (x > 0) {symbol} (y > 0)")
    return operands
