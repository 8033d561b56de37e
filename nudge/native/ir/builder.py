"""The vocabulary in which rows of the table say what they do to one number, or to a vector of them: LLVM's text."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from ...errors import nearest
from .assembly import TYPES, WIDTH, Assembly, DType, Reg, typed
from .vectormath import FUNCTIONS

__all__ = ["TYPES", "WIDTH", "Builder", "DType", "Reg", "typed"]

LONG_VECTOR = "<16 x float>"  # a processor takes twice as long to divide this as one of half its length

COMPARE = {
    "eq": ("oeq", "eq"), "ne": ("une", "ne"), "lt": ("olt", "slt"),
    "le": ("ole", "sle"), "gt": ("ogt", "sgt"), "ge": ("oge", "sge"),
}  # fmt: skip
INTRINSICS = {"exp", "log", "sqrt", "sin", "cos", "floor", "fabs", "pow", "fma", "copysign"}
LIBRARY = INTRINSICS | set(  # and what else C's math.h has of floats
    "acos acosh asin asinh atan atan2 atanh cbrt ceil cosh erf erfc exp2 expm1 fmod hypot lgamma log10 log1p log2 "
    "round sinh tan tanh tgamma trunc".split()
)


class Builder(Assembly):
    """Emits one function's instructions. Each word works on scalars and on vectors, and on a mixture of the two.

    >>> b = Builder()
    >>> x, z = Reg(b, "%x", "<16 x float>"), Reg(b, "%z", "float")
    >>> b.mul(x, b.constant(2, z)).type
    '<16 x float>'
    >>> b.lines
    ['  %r1 = fmul <16 x float> %x, splat (float 0x4000000000000000)']
    """

    # -- arithmetic --

    def _arithmetic(self, real: str, whole: str, logic: str, x: Reg, z: Reg) -> Reg:
        x, z = self.together(x, z)
        op = real if x.real else logic if x.element == "i1" else whole
        return self.emit(f"{op} {x.type} {x.name}, {z.name}", x.type)

    def add(self, x: Reg, z: Reg) -> Reg:
        """Add; booleans: or."""
        return self._arithmetic("fadd", "add", "or", x, z)

    def sub(self, x: Reg, z: Reg) -> Reg:
        """Subtract."""
        return self._arithmetic("fsub", "sub", "xor", x, z)

    def mul(self, x: Reg, z: Reg) -> Reg:
        """Multiply; booleans: and."""
        return self._arithmetic("fmul", "mul", "and", x, z)

    def div(self, x: Reg, z: Reg) -> Reg:
        """Divide; whole numbers towards zero, to 0 by 0."""
        if x.type == LONG_VECTOR and z.type == "float":
            return self.shared(_by_one_number, x, z)
        if x.real:
            return self._arithmetic("fdiv", "", "", x, z)
        x, z = self.together(x, z)
        quotient = self.emit(f"sdiv {x.type} {x.name}, {self._divisor(z).name}", x.type)
        quotient = self.select(self.compare("eq", z, self.constant(-1, z)), self.neg(x), quotient)
        return self.select(self.truth(z), quotient, self.constant(0, x))

    def rem(self, x: Reg, z: Reg) -> Reg:
        """Find what dividing towards zero leaves."""
        return self._arithmetic("frem", "srem", "", x, z if x.real else self._divisor(z))

    def _divisor(self, z: Reg) -> Reg:
        # The processor stops at a division by 0, and of the lowest number by -1.
        one = self.constant(1, z)
        stops = self.logical_or(self.compare("eq", z, self.constant(0, z)), self.compare("eq", z, self.constant(-1, z)))
        return self.select(stops, one, z)

    def neg(self, x: Reg) -> Reg:
        """Turn the sign."""
        return self.emit(f"fneg {x.type} {x.name}", x.type) if x.real else self.sub(self.constant(0, x), x)

    def bits(self, how: str, x: Reg, z: Reg) -> Reg:
        """Work on the bits of whole numbers, as LLVM's instruction of that name: and, or, xor, shl, lshr."""
        return self._arithmetic("", how, how, x, z)

    def can_scale(self, x: Reg) -> bool:
        """Tell whether the processor multiplies by a power of two at once: AVX-512 does, its own vectors."""
        return self.vector == 64 and x.lanes * WIDTH[x.element] == 512

    def scaled(self, x: Reg, n: Reg) -> Reg:
        """Multiply by 2ⁿ, n being whole, what the processor `can_scale`."""
        name = f"x86.avx512.mask.scalef.{'ps' if x.element == 'float' else 'pd'}.512"
        all_lanes, usual = Reg(self, "-1", f"i{x.lanes}"), Reg(self, "4", "i32")  # rounded as all else is
        return self.intrinsic(name, x.type, x, n, x, all_lanes, usual)

    def fma(self, x: Reg, z: Reg, more: Reg) -> Reg:
        """Multiply and add, x·z + more, floats with one rounding."""
        return self.call("fma", x, z, more) if x.real else self.add(self.mul(x, z), more)

    # -- choice --

    def compare(self, how: str, x: Reg, z: Reg) -> Reg:
        """Compare two of a type."""
        x, z = self.together(x, z)
        real, whole = COMPARE[how]
        op = f"fcmp {real}" if x.real else f"icmp {whole.replace('s', 'u') if x.element == 'i1' else whole}"
        return self.emit(f"{op} {x.type} {x.name}, {z.name}", typed("i1", x.lanes))

    def within(self, at: Reg, size: int, report: str, step: int) -> Reg:
        """Give a position that lies below `size`: itself, or 0, and the first that does not is reported.

        `report` points to four numbers: the step (from 1; 0 while all is well), the position, where it was read, and
        the size. Positions are scalars here.
        """
        assert at.source is not None
        fits = self.emit(f"icmp ult i64 {at.name}, {size}", "i1")
        places = [report, *(self.emit(f"getelementptr i64, ptr {report}, i64 {k}", "ptr").name for k in (1, 2, 3))]
        before = [self.emit(f"load i64, ptr {place}", "i64") for place in places]
        keep = self.logical_or(fits, self.truth(before[0]))
        found = (self.position(step), at, at.source, self.position(size))
        for place, old, new in zip(places, before, found, strict=True):
            self.lines.append(f"  store i64 {self.select(keep, old, new).name}, ptr {place}")
        return self.select(fits, at, self.position(0))

    def select(self, c: Reg, x: Reg, z: Reg) -> Reg:
        """Take x where c holds, z elsewhere."""
        x, z, _ = self.together(x, z, c)  # one condition may choose between vectors
        return self.emit(f"select {c.type} {c.name}, {x.type} {x.name}, {z.type} {z.name}", x.type)

    def truth(self, x: Reg) -> Reg:
        """Tell whether it is not 0."""
        return self.cast(x, np.dtype("bool"))

    def logical_and(self, x: Reg, z: Reg) -> Reg:
        """Both."""
        return self._arithmetic("", "", "and", x, z)

    def logical_or(self, x: Reg, z: Reg) -> Reg:
        """Either."""
        return self._arithmetic("", "", "or", x, z)

    def logical_not(self, x: Reg) -> Reg:
        """Not."""
        held = "true" if not x.lanes else "splat (i1 true)"
        return self.emit(f"xor {x.type} {x.name}, {held}", x.type)

    def _extreme(self, how: str, x: Reg, z: Reg) -> Reg:
        x, z = self.together(x, z)
        won = self.compare(how, x, z)
        if x.real:  # NaN wins
            won = self.logical_or(won, self.emit(f"fcmp uno {x.type} {x.name}, {x.name}", won.type))
        return self.select(won, x, z)

    def maximum(self, x: Reg, z: Reg) -> Reg:
        """Take the larger; NaN where either is."""
        return self._extreme("gt", x, z)

    def minimum(self, x: Reg, z: Reg) -> Reg:
        """Take the smaller; NaN where either is."""
        return self._extreme("lt", x, z)

    # -- functions --

    def shared(self, body: Callable[..., Reg], *args: Reg, inline: bool = True) -> Reg:
        """Call what `body(b, *args)` emits: a function that stands once in the module, however often it is called.

        The text stays short; LLVM puts the body in the call's place, except where `inline` forbids that.
        """
        symbol, type, texts = _defined(body, tuple(arg.type for arg in args), inline, self.vector)
        self.declared |= texts
        return self.invoke(symbol, type, *args)

    def call(self, name: str, *args: Reg) -> Reg:
        """Call a function of floats: LLVM's own where it has it, the C library's elsewhere, lane by lane."""
        args = self.together(*args)
        first = args[0]
        if name in INTRINSICS:
            return self.intrinsic(f"{name}.{first.short}", first.type, *args)
        symbol = name + ("f" if first.element == "float" else "")
        self.declared.add(f"declare {first.element} @{symbol}({', '.join([first.element] * len(args))})")
        if not first.lanes:
            return self.invoke(symbol, first.type, *args)
        made = Reg(self, "poison", first.type)
        for k in range(first.lanes):
            one = self.invoke(symbol, first.element, *(self.lane(arg, k) for arg in args))
            made = self.emit(f"insertelement {made.type} {made.name}, {one.type} {one.name}, i64 {k}", made.type)
        return made

    def abs(self, x: Reg) -> Reg:
        """Drop the sign."""
        if x.real:
            return self.call("fabs", x)
        return self.select(self.compare("lt", x, self.constant(0, x)), self.neg(x), x)

    def floor(self, x: Reg) -> Reg:
        """Round down."""
        return self.call("floor", x) if x.real else x

    def sign(self, x: Reg) -> Reg:
        """Tell the sign; NaN stays."""
        zero = self.constant(0, x)
        below = self.select(
            self.compare("lt", x, zero), self.constant(-1, x), self.select(self.compare("eq", x, zero), zero, x)
        )
        return self.select(self.compare("gt", x, zero), self.constant(1, x), below)

    def __getattr__(self, name: str) -> Callable[..., Reg]:
        # Comparisons and functions of floats go by their names.
        if name in COMPARE:
            return lambda x, z: self.compare(name, x, z)
        if name in FUNCTIONS:
            return lambda *args: FUNCTIONS[name](self, *args)
        if name in LIBRARY:
            return lambda *args: self.call(name, *args)
        known = [*COMPARE, *FUNCTIONS, *LIBRARY, *dir(type(self))]
        raise AttributeError(f"a builder has no {name!r}{nearest(name, known)}")


def _by_one_number(b: Builder, x: Reg, z: Reg) -> Reg:
    """Divide many numbers by one: multiply by its reciprocal, and correct that by what is left.

    So it is rounded as a division is, but for a z whose bits are all ones (Markstein 1990, "Computation of elementary
    functions on the IBM RISC System/6000 processor", theorem 8.2), and where what is left falls below the smallest
    normal number; it is no number where something is infinite.
    """
    far = b.compare("ge", b.abs(z), b.constant(2.0**120, z))  # its reciprocal may be too small for a normal number
    part = b.select(far, b.constant(2.0**-10, z), b.constant(1, z))
    x, z = b.mul(x, part), b.mul(z, part)
    reciprocal = b.splat(b.emit(f"fdiv float {b.constant(1, z).name}, {z.name}", "float"), x.lanes)
    z = b.splat(z, x.lanes)
    rough = b.mul(x, reciprocal)
    fine = b.fma(b.fma(b.neg(rough), z, x), reciprocal, rough)
    return b.select(b.compare("eq", fine, fine), fine, rough)


@functools.cache
def _defined(
    body: Callable[..., Reg], types: tuple[str, ...], inline: bool, vector: int
) -> tuple[str, str, frozenset[str]]:
    """Write a function: its symbol, its type, and all texts that it needs beside its own."""
    b = Builder(vector)
    args = [Reg(b, f"%x{k}", type) for k, type in enumerate(types)]
    result = body(b, *args)
    symbol = ".".join(["nudge", body.__name__.strip("_"), *(arg.short for arg in args)])
    head = f"define internal {result.type} @{symbol}({', '.join(f'{arg.type} {arg.name}' for arg in args)})"
    kept = "alwaysinline" if inline else "noinline"
    text = "\n".join([f"{head} {kept} {{", "entry:", *b.lines, f"  ret {result.type} {result.name}", "}"])
    return symbol, result.type, frozenset(b.declared | {text})
