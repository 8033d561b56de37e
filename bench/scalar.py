"""The moons demo on scalars: micrograd's own step, its engine against ours, the garbage collector on."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from nudge import graph
from nudge import scalar as ours

from .timing import in_turn, show


def moons(n: int = 100) -> tuple[list[list[float]], list[int]]:
    """Draw two interleaved half circles, labelled −1 and 1."""
    rng = np.random.default_rng(1337)
    t = np.linspace(0, np.pi, n // 2)
    both = np.concatenate([np.stack([np.cos(t), np.sin(t)], 1), np.stack([1 - np.cos(t), 0.5 - np.sin(t)], 1)])
    return (both + rng.normal(0, 0.1, (n, 2))).tolist(), np.repeat([-1, 1], n // 2).tolist()


def loss_of(model: Any, value: Any, xs: list[list[float]], ys: list[int]) -> Any:
    """Build the demo's loss: max-margin and L2."""
    scores = [model(list(map(value, row))) for row in xs]
    losses = [(1 + -y * score).relu() for y, score in zip(ys, scores, strict=True)]
    return sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())


def step(mlp: Any, value: Any) -> Callable[[], float]:
    """Make the demo's training step."""
    random.seed(1337)
    model, (xs, ys) = mlp(2, [16, 16, 1]), moons()

    def run() -> float:
        loss = loss_of(model, value, xs, ys)
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.01 * p.grad
        return float(loss.data)

    return run


def split() -> None:
    """Print where our step's time goes."""
    random.seed(1337)
    model, (xs, ys) = ours.MLP(2, [16, 16, 1]), moons()
    parts = {"build": [], "order": [], "backward, order included": []}
    for _ in range(5):
        start = time.perf_counter()
        loss = loss_of(model, ours.Value, xs, ys)
        built = time.perf_counter()
        nodes = len(graph.ancestors([loss]))
        ordered = time.perf_counter()
        loss.backward()
        done = time.perf_counter()
        for name, spent in zip(parts, (built - start, ordered - built, done - ordered), strict=True):
            parts[name].append(spent)
    print(f"    {nodes:,} nodes; ms: " + "  ".join(f"{name} {min(each) * 1e3:.1f}" for name, each in parts.items()))


def main() -> bool:
    """Run the row."""
    from micrograd import engine
    from micrograd import nn as theirs

    sys.setrecursionlimit(100_000)
    steps = {"micrograd": step(theirs.MLP, engine.Value), "nudge": step(ours.MLP, ours.Value)}
    first = {name: run() for name, run in steps.items()}
    assert abs(first["micrograd"] - first["nudge"]) < 1e-12, first
    met = show(
        "moons on scalars, MLP(2, [16, 16, 1]), 100 points",
        in_turn(steps, rounds=5),
        "micrograd",
        aim="at most 0.1",
        bound=0.1,
    )
    split()
    return met
