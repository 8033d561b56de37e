"""Functions of floats in the builder's own words: polynomials after range reduction, for numbers and vectors alike.

The methods are the classic ones of Cody and Waite (Software Manual for the Elementary Functions), Moshier's Cephes and
Sun's fdlibm, made free of branches, as in SLEEF; reductions use fused multiply-add. The coefficients are minimax ones
(Remez, and a reweighted rational fit for erf), computed with 40 digits. Errors are the largest that was measured over
some million numbers, in units in the last place (ulp); denormal results count in units of the smallest number.

A float64 number (not a vector) takes exp, log and pow from the C library, so that it equals what Python computes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .assembly import Reg, typed

if TYPE_CHECKING:
    from .builder import Builder

Numbers = tuple[float, ...]


class Format(NamedTuple):
    """A kind of float: how its bits lie, and the constants that the functions need in its precision."""

    whole: np.dtype[Any]  # the integer as wide
    mantissa: int
    bias: int
    log2: tuple[float, float]  # a value and what that lacks
    half_pi: tuple[float, float, float]  # all positive, so that -0.0 keeps its sign
    far: float  # up to where three parts of π/2 reduce an angle
    exp_range: tuple[float, float]  # below the first exp is 0, above the second it is infinite
    expm1: Numbers  # (eʳ − 1 − r) / r², |r| ≤ log(2)/2
    log: Numbers
    sin: Numbers  # (sin(r)/r − 1) / r², in r², |r| ≤ π/4
    cos: Numbers  # (cos(r) − 1 + r²/2) / r⁴, in r²
    erf_end: float  # where it becomes 1
    erf: tuple[Numbers, Numbers]  # erf(x)/x in x²: numerator and denominator

    @property
    def round(self) -> float:
        """What, added, leaves a whole number in the lowest bits."""
        return 1.5 * 2.0**self.mantissa

    @property
    def smallest(self) -> float:
        """The smallest number that is not denormal."""
        return 2.0 ** (1 - self.bias)

    @property
    def log2_e(self) -> float:
        """1 / log(2)."""
        return 1 / math.log(2)


FORMATS = {
    "float": Format(
        np.dtype("int32"), 23, 127,
        (0.6931471824645996, -1.9046542121259336e-09),
        (1.570796251296997, 7.549789415861596e-08, 5.390302529957765e-15), 1e5,
        (-104.0, 89.0),
        (0.5, 0.16666552, 0.041666314, 0.0083656665, 0.0013944808),
        (-0.5, 0.33333322, -0.25000548, 0.20002031, -0.16632704, 0.1418791, -0.1305995, 0.12824017, -0.0797374),
        (-0.16666655, 0.0083321892, -0.00019518384),
        (0.04166666, -0.0013887923, 2.4495328e-05),
        3.92,
        (
            (1.5898414, 0.271125, 0.07829126, 0.0059060357, 0.0005708683, 9.252965e-06),
            (1.4089602, 0.7099318, 0.16513094, 0.02283326, 0.0019813275, 9.997688e-05,
             3.4913367e-07),
        ),
    ),
    "double": Format(
        np.dtype("int64"), 52, 1023,
        (0.6931471805599453, 2.3190468138462996e-17),
        (1.5707963267948966, 6.123233995736765e-17, 1.0828566739219139e-32), 1e9,
        (-746.0, 710.0),
        (0.5000000000000002, 0.1666666666666668, 0.04166666666659982, 0.008333333333318023, 0.0013888888925275924,
         0.0001984126989606342, 2.4801511822919386e-05, 2.7557233782507828e-06, 2.7623725602235737e-07,
         2.5112741813509912e-08),
        (0.6666666666666676, 0.39999999999793767, 0.28571428660923387, 0.22222206638257316, 0.1818315956644901,
         0.15324067822936663, 0.14698809904936483),
        (-0.16666666666666635, 0.008333333333323133, -0.0001984126983026094, 2.7557313820846176e-06,
         -2.5050775122223153e-08, 1.5897641300848105e-10),
        (0.041666666666666664, -0.0013888888888885366, 2.480158729650689e-05, -2.755731635357815e-07,
         2.08759895638302e-09, -1.1373093234531604e-11),
        5.93,
        (
            (1.1283791670955126, 0.220176341468983, 0.06612219868847342, 0.006889763509974893, 0.000855676484889261,
             5.6945877924224175e-05, 3.900506527199006e-06, 1.694866989596277e-07, 6.759917028367412e-09,
             1.7197778969184163e-10, 3.3360716393242613e-12, 2.226272587410327e-14, 1.570729302855263e-17),
            (1.0, 0.5284595354908244, 0.1347524513448351, 0.02198694797442738, 0.0025648013275238607,
             0.00022610148059141812, 1.549910828743212e-05, 8.350482888857103e-07, 3.51562213322835e-08,
             1.1245741102441302e-09, 2.549281116285602e-11, 3.318499440677366e-13, 8.848123934825889e-16),
        ),
    ),
}  # fmt: skip


# -- tools --


def _polynomial(b: Builder, x: Reg, coefficients: Sequence[float]) -> Reg:
    """Evaluate c₀ + c₁x + c₂x² + … by Horner's rule."""
    *rest, total = (b.constant(c, x) for c in coefficients)
    for c in reversed(rest):
        total = b.fma(total, x, c)
    return total


def _in_halves(b: Builder, x: Reg, coefficients: Sequence[float]) -> Reg:
    """Evaluate a polynomial as an even and an odd one, which rounds less where all terms are positive and x large."""
    square = b.mul(x, x)
    return b.fma(x, _polynomial(b, square, coefficients[1::2]), _polynomial(b, square, coefficients[::2]))


def _bits(b: Builder, x: Reg) -> Reg:
    """See a float as the integer that its bits make."""
    type = typed("i32" if x.element == "float" else "i64", x.lanes)
    return b.emit(f"bitcast {x.type} {x.name} to {type}", type)


def _of_bits(b: Builder, x: Reg) -> Reg:
    type = typed("float" if x.element == "i32" else "double", x.lanes)
    return b.emit(f"bitcast {x.type} {x.name} to {type}", type)


def _with_bits(b: Builder, how: str, x: Reg, n: int) -> Reg:
    return b.bits(how, x, b.constant(n, x))


def _int_bits(value: float, like: Reg) -> int:
    """Give the bits of a float of a register's type as an integer."""
    form = FORMATS[like.element]
    return int(np.asarray(value, "float32" if like.element == "float" else "float64").view(form.whole))


def _below(b: Builder, x: Reg, most: float) -> Reg:
    """Bound from above; NaN stays."""
    bound = b.constant(most, x)
    return b.select(b.gt(x, bound), bound, x)


def _above(b: Builder, x: Reg, least: float) -> Reg:
    bound = b.constant(least, x)
    return b.select(b.lt(x, bound), bound, x)


def _rounded(b: Builder, x: Reg, scale: float) -> tuple[Reg, Reg]:
    """Round x·scale to a whole number: as a float, and with it in the lowest bits of an integer."""
    magic = b.constant(FORMATS[x.element].round, x)
    shifted = b.fma(x, b.constant(scale, x), magic)
    return b.sub(shifted, magic), _bits(b, shifted)


def _less(b: Builder, x: Reg, n: Reg, parts: Sequence[float]) -> Reg:
    """Subtract n times a number that is given in parts, the largest first."""
    for part in parts:
        x = b.fma(n, b.constant(-part, x), x)
    return x


# -- exp and what is made from it --


def _split_exp(b: Builder, x: Reg) -> tuple[Reg, Reg, Reg]:
    """Give eʳ − 1 and k (as a float, and in the lowest bits of an integer) such that eˣ = 2ᵏ·eʳ."""
    form = FORMATS[x.element]
    n, k = _rounded(b, x, form.log2_e)
    r = _less(b, x, n, form.log2)
    return b.fma(b.mul(r, r), _polynomial(b, r, form.expm1), r), n, k


def _power_of_2(b: Builder, k: Reg, mantissa: int) -> Reg:
    return _of_bits(b, _with_bits(b, "shl", k, mantissa))


def _scaled_exp(b: Builder, x: Reg) -> Reg:
    """Take exp of what lies in its range; by two factors, as 2ᵏ alone may be no number where 2ᵏ·eʳ is one.

    A processor that can multiply by 2ᵏ does that; it is shorter by six steps, each of which the others wait for.
    """
    form = FORMATS[x.element]
    p, n, k = _split_exp(b, x)
    if b.can_scale(x):
        return b.scaled(b.add(p, b.constant(1, x)), n)
    k = b.sub(k, b.constant(_int_bits(form.round, x) - 2 * form.bias, k))
    half = _with_bits(b, "lshr", k, 1)
    y = b.mul(b.add(p, b.constant(1, x)), _power_of_2(b, half, form.mantissa))
    return b.mul(y, _power_of_2(b, b.sub(k, half), form.mantissa))


def _exp(b: Builder, x: Reg) -> Reg:
    """Raise e to x; 1.1 ulp."""
    low, high = FORMATS[x.element].exp_range
    return _scaled_exp(b, _above(b, _below(b, x, high), low))


def _sigmoid(b: Builder, x: Reg) -> Reg:
    """Take 1 / (1 + exp(−x)), as exp(x) / (1 + exp(x)) left of 0, where it keeps its digits; 2.2 ulp."""
    one = b.constant(1, x)
    e = _scaled_exp(b, _above(b, b.neg(b.abs(x)), FORMATS[x.element].exp_range[0]))
    return b.div(b.select(b.lt(x, b.constant(0, x)), e, one), b.add(one, e))


def _tanh(b: Builder, x: Reg) -> Reg:
    """Squash into (-1, 1), by exp(−2|x|) − 1, which is exact for small x; 2.6 ulp."""
    form = FORMATS[x.element]
    p, _, k = _split_exp(b, b.mul(_below(b, b.abs(x), 20.0), b.constant(-2, x)))
    k = b.sub(k, b.constant(_int_bits(form.round, x) - form.bias, k))
    scale = _power_of_2(b, k, form.mantissa)
    e = b.fma(p, scale, b.sub(scale, b.constant(1, x)))
    return b.call("copysign", b.div(e, b.add(e, b.constant(2, x))), x)


def _erf(b: Builder, x: Reg) -> Reg:
    """Take the error function, as a quotient of polynomials; 4.5 ulp in float32, 5.1 in float64."""
    form = FORMATS[x.element]
    end = b.constant(form.erf_end, x)
    size = _below(b, b.abs(x), form.erf_end)
    square = b.mul(size, size)
    over, under = form.erf
    y = b.div(b.mul(size, _in_halves(b, square, over)), _in_halves(b, square, under))
    return b.call("copysign", b.select(b.ge(size, end), b.constant(1, x), _below(b, y, 1.0)), x)


# -- logarithms --


def _log_of(b: Builder, x: Reg, more: Reg | None = None) -> Reg:
    """Take the logarithm of a positive number that is not denormal, to which a little `more` is added."""
    form = FORMATS[x.element]
    root = _int_bits(math.sqrt(0.5), x)
    one, bits = b.constant(1, x), _bits(b, x)
    shifted = b.add(bits, b.constant((form.bias << form.mantissa) - root, bits))  # √½ ≤ m < √2 from here on
    exponent = _with_bits(b, "lshr", shifted, form.mantissa)
    m = _of_bits(b, b.add(_with_bits(b, "and", shifted, 2**form.mantissa - 1), b.constant(root, bits)))
    shift = 2.0**form.mantissa  # its lowest bits count by 1
    e = _of_bits(b, b.add(exponent, b.constant(_int_bits(shift, x), bits)))
    e = b.sub(e, b.constant(shift + form.bias, x))
    f = b.sub(m, one)
    high, low = (b.constant(part, x) for part in form.log2)
    rest = b.mul(e, low) if more is None else b.fma(e, low, more)
    if x.element == "float":
        rest = b.fma(b.mul(f, f), _polynomial(b, f, form.log), rest)
        return b.fma(e, high, b.add(f, rest))
    s = b.div(f, b.add(f, b.constant(2, x)))
    z = b.mul(s, s)
    half_square = b.mul(b.mul(f, f), b.constant(0.5, x))
    rest = b.fma(s, b.fma(z, _polynomial(b, z, form.log), half_square), rest)
    return b.fma(e, high, b.sub(f, b.sub(half_square, rest)))


def _at_the_ends(b: Builder, x: Reg, y: Reg) -> Reg:
    """Give the logarithm y of x, and what it is at 0, below, at infinity and of NaN."""
    zero = b.constant(0, x)
    y = b.select(b.lt(x, b.constant(np.inf, x)), y, x)
    y = b.select(b.eq(x, zero), b.constant(-np.inf, x), y)
    return b.select(b.lt(x, zero), b.constant(np.nan, x), y)


def _log(b: Builder, x: Reg) -> Reg:
    """Take the natural logarithm; 0.9 ulp."""
    form = FORMATS[x.element]
    tiny = b.lt(x, b.constant(form.smallest, x))
    up = 2.0**form.mantissa
    y = _log_of(b, b.select(tiny, b.mul(x, b.constant(up, x)), x))
    return _at_the_ends(b, x, b.select(tiny, b.sub(y, b.constant(math.log(up), x)), y))


def _log1p(b: Builder, x: Reg) -> Reg:
    """Take log(1 + x), with what 1 + x loses put back; 0.9 ulp."""
    one = b.constant(1, x)
    total = b.add(one, x)
    lost = b.sub(x, b.sub(total, one))
    y = _at_the_ends(b, total, _log_of(b, total, b.div(lost, total)))
    return b.call("copysign", y, x)


# -- waves --


def _wave(b: Builder, x: Reg, quarter: int, library: Callable[..., Reg]) -> Reg:
    """Take the sine of x + quarter·π/2."""
    form = FORMATS[x.element]
    n, q = _rounded(b, x, 2 / math.pi)
    r = _less(b, x, n, form.half_pi)
    z = b.mul(r, r)
    one = b.constant(1, x)
    sine = b.mul(r, b.fma(z, _polynomial(b, z, form.sin), one))
    cosine = b.fma(b.mul(z, z), _polynomial(b, z, form.cos), b.fma(z, b.constant(-0.5, x), one))
    if quarter:
        q = b.add(q, b.constant(quarter, q))
    y = b.select(b.truth(_with_bits(b, "and", q, 1)), cosine, sine)
    sign = _with_bits(b, "shl", _with_bits(b, "and", q, 2), 8 * form.whole.itemsize - 2)
    y = _of_bits(b, b.bits("xor", _bits(b, y), sign))
    far = b.gt(b.abs(x), b.constant(form.far, x))
    return b.seldom(b.any(far), lambda: b.select(far, b.shared(library, x, inline=False), y), y)


def _sin(b: Builder, x: Reg) -> Reg:
    """Take the sine (radians); 2 ulp; beyond |x| of 1e5 in float32, 1e9 in float64, the C library's."""
    return _wave(b, x, 0, _far_sin)


def _cos(b: Builder, x: Reg) -> Reg:
    """Take the cosine (radians); 2 ulp; beyond |x| of 1e5 in float32, 1e9 in float64, the C library's."""
    return _wave(b, x, 1, _far_cos)


def _far_sin(b: Builder, x: Reg) -> Reg:
    return b.call("sin", x)


def _far_cos(b: Builder, x: Reg) -> Reg:
    return b.call("cos", x)


# -- powers --


def _pow(b: Builder, x: Reg, n: Reg) -> Reg:
    """Raise float32 to a power, through exp(n·log|x|) in float64, with C's rules at the ends; 0.51 ulp."""
    wide, narrow = np.dtype("float64"), np.dtype("float32")
    size = b.abs(x)
    one, infinite = b.constant(1, x), b.constant(np.inf, x)
    large = b.cast(size, wide)
    log = _log_of(b, large)
    log = b.select(b.eq(large, b.constant(0, large)), b.constant(-np.inf, large), log)
    log = b.select(b.lt(large, b.constant(np.inf, large)), log, large)
    power = b.mul(log, b.cast(n, wide))
    y = b.cast(_scaled_exp(b, _above(b, _below(b, power, 200.0), -200.0)), narrow)
    y = b.select(b.logical_or(b.eq(x, one), b.eq(n, b.constant(0, n))), one, y)
    y = b.select(b.logical_and(b.eq(size, one), b.eq(b.abs(n), infinite)), one, y)
    half = b.mul(n, b.constant(0.5, n))
    whole = b.eq(b.floor(n), n)
    odd = b.logical_and(whole, b.ne(b.floor(half), half))
    y = b.select(odd, b.call("copysign", y, x), y)
    below = b.logical_and(b.lt(x, b.constant(0, x)), b.gt(x, b.neg(infinite)))
    return b.select(b.logical_and(below, b.logical_not(whole)), b.constant(np.nan, x), y)


def _literal_pow(b: Builder, x: Reg, n: Any) -> Reg | None:
    """Raise to a small constant power by multiplication; None where that is no way."""
    one = b.constant(1, x)
    if n == 0.5 and x.real:
        root = b.add(b.call("sqrt", x), b.constant(0, x))  # of -0.0 it is 0.0
        return b.select(b.eq(x, b.constant(-np.inf, x)), b.constant(np.inf, x), root)
    if n < 0 and x.real:
        return _literal_pow(b, b.div(one, x), -n) if n in (-1, -2) else None
    if n not in range(5):
        return None
    y = one
    for bit in f"{int(n):b}":
        y = b.mul(y, y) if y is not one else y
        y = y if bit == "0" else x if y is one else b.mul(y, x)
    return y


def _library_pow(b: Builder, x: Reg, n: Reg) -> Reg:
    return b.call("pow", x, n)


def power(b: Builder, x: Reg, n: Reg) -> Reg:
    """Raise to a power; whole numbers to one that is no small literal by way of float64."""
    literal = n.literal
    x, n = b.together(x, n)
    if literal is not None and x.type != "double":
        found = _literal_pow(b, x, literal)
        if found is not None:
            return found
    if not x.real:
        wide, whole = np.dtype("float64"), np.dtype("int32" if x.element == "i32" else "int64")
        return b.cast(power(b, b.cast(x, wide), b.cast(n, wide)), whole)
    if x.element == "float":
        return b.shared(_pow, x, n)
    return b.shared(_library_pow, x, n, inline=False) if x.lanes else b.call("pow", x, n)


def _shared(body: Callable[..., Reg]) -> Callable[..., Reg]:
    return lambda b, x: b.shared(body, x)


def _shared_or_library(body: Callable[..., Reg], name: str) -> Callable[..., Reg]:
    return lambda b, x: b.call(name, x) if x.type == "double" else b.shared(body, x)


FUNCTIONS: dict[str, Callable[..., Reg]] = {
    "exp": _shared_or_library(_exp, "exp"), "log": _shared_or_library(_log, "log"), "log1p": _shared(_log1p),
    "tanh": _shared(_tanh), "sigmoid": _shared(_sigmoid), "erf": _shared(_erf), "sin": _shared(_sin),
    "cos": _shared(_cos), "pow": power,
}  # fmt: skip
