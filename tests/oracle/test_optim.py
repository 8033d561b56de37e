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


def schedules(module: Any, optimizer: Any) -> list[Any]:
    at = module.lr_scheduler
    return [
        lambda: at.StepLR(optimizer, 3),
        lambda: at.StepLR(optimizer, 1, gamma=0.7),
        lambda: at.MultiStepLR(optimizer, [2, 5, 5, 11], gamma=0.3),
        lambda: at.ExponentialLR(optimizer, 0.9),
        lambda: at.CosineAnnealingLR(optimizer, 7, eta_min=0.001),
        lambda: at.LinearLR(optimizer),
        lambda: at.LinearLR(optimizer, start_factor=1.0, end_factor=0.1, total_iters=8),
        lambda: at.LambdaLR(optimizer, lambda step: 0.9**step),
        lambda: at.LambdaLR(optimizer, [lambda step: 1 / (1 + step), lambda step: 0.5 if step > 3 else 1.0]),
        lambda: at.SequentialLR(
            optimizer,
            [at.LinearLR(optimizer, 0.1, total_iters=4), at.CosineAnnealingLR(optimizer, 6), at.StepLR(optimizer, 2)],
            [4, 10],
        ),
    ]


def two_groups(module: Any, make: Any) -> Any:
    first, second = start(make)
    return module.SGD([{"params": [first], "lr": 0.2}, {"params": [second]}], lr=0.05)


def follow(ours: Any, theirs: Any, a: Any, b: Any, steps: int = 20) -> None:
    for _ in range(steps):
        expected = pytest.approx([group["lr"] for group in b.param_groups], rel=1e-9, abs=1e-15)
        assert [group["lr"] for group in a.param_groups] == expected
        b.step()
        for schedule in (*ours, *theirs):
            schedule.step()


@pytest.mark.parametrize("which", range(len(schedules(optim, None))))
def test_schedules(which: int) -> None:
    a, b = two_groups(optim, tensor), two_groups(torch.optim, torch.tensor)
    follow([schedules(optim, a)[which]()], [schedules(torch.optim, b)[which]()], a, b)


@pytest.mark.parametrize("which", [(0, 3), (5, 3), (2, 6), (5, 0), (3, 7)])
def test_schedules_that_are_multiplied(which: tuple[int, int]) -> None:
    a, b = two_groups(optim, tensor), two_groups(torch.optim, torch.tensor)
    ours = [schedules(optim, a)[k]() for k in which]
    theirs = [schedules(torch.optim, b)[k]() for k in which]
    follow(ours, theirs, a, b)


def test_a_rate_changed_by_hand_is_gone_on_from() -> None:
    a, b = two_groups(optim, tensor), two_groups(torch.optim, torch.tensor)
    ours, theirs = [schedules(optim, a)[3]()], [schedules(torch.optim, b)[3]()]
    follow(ours, theirs, a, b, 3)
    a.param_groups[0]["lr"] = b.param_groups[0]["lr"] = 7.0
    follow(ours, theirs, a, b, 3)


def test_a_schedule_made_for_a_later_step() -> None:
    a, b = two_groups(optim, tensor), two_groups(torch.optim, torch.tensor)
    follow([schedules(optim, a)[4]()], [schedules(torch.optim, b)[4]()], a, b, 3)
    ours, theirs = (
        module.lr_scheduler.CosineAnnealingLR(o, 7, 0.001, last_epoch=2) for module, o in ((optim, a), (torch.optim, b))
    )
    follow([ours], [theirs], a, b, 6)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"factor": 0.5, "patience": 2, "cooldown": 3},
        {"mode": "max", "patience": 1},
        {"mode": "max", "threshold_mode": "abs", "threshold": 0.3, "patience": 0},
        {"threshold_mode": "abs", "threshold": 0.3, "patience": 0, "min_lr": [0.01, 0.02]},
        {"factor": 0.1, "patience": 0, "eps": 0.01},
    ],
)
def test_plateaus(settings: dict[str, Any]) -> None:
    a, b = two_groups(optim, tensor), two_groups(torch.optim, torch.tensor)
    ours = optim.lr_scheduler.ReduceLROnPlateau(a, **settings)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(b, **settings)
    for k, drawn in enumerate(np.random.default_rng(0).standard_normal(60)):
        figure = float("nan") if k == 20 else drawn / (1 + k / 10) + 1
        ours.step(tensor(figure))
        theirs.step(torch.tensor(figure))
        assert ours.get_last_lr() == pytest.approx(theirs.get_last_lr(), rel=1e-12)
        assert all(value == getattr(theirs, name) for name, value in ours.state_dict().items())
