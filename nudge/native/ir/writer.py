"""The builder with control flow and memory as loop nests need them: loops, conditions, room on the stack."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from ...memory import ALIGN
from .builder import Builder, DType, Reg, typed


class Writer(Builder):
    """Emits one function's instructions, with what it keeps on the stack ahead of them."""

    def __init__(self, vector: int) -> None:
        """Begin at the function's entry; `vector` says how many bytes the processor's vectors have."""
        super().__init__(vector)
        self.ahead: list[str] = []
        self.spread: dict[tuple[str, str, int], Reg] = {}  # numbers that stand in all lanes of a vector already
        self.contracts: int | None = None  # a product made since this count may be rounded with the sum it goes into

    def _arithmetic(self, real: str, whole: str, logic: str, x: Reg, z: Reg) -> Reg:
        if self.contracts is not None and real == "fadd" and x.real:
            made = f"  {z.name} = fmul {z.type} "
            if z.name == f"%r{self.count}" and self.count > self.contracts and self.lines[-1].startswith(made):
                left, right = self.lines.pop().removeprefix(made).rsplit(", ", 1)
                return self.fma(Reg(self, left, z.type), Reg(self, right, z.type), x)
        return super()._arithmetic(real, whole, logic, x, z)

    def splat(self, x: Reg, lanes: int) -> Reg:
        """Put a number into each lane, if that was not done ahead."""
        return self.spread.get((x.name, x.type, lanes)) or super().splat(x, lanes)

    def ahead_of_loops(self, x: Reg, lanes: int) -> None:
        """Put a number into each lane now, for whoever wants that later; all that follows comes after this."""
        self.spread[x.name, x.type, lanes] = super().splat(x, lanes)

    def text(self) -> list[str]:
        """Give the lines, the stack's first."""
        return [*self.ahead, *self.lines]

    def stack(self, type: str) -> str:
        """Make room for a type on the stack, for the whole function; give its pointer."""
        name = f"%room{len(self.ahead)}"
        self.ahead.append(f"  {name} = alloca {type}, align {ALIGN}")
        return name

    def _places(self, pointer: str, dtype: DType, at: Reg, step: int, lanes: int) -> Reg:
        base = self.address(pointer, dtype, at)
        steps = ", ".join(f"i64 {k * step}" for k in range(lanes))
        beside = f"getelementptr {self.stored_as(dtype)}, ptr {base.name}, <{lanes} x i64> <{steps}>"
        return self.emit(beside, typed("ptr", lanes))

    def _where(self, mask: Reg | None, lanes: int) -> Reg:
        return Reg(self, "splat (i1 true)", typed("i1", lanes)) if mask is None else mask

    def gather(self, pointer: str, dtype: DType, at: Reg, step: int, lanes: int, mask: Reg | None) -> Reg:
        """Read elements that lie `step` apart."""
        places = self._places(pointer, dtype, at, step, lanes)
        zero = Reg(self, "zeroinitializer", typed(self.stored_as(dtype), lanes))
        name = f"masked.gather.{zero.short}.v{lanes}p0"
        where = self._where(mask, lanes)
        return self._as_read(self.intrinsic(name, zero.type, places, self._i32(dtype.itemsize), where, zero))

    def scatter(self, value: Reg, pointer: str, dtype: DType, at: Reg, step: int, mask: Reg | None) -> None:
        """Write elements that lie `step` apart."""
        lanes = value.lanes
        places = self._places(pointer, dtype, at, step, lanes)
        value = self._as_stored(value, dtype)
        name = f"masked.scatter.{value.short}.v{lanes}p0"
        self._perform(name, value, places, self._i32(dtype.itemsize), self._where(mask, lanes))

    def fetch(self, address: Reg) -> None:
        """Ask for what stands at an address, to be read soon."""
        self._perform("prefetch.p0", address, *map(self._i32, (0, 3, 1)))

    def turned(self, square: list[Reg]) -> list[Reg]:
        """Turn a square of numbers, a power of two of rows: swap ever smaller blocks beside the diagonal."""
        lanes = step = len(square)
        rows = list(square)
        while step > 1:
            step //= 2
            for i in range(lanes):
                if i & step:
                    continue
                a, b = rows[i], rows[i + step]
                low = [k if not k & step else lanes + k - step for k in range(lanes)]
                high = [k + step if not k & step else lanes + k for k in range(lanes)]
                rows[i], rows[i + step] = self._shuffled(a, low, b), self._shuffled(a, high, b)
        return rows

    def between(self, low: str, high: str) -> AbstractContextManager[Reg]:
        """Loop from one register up to another, such as a group's parameters."""
        return self.loop(Reg(self, high, "i64"), Reg(self, low, "i64"))

    @contextmanager
    def when(self, condition: Reg) -> Iterator[None]:
        """Run what is emitted inside where a condition holds."""
        self.count += 1
        tag = self.count
        self.lines += [f"  br i1 {condition.name}, label %then{tag}, label %after{tag}", f"then{tag}:"]
        self.block = f"then{tag}"
        yield
        self.lines += [f"  br label %after{tag}", f"after{tag}:"]
        self.block = f"after{tag}"
