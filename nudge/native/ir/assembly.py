"""Typed registers, literals, memory and loops, as LLVM's text; a register is one number or a vector of them."""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

DType = np.dtype[Any]
TYPES = {"float32": "float", "float64": "double", "int64": "i64", "int32": "i32", "bool": "i1"}
WIDTH = {"i1": 1, "i8": 8, "i32": 32, "i64": 64, "float": 32, "double": 64}
_SHORT = {"float": "f32", "double": "f64"}


def typed(element: str, lanes: int) -> str:
    """Name the type of `lanes` numbers side by side; of one number where that is 0.

    >>> typed("float", 16), typed("float", 0)
    ('<16 x float>', 'float')
    """
    return f"<{lanes} x {element}>" if lanes else element


@functools.cache
def type_of(dtype: DType) -> str:
    """Name LLVM's type for a dtype, which NumPy takes long to name."""
    return TYPES[dtype.name]


@functools.cache
def _parsed(type: str) -> tuple[int, str]:
    """Take a type apart: its lanes, 0 for a scalar, and the type of one."""
    return (int(type[1 : type.index(" ")]), type[type.index("x") + 2 : -1]) if type[0] == "<" else (0, type)


@dataclass(eq=False, slots=True)
class Reg:
    """A register or a literal. Positions (i64) do arithmetic with Python's operators: index maps run on them."""

    b: Assembly
    name: str
    type: str
    source: Reg | None = None  # of a position that depends on data: where in its array that was read
    literal: Any = None  # of a literal: the number

    @property
    def lanes(self) -> int:
        """How many numbers stand side by side; 0 for a scalar."""
        return _parsed(self.type)[0]

    @property
    def element(self) -> str:
        """The type of one lane."""
        return _parsed(self.type)[1]

    @property
    def real(self) -> bool:
        """Whether it holds floats."""
        return self.element in _SHORT

    @property
    def short(self) -> str:
        """How names of functions write the type: f32, v16f32."""
        return (f"v{self.lanes}" if self.lanes else "") + _SHORT.get(self.element, self.element)

    def _with(self, op: str, other: Any, turned: bool = False) -> Reg:
        other = other if isinstance(other, Reg) else self.b.position(int(other))
        left, right = self.b.together(other, self) if turned else self.b.together(self, other)
        made = self.b.emit(f"{op} {left.type} {left.name}, {right.name}", left.type)
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


class Assembly:
    """Emits one function's instructions; collects what the module has to declare or define for them."""

    def __init__(self, vector: int = 0) -> None:
        """Begin at the function's entry; `vector` says how many bytes the processor's vectors have."""
        self.vector = vector
        self.lines: list[str] = []
        self.count = 0
        self.block = "entry"
        self.declared: set[str] = set()

    def emit(self, text: str, type: str) -> Reg:
        """Append an instruction that makes a value."""
        self.count += 1
        self.lines.append(f"  %r{self.count} = {text}")
        return Reg(self, f"%r{self.count}", type)

    def invoke(self, symbol: str, type: str, *args: Reg) -> Reg:
        """Call a function that is declared or defined elsewhere."""
        return self.emit(f"call {type} @{symbol}({', '.join(f'{arg.type} {arg.name}' for arg in args)})", type)

    def intrinsic(self, name: str, type: str, *args: Reg) -> Reg:
        """Call a function of LLVM's own."""
        self.declared.add(f"declare {type} @llvm.{name}({', '.join(arg.type for arg in args)})")
        return self.invoke(f"llvm.{name}", type, *args)

    # -- positions and literals --

    def position(self, n: int) -> Reg:
        """Make a position."""
        return Reg(self, str(n), "i64", literal=n)

    def beyond(self, start: Reg | None, n: int | Reg) -> Reg:
        """Make the position that lies n beyond another, or beyond 0 where there is none."""
        if start is not None:
            return start + n
        return n if isinstance(n, Reg) else self.position(n)

    def number(self, value: Any, dtype: DType, lanes: int = 0) -> Reg:
        """Make a literal of a dtype, the same in all lanes."""
        type = type_of(dtype)
        if type in _SHORT:
            with np.errstate(over="ignore"):
                exact = float(np.asarray(value, dtype))
            made = Reg(self, f"0x{struct.unpack('<Q', struct.pack('<d', exact))[0]:016X}", type, literal=exact)
        else:
            made = Reg(self, str(int(value)), type, literal=int(value))
        return self.splat(made, lanes)

    def constant(self, value: Any, like: Reg) -> Reg:
        """Make a literal of a register's type."""
        return self.number(
            value, next(np.dtype(name) for name, type in TYPES.items() if type == like.element), like.lanes
        )

    def lowest(self, like: Reg) -> Reg:
        """Make the smallest number of a register's type."""
        width = WIDTH[like.element]
        return self.constant(-np.inf if like.real else 0 if width == 1 else -(2 ** (width - 1)), like)

    def highest(self, like: Reg) -> Reg:
        """Make the largest number of a register's type."""
        width = WIDTH[like.element]
        return self.constant(np.inf if like.real else 1 if width == 1 else 2 ** (width - 1) - 1, like)

    # -- lanes --

    def splat(self, x: Reg, lanes: int) -> Reg:
        """Put one number into each of `lanes` lanes; what has them already stays, and anything does for 0 lanes."""
        if x.lanes == lanes or not lanes:
            return x
        assert not x.lanes, f"{x.type} is no {lanes} lanes"
        type = typed(x.type, lanes)
        if x.literal is not None:
            return replace(x, name=f"splat ({x.type} {x.name})", type=type)
        first = self.emit(f"insertelement {type} poison, {x.type} {x.name}, i64 0", type)
        return replace(self._shuffled(first, [0] * lanes), source=x.source)

    def together(self, *xs: Reg) -> tuple[Reg, ...]:
        """Bring scalars to the lanes of the vectors among them; whatever mixes the two does it here."""
        lanes = max(x.lanes for x in xs)
        return tuple(self.splat(x, lanes) for x in xs)

    def _shuffled(self, x: Reg, order: Sequence[int], z: Reg | None = None) -> Reg:
        """Pick lanes, counted on from those of one register to those of another."""
        picks = ", ".join(f"i32 {k}" for k in order)
        mask = f"<{len(order)} x i32> " + (f"<{picks}>" if any(order) else "zeroinitializer")
        other = "poison" if z is None else z.name
        return self.emit(f"shufflevector {x.type} {x.name}, {x.type} {other}, {mask}", typed(x.element, len(order)))

    def lane(self, x: Reg, k: int) -> Reg:
        """Take the number in lane k."""
        return self.emit(f"extractelement {x.type} {x.name}, i64 {k}", x.element)

    def across(self, combine: Callable[[Reg, Reg], Reg], x: Reg) -> Reg:
        """Fold the lanes (a power of two) into one number, half upon half: always the same tree.

        `combine(lower, upper)` joins two registers of a type.
        """
        while x.lanes > 2:
            half = x.lanes // 2
            x = combine(self._shuffled(x, list(range(half))), self._shuffled(x, list(range(half, 2 * half))))
        return combine(self.lane(x, 0), self.lane(x, 1)) if x.lanes else x

    def each_across(self, combine: Callable[[Reg, Reg], Reg], xs: Sequence[Reg]) -> Reg:
        """Fold the lanes of each register, a power of two of them and no more than lanes, by the tree of `across`.

        What they come to stands side by side: half upon half of two registers at a time is one register's work.
        """
        size = xs[0].lanes  # of the run of lanes that are one register's still
        while size > 1:
            runs = range(0, xs[0].lanes, size)
            low = [at + k for at in runs for k in range(size // 2)]
            seconds: Sequence[Reg | None] = xs[1::2] or [None]
            if len(xs) > 1:
                low += [xs[0].lanes + k for k in low]
            high = [k + size // 2 for k in low]
            pairs = zip(xs[::2], seconds, strict=True)
            xs = [combine(self._shuffled(x, low, z), self._shuffled(x, high, z)) for x, z in pairs]
            size //= 2
        return xs[0]

    def any(self, mask: Reg) -> Reg:
        """Tell whether one lane holds."""
        return self.intrinsic(f"vector.reduce.or.{mask.short}", "i1", mask) if mask.lanes else mask

    def lane_mask(self, n_valid: Reg | int, lanes: int) -> Reg:
        """Make a mask that holds in the first `n_valid` lanes."""
        if isinstance(n_valid, int):
            held = ", ".join(f"i1 {'true' if k < n_valid else 'false'}" for k in range(lanes))
            return Reg(self, f"<{held}>", typed("i1", lanes))
        numbers = ", ".join(f"i64 {k}" for k in range(lanes))
        limit = self.splat(n_valid, lanes)
        return self.emit(f"icmp slt {limit.type} <{numbers}>, {limit.name}", typed("i1", lanes))

    def cast(self, x: Reg, dtype: DType) -> Reg:
        """Change the type; floats are cut towards zero, and what is not 0 is true."""
        to = type_of(dtype)
        type = typed(to, x.lanes)
        if type == x.type:
            return x
        if to == "i1":
            zero = "zeroinitializer" if x.lanes else self.number(0, np.dtype("float32" if x.real else "int64")).name
            return self.emit(f"{'fcmp une' if x.real else 'icmp ne'} {x.type} {x.name}, {zero}", type)
        if x.real:
            op = "fptosi" if to in ("i32", "i64") else "fpext" if to == "double" else "fptrunc"
        elif to in _SHORT:
            op = "uitofp" if x.element == "i1" else "sitofp"
        else:
            op = "zext" if x.element == "i1" else "sext" if WIDTH[to] > WIDTH[x.element] else "trunc"
        return self.emit(f"{op} {x.type} {x.name} to {type}", type)

    # -- memory --

    @staticmethod
    def stored_as(dtype: DType) -> str:
        """Name the type in which a dtype is kept in memory, where a bool takes a byte."""
        type = type_of(dtype)
        return "i8" if type == "i1" else type

    def address(self, pointer: str, dtype: DType, at: Reg) -> Reg:
        """Find the pointer to the element at a flat position."""
        if at.literal == 0:
            return Reg(self, pointer, "ptr")
        return self.emit(f"getelementptr {self.stored_as(dtype)}, ptr {pointer}, i64 {at.name}", "ptr")

    def load(self, pointer: str, dtype: DType, at: Reg) -> Reg:
        """Read the element at a flat position."""
        return self.load_vector(pointer, dtype, at, 0)

    def store(self, value: Reg, pointer: str, dtype: DType, at: Reg) -> None:
        """Write the element at a flat position, cast to the dtype; a vector writes as many as it has lanes."""
        value = self._as_stored(value, dtype)
        address = self.address(pointer, dtype, at)
        align = f", align {dtype.itemsize}" if value.lanes else ""
        self.lines.append(f"  store {value.type} {value.name}, ptr {address.name}{align}")

    def load_vector(self, pointer: str, dtype: DType, at: Reg, lanes: int) -> Reg:
        """Read `lanes` elements from a flat position on."""
        address = self.address(pointer, dtype, at)
        type = typed(self.stored_as(dtype), lanes)
        align = f", align {dtype.itemsize}" if lanes else ""
        return self._as_read(self.emit(f"load {type}, ptr {address.name}{align}", type))

    def load_masked(self, pointer: str, dtype: DType, at: Reg, lanes: int, mask: Reg) -> Reg:
        """Read from a flat position on in the lanes where the mask holds, touching no memory elsewhere; 0 is there."""
        address = self.address(pointer, dtype, at)
        zero = Reg(self, "zeroinitializer", typed(self.stored_as(dtype), lanes))
        name = f"masked.load.{zero.short}.p0"
        return self._as_read(self.intrinsic(name, zero.type, address, self._i32(dtype.itemsize), mask, zero))

    def store_masked(self, value: Reg, pointer: str, dtype: DType, at: Reg, mask: Reg) -> None:
        """Write from a flat position on where the mask holds, touching no memory elsewhere."""
        value = self._as_stored(self.splat(value, mask.lanes), dtype)
        address = self.address(pointer, dtype, at)
        self._perform(f"masked.store.{value.short}.p0", value, address, self._i32(dtype.itemsize), mask)

    def _as_read(self, x: Reg) -> Reg:
        return self.cast(x, np.dtype("bool")) if x.element == "i8" else x

    def _as_stored(self, value: Reg, dtype: DType) -> Reg:
        value = self.cast(value, dtype)
        if value.element == "i1":
            type = typed(self.stored_as(dtype), value.lanes)
            return self.emit(f"zext {value.type} {value.name} to {type}", type)
        return value

    def _i32(self, n: int) -> Reg:
        return self.number(n, np.dtype("int32"))

    def _perform(self, name: str, *args: Reg) -> None:
        """Call a function of LLVM's own that gives nothing."""
        self.declared.add(f"declare void @llvm.{name}({', '.join(arg.type for arg in args)})")
        self.lines.append(f"  call void @llvm.{name}({', '.join(f'{arg.type} {arg.name}' for arg in args)})")

    # -- loops --

    @contextmanager
    def loop(self, n: int | Reg, start: int | Reg = 0) -> Iterator[Reg]:
        """Run what is emitted inside for each position from `start` up to, but without, n."""
        with self.fold(n, (), start) as (at, _, finish):
            yield at
            finish(())

    @contextmanager
    def fold(self, n: int | Reg, state: tuple[Reg, ...], start: int | Reg = 0) -> Iterator[Any]:
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
        firsts = (self.beyond(None, start), *state)
        for k, (name, first, then) in enumerate(zip(names, firsts, (following, *finish.following), strict=True)):
            self.lines[slot + k] = (
                f"  {name} = phi {first.type} [ {first.name}, %{before} ], [ {then.name}, %{self.block} ]"
            )
        self.lines += [f"  br label %{head}", f"{done}:"]
        self.block = done
        finish.state = held

    def seldom(self, condition: Reg, make: Callable[[], Reg], otherwise: Reg) -> Reg:
        """Give what `make()` emits where the condition (a scalar) holds, which is seldom; `otherwise` elsewhere."""
        self.count += 1
        before, rare, done = self.block, f"rare{self.count}", f"met{self.count}"
        self.lines += [f"  br i1 {condition.name}, label %{rare}, label %{done}", f"{rare}:"]
        self.block = rare
        made = make()
        self.lines += [f"  br label %{done}", f"{done}:"]
        paths = f"[ {otherwise.name}, %{before} ], [ {made.name}, %{self.block} ]"
        self.block = done
        return self.emit(f"phi {made.type} {paths}", made.type)


class _Finish:
    """Takes a loop's next state, and holds the last one once the loop is closed."""

    def __init__(self) -> None:
        self.following: tuple[Reg, ...] = ()
        self.state: tuple[Reg, ...] = ()

    def __call__(self, state: tuple[Reg, ...]) -> None:
        self.following = state
