"""Convolution, pooling, recurrence and attention: by hand, and what does not fit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import nudge
from nudge import ShapeError, UsageError, nn
from nudge.autograd import gradcheck, gradgradcheck
from nudge.nn import functional as F


def array(*shape: int, seed: int = 0) -> Any:
    return nudge.tensor(np.random.default_rng(seed).normal(size=shape), requires_grad=True)


def test_a_convolution_is_a_sum_of_products_in_every_window() -> None:
    x, w = array(2, 3, 5, 6), array(4, 3, 2, 3, seed=1)
    made = F.conv2d(x, w, stride=(1, 2), padding=1)
    padded = np.pad(x.detach().numpy(), ((0, 0), (0, 0), (1, 1), (1, 1)))
    for n, out, row, column in ((0, 0, 0, 0), (1, 3, 5, 2), (0, 2, 3, 1)):
        window = padded[n, :, row : row + 2, 2 * column : 2 * column + 3]
        assert made[n, out, row, column].item() == pytest.approx(float((window * w.detach().numpy()[out]).sum()))


@pytest.mark.parametrize("settings", [{}, {"stride": 2, "padding": 1, "dilation": 2}, {"groups": 2}])
def test_derivatives_of_a_convolution(settings: dict[str, Any]) -> None:
    w = array(2, 2 // settings.get("groups", 1), 2, 2, seed=1)
    f = lambda x, w: F.conv2d(x, w, **settings)  # noqa: E731
    assert gradcheck(f, (array(1, 2, 4, 4), w))
    assert gradgradcheck(f, (array(1, 2, 4, 4), w))


def test_derivatives_of_memory_and_attention() -> None:
    for made in (nn.GRU(2, 3, dtype=nudge.float64), nn.LSTM(2, 3, bidirectional=True, dtype=nudge.float64)):
        assert gradcheck(lambda x, made=made: made(x)[0], (array(3, 1, 2),))
    assert gradcheck(F.scaled_dot_product_attention, (array(2, 3), array(4, 3, seed=1), array(4, 2, seed=2)))


def test_the_greatest_share_the_gradient_where_they_tie() -> None:
    x = nudge.tensor([[1.0, 1.0, 0.0, 2.0]], requires_grad=True)
    F.max_pool1d(x, 2).sum().backward()
    assert x.grad.tolist() == [[0.5, 0.5, 0.0, 1.0]]


def test_padding_is_never_the_greatest() -> None:
    assert F.max_pool1d(nudge.tensor([[-3.0, -2.0]]), 2, padding=1, stride=1).tolist() == [[-3.0, -2.0, -2.0]]


def test_no_place_looks_at_later_ones() -> None:
    q, k, v = array(1, 4, 3), array(1, 4, 3, seed=1), array(1, 4, 2, seed=2)
    before = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    changed = v.detach().clone()
    changed[0, 3] = 100.0
    after = F.scaled_dot_product_attention(q, k, changed, is_causal=True)
    assert np.array_equal(before.detach().numpy()[:, :3], after.detach().numpy()[:, :3])
    assert not np.array_equal(before.detach().numpy()[:, 3], after.detach().numpy()[:, 3])


def test_who_may_look_nowhere_sees_nothing() -> None:
    mask = nudge.tensor([[True, False], [False, False]])
    weights = F.attention_weights(array(2, 3), array(2, 3, seed=1), mask)
    assert weights.detach().tolist() == [[1.0, 0.0], [0.0, 0.0]]
    weights.sum().backward()


def test_a_state_goes_on_where_it_was() -> None:
    layer = nn.LSTM(2, 3)
    x = array(6, 1, 2).detach().float()
    whole, _ = layer(x)
    first, state = layer(x[:4])
    second, _ = layer(x[4:], state)
    assert np.allclose(nudge.cat([first, second]).detach().numpy(), whole.detach().numpy(), atol=1e-6)


def test_what_they_are_is_said() -> None:
    assert repr(nn.Conv2d(1, 8, 3, padding=1)) == "Conv2d(1, 8, kernel_size=(3, 3), stride=1, padding=1)"
    assert repr(nn.GRU(3, 4, num_layers=2)) == "GRU(3, 4, num_layers=2)"
    assert repr(nn.MaxPool2d(2)) == "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1)"


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: nn.Conv2d(3, 4, 3)(nudge.ones(2, 1, 8, 8)), ShapeError, r"expected an input \(n, 3, …\) of 4 axes"),
        (lambda: nn.Conv2d(1, 1, 9)(nudge.ones(1, 1, 8, 8)), ShapeError, "unfold"),
        (lambda: nn.Conv2d(3, 4, 3, groups=2), ShapeError, "3 channels in and 4 out, in 2 groups"),
        (lambda: nn.Conv1d(1, 1, (3, 3)), ShapeError, r"kernel_size = \(3, 3\): expected a whole number"),
        (lambda: nn.Conv1d(1, 1, 3, stride=0)(nudge.ones(1, 1, 8)), ShapeError, "stride = 0"),
        (lambda: nn.Conv1d(1, 1, 3, stride=2, padding="same")(nudge.ones(1, 1, 8)), ShapeError, "stride is 1, not 2"),
        (lambda: F.max_pool2d(nudge.ones(1, 4, 4), 2, padding=2), ShapeError, "more than half"),
        (lambda: F.avg_pool2d(nudge.ones(4), 2), ShapeError, "expected 3 or 4 axes"),
        (lambda: nn.GRU(3, 4)(nudge.ones(5, 2, 2)), ShapeError, r"expected \(length, n, 3\)"),
        (lambda: nn.GRU(3, 4)(nudge.ones(5, 2, 3), nudge.ones(1, 3, 4)), ShapeError, r"expected \(1, 2, 4\)"),
        (lambda: nn.RNN(3, 4, 1, "sin"), UsageError, "expected tanh or relu"),
        (lambda: nn.MultiheadAttention(7, 2), ShapeError, "2 heads do not divide 7 features"),
        (
            lambda: F.scaled_dot_product_attention(nudge.ones(2, 3), nudge.ones(2, 4), nudge.ones(2, 4)),
            ShapeError,
            "same last axis",
        ),
        (
            lambda: F.scaled_dot_product_attention(*[nudge.ones(2, 2)] * 3, nudge.ones(2, 2), is_causal=True),
            UsageError,
            "give one of the two",
        ),
    ],
)
def test_what_does_not_fit_is_said(call: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        call()


def test_a_small_network_of_windows_learns() -> None:
    nudge.manual_seed(0)
    r = np.random.default_rng(0)
    images = r.normal(0, 0.3, (60, 1, 6, 6)).astype(np.float32)
    labels = r.integers(0, 2, 60)
    images[labels == 1, :, :, 2] += 1.5  # an upright line, or one that lies
    images[labels == 0, :, 2, :] += 1.5
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(16, 2))
    optimizer = nudge.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(60):
        loss = F.cross_entropy(model(nudge.tensor(images)), nudge.tensor(labels))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert math.isfinite(loss.item())
    assert loss.item() < 0.1
