"""The measuring process of the native benchmark: one thread count, all rows, all variants in turn."""

from __future__ import annotations

import os
import sys
import traceback

from .native_options import Options, parse

if __name__ == "__main__":  # before anything counts the processors
    OPTIONS = parse(sys.argv[1:])
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-OPTIONS.threads :])

import dataclasses  # noqa: E402
import gc  # noqa: E402
import statistics  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402

from .native_limits import Busy, Limits, where  # noqa: E402
from .native_peers import Jax, TorchCompiled, nudge_each, nudge_eager, nudge_inside, torch_eager  # noqa: E402
from .native_workloads import WORKLOADS, Arrays, Corpus, Workload  # noqa: E402
from .timing import machine, verdict  # noqa: E402

ROUNDS, SECONDS = 7, 0.06
EACH, INSIDE, EAGER = "nudge, each step called", "nudge, k at a time", "nudge eager"
HAND = "numba by hand"
BUILDERS: dict[str, Callable[[Workload], Any]] = {
    INSIDE: nudge_inside,
    EACH: nudge_each,
    EAGER: nudge_eager,
    "torch eager": torch_eager,
    "torch.compile, whole step": TorchCompiled,
    "jax.jit": Jax,
    "jax scan": lambda workload: Jax(workload, scan=True),
}


def by_hand(workload: Workload) -> Any:
    """Take the step that was written for this row."""
    from .native_numba import ByHand

    return ByHand(workload)


class Reference:
    """What nudge eager computes, and how far rounding alone takes it: twice, the second time with nudged weights.

    Two right programs differ by their roundings. The second run starts from weights moved by at most one unit in the
    last place, and its distance from the first says how far a row carries such differences in so many steps; that
    grows as the training does. A variant may be ten times as far, or one part in 10,000 of the way that the weights
    went.
    """

    def __init__(self, workload: Workload) -> None:
        """Make the two."""
        self.runs = [nudge_eager(workload), nudge_eager(moved(workload))]
        self.first = workload.weights
        self._known: dict[int, tuple[list[float], list[Arrays]]] = {}

    def wrong(self, k: int, loss: float, weights: Arrays) -> str:
        """Say what is too far from the reference after k steps; nothing where all is well."""
        if k not in self._known:
            for run in self.runs:
                run.reset()
            losses = [run.run(k) for run in self.runs]
            self._known[k] = losses, [run.weights() for run in self.runs]
        losses, (right, other) = self._known[k]
        allowed = max(10 * abs(losses[0] - losses[1]), 1e-5 * max(1.0, abs(losses[0])))
        if not abs(loss - losses[0]) <= allowed:
            return f"the loss after {k} steps is {loss:.7g}, not {losses[0]:.7g}"
        for name, value in right.items():
            way = np.linalg.norm(value - self.first[name])
            allowed = max(10 * float(np.linalg.norm(value - other[name])), 1e-4 * float(way))
            if not np.linalg.norm(weights[name] - value) <= allowed:
                share = np.linalg.norm(weights[name] - value) / way
                return f"{name} after {k} steps is off by {share:.1e} of its way"
        return ""


def moved(workload: Workload) -> Workload:
    """Move every weight by one unit in the last place, up or down."""
    rng = np.random.default_rng(1)
    moved = {
        name: np.nextafter(w, np.where(rng.integers(0, 2, w.shape), np.inf, -np.inf).astype(np.float32))
        for name, w in workload.weights.items()
    }
    return dataclasses.replace(workload, weights=moved)


class Row:
    """One workload: its variants that work, what each took, and why others do not."""

    def __init__(self, name: str, workload: Workload) -> None:
        """Build, run once, and check each variant."""
        self.name, self.workload = name, workload
        self.reference = Reference(workload)
        self.variants: dict[str, Any] = {}
        self.first: dict[str, float] = {}
        self.failed: dict[str, str] = {}
        for title, build in (BUILDERS | ({HAND: by_hand} if name in ("moons", "digits") else {})).items():
            start = time.perf_counter()
            try:
                variant = build(workload)
                variant.run(1)
                self.first[title] = time.perf_counter() - start
                self.variants[title] = variant
                self.check(title, workload.few)
                self.check(title, workload.chunk)
            except Exception as error:  # a peer's failure is any of its own, and the other rows go on
                if os.environ.get("NUDGE_BENCH_TRACE"):
                    traceback.print_exc()
                self.failed[title] = f"{type(error).__name__}: {str(error).strip()}".splitlines()[0][:160]
                self.variants.pop(title, None)

    def check(self, title: str, k: int) -> None:
        """Run k steps from the first weights, and compare."""
        variant = self.variants[title]
        variant.reset()
        loss = variant.run(k)
        if said := self.reference.wrong(k, loss, variant.weights()):
            self.failed[title] = f"WRONG: {said}"

    def measure(self) -> None:
        """Time all in turn, round by round, each from the first weights, and check before each stretch."""
        chunk, calls = self.workload.chunk, {}
        self.times: dict[str, list[float]] = {title: [] for title in self.variants}
        for title, variant in self.variants.items():
            variant.reset()
            start = time.perf_counter()
            variant.run(chunk)
            calls[title] = max(1, round(SECONDS / (time.perf_counter() - start)))
        for _ in range(ROUNDS):
            for title, variant in self.variants.items():
                self.check(title, self.workload.few)
                variant.reset()
                gc.collect()
                start = time.perf_counter()
                for _ in range(calls[title]):
                    variant.run(chunk)
                self.times[title].append((time.perf_counter() - start) / calls[title] / chunk)

    def show(self, limits: Limits) -> bool:
        """Print the row; tell whether all its aims are met."""
        w = self.workload
        print(f"\n{w.title}\n    {'':28}{'µs a step':>12}{'median':>12}{'first step, s':>16}")
        for title in BUILDERS | {HAND: None}:
            if title in self.times:
                each = [t * 1e6 for t in self.times[title]]
                print(
                    f"    {title:28}{min(each):12,.1f}{statistics.median(each):12,.1f}{self.first[title]:16.2f}"
                    f"  {self.failed.get(title, '')}"
                )
            elif title in self.failed:
                print(f"    {title:28}{'unavailable':>12}  {self.failed[title]}")
        best = {title: min(times) for title, times in self.times.items() if title not in self.failed}
        peers = {title: best[title] for title in best if not title.startswith("nudge")}
        moved, least = w.state_bytes, limits.least(w.flops, w.state_bytes)
        print(
            f"    limit {least * 1e6:,.1f} µs: {w.flops / 1e6:,.2f} MFLOP in {w.flops / limits.peak * 1e6:,.1f}, "
            f"{moved / 1e6:,.3f} MB of weights and state in and out in "
            f"{moved / limits.bandwidth(moved // 2) * 1e6:,.1f} ({where(moved // 2)})"
        )
        met = not self.failed
        if not peers:
            return False
        library = min((title for title in peers if title != HAND), key=peers.__getitem__)
        for title in (INSIDE, EACH) if w.each else (INSIDE,):
            if title not in best:
                print(f"    {title}: FALLS SHORT")
                met = False
                continue
            aim = max(peers[library] / 2, 1.25 * least)
            good = best[title] <= aim
            print(
                f"    {title} / {library} = {best[title] / peers[library]:.3f}, {best[title] / least:.2f} of the limit"
                f"   aim: at most {aim * 1e6:,.1f} µs   {verdict(good)}"
            )
            if HAND in peers and title == INSIDE:
                share = best[title] / peers[HAND]
                print(f"    {title} / {HAND} = {share:.3f}   aim: at most 1   {verdict(share <= 1)}")
                good &= share <= 1
            met &= good
        return met


def main(options: Options) -> bool:
    """Measure the rows that are asked for."""
    import nudge

    nudge.set_num_threads(options.threads)
    try:
        import torch
    except ImportError:
        pass
    else:
        torch.set_num_threads(options.threads)
    print(machine())
    limits, corpus, met = Limits(options.threads), Corpus.read(options.names, options.text), True
    print(limits.describe(), flush=True)
    for name in options.only or WORKLOADS:
        busy, row = Busy(), Row(name, WORKLOADS[name](corpus))
        row.measure()
        limits.again()
        met &= row.show(limits)
        print(f"    others kept {busy.others():.2f} processors busy meanwhile", flush=True)
    return met


if __name__ == "__main__":
    sys.exit(0 if main(OPTIONS) else 1)
