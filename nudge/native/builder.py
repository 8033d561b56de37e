"""The vocabulary in which rows of the table say what they do to one scalar: typed registers, as LLVM's text."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

DType = np.dtype[Any]
TYPES = {"float32": "float", "float64": "double", "int64": "i64", "int32": "i32", "bool": "i1"}
WIDTH = {"i1": 1, "i32": 32, "i64": 64, "float": 32, "double": 64}
COMPARE = {
    "eq": ("oeq", "eq"), "ne": ("une", "ne"), "lt": ("olt", "slt"),
    "le": ("ole", "sle"), "gt": ("ogt", "sgt"), "ge": ("oge", "sge"),
}  # fmt: skip
INTRINSICS = {"exp", "log", "sqrt", "sin", "cos", "floor", "fabs", "fma", "pow"}


@dataclass(frozen=True, eq=False)
class Reg:
    """A register or a literal. Positions (i64) do arithmetic with Python's operators: index maps run on them."""

    b: Builder
    name: str
    type: str
    source: Reg | None = None  # of a position that depends on data: where in its array that was read

    def _with(self, op: str, other: Any, turned: bool = False) -> Reg:
        other = other if isinstance(other, Reg) else self.b.position(int(other))
        left, right = (other, self) if turned else (self, other)
        made = self.b.emit(f"{op} i64 {left.name}, {right.name}", "i64")
        return replace(made, source=self.source or other.source)

    def __add__(self, other: Any) -> Reg:
        return self if type(other) is int and other == 0 else self._with("add", other)

    def __mul__(self, other: Any) -> Reg:
        return self._with("mul", other)

    def __sub__(self, other: Any) -> Reg:
        return self._with("sub", other)

    def __rsub__(self, other: Any) -> Reg:
        return self._with("sub", other, turned=True)

    def __floordiv__(self, other: Any) -> Reg:
        return self._with("sdiv", other)

    def __mod__(self, other: Any) -> Reg:
        return self._with("srem", other)

    __radd__, __rmul__ = __add__, __mul__


class Builder:
    """Emits one function's instructions."""

    def __init__(self) -> None:
        """Begin at the function's entry."""
        self.lines: list[str] = []
        self.count = 0
        self.block = "entry"
        self.declared: set[str] = set()

    def emit(self, text: str, type: str) -> Reg:
        """Append an instruction that makes a value."""
        self.count += 1
        self.lines.append(f"  %r{self.count} = {text}")
        return Reg(self, f"%r{self.count}", type)

    # -- literals --

    def position(self, n: int) -> Reg:
        """Make a position."""
        return Reg(self, str(n), "i64")

    def number(self, value: Any, dtype: DType) -> Reg:
        """Make a literal of a dtype."""
        type = TYPES[dtype.name]
        if type in ("float", "double"):
            with np.errstate(over="ignore"):
                exact = float(np.asarray(value, dtype))
            return Reg(self, f"0x{struct.unpack('<Q', struct.pack('<d', exact))[0]:016X}", type)
        return Reg(self, str(int(value)), type)

    def constant(self, value: Any, like: Reg) -> Reg:
        """Make a literal of a register's type."""
        return self.number(value, next(np.dtype(name) for name, type in TYPES.items() if type == like.type))

    def lowest(self, like: Reg) -> Reg:
        """Make the smallest number of a register's type."""
        return self.constant(
            -np.inf if like.type in ("float", "double") else 0 if like.type == "i1" else -(2 ** (WIDTH[like.type] - 1)),
            like,
        )

    def highest(self, like: Reg) -> Reg:
        """Make the largest number of a register's type."""
        return self.constant(
            np.inf if like.type in ("float", "double") else 1 if like.type == "i1" else 2 ** (WIDTH[like.type] - 1) - 1,
            like,
        )

    # -- arithmetic --

    def _arithmetic(self, real: str, whole: str, logic: str, x: Reg, z: Reg) -> Reg:
        op = real if x.type in ("float", "double") else logic if x.type == "i1" else whole
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
        if self._real(x):
            return self.emit(f"fdiv {x.type} {x.name}, {z.name}", x.type)
        quotient = self.emit(f"sdiv {x.type} {x.name}, {self._divisor(z).name}", x.type)
        quotient = self.select(self.compare("eq", z, self.constant(-1, z)), self.neg(x), quotient)
        return self.select(self.truth(z), quotient, self.constant(0, x))

    def rem(self, x: Reg, z: Reg) -> Reg:
        """Find what dividing towards zero leaves."""
        if self._real(x):
            return self.emit(f"frem {x.type} {x.name}, {z.name}", x.type)
        return self.emit(f"srem {x.type} {x.name}, {self._divisor(z).name}", x.type)

    def _divisor(self, z: Reg) -> Reg:
        # The processor stops at a division by 0, and of the lowest number by -1.
        one = self.constant(1, z)
        stops = self.logical_or(self.compare("eq", z, self.constant(0, z)), self.compare("eq", z, self.constant(-1, z)))
        return self.select(stops, one, z)

    def neg(self, x: Reg) -> Reg:
        """Turn the sign."""
        return self.emit(f"fneg {x.type} {x.name}", x.type) if self._real(x) else self.sub(self.constant(0, x), x)

    def _real(self, x: Reg) -> bool:
        return x.type in ("float", "double")

    def bits(self, how: str, x: Reg, z: Reg) -> Reg:
        """Work on the bits of whole numbers, as LLVM's instruction of that name: and, or, xor, shl, lshr."""
        return self.emit(f"{how} {x.type} {x.name}, {z.name}", x.type)

    # -- choice --

    def compare(self, how: str, x: Reg, z: Reg) -> Reg:
        """Compare two of a type."""
        real, whole = COMPARE[how]
        if self._real(x):
            return self.emit(f"fcmp {real} {x.type} {x.name}, {z.name}", "i1")
        return self.emit(
            f"icmp {whole.replace('s', 'u') if x.type == 'i1' else whole} {x.type} {x.name}, {z.name}", "i1"
        )

    def within(self, at: Reg, size: int, report: str, step: int) -> Reg:
        """Give a position that lies below `size`: itself, or 0, and the first that does not is reported.

        `report` points to four numbers: the step (from 1; 0 while all is well), the position, where it was read, and
        the size.
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
        return self.emit(f"select i1 {c.name}, {x.type} {x.name}, {z.type} {z.name}", x.type)

    def truth(self, x: Reg) -> Reg:
        """Tell whether it is not 0."""
        return x if x.type == "i1" else self.compare("ne", x, self.constant(0, x))

    def logical_and(self, x: Reg, z: Reg) -> Reg:
        """Both."""
        return self.emit(f"and i1 {x.name}, {z.name}", "i1")

    def logical_or(self, x: Reg, z: Reg) -> Reg:
        """Either."""
        return self.emit(f"or i1 {x.name}, {z.name}", "i1")

    def logical_not(self, x: Reg) -> Reg:
        """Not."""
        return self.emit(f"xor i1 {x.name}, true", "i1")

    def _extreme(self, how: str, x: Reg, z: Reg) -> Reg:
        won = self.compare(how, x, z)
        if self._real(x):  # NaN wins
            won = self.logical_or(won, self.emit(f"fcmp uno {x.type} {x.name}, {x.name}", "i1"))
        return self.select(won, x, z)

    def maximum(self, x: Reg, z: Reg) -> Reg:
        """Take the larger; NaN where either is."""
        return self._extreme("gt", x, z)

    def minimum(self, x: Reg, z: Reg) -> Reg:
        """Take the smaller; NaN where either is."""
        return self._extreme("lt", x, z)

    # -- functions --

    def call(self, name: str, *args: Reg) -> Reg:
        """Call a function of floats: LLVM's own where it has it, the C library's elsewhere."""
        type = args[0].type
        if name in INTRINSICS:
            symbol = f"llvm.{name}.{'f32' if type == 'float' else 'f64'}"
        else:
            symbol = name + ("f" if type == "float" else "")
        self.declared.add(f"declare {type} @{symbol}({', '.join([type] * len(args))})")
        return self.emit(f"call {type} @{symbol}({', '.join(f'{type} {arg.name}' for arg in args)})", type)

    def abs(self, x: Reg) -> Reg:
        """Drop the sign."""
        return (
            self.call("fabs", x)
            if self._real(x)
            else self.select(self.compare("lt", x, self.constant(0, x)), self.neg(x), x)
        )

    def floor(self, x: Reg) -> Reg:
        """Round down."""
        return self.call("floor", x) if self._real(x) else x

    def pow(self, x: Reg, n: Reg) -> Reg:
        """Raise to a power; whole numbers by way of float64."""
        if self._real(x):
            return self.call("pow", x, n)
        wide = np.dtype("float64")
        return self.cast(
            self.call("pow", self.cast(x, wide), self.cast(n, wide)), np.dtype("int32" if x.type == "i32" else "int64")
        )

    def sign(self, x: Reg) -> Reg:
        """Tell the sign; NaN stays."""
        zero = self.constant(0, x)
        below = self.select(
            self.compare("lt", x, zero), self.constant(-1, x), self.select(self.compare("eq", x, zero), zero, x)
        )
        return self.select(self.compare("gt", x, zero), self.constant(1, x), below)

    def sigmoid(self, x: Reg) -> Reg:
        """Squash into (0, 1)."""
        one = self.constant(1, x)
        return self.div(one, self.add(one, self.call("exp", self.neg(x))))

    def cast(self, x: Reg, dtype: DType) -> Reg:
        """Change the type."""
        to = TYPES[dtype.name]
        if to == x.type:
            return x
        if to == "i1":
            return self.truth(x)
        if self._real(x):
            op = "fptosi" if to in ("i32", "i64") else "fpext" if to == "double" else "fptrunc"
        elif to in ("float", "double"):
            op = "uitofp" if x.type == "i1" else "sitofp"
        else:
            op = "zext" if x.type == "i1" else "sext" if WIDTH[to] > WIDTH[x.type] else "trunc"
        return self.emit(f"{op} {x.type} {x.name} to {to}", to)

    def __getattr__(self, name: str) -> Callable[..., Reg]:
        # Comparisons and functions of floats go by their names.
        if name in COMPARE:
            return lambda x, z: self.compare(name, x, z)
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args: self.call(name, *args)

    # -- memory and loops --

    def load(self, pointer: str, dtype: DType, at: Reg) -> Reg:
        """Read the element at a flat position."""
        type = TYPES[dtype.name]
        stored = "i8" if type == "i1" else type
        address = self.emit(f"getelementptr {stored}, ptr {pointer}, i64 {at.name}", "ptr")
        value = self.emit(f"load {stored}, ptr {address.name}", stored)
        return self.emit(f"icmp ne i8 {value.name}, 0", "i1") if type == "i1" else value

    def store(self, value: Reg, pointer: str, dtype: DType, at: Reg) -> None:
        """Write the element at a flat position."""
        value = self.cast(value, dtype)
        stored = value.type
        if stored == "i1":
            value, stored = self.emit(f"zext i1 {value.name} to i8", "i8"), "i8"
        address = self.emit(f"getelementptr {stored}, ptr {pointer}, i64 {at.name}", "ptr")
        self.lines.append(f"  store {stored} {value.name}, ptr {address.name}")

    @contextmanager
    def loop(self, n: int | Reg) -> Iterator[Reg]:
        """Run what is emitted inside for each position below n."""
        with self.fold(n, ()) as (at, _, finish):
            yield at
            finish(())

    @contextmanager
    def fold(self, n: int | Reg, state: tuple[Reg, ...]) -> Iterator[Any]:
        """Loop with a state: yields (position, state, finish); end with `finish(next)`, read `finish.state`."""
        self.count += 1
        head, body, done = (f"{part}{self.count}" for part in ("head", "body", "done"))
        before = self.block
        names = [f"%at{self.count}"] + [f"%s{self.count}_{k}" for k in range(len(state))]
        at = Reg(self, names[0], "i64")
        held = tuple(Reg(self, name, reg.type) for name, reg in zip(names[1:], state, strict=True))
        self.lines += [
            f"  br label %{head}",
            f"{head}:",
            *["" for _ in names],
            f"  %c{self.count} = icmp slt i64 {at.name}, {n.name if isinstance(n, Reg) else n}",
        ]
        slot = len(self.lines) - 1 - len(names)
        self.lines += [f"  br i1 %c{self.count}, label %{body}, label %{done}", f"{body}:"]
        self.block = body
        finish = _Finish()
        yield at, held, finish
        following = self.emit(f"add i64 {at.name}, 1", "i64")
        starts = (self.position(0), *state)
        for k, (name, start, then) in enumerate(zip(names, starts, (following, *finish.following), strict=True)):
            self.lines[slot + k] = (
                f"  {name} = phi {start.type} [ {start.name}, %{before} ], [ {then.name}, %{self.block} ]"
            )
        self.lines += [f"  br label %{head}", f"{done}:"]
        self.block = done
        finish.state = held


class _Finish:
    """Takes a loop's next state, and holds the last one once the loop is closed."""

    def __init__(self) -> None:
        self.following: tuple[Reg, ...] = ()
        self.state: tuple[Reg, ...] = ()

    def __call__(self, state: tuple[Reg, ...]) -> None:
        self.following = state
