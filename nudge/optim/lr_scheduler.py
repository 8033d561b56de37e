"""Schedules of the learning rate, under PyTorch's names: what one sets depends on the number of steps alone."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

from ..errors import UsageError
from .optimizer import Group, Optimizer
from .plateau import ReduceLROnPlateau

__all__ = [
    "CosineAnnealingLR", "ExponentialLR", "LRScheduler", "LambdaLR", "LinearLR", "MultiStepLR", "OneCycleLR",
    "ReduceLROnPlateau", "SequentialLR", "StepLR",
]


class LRScheduler:
    """The base of every schedule: a subclass says in `settings` what a group is set to at `last_epoch`, from 0 on.

    Where something else has changed a rate meanwhile, such as another schedule, a schedule that `chains` scales the
    rate that it finds, by as much as its own has changed. So rates do not drift, and schedules can be multiplied.
    """

    chains = True

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        """Set every group for the first step; for a later one, the one after `last_epoch`, its rate is taken as set."""
        self.optimizer, self.last_epoch = optimizer, last_epoch + 1
        self._planned: list[float] = []  # of each group: what this schedule alone would have set last
        for group in optimizer.param_groups:
            group.setdefault("initial_lr", group["lr"])
            self._planned.append(group["initial_lr"] if last_epoch < 0 else self.settings(group)["lr"])
        self._set()

    def settings(self, group: Group) -> dict[str, Any]:
        """Compute a group's settings at `last_epoch`."""
        raise NotImplementedError

    def step(self) -> None:
        """Go on by one, and set every group."""
        self.last_epoch += 1
        self._set()

    def _set(self) -> None:
        for k, group in enumerate(self.optimizer.param_groups):
            found, planned = self.settings(group), self._planned[k]
            self._planned[k] = found["lr"]
            if self.chains and planned and group["lr"] != planned:
                found["lr"] *= group["lr"] / planned
            group.update(found)

    def get_last_lr(self) -> list[float]:
        """Give each group's learning rate."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Give how far it is, and the rates."""
        return {"last_epoch": self.last_epoch, "last_lr": self.get_last_lr()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go to where another was, and set every group."""
        self.last_epoch = state_dict["last_epoch"]
        for k, (group, rate) in enumerate(zip(self.optimizer.param_groups, state_dict["last_lr"], strict=True)):
            found = self.settings(group)
            self._planned[k] = found["lr"]
            group.update(found, lr=rate)


class StepLR(LRScheduler):
    """Every `step_size` steps, multiply by gamma.

    >>> from nudge.creation import ones
    >>> from nudge.optim import SGD
    >>> optimizer = SGD([ones(1, requires_grad=True)], lr=1.0)
    >>> schedule, rates = StepLR(optimizer, 2, gamma=0.5), []
    >>> for _ in range(5):
    ...     rates += schedule.get_last_lr()
    ...     schedule.step()
    >>> rates
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        """Set every group for the first step. Raises UsageError for a step_size below 1."""
        self.step_size, self.gamma = _at_least_1("step_size", step_size), gamma
        super().__init__(optimizer, last_epoch)

    def settings(self, group: Group) -> dict[str, Any]:
        """Compute a group's rate."""
        return {"lr": group["initial_lr"] * self.gamma ** (self.last_epoch // self.step_size)}


class MultiStepLR(LRScheduler):
    """At each milestone, a number of steps, multiply by gamma."""

    def __init__(
        self, optimizer: Optimizer, milestones: Sequence[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        """Set every group for the first step."""
        self.milestones, self.gamma = sorted(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def settings(self, group: Group) -> dict[str, Any]:
        """Compute a group's rate."""
        return {"lr": group["initial_lr"] * self.gamma ** bisect_right(self.milestones, self.last_epoch)}


class ExponentialLR(LRScheduler):
    """At each step, multiply by gamma."""

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        """Set every group for the first step."""
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def settings(self, group: Group) -> dict[str, Any]:
        """Compute a group's rate."""
        return {"lr": group["initial_lr"] * self.gamma**self.last_epoch}


class LambdaLR(LRScheduler):
    """Multiply the rate set at first by what a function, or each group's, makes of the number of steps.

    >>> from nudge.creation import ones
    >>> from nudge.optim import SGD
    >>> optimizer = SGD([ones(1, requires_grad=True)], lr=1.0)
    >>> LambdaLR(optimizer, lambda step: 1 / (1 + step)).step()
    >>> optimizer.param_groups[0]["lr"]
    0.5
    """

    chains = False

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
        last_epoch: int = -1,
    ) -> None:
        """Set every group for the first step. Raises UsageError unless there is one function, or one a group."""
        groups = len(optimizer.param_groups)
        self.lr_lambdas = [lr_lambda] * groups if callable(lr_lambda) else list(lr_lambda)
        if len(self.lr_lambdas) != groups:
            raise UsageError(f"{len(self.lr_lambdas)} functions for {groups} groups: expected one, or one a group")
        super().__init__(optimizer, last_epoch)

    def settings(self, group: Group) -> dict[str, Any]:
        """Compute a group's rate."""
        k = next(k for k, other in enumerate(self.optimizer.param_groups) if other is group)
        return {"lr": group["initial_lr"] * self.lr_lambdas[k](self.last_epoch)}


class LinearLR(LRScheduler):
    """Go in a straight line from start_factor to end_factor times the rate in `total_iters` steps: a warm-up."""

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        """Set every group for the first step. Raises UsageError for numbers out of range."""
        if not 0 < start_factor <= 1 or not 0 <= end_factor <= 1:
            given = f"start_factor = {start_factor}, end_factor = {end_factor}"
            raise UsageError(f"{given}: expected numbers from 0 to 1, the first above 0")
        self.start_factor, self.end_factor = start_factor, end_factor
        self.total_iters = _at_least_1("total_iters", total_iters)
        super().__init__(optimizer, last_epoch)

    def settings(self, group: Group) -> dict[str, Any]:
        """Compute a group's rate."""
        way = min(self.last_epoch, self.total_iters) / self.total_iters
        return {"lr": group["initial_lr"] * (self.start_factor + (self.end_factor - self.start_factor) * way)}


class CosineAnnealingLR(LRScheduler):
    """Go down to eta_min along half a cosine in T_max steps, and in as many up again (Loshchilov & Hutter, 2017)."""

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        """Set every group for the first step. Raises UsageError for a T_max below 1."""
        self.T_max, self.eta_min = _at_least_1("T_max", T_max), eta_min
        super().__init__(optimizer, last_epoch)

    def settings(self, group: Group) -> dict[str, Any]:
        """Compute a group's rate."""
        height = (1 + math.cos(math.pi * self.last_epoch / self.T_max)) / 2
        return {"lr": self.eta_min + (group["initial_lr"] - self.eta_min) * height}


class OneCycleLR(LRScheduler):
    """Up and down once: from max_lr / div_factor up to max_lr, and down to 1 / final_div_factor of the beginning.

    Along half cosines, the rise taking `pct_start` of the steps (Smith & Topin, 2019). Momentum, or Adam's β₁, goes the
    other way, from `max_momentum` to `base_momentum` and back, unless `cycle_momentum` is False.
    """

    chains = False

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


class SequentialLR(LRScheduler):
    """One schedule after another, each from its beginning: the next from each milestone, a number of steps, on.

    >>> from nudge.creation import ones
    >>> from nudge.optim import SGD
    >>> optimizer = SGD([ones(1, requires_grad=True)], lr=1.0)
    >>> warm_up, decay = LinearLR(optimizer, 0.5, total_iters=2), ExponentialLR(optimizer, 0.5)
    >>> schedule, rates = SequentialLR(optimizer, [warm_up, decay], [2]), []
    >>> for _ in range(5):
    ...     rates += schedule.get_last_lr()
    ...     schedule.step()
    >>> rates
    [0.5, 0.75, 1.0, 0.5, 0.25]
    """

    chains = False

    def __init__(
        self, optimizer: Optimizer, schedulers: Sequence[LRScheduler], milestones: Sequence[int], last_epoch: int = -1
    ) -> None:
        """Set every group for the first step. Raises UsageError for another optimizer's, and for other milestones."""
        if len(milestones) != len(schedulers) - 1 or list(milestones) != sorted(milestones):
            given = f"milestones {list(milestones)} of {len(schedulers)} schedules"
            raise UsageError(f"{given}: expected one between each two, rising")
        if any(scheduler.optimizer is not optimizer for scheduler in schedulers):
            raise UsageError("a schedule of another optimizer: all must be of the one that is given")
        self.schedulers, self.milestones = list(schedulers), list(milestones)
        super().__init__(optimizer, last_epoch)

    def settings(self, group: Group) -> dict[str, Any]:
        """Compute a group's settings by the schedule whose turn it is."""
        turn = bisect_right(self.milestones, self.last_epoch)
        scheduler = self.schedulers[turn]
        scheduler.last_epoch = self.last_epoch - (self.milestones[turn - 1] if turn else 0)
        return scheduler.settings(group)


def _at_least_1(name: str, value: int) -> int:
    if value < 1:
        raise UsageError(f"{name} = {value}: expected a number of steps, 1 or more")
    return value
