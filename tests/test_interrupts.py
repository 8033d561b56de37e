"""Ctrl-C is held back to where nothing is half done; the second one is not, and who handles it keeps doing so."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

import pytest

from nudge.interrupts import interruption_point, interrupts_held


def press() -> None:
    signal.raise_signal(signal.SIGINT)


def interrupted(*steps: Callable[[], object]) -> int:
    """Run steps while Ctrl-C is held back; tell after how many it came."""
    done = 0
    try:
        with interrupts_held():
            for step in steps:
                step()
                done += 1
    except KeyboardInterrupt:
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        interruption_point()  # it is over
        return done
    pytest.fail("nothing came")


def nothing() -> None:
    pass


def test_it_comes_at_the_blocks_end() -> None:
    assert interrupted(press, nothing) == 2


def test_it_comes_at_a_point_within() -> None:
    assert interrupted(interruption_point, press, nothing, interruption_point, nothing) == 3


def test_the_second_one_comes_at_once() -> None:
    assert interrupted(press, nothing, press, nothing) == 2


def test_an_error_of_the_blocks_own_passes() -> None:
    def wrong() -> None:
        raise ValueError("own")

    with pytest.raises(ValueError, match="own"):
        interrupted(wrong)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert interrupted(press, wrong) == 1, "Ctrl-C is not lost over it"


def test_another_handler_is_left_alone() -> None:
    seen = []
    before = signal.signal(signal.SIGINT, lambda *_: seen.append(1))
    try:
        with interrupts_held():
            press()
            assert seen == [1]
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_have_no_signals() -> None:
    done = []

    def work() -> None:
        with interrupts_held():
            done.append(1)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [1]
