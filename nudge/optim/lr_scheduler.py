"""Schedules of the learning rate, under PyTorch's names: what `step()` sets depends on the number of steps alone."""

from __future__ import annotations

import math
from typing import Any

from ..errors import UsageError
from .optimizer import Group, Optimizer


class LRScheduler:
    """The base of every schedule: a subclass says in `settings` what a group is set to at `last_epoch`, from 0 on."""

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        """Set every group for the first step."""
        self.optimizer, self.last_epoch = optimizer, last_epoch
        for group in optimizer.param_groups:
            group.setdefault("initial_lr", group["lr"])
        self.step()

    def settings(self, group: Group) -> dict[str, Any]:
        """Compute a group's settings at `last_epoch`."""
        raise NotImplementedError

    def step(self) -> None:
        """Go on by one, and set every group."""
        self.last_epoch += 1
        for group in self.optimizer.param_groups:
            group.update(self.settings(group))

    def get_last_lr(self) -> list[float]:
        """Give each group's learning rate."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Give how far it is."""
        return {"last_epoch": self.last_epoch}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go to where another was, and set every group."""
        self.last_epoch = state_dict["last_epoch"] - 1
        self.step()


class OneCycleLR(LRScheduler):
    """Up and down once: from max_lr / div_factor up to max_lr, and down to 1 / final_div_factor of the beginning.

    Along half cosines, the rise taking `pct_start` of the steps (Smith & Topin, 2019). Momentum, or Adam's β₁, goes the
    other way, from `max_momentum` to `base_momentum` and back, unless `cycle_momentum` is False.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float,
        total_steps: int,
        *,
        pct_start: float = 0.3,
        cycle_momentum: bool = True,
        base_momentum: float = 0.85,
        max_momentum: float = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        last_epoch: int = -1,
    ) -> None:
        """Set every group for the first of `total_steps`. Raises UsageError for numbers out of range."""
        if total_steps < 1 or not 0 <= pct_start <= 1:
            raise UsageError(f"total_steps = {total_steps}, pct_start = {pct_start}: expected 1 or more, and 0 to 1")
        self.total_steps, self.pct_start = total_steps, pct_start
        first = max_lr / div_factor
        self.rates = (first, max_lr, first / final_div_factor)
        self.momenta = (max_momentum, base_momentum, max_momentum) if cycle_momentum else None
        super().__init__(optimizer, last_epoch)

    def settings(self, group: Group) -> dict[str, Any]:
        """Compute a group's settings at `last_epoch`. Raises UsageError beyond the last step."""
        if self.last_epoch > self.total_steps:
            raise UsageError(f"step {self.last_epoch} of a cycle of {self.total_steps} steps")
        found: dict[str, Any] = {"lr": self._between(*self.rates)}
        if self.momenta is not None:
            momentum = self._between(*self.momenta)
            found |= {"betas": (momentum, *group["betas"][1:])} if "betas" in group else {"momentum": momentum}
        return found

    def _between(self, first: float, peak: float, last: float) -> float:
        top, end = self.pct_start * self.total_steps - 1, self.total_steps - 1
        if self.last_epoch <= top:
            start, stop, way = first, peak, self.last_epoch / (top or 1)
        else:
            start, stop, way = peak, last, (self.last_epoch - top) / (end - top or 1)
        return stop + (start - stop) / 2 * (1 + math.cos(math.pi * way))
