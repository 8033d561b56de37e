"""nn against PyTorch: initial weights, values and gradients, keys and layouts."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
import torch

from nudge import autograd, nn, random
from nudge.creation import tensor
from nudge.nn import functional as F
from nudge.nn import init

TF = torch.nn.functional
HOMES = ((nn, tensor), (torch.nn, torch.tensor))


def build(module: Any) -> Any:
    """Build the same network in either library."""
    return module.Sequential(
        module.Linear(5, 8), module.ReLU(), module.Linear(8, 7, bias=False), module.Tanh(), module.Linear(7, 3),
        module.Sigmoid(), module.Linear(3, 4),
    )


def array(*shape: int, seed: int = 0) -> np.ndarray[Any, Any]:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def compare(
    ours: Any, theirs: Any, *inputs: np.ndarray[Any, Any], differentiable: int = 1, atol: float = 1e-6
) -> None:
    """Compare values, and gradients of a weighted sum, of two functions of the same arrays."""
    xs = [tensor(x, requires_grad=k < differentiable) for k, x in enumerate(inputs)]
    ts = [torch.tensor(x, requires_grad=k < differentiable) for k, x in enumerate(inputs)]
    y, t = ours(*xs), theirs(*ts)
    np.testing.assert_allclose(y.detach().numpy(), t.detach().numpy(), rtol=1e-5, atol=atol)
    assert y.shape == tuple(t.shape)
    w = array(*y.shape, seed=9)
    (y * tensor(w)).sum().backward()
    (t * torch.tensor(w)).sum().backward()
    for x, u in zip(xs[:differentiable], ts[:differentiable], strict=True):
        np.testing.assert_allclose(x.grad.numpy(), u.grad.numpy(), rtol=1e-5, atol=atol)


@pytest.mark.parametrize("seed", [0, 1, 1234])
def test_initial_weights_are_equal_for_the_same_seed(seed: int) -> None:
    random.manual_seed(seed)
    torch.manual_seed(seed)
    ours, theirs = build(nn).state_dict(), build(torch.nn).state_dict()
    assert list(ours) == list(theirs)
    for name, value in theirs.items():
        np.testing.assert_array_equal(ours[name].numpy(), value.numpy())


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("uniform_", {"a": -2.0, "b": 3.0}),
        ("normal_", {"mean": 1.0, "std": 0.5}),
        ("constant_", {"val": 0.3}),
        ("ones_", {}),
        ("zeros_", {}),
        ("xavier_uniform_", {"gain": 5 / 3}),
        ("xavier_normal_", {}),
        ("kaiming_uniform_", {"nonlinearity": "relu"}),
        ("kaiming_uniform_", {"a": 0.1, "mode": "fan_out"}),
        ("kaiming_normal_", {"nonlinearity": "tanh"}),
        ("trunc_normal_", {}),
        ("trunc_normal_", {"mean": 0.5, "std": 0.02, "a": 0.49, "b": 0.6}),
        ("trunc_normal_", {"a": 1.0, "b": 3.0}),
        ("trunc_normal_", {"a": -0.1, "b": 0.2}),
        ("orthogonal_", {}),
        ("orthogonal_", {"gain": 1.5}),
    ],
)
@pytest.mark.parametrize("shape", [(20, 30), (4, 3, 5)])
def test_initialisers(name: str, settings: dict[str, Any], shape: tuple[int, ...]) -> None:
    random.manual_seed(3)
    torch.manual_seed(3)
    ours, theirs = tensor(np.empty(shape, np.float32)), torch.empty(shape)
    getattr(init, name)(ours, **settings)
    getattr(torch.nn.init, name)(theirs, **settings)
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize("name", ["linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"])
def test_gains(name: str) -> None:
    assert init.calculate_gain(name) == torch.nn.init.calculate_gain(name)


@pytest.mark.parametrize("shape", [(6, 5), (5,), (2, 3, 5)])
def test_a_network_gives_the_same_values_and_gradients(shape: tuple[int, ...]) -> None:
    ours, theirs = build(nn), build(torch.nn)
    theirs.load_state_dict({name: torch.tensor(value.numpy()) for name, value in ours.state_dict().items()})
    compare(ours, theirs, array(*shape))
    for (name, p), q in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(p.grad.numpy(), q.grad.numpy(), rtol=1e-4, atol=1e-6, err_msg=name)


def test_names_of_nested_modules_shared_parameters_and_buffers() -> None:
    def nested(module: Any, make: Any) -> Any:
        class Block(module.Module):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.inner = module.Sequential(module.Linear(2, 2), module.ReLU())
                self.register_buffer("count", make([3.0]))
                self.register_buffer("scratch", make([0.0]), persistent=False)
                self.scale = module.Parameter(make([1.0, 2.0]))
                self.again = self.inner

        return Block()

    ours, theirs = nested(nn, tensor), nested(torch.nn, torch.tensor)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for method in ("named_parameters", "named_buffers", "named_modules", "named_children"):
        assert [name for name, _ in getattr(ours, method)()] == [name for name, _ in getattr(theirs, method)()]
    assert [n for n, _ in ours.named_parameters("p", recurse=False)] == [
        n for n, _ in theirs.named_parameters("p", recurse=False)
    ]


@pytest.mark.parametrize("shape", [(6, 5), (5,), (2, 3, 5)])
@pytest.mark.parametrize("dim", [0, -1])
def test_softmax(shape: tuple[int, ...], dim: int) -> None:
    compare(lambda x: F.softmax(x, dim), lambda x: TF.softmax(x, dim), 30 * array(*shape))
    compare(lambda x: F.log_softmax(x, dim), lambda x: TF.log_softmax(x, dim), 30 * array(*shape))


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("shape", [(4,), (6, 4), (2, 4, 3), (2, 4, 3, 2)])
def test_cross_entropy(shape: tuple[int, ...], reduction: str) -> None:
    axis = min(1, len(shape) - 1)
    classes = np.random.default_rng(1).integers(0, 4, shape[:axis] + shape[axis + 1 :])
    shares = TF.softmax(torch.tensor(array(*shape, seed=2)), axis).numpy()
    for smoothing in (0.0, 0.1, 1.0):
        settings = {"reduction": reduction, "label_smoothing": smoothing}
        ours, theirs = partial(F.cross_entropy, **settings), partial(TF.cross_entropy, **settings)
        compare(ours, theirs, 20 * array(*shape), classes)
        compare(ours, theirs, array(*shape), shares, differentiable=2)
        modules = (home.CrossEntropyLoss(**settings) for home in (nn, torch.nn))
        compare(*modules, array(*shape), classes)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("ignored", [-100, 2, -1])
@pytest.mark.parametrize("weighed", [False, True])
@pytest.mark.parametrize("shape", [(4,), (6, 4), (2, 4, 3), (2, 4, 3, 2)])
def test_losses_of_classes_weights_and_ignored_examples(
    shape: tuple[int, ...], weighed: bool, ignored: int, reduction: str
) -> None:
    axis = min(1, len(shape) - 1)
    rng = np.random.default_rng(1)
    classes = rng.integers(0, 4, shape[:axis] + shape[axis + 1 :])
    classes = np.where(rng.random(classes.shape) < 0.3, ignored, classes) if classes.ndim else classes
    shares = TF.softmax(torch.tensor(array(*shape, seed=2)), axis).numpy()
    weights = np.array([0.5, 2.0, 0.0, 1.5], np.float32) if weighed else None

    def both(name: str, home: Any, make: Any, **settings: Any) -> Any:
        made = None if weights is None else make(weights)
        return getattr(home, name)(weight=made, ignore_index=ignored, reduction=reduction, **settings)

    for smoothing in (0.0, 0.1):
        losses = [both("CrossEntropyLoss", *home, label_smoothing=smoothing) for home in HOMES]
        compare(*losses, array(*shape), classes)
        if ignored < 0:
            compare(*losses, array(*shape), shares, differentiable=2)
    compare(*(both("NLLLoss", *home) for home in HOMES), array(*shape), classes)


def test_second_derivatives_of_cross_entropy() -> None:
    x, t = array(3, 4), np.array([0, 3, 1])
    a, b = tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    (g,) = autograd.grad(F.cross_entropy(a, tensor(t)), a, create_graph=True)
    (h,) = torch.autograd.grad(TF.cross_entropy(b, torch.tensor(t)), b, create_graph=True)
    (g * g).sum().backward()
    (h * h).sum().backward()
    np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), rtol=1e-4, atol=1e-7)
