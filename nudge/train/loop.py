"""The training loop, as a stream of events."""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np

from ..config import TrainConfig
from ..data import Examples
from ..generator import Generator
from ..mode import no_grad
from ..nn import Module
from ..nn.utils import clip_grad_norm_
from ..tensor import Tensor, wrap
from .events import Checkpoint, Evaluated, Event, Finished, Improved, Progress, Started
from .rules import optimizer_of, schedule_of

if TYPE_CHECKING:
    from .task import Task

Watcher = Callable[[Event], object]
Augment = Callable[[Tensor, Generator], Tensor]
ALL_PASSES, NO_IMPROVEMENT, DIVERGED, INTERRUPTED = "all passes", "no improvement", "diverged", "interrupted"
MANY = 100_000_000  # products
AT_ONCE = 4096  # examples, where nothing is learned: bounds the memory


class Loop:
    """A training run: iterate over it, and each event comes after every watcher has seen it.

    Everything that can change the run happens at steps that the configuration fixes.

    >>> import nudge
    >>> from nudge.train import Classification
    >>> data = Examples(nudge.tensor([[-1.0], [1.0]] * 8), nudge.tensor([0, 1] * 8))
    >>> task, config = Classification(("left", "right")), TrainConfig(epochs=30, lr=0.5)
    >>> loop = Loop(nudge.nn.Linear(1, 2), task, data, data, config)
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
    ) -> None:
        """Prepare to train `model` on `train`, and to choose its best weights by `validation`.

        The generator draws the order of the examples, and what `augment` makes of each batch of inputs; by default it
        is a new one, seeded by the configuration.
        """
        self.model, self.task, self.train, self.validation, self.config = model, task, train, validation, config
        self.augment = augment
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

    @property
    def lr(self) -> float:
        """The learning rate of the step to come."""
        return float(self._optimizer.param_groups[0]["lr"])

    @property
    def steps(self) -> int:
        """How many steps it takes at most."""
        return self.epochs * math.ceil(len(self.train) / self.batch_size)

    def __iter__(self) -> Iterator[Event]:
        """Train, event by event."""
        for event in self._events():
            self._tell(event)
            yield event

    def fit(self) -> Finished:
        """Train to the end, load the best weights, and tell how it ended.

        Ctrl-C (KeyboardInterrupt) passes on, when the watchers know and the best weights are loaded.
        """
        try:
            with blas_threads(self.batch_size * sum(p.numel() for p in self.model.parameters())):
                last = deque(self, maxlen=1).pop()
        except KeyboardInterrupt:
            self._tell(Finished(self.step, self.epoch, INTERRUPTED))
            raise
        finally:
            self.best.load()
        assert isinstance(last, Finished)
        return last

    def _tell(self, event: Event) -> None:
        for watch in self.watchers:
            watch(event)

    def _events(self) -> Iterator[Event]:
        config = self.config
        self.step = self.epoch = 0
        yield Started(0, 0, self.steps, self.epochs)
        least, stale, reason = math.inf, 0, ""
        for self.epoch in itertools.count():
            if self.epoch:
                for batch in self.train.batches(self.batch_size, self.generator):
                    lr = self.lr
                    loss = self._turn(batch)
                    self._schedule.step()
                    self.step += 1
                    yield Progress(self.step, self.epoch, loss, lr)
            loss, score = self.evaluate(self.validation)
            yield Evaluated(self.step, self.epoch, loss, score)
            stale += 1
            if loss < least:
                least, stale = loss, 0
                yield Improved(self.step, self.epoch, loss, score)
            if not math.isfinite(loss):
                reason = DIVERGED
            elif self.epoch == self.epochs:
                reason = ALL_PASSES
            elif stale >= self.patience:
                reason = NO_IMPROVEMENT
            if reason or self.epoch % config.checkpoint_every == 0:
                yield Checkpoint(self.step, self.epoch)
            if reason:
                self.finished = Finished(self.step, self.epoch, reason)
                yield self.finished
                return

    def _turn(self, batch: Examples) -> float:
        """Take one step: turn every knob by its gradient."""
        inputs = batch.inputs if self.augment is None else self.augment(batch.inputs, self.generator)
        with np.errstate(all="ignore"):  # a run that diverges says so itself
            loss = self.task.objective(self.model(inputs), batch.targets)
            self._optimizer.zero_grad()
            loss.backward()
            if self.config.clip is not None:
                clip_grad_norm_(self._params, self.config.clip)
            self._optimizer.step()
        return loss.item()

    def evaluate(self, examples: Examples) -> tuple[float, float]:
        """Give loss and score of the model as it stands."""
        with np.errstate(all="ignore"):
            outputs = predict(self.model, examples.inputs)
        return self.task.loss(outputs, examples.targets).item(), self.task.score(outputs, examples.targets)


class Best:
    """The best weights so far: a watcher that copies them whenever the run improves."""

    def __init__(self, model: Module) -> None:
        """Watch the runs of `model`."""
        self.model = model
        self.epoch, self.loss, self.score = 0, math.inf, math.nan
        self.weights = self._copied()

    def __call__(self, event: Event) -> None:
        """Copy the weights if they are the best."""
        if isinstance(event, Improved):
            # Whole before it is bound to the name: Ctrl-C may come at any time.
            self.weights = self._copied()
            self.epoch, self.loss, self.score = event.epoch, event.loss, event.score

    def _copied(self) -> dict[str, Tensor]:
        return {name: value.clone() for name, value in self.model.state_dict().items()}

    def load(self) -> None:
        """Give the model its best weights."""
        self.model.load_state_dict(self.weights)


def blas_threads(products: int) -> AbstractContextManager[Any]:
    """Let BLAS use one thread for a while, where a pass forward takes few products of two numbers.

    Two threads then wait for one another more than they work, and beside another busy program many times longer.
    """
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1, user_api="blas") if products < MANY else nullcontext()


def predict(model: Module, inputs: Tensor) -> Tensor:
    """Compute a model's outputs for inputs (n, …), in evaluation mode and in parts that bound the memory."""
    was_training = model.training
    model.eval()
    try:
        with no_grad():
            parts = [model(inputs[k : k + AT_ONCE]).numpy() for k in range(0, len(inputs), AT_ONCE)]
    finally:
        model.train(was_training)
    return wrap(np.concatenate(parts))
