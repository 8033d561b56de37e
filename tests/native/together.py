"""Many small programs in one module of machine code, so that a suite pays for one compilation."""

from __future__ import annotations

from array import array as Addresses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import nudge.native.executable
from nudge import func, native
from nudge.native.ir.target import AVX2, AVX512, SSE, Target, host
from nudge.native.run import jit
from nudge.native.step import Step
from nudge.tensor import Tensor, wrap

OFF = {AVX512: "", AVX2: ",-avx512f", SSE: ",-avx"}  # and with these all that builds on them
WIDTHS = [target for target in (AVX512, AVX2, SSE) if target.vector <= host().vector]


@pytest.fixture(params=WIDTHS, ids=lambda target: f"{target.vector}B")
def width(request: Any, monkeypatch: pytest.MonkeyPatch) -> Target:
    """Build what a test builds for vectors of some width."""
    use(monkeypatch, request.param)
    return request.param


def use(monkeypatch: pytest.MonkeyPatch, target: Target) -> None:
    """Build for a kind of processor from now on, as if this one could do no more."""
    monkeypatch.setattr(nudge.native.executable, "host", lambda: target)
    found = jit.features() + OFF.get(target, "")
    monkeypatch.setattr(jit, "features", lambda: found)


@dataclass
class Case:
    """A function of tensors, what it is given, and what it must give: arrays, and how far off each number may be.

    Without them, it must give what it gives eagerly, up to `tolerance`.
    """

    what: str
    f: Callable[..., Any]
    arrays: Sequence[np.ndarray]
    expected: Sequence[np.ndarray] = field(default_factory=list)
    error: Sequence[Any] = field(default_factory=list)
    tolerance: float = 0.0
    absolute: float | None = None  # as much for all numbers; by default the tolerance of the largest


def listed(result: Any) -> list[Any]:
    return list(result) if isinstance(result, (tuple, list)) else [result]


def run(cases: Sequence[Case]) -> None:
    """Run all cases as one step, twice, and compare."""
    sizes: list[int] = []

    def step(*xs: Tensor) -> list[Tensor]:
        given, out = list(xs), []
        sizes.clear()
        for case in cases:
            mine = [given.pop(0) for _ in case.arrays]
            results = listed(case.f(*mine))
            sizes.append(len(results))
            out += results
        return out

    arrays = [np.array(array, order="C") for case in cases for array in case.arrays]
    before = [array.copy() for array in arrays]
    built = native.build(step, *map(wrap, arrays))
    first, second = (called(built, arrays, byte) for byte in (0xFF, 0x5A))
    names = [case.what for case, count in zip(cases, sizes, strict=True) for _ in range(count)]
    for name, one, other in zip(names, first, second, strict=True):
        np.testing.assert_array_equal(one, other, f"{name}: it depends on what was in its memory before")
    for array, kept in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, kept, "an input was written")
    found = iter(first)
    for case, count in zip(cases, list(sizes), strict=True):
        compare(case, [next(found) for _ in range(count)])


def called(step: Step, arrays: Sequence[np.ndarray], byte: int) -> list[np.ndarray]:
    """Call a step, with all memory that it is to write full of some byte."""
    nodes = step.program.outputs
    outputs = [np.full(n.data.size * n.data.dtype.itemsize, byte, np.uint8).view(n.data.dtype) for n in nodes]
    outputs = [output.reshape(node.data.shape) for output, node in zip(outputs, nodes, strict=True)]
    captured = [np.ascontiguousarray(tensor._array) for tensor, _ in step.program.captured]
    step.code._arena[:] = byte
    step.code.run(Addresses("Q", [array.ctypes.data for array in (*arrays, *captured, *outputs)]))
    return outputs


def compare(case: Case, found: Sequence[np.ndarray]) -> None:
    """Hold what a case gave to what it should."""
    if case.expected:
        for y, expected, error in zip(found, case.expected, case.error, strict=True):
            assert y.shape == expected.shape, case.what
            off = np.abs(y.astype(np.float64) - expected)
            assert np.all(off <= error), f"{case.what}: off by {off.max()}, {np.sum(~(off <= error))} of {y.size} are"
        return
    eager = listed(case.f(*(wrap(array.copy()) for array in case.arrays)))
    for y, tensor in zip(found, eager, strict=True):
        expected = tensor.detach().numpy()
        assert (y.shape, y.dtype) == (expected.shape, expected.dtype), case.what
        finite = np.abs(expected[np.isfinite(expected)]) if expected.dtype.kind == "f" else np.abs(expected)
        absolute = case.tolerance * float(finite.max(initial=0)) if case.absolute is None else case.absolute
        np.testing.assert_allclose(y, expected, case.tolerance, absolute, err_msg=case.what)


def with_gradients(f: Callable[..., Any], count: int) -> Callable[..., Any]:
    """Make of a function one that gives its value, and the gradients of a weighted sum of it in its first arguments."""

    def run(*xs: Tensor) -> list[Tensor]:
        y, pull = func.vjp(lambda *leaves: f(*leaves, *xs[count:]), *xs[:count])
        weights = np.cos(np.arange(y.numel())).reshape(y.shape).astype(y.dtype)
        return [y, *pull(weights)]

    return run
