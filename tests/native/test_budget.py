"""How long the text of a training step may be, for each line costs time to compile."""

from __future__ import annotations

import numpy as np
import pytest

import nudge
import nudge.nn.functional as F
from nudge import nn, optim
from nudge.native.ir.target import AVX2, AVX512, NEON
from tests.native.programs import started, trained
from tests.native.texts import text_of


def dense(sizes, activation):
    nudge.manual_seed(0)
    layers = [nn.Linear(a, b) for a, b in zip(sizes, sizes[1:], strict=False)]
    return nn.Sequential(*[part for layer in layers for part in (layer, activation())][:-1])


def classifier(sizes, batch, activation, rule):
    rng = np.random.default_rng(0)
    model = dense(sizes, activation)
    data = rng.normal(size=(batch, sizes[0])).astype(np.float32), rng.integers(0, sizes[-1], batch)
    return trained(model, lambda model, x, y: F.cross_entropy(model(x), y), started(rule(model.parameters()))), data


def moons():
    rng = np.random.default_rng(0)
    model = dense((2, 16, 16, 1), nn.ReLU)

    def loss(model, x, y):
        squares = sum((p * p).sum() for p in model.parameters())
        return F.relu(1 - y * model(x)).mean() + 1e-4 * squares

    data = rng.normal(size=(100, 2)).astype(np.float32), rng.choice((-1, 1), (100, 1)).astype(np.float32)
    return trained(model, loss, optim.SGD(model.parameters(), lr=0.02)), data


def makemore():
    rng = np.random.default_rng(0)
    model = nn.ModuleList([nn.Embedding(27, 10), dense((30, 200, 27), nn.Tanh)])

    def loss(model, x, y):
        table, rest = model
        return F.cross_entropy(rest(table(x).reshape(32, 30)), y)

    data = rng.integers(0, 27, (32, 3)), rng.integers(0, 27, 32)
    return trained(model, loss, optim.SGD(model.parameters(), lr=0.1)), data


class Block(nn.Module):
    def __init__(self, width):
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, h):
        n, places, width = h.shape
        read = self.qkv(self.first(h))
        parts = (read[..., at : at + width] for at in range(0, 3 * width, width))
        q, k, v = (part.reshape(n, places, 4, width // 4).swapaxes(1, 2) for part in parts)
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        h = h + self.out(seen.swapaxes(1, 2).reshape(n, places, width))
        return h + self.down(F.gelu(self.up(self.second(h))))


def gpt():
    nudge.manual_seed(0)
    rng = np.random.default_rng(0)
    width, kinds, places, batch = 64, 65, 32, 16
    blocks = [Block(width) for _ in range(4)]
    tables = [nn.Embedding(kinds, width), nn.Embedding(places, width)]
    model = nn.ModuleList([*tables, *blocks, nn.LayerNorm(width), nn.Linear(width, kinds, bias=False)])

    def loss(model, x, y):
        tokens, at, *blocks, norm, head = model
        h = tokens(x) + at.weight
        for block in blocks:
            h = block(h)
        return F.cross_entropy(head(norm(h)).reshape(batch * places, kinds), y.reshape(batch * places))

    rule = started(optim.AdamW(model.parameters(), lr=1e-3))
    return trained(model, loss, rule), [rng.integers(0, kinds, (batch, places)) for _ in range(2)]


NETS = {
    "moons": (moons, 6000),
    "digits": (lambda: classifier((784, 16, 16, 10), 32, nn.Sigmoid, lambda p: optim.SGD(p, lr=0.1)), 6000),
    "makemore": (makemore, 6000),
    "middle": (lambda: classifier((784, 128, 10), 64, nn.ReLU, optim.Adam), 6000),
    "wide": (lambda: classifier((784, 1024, 1024, 10), 256, nn.ReLU, optim.Adam), 6000),
    "gpt": (gpt, 25_000),
}


@pytest.mark.parametrize("target", [AVX512, AVX2, NEON], ids=lambda target: target.name)
@pytest.mark.parametrize("name", NETS)
def test_a_step_keeps_to_its_lines(name, target, monkeypatch):
    make, budget = NETS[name]
    lines = len(text_of(monkeypatch, target, *make()).splitlines())
    assert lines <= budget
