"""optim against PyTorch: a hundred steps, every setting, and states that go back and forth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from nudge import optim
from nudge.creation import tensor

RULES: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {}),
    ("SGD", {"lr": 0.05, "momentum": 0.9}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ("Adam", {}),
    ("Adam", {"lr": 0.05, "betas": (0.8, 0.99), "eps": 1e-6, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.05, "betas": (0.8, 0.99), "eps": 1e-6, "weight_decay": 0.3}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.02, "alpha": 0.9, "eps": 1e-6, "weight_decay": 0.1}),
    ("RMSprop", {"momentum": 0.9, "centered": True, "eps": 1e-3}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.01, "weight_decay": 0.1, "initial_accumulator_value": 0.5, "eps": 1e-6}),
]
START = [np.linspace(-1, 1, 6, dtype=np.float32).reshape(2, 3), np.array(2.0, np.float32)]
STEPS = 100


def gradients(k: int) -> list[np.ndarray[Any, Any]]:
    """Draw step k's gradients; now and then the second parameter has none."""
    rng = np.random.default_rng(k)
    return [rng.standard_normal(p.shape).astype(np.float32) * (1 + k % 3) for p in START[: 1 if k % 7 == 3 else 2]]


def walk(optimizer: Any, params: list[Any], make: Any, steps: range) -> None:
    for k in steps:
        optimizer.zero_grad()
        for p, g in zip(params, gradients(k), strict=False):
            p.grad = make(g)
        optimizer.step()


def start(make: Any) -> list[Any]:
    return [make(p, requires_grad=True) for p in START]


def assert_close(ours: list[Any], theirs: list[Any]) -> None:
    for p, q in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(p.detach().numpy(), q.detach().numpy(), rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize(("name", "settings"), RULES)
def test_a_hundred_steps(name: str, settings: dict[str, Any]) -> None:
    ours, theirs = start(tensor), start(torch.tensor)
    walk(getattr(optim, name)(ours, **settings), ours, tensor, range(STEPS))
    walk(getattr(torch.optim, name)(theirs, **settings), theirs, torch.tensor, range(STEPS))
    assert_close(ours, theirs)


@pytest.mark.parametrize(("name", "settings"), RULES)
def test_the_first_steps_are_equal_to_the_last_digits(name: str, settings: dict[str, Any]) -> None:
    ours, theirs = start(tensor), start(torch.tensor)
    walk(getattr(optim, name)(ours, **settings), ours, tensor, range(2))
    walk(getattr(torch.optim, name)(theirs, **settings), theirs, torch.tensor, range(2))
    for p, q in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(p.detach().numpy(), q.detach().numpy(), rtol=5e-7, atol=1e-7)


@pytest.mark.parametrize(("name", "settings"), RULES)
def test_groups_and_states_that_go_back_and_forth(name: str, settings: dict[str, Any]) -> None:
    def grouped(module: Any, params: list[Any]) -> Any:
        return getattr(module, name)([{"params": params[:1], "lr": 0.02}, {"params": params[1:]}], **settings)

    ours, theirs = start(tensor), start(torch.tensor)
    a, b = grouped(optim, ours), grouped(torch.optim, theirs)
    walk(a, ours, tensor, range(10))
    walk(b, theirs, torch.tensor, range(10))
    assert_close(ours, theirs)

    mine, yours = a.state_dict(), b.state_dict()
    assert mine["state"].keys() == yours["state"].keys()
    for number, state in yours["state"].items():
        assert mine["state"][number].keys() == state.keys()
    assert [group["params"] for group in mine["param_groups"]] == [group["params"] for group in yours["param_groups"]]

    a.load_state_dict({
        "state": {k: {n: v.numpy() for n, v in s.items()} for k, s in yours["state"].items()},
        "param_groups": yours["param_groups"],
    })
    b.load_state_dict({
        "state": {k: {n: torch.tensor(v.numpy()) for n, v in s.items()} for k, s in mine["state"].items()},
        "param_groups": [{**group, **{k: v for k, v in other.items() if k not in group}}
                         for group, other in zip(mine["param_groups"], yours["param_groups"], strict=True)],
    })
    walk(a, ours, tensor, range(10, 20))
    walk(b, theirs, torch.tensor, range(10, 20))
    assert_close(ours, theirs)


@pytest.mark.parametrize(
    "cycle", [{}, {"cycle_momentum": False}, {"pct_start": 0.05, "div_factor": 10, "final_div_factor": 7}]
)
@pytest.mark.parametrize(("name", "settings"), [RULES[1], RULES[4]])
@pytest.mark.parametrize("total", [2, 17, 100])
def test_one_cycle(name: str, settings: dict[str, Any], cycle: dict[str, Any], total: int) -> None:
    a = getattr(optim, name)(start(tensor), **settings)
    b = getattr(torch.optim, name)(start(torch.tensor), **settings)
    ours = optim.lr_scheduler.OneCycleLR(a, 0.3, total, **cycle)
    theirs = torch.optim.lr_scheduler.OneCycleLR(b, 0.3, total, **cycle)
    for _ in range(total):
        for key in ("lr", "betas" if name == "Adam" else "momentum"):
            assert a.param_groups[0][key] == pytest.approx(b.param_groups[0][key], rel=1e-12)
        assert ours.get_last_lr() == pytest.approx(theirs.get_last_lr(), rel=1e-12)
        b.step()
        ours.step()
        theirs.step()
