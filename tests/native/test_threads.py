"""Threads change nothing but the time: the same bits on one and on two, in forks, and for callers side by side."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

import nudge
import nudge.native.executable
import nudge.native.plan.shares
from nudge import native
from nudge.native.ir import barrier
from nudge.native.run import processors, threads
from nudge.tensor import wrap
from tests.native.apart import apart, fork
from tests.native.programs import PROGRAMS, mlp
from tests.native.texts import share_all

Pace = threads.Pace


@pytest.fixture(autouse=True)
def shared(monkeypatch):
    """Share all that can be, however small, and do not ask whether it is faster."""
    share_all(monkeypatch)
    monkeypatch.setattr(nudge.native.executable, "program_key", lambda *_: None)  # it knows nothing of that
    monkeypatch.setattr(threads, "Pace", Always)
    monkeypatch.setattr(nudge.native.executable, "Pace", Always)
    before = processors.get_num_threads()
    yield
    processors.set_num_threads(before)


class Always:
    """Runs each step on all threads there are, each time in other parts, and counts."""

    shared = 0

    def run(self, alone, workers, call):
        if workers.run(*call, cut=(256, 128, 300, 384)[Always.shared % 4]):
            Always.shared += 1
        else:
            alone()


def steps(make, count, n):
    """Run a program some steps on n threads; give all that it leaves."""
    processors.set_num_threads(n)
    step, arrays = make()
    built = native.build(step, *map(wrap, arrays))
    before = Always.shared
    losses = [built(*map(wrap, arrays)).numpy() for _ in range(count)]
    if n > 1:
        assert Always.shared > before, "no step was shared"
    return [*losses, *(tensor.detach().numpy().copy() for tensor, _ in built.program.captured)]


def equal_bits(some, others):
    assert len(some) == len(others)
    for a, b in zip(some, others, strict=True):
        np.testing.assert_array_equal(a.view(f"u{a.itemsize}"), b.view(f"u{b.itemsize}"))


LARGER = {
    **PROGRAMS, "wide": lambda: mlp((100, 257, 65, 10), 65), "wide, float64": lambda: mlp((33, 129, 7), 64, "float64"),
}  # fmt: skip


@pytest.mark.parametrize("name", ["wide", "wide, float64", "mixer"])
@apart()
def test_two_threads_give_the_bits_of_one(name):
    check_bits(name)


@pytest.mark.parametrize("name", ["wide", "mixer", "convolution", "letters"])
@apart()
def test_whichever_axis_threads_part(name, monkeypatch):
    rng = np.random.default_rng(7)

    def choose(self, beside, choices):
        self.axis = self.choices[rng.integers(len(self.choices))]

    monkeypatch.setattr(nudge.native.plan.shares._Part, "choose", choose)
    equal_bits(steps(LARGER[name], 3, 2), steps(LARGER[name], 3, 1))


def check_bits(name, count=20):
    equal_bits(steps(LARGER[name], count, 1), steps(LARGER[name], count, 2))


@apart()
def test_in_a_fork_and_after_it():
    expected = steps(mlp, 5, 1)
    equal_bits(steps(mlp, 5, 2), expected)
    for _ in range(2):
        assert fork(lambda: equal_bits(steps(mlp, 5, 2), expected), 20) == ("", "")
        equal_bits(steps(mlp, 5, 2), expected)


@apart()
def test_a_step_that_was_built_before_a_fork():
    processors.set_num_threads(2)
    x = wrap(np.linspace(-1, 1, 3000))
    built = native.build(lambda x: nudge.tanh(x).cumsum(0) * 2.0, x)
    expected = built(x).numpy()

    def same():
        for _ in range(100):
            equal_bits([built(x).numpy()], [expected])

    assert fork(same, 20) == ("", "")
    same()


@apart()
def test_callers_side_by_side():
    expected = steps(mlp, 50, 1)
    processors.set_num_threads(2)
    found, failed = {}, []

    def call(k):
        try:
            found[k] = made[k]()
        except BaseException as error:
            failed.append(error)

    def prepared():
        step, arrays = mlp()
        built, inputs = native.build(step, *map(wrap, arrays)), list(map(wrap, arrays))

        def run():
            losses = [built(*inputs).numpy() for _ in range(50)]
            return [*losses, *(tensor.detach().numpy().copy() for tensor, _ in built.program.captured)]

        return run

    for _ in range(5):
        made = [prepared(), prepared()]
        callers = [threading.Thread(target=call, args=(k,)) for k in range(2)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join(20)
            assert not caller.is_alive()
        assert not failed, failed
        for k in range(2):
            equal_bits(found[k], expected)


@apart()
def test_one_compiled_function_for_callers_side_by_side():
    processors.set_num_threads(2)
    compiled = nudge.compile(lambda x: (nudge.tanh(x) * x).cumsum(0))
    inputs = [nudge.tensor(np.full(2000, 0.1 + k)) for k in range(2)]
    expected = [compiled(x).numpy() for x in inputs]
    wrong = []

    def call(k):
        try:
            for _ in range(300):
                if not np.array_equal(compiled(inputs[k]).numpy(), expected[k]):
                    wrong.append(k)
        except BaseException as error:
            wrong.append(error)

    callers = [threading.Thread(target=call, args=(k,)) for k in range(2)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(30)
        assert not caller.is_alive()
    assert not wrong, wrong[:5]


@apart()
def test_who_is_interrupted_while_the_worker_wakes_leaves_nothing_posted(monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    processors.set_num_threads(2)
    compiled, x = nudge.compile(lambda x: (nudge.tanh(x) * x).cumsum(0)), nudge.tensor(np.linspace(-1, 1, 3000))
    expected = compiled(x).numpy()
    workers = threads.crew()
    for _ in range(3):
        patience = time.monotonic() + 5
        while workers.box[threads.JOB] != threads.SLEEPS:
            assert time.monotonic() < patience
            time.sleep(0.01)
        with monkeypatch.context() as patch:
            patch.setattr(workers._wake, "set", interrupted)
            with pytest.raises(KeyboardInterrupt):
                compiled(x)
        assert workers.box[threads.JOB] == threads.SLEEPS
        before = Always.shared
        np.testing.assert_array_equal(compiled(nudge.zeros(3000, dtype=nudge.float64)).numpy(), np.zeros(3000))
        np.testing.assert_array_equal(compiled(x).numpy(), expected)
        assert Always.shared > before


class Clock:
    """Time that passes as it is told, in the place of the module's; and workers who take so long."""

    waits = (0, 0)

    def __init__(self, monkeypatch, alone, shared):
        self.now, self.took, self.shared = 0.0, alone, shared
        self.ways, self.apart = [], 0
        monkeypatch.setattr(threads.time, "perf_counter", lambda: self.now)

    def alone(self):
        self.ways.append("alone")
        self.now += self.took

    def run(self, *_, cut):
        self.ways.append("shared")
        self.now += self.shared(self.ways.count("shared"))
        return True

    def keep_apart(self):
        self.apart += 1


def paced(monkeypatch, alone, shared, seconds):
    pace, clock = Pace(), Clock(monkeypatch, alone, shared)
    while clock.now < seconds:
        pace.run(clock.alone, clock, [0, 1])
    return clock


def test_two_threads_that_are_faster_run_on(monkeypatch):
    clock = paced(monkeypatch, 0.001, lambda _: 0.0006, 1.0)
    assert clock.ways[:2] == ["alone", "alone"]
    assert set(clock.ways[2:]) == {"shared"}


def test_a_worker_may_take_a_while_to_wake(monkeypatch):
    clock = paced(monkeypatch, 0.001, lambda k: 0.002 if k < 4 else 0.0006, 1.0)
    assert set(clock.ways[2:]) == {"shared"}


@pytest.mark.parametrize("alone", [1e-5, 1e-3])
def test_two_threads_that_are_slower_cost_little(monkeypatch, alone):
    clock = paced(monkeypatch, alone, lambda _: 2 * alone, 2.0)
    assert "shared" in clock.ways
    assert clock.now / (len(clock.ways) * alone) < 1.02
    assert clock.apart


def test_who_waits_gets_more(monkeypatch):
    class Uneven(Clock):
        def run(self, *_, cut):
            self.waits = (max(0, 256 - cut) * 100, max(0, cut - 200) * 100)  # the first takes longer beyond 200
            return super().run(cut=cut)

    pace, clock = Pace(), Uneven(monkeypatch, 0.001, lambda _: 0.0006)
    for _ in range(100):
        pace.run(clock.alone, clock, [0, 1])
    assert barrier.WHOLE // 4 <= pace.cut < 256


def test_a_process_of_a_pool_takes_one_thread(monkeypatch):
    monkeypatch.setattr(processors, "_wanted", None)
    monkeypatch.setattr(processors.multiprocessing, "parent_process", object)
    assert processors.get_num_threads() == 1
