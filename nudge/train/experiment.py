"""An experiment: data dealt out in three parts, a network trained, and one look at the part that was held out."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from .. import nn, random
from ..config import TrainConfig
from ..data import Dataset, shifted, split
from ..generator import Generator
from .loop import Loop, predict
from .task import Classification, Task

ACTIVATIONS: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}
# How the linear baseline is trained, whatever the knobs say: as suits it best, since a yardstick must not bend.
LINEAR: dict[str, Any] = {"hidden": (), "lr": 0.2, "batch_size": 64, "epochs": 20, "shift": 0.0}


@dataclass(frozen=True)
class Report:
    """What came of an experiment."""

    task: str
    metric: str
    score: float  # on the part held out
    baselines: dict[str, float]  # on the same part
    epochs: int  # passes over the training part
    seconds: float
    seed: int
    reason: str  # why the run ended

    def as_dict(self) -> dict[str, Any]:
        """Give it in the form that programs read, the score also under its metric's name."""
        return {
            "task": self.task,
            "metric": self.metric,
            "score": self.score,
            self.metric: self.score,
            "baselines": self.baselines,
            "epochs": self.epochs,
            "seconds": self.seconds,
            "seed": self.seed,
        }


class Experiment:
    """Everything that is fixed before the first step: the three parts, the network with its first weights, the run.

    The same data and configuration give the same result. The split is drawn by a generator that the seed starts, which
    goes on to draw the order of the examples; the weights are PyTorch's for the same seed.
    """

    def __init__(self, data: Dataset, config: TrainConfig) -> None:
        """Deal the data out and build the network. Raises UsageError for too few examples."""
        self.data, self.config = data, config
        generator = Generator().manual_seed(config.seed)
        parts = split(data.examples.targets, config.validation, config.holdout, generator)
        self.train, self.validation, self.held_out = (data.examples.take(rows) for rows in parts)
        self.task = Classification(data.classes, config.label_smoothing)
        self.loop = self._run(self.task, config, generator)
        self.model = self.loop.model

    def _run(self, task: Task, config: TrainConfig, generator: Generator) -> Loop:
        image = self.data.image
        augment = None
        if image is not None and config.shift:
            augment = partial(shifted, size=image, by=config.shift)
        with seeded(config.seed):
            model = mlp((self.train.inputs.shape[1], *config.hidden, task.outputs), config.activation)
        return Loop(model, task, self.train, self.validation, config, augment=augment, generator=generator)

    def fit(self) -> Report:
        """Train the network and its linear baseline, then score both, once, on what was held out."""
        began = time.perf_counter()
        finished = self.loop.fit()
        seed = self.config.seed
        plain = Classification(self.data.classes)
        linear = self._run(plain, TrainConfig(seed=seed, **LINEAR), Generator().manual_seed(seed))
        linear.fit()
        score, line = (
            self.task.score(predict(model, self.held_out.inputs), self.held_out.targets)
            for model in (self.model, linear.model)
        )
        commonest = self.task.commonest(self.train.targets, self.held_out.targets)
        return Report(
            task=self.task.name,
            metric=self.task.metric,
            score=score,
            baselines={"commonest": commonest, "linear": line},
            epochs=finished.epoch,
            seconds=time.perf_counter() - began,
            seed=seed,
            reason=finished.reason,
        )


def mlp(sizes: Sequence[int], activation: str = "relu") -> nn.Sequential:
    """Build a multi-layer perceptron: linear layers from size to size, an activation between each two.

    >>> mlp((2, 3, 1), "tanh")
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): Tanh()
      (2): Linear(in_features=3, out_features=1, bias=True)
    )
    """
    layers: list[nn.Module] = []
    for into, out in zip(sizes, sizes[1:], strict=False):
        layers += [nn.Linear(into, out), ACTIVATIONS[activation]()]
    return nn.Sequential(*layers[:-1])


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed the default generator for a while, and put it back to where it was."""
    before = random.get_rng_state()
    random.manual_seed(seed)
    try:
        yield
    finally:
        random.set_rng_state(before)
