"""Compiled steps touch what is theirs and nothing else, and keep nothing."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

import nudge
from nudge import native
from nudge.tensor import wrap
from tests.native.apart import apart, fork
from tests.native.guarded import PAGE, guarded, lifetimes, overlaps, run_guarded
from tests.native.kernels import KERNELS, WRONG
from tests.native.programs import PROGRAMS
from tests.native.together import listed


def built(name, part=6):
    """Build a program, or one of so many parts of a kernel's cases; give its step and what it is called with."""
    if name in PROGRAMS:
        step, arrays = PROGRAMS[name]()
        return native.build(step, *map(wrap, arrays)), list(arrays)
    cases = KERNELS[name]("float32")
    cases = random.Random(1).sample(cases, -(-len(cases) // part))

    def every(*xs):
        given = list(xs)
        return [y for case in cases for y in listed(case.f(*[given.pop(0) for _ in case.arrays]))]

    arrays = [array for case in cases for array in case.arrays]
    return native.build(every, *map(wrap, arrays)), arrays


def check_touched(name, part=6):
    """Run between guarded pages: at the end and at the start of what is given, to the same answer."""
    step, arrays = built(name, part)
    at_end, at_start = (run_guarded(step, arrays, at_end) for at_end in (True, False))
    for one, other in zip(at_end, at_start, strict=True):
        np.testing.assert_array_equal(one, other)
    assert not overlaps(step.code.plan)


ALL = [*PROGRAMS, *(name for name in KERNELS if name not in WRONG)]


@pytest.mark.parametrize("name", [*PROGRAMS, "products_of_awkward_sizes", "rows_of_any_length"])
@apart()
def test_nothing_outside_is_touched(name):
    check_touched(name)


@pytest.mark.parametrize("at_end", [True, False])
def test_a_page_beside_is_out_of_bounds(at_end):
    x = guarded(np.ones(3, np.float32), at_end)

    def stray():
        np.lib.stride_tricks.as_strided(x, (PAGE,), (4 if at_end else -4,)).sum()

    assert fork(stray, 10)[0] == "ended by SIGSEGV"
    assert x.sum() == 3


def test_a_step_that_is_told_of_too_small_an_array_is_caught():
    step = native.build(lambda x: x * 2.0, wrap(np.ones(100)))
    assert fork(lambda: run_guarded(step, [np.ones(100)], True), 10)[0] == ""
    assert fork(lambda: run_guarded(step, [np.ones(99)], True), 10)[0] == "ended by SIGSEGV"


@pytest.mark.parametrize("name", ["mlp", "convolution"])
def test_a_planted_overlap_is_found(name):
    step, _ = built(name)
    plan = step.code.plan
    held = lifetimes(plan)
    assert held, "nothing is kept in the arena"
    assert not overlaps(plan)
    planted = 0
    for value, (when, _) in held.items():
        for other, (then, _) in held.items():
            if value is not other and max(when[0], then[0]) < min(when[1], then[1]):
                before = plan.offsets[value]
                plan.offsets[value] = plan.offsets[other]
                assert overlaps(plan)
                plan.offsets[value] = before
                planted += 1
    assert planted
    plan.arena -= 128
    assert "leaves an arena" in " ".join(overlaps(plan))


def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="asks Linux")
@apart()
def test_a_hundred_thousand_small_steps_keep_nothing():
    w = nudge.ones(3, requires_grad=True)
    rule = nudge.optim.SGD([w], lr=1e-6)

    @nudge.compile
    def step(x):
        rule.zero_grad()
        loss = (w * x).sum()
        loss.backward()
        rule.step()
        return loss

    x = nudge.ones(3)
    for _ in range(20_000):
        step(x)
    before = resident()
    for _ in range(80_000):
        step(x)
    step.run(900_000, x)
    assert resident() - before < 500_000
