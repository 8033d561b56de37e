"""The knobs: what they take, what they refuse, and that nothing else has to know them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from nudge import UsageError
from nudge.config import KNOBS, TrainConfig


def test_every_default_is_in_range_and_every_knob_says_what_it_is_for() -> None:
    config = TrainConfig()
    for name, knob in KNOBS.items():
        assert getattr(config, name) == knob.default
        assert knob.help
        assert knob.check(knob.default, name) == knob.default
        if knob.default is not None:
            assert knob.parse(knob.shown, name) == knob.default
        if knob.example:
            knob.parse(knob.example, name)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("hidden", "64,32", (64, 32)),
        ("hidden", "1", (1,)),
        ("lr", "1e-3", 0.001),
        ("lr", "10", 10.0),
        ("epochs", "1000000", 1_000_000),
        ("seed", "9223372036854775807", 2**63 - 1),
        ("activation", "tanh", "tanh"),
        ("shift", "0", 0.0),
        ("hidden", "none", ()),
        ("target", 'price,"size, in feet"', ("price", "size, in feet")),
        ("type", "zip=category,a=b=date", {"zip": "category", "a=b": "date"}),
    ],
)
def test_texts_are_read(name: str, text: str, value: Any) -> None:
    assert KNOBS[name].parse(text, name) == value
    assert getattr(TrainConfig(**{name: value}), name) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("hidden", "0"), ("hidden", "64,"), ("hidden", ""), ("hidden", "64;32"), ("hidden", "1.5"), ("hidden", "65537"),
        ("lr", "nan"), ("lr", "inf"), ("lr", "0"), ("lr", "-1"), ("lr", "fast"), ("lr", "10.1"),
        ("epochs", "-3"), ("epochs", "0"), ("epochs", "1e3"), ("seed", "-1"), ("seed", str(2**63)),
        ("activation", "ReLU6"), ("activation", ""), ("holdout", "0"), ("holdout", "0.6"), ("batch_size", "0"),
    ],
)  # fmt: skip
def test_texts_out_of_range_are_refused_naming_all_that_helps(name: str, text: str) -> None:
    with pytest.raises(UsageError) as error:
        KNOBS[name].parse(text, f"--{name}")
    assert str(error.value).startswith(f"--{name} {text}: expected {KNOBS[name].range}")


@pytest.mark.parametrize(
    "values",
    [
        {"hidden": 0}, {"hidden": "64"}, {"hidden": (64, 0)}, {"hidden": (1.5,)}, {"hidden": None}, {"lr": None},
        {"lr": "0.1"}, {"epochs": 1.5}, {"epochs": True}, {"seed": float("nan")}, {"activation": 1},
    ],
)  # fmt: skip
def test_values_of_another_kind_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=f"^{next(iter(values))} "):
        TrainConfig(**values)


def test_numpys_numbers_are_taken_as_pythons() -> None:
    config = TrainConfig(hidden=[np.int64(8)], lr=np.float32(0.5), epochs=np.int32(3))
    assert (config.hidden, config.lr, config.epochs) == ((8,), 0.5, 3)
    assert [type(x) for x in (config.hidden[0], config.lr, config.epochs)] == [int, float, int]


def test_a_linear_network_has_no_hidden_layer() -> None:
    assert TrainConfig(hidden=()).hidden == ()


def test_a_given_number_of_epochs_is_run_in_full() -> None:
    assert TrainConfig().patience_for(1000) < TrainConfig().epochs_for(1000)
    assert TrainConfig(epochs=7).epochs_for(1000) == 7
    assert TrainConfig(epochs=7).patience_for(1000) == float("inf")
    assert TrainConfig(epochs=7, patience=2).patience_for(1000) == 2


def test_a_configuration_goes_through_json() -> None:
    config = TrainConfig(hidden=(3, 4), lr=0.5, epochs=9)
    assert TrainConfig.from_dict(json.loads(json.dumps(config.as_dict()))) == config


def test_an_unknown_knob_is_named_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="no knob hiden; did you mean hidden"):
        TrainConfig.from_dict({"hiden": 3})


def test_one_value_of_many_need_not_be_in_a_list() -> None:
    config = TrainConfig(hidden=64, target="price", ignore="name")
    assert (config.hidden, config.target, config.ignore) == ((64,), ("price",), ("name",))
