"""Memory between pages that nobody may touch, and a check of who shares an arena's bytes."""

from __future__ import annotations

import ctypes
import mmap
from array import array as Addresses
from collections.abc import Sequence
from typing import Any

import numpy as np

from nudge.native.plan.plan import Plan
from nudge.native.plan.values import Value
from nudge.native.run.threads import ARENA
from nudge.native.step import Step

PAGE = mmap.PAGESIZE
_LIBC = ctypes.CDLL(None, use_errno=True)
_KEPT: list[mmap.mmap] = []  # for as long as this process lives: nothing else may come to lie there


def guarded(data: np.ndarray, at_end: bool, align: int = 1) -> np.ndarray:
    """Copy an array to where the page after its last byte, or else before its first, may not be touched."""
    pages = -(-max(data.nbytes, 1) // PAGE)
    memory = mmap.mmap(-1, (pages + 2) * PAGE)
    _KEPT.append(memory)
    start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    for page in (0, pages + 1):
        if _LIBC.mprotect(ctypes.c_void_p(start + page * PAGE), PAGE, 0):
            raise OSError(ctypes.get_errno(), "mprotect")
    last = (PAGE + pages * PAGE - data.nbytes) // align * align
    flat = np.frombuffer(memory, np.uint8, data.nbytes, last if at_end else PAGE)
    placed = flat.view(data.dtype).reshape(data.shape) if data.size else np.zeros(data.shape, data.dtype)
    placed[...] = data
    return placed


def run_guarded(step: Step, arrays: Sequence[np.ndarray], at_end: bool) -> list[np.ndarray]:
    """Run a step with all that it touches between such pages; give its outputs, and what it left in what it read."""
    given = [guarded(np.ascontiguousarray(a), at_end) for a in arrays]
    given += [guarded(np.ascontiguousarray(tensor._array), at_end) for tensor, _ in step.program.captured]
    outputs = [guarded(np.zeros(node.data.shape, node.data.dtype), at_end) for node in step.program.outputs]
    arena = guarded(np.full(step.code.plan.arena, 0xFF, np.uint8), at_end)
    assert arena.ctypes.data % 64 == 0 or not arena.size
    words = step.code._words
    place, words[ARENA] = words[ARENA], arena.ctypes.data
    try:
        step.code.run(Addresses("Q", [a.ctypes.data for a in (*given, *outputs)]))
    finally:
        words[ARENA] = place
    return [*outputs, *given]


Span = tuple[int, int]  # the first, and the one after the last


def lifetimes(plan: Plan) -> dict[Value, tuple[Span, Span]]:
    """Find when each value in the arena is needed, as numbers of groups, and which bytes are its own."""
    times: dict[Value, list[int]] = {}

    def needed(value: Any, when: int) -> None:
        while value.within is not None:
            value = value.within
        if value in plan.offsets:
            times.setdefault(value, []).append(when)

    for when, group in enumerate(plan.groups):
        for value in (*group.loads, *group.stores):
            needed(value, when)
    for value, _ in plan.copies:
        needed(value, len(plan.groups))
    return {
        value: ((min(when), max(when) + 1), (plan.offsets[value], plan.offsets[value] + value.size))
        for value, when in times.items()
    }


def overlaps(plan: Plan) -> list[str]:
    """List the pairs of values that are needed at the same time and share bytes, and those that leave the arena."""
    found, held = [], list(lifetimes(plan).items())
    for k, (value, (when, where)) in enumerate(held):
        if where[0] < 0 or where[1] > plan.arena:
            found.append(f"{value!r} at {where} leaves an arena of {plan.arena} bytes")
        for other, (then, there) in held[:k]:
            if _meet(when, then) and _meet(where, there):
                found.append(f"{value!r} at {where} and {other!r} at {there}, groups {when} and {then}")
    return found


def _meet(a: Span, b: Span) -> bool:
    return max(a[0], b[0]) < min(a[1], b[1])
