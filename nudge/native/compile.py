"""Compile: a function of tensors that runs as machine code, and never on anything that was true only once."""

from __future__ import annotations

import functools
import inspect
import os
import reprlib
import threading
import types
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..dtype import as_dtype
from ..errors import DTypeError, Error, TraceError, UsageError
from ..mode import mode
from ..op import Abstract
from ..scalar import Value
from ..tensor import Tensor
from ..tree import flatten
from .loop import Batches, repeat, spread
from .trace.record import record
from .trace.recorded import Recorded
from .variant import MISFIT, MISFITS, Variant

NO_LLVM = "llvmlite, which makes machine code, is not installed: pip install llvmlite"
HISTORY = (
    "gradients are wanted of its result, which machine code keeps no history of; compile the whole step, with its "
    "backward(), call it under nudge.no_grad(), or let it return a detach()"
)
_said: set[str] = set()
_tracing = threading.RLock()  # a trace puts stand-ins in the place of tensors, for every thread
MOST, MANY = 32, 8  # forms of a function that are kept, and from which on there are so many that we say so


class Compiled:
    """A function that runs as machine code: what `nudge.compile` returns."""

    def __init__(self, function: Callable[..., Any], keep_grads: bool = False) -> None:
        """Take a function. Raises UsageError for a generator function and for what cannot be called."""
        given: Any = function
        if not callable(given):
            raise UsageError(f"nudge.compile takes a function, not {given!r} ({type(given).__name__})")
        inner = inspect.unwrap(function)
        if inspect.isgeneratorfunction(inner) or inspect.iscoroutinefunction(inner):
            raise UsageError(
                f"{inner.__name__} is a generator or coroutine, which stops halfway: compile a function that returns, "
                "and call it in the loop"
            )
        self.function, self.keep_grads = function, keep_grads
        self.name = getattr(function, "__name__", type(function).__name__)
        functools.update_wrapper(self, function, updated=())
        self._variants: list[Variant] = []  # the one used last stands last
        self._chosen: set[str] = set()  # numbers that were seen to change
        self._refused: set[str] = set()  # and those of them that must be taken as they are
        self.traces = 0
        self._said: set[str] = set()
        self._warned = False
        self._fixed = False  # whether it needs all numbers as they are
        self.lock = threading.RLock()
        self._enter, self._leave = self.lock.acquire, self.lock.release  # a third of what `with` takes
        self._tracing = False
        self._last: Variant | None = None  # where its arguments are not nested
        self._batches: Batches | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run, in machine code wherever that is the same."""
        last = self._last
        if last is not None and not kwargs:  # most calls are like the one before, and this is all that they cost
            self._enter()
            try:
                result = last.call(args)
            finally:
                self._leave()
            if result is not MISFIT:
                return result
        leaves, form = spread(args, kwargs)
        with self.lock:
            variant = self.ready(leaves, form)
            if variant is not None:
                return variant.run(leaves)
        return self._first(args, kwargs)

    def run(self, k: int | None = None, *args: Any, loader: Any = None, **kwargs: Any) -> Any:
        """Run k steps and give what the last one returns; as many in one native call as take a 20th of a second.

        With a `loader` (a DataLoader, a Feed, or whatever gives batches when it is iterated over) each step is called
        on the next batch's parts and then `args`; k may be left out for once through. A loader that ends is begun anew,
        and the same one in the next `run` goes on where it is.
        """
        given: Any = k
        if given is not None and not (isinstance(given, int) and given >= 0):
            raise UsageError(f"{self.name}.run: expected how many steps first, not {reprlib.repr(k)}")
        if loader is None:
            if k is None:
                raise UsageError(f"{self.name}.run: say how many steps, or give a loader to go through once")
            return repeat(self, k, args, kwargs)
        if self._batches is None or self._batches.loader is not loader:
            self._batches = Batches(loader)
        return self._batches.run(self, k, args, kwargs)

    def ready(self, leaves: Sequence[Any], form: Any) -> Variant | None:
        """Find machine code that fits the leaves of a call, if there is some."""
        variant = self._find(leaves, form)
        return variant if variant is not None and variant.code is not None else None

    def _find(self, leaves: Sequence[Any], form: Any) -> Variant | None:
        for k in range(len(self._variants) - 1, -1, -1):
            variant = self._variants[k]
            try:
                if variant.form == form and variant.fits(leaves):
                    if k != len(self._variants) - 1:
                        self._variants.append(self._variants.pop(k))
                    self._last = variant if form is None and variant.code is not None else None
                    return variant
            except MISFITS:
                continue
        return None

    def _first(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Do a call that no variant fits: trace it, or run it as it is."""
        leaves, form = spread(args, kwargs)
        if self._tracing and mode.trace is not None:
            raise TraceError(f"{self.name} calls itself while it is traced: a compiled function cannot be recursive")
        inside = mode.trace is not None or mode.mapped is not None or any(_is_stand_in(leaf) for leaf in leaves)
        if inside or os.environ.get("NUDGE_NATIVE") == "0":  # inside of another trace it becomes part of that
            return self.function(*args, **kwargs)
        if mode.grad and any(map(_has_history, leaves)):
            return self._eagerly(HISTORY, args, kwargs)
        with _tracing, self.lock:  # in this order: whoever traces may call what another thread holds
            variant = self._find(leaves, form)
            if variant is None:
                variant = self._trace(leaves, form, flatten((args, kwargs))[1])
            if variant is not None and variant.code is not None:
                return variant.run(leaves)
        return self._eagerly(HISTORY if variant is not None else NO_LLVM, args, kwargs)

    def _eagerly(self, why: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run as it is, and say so, once."""
        if os.environ.get("NUDGE_NATIVE") == "require":
            raise UsageError(f"NUDGE_NATIVE=require, and {self.name} cannot run natively: {why}")
        once: set[str] = _said if why is NO_LLVM else self._said
        if why not in once:
            once.add(why)
            warnings.warn(f"{self.name} runs eagerly: {why}", stacklevel=4)
        return self.function(*args, **kwargs)

    def _trace(self, leaves: Sequence[Any], form: Any, rebuild: Any) -> Variant | None:
        """Trace a call and keep its form; None where there is nothing to make machine code with."""
        try:
            from .executable import Executable
        except ImportError:
            return None
        _check_arguments(leaves, self.name)
        chosen = self._note_changes(leaves)
        self._tracing = True
        try:
            recorded = self._recorded(leaves, rebuild, chosen)
        finally:
            self._tracing = False
        self.traces += 1
        code = None if recorded.keeps_history else Executable(recorded.program)
        variant = Variant(recorded, leaves, form, code)
        if not variant.fits(leaves):
            raise Error(f"{self.name}: a form that was just traced does not fit its own call")
        if not recorded.born:  # a step that makes an optimizer's state does so once
            self._variants.append(variant)
        del self._variants[:-MOST]
        return variant

    def _recorded(self, leaves: Sequence[Any], rebuild: Any, chosen: set[str]) -> Recorded:
        """Trace, with as many numbers read at each run as the function can do with; it may need some as they are."""
        for numbers in (chosen, set[str]()) if chosen else (chosen,):
            if self._fixed:
                break
            try:
                recorded = record(self.function, self.name, leaves, rebuild, numbers, self.keep_grads)
            except Exception:
                continue
            self._refused |= chosen - numbers
            return recorded
        recorded = record(self.function, self.name, leaves, rebuild, None, self.keep_grads)
        self._fixed = True
        return recorded

    def _note_changes(self, leaves: Sequence[Any]) -> set[str]:
        """Find what made the last form unfit; a number that changes once may change again, and is read from then on."""
        if self._variants:
            last = self._variants[-1]
            changes = last.guards.changes()
            for term, now in changes:
                floats = isinstance(term.held, float) and isinstance(now, float)
                if floats or isinstance(now, np.ndarray) or term.content is not None:
                    self._chosen.add(term.name)
            if len(self._variants) == MANY and not self._warned:
                self._warned = True
                found = [what for what in (last.difference(leaves), *(term.name for term, _ in changes)) if what]
                warnings.warn(
                    f"{self.name} was traced {self.traces} times, and will be again ({', '.join(found) or 'its form'} "
                    f"changes); the {MOST} forms used last are kept: make what changes a tensor of one shape",
                    stacklevel=5,
                )
        return self._chosen - self._refused

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """Be a method where a class holds it."""
        return self if instance is None else types.MethodType(self, instance)

    def __reduce__(self) -> tuple[Any, ...]:
        """Be copied and pickled as its function, without what was compiled."""
        return Compiled, (self.function, self.keep_grads)

    def __repr__(self) -> str:
        """Name the function."""
        return f"<compiled {self.name}>"


def compile(function: Callable[..., Any] | None = None, *, keep_grads: bool = False) -> Any:
    """Make a function run as machine code: the whole of it, at each call, in place on the same arrays.

    The function is run on stand-ins for tensors, once (again where it cannot do with one for a number), and what it
    does becomes one program: forward, backward, clipping, the optimizer's update. Meanwhile no other thread may use
    these tensors, but in a compiled function, which waits. A later call runs that program; it is traced anew where it
    would be another one, since an argument has another shape, dtype or form, or since something that it read from
    Python has changed: a global, a closure's variable, a default, an attribute or item of an object that it can reach.
    Floats among them that change, such as a learning rate, are read at each call. So a call does what the function
    would do. What it could read unseen (the clock, files, a weak reference, the type of a number that has a stand-in)
    is listed in decision 11.

    Tensors from outside are read and updated where they are; what is returned is the caller's, and shares memory with
    nothing, where an eager view would. NumPy arrays among the arguments are tensors to the function. A gradient that
    the step computes and does not return is stored in `.grad` with `keep_grads`, or where the step adds to what stood
    there; else reading it raises GraphError, and never gives an old one.

    A function whose result gradients are wanted of runs as it is, with a warning: compile the whole step. So does all
    where there is no LLVM, or where `NUDGE_NATIVE=0` asks for it; `NUDGE_NATIVE=require` makes that an error.

    Raises:
        TraceError: at its first call, where it needs a number that only a run has (a branch on a tensor, print),
            changes variables or objects outside, keeps a tensor outside, or calls itself. Then nothing has changed.
        UsageError: what is no function, or one that stops halfway (a generator).
        DTypeError: an array of a dtype that tensors do not hold.
        IndexingError: at a call, for an index that is none; then that call has changed nothing.

    >>> from nudge.creation import tensor
    >>> w = tensor([1.0, 2.0])
    >>> @compile
    ... def step(x):
    ...     w.add_(x)
    ...     return (w * w).sum()
    >>> step(tensor([1.0, 1.0]))
    tensor(13.)
    >>> step.run(3, tensor([1.0, 0.0])), w
    (tensor(34.), tensor([5., 3.]))
    """
    if function is None:
        return functools.partial(compile, keep_grads=keep_grads)
    return Compiled(function, keep_grads)


def _renew() -> None:
    """Forget, in a process that was forked off, that a thread was tracing which is not there."""
    global _tracing
    _tracing = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)


def _is_stand_in(leaf: Any) -> bool:
    return isinstance(leaf, Tensor) and type(leaf._array) is Abstract


def _has_history(leaf: Any) -> bool:
    if isinstance(leaf, Value):
        return leaf.op is not None
    return isinstance(leaf, Tensor) and leaf.requires_grad and not leaf.is_leaf


def _check_arguments(leaves: Sequence[Any], name: str) -> None:
    for k, leaf in enumerate(leaves):
        if isinstance(leaf, (Tensor, np.ndarray)):
            try:
                as_dtype(leaf.dtype)
            except DTypeError as error:
                raise DTypeError(f"argument {k} of {name}: {error}") from None
            continue
        try:
            hash(None if isinstance(leaf, slice) else leaf)
        except TypeError:
            raise TraceError(
                f"{name} was given {reprlib.repr(leaf)} ({type(leaf).__name__}): expected tensors, arrays, numbers, or "
                "constants that can be hashed, in tuples, lists and dicts; other objects it can reach as variables"
            ) from None
