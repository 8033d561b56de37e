"""Layers and containers: known numbers, gradients by nudging, training and evaluation, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nudge
from nudge import nn
from nudge.autograd import gradcheck
from nudge.nn import functional as F


def numbers(*shape: int, seed: int = 0) -> nudge.Tensor:
    return nudge.tensor(np.random.default_rng(seed).normal(2.0, 3.0, shape), requires_grad=True)


# -- layers ----------------------------------------------------------------------------------------


def test_equal_rows_add_up_their_gradients_and_padding_gets_none() -> None:
    layer = nn.Embedding(4, 2, padding_idx=-1)
    assert layer.weight[3].tolist() == [0.0, 0.0]
    layer(nudge.tensor([[1, 1, 3], [0, 1, 3]])).sum().backward()
    assert layer.weight.grad.tolist() == [[1, 1], [3, 3], [0, 0], [0, 0]]


def test_known_initial_rows() -> None:
    # nn.Embedding(2, 2) of PyTorch 2.13 after torch.manual_seed(0).
    nudge.manual_seed(0)
    np.testing.assert_allclose(
        nn.Embedding(2, 2).weight.detach().numpy(), [[1.5409961, -0.2934289], [-2.1787894, 0.5684313]], rtol=1e-6
    )


@pytest.mark.parametrize(("layer", "axes"), [(nn.LayerNorm, -1), (nn.RMSNorm, -1), (nn.BatchNorm1d, 0)])
def test_what_is_normalised_has_size_1(layer: Any, axes: int) -> None:
    norm = layer(6, dtype="float64")
    y = norm(numbers(50, 6)).detach().numpy()
    np.testing.assert_allclose((y**2).mean(axes), 1, rtol=1e-5)
    if layer is not nn.RMSNorm:
        np.testing.assert_allclose(y.mean(axes), 0, atol=1e-12)


@pytest.mark.parametrize(
    "norm",
    [
        lambda x, w, b: F.layer_norm(x, (3,), w, b),
        lambda x, w, b: F.rms_norm(x, (3,), w) + b,
        lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True),
        lambda x, w, b: F.batch_norm(x, nudge.ones(3), nudge.full(3, 4.0), w, b),
    ],
)
def test_gradients_of_what_normalises(norm: Any) -> None:
    assert gradcheck(norm, (numbers(4, 3), numbers(3, seed=1), numbers(3, seed=2)))


def test_running_figures_are_kept_in_training_and_used_in_evaluation() -> None:
    layer = nn.BatchNorm1d(2)
    mean, variance = layer.running_mean, layer.running_var
    x = nudge.tensor([[1.0, 10.0], [3.0, 30.0]])
    layer(x)
    assert layer.running_mean is mean
    np.testing.assert_allclose(mean.numpy(), [0.2, 2.0], rtol=1e-6)
    np.testing.assert_allclose(variance.numpy(), [0.9 + 0.2, 0.9 + 20.0], rtol=1e-6)
    before = layer.eval()(x).detach().numpy()
    np.testing.assert_allclose(before, (x.numpy() - mean.numpy()) / np.sqrt(variance.numpy() + 1e-5), rtol=1e-6)
    assert layer.num_batches_tracked.item() == 1
    layer.reset_parameters()
    assert (mean.tolist(), variance.tolist(), layer.num_batches_tracked.item()) == ([0.0, 0.0], [1.0, 1.0], 0)


def test_without_momentum_running_figures_are_the_average_of_all_batches() -> None:
    layer = nn.BatchNorm1d(1, momentum=None)
    for start in (0.0, 10.0, 50.0):
        layer(nudge.tensor([[start], [start + 2]]))
    assert layer.running_mean.item() == pytest.approx((1 + 11 + 51) / 3)


def test_dropout_keeps_the_mean_and_sleeps_in_evaluation() -> None:
    nudge.manual_seed(0)
    x = nudge.ones(100, 100, requires_grad=True)
    layer = nn.Dropout(0.2)
    y = layer(x)
    assert set(np.unique(y.detach().numpy())) == {np.float32(0), np.float32(1.25)}
    assert y.mean().item() == pytest.approx(1, abs=0.02)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), y.detach().numpy())
    assert layer.eval()(x) is x
    assert F.dropout(x, 1.0).sum().item() == 0


# -- containers ------------------------------------------------------------------------------------


def test_a_list_of_modules_is_a_list() -> None:
    a, b, c = nn.Linear(1, 1), nn.ReLU(), nn.Tanh()
    layers = nn.ModuleList([a]).append(b).extend([c])
    layers.insert(1, nn.Identity())
    assert [type(layer).__name__ for layer in layers] == ["Linear", "Identity", "ReLU", "Tanh"]
    assert [name for name, _ in layers.named_children()] == ["0", "1", "2", "3"]
    del layers[1]
    layers[-1] = a
    assert list(layers) == [a, b, a]
    assert isinstance(layers[:2], nn.ModuleList)
    del layers[1:]
    assert list(layers.state_dict()) == ["0.weight", "0.bias"]


def test_a_dict_of_modules_is_a_dict() -> None:
    heads = nn.ModuleDict([("a", nn.ReLU())])
    heads["b"] = nn.Linear(1, 1)
    heads.update({"a": nn.Tanh()})
    assert (list(heads), len(heads), "a" in heads, "c" in heads) == (["a", "b"], 2, True, False)
    assert [(name, type(head)) for name, head in heads.items()] == [("a", nn.Tanh), ("b", nn.Linear)]
    assert list(heads.values())[1] is heads.pop("b")
    heads.clear()
    assert not list(heads.keys())


def test_a_list_of_parameters_makes_knobs_of_tensors() -> None:
    knobs = nn.ParameterList([nudge.ones(2), nn.Parameter(nudge.zeros(1))])
    knobs[1] = nudge.ones(3)
    assert [(name, p.shape) for name, p in knobs.named_parameters()] == [("0", (2,)), ("1", (3,))]
    assert all(isinstance(p, nn.Parameter) for p in knobs)


# -- hooks and names -------------------------------------------------------------------------------


def test_hooks_see_and_change_what_goes_in_and_out() -> None:
    layer = nn.Identity()
    first = layer.register_forward_pre_hook(lambda module, args: args[0] + 1)
    second = layer.register_forward_hook(lambda module, args, output: output * 10)
    assert layer(1) == 20
    first.remove()
    assert layer(1) == 10
    second.remove()
    assert layer(1) == 1
    assert nn.Identity()(1) == 1


def test_a_hook_that_only_looks_changes_nothing() -> None:
    layer, seen = nn.Identity(), []
    layer.register_forward_hook(lambda module, args, output: seen.append((module, args, output)))
    assert layer(2) == 2
    assert seen == [(layer, (2,), 2)]


def test_modules_and_knobs_can_be_held_and_found_by_name() -> None:
    model = nn.Module()
    model.add_module("inner", nn.Sequential(nn.Linear(1, 1)))
    model.register_parameter("scale", nn.Parameter(nudge.ones(1)))
    model.register_parameter("shift", None)
    model.register_buffer("later", None)
    assert list(model.state_dict()) == ["scale", "inner.0.weight", "inner.0.bias"]
    assert model.get_submodule("inner.0") is model.inner[0]
    assert model.get_submodule("") is model
    assert not list(model.buffers())


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: nn.Embedding(0, 2), nudge.ShapeError, "num_embeddings = 0"),
        (lambda: nn.Embedding(3, 2, padding_idx=3), nudge.IndexingError, "padding_idx = 3"),
        (lambda: nn.Embedding(3, 2)(nudge.tensor([0, 3])), nudge.IndexingError, "row 3, where the rows are 0 to 2"),
        (lambda: nn.Embedding(3, 2)(nudge.tensor([-1])), nudge.IndexingError, "row -1"),
        (lambda: nn.Embedding(3, 2)(nudge.tensor([1.0])), nudge.DTypeError, "index of float32"),
        (lambda: nn.Dropout(1.5), nudge.UsageError, r"p = 1\.5"),
        (lambda: F.dropout(nudge.ones(2), -0.1), nudge.UsageError, "-0.1"),
        (lambda: nn.LayerNorm(3)(nudge.ones(3, 2)), nudge.ShapeError, r"shape \(3, 2\) does not end so"),
        (lambda: nn.RMSNorm((2, 3))(nudge.ones(3)), nudge.ShapeError, "does not end so"),
        (lambda: nn.LayerNorm((2, 0)), nudge.ShapeError, "normalized_shape = 0"),
        (lambda: nn.BatchNorm1d(3)(nudge.ones(1, 3)), nudge.ShapeError, "one number in a channel"),
        (lambda: nn.BatchNorm1d(3)(nudge.ones(2, 4)), nudge.ShapeError, r"expected \(n, 3\)"),
        (lambda: F.batch_norm(nudge.ones(4), None, None), nudge.ShapeError, r"expected \(n, channels"),
        (lambda: F.batch_norm(nudge.ones(4, 2), None, None), nudge.ShapeError, "running mean"),
        (lambda: F.batch_norm(nudge.ones(4, 2), nudge.ones(3), None), nudge.ShapeError, r"of shape \(3,\)"),
        (lambda: nn.ModuleList([3]), nudge.UsageError, "ModuleList holds modules"),
        (lambda: nn.ModuleList([nn.ReLU()])[1], nudge.IndexingError, "part 1 of a ModuleList with 1"),
        (lambda: nn.ModuleList()(1), nudge.UsageError, "has no forward"),
        (lambda: nn.ModuleDict({"a.b": nn.ReLU()}), nudge.UsageError, "without a dot"),
        (lambda: nn.ModuleDict({"keys": nn.ReLU()}), nudge.UsageError, "has as something else"),
        (lambda: nn.ModuleDict({"a": 1}), nudge.UsageError, "holds modules, not 1 as its a"),
        (lambda: nn.ModuleDict({"price": nn.ReLU()})["prize"], nudge.UsageError, "did you mean price"),
        (lambda: nn.ParameterList([1.0]), nudge.UsageError, "holds parameters and tensors"),
        (lambda: nn.Sequential(nn.ReLU()).get_submodule("1"), nudge.UsageError, "no module '1'"),
    ],
)
def test_what_does_not_fit_is_said(call: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        call()
