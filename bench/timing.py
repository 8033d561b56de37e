"""Time two or more functions in turn, and show what came out."""

from __future__ import annotations

import gc
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path

PEERS = ("numpy", "llvmlite", "micrograd", "torch", "jax", "numba", "cyclopts", "scikit-learn", "pandas")


def in_turn(
    contenders: Mapping[str, Callable[[], object]], rounds: int = 9, seconds: float = 0.15
) -> dict[str, list[float]]:
    """Time each contender once a round, A B A B …, as often within a round as fits into `seconds`; seconds a call."""
    repeats = {}
    for name, run in contenders.items():
        run()
        start = time.perf_counter()
        run()
        repeats[name] = max(1, int(seconds / max(time.perf_counter() - start, 1e-7)))
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            gc.collect()
            start = time.perf_counter()
            for _ in range(repeats[name]):
                run()
            times[name].append((time.perf_counter() - start) / repeats[name])
    return times


def ratio(times: Mapping[str, list[float]], ours: str, theirs: str) -> tuple[float, float, float]:
    """Compare pair by pair: the lowest, median and highest of ours / theirs."""
    ratios = sorted(a / b for a, b in zip(times[ours], times[theirs], strict=True))
    return ratios[0], statistics.median(ratios), ratios[-1]


def show(
    title: str,
    times: Mapping[str, list[float]],
    theirs: str,
    ours: str = "nudge",
    aim: str = "",
    bound: float | None = None,
) -> bool:
    """Print one row: medians, the ratio, the aim, and whether it is met."""
    medians = "  ".join(f"{name} {statistics.median(each) * 1e6:,.0f}" for name, each in times.items())
    low, middle, high = ratio(times, ours, theirs)
    met = bound is None or middle <= bound
    mark = "" if bound is None else verdict(met)
    print(f"{title}\n    µs: {medians}")
    print(f"    {ours} / {theirs} = {middle:.3f}  ({low:.3f} to {high:.3f})   aim: {aim}   {mark}")
    return met


def verdict(met: bool) -> str:
    """Mark an aim."""
    return "met" if met else "FALLS SHORT"


def installed(distribution: str) -> str:
    """Tell a distribution's version; '' where it is not installed."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def machine() -> str:
    """Tell on what this ran, and how busy it was before."""
    model = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.exists():
        model = next(
            (line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")),
            model,
        )
    versions = ", ".join(f"{name} {version}" for name in PEERS if (version := installed(name)))
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    return (
        f"{model}, {os.cpu_count()} cores, load {load:.2f} before the first row\n"
        f"Python {platform.python_version()}, {versions}"
    )
