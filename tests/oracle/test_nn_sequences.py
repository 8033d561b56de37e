"""Convolution, pooling, recurrence and attention against PyTorch: first weights, values, gradients, states."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import nudge
from nudge import nn
from nudge.nn import functional as F
from tests.oracle.test_nn import TF, array, compare
from tests.oracle.test_nn_layers import assert_same_state, twins

CONVOLUTIONS = [
    {}, {"stride": 2}, {"padding": 1}, {"dilation": 2}, {"padding": "same"}, {"padding": "valid"}, {"bias": False},
    {"stride": 2, "padding": 2, "dilation": 2}, {"groups": 2},
]  # fmt: skip


@pytest.mark.parametrize("settings", CONVOLUTIONS)
@pytest.mark.parametrize("kernel", [1, 3])
def test_conv1d(kernel: int, settings: dict[str, Any]) -> None:
    ours, theirs = twins("Conv1d", 4, 6, kernel, **settings)
    compare(ours, theirs, array(2, 4, 9), atol=1e-5)
    assert_same_state(ours, theirs)


@pytest.mark.filterwarnings("ignore:Using padding=.same.:UserWarning")
@pytest.mark.parametrize("settings", [*CONVOLUTIONS, {"stride": (2, 1), "padding": (0, 2), "dilation": (1, 2)}])
@pytest.mark.parametrize("kernel", [2, (3, 1), (2, 3)])
def test_conv2d(kernel: Any, settings: dict[str, Any]) -> None:
    ours, theirs = twins("Conv2d", 4, 6, kernel, **settings)
    compare(ours, theirs, array(2, 4, 7, 8), atol=1e-5)
    assert_same_state(ours, theirs)


def test_one_example_alone() -> None:
    ours, theirs = twins("Conv2d", 3, 2, 3)
    compare(ours, theirs, array(3, 5, 5), atol=1e-5)


POOLS = [(2, {}), (3, {"stride": 1}), (3, {"stride": 2, "padding": 1})]


@pytest.mark.parametrize(("kernel", "settings"), POOLS)
@pytest.mark.parametrize("name", ["MaxPool", "AvgPool"])
@pytest.mark.parametrize("axes", [1, 2])
def test_pooling(axes: int, name: str, kernel: int, settings: dict[str, Any]) -> None:
    ours, theirs = twins(f"{name}{axes}d", kernel, **settings)
    compare(ours, theirs, array(2, 3, *(8, 7)[:axes]))


@pytest.mark.parametrize("settings", [{"dilation": 2}, {"dilation": 2, "padding": 1, "stride": 1}])
def test_max_pooling_far_apart(settings: dict[str, Any]) -> None:
    compare(nn.MaxPool2d(3, **settings), torch.nn.MaxPool2d(3, **settings), array(2, 3, 8, 9))


def test_padding_may_not_count() -> None:
    settings = {"stride": 2, "padding": 1, "count_include_pad": False}
    compare(nn.AvgPool2d(3, **settings), torch.nn.AvgPool2d(3, **settings), array(2, 3, 8, 9))


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("name", ["RNNCell", "GRUCell", "LSTMCell"])
def test_cells(name: str, bias: bool) -> None:
    ours, theirs = twins(name, 3, 4, bias)
    x, h = array(2, 3), array(2, 4, seed=1)
    state = (h, array(2, 4, seed=2)) if name == "LSTMCell" else (h,)
    first = lambda made: made[0] if isinstance(made, tuple) else made  # noqa: E731

    def run(cell: Any) -> Any:
        return lambda x, *state: first(cell(x, state if len(state) == 2 else state[0]))

    compare(run(ours), run(theirs), x, *state, atol=1e-5)
    assert_same_state(ours, theirs)
    compare(lambda x: first(ours(x)), lambda x: first(theirs(x)), x, atol=1e-5)


LAYERS = [{}, {"num_layers": 2}, {"bidirectional": True}, {"num_layers": 2, "bidirectional": True, "bias": False}]


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("settings", LAYERS)
@pytest.mark.parametrize("name", ["RNN", "GRU", "LSTM"])
def test_layers_over_sequences(name: str, settings: dict[str, Any], first: bool) -> None:
    ours, theirs = twins(name, 3, 4, batch_first=first, **settings)
    compare(lambda x: ours(x)[0], lambda x: theirs(x)[0], array(5, 2, 3), atol=1e-5)
    assert_same_state(ours, theirs)
    count = settings.get("num_layers", 1) * (1 + settings.get("bidirectional", False))
    n = 5 if first else 2
    start = [array(count, n, 4, seed=k) for k in (1, 2)[: 1 + (name == "LSTM")]]
    x = array(5, 2, 3)
    mine = ours(nudge.tensor(x), *([tuple(map(nudge.tensor, start))] if name == "LSTM" else map(nudge.tensor, start)))
    known = [torch.tensor(one) for one in start]
    other = theirs(torch.tensor(x), *([tuple(known)] if name == "LSTM" else known))
    ends = zip(*((one[1] if name == "LSTM" else (one[1],)) for one in (mine, other)), strict=True)
    for a, b in [(mine[0], other[0]), *ends]:
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), atol=1e-5)


def test_a_sequence_alone_and_relu() -> None:
    ours, theirs = twins("RNN", 3, 4, 1, "relu")
    compare(lambda x: ours(x)[0], lambda x: theirs(x)[0], array(5, 3), atol=1e-5)
    compare(lambda x: ours(x)[1], lambda x: theirs(x)[1], array(5, 3), atol=1e-5)


MASK = np.array([[True, False, True], [True, True, True], [False, True, False], [True, True, False]])


@pytest.mark.parametrize("settings", [{}, {"is_causal": True}, {"scale": 0.3}])
def test_attention(settings: dict[str, Any]) -> None:
    q, k, v = array(2, 2, 4, 5), array(2, 2, 3, 5, seed=1), array(2, 2, 3, 6, seed=2)
    ours, theirs = (lambda q, k, v, f=f: f(q, k, v, **settings) for f in (
        F.scaled_dot_product_attention, TF.scaled_dot_product_attention
    ))  # fmt: skip
    compare(ours, theirs, q, k, v, differentiable=3, atol=1e-5)


@pytest.mark.parametrize("mask", [MASK, np.where(MASK, 0.5, -1.0).astype(np.float32)])
def test_attention_with_a_mask(mask: Any) -> None:
    q, k, v = array(2, 4, 5), array(2, 3, 5, seed=1), array(2, 3, 6, seed=2)
    compare(
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, nudge.tensor(mask)),
        lambda q, k, v: TF.scaled_dot_product_attention(q, k, v, torch.tensor(mask)),
        q, k, v, atol=1e-5,
    )  # fmt: skip


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_several_heads(bias: bool, first: bool) -> None:
    ours, theirs = twins("MultiheadAttention", 8, 2, bias=bias, batch_first=first)
    q, k, v = array(4, 3, 8), array(4, 3, 8, seed=1), array(4, 3, 8, seed=2)
    compare(lambda *x: ours(*x)[0], lambda *x: theirs(*x)[0], q, k, v, differentiable=3, atol=1e-4)
    assert_same_state(ours, theirs)
    for settings in ({}, {"average_attn_weights": False}):
        _, mine = ours(*map(nudge.tensor, (q, k, v)), **settings)
        _, other = theirs(*map(torch.tensor, (q, k, v)), **settings)
        np.testing.assert_allclose(mine.detach().numpy(), other.detach().numpy(), atol=1e-5)
    hidden = np.triu(np.ones((3 if first else 4,) * 2, bool), 1)
    mine, _ = ours(*map(nudge.tensor, (q, k, v)), attn_mask=nudge.tensor(hidden), need_weights=False)
    other, _ = theirs(*map(torch.tensor, (q, k, v)), attn_mask=torch.tensor(hidden), need_weights=False)
    np.testing.assert_allclose(mine.detach().numpy(), other.detach().numpy(), atol=1e-5)
