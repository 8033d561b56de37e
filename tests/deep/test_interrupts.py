"""Ctrl-C at any moment: a run goes on from the last whole pass as if nothing had been."""

from __future__ import annotations

import itertools
import signal

import numpy as np
import pytest

from nudge.mode import mode
from nudge.train import Progress, Started
from tests.train.test_steps import loop

WAITS = np.random.default_rng(0).uniform(0.0005, 0.25, 40)


def press(*_):
    signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("native", ["require", "0"])
def test_a_run_goes_on_as_if_nothing_had_been(native, monkeypatch):
    monkeypatch.setenv("NUDGE_NATIVE", native)
    before = signal.signal(signal.SIGALRM, press)
    try:
        for wait in WAITS:
            run, whole = (loop(epochs=100_000, patience=100_000, dropout=0.3) for _ in range(2))
            next(event for event in run if isinstance(event, Progress))
            signal.setitimer(signal.ITIMER_REAL, wait)
            with pytest.raises(KeyboardInterrupt):
                run.fit()
            assert mode.grad
            assert mode.trace is None
            on = [event for event in itertools.islice(run, 20) if not isinstance(event, Started)]
            place = type(on[0]), on[0].step
            later = itertools.dropwhile(lambda event, place=place: (type(event), event.step) != place, whole)
            assert on == list(itertools.islice(later, len(on))), wait
    finally:
        signal.signal(signal.SIGALRM, before)
