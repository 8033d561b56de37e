"""What is lowered and what is read, of classes, of numbers, and of several targets."""

from __future__ import annotations

import numpy as np
import pytest

import nudge
from nudge.config import TrainConfig
from nudge.data import read_table
from nudge.nn import functional as F
from nudge.train import Classification, Regression, Several
from nudge.train.task import head_as_dict, head_for, head_from_dict

TASK = Classification(("left", "right"))
OUTPUTS, TARGETS = nudge.tensor([[2.0, 1.0], [0.0, 3.0], [1.0, 0.0]]), nudge.tensor([0, 1, 1])


def test_classes_are_scored_by_the_largest_logit() -> None:
    assert TASK.score(OUTPUTS, TARGETS) == pytest.approx(2 / 3)
    answers = TASK.answers(OUTPUTS, TARGETS.numpy())
    assert TASK.spoken(answers.prediction).tolist() == ["left", "right", "left"]
    assert answers.probabilities is not None
    assert np.allclose(answers.probabilities.sum(axis=1), 1)


def test_smoothing_and_weights_bend_what_is_lowered_not_what_is_chosen_by() -> None:
    for bent in (
        Classification(("left", "right"), label_smoothing=0.2),
        Classification(("left", "right"), weights=(1.0, 5.0)),
    ):
        assert bent.loss(OUTPUTS, TARGETS).item() == TASK.loss(OUTPUTS, TARGETS).item()
        assert bent.objective(OUTPUTS, TARGETS).item() != TASK.objective(OUTPUTS, TARGETS).item()


def test_the_hinge_of_classes() -> None:
    hinge = Classification(("left", "right"), lowers="hinge")
    assert hinge.loss(OUTPUTS, TARGETS).item() == F.multi_margin_loss(OUTPUTS, TARGETS).item()


def test_numbers_are_learned_standardised_and_told_in_their_units() -> None:
    column = read_table({"y": [10.0, 20.0, 30.0, 40.0, 1000.5]})["y"]
    head = head_for(column, "regression", np.arange(4), TrainConfig())
    assert head == Regression("y", 25.0, float(np.std([10, 20, 30, 40])))
    targets = nudge.tensor(head.encode(column))
    assert head.score(targets.reshape(-1, 1), targets) == 1
    told = head.answers(targets.reshape(-1, 1), targets.numpy().astype(np.float64))
    assert np.allclose(told.prediction, column.values, rtol=1e-6)
    assert head.objective(targets.reshape(-1, 1) + 2, targets).item() == pytest.approx(4, rel=1e-5)


def test_several_targets_add_their_losses_and_share_out_the_outputs() -> None:
    number = Regression("y", 0.0, 1.0)
    both = Several((TASK, number))
    outputs = nudge.cat([OUTPUTS, nudge.tensor([[1.0], [2.0], [3.0]])], dim=1)
    numbers = nudge.tensor([1.5, 2.0, 2.5])
    targets = nudge.stack([TARGETS.float(), numbers], dim=1)
    assert both.outputs == 3
    expected = TASK.loss(OUTPUTS, TARGETS).item() + number.loss(outputs[:, 2:], numbers).item()
    assert both.loss(outputs, targets).item() == pytest.approx(expected)
    assert both.objective(outputs, targets).item() == pytest.approx(expected)
    assert both.score(outputs, targets) == pytest.approx((2 / 3 + number.score(outputs[:, 2:], numbers)) / 2)


def test_heads_go_through_plain_data() -> None:
    for head in (Classification(("a", "b"), 0.1, "y", "hinge", (1.0, 2.0)), Regression("y", 1.0, 2.0, "huber")):
        assert head_from_dict(head_as_dict(head)) == head


def test_a_class_that_is_none_and_a_gap_are_minus_one() -> None:
    column = read_table({"y": ["b", None, "c", "a"]})["y"]
    assert Classification(("a", "b")).encode(column).tolist() == [1, -1, -1, 0]
