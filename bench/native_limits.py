"""What this machine can do at most: multiplications and additions, matrix products, and bytes to and from memory."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from nudge.memory import aligned
from nudge.native.explanation.limits import loops, operations
from nudge.native.ir.target import host

TURNS = 1_000_000  # of the multiply-adds
GEMM = 1024
MEMORY = 256 << 20


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
        multiply_adds, self._triad = loops()
        self._chains = [self._on(multiply_adds["float32"], host().vector, [0], TURNS) for _ in range(threads)]
        self._flops, self.peak = threads * TURNS * operations("float32"), 0.0
        self._rates: dict[int, float] = {}
        self.again()

    def again(self) -> None:
        """Measure the arithmetic once more, and keep the best: a busy neighbour halves what one measurement sees."""
        self.peak = max(self.peak, self._flops / best(self._chains))

    @staticmethod
    def _on(loop: Callable[..., None], size: int, places: list[int], *counts: int) -> Callable[[], object]:
        """Let a loop go over so many bytes, from these places on: no zeros, which some processors need not write."""
        memory = aligned(size)
        memory.view(np.float32).fill(0.5)
        return lambda: loop(*(memory.ctypes.data + place for place in places), *counts)

    def bandwidth(self, size: int) -> float:
        """Measure bytes a second, read and written, over a working set of `size` bytes, all threads together."""
        size = max(size, 4096)
        if size not in self._rates:
            again, rows = max(1, MEMORY // size), size // self.threads // 2 // host().vector
            half = rows * host().vector
            in_place = [0, 0, half]  # a = a + b·b, as an optimizer works
            works = [self._on(self._triad, 2 * half, in_place, rows, again) for _ in range(self.threads)]
            self._rates[size] = 3 * half * self.threads * again / best(works)
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
            f"({host().vector // 4} lanes), sgemm {GEMM}³ {gemm} GFLOP/s, "
            f"memory {self.bandwidth(MEMORY) / 1e9:.1f} GB/s (a = a + b·b over {MEMORY >> 20} MiB); {caches()}"
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
