"""What optimizer and schedule a configuration means."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nudge
from nudge import optim
from nudge.config import KNOBS, TrainConfig
from nudge.train.rules import optimizer_of, schedule_of

RULES: dict[str, type[optim.Optimizer]] = {
    "adam": optim.Adam, "adamw": optim.AdamW, "sgd": optim.SGD, "rmsprop": optim.RMSprop, "adagrad": optim.Adagrad,
}  # fmt: skip


def rates(steps: int, **knobs: Any) -> list[float]:
    config = TrainConfig(**{"lr": 1.0, **knobs})
    optimizer = optimizer_of([nudge.ones(1, requires_grad=True)], config)
    schedule, found = schedule_of(optimizer, config, steps), []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        schedule.step()
    return found


def test_every_optimizer_and_schedule_that_can_be_asked_for_is_made() -> None:
    assert tuple(RULES) == KNOBS["optimizer"].choices
    for schedule in KNOBS["schedule"].choices:
        assert len(rates(7, schedule=schedule)) == 7


@pytest.mark.parametrize("name", RULES)
def test_an_optimizer_has_the_settings_of_the_configuration(name: str) -> None:
    config = TrainConfig(optimizer=name, lr=0.2, weight_decay=0.01, momentum=0.8)
    optimizer = optimizer_of([nudge.ones(1, requires_grad=True)], config)
    group = optimizer.param_groups[0]
    assert type(optimizer) is RULES[name]
    assert (group["lr"], group["weight_decay"]) == (0.2, 0.01)
    assert group.get("momentum", 0.0) == (0.8 if name == "sgd" else 0.0)


def test_one_cycle_goes_up_for_three_tenths_and_down() -> None:
    found = rates(100)
    assert found.index(max(found)) == 29
    assert max(found) == 1.0
    assert found[0] == pytest.approx(1 / 25)
    assert found[-1] == pytest.approx(1 / 25 / 1e4)
    assert found == rates(100, warmup=0.5)  # it has its own


def test_cosine_goes_down() -> None:
    assert rates(4, schedule="cosine") == pytest.approx([1.0, 0.853553, 0.5, 0.146447], abs=1e-6)


def test_steps_go_down_to_a_tenth_and_to_a_hundredth() -> None:
    assert rates(6, schedule="step") == pytest.approx([1, 1, 0.1, 0.1, 0.01, 0.01])
    assert rates(7, schedule="step") == pytest.approx([1, 1, 1, 0.1, 0.1, 0.1, 0.01])


def test_constant_does_not_change() -> None:
    assert rates(3, schedule="constant", lr=0.3) == [0.3] * 3


@pytest.mark.parametrize("schedule", ["cosine", "step", "constant"])
def test_a_warm_up_rises_in_a_line_and_the_schedule_takes_what_is_left(schedule: str) -> None:
    found = rates(12, schedule=schedule, warmup=0.25)
    assert found[:3] == pytest.approx([0.25, 0.5, 0.75])
    assert found[3:] == pytest.approx(rates(9, schedule=schedule))


@given(
    schedule=st.sampled_from(KNOBS["schedule"].choices),
    steps=st.integers(1, 60),
    warmup=st.floats(0, 0.9),
    lr=st.floats(1e-6, 10),
)
def test_no_rate_is_above_what_was_asked_for_or_below_0(schedule: str, steps: int, warmup: float, lr: float) -> None:
    found = rates(steps, schedule=schedule, warmup=warmup, lr=lr)
    assert all(0 <= rate <= lr * (1 + 1e-12) for rate in found)
    if schedule != "onecycle":  # whose peak may lie between two steps
        assert max(found) == pytest.approx(lr)
