"""Training steps: many in one go as machine code, or, where that does not pay or cannot be, one by one in Python."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .. import random
from ..data import Examples
from ..data.order import Feed, Rows, gather
from ..errors import UsageError
from ..generator import Generator
from ..interrupts import interruption_point
from ..mode import no_grad
from ..nn import Module
from ..nn.utils import clip_grad_norm_
from ..number import Number
from ..optim import Optimizer
from ..optim.lr_scheduler import LRScheduler
from ..tensor import Tensor, wrap

Augment = Callable[[Tensor, Generator], Tensor]
MOST = 256  # steps in one go
AT_ONCE = 200_000_000  # products in one go: some 10 ms of machine code, after which those who watch are told
WORTH = 10_000_000_000  # products, from which on machine code is made: what Python takes some 2.5 s for
OVERHEAD = 4_000_000  # products that Python could compute in the time in which it walks through a step


def is_worth_it(times: int, products: int, overhead: int = OVERHEAD) -> bool:
    """Tell whether something that is done so often, of so many products of two numbers, is to be machine code.

    To make that takes some 2 s the first time on a machine, so it must save about as much: it pays where Python, which
    takes about a millisecond for a step and more for a large one, would take 2.5 s in all. Nothing else decides,
    neither time nor what has been compiled before, since native numbers differ from eager ones in their last bits, and
    the same run is to give the same ones. `NUDGE_NATIVE=0` and `NUDGE_NATIVE=require` decide for it.

    >>> is_worth_it(200, 100_000), is_worth_it(5_000, 100_000)
    (False, True)
    """
    said = os.environ.get("NUDGE_NATIVE")
    return said == "require" or (said != "0" and times * (products + overhead) >= WORTH)


def required(error: Exception) -> str:
    """Say in one line why something cannot be machine code. Raises UsageError where `NUDGE_NATIVE=require`."""
    why = " ".join(str(error).split())
    if os.environ.get("NUDGE_NATIVE") == "require":
        raise UsageError(f"NUDGE_NATIVE=require, and a run cannot be all machine code: {why}") from error
    return why


@dataclass(frozen=True)
class Turn:
    """One step, which holds nothing that changes from step to step, but tensors."""

    model: Module
    objective: Callable[[Tensor, Tensor], Tensor]
    optimizer: Optimizer
    params: Sequence[Tensor]
    clip: float | None
    generator: Generator
    augment: Augment | None

    def __call__(self, inputs: Tensor, targets: Tensor, rate: Any) -> Tensor:
        """Turn every knob by its gradient, at a learning rate; give the loss, of before."""
        with random.drawing_from(self.generator):
            if self.augment is not None:
                inputs = self.augment(inputs, self.generator)
            loss = self.objective(self.model(inputs), targets)
        self.optimizer.zero_grad()
        loss.backward()
        if self.clip is not None:
            clip_grad_norm_(self.params, self.clip)
        with _at(rate, self.optimizer):
            self.optimizer.step()
        return loss


class Steps:
    """Turns every knob by its gradient, for one batch after the other.

    The forward pass, the objective, backward, clipping and the optimizer are one program, compiled for each size of
    batch for which `is_worth_it`. It finds its learning rate in a vector, at the place that it counts up, and leaves
    its loss at the same place in another: so a schedule acts at every step, and no loss is lost, however many steps are
    taken in one go.
    """

    def __init__(
        self,
        turn: Turn,
        schedule: LRScheduler,
        train: Examples,
        times: Mapping[int, int],
    ) -> None:
        """Train on `train`; `times` says how many steps are ahead at most, by the size of their batches."""
        self.turn, self.schedule, self.times = turn, schedule, times
        self.weights = sum(p.numel() for p in turn.params)
        self.notice = ""  # what is to be told, once
        self._columns = tuple(wrap(np.ascontiguousarray(column)) for column in (train.inputs, train.targets))
        self._rates, self._losses, self._place = np.zeros(MOST), np.zeros(MOST), np.zeros((), np.int64)
        self._rows: deque[Rows] = deque()
        self._feed = Feed(self._columns, 2**62, self._queued)  # has no end: what is to be done stands in the queue
        self._native: dict[int, bool] = {}  # by the size of a batch
        self._inside, self._eager = turn.augment is not None, False  # whether augment is compiled, and nothing is
        self._compiled: Any = None

    def most(self, size: int) -> int:
        """Tell how many steps on batches of a size to take in one go; by the work, so that it is always the same."""
        return min(MOST, max(1, AT_ONCE // max(size * self.weights, 1)))

    def take(self, batches: Sequence[Rows]) -> tuple[list[float], list[float]]:
        """Take a step for each batch, all of one size; give its loss before the step, and its learning rate.

        A loss that is not finite ends nothing here: the steps after it are taken, too.
        """
        count = len(batches)
        for k in range(count):
            self._rates[k] = self.turn.optimizer.param_groups[0]["lr"]
            self.schedule.step()
        self._place[...] = done = 0
        while done < count and self._is_native(len(batches[0])):
            try:
                self._natively(batches[done:])
                done = count
            except Exception as error:
                done = int(self._place)
                self._fall_back(error)
        for k in range(done, count):
            self._losses[k] = self._in_python(batches[k], float(self._rates[k]))
            interruption_point()
        return self._losses[:count].tolist(), self._rates[:count].tolist()

    # -- machine code ----------------------------------------------------------------------------------

    def _is_native(self, size: int) -> bool:
        if self._eager:
            return False
        if size not in self._native:
            self._native[size] = is_worth_it(self.times.get(size, 0), size * self.weights)
        return self._native[size]

    def _natively(self, batches: Sequence[Rows]) -> None:
        if self._compiled is None:
            self._compiled = self._made()
        augment = self.turn.augment
        if augment is None or self._inside:
            self._rows.clear()
            self._rows.extend(batches)
            self._compiled.run(len(batches), loader=self._feed)
            return
        for rows in batches:
            inputs, targets = self._gathered(rows)
            self._compiled(augment(inputs, self.turn.generator), targets)

    def _queued(self) -> Iterator[Rows]:
        while True:
            yield self._rows.popleft()

    def _made(self) -> Any:
        """Make the compiled step. Raises ImportError where there is nothing to make machine code with."""
        from ..native import executable  # noqa: F401
        from ..native.compile import compile

        turn = self.turn if self._inside else replace(self.turn, augment=None)
        rates, losses, place = wrap(self._rates), wrap(self._losses), wrap(self._place)

        def training_step(inputs: Tensor, targets: Tensor) -> None:
            loss = turn(inputs, targets, Number.of(rates[place]))
            with no_grad():
                losses[place] = loss
                place.add_(1)

        return compile(training_step)

    def _fall_back(self, error: Exception) -> None:
        """Do with less machine code from here on. Raises UsageError where `NUDGE_NATIVE=require`."""
        why = required(error)
        self._compiled = None
        if self._inside:
            self._inside = False
            self.notice = f"the inputs of each step are changed in Python, not in machine code: {why}"
        else:
            self._eager = True
            self.notice = f"the steps run one by one in Python, not as machine code: {why}"

    # -- Python ----------------------------------------------------------------------------------------

    def _gathered(self, rows: Rows) -> tuple[Tensor, Tensor]:
        inputs, targets = (gather(column, rows) for column in self._columns)
        return inputs, targets

    def _in_python(self, rows: Rows, rate: float) -> float:
        with np.errstate(all="ignore"):  # a run that diverges says so itself
            return float(self.turn(*self._gathered(rows), rate).item())


@contextmanager
def _at(rate: Any, optimizer: Optimizer) -> Iterator[None]:
    """Set the learning rate, and put it back as it was."""
    (group,) = optimizer.param_groups
    before, group["lr"] = group["lr"], rate
    try:
        yield
    finally:
        group["lr"] = before
