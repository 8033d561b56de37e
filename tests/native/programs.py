"""Training steps of several kinds, small: (step, arrays) each; their weights are captured, and updated in place."""

from __future__ import annotations

import numpy as np

import nudge
import nudge.nn.functional as F
from nudge import nn, optim


def trained(model, loss, rule):
    """Make a training step."""

    def step(*data):
        rule.zero_grad()
        value = loss(model, *data)
        value.backward()
        rule.step()
        return value

    return step


def started(rule):
    """Let an optimizer make what it keeps, on gradients of 0, so that a step that is traced then finds it."""
    for group in rule.param_groups:
        for p in group["params"]:
            p.grad = nudge.zeros_like(p)
    rule.step()
    return rule


def mlp(sizes=(7, 33, 5), batch=17, dtype="float32"):
    nudge.manual_seed(0)
    rng = np.random.default_rng(0)
    layers = [nn.Linear(a, b, dtype=dtype) for a, b in zip(sizes, sizes[1:], strict=False)]
    model = nn.Sequential(*[part for layer in layers for part in (layer, nn.Tanh())][:-1])
    data = rng.normal(size=(batch, sizes[0])).astype(dtype), rng.integers(0, sizes[-1], batch)
    rule = started(optim.Adam(model.parameters(), lr=1e-3))
    return trained(model, lambda model, x, y: F.cross_entropy(model(x), y), rule), data


def convolution(dtype="float32"):
    nudge.manual_seed(0)
    rng = np.random.default_rng(0)
    model = nn.Sequential(
        nn.Conv2d(1, 3, 3, dtype=dtype), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(3, 5, 3, padding=1, dtype=dtype),
        nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(20, 3, dtype=dtype),
    )  # fmt: skip
    data = rng.normal(size=(5, 1, 11, 11)).astype(dtype), rng.integers(0, 3, 5)
    rule = optim.SGD(model.parameters(), lr=0.1)
    return trained(model, lambda model, x, y: F.cross_entropy(model(x), y), rule), data


def letters(dtype="float32"):
    nudge.manual_seed(0)
    rng = np.random.default_rng(0)
    table, layer, head = nn.Embedding(11, 7, dtype=dtype), nn.GRU(7, 9, dtype=dtype), nn.Linear(9, 11, dtype=dtype)
    model = nn.ModuleList([table, layer, head])

    def loss(model, x, y):
        table, layer, head = model
        return F.cross_entropy(head(layer(table(x))[0]).reshape(-1, 11), y.reshape(-1))

    rule = started(optim.RMSprop(model.parameters(), lr=1e-3))
    return trained(model, loss, rule), (rng.integers(0, 11, (3, 5)), rng.integers(0, 11, (3, 5)))


def mixer(dtype="float32"):
    nudge.manual_seed(0)
    rng = np.random.default_rng(0)
    norm, heads = nn.LayerNorm(12, dtype=dtype), nn.MultiheadAttention(12, 3, batch_first=True, dtype=dtype)
    model = nn.ModuleList([norm, heads])

    def loss(model, x):
        norm, heads = model
        seen = norm(x)
        return ((x + heads(seen, seen, seen)[0]) ** 2).mean()

    rule = started(optim.AdamW(model.parameters(), lr=1e-3))
    return trained(model, loss, rule), (rng.normal(size=(3, 9, 12)).astype(dtype),)


PROGRAMS = {"mlp": mlp, "convolution": convolution, "letters": letters, "mixer": mixer}
