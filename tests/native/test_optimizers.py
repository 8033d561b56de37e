"""On recorded gradients of 64 bits, an optimizer's machine code leaves the bits that it leaves eagerly."""

from __future__ import annotations

import functools

import numpy as np
import pytest

import nudge
from nudge.optim import SGD, Adagrad, Adam, AdamW, RMSprop
from tests.native.apart import apart

STEPS = 1000
RULES = {
    "sgd": functools.partial(SGD, lr=0.01),
    "sgd, weight decay": functools.partial(SGD, lr=0.01, weight_decay=0.02),
    "sgd, momentum": functools.partial(SGD, lr=0.01, momentum=0.9),
    "sgd, dampening": functools.partial(SGD, lr=0.01, momentum=0.9, dampening=0.3, weight_decay=0.1),
    "sgd, nesterov": functools.partial(SGD, lr=0.01, momentum=0.9, nesterov=True, weight_decay=0.01),
    "adam": functools.partial(Adam, lr=0.003),
    "adam, weight decay": functools.partial(Adam, lr=0.003, weight_decay=0.01, betas=(0.8, 0.99)),
    "adamw": functools.partial(AdamW, lr=0.003, weight_decay=0.1),
    "rmsprop": functools.partial(RMSprop, lr=0.001),
    "rmsprop, momentum": functools.partial(RMSprop, lr=0.001, momentum=0.9, weight_decay=0.01),
    "adagrad": functools.partial(Adagrad, lr=0.05, lr_decay=0.01, weight_decay=0.01),
}
SHAPES = [(), (7,), (5, 13)]


def recorded():
    """Draw gradients as a run has them: of every size, some of them 0."""
    rng = np.random.default_rng(0)
    for _ in range(STEPS):
        drawn = [np.asarray(rng.normal(size=s) * 10.0 ** rng.integers(-6, 3, s)) for s in SHAPES]
        yield [nudge.tensor(np.where(rng.uniform(size=g.shape) < 0.1, 0.0, g)) for g in drawn]


def left(rule, wrap):
    """Take all steps; give the parameters and the optimizer's state at the end."""
    parameters = [nudge.tensor(np.cos(np.arange(np.prod(s, dtype=int))).reshape(s)).requires_grad_() for s in SHAPES]
    optimizer = rule(parameters)

    def step(*grads):
        for p, g in zip(parameters, grads, strict=True):
            p.grad = g
        optimizer.step()

    run = wrap(step)
    for grads in recorded():
        run(*grads)
    states = [optimizer.state[p] for p in parameters]
    kept = {f"{k} {key}": value for k, state in enumerate(states) for key, value in state.items()}
    return {**{f"parameter {k}": p for k, p in enumerate(parameters)}, **kept}


@pytest.mark.parametrize("name", RULES)
@apart()
def test_a_thousand_steps_leave_the_same_bits(name, monkeypatch):
    monkeypatch.setenv("NUDGE_NATIVE", "require")
    eager, native = left(RULES[name], lambda step: step), left(RULES[name], nudge.compile)
    assert list(native) == list(eager)
    for what, value in eager.items():
        if isinstance(value, nudge.Tensor):
            a, b = native[what].detach().numpy(), value.detach().numpy()
            np.testing.assert_array_equal(a.view("u8"), b.view("u8"), err_msg=what)
        else:
            assert native[what] == value
