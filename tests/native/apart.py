"""Run a test in a process of its own: machine code that goes astray ends that process, or its time, and no other."""

from __future__ import annotations

import faulthandler
import functools
import os
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable
from typing import Any

import pytest


def apart(seconds: float = 60) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test in a fork; it fails where that ends by a signal, or not within some seconds."""

    def wrapped(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def run(*args: Any, **kwargs: Any) -> None:
            outcome, said = fork(functools.partial(test, *args, **kwargs), seconds)
            if outcome:
                pytest.fail(f"{outcome}\n{said}", pytrace=False)

        return run

    return wrapped


def fork(function: Callable[[], None], seconds: float) -> tuple[str, str]:
    """Call a function in a fork: how that went wrong ("" if it did not), and what it said of it."""
    with tempfile.TemporaryFile("w+") as said:
        sys.stdout.flush()
        sys.stderr.flush()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # other threads may be there: they hold no lock we need
            child = os.fork()
        if child == 0:
            faulthandler.disable()
            code = 1
            try:
                function()
                code = 0
            except BaseException:
                said.write(traceback.format_exc())
                said.flush()
            finally:
                os._exit(code)
        status = _wait(child, seconds)
        said.seek(0)
        return _described(status, seconds), said.read()


def _wait(child: int, seconds: float) -> int | None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _described(status: int | None, seconds: float) -> str:
    if status is None:
        return f"not done within {seconds} s"
    if os.WIFSIGNALED(status):
        return f"ended by {signal.Signals(os.WTERMSIG(status)).name}"
    return "failed" if os.WEXITSTATUS(status) else ""
