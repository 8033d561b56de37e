"""What optimizer and what schedule a configuration means."""

from __future__ import annotations

import math
from collections.abc import Iterable

from ..config import TrainConfig
from ..optim import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop
from ..optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LinearLR, LRScheduler, OneCycleLR, SequentialLR, StepLR
from ..tensor import Tensor


def optimizer_of(params: Iterable[Tensor], config: TrainConfig) -> Optimizer:
    """Make the optimizer of a configuration, over parameters."""
    if config.optimizer == "sgd":
        return SGD(params, lr=config.lr, momentum=config.momentum, weight_decay=config.weight_decay)
    rule = {"adam": Adam, "adamw": AdamW, "rmsprop": RMSprop, "adagrad": Adagrad}[config.optimizer]
    return rule(params, lr=config.lr, weight_decay=config.weight_decay)


def schedule_of(optimizer: Optimizer, config: TrainConfig, steps: int) -> LRScheduler:
    """Make the schedule of a configuration for a run of at most `steps` steps.

    The warm-up rises in a straight line, so that the first step after it is the first at the full rate.

    >>> from nudge.creation import ones
    >>> config = TrainConfig(schedule="step", warmup=0.25, lr=0.3, optimizer="sgd")
    >>> optimizer = optimizer_of([ones(1, requires_grad=True)], config)
    >>> schedule, rates = schedule_of(optimizer, config, 8), []
    >>> for _ in range(8):
    ...     rates += schedule.get_last_lr()
    ...     schedule.step()
    >>> [round(rate, 4) for rate in rates]
    [0.1, 0.2, 0.3, 0.3, 0.03, 0.03, 0.003, 0.003]
    """
    if config.schedule == "onecycle":
        return OneCycleLR(optimizer, config.lr, steps, cycle_momentum=False)
    rise = math.floor(config.warmup * steps)
    rest = max(steps - rise, 1)
    main: LRScheduler
    if config.schedule == "cosine":
        main = CosineAnnealingLR(optimizer, rest)
    elif config.schedule == "step":
        main = StepLR(optimizer, math.ceil(rest / 3))
    else:
        main = LambdaLR(optimizer, lambda _: 1.0)
    if not rise:
        return main
    return SequentialLR(optimizer, [LinearLR(optimizer, 1 / (rise + 1), total_iters=rise), main], [rise])
