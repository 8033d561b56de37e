"""Loop: many steps in one native call, on the same arguments or on one minibatch after another."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from ..data.order import Feed, Rows
from ..errors import IndexingError, UsageError
from ..mode import mode
from ..tensor import Tensor, wrap

if TYPE_CHECKING:
    from .compile import Compiled
    from .variant import Variant

A_WHILE = 0.05  # seconds that a native call may take: Python is woken so often, for Ctrl-C and for those who watch


class Stretch:
    """Chooses how many steps to do in one go."""

    def __init__(self) -> None:
        """Begin with one."""
        self.steps = 1

    @contextmanager
    def of(self, done: int) -> Iterator[None]:
        """Time so many steps, which may be fewer than there might have been."""
        start = time.perf_counter()
        yield
        took = time.perf_counter() - start
        self.steps = max(1, min(8 * done, int(done * A_WHILE / max(took, 1e-9))))


def repeat(compiled: Compiled, k: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run k steps on the same arguments."""
    leaves, form = spread(args, kwargs)
    result, done, stretch = None, 0, Stretch()
    while done < k:
        with compiled.lock:
            variant = compiled.ready(leaves, form)
            if variant is not None:
                steps = min(k - done, stretch.steps) if variant.repeats else 1
                with stretch.of(steps):
                    result = variant.run(leaves, steps)
                done += steps
                continue
        result = compiled(*args, **kwargs)
        done += 1
    return result


class Batches:
    """The minibatches of a loader, one time through it after the other."""

    def __init__(self, loader: Any) -> None:
        """Take a DataLoader, a Feed, or whatever gives batches when it is iterated over."""
        self.loader = loader
        if not hasattr(loader, "__iter__"):
            raise UsageError(f"a loader gives batches when it is iterated over, and {loader!r} cannot be")
        given: Any = loader if isinstance(loader, Feed) else getattr(loader, "feed", lambda: None)
        self.feed: Feed | None = given if isinstance(given, Feed) else given()
        self.rows: Iterator[Rows] = iter(())
        self.left = 0  # batches, this time through
        self.whole: Iterator[Any] = iter(())  # where there are no columns to gather from
        self.held: dict[int, list[Tensor]] = {}  # by size, the memory into which batches are gathered
        self.stretch = Stretch()

    def run(self, compiled: Compiled, k: int | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run k steps, or once through. What breaks it off breaks off the time through: the next run begins anew."""
        if k is None:
            k = self._count()
        result, done = None, 0
        try:
            while done < k:
                if self.feed is None:
                    result = compiled(*self._next(), *args, **kwargs)
                    done += 1
                else:
                    result, steps = self._some(compiled, self.feed, min(k - done, self.stretch.steps), args, kwargs)
                    done += steps
        except BaseException:
            self.rows, self.left, self.whole = iter(()), 0, iter(())
            raise
        return result

    def _count(self) -> int:
        if self.feed is not None:
            return self.feed.count
        try:
            return len(self.loader)
        except TypeError:
            raise UsageError(f"{self.loader!r} has no length: say how many steps to run") from None

    def _next(self) -> Sequence[Any]:
        for again in (False, True):
            for batch in self.whole:
                return batch if isinstance(batch, (tuple, list)) else (batch,)
            if not again:
                self.whole = iter(self.loader)
        raise UsageError(f"{self.loader!r} gives no batches")

    def _some(
        self, compiled: Compiled, feed: Feed, most: int, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Any, int]:
        """Run up to `most` steps on batches of one size; give the last one's result, and how many."""
        if not self.left:
            if not feed.count:
                raise UsageError(f"{self.loader!r} gives no batches")
            self.rows, self.left = feed.positions(), feed.count
        taken = [next(self.rows)]
        if taken[0].size not in self.held:
            most = 1
        while len(taken) < min(most, self.left):
            rows = next(self.rows)
            taken.append(rows)
            if rows.size != taken[0].size:
                break
        odd = taken.pop() if len(taken) > 1 and taken[-1].size != taken[0].size else None
        result = self._same_size(compiled, feed, taken, args, kwargs)
        if odd is not None:
            result = self._same_size(compiled, feed, [odd], args, kwargs)
            taken.append(odd)
        self.left -= len(taken)
        if not self.left:
            next(self.rows, None)  # a loader may draw once more as it ends
        return result, len(taken)

    def _same_size(
        self, compiled: Compiled, feed: Feed, taken: list[Rows], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        size = taken[0].size
        if size not in self.held:
            self.held[size] = [wrap(np.empty((size, *c.shape[1:]), c.dtype)) for c in feed.columns]
        held = self.held[size]
        leaves, form = spread((*held, *args), kwargs)
        with compiled.lock:
            variant = compiled.ready(leaves, form)
            if variant is not None and variant.repeats and not variant.keeps_arguments and mode.trace is None:
                with self.stretch.of(len(taken)):
                    return self._natively(variant, leaves, feed, taken, held)
        result = None
        for rows in taken:
            fresh = [wrap(column._array.take(rows, axis=0)) for column in feed.columns]
            result = compiled(*fresh, *args, **kwargs)
        return result

    def _natively(
        self, variant: Variant, leaves: Sequence[Any], feed: Feed, taken: list[Rows], held: list[Tensor]
    ) -> Any:
        rows = np.ascontiguousarray(np.concatenate(taken), np.int64)
        columns = [np.ascontiguousarray(column._array) for column in feed.columns]
        n = min(len(column) for column in columns)
        if rows.size and not (rows.min() >= 0 and rows.max() < n):
            raise IndexingError(f"a batch of examples {rows.min()} to {rows.max()}, of {n} that there are")
        plan = [len(columns), taken[0].size, rows.ctypes.data]
        for column, tensor in zip(columns, held, strict=True):
            size = column.dtype.itemsize * int(np.prod(column.shape[1:], dtype=int))
            plan += [column.ctypes.data, tensor._array.ctypes.data, size]
        table = np.array(plan, np.int64)
        return variant.run(leaves, len(taken), table.ctypes.data)


def spread(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Sequence[Any], Any]:
    """Take the arguments apart into leaves, and say how they were nested: None where they were not."""
    if not kwargs and not any(isinstance(arg, (tuple, list, dict)) for arg in args):
        return args, None
    leaves: list[Any] = []
    return leaves, (_nest(args, leaves), _nest(kwargs, leaves))


def _nest(tree: Any, leaves: list[Any]) -> Any:
    if isinstance(tree, dict):
        return type(tree), tuple(tree), tuple([_nest(part, leaves) for part in tree.values()])
    if isinstance(tree, (tuple, list)):
        return type(tree), tuple([_nest(part, leaves) for part in tree])
    leaves.append(tree)
    return None
