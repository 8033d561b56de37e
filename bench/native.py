"""Whole training steps, forward to update: nudge eager and in machine code beside PyTorch, JAX, and numba by hand.

Times are taken in one process, all in turn (`native_rows`), with as many processors as threads; first steps and peak
memory each in a process of its own (`native_first`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

from .native_options import FIRST, ROWS, Options, parse
from .timing import verdict


def environment(threads: int, cache: str | None = None) -> dict[str, str]:
    """Hold every library to so many threads, and nudge to machine code."""
    count = str(threads)
    env = os.environ | {"OMP_NUM_THREADS": count, "OPENBLAS_NUM_THREADS": count, "MKL_NUM_THREADS": count}
    env |= {"NUMBA_NUM_THREADS": count, "NUDGE_NATIVE": "require", "JAX_PLATFORMS": "cpu"}
    if threads == 1:
        env["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    return env | ({"NUDGE_CACHE_DIR": cache} if cache else {})


def alone(who: str, row: str, options: Options, cache: str) -> dict[str, Any] | str:
    """Run a row's first steps in a process of its own; what it measured, or why it could not."""
    args = [who, row, str(options.threads), options.names or "", options.text or ""]
    done = subprocess.run(
        [sys.executable, "-m", "bench.native_first", *args],
        env=environment(options.threads, cache), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == 0:
        return dict(json.loads(done.stdout.splitlines()[-1]))
    return (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1][:160]


def beginnings(options: Options) -> bool:
    """Print, for each row, the first step with an empty cache and with a full one, and peak memory beside PyTorch's."""
    print(
        f"\nFirst step in seconds, and peak memory in MB (over imports), in fresh processes\n    {'':10}{'cold':>8}"
        f"{'aim':>7}{'cached':>8}{'aim':>7}{'nudge':>9}{'':9}{'torch':>9}"
    )
    met = True
    for row in options.only or ROWS:
        with tempfile.TemporaryDirectory() as cache:
            runs = [alone(who, row, options, cache) for who in ("nudge", "nudge", "torch")]
        failed = next((run for run in runs if isinstance(run, str)), "")
        if failed:
            print(f"    {row:10}unavailable: {failed}")
            met = False
            continue
        cold, cached, torch = (run for run in runs if not isinstance(run, str))
        mine = max(cold["most"], cached["most"])
        good = cold["first"] <= FIRST[row] and cached["first"] <= 0.1 and mine <= torch["most"]
        print(
            f"    {row:10}{cold['first']:8.2f}{FIRST[row]:7.1f}{cached['first']:8.3f}{0.1:7.1f}"
            f"{mine:9.0f} ({mine - cold['before']:5.0f}) {torch['most']:8.0f} ({torch['most'] - torch['before']:5.0f})"
            f"   {verdict(good)}",
            flush=True,
        )
        met &= good
    return met


def main(args: Sequence[str] = ()) -> bool:
    """Run it all, with the options of `python -m bench native --help`."""
    options = parse(args)
    command = [sys.executable, "-m", "bench.native_rows", *args]
    met = subprocess.run(command, env=environment(options.threads), check=False).returncode == 0
    return beginnings(options) and met
