"""The training loop, as a stream of events."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np

from ..config import TrainConfig
from ..data import Examples
from ..data.order import Rows
from ..errors import UsageError
from ..generator import Generator
from ..interrupts import interrupts_held
from ..nn import Module
from ..tensor import wrap
from .best import Best
from .events import Checkpoint, Evaluated, Event, Finished, Improved, Progress, Started, Warned
from .forward import Forward
from .rules import optimizer_of, schedule_of
from .steps import MOST, Augment, Steps, Turn

if TYPE_CHECKING:
    from .task import Task

Watcher = Callable[[Event], object]
State = tuple[dict[str, Any], dict[str, Any]]  # arrays by name, and what is fit for JSON
ALL_PASSES, NO_IMPROVEMENT, DIVERGED, INTERRUPTED = "all passes", "no improvement", "diverged", "interrupted"
MANY = 100_000_000  # products


class Loop:
    """A training run, an iterator of events: each comes after every watcher has seen it.

    Everything that can change the run happens at steps that the configuration fixes. `at_once` steps at most are taken
    between two events; set to 1, it shows every one, and is the same run. At its end the model has its best weights.
    Who breaks out of it goes on where it was by iterating again; after an error in it, or Ctrl-C while it fits, it goes
    on from the last whole pass, and from there is what it would have been.

    Steps run as machine code where that pays and can be (see `steps.is_worth_it`); where it cannot, a warning says why.

    >>> import nudge
    >>> from nudge.train import Classification
    >>> data = Examples(nudge.tensor([[-1.0], [1.0]] * 8), nudge.tensor([0, 1] * 8))
    >>> task, config = Classification(("left", "right")), TrainConfig(epochs=30, lr=0.5)
    >>> loop = Loop(nudge.nn.Linear(1, 2), task, data, data, config)
    >>> next(loop)
    Started(step=0, epoch=0, steps=30, epochs=30)
    >>> loop.fit().reason, loop.best.score
    ('all passes', 1.0)
    """

    def __init__(
        self,
        model: Module,
        task: Task,
        train: Examples,
        validation: Examples,
        config: TrainConfig,
        *,
        augment: Augment | None = None,
        generator: Generator | None = None,
        watchers: Sequence[Watcher] = (),
        notes: Sequence[str] = (),
    ) -> None:
        """Prepare to train `model` on `train`, and to choose its best weights by `validation`.

        The generator draws the order of the examples, what `augment` makes of each batch of inputs, and what the model
        draws; by default it is a new one, seeded by the configuration. The notes are told as the run begins.
        """
        self.model, self.task, self.train, self.validation, self.config = model, task, train, validation, config
        self.notes = notes
        self.batch_size, self.epochs = config.batch_size_for(len(train)), config.epochs_for(len(train))
        self.patience = config.patience_for(len(train))
        self.generator = Generator().manual_seed(config.seed) if generator is None else generator
        self.best = Best(model)
        self.watchers: list[Watcher] = [self.best, *watchers]
        self.step = self.epoch = 0
        self.finished: Finished | None = None
        self._params = list(model.parameters())
        self._optimizer = optimizer_of(self._params, config)
        self._schedule = schedule_of(self._optimizer, config, self.steps)
        whole, left = divmod(len(train), self.batch_size)
        times = {self.batch_size: whole * self.epochs, left: self.epochs}
        turn = Turn(model, task.objective, self._optimizer, self._params, config.clip, self.generator, augment)
        self._steps = Steps(turn, self._schedule, train, times)
        self._forward = Forward(model, {len(validation): self.epochs + 1})
        self.at_once = self._steps.most(self.batch_size)  # steps between two events, at most
        self._next, self._reason = 0, ""  # the pass to come, and why there is none
        self._kept: State | None = None
        self._stream: Iterator[Event] | None = None

    @property
    def lr(self) -> float:
        """The learning rate of the step to come."""
        return float(self._optimizer.param_groups[0]["lr"])

    @property
    def steps(self) -> int:
        """How many steps it takes at most."""
        return self.epochs * math.ceil(len(self.train) / self.batch_size)

    def __iter__(self) -> Loop:
        """Go on with it. Raises UsageError when it is over."""
        if self.finished is not None:
            raise UsageError(f"this loop is over ({self.finished.reason}): make a new one to train again")
        return self

    def __next__(self) -> Event:
        """Train until something happens."""
        if self._stream is None:
            self._stream = self._events()
        try:
            with interrupts_held():
                event = next(self._stream)
            self._tell(event)
        except StopIteration:
            raise
        except BaseException:
            self._stream = None  # what is half done is done anew
            self._forward.restore()
            raise
        return event

    def fit(self) -> Finished:
        """Train to the end, and tell how it ended; at once where it is over.

        Ctrl-C (KeyboardInterrupt) passes on, when the watchers know and the best weights are loaded.
        """
        if self.finished is None:
            try:
                with blas_threads(self.batch_size * sum(p.numel() for p in self._params)):
                    deque(self, maxlen=0)
            except KeyboardInterrupt:
                self._tell(Finished(self.step, self.epoch, INTERRUPTED))
                raise
            finally:
                if self.finished is None:
                    self._stream = None  # it would go on with the best weights, which are not those it was at
                self.best.load()
        assert self.finished is not None
        return self.finished

    def _tell(self, event: Event) -> None:
        for watch in self.watchers:
            watch(event)

    def _events(self) -> Iterator[Event]:
        if self._kept is None:
            self._kept = self._snapshot()
        else:
            self._go_to(self._kept)
        yield Started(self.step, self.epoch, self.steps, self.epochs)
        if not self._next:
            for note in self.notes:
                yield Warned(self.step, self.epoch, note)
        while not self._reason:
            self.epoch = self._next
            yield from self._pass()
        self.best.load()
        self.finished = Finished(self.step, self.epoch, self._reason)
        yield self.finished

    def _pass(self) -> Iterator[Event]:
        """Go through the examples once, but the first time only evaluate what the weights are before."""
        finite = True
        for batches in self._in_goes() if self.epoch else ():
            losses, rates = self._steps.take(batches)
            yield from self._notices()
            bad = next((k for k, loss in enumerate(losses) if not math.isfinite(loss)), None)
            finite, count = bad is None, len(losses) if bad is None else bad + 1
            self.step += count
            yield Progress(self.step, self.epoch, tuple(losses[:count]), rates[count - 1])
            if not finite:
                break
        loss, score = self.evaluate(self.validation)
        yield Evaluated(self.step, self.epoch, loss, score)
        if loss < self.best.loss:
            yield Improved(self.step, self.epoch, loss, score)
        if not finite or not math.isfinite(loss):
            self._reason = DIVERGED
            yield Warned(self.step, self.epoch, self._why())
        elif self.epoch == self.epochs:
            self._reason = ALL_PASSES
        elif self.epoch - self.best.epoch >= self.patience:
            self._reason = NO_IMPROVEMENT
        self._next = self.epoch + 1
        self._kept = self._snapshot()
        if self._reason or self.epoch % self.config.checkpoint_every == 0:
            yield Checkpoint(self.step, self.epoch)

    def _notices(self) -> Iterator[Event]:
        """Tell what could not be machine code, once: what the steps cannot, a pass forward most often cannot either."""
        notice = self._steps.notice or self._forward.notice
        self._steps.notice = self._forward.notice = ""
        if notice:
            yield Warned(self.step, self.epoch, notice)

    def _in_goes(self) -> Iterator[list[Rows]]:
        """Give the batches of a pass, by the examples' positions: as many as are to be taken in one go, of one size."""
        go: list[Rows] = []
        for rows in self.train.feed(self.batch_size, self.generator).positions():
            if go and (len(go) >= min(self.at_once, MOST) or rows.size != go[0].size):
                yield go
                go = []
            go.append(rows)
        if go:
            yield go

    def evaluate(self, examples: Examples) -> tuple[float, float]:
        """Give loss and score of the model as it stands."""
        with np.errstate(all="ignore"):
            outputs = self._forward(examples.inputs)
            return self.task.loss(outputs, examples.targets).item(), self.task.score(outputs, examples.targets)

    def _why(self) -> str:
        """Say why the loss may be infinite or NaN."""
        said = f"the loss is not finite after step {self.step}"
        for part, what in ((self.train, "to train on"), (self.validation, "to choose by")):
            for name, values in (("inputs", part.inputs), ("targets", part.targets)):
                odd = np.count_nonzero(~np.isfinite(np.asarray(values)))
                if odd:
                    return f"{said}: {odd:,} of the {name} {what} are NaN or infinite"
        return f"{said}: a lower learning rate than {self.config.lr:g} may help, or to clip the gradient"

    # -- to go on another time -------------------------------------------------------------------------

    def state(self) -> State:
        """Give what it takes to go on from the last whole pass: arrays by name, and the rest, fit for JSON."""
        return self._snapshot() if self._kept is None else self._kept

    def load_state(self, tensors: Mapping[str, Any], rest: Mapping[str, Any]) -> None:
        """Go to where another loop was, of the same data and configuration; from there it goes on as that one does.

        Raises UsageError for what is no loop's state, or another's.
        """
        self._go_to((dict(tensors), dict(rest)))
        self._stream = self.finished = None

    def _snapshot(self) -> State:
        arrays = {f"model.{name}": np.array(value) for name, value in self.model.state_dict().items()}
        arrays |= {f"best.{name}": np.asarray(value) for name, value in self.best.weights.items()}
        for k, values in self._optimizer.state_dict()["state"].items():
            arrays |= {f"optimizer.{k}.{name}": np.array(value) for name, value in values.items()}
        arrays["generator"] = self.generator.get_state().view(np.int64)
        best = {"epoch": self.best.epoch, "loss": self.best.loss, "score": self.best.score}
        where = {"step": self.step, "steps": self.steps, "next": self._next, "reason": self._reason}
        return arrays, {**where, "schedule": self._schedule.state_dict(), "best": best}

    def _go_to(self, state: State) -> None:
        arrays, rest = state
        try:
            if rest["steps"] != self.steps:
                raise UsageError(f"this is the state of a loop of {rest['steps']} steps, and here are {self.steps}")
            epoch, loss, score = (rest["best"][name] for name in ("epoch", "loss", "score"))
            generator = np.asarray(arrays["generator"]).view(np.uint8)
            self.model.load_state_dict(_within(arrays, "model."))
            held: dict[int, dict[str, Any]] = {}
            for name, value in _within(arrays, "optimizer.").items():
                k, _, name = name.partition(".")
                held.setdefault(int(k), {})[name] = value
            groups = self._optimizer.state_dict()["param_groups"]
            self._optimizer.load_state_dict({"state": held, "param_groups": groups})
            self._schedule.load_state_dict(rest["schedule"])
            self.generator.set_state(generator)
            self.step, self._next, self._reason = rest["step"], rest["next"], rest["reason"]
        except UsageError:
            raise
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(f"this is no state of a loop: {error!r}") from None
        self.epoch = max(self._next - 1, 0)
        # JSON has no infinity and no NaN: null stands for them.
        loss, score = math.inf if loss is None else loss, math.nan if score is None else score
        self.best.epoch, self.best.loss, self.best.score = epoch, loss, score
        self.best.weights = {name: wrap(array) for name, array in _within(arrays, "best.").items()}
        self._kept = state


def _within(arrays: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Give what a prefix stands before, without it."""
    return {name.removeprefix(prefix): np.asarray(v) for name, v in arrays.items() if name.startswith(prefix)}


def blas_threads(products: int) -> AbstractContextManager[Any]:
    """Let BLAS use one thread for a while, where a pass forward takes few products of two numbers.

    Two threads then wait for one another more than they work, and beside another busy program many times longer.
    """
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1, user_api="blas") if products < MANY else nullcontext()
