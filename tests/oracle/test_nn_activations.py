"""Activations against PyTorch: values and gradients, at the kinks and where exponentials overflow too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from nudge import nn
from nudge.creation import tensor
from nudge.nn import functional as F
from tests.oracle.test_nn import HOMES, TF, array, compare

X = np.concatenate([
    np.linspace(-8, 8, 65), [-1e4, -100, -21, -0.001, 0, 0.001, 21, 100, 1e4], np.nextafter(np.float32([3, -3]), 0)
]).astype(np.float32)  # fmt: skip

ACTIVATIONS: list[tuple[str, str, dict[str, Any]]] = [
    ("ReLU", "relu", {}),
    ("ReLU6", "relu6", {}),
    ("LeakyReLU", "leaky_relu", {}),
    ("LeakyReLU", "leaky_relu", {"negative_slope": 0.3}),
    ("Hardtanh", "hardtanh", {}),
    ("Hardtanh", "hardtanh", {"min_val": -2.0, "max_val": 0.5}),
    ("Hardsigmoid", "hardsigmoid", {}),
    ("Hardswish", "hardswish", {}),
    ("ELU", "elu", {}),
    ("ELU", "elu", {"alpha": 0.7}),
    ("CELU", "celu", {}),
    ("CELU", "celu", {"alpha": 0.7}),
    ("SELU", "selu", {}),
    ("Softplus", "softplus", {}),
    ("Softplus", "softplus", {"beta": 2.0, "threshold": 5.0}),
    ("LogSigmoid", "logsigmoid", {}),
    ("Tanh", "tanh", {}),
    ("Sigmoid", "sigmoid", {}),
    ("Softsign", "softsign", {}),
    ("SiLU", "silu", {}),
    ("Mish", "mish", {}),
    ("GELU", "gelu", {}),
    ("GELU", "gelu", {"approximate": "tanh"}),
    ("Softmax", "softmax", {"dim": 0}),
    ("LogSoftmax", "log_softmax", {"dim": 0}),
]


@pytest.mark.parametrize(("module", "function", "settings"), ACTIVATIONS)
def test_values_and_gradients(module: str, function: str, settings: dict[str, Any]) -> None:
    ours, theirs = (getattr(home, module)(**settings) for home, _ in HOMES)
    atol = 3e-6 if function == "gelu" else 1e-6  # 1 + erf(x) has lost its digits where x is far below 0
    compare(ours, theirs, X, atol=atol)
    compare(lambda x: getattr(F, function)(x, **settings), lambda x: getattr(TF, function)(x, **settings), X, atol=atol)


@pytest.mark.parametrize(("module", "function", "settings"), ACTIVATIONS)
def test_nan_stays_nan(module: str, function: str, settings: dict[str, Any]) -> None:
    x = np.array([np.nan], np.float32)
    assert np.isnan(getattr(F, function)(tensor(x), **settings).numpy()).all()


@pytest.mark.parametrize(("module", "function", "settings"), ACTIVATIONS)
def test_float64(module: str, function: str, settings: dict[str, Any]) -> None:
    x = np.linspace(-6, 6, 50)
    y, t = getattr(F, function)(tensor(x), **settings), getattr(TF, function)(torch.tensor(x), **settings)
    np.testing.assert_allclose(y.numpy(), t.numpy(), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize(("count", "shape"), [(1, (5,)), (1, (6, 3)), (3, (6, 3)), (3, (2, 3, 4))])
def test_prelu(count: int, shape: tuple[int, ...]) -> None:
    ours, theirs = nn.PReLU(count, init=0.1), torch.nn.PReLU(count, init=0.1)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    compare(ours, theirs, array(*shape))
    np.testing.assert_allclose(ours.weight.grad.numpy(), theirs.weight.grad.numpy(), rtol=1e-5, atol=1e-6)
