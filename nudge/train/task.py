"""What a network is trained for: the loss that it lowers, the score that people read, and what a score must beat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..nn.functional import cross_entropy
from ..tensor import Tensor


class Task(Protocol):
    """What a run asks of its task."""

    name: str
    metric: str

    @property
    def outputs(self) -> int:
        """How many numbers the network gives for an example."""

    def objective(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Compute the number that training lowers."""

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Compute the number by which the best weights are chosen; lower is better."""

    def score(self, outputs: Tensor, targets: Tensor) -> float:
        """Compute the number that people read; higher is better."""


@dataclass(frozen=True)
class Classification:
    """Tell which class an example is of, by one logit for each class."""

    classes: tuple[str, ...]
    label_smoothing: float = 0.0
    name = "classification"
    metric = "accuracy"

    @property
    def outputs(self) -> int:
        """How many numbers the network gives for an example."""
        return len(self.classes)

    def objective(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Compute the mean cross-entropy with smoothed targets."""
        return cross_entropy(outputs, targets, label_smoothing=self.label_smoothing)

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Compute the mean cross-entropy."""
        return cross_entropy(outputs, targets)

    def score(self, outputs: Tensor, targets: Tensor) -> float:
        """Compute the share of examples whose largest logit is that of their class."""
        return float(np.mean(np.argmax(outputs, axis=-1) == np.asarray(targets)))

    def commonest(self, train: Tensor, held_out: Tensor) -> float:
        """Score the answer that is always the commonest class of the targets trained on."""
        answer = np.bincount(np.asarray(train)).argmax()
        return float(np.mean(np.asarray(held_out) == answer))
