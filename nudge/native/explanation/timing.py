"""Timing: how long each group of a plan takes by itself, on copies of all that it reads and writes."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...memory import aligned
from ..ir.target import Target, host
from ..lower.lower import MEMMOVE, body_of, memory_of, starts_of
from ..plan.group import Group
from ..plan.plan import Place, Plan
from ..run.jit import functions

SWEEPS = 5  # of which the fastest counts
LONG = 50e-6  # seconds for which a group is repeated, so that calling it from Python does not count
MOST = 1000

TIMED = """define void @{name}({parameters}ptr %report, i64 %count) {{
entry:{flush}
  br label %again
again:
  %i = phi i64 [ 0, %entry ], [ %next, %again ]
  call void @{symbol}({arguments}ptr %report, i64 0, i64 {units})
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %count
  br i1 %more, label %again, label %end
end:
{restore}
  ret void
}}"""


def times(plan: Plan, buffers: Sequence[Any]) -> dict[Group, float]:
    """Measure the seconds that each group takes on one core, at best.

    buffers: what the plan is given, and then its results, as arrays; they are read, and never written. A group is
    repeated with what it needs in cache, so its time within a step may be longer.
    """
    target = host()
    groups = [group for group in plan.groups if not group.is_put_together]
    text, types, places = _written(plan, groups, target)
    calls = functions(text, types, thorough=True)
    work = [np.array(buffer, order="C") for buffer in buffers]
    arena = aligned(plan.arena)
    arena.fill(0)
    report = np.zeros(4, np.int64)

    def address(place: Place, start: int) -> int:
        outside, at = place
        return int(work[at].ctypes.data if outside else arena.ctypes.data + at) + start

    args = [[*(address(*one) for one in each), report.ctypes.data] for each in places]
    counts, best = [1] * len(calls), [float("inf")] * len(calls)
    for sweep in range(-2, SWEEPS):  # first to have everything there, then to see how often to repeat
        for copy, buffer in zip(work, buffers, strict=True):
            np.copyto(copy, buffer)
        for k, call in enumerate(calls):
            start = time.perf_counter()
            call(*args[k], counts[k])
            took = (time.perf_counter() - start) / counts[k]
            if sweep == -1:
                counts[k] = max(1, min(MOST, int(LONG / max(took, 1e-9))))
            elif sweep >= 0:
                best[k] = min(best[k], took)
    return dict(zip(groups, best, strict=True))


def _written(
    plan: Plan, groups: Sequence[Group], target: Target
) -> tuple[str, dict[str, tuple[Any, ...]], list[list[tuple[Place, int]]]]:
    """Write a module with a function for each group that repeats it; tell their types, and where each one works."""
    symbols: dict[str, str] = {}
    declared: set[str] = set()
    types: dict[str, tuple[Any, ...]] = {}
    timed, places = [], []
    for k, group in enumerate(groups):
        memory = memory_of(plan, group)
        body, units, needs = body_of(plan, group, memory, target)
        declared |= needs
        starts = starts_of(group, memory)
        places.append([(place, starts[place]) for place in dict.fromkeys(memory.values())])
        arguments = "".join(f"ptr %p{j}, " for j in range(len(places[-1])))
        timed.append(TIMED.format(
            name=f"time{k}", parameters=arguments, arguments=arguments, units=units,
            symbol=symbols.setdefault(body, f"g{len(symbols)}"), flush=target.flush, restore=target.restore,
        ))  # fmt: skip
        types[f"time{k}"] = (None, *[ctypes.c_void_p] * (len(places[-1]) + 1), ctypes.c_int64)
    written = [body.replace("@group(", f"@{symbol}(") for body, symbol in symbols.items()]
    declared.discard(MEMMOVE)
    text = "\n\n".join([target.declared, MEMMOVE, *sorted(declared), *written, *timed])
    return text, types, places
