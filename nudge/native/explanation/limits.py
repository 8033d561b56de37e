"""Limits: how much arithmetic and memory traffic one core of this machine can do, measured and kept on disk."""

from __future__ import annotations

import ctypes
import functools
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ... import machine
from ...errors import UsageError
from ...files import write_atomically
from ...memory import aligned
from ...version import __version__
from ..ir.target import host
from ..run.jit import functions

CHAINS = 16  # of fused multiply-adds side by side: as many keep four units busy, whose latency is four cycles
KINDS = {"float32": "float", "float64": "double"}
SIZES = (16 << 10, 192 << 10, 1 << 20, 6 << 20, 48 << 20)  # bytes that a triad touches: caches, memory
BEST_OF = 12
WORK = 1e-3  # seconds, roughly, that a measurement takes


@dataclass(frozen=True)
class Limits:
    """What one core can do at most.

    peak: operations a second, by dtype. bandwidth: (bytes that are touched, bytes a second), least bytes first.
    """

    peak: dict[str, float]
    bandwidth: list[tuple[int, float]]

    def speed(self, touched: int) -> float:
        """Tell how many bytes a second can be moved at most where as many are touched again and again.

        >>> Limits({}, [(1 << 14, 4e11), (1 << 20, 5e10)]).speed(1 << 17)
        400000000000.0
        """
        fits = [speed for size, speed in self.bandwidth if size <= touched]
        return fits[-1] if fits else self.bandwidth[0][1]

    def seconds(self, flops: int, wide: int, moved: int) -> float:
        """Tell how long operations, `wide` of them in float64, and the bytes that they move take at least.

        One may hide behind the other, so it is the longer of the two.

        >>> Limits({"float32": 100.0, "float64": 50.0}, [(1 << 20, 25.0)]).seconds(2000, 1000, 400)
        30.0
        """
        arithmetic = (flops - wide) / self.peak["float32"] + wide / self.peak["float64"]
        return max(arithmetic, moved / self.speed(moved))


    def joined(self, other: Limits) -> Limits:
        """Take the better of two measurements: what one missed, the machine was busy with something else.

        >>> Limits({"float32": 3.0}, [(8, 1.0)]).joined(Limits({"float32": 2.0}, [(8, 5.0)]))
        Limits(peak={'float32': 3.0}, bandwidth=[(8, 5.0)])
        """
        peak = {name: max(speed, other.peak[name]) for name, speed in self.peak.items()}
        moved = dict(other.bandwidth)
        return Limits(peak, [(size, max(speed, moved[size])) for size, speed in self.bandwidth])


@functools.cache
def limits() -> Limits:
    """Measure, once a process and in some tenths of a second; the best so far on such a processor is kept on disk."""
    path = machine.cache_dir() / "limits" / f"{machine.cpu_name()}-{__version__}.json"
    found = measure()
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        found = found.joined(Limits(kept["peak"], [(size, speed) for size, speed in kept["bandwidth"]]))
    except (OSError, ValueError, KeyError, TypeError):
        pass  # there is none, or it is spoiled
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(asdict(found)).encode(), sync=False)
    except (OSError, UsageError):
        pass  # then each process has what it measured
    return found


def measure() -> Limits:
    """Time the loops (see `loops`), a triad over memory of some sizes; the best counts."""
    width = host().vector
    multiply_adds, triad = loops()
    peak = {}
    for name, loop in multiply_adds.items():
        numbers = np.full(width, 0.5, name)
        peak[name] = operations(name) / _seconds(loop, 1000, numbers.ctypes.data)
    bandwidth = []
    for size in SIZES:
        rows = size // 3 // width
        memory = aligned(3 * rows * width)
        memory.fill(1)
        places = [memory.ctypes.data + k * rows * width for k in range(3)]
        bandwidth.append((size, 3 * rows * width / _seconds(triad, 1, *places, rows)))
    return Limits(peak, bandwidth)


def loops() -> tuple[dict[str, Callable[..., Any]], Callable[..., Any]]:
    """Compile what is timed, for vectors as wide as they are here.

    Fused multiply-adds of each dtype take the address of a vector, and how often to go around. A triad (a = b + c·c)
    takes the addresses of a, b and c, on cache lines, how many vectors each of them has, and how often to go around.
    """
    text = [_multiply_adds(name, element, _chains(), _lanes(name)) for name, element in KINDS.items()]
    word, address = ctypes.c_int64, ctypes.c_void_p
    types: dict[str, tuple[Any, ...]] = {name: (None, address, word) for name in KINDS}
    types["triad"] = (None, address, address, address, word, word)
    *multiply_adds, triad = functions("\n".join([*text, _triad(_lanes("float32"))]), types)
    return dict(zip(KINDS, multiply_adds, strict=True)), triad


def operations(name: str) -> int:
    """Count the operations of once around the multiply-adds of a dtype."""
    return 2 * _chains() * _lanes(name)


def _lanes(name: str) -> int:
    return host().vector // np.dtype(name).itemsize


def _chains() -> int:
    """Count the sums for which registers are left, beside what is multiplied."""
    return min(CHAINS, host().registers - 4)


def _seconds(loop: Callable[..., Any], first: int, *args: int) -> float:
    """Time a function that takes how often to go around last; give the seconds that once around takes."""
    best, count = float("inf"), first
    for _ in range(40):
        start = time.perf_counter()
        loop(*args, count)
        took = time.perf_counter() - start
        if took > WORK / 2 or count > 1 << 40:
            break
        count = max(2 * count, int(count * WORK / max(took, 1e-9)) if took > WORK / 100 else 8 * count)
    for _ in range(BEST_OF):
        start = time.perf_counter()
        loop(*args, count)
        best = min(best, time.perf_counter() - start)
    return best / count


def _multiply_adds(name: str, element: str, count: int, lanes: int) -> str:
    """Write a loop of chains of multiply-adds, whose sums are stored at its end so that none is left out."""
    vector, fma = f"<{lanes} x {element}>", f"@llvm.fma.v{lanes}f{32 if element == 'float' else 64}"
    chains = range(count)
    begin = "\n".join(f"  %s{k} = phi {vector} [ %x, %entry ], [ %n{k}, %again ]" for k in chains)
    steps = "\n".join(
        f"  %n{k} = call {vector} {fma}({vector} %s{k}, {vector} %x, {vector} %x)" for k in chains
    )
    sums = "\n".join(f"  %t{k + 1} = fadd {vector} %t{k}, %n{k}" for k in chains)
    return f"""declare {vector} {fma}({vector}, {vector}, {vector})
define void @{name}(ptr %at, i64 %count) {{
entry:
  %x = load {vector}, ptr %at, align 4
  br label %again
again:
  %i = phi i64 [ 0, %entry ], [ %next, %again ]
{begin}
{steps}
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %count
  br i1 %more, label %again, label %end
end:
  %t0 = fadd {vector} %x, %x
{sums}
  store {vector} %t{count}, ptr %at, align 4
  ret void
}}"""


def _triad(lanes: int) -> str:
    """Write a loop over three arrays of vectors, gone through as often as it is told."""
    vector, fma = f"<{lanes} x float>", f"@llvm.fma.v{lanes}f32"
    return f"""define void @triad(ptr %a, ptr %b, ptr %c, i64 %rows, i64 %count) {{
entry:
  br label %around
around:
  %turn = phi i64 [ 0, %entry ], [ %turn_next, %turned ]
  br label %again
again:
  %i = phi i64 [ 0, %around ], [ %next, %again ]
  %a_at = getelementptr {vector}, ptr %a, i64 %i
  %b_at = getelementptr {vector}, ptr %b, i64 %i
  %c_at = getelementptr {vector}, ptr %c, i64 %i
  %x = load {vector}, ptr %b_at
  %y = load {vector}, ptr %c_at
  %z = call {vector} {fma}({vector} %y, {vector} %y, {vector} %x)
  store {vector} %z, ptr %a_at
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %rows
  br i1 %more, label %again, label %turned
turned:
  %turn_next = add i64 %turn, 1
  %turns = icmp slt i64 %turn_next, %count
  br i1 %turns, label %around, label %end
end:
  ret void
}}"""
