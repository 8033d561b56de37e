"""What happens in a run: the stream that progress bars, logs, reports and checkpoints watch.

Which events come, in which order, and what they hold depends on the configuration and the data alone, not on time.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """Where the run stands: steps taken, and passes over the training part completed or under way."""

    step: int
    epoch: int

    def as_dict(self) -> dict[str, Any]:
        """Give kind and content, fit for JSON."""
        return {"event": type(self).__name__.lower(), **dataclasses.asdict(self)}


@dataclass(frozen=True, slots=True)
class Started(Event):
    """The run begins, or goes on from where it stands: how many steps and passes it takes at most, in all."""

    steps: int
    epochs: int


@dataclass(frozen=True, slots=True)
class Progress(Event):
    """Steps were taken: the losses of their batches, each of before its step, and the last one's learning rate."""

    losses: tuple[float, ...]
    lr: float

    @property
    def loss(self) -> float:
        """The last step's."""
        return self.losses[-1]


@dataclass(frozen=True, slots=True)
class Evaluated(Event):
    """Loss and score on the part that is chosen by."""

    loss: float
    score: float


@dataclass(frozen=True, slots=True)
class Improved(Event):
    """The loss on the part that is chosen by is lower than ever before: these are the best weights so far."""

    loss: float
    score: float


@dataclass(frozen=True, slots=True)
class Checkpoint(Event):
    """The time to save what is to outlast the process: the best weights, and the state to go on from."""


@dataclass(frozen=True, slots=True)
class Warned(Event):
    """Something that a person should know."""

    message: str


@dataclass(frozen=True, slots=True)
class Finished(Event):
    """The run is over, and why."""

    reason: str
