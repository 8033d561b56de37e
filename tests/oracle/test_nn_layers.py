"""Layers against PyTorch: initial weights, values, gradients, running figures, and what is dropped for a seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from nudge import nn, random
from nudge.creation import tensor
from nudge.nn import functional as F
from tests.oracle.test_nn import HOMES, TF, array, compare


def twins(name: str, *args: Any, **kwargs: Any) -> list[Any]:
    """Make a layer in both libraries, and give both the same weights, which are not the initial ones."""
    random.manual_seed(3)
    torch.manual_seed(3)
    ours, theirs = (getattr(home, name)(*args, **kwargs) for home, _ in HOMES)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert [n for n, _ in ours.named_parameters()] == [n for n, _ in theirs.named_parameters()]
    assert [n for n, _ in ours.named_buffers()] == [n for n, _ in theirs.named_buffers()]
    for key, value in theirs.state_dict().items():
        # PyTorch's normal numbers, of its own vectorised logarithm and cosine, may differ in the last digit.
        np.testing.assert_allclose(ours.state_dict()[key].numpy(), value.numpy(), rtol=5e-7, atol=1e-7)
    with torch.no_grad():
        for k, p in enumerate(theirs.parameters()):
            p.copy_(torch.tensor(array(*p.shape, seed=20 + k)))
    ours.load_state_dict({key: value.numpy() for key, value in theirs.state_dict().items()})
    return [ours, theirs]


def assert_same_state(ours: Any, theirs: Any, gradients: bool = True) -> None:
    for key, value in theirs.state_dict().items():
        np.testing.assert_allclose(ours.state_dict()[key].numpy(), value.numpy(), rtol=1e-5, atol=1e-6, err_msg=key)
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        if gradients:  # sums that cancel keep the rounding of their largest terms
            atol = 1e-5 * max(1.0, float(q.grad.abs().max()) / 4)
            np.testing.assert_allclose(p.grad.numpy(), q.grad.numpy(), rtol=1e-4, atol=atol)


@pytest.mark.parametrize("padding", [None, 2, -1])
@pytest.mark.parametrize("shape", [(), (5,), (3, 4)])
def test_embedding(shape: tuple[int, ...], padding: int | None) -> None:
    ours, theirs = twins("Embedding", 6, 3, padding_idx=padding)
    rows = np.random.default_rng(1).integers(0, 6, shape)
    compare(ours, theirs, rows, differentiable=0)
    assert_same_state(ours, theirs)


@pytest.mark.parametrize("settings", [{}, {"eps": 0.1}, {"bias": False}, {"elementwise_affine": False}])
@pytest.mark.parametrize(("over", "shape"), [(5, (4, 5)), ((5,), (5,)), ([3, 5], (2, 3, 5))])
def test_layer_norm(over: Any, shape: tuple[int, ...], settings: dict[str, Any]) -> None:
    ours, theirs = twins("LayerNorm", over, **settings)
    compare(ours, theirs, 3 + 2 * array(*shape), atol=1e-5)
    assert_same_state(ours, theirs)


@pytest.mark.parametrize("settings", [{}, {"eps": 0.1}, {"elementwise_affine": False}])
@pytest.mark.parametrize(("over", "shape"), [(5, (4, 5)), ((5,), (5,)), ([3, 5], (2, 3, 5))])
def test_rms_norm(over: Any, shape: tuple[int, ...], settings: dict[str, Any]) -> None:
    ours, theirs = twins("RMSNorm", over, **settings)
    compare(ours, theirs, array(*shape))
    assert_same_state(ours, theirs)


@pytest.mark.parametrize(
    "settings",
    [{}, {"eps": 0.1, "momentum": 0.5}, {"momentum": None}, {"affine": False}, {"track_running_stats": False}],
)
@pytest.mark.parametrize("shape", [(8, 3), (4, 3, 5)])
def test_batch_norm(shape: tuple[int, ...], settings: dict[str, Any]) -> None:
    ours, theirs = twins("BatchNorm1d", 3, **settings)
    for k in range(4):
        compare(ours, theirs, 2 + array(*shape, seed=k), atol=1e-5)
        assert_same_state(ours, theirs)
    ours.eval()
    theirs.eval()
    compare(ours, theirs, array(*shape), atol=1e-5)
    assert_same_state(ours, theirs)
    ours.reset_running_stats()
    theirs.reset_running_stats()
    assert_same_state(ours, theirs)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("shape", [(7,), (5, 33), (64, 10)])
def test_dropout_drops_what_pytorch_drops(shape: tuple[int, ...], p: float, dtype: Any) -> None:
    x = array(*shape).astype(dtype)
    random.manual_seed(11)
    torch.manual_seed(11)
    compare(*(home.Dropout(p) for home, _ in HOMES), x)
    compare(lambda x: F.dropout(x, p), lambda x: TF.dropout(x, p), x)
    np.testing.assert_array_equal(random.rand(3).numpy(), torch.rand(3).numpy())
    compare(*(home.Dropout(p).eval() for home, _ in HOMES), x)


def test_shapes() -> None:
    x = array(2, 3, 4)
    compare(*(home.Flatten() for home, _ in HOMES), x)
    compare(*(home.Flatten(0, 1) for home, _ in HOMES), x)
    compare(*(home.Unflatten(2, (2, 2)) for home, _ in HOMES), x)
    compare(*(home.Identity(54, unused=True) for home, _ in HOMES), x)


def build(module: Any, make: Any) -> Any:
    """Build a network of every container in either library."""

    class Net(module.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.embed = module.Embedding(7, 6, padding_idx=0)
            self.blocks = module.ModuleList([
                module.Sequential(module.Linear(6, 6), module.BatchNorm1d(6), module.GELU(), module.Dropout(0.2))
            ])
            self.blocks.append(module.Sequential(module.LayerNorm(6), module.Linear(6, 6), module.PReLU()))
            self.blocks.insert(1, module.Identity())
            self.heads = module.ModuleDict({"a": module.Linear(6, 2), "b": module.Linear(6, 3)})
            self.scales = module.ParameterList([module.Parameter(make([2.0])), make([1.0, 2.0, 3.0])])

        def forward(self, x: Any) -> Any:
            x = self.embed(x).mean(1)
            for block in self.blocks:
                x = block(x)
            return (self.heads["a"](x) * self.scales[0]).sum(1, keepdim=True) + self.heads["b"](x) * self.scales[1]

    return Net()


def test_a_network_of_every_container_learns_as_in_pytorch() -> None:
    nets = []
    for module, make in HOMES:
        random.manual_seed(5)
        torch.manual_seed(5)
        nets.append(build(module, make))
    ours, theirs = nets
    for method in ("named_parameters", "named_buffers", "named_modules", "named_children"):
        assert [name for name, _ in getattr(ours, method)()] == [name for name, _ in getattr(theirs, method)()]
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert_same_state(ours, theirs, gradients=False)
    rng = np.random.default_rng(0)
    for _ in range(5):
        rows, targets = rng.integers(0, 7, (16, 4)), rng.integers(0, 3, 16)
        random.manual_seed(1)
        torch.manual_seed(1)
        ours.zero_grad()
        theirs.zero_grad()
        a = nn.CrossEntropyLoss()(ours(tensor(rows)), tensor(targets))
        b = torch.nn.CrossEntropyLoss()(theirs(torch.tensor(rows)), torch.tensor(targets))
        assert a.item() == pytest.approx(b.item(), rel=1e-5)
        a.backward()
        b.backward()
        assert_same_state(ours, theirs)


def test_hooks_change_what_they_change_in_pytorch() -> None:
    def seen(module: Any, make: Any) -> list[Any]:
        layer, log = module.Identity(), []
        pre = layer.register_forward_pre_hook(lambda m, args: (args[0] * 2,))
        layer.register_forward_pre_hook(lambda m, args: log.append(args[0].tolist()))
        post = layer.register_forward_hook(lambda m, args, out: out + args[0])
        log.append(layer(make([1.0])).tolist())
        pre.remove()
        log.append(layer(make([1.0])).tolist())
        post.remove()
        log.append(layer(make([1.0])).tolist())
        return log

    assert seen(*HOMES[0]) == seen(*HOMES[1])
