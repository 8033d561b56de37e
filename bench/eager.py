"""Eager steps: a call of Python for each operation, forward, backward and update, against PyTorch eager."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import nudge

from .timing import in_turn, show


def net(torch: Any, sizes: list[int], activation: str) -> Any:
    """Make the same network, with the same weights, from either library."""
    torch.manual_seed(0)
    layers: list[Any] = []
    for k in range(len(sizes) - 1):
        layers.append(torch.nn.Linear(sizes[k], sizes[k + 1]))
        if k < len(sizes) - 2:
            layers.append(getattr(torch.nn, activation)())
    return torch.nn.Sequential(*layers)


def moons_step(torch: Any) -> Callable[[], float]:
    """2-16-16-1, batch 100, hinge and L2, SGD."""
    rng = np.random.default_rng(0)
    x, y = (
        torch.tensor(rng.normal(size=(100, 2)).astype("float32")),
        torch.tensor(np.sign(rng.normal(size=(100, 1))).astype("float32")),
    )
    model = net(torch, [2, 16, 16, 1], "ReLU")
    parameters = list(model.parameters())
    optimizer = torch.optim.SGD(parameters, lr=0.1)

    def step() -> Any:
        loss = (1 - y * model(x)).relu().mean() + 1e-4 * sum((p * p).sum() for p in parameters)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return step


def digits_step(torch: Any) -> Callable[[], float]:
    """784-16-16-10, sigmoid, batch 32, cross-entropy, SGD."""
    rng = np.random.default_rng(0)
    x, y = torch.tensor(rng.uniform(size=(32, 784)).astype("float32")), torch.tensor(rng.integers(0, 10, 32))
    model = net(torch, [784, 16, 16, 10], "Sigmoid")
    optimizer = torch.optim.SGD(list(model.parameters()), lr=0.1)

    def step() -> Any:
        loss = torch.nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return step


def main() -> bool:
    """Run both rows; the losses of both libraries are compared first."""
    import torch

    torch.set_num_threads(1)
    met = True
    for title, make in (
        ("moons 2-16-16-1, batch 100, hinge + L2, SGD", moons_step),
        ("digits 784-16-16-10 sigmoid, batch 32, SGD", digits_step),
    ):
        steps = {"torch": make(torch), "nudge": make(nudge)}
        for _ in range(3):
            theirs, mine = steps["torch"]().item(), steps["nudge"]().item()
            assert abs(theirs - mine) < 1e-5 * max(1, abs(theirs)), (theirs, mine)
        met &= show(title, in_turn(steps), "torch", aim="at most 1", bound=1.0)
    return met
