"""The whole loop against the same loop in PyTorch: one seed, the same weights, order and masks, losses alike."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
import torch

import nudge
from nudge import nn
from nudge.config import TrainConfig
from nudge.data import Examples
from nudge.train import Classification, Evaluated, Loop, Progress

N, CHOSEN, WIDTH, BATCH, EPOCHS, SEED = 90, 30, 5, 16, 3, 7
RUNS: list[dict[str, Any]] = [
    {},
    {"dropout": 0.3, "label_smoothing": 0.0},
    {"optimizer": "sgd", "schedule": "cosine", "warmup": 0.2, "clip": 0.5, "weight_decay": 0.01},
    {"optimizer": "adamw", "schedule": "step", "dropout": 0.2, "weight_decay": 0.1, "clip": 1.0},
    {"optimizer": "rmsprop", "schedule": "constant", "lr": 0.003},
    {"optimizer": "adagrad", "schedule": "step", "warmup": 0.5},
]


def examples(n: int, seed: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, WIDTH)).astype(np.float32)
    return x, (x[:, 0] * x[:, 1] > 0).astype(np.int64) + (x[:, 2] > 0.5)


def ours(config: TrainConfig) -> tuple[list[tuple[float, float]], list[tuple[float, float]], list[Any]]:
    nudge.manual_seed(config.seed)
    model = nn.Sequential(nn.Linear(WIDTH, 12), nn.Tanh(), nn.Dropout(config.dropout), nn.Linear(12, 3))
    parts = [Examples(*map(nudge.tensor, examples(*size))) for size in ((N, 0), (CHOSEN, 1))]
    loop = Loop(model, Classification(("a", "b", "c"), config.label_smoothing), *parts, config)
    loop.at_once = 1
    progress, evaluated, weights = [], [], []
    for event in loop:
        if isinstance(event, Progress):
            progress.append((event.loss, event.lr))
            weights = [p.detach().numpy().copy() for p in model.parameters()]
        elif isinstance(event, Evaluated):
            evaluated.append((event.loss, event.score))
    return progress, evaluated, weights


def optimizer(params: Any, config: TrainConfig) -> Any:
    rules = {
        "adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "sgd": torch.optim.SGD, "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
    }  # fmt: skip
    momentum = {"momentum": config.momentum} if config.optimizer == "sgd" else {}
    return rules[config.optimizer](params, lr=config.lr, weight_decay=config.weight_decay, **momentum)


def schedule(optimizer: Any, config: TrainConfig, steps: int) -> Any:
    rise = math.floor(config.warmup * steps)
    lr = torch.optim.lr_scheduler
    if config.schedule == "onecycle":
        return lr.OneCycleLR(optimizer, config.lr, steps, cycle_momentum=False)
    main = {
        "cosine": lambda: lr.CosineAnnealingLR(optimizer, steps - rise),
        "step": lambda: lr.StepLR(optimizer, math.ceil((steps - rise) / 3)),
        "constant": lambda: lr.ConstantLR(optimizer, 1.0),
    }
    if not rise:
        return main[config.schedule]()
    first = lr.LinearLR(optimizer, 1 / (rise + 1), total_iters=rise)
    return lr.SequentialLR(optimizer, [first, main[config.schedule]()], [rise])


def theirs(config: TrainConfig) -> tuple[list[tuple[float, float]], list[tuple[float, float]], list[Any]]:
    torch.manual_seed(config.seed)
    layers = [torch.nn.Linear(WIDTH, 12), torch.nn.Tanh(), torch.nn.Dropout(config.dropout), torch.nn.Linear(12, 3)]
    model = torch.nn.Sequential(*layers)
    (x, y), (chosen_x, chosen_y) = ([torch.tensor(a) for a in examples(*size)] for size in ((N, 0), (CHOSEN, 1)))
    turn = optimizer(model.parameters(), config)
    rate = schedule(turn, config, EPOCHS * math.ceil(N / BATCH))
    progress, evaluated = [], []
    torch.manual_seed(config.seed)
    for epoch in range(EPOCHS + 1):
        for rows in torch.randperm(N).split(BATCH) if epoch else ():
            lr = turn.param_groups[0]["lr"]
            smoothing = config.label_smoothing
            loss = torch.nn.functional.cross_entropy(model(x[rows]), y[rows], label_smoothing=smoothing)
            turn.zero_grad()
            loss.backward()
            if config.clip is not None:
                torch.nn.utils.clip_grad_norm_(model.parameters(), config.clip)
            turn.step()
            rate.step()
            progress.append((loss.item(), lr))
        model.eval()
        with torch.no_grad():
            said = model(chosen_x)
        model.train()
        right = (said.argmax(1) == chosen_y).double().mean().item()
        evaluated.append((torch.nn.functional.cross_entropy(said, chosen_y).item(), right))
    return progress, evaluated, [p.detach().numpy() for p in model.parameters()]


@pytest.mark.parametrize("knobs", RUNS, ids=str)
def test_a_run_is_pytorchs(knobs: dict[str, Any]) -> None:
    config = TrainConfig(**{"batch_size": BATCH, "epochs": EPOCHS, "seed": SEED, **knobs})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's schedules warn of one another
        expected = theirs(config)
    for mine, other in zip(ours(config), expected, strict=True):
        for a, b in zip(mine, other, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=2e-6)
