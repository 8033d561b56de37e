"""Processors: how many threads may be used, for compiled steps and to compile them, and where they run."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import multiprocessing
import os
from typing import Any

from ...errors import UsageError

MOST = 2  # threads, for now

_wanted: int | None = None


def _default() -> int:
    """Choose as many threads as this process may use processors; one in a process that others have started for work."""
    if multiprocessing.parent_process() is not None:
        return 1
    for name in ("NUDGE_NUM_THREADS", "OMP_NUM_THREADS"):
        if os.environ.get(name, "").isdigit():
            return max(1, min(int(os.environ[name]), MOST))
    affinity: Any = getattr(os, "sched_getaffinity", None)
    return min(len(affinity(0)) if affinity is not None else os.cpu_count() or 1, MOST)


def get_num_threads() -> int:
    """Tell how many threads a compiled step uses at most.

    >>> set_num_threads(1)
    >>> get_num_threads()
    1
    """
    global _wanted
    if _wanted is None:
        _wanted = _default()
    return _wanted


def set_num_threads(n: int) -> None:
    """Let compiled steps use at most n threads; more than two are not put to use. Results do not depend on it.

    By default as many as the process may use processors, or `NUDGE_NUM_THREADS` or `OMP_NUM_THREADS` say; one in a
    worker process. Raises UsageError for less than one.
    """
    global _wanted
    if type(n) is not int or n < 1:
        raise UsageError(f"set_num_threads({n!r}): expected a whole number of at least 1")
    _wanted = min(n, MOST)


@functools.cache
def _current() -> Any:
    """Find the C library's function that tells on which processor this thread runs, where it has one."""
    try:
        return ctypes.CDLL(None).sched_getcpu
    except (AttributeError, OSError, TypeError):
        return None


def keep_apart(thread: int) -> None:
    """Keep another thread, by the system's number for it, off the processor that this one runs on.

    Linux may wake a thread on the processor of the one that woke it. Where the two then wait for one another in turns,
    it takes them for hot in that cache and leaves them there, while another processor stands idle.
    """
    allowed: Any = getattr(os, "sched_getaffinity", None)
    if allowed is None or _current() is None:
        return
    others = allowed(0) - {_current()()}
    if others:
        with contextlib.suppress(OSError):  # it may be over, or may not be moved
            os.sched_setaffinity(thread, others)
