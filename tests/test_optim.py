"""Optimizers: what a step does, what is kept, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nudge
from nudge import nn, optim
from nudge.optim import lr_scheduler
from nudge.optim.lr_scheduler import OneCycleLR

RULES: list[tuple[Any, dict[str, Any]]] = [
    (optim.SGD, {"lr": 0.05}),
    (optim.SGD, {"lr": 0.02, "momentum": 0.9}),
    (optim.SGD, {"lr": 0.02, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    (optim.Adam, {"lr": 0.1}),
    (optim.Adam, {"lr": 0.1, "weight_decay": 0.01}),
    (optim.AdamW, {"lr": 0.1}),
    (optim.RMSprop, {"lr": 0.01, "alpha": 0.9, "momentum": 0.5, "centered": True, "eps": 1e-3}),
    (optim.Adagrad, {"lr": 0.5, "lr_decay": 0.001}),
]


def parameter(*values: float) -> nudge.Tensor:
    return nudge.tensor(values, requires_grad=True)


def pulled(p: nudge.Tensor, optimizer: Any, steps: int) -> list[float]:
    """Minimise (p − 1)² from where p stands; return the losses."""
    losses = []
    for _ in range(steps):
        loss = ((p - 1) ** 2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize(("rule", "settings"), RULES)
def test_a_bowl_is_descended(rule: Any, settings: dict[str, Any]) -> None:
    p = parameter(3.0, -2.0)
    losses = pulled(p, rule([p], **settings), 150)
    assert losses[-1] < 1e-2 < losses[0]


def test_plain_steps_by_hand() -> None:
    p = parameter(1.0)
    optimizer = optim.SGD([p], lr=0.5, momentum=0.5)
    for expected in (0.0, -1.0, -2.25):  # gradients of 2, 1 (b = 0.5·2 + 1 = 2) and 1.5 (b = 2.5)
        p.grad = nudge.tensor([{0.0: 2.0, -1.0: 1.0, -2.25: 1.5}[expected]])
        optimizer.step()
        assert p.item() == expected


def test_adams_first_step_is_lr_whatever_the_gradient() -> None:
    p = parameter(0.0, 0.0, 0.0)
    optimizer = optim.Adam([p], lr=0.25)
    p.grad = nudge.tensor([1e-3, -1.0, 1e3])
    optimizer.step()
    np.testing.assert_allclose(p.detach().numpy(), [-0.25, 0.25, -0.25], rtol=1e-4)


def test_decay_beside_the_gradient_is_the_same_for_all() -> None:
    p = parameter(4.0, 4.0)
    optimizer = optim.AdamW([p], lr=0.5, weight_decay=0.5)
    p.grad = nudge.tensor([1e-3, 1e3])
    optimizer.step()
    np.testing.assert_allclose(p.detach().numpy(), [4 * 0.75 - 0.5] * 2, rtol=1e-5)


def test_adagrad_sums_squares_from_where_it_is_told() -> None:
    p = parameter(1.0)
    optimizer = optim.Adagrad([p], lr=1.0, initial_accumulator_value=7.0, lr_decay=1.0)
    for expected in (1 - 3 / 4, 1 - 3 / 4 - 3 / 5 / 2):  # g = 3: sums of 16 and 25, rates of 1 and 1/2
        p.grad = nudge.tensor([3.0])
        optimizer.step()
        assert p.item() == pytest.approx(expected)


def test_rmsprop_by_hand() -> None:
    p = parameter(1.0)
    optimizer = optim.RMSprop([p], lr=1.0, alpha=0.75, momentum=0.5)
    for expected in (1 - 2, 1 - 2 - (1 + 2 / np.sqrt(0.75 + 1))):  # g = 2: v of 1 and 1.75; b of 2 and 1 + 2 / √1.75
        p.grad = nudge.tensor([2.0])
        optimizer.step()
        assert p.item() == pytest.approx(expected)


def test_what_has_no_gradient_is_left_alone() -> None:
    p, q = parameter(1.0), parameter(1.0)
    optimizer = optim.Adam([p, q])
    p.grad = nudge.tensor([1.0])
    optimizer.step()
    assert p.item() != 1.0
    assert q.item() == 1.0
    assert list(optimizer.state_dict()["state"]) == [0]


def test_a_step_writes_into_the_same_memory_and_leaves_a_leaf() -> None:
    p = parameter(1.0)
    memory = np.asarray(p)
    p.grad = nudge.tensor([1.0])
    optim.Adam([p], lr=0.5).step()
    assert memory[0] == p.item() == pytest.approx(0.5)
    assert p.is_leaf
    assert p.requires_grad


def test_a_closure_is_run_with_gradients_on() -> None:
    p = parameter(3.0)
    optimizer = optim.SGD([p], lr=0.5)

    def closure() -> nudge.Tensor:
        optimizer.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 9.0
    assert p.item() == 0.0


def test_gradients_are_forgotten_or_zeroed() -> None:
    p = parameter(1.0)
    optimizer = optim.SGD([p])
    p.grad = nudge.tensor([2.0])
    optimizer.zero_grad(set_to_none=False)
    assert p.grad.item() == 0.0
    optimizer.zero_grad()
    assert p.grad is None


def test_groups_have_settings_of_their_own() -> None:
    p, q = parameter(1.0), parameter(1.0)
    optimizer = optim.SGD([{"params": [p], "lr": 1.0}, {"params": q}], lr=0.25)
    p.grad = q.grad = nudge.tensor([1.0])
    optimizer.step()
    assert (p.item(), q.item()) == (0.0, 0.75)
    optimizer.param_groups[1]["lr"] = 0.75
    optimizer.step()
    assert q.item() == 0.0


@pytest.mark.parametrize(("rule", "settings"), RULES)
def test_a_loaded_state_goes_on_bit_for_bit(rule: Any, settings: dict[str, Any]) -> None:
    p = parameter(3.0, -2.0)
    optimizer = rule([p], **settings)
    pulled(p, optimizer, 5)
    q = nudge.tensor(p.detach().numpy(), requires_grad=True)
    other = rule([q], lr=123.0)
    other.load_state_dict(optimizer.state_dict())
    assert pulled(p, optimizer, 5) == pulled(q, other, 5)
    np.testing.assert_array_equal(p.detach().numpy(), q.detach().numpy())


def test_a_loaded_state_is_a_copy() -> None:
    p, q = parameter(1.0), parameter(1.0)
    optimizer, other = optim.SGD([p], momentum=0.9), optim.SGD([q], momentum=0.9)
    p.grad = q.grad = nudge.tensor([1.0])
    optimizer.step()
    other.load_state_dict(optimizer.state_dict())
    other.step()
    assert optimizer.state[p]["momentum_buffer"].item() == 1.0


def test_one_cycle_rises_falls_and_moves_momentum_the_other_way() -> None:
    optimizer = optim.Adam([parameter(1.0)])
    cycle = OneCycleLR(optimizer, max_lr=1.0, total_steps=10)
    rates, betas = [], []
    for _ in range(10):
        rates.append(optimizer.param_groups[0]["lr"])
        betas.append(optimizer.param_groups[0]["betas"][0])
        cycle.step()
    assert (rates[0], max(rates), rates[-1]) == pytest.approx((0.04, 1.0, 4e-6))
    assert np.argmax(rates) == np.argmin(betas) == 2
    assert (betas[0], min(betas), betas[-1]) == pytest.approx((0.95, 0.85, 0.95))


def test_a_schedule_goes_on_where_another_was() -> None:
    first, second = optim.SGD([parameter(1.0)]), optim.SGD([parameter(1.0)])
    one = OneCycleLR(first, 1.0, 10, cycle_momentum=False)
    for _ in range(4):
        one.step()
    OneCycleLR(second, 1.0, 10, cycle_momentum=False).load_state_dict(one.state_dict())
    assert second.param_groups[0]["lr"] == first.param_groups[0]["lr"]


def followed(make: Any, steps: int) -> list[float]:
    """Give the rates of a schedule that starts from a rate of 1."""
    optimizer = optim.SGD([parameter(1.0)], lr=1.0)
    schedule, rates = make(optimizer), []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        schedule.step()
    return rates


@pytest.mark.parametrize(
    ("make", "rates"),
    [
        (lambda o: lr_scheduler.StepLR(o, 2), [1, 1, 0.1, 0.1, 0.01]),
        (lambda o: lr_scheduler.MultiStepLR(o, [3, 1, 3], gamma=0.5), [1, 0.5, 0.5, 0.125, 0.125]),
        (lambda o: lr_scheduler.ExponentialLR(o, 0.5), [1, 0.5, 0.25, 0.125, 0.0625]),
        (lambda o: lr_scheduler.LambdaLR(o, [lambda step: step / 2]), [0, 0.5, 1, 1.5, 2]),
        (lambda o: lr_scheduler.LinearLR(o, 0.2, 0.8, 3), [0.2, 0.4, 0.6, 0.8, 0.8]),
        (lambda o: lr_scheduler.CosineAnnealingLR(o, 2, eta_min=0.5), [1, 0.75, 0.5, 0.75, 1]),
    ],
)
def test_schedules_by_hand(make: Any, rates: list[float]) -> None:
    assert followed(make, 5) == pytest.approx(rates)


def test_schedules_are_multiplied_and_go_on_from_a_rate_set_by_hand() -> None:
    optimizer = optim.SGD([parameter(1.0)], lr=1.0)
    schedules = [lr_scheduler.LinearLR(optimizer, 0.5, total_iters=2), lr_scheduler.ExponentialLR(optimizer, 0.5)]
    rates = []
    for k in range(5):
        rates += schedules[0].get_last_lr()
        if k == 3:
            optimizer.param_groups[0]["lr"] = 8.0
        for schedule in schedules:
            schedule.step()
    assert rates == pytest.approx([0.5, 0.75 / 2, 1 / 4, 1 / 8, 4.0])
    other = lr_scheduler.ExponentialLR(optim.SGD([parameter(1.0)], lr=1.0), 0.5)
    other.load_state_dict(schedules[1].state_dict())
    other.step()
    assert other.get_last_lr() == [1.0]


def test_a_plateau_lowers_the_rate_and_remembers_what_it_saw() -> None:
    first, second = optim.SGD([parameter(1.0)], lr=1.0), optim.SGD([parameter(1.0)], lr=1.0)
    one = lr_scheduler.ReduceLROnPlateau(first, factor=0.5, patience=1, cooldown=1, min_lr=0.3)
    for loss in (3.0, 2.0, 2.0):
        one.step(nudge.tensor(loss))
    other = lr_scheduler.ReduceLROnPlateau(second, factor=0.5, patience=1, cooldown=1, min_lr=0.3)
    other.load_state_dict(one.state_dict())
    rates = []
    for _ in range(5):
        one.step(2.0)
        other.step(2.0)
        assert one.get_last_lr() == other.get_last_lr()
        rates += one.get_last_lr()
    assert rates == [0.5, 0.5, 0.5, 0.3, 0.3]


def in_turn(mine: Any, other: Any, milestones: list[int]) -> Any:
    schedules = [lr_scheduler.StepLR(optimizer, 1) for optimizer in (mine, other)]
    return lr_scheduler.SequentialLR(mine, schedules, milestones)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda p: optim.SGD([]), "no parameters"),
        (lambda p: optim.SGD(p), "put it in a list"),
        (lambda p: optim.SGD([p, p]), "given to the optimizer twice"),
        (lambda p: optim.SGD([p * 2]), "made by operations"),
        (lambda p: optim.SGD([1.0]), "not float"),
        (lambda p: optim.SGD([p], lr=-1), "lr = -1"),
        (lambda p: optim.SGD([p], lr=float("nan")), "lr = nan"),
        (lambda p: optim.SGD([p], lr="fast"), "lr = 'fast': expected a finite number"),
        (lambda p: optim.SGD([p], nesterov=True), "nesterov=True needs a momentum"),
        (lambda p: optim.SGD([{"params": [p], "lrr": 1.0}]), "did you mean lr"),
        (lambda p: optim.Adam([p], betas=(0.9, 1.0)), "betas"),
        (lambda p: optim.Adam([p], weight_decay=float("inf")), "weight_decay = inf"),
        (lambda p: optim.RMSprop([p], alpha=1.0), r"alpha = 1\.0"),
        (lambda p: optim.Adagrad([p], lr_decay=-1), "lr_decay = -1"),
        (lambda p: OneCycleLR(optim.SGD([p]), 1.0, 0), "total_steps = 0"),
        (lambda p: lr_scheduler.StepLR(optim.SGD([p]), 0), "step_size = 0"),
        (lambda p: lr_scheduler.CosineAnnealingLR(optim.SGD([p]), 0), "T_max = 0"),
        (lambda p: lr_scheduler.LinearLR(optim.SGD([p]), 0.0), r"start_factor = 0\.0"),
        (lambda p: lr_scheduler.LambdaLR(optim.SGD([p]), [abs, abs]), "2 functions for 1 groups"),
        (lambda p: in_turn(optim.SGD([p]), optim.SGD([p]), [2]), "another optimizer"),
        (lambda p: in_turn(*[optim.SGD([p])] * 2, []), r"milestones \[\] of 2 schedules"),
        (lambda p: lr_scheduler.ReduceLROnPlateau(optim.SGD([p]), mode="mix"), "did you mean m"),
        (lambda p: lr_scheduler.ReduceLROnPlateau(optim.SGD([p]), factor=1.0), r"factor = 1\.0"),
        (lambda p: lr_scheduler.ReduceLROnPlateau(optim.SGD([p]), min_lr=[0, 0]), "2 values of min_lr for 1 groups"),
        (lambda p: optim.SGD([p]).load_state_dict(optim.SGD([p, parameter(1.0)]).state_dict()), r"groups of \[2\]"),
        (
            lambda p: optim.Adam([p]).load_state_dict({"state": {}, "param_groups": [{"params": [0], "fine": True}]}),
            "fine=True, which Adam lacks",
        ),
    ],
)
def test_what_cannot_be_is_said(call: Any, says: str) -> None:
    with pytest.raises(nudge.UsageError, match=says):
        call(parameter(1.0))


def test_a_network_learns_xor() -> None:
    nudge.manual_seed(0)
    x, y = nudge.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), nudge.tensor([0, 1, 1, 0])
    model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2))
    optimizer = optim.Adam(model.parameters(), lr=0.1)
    loss_of = nn.CrossEntropyLoss()
    for _ in range(100):
        loss = loss_of(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.05
    assert model(x).argmax(-1).tolist() == [0, 1, 1, 0]
