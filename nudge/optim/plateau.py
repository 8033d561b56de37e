"""The schedule that looks at a figure instead of counting steps."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import UsageError, nearest
from .optimizer import Optimizer

MODES, THRESHOLD_MODES = ("min", "max"), ("rel", "abs")
STATE = ("best", "num_bad_epochs", "cooldown_counter", "last_epoch")


class ReduceLROnPlateau:
    """Multiply the rate by `factor` when a figure has not become better for more than `patience` steps.

    Better is smaller (mode "min") or larger ("max") than the best so far by more than `threshold`, a share of it
    ("rel") or a difference ("abs"). After a reduction, bad steps are not counted for `cooldown` steps. Rates stay at
    min_lr or above, one or one a group; a change of less than `eps` is not made.

    >>> from nudge.creation import ones
    >>> from nudge.optim import SGD
    >>> schedule = ReduceLROnPlateau(SGD([ones(1, requires_grad=True)], lr=1.0), factor=0.5, patience=1)
    >>> for loss in (3.0, 2.0, 2.0, 2.0):
    ...     schedule.step(loss)
    >>> schedule.get_last_lr()
    [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | Sequence[float] = 0.0,
        eps: float = 1e-8,
    ) -> None:
        """Leave the rates as they are. Raises UsageError for settings out of range."""
        for name, word, known in (("mode", mode, MODES), ("threshold_mode", threshold_mode, THRESHOLD_MODES)):
            if word not in known:
                raise UsageError(f"{name} {word!r} is not one{nearest(str(word), known)}")
        if not 0 <= factor < 1:
            raise UsageError(f"factor = {factor}: expected a number of [0, 1), such as 0.1")
        groups = len(optimizer.param_groups)
        self.min_lrs = list(min_lr) if isinstance(min_lr, Sequence) else [min_lr] * groups
        if len(self.min_lrs) != groups:
            raise UsageError(f"{len(self.min_lrs)} values of min_lr for {groups} groups: expected one, or one a group")
        self.optimizer, self.mode, self.factor, self.patience = optimizer, mode, factor, patience
        self.threshold, self.threshold_mode, self.cooldown, self.eps = threshold, threshold_mode, cooldown, eps
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = self.cooldown_counter = self.last_epoch = 0

    def step(self, metrics: Any) -> None:
        """Look at the figure, a number or a tensor of one, and reduce the rates if it is time."""
        figure = float(metrics)
        self.last_epoch += 1
        if self._better(figure):
            self.best, self.num_bad_epochs = figure, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
            for group, least in zip(self.optimizer.param_groups, self.min_lrs, strict=True):
                reduced = max(group["lr"] * self.factor, least)
                if group["lr"] - reduced > self.eps:
                    group["lr"] = reduced

    def _better(self, figure: float) -> bool:
        sign = -1 if self.mode == "min" else 1
        if self.threshold_mode == "rel":
            return sign * figure > sign * (self.best * (1 + sign * self.threshold))
        return sign * figure > sign * (self.best + sign * self.threshold)

    def get_last_lr(self) -> list[float]:
        """Give each group's learning rate."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Give what it has seen; the rates are in the optimizer's state."""
        return {name: getattr(self, name) for name in STATE}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what another has seen."""
        for name in STATE:
            setattr(self, name, state_dict[name])
