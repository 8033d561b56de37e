"""The best weights so far."""

from __future__ import annotations

import math

from ..nn import Module
from ..tensor import Tensor
from .events import Event, Improved


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
