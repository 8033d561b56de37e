"""Rows and functions run as machine code over arrays: one number at a time, or a vector of them with a masked end."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nudge.native.ir.builder import Builder, Reg
from nudge.native.ir.target import host
from nudge.native.run.jit import functions as compiled


@dataclass
class Case:
    """What to emit, over which arrays of one length (a number is a literal), and the dtype of the answer."""

    emit: Callable[..., Reg]
    arrays: Sequence[Any]
    dtype: Any


def evaluate(cases: Sequence[Case], lanes: int) -> list[Any]:
    """Run all cases, compiled as one module."""
    declared: set[str] = set()
    functions, calls, pointers, outputs = [], [], [], []
    for k, case in enumerate(cases):
        b = Builder(host().vector)
        arrays = [np.ascontiguousarray(array) for array in case.arrays if isinstance(array, np.ndarray)]
        size = len(arrays[0])
        out = np.full(size, 77, case.dtype)
        _loop(b, case, size, lanes)
        declared |= b.declared
        names = [f"%a{j}" for j in range(len(arrays))] + ["%out"]
        functions += [f"define internal void @f{k}({', '.join('ptr ' + name for name in names)}) {{", "entry:"]
        functions += [*b.lines, "  ret void", "}"]
        for j, array in enumerate([*arrays, out]):
            slot = len(pointers)
            calls += [f"  %s{slot} = getelementptr ptr, ptr %table, i64 {slot}", f"  %p{slot} = load ptr, ptr %s{slot}"]
            pointers.append(array)
            names[j] = f"ptr %p{slot}"
        calls.append(f"  call void @f{k}({', '.join(names)})")
        outputs.append(out)
    head = "define void @step(ptr %table) {"
    text = "\n".join([*sorted(declared), *functions, head, "entry:", *calls, "  ret void", "}"])
    (function,) = compiled(text, {"step": (None, ctypes.c_void_p)})
    table = np.array([array.ctypes.data for array in pointers], np.uintp)
    function(table.ctypes.data)
    return outputs


def _loop(b: Builder, case: Case, size: int, lanes: int) -> None:
    def one(read: Callable[[str, Any], Reg]) -> Reg:
        names = iter(range(len(case.arrays)))
        first = next(a for a in case.arrays if isinstance(a, np.ndarray))
        return case.emit(
            b,
            *(
                read(f"%a{next(names)}", array.dtype) if isinstance(array, np.ndarray) else b.number(array, first.dtype)
                for array in case.arrays
            ),
        )

    out, whole = np.dtype(case.dtype), size // max(lanes, 1)
    with b.loop(whole) as i:
        at = i * lanes if lanes else i
        b.store(one(lambda p, dtype: b.load_vector(p, dtype, at, lanes)), "%out", out, at)
    if lanes and size % lanes:
        at, mask = b.position(whole * lanes), b.lane_mask(size % lanes, lanes)
        b.store_masked(one(lambda p, dtype: b.load_masked(p, dtype, at, lanes, mask)), "%out", out, at, mask)
