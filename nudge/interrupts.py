"""Interrupts: Ctrl-C waits for a place where nothing is half done; pressed again, it does not wait."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_pressed: list[int] = []  # while one is held, the signals that came


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Hold the first Ctrl-C within a block back, to its end, whichever that is, or to the next `interruption_point`.

    Python raises KeyboardInterrupt between any two of its own instructions: within a trace that has put stand-ins in
    the place of weights, or halfway through what puts them back. Where another handler is set, that is left alone.

    >>> try:
    ...     with interrupts_held():
    ...         signal.raise_signal(signal.SIGINT)
    ...         print("to its end")
    ... except KeyboardInterrupt:
    ...     print("and no further")
    to its end
    and no further
    """
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    _pressed.clear()
    signal.signal(signal.SIGINT, _note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        interruption_point()


def interruption_point() -> None:
    """Raise KeyboardInterrupt if one is held back, in the thread that it is for."""
    if _pressed and threading.current_thread() is threading.main_thread():
        _pressed.clear()
        raise KeyboardInterrupt


def _note(number: int, frame: FrameType | None) -> None:
    _pressed.append(number)
    if len(_pressed) > 1:
        interruption_point()
