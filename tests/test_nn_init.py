"""Initialisers and clipping: what the numbers must be like, some that are known, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import nudge
from nudge import nn
from nudge.nn import init
from nudge.nn.utils import clip_grad_norm_, clip_grad_value_


@pytest.fixture(autouse=True)
def _seed() -> None:
    nudge.manual_seed(0)


@pytest.mark.parametrize(("shape", "gain"), [((4, 4), 1.0), ((3, 7), 2.0), ((6, 2), 0.5), ((2, 3, 4), 1.0)])
def test_orthogonal(shape: tuple[int, ...], gain: float) -> None:
    matrix = init.orthogonal_(nudge.empty(*shape), gain).numpy().reshape(shape[0], -1)
    matrix = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    np.testing.assert_allclose(matrix @ matrix.T, gain**2 * np.eye(len(matrix)), atol=1e-6)


@pytest.mark.parametrize(
    "settings", [{}, {"mean": 0.3, "std": 0.1, "a": 0.1, "b": 0.4}, {"a": 1.5, "b": 4.0}, {"a": -0.1, "b": 0.2}]
)
def test_truncated_normal_numbers_are_inside_and_as_likely_as_they_should_be(settings: dict[str, float]) -> None:
    numbers = init.trunc_normal_(nudge.empty(200, 100), **settings).numpy()
    mean, std, a, b = {"mean": 0.0, "std": 1.0, "a": -2.0, "b": 2.0, **settings}.values()
    assert a <= numbers.min() <= numbers.max() <= b

    def below(x: float) -> float:
        return (1 + math.erf((x - mean) / std / math.sqrt(2))) / 2

    middle = (a + b) / 2
    expected = (below(middle) - below(a)) / (below(b) - below(a))
    assert (numbers < middle).mean() == pytest.approx(expected, abs=0.02)


def test_known_numbers() -> None:
    # Of PyTorch 2.13, each after torch.manual_seed(0).
    drawn = init.trunc_normal_(nudge.empty(3), a=-1.0, b=1.0)
    np.testing.assert_allclose(drawn.numpy(), [0.56843126, -0.2934289, -0.71925759], rtol=1e-6)
    nudge.manual_seed(0)
    turned = init.orthogonal_(nudge.empty(2, 2))
    np.testing.assert_allclose(turned.numpy(), [[0.5774399, 0.81643307], [-0.81643307, 0.57744002]], rtol=1e-5)
    assert init.eye_(nudge.empty(2, 3)).tolist() == [[1, 0, 0], [0, 1, 0]]


def test_filling_a_parameter_leaves_a_leaf() -> None:
    weight = nn.Parameter(nudge.zeros(3, 3))
    for fill in (init.orthogonal_, init.trunc_normal_, init.eye_):
        assert fill(weight) is weight
        assert weight.is_leaf
        assert weight.requires_grad


def gradients(*rows: list[float]) -> list[nudge.Tensor]:
    params = [nudge.zeros(len(row), requires_grad=True) for row in rows]
    for p, row in zip(params, rows, strict=True):
        p.grad = nudge.tensor(row)
    return params


@pytest.mark.parametrize(("norm_type", "norm"), [(2, 5.0), (1, 7.0), (math.inf, 4.0)])
def test_one_factor_brings_the_norm_of_all_gradients_down(norm_type: float, norm: float) -> None:
    params = [*gradients([3.0], [0.0, -4.0]), nudge.zeros(1, requires_grad=True)]
    assert clip_grad_norm_(params, norm / 2, norm_type).item() == pytest.approx(norm)
    np.testing.assert_allclose(params[0].grad.numpy(), [1.5], rtol=1e-6)
    np.testing.assert_allclose(params[1].grad.numpy(), [0.0, -2.0], rtol=1e-6)
    assert params[2].grad is None
    clip_grad_norm_(iter(params), 100.0, norm_type)
    np.testing.assert_allclose(params[0].grad.numpy(), [1.5], rtol=1e-6)


def test_values_are_bounded() -> None:
    params = gradients([3.0, -0.5], [-9.0])
    clip_grad_value_(params, 1.0)
    assert [p.grad.tolist() for p in params] == [[1.0, -0.5], [-1.0]]


def test_nothing_to_clip() -> None:
    assert clip_grad_norm_([nudge.zeros(1, requires_grad=True)], 1.0).item() == 0.0


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: init.orthogonal_(nudge.ones(3)), nudge.ShapeError, "no fan_in"),
        (lambda: init.eye_(nudge.ones(3)), nudge.ShapeError, "expected two axes"),
        (lambda: init.trunc_normal_(nudge.ones(3), a=1.0, b=1.0), nudge.UsageError, "expected a < b"),
        (lambda: init.trunc_normal_(nudge.ones(3), std=0.0), nudge.UsageError, r"std = 0\.0"),
        (lambda: clip_grad_norm_(gradients([1.0]), -1.0), nudge.UsageError, r"max_norm = -1\.0"),
        (lambda: clip_grad_value_(gradients([1.0]), math.nan), nudge.UsageError, "clip_value = nan"),
        (
            lambda: clip_grad_norm_(gradients([math.inf]), 1.0, error_if_nonfinite=True),
            nudge.GraphError,
            "norm is inf",
        ),
    ],
)
def test_what_cannot_be_is_said(call: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        call()
