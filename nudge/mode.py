"""What holds for the code that runs now, a thread at a time: are gradients wanted, is a program being traced."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


class Mode(threading.local):
    """The switches, with what they are at first in every thread."""

    grad = True
    trace: Any = None
    mapped: Any = None


mode = Mode()


class set_grad_enabled:
    """Switch the recording of gradients on or off, as a context or a decorator, in this thread.

    >>> with set_grad_enabled(False):
    ...     is_grad_enabled()
    False
    """

    def __init__(self, enabled: bool) -> None:
        """Hold what to switch to."""
        self.enabled = enabled

    def __enter__(self) -> None:
        self.before, mode.grad = mode.grad, self.enabled

    def __exit__(self, *_: object) -> None:
        mode.grad = self.before

    def __call__(self, function: F) -> F:
        """Run a whole function under the switch."""

        @functools.wraps(function)
        def switched(*args: Any, **kwargs: Any) -> Any:
            with set_grad_enabled(self.enabled):
                return function(*args, **kwargs)

        return cast(F, switched)


class no_grad(set_grad_enabled):
    """Record nothing: for evaluation, and for turning the knobs."""

    def __init__(self) -> None:
        """Switch off."""
        super().__init__(False)


class enable_grad(set_grad_enabled):
    """Record again, inside of no_grad."""

    def __init__(self) -> None:
        """Switch on."""
        super().__init__(True)


def is_grad_enabled() -> bool:
    """Say whether operations are recorded for gradients now."""
    return mode.grad
