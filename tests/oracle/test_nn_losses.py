"""Losses that compare number by number, and those of margins, against PyTorch: values, gradients, every setting."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from nudge import nn
from nudge.creation import tensor
from nudge.nn import functional as F
from tests.oracle.test_nn import HOMES, TF, array, compare

SHAPE = (6, 4)
REDUCTIONS = pytest.mark.parametrize("reduction", ["mean", "sum", "none"])


def shares(seed: int) -> np.ndarray[Any, Any]:
    """Draw numbers of [0, 1], some of them 0 and 1."""
    drawn = np.random.default_rng(seed).random(SHAPE).astype(np.float32)
    drawn[0, 0], drawn[0, 1] = 0, 1
    return drawn


def signs(seed: int) -> np.ndarray[Any, Any]:
    return np.sign(array(*SHAPE, seed=seed))


def near(seed: int) -> np.ndarray[Any, Any]:
    """Draw targets for array(): some at, some near, some far."""
    return array(*SHAPE) + np.resize(np.array([0, 0.1, -0.5, 4, -0.3, 1, -30], np.float32), SHAPE)


NUMBERS: list[tuple[str, str, dict[str, Any], Any, int]] = [
    ("MSELoss", "mse_loss", {}, near, 2),
    ("L1Loss", "l1_loss", {}, near, 2),
    ("HuberLoss", "huber_loss", {}, near, 2),
    ("HuberLoss", "huber_loss", {"delta": 0.4}, near, 2),
    ("SmoothL1Loss", "smooth_l1_loss", {}, near, 2),
    ("SmoothL1Loss", "smooth_l1_loss", {"beta": 0.4}, near, 2),
    ("SmoothL1Loss", "smooth_l1_loss", {"beta": 0.0}, near, 2),
    ("BCEWithLogitsLoss", "binary_cross_entropy_with_logits", {}, shares, 2),
    ("HingeEmbeddingLoss", "hinge_embedding_loss", {}, signs, 1),
    ("HingeEmbeddingLoss", "hinge_embedding_loss", {"margin": 0.3}, signs, 1),
    ("SoftMarginLoss", "soft_margin_loss", {}, signs, 1),
    ("KLDivLoss", "kl_div", {"log_target": True}, array, 2),
    ("KLDivLoss", "kl_div", {}, shares, 1),
]


@REDUCTIONS
@pytest.mark.parametrize(("module", "function", "settings", "targets", "differentiable"), NUMBERS)
@pytest.mark.filterwarnings("ignore:reduction")
def test_losses_of_one_shape(
    module: str, function: str, settings: dict[str, Any], targets: Any, differentiable: int, reduction: str
) -> None:
    if function == "kl_div" and reduction == "mean":
        reduction = "batchmean"
    settings = settings | {"reduction": reduction}
    x, t = array(*SHAPE), array(*SHAPE, seed=1) if targets is array else targets(1)
    compare(getattr(nn, module)(**settings), getattr(torch.nn, module)(**settings), x, t, differentiable=differentiable)
    compare(
        lambda x, t: getattr(F, function)(x, t, **settings), lambda x, t: getattr(TF, function)(x, t, **settings), x, t
    )


def test_defaults_are_pytorchs() -> None:
    for module, _, _, targets, _ in NUMBERS:
        if module != "KLDivLoss":
            compare(getattr(nn, module)(), getattr(torch.nn, module)(), array(*SHAPE), targets(1))


@REDUCTIONS
@pytest.mark.parametrize("weight", [None, (4,), (6, 1), (6, 4)])
@pytest.mark.parametrize("pos_weight", [None, (4,)])
def test_weights_of_binary_cross_entropy(weight: Any, pos_weight: Any, reduction: str) -> None:
    def losses(name: str, **settings: Any) -> list[Any]:
        drawn = {key: np.abs(array(*shape, seed=5)) for key, shape in settings.items() if shape is not None}
        return [
            getattr(home, name)(reduction=reduction, **{key: make(w) for key, w in drawn.items()})
            for home, make in HOMES
        ]

    compare(*losses("BCEWithLogitsLoss", weight=weight, pos_weight=pos_weight), 20 * array(*SHAPE), shares(1))
    inside = 0.01 + 0.98 * shares(2)
    compare(*losses("BCELoss", weight=weight), inside, shares(1))


def test_probabilities_of_0_and_1_cost_what_they_cost_in_pytorch() -> None:
    p, t = np.float32([0, 1, 0, 1]), np.float32([0, 1, 1, 0])
    ours = F.binary_cross_entropy(tensor(p), tensor(t), reduction="none")
    assert ours.tolist() == TF.binary_cross_entropy(torch.tensor(p), torch.tensor(t), reduction="none").tolist()


@REDUCTIONS
@pytest.mark.parametrize("margin", [0.0, 0.7])
def test_margin_ranking(margin: float, reduction: str) -> None:
    losses = [home.MarginRankingLoss(margin, reduction=reduction) for home, _ in HOMES]
    compare(*losses, array(*SHAPE), array(*SHAPE, seed=1), signs(2), differentiable=2)


@REDUCTIONS
@pytest.mark.parametrize("weighed", [False, True])
@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("shape", [(4,), (6, 4)])
def test_multi_margin(shape: tuple[int, ...], p: int, weighed: bool, reduction: str) -> None:
    classes = np.random.default_rng(1).integers(0, 4, shape[:-1])
    weight = np.array([0.5, 2.0, 0.0, 1.5], np.float32)
    losses = [
        home.MultiMarginLoss(p, 0.8, make(weight) if weighed else None, reduction=reduction) for home, make in HOMES
    ]
    compare(*losses, array(*shape), classes)


def test_extreme_logits() -> None:
    x, t = np.float32([1e4, -1e4, 80, -80]), np.float32([0, 1, 0, 1])
    compare(*(home.BCEWithLogitsLoss(reduction="none") for home, _ in HOMES), x, t)
