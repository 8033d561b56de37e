"""What this machine can do at most: multiplications and additions, matrix products, and bytes to and from memory."""

from __future__ import annotations

import ctypes
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from nudge.machine import cpu_features
from nudge.native.jit import assemble

CHAINS = 16  # independent sums: latency times throughput of any processor at hand, and no more than its registers
GEMM = 1024
MEMORY = 256 << 20
KERNEL = (None, *[ctypes.c_void_p] * 3)


def lanes() -> int:
    """Count the float32 of one vector register."""
    features = set(cpu_features())
    return 16 if "avx512f" in features else 8 if "avx" in features else 4


def fma_kernel(chains: int = CHAINS, repeats: int = 1_000_000) -> tuple[str, float]:
    """Write a loop of chained multiply-adds on registers alone; return it, and how many operations it does."""
    chains = chains if lanes() != 8 else 12  # AVX2 has 16 registers, and two hold the factors
    vector = f"<{lanes()} x float>"
    into = "\n".join(f"  %a{k} = phi {vector} [%x, %entry], [%b{k}, %loop]" for k in range(chains))
    work = "\n".join(
        f"  %b{k} = call {vector} @llvm.fma.v{lanes()}f32({vector} %a{k}, {vector} %x, {vector} %y)"
        for k in range(chains)
    )
    sums = "\n".join(
        f"  %s{k + 1} = fadd {vector} {f'%s{k}' if k else '%x'}, %b{k}" for k in range(chains)
    )  # every chain is looked at, or LLVM would leave it out
    text = f"""
declare {vector} @llvm.fma.v{lanes()}f32({vector}, {vector}, {vector})
define void @step(ptr %in, ptr %out, ptr %unused) {{
entry:
  %x = load {vector}, ptr %in, align 4
  %y = load {vector}, ptr %out, align 4
  br label %loop
loop:
  %n = phi i64 [0, %entry], [%next, %loop]
{into}
{work}
  %next = add i64 %n, 1
  %more = icmp ult i64 %next, {repeats}
  br i1 %more, label %loop, label %end
end:
{sums}
  store {vector} %s{chains}, ptr %out, align 4
  ret void
}}
"""
    return text, 2.0 * chains * lanes() * repeats


def triad_kernel() -> str:
    """Write a loop a = s·a + b over vectors, some times over: in place, as an optimizer works."""
    vector = f"<{lanes()} x float>"
    return f"""
define void @step(ptr %a, ptr %b, ptr %counts) {{
entry:
  %count = load i64, ptr %counts
  %second = getelementptr i64, ptr %counts, i64 1
  %times = load i64, ptr %second
  br label %again
again:
  %t = phi i64 [0, %entry], [%u, %pass]
  br label %loop
loop:
  %n = phi i64 [0, %again], [%next, %loop]
  %pa = getelementptr {vector}, ptr %a, i64 %n
  %pb = getelementptr {vector}, ptr %b, i64 %n
  %va = load {vector}, ptr %pa, align 4
  %vb = load {vector}, ptr %pb, align 4
  %half = fmul {vector} %va, splat (float 0.5)
  %sum = fadd {vector} %half, %vb
  store {vector} %sum, ptr %pa, align 4
  %next = add i64 %n, 1
  %more = icmp ult i64 %next, %count
  br i1 %more, label %loop, label %pass
pass:
  %u = add i64 %t, 1
  %over = icmp ult i64 %u, %times
  br i1 %over, label %again, label %end
end:
  ret void
}}
"""


def best(works: list[Callable[[], object]], tries: int = 7) -> float:
    """Run all at once, each in a thread of its own, some times; return the shortest time from first to last."""
    shortest, gate = float("inf"), threading.Barrier(len(works))

    def go(work: Callable[[], object]) -> tuple[float, float]:
        gate.wait()
        start = time.perf_counter()
        work()
        return start, time.perf_counter()

    with ThreadPoolExecutor(len(works)) as pool:
        for _ in range(tries):
            running = [pool.submit(go, work) for work in works]
            starts, ends = zip(*(each.result() for each in running), strict=True)
            shortest = min(shortest, max(ends) - min(starts))
    return shortest


class Limits:
    """The machine's measured limits for so many threads."""

    def __init__(self, threads: int) -> None:
        """Measure the arithmetic; bandwidth is measured when it is asked for."""
        self.threads = threads
        text, flops = fma_kernel()
        self._fma, self._triad = (assemble(each, type=KERNEL) for each in (text, triad_kernel()))
        places = [np.zeros((2, 16), np.float32) for _ in range(threads)]
        self._chains = [self._on(self._fma, p[0], p[1], p) for p in places]
        self._flops, self.peak = threads * flops, 0.0
        self._rates: dict[int, float] = {}
        self.again()

    def again(self) -> None:
        """Measure the arithmetic once more, and keep the best: a busy neighbour halves what one measurement sees."""
        self.peak = max(self.peak, self._flops / best(self._chains))

    @staticmethod
    def _on(function: Callable[..., None], *arrays: np.ndarray) -> Callable[[], object]:
        return lambda: function(*(array.ctypes.data for array in arrays))

    def bandwidth(self, size: int) -> float:
        """Measure bytes a second, read and written, over a working set of `size` bytes, all threads together."""
        size = max(size, 4096)
        if size not in self._rates:
            works, again = [], max(1, MEMORY // size)
            count = size // self.threads // 2 // (4 * lanes())
            for _ in range(self.threads):
                a, b = np.ones((2, count * lanes()), np.float32)
                works.append(self._on(self._triad, a, b, np.array([count, again])))
            moved = 3 * 4 * lanes() * count * self.threads * again
            self._rates[size] = moved / best(works)
        return self._rates[size]

    def least(self, flops: float, moved: int) -> float:
        """Tell the seconds below which no step can be: its arithmetic, and its state in and out once."""
        return flops / self.peak + moved / self.bandwidth(moved // 2)

    def gemm(self) -> dict[str, float]:
        """Measure operations a second of float32 matrix products, by each BLAS at hand, with all threads."""
        a, b = np.random.default_rng(0).normal(size=(2, GEMM, GEMM)).astype(np.float32)
        out = np.empty_like(a)
        works: dict[str, Callable[[], object]] = {"NumPy": lambda: np.matmul(a, b, out)}
        try:
            import torch
        except ImportError:
            pass
        else:
            ta, tb, to = (torch.from_numpy(each) for each in (a, b, out))
            works["torch"] = lambda: torch.matmul(ta, tb, out=to)
        return {name: 2.0 * GEMM**3 / best_alone(work) for name, work in works.items()}

    def describe(self) -> str:
        """Print it all."""
        gemm = ", ".join(f"{name} {rate / 1e9:.0f}" for name, rate in self.gemm().items())
        return (
            f"{self.threads} thread{'s' * (self.threads > 1)}: {self.peak / 1e9:.0f} GFLOP/s in registers "
            f"({lanes()} lanes), sgemm {GEMM}³ {gemm} GFLOP/s, "
            f"memory {self.bandwidth(MEMORY) / 1e9:.1f} GB/s (a = s·a + b over {MEMORY >> 20} MiB); {caches()}"
        )


def best_alone(work: Callable[[], object], tries: int = 12) -> float:
    """Run it some times here; return the shortest time."""
    times = []
    for _ in range(tries):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def cache_sizes() -> dict[str, int]:
    """Read the sizes of this processor's data caches, in bytes; empty where Linux does not say."""
    sizes = {}
    for folder in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        kind, level, size = ((folder / name).read_text().strip() for name in ("type", "level", "size"))
        if kind != "Instruction" and size.endswith("K"):
            sizes[f"L{level}"] = int(size[:-1]) * 1024
    return sizes


def caches() -> str:
    """Print the caches."""
    return ", ".join(f"{name} {size / 1024:,.0f} KiB" for name, size in cache_sizes().items()) or "caches unknown"


def where(size: int) -> str:
    """Say what the smallest cache is that holds so many bytes."""
    return next((name for name, holds in cache_sizes().items() if size <= holds), "memory")


class Busy:
    """How much of the processors other processes used, from its making until it is read."""

    def __init__(self) -> None:
        """Begin to count."""
        self._start = self._read()

    @staticmethod
    def _read() -> tuple[float, float, float]:
        stat = Path("/proc/stat")
        if not stat.exists():
            return float("nan"), 0.0, time.perf_counter()
        fields = [int(x) for x in stat.read_text().splitlines()[0].split()[1:]]
        used = sum(fields) - fields[3] - fields[4]  # all but idle and waiting for a disk; what the host took counts
        mine: Any = os.times()
        return used / os.sysconf("SC_CLK_TCK"), mine.user + mine.system, time.perf_counter()

    def others(self) -> float:
        """Tell how many processors others kept busy, on average."""
        used, mine, at = (now - then for now, then in zip(self._read(), self._start, strict=True))
        return max(0.0, (used - mine) / at)
