"""A few steps of one row in a process of its own: how long the first took, and how much memory there was at most."""

from __future__ import annotations

import json
import os
import resource
import sys
import time

BEGIN = time.perf_counter()
STEPS = 10


def most() -> float:
    """Tell this process's peak memory so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def main(who: str, row: str, threads: int, names: str | None, text: str | None) -> None:
    """Print, as JSON, seconds to import, seconds of the first step, peak memory after imports and after ten steps."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-threads:])
    from . import native_peers
    from .native_workloads import WORKLOADS, Corpus

    workload = WORKLOADS[row](Corpus.read(names, text))
    start = time.perf_counter()
    if who == "torch":
        import torch

        torch.set_num_threads(threads)
    else:
        import nudge

        nudge.set_num_threads(threads)
    imported, before = time.perf_counter() - start, most()
    variant = native_peers.torch_eager(workload) if who == "torch" else native_peers.nudge_inside(workload)
    start = time.perf_counter()
    variant.run(1)
    first = time.perf_counter() - start
    variant.run(STEPS - 1)
    print(json.dumps({"imported": imported, "first": first, "before": before, "most": most()}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), *(arg or None for arg in sys.argv[4:6]))
