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


class Epoch:
    """Counts what compiled steps would not see: tensors that show other memory, modules that hold other things.

    A step that finds the count where it left it need not look at any of that. It is raised after a change, so that no
    other thread looks in between.
    """

    __slots__ = ("_lock", "now", "traces")

    def __init__(self) -> None:
        """Begin at 0."""
        self.now = 0
        self.traces = 0  # that are under way, in any thread
        self._lock = threading.Lock()

    def enter(self) -> None:
        """Note that something is traced, or mapped, from here on."""
        with self._lock:
            self.traces += 1

    def leave(self) -> None:
        """Note that it is over."""
        with self._lock:
            self.traces -= 1


epoch = Epoch()


class Watched(dict[Any, Any]):
    """A dict whose every change raises the epoch."""

    __slots__ = ()


def _raising(name: str) -> Callable[..., Any]:
    plain = getattr(dict, name)

    @functools.wraps(plain)
    def change(self: Watched, *args: Any, **kwargs: Any) -> Any:
        found = plain(self, *args, **kwargs)
        epoch.now += 1
        return found

    return change


for _name in ("__setitem__", "__delitem__", "__ior__", "clear", "pop", "popitem", "setdefault", "update"):
    setattr(Watched, _name, _raising(_name))


class _Switch:
    """Sets whether gradients are recorded, as a context or a decorator, in this thread."""

    def __init__(self, enabled: bool) -> None:
        self.enabled = enabled

    def __enter__(self) -> None:
        self.before, mode.grad = mode.grad, self.enabled

    def __exit__(self, *_: object) -> None:
        mode.grad = self.before

    def __call__(self, function: F) -> F:
        """Run a whole function under the switch."""

        @functools.wraps(function)
        def switched(*args: Any, **kwargs: Any) -> Any:
            with _Switch(self.enabled):
                return function(*args, **kwargs)

        return cast(F, switched)


class set_grad_enabled(_Switch):
    """Switch the recording of gradients on or off in this thread: from this call on, or as a context or a decorator.

    >>> with set_grad_enabled(False):
    ...     is_grad_enabled()
    False
    """

    def __init__(self, enabled: bool) -> None:
        """Switch at once, as PyTorch does, and remember what was before."""
        super().__init__(enabled)
        self.before, mode.grad = mode.grad, enabled

    def __enter__(self) -> None:
        mode.grad = self.enabled

    def __call__(self, function: F) -> F:
        """Run a whole function under the switch, and only that."""
        mode.grad = self.before
        return super().__call__(function)


class _Fixed(_Switch):
    """A switch to one side, which also decorates without brackets."""

    def __new__(cls, function: Any = None) -> Any:
        """Make a switch, or put a function under one."""
        return super().__new__(cls) if function is None else cls()(function)


class no_grad(_Fixed):
    """Record nothing: for evaluation, and for turning the knobs."""

    def __init__(self) -> None:
        """Switch off."""
        super().__init__(False)


class enable_grad(_Fixed):
    """Record again, inside of no_grad."""

    def __init__(self) -> None:
        """Switch on."""
        super().__init__(True)


def is_grad_enabled() -> bool:
    """Say whether operations are recorded for gradients now."""
    return mode.grad
