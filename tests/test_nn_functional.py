"""What is composed: activations and losses by known numbers, gradients by nudging, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nudge
from nudge import nn
from nudge.autograd import gradcheck
from nudge.nn import functional as F
from nudge.nn.functional_activation import SELU_SCALE

# Of PyTorch 2.13, at these four numbers.
X = [-2.0, -0.5, 0.5, 4.0]
ACTIVATIONS: list[tuple[str, dict[str, Any], list[float]]] = [
    ("relu", {}, [0.0, 0.0, 0.5, 4.0]),
    ("relu6", {}, [0.0, 0.0, 0.5, 4.0]),
    ("leaky_relu", {}, [-0.02, -0.005, 0.5, 4.0]),
    ("hardtanh", {}, [-1.0, -0.5, 0.5, 1.0]),
    ("hardsigmoid", {}, [0.1666667, 0.4166667, 0.5833333, 1.0]),
    ("hardswish", {}, [-0.3333333, -0.2083333, 0.2916667, 4.0]),
    ("elu", {"alpha": 0.5}, [-0.4323324, -0.1967347, 0.5, 4.0]),
    ("celu", {"alpha": 0.5}, [-0.4908422, -0.3160603, 0.5, 4.0]),
    ("selu", {}, [-1.5201665, -0.6917582, 0.5253505, 4.2028039]),
    ("softplus", {}, [0.126928, 0.474077, 0.974077, 4.0181499]),
    ("softplus", {"beta": 2.0, "threshold": 5.0}, [0.009075, 0.1566308, 0.6566308, 4.0]),
    ("logsigmoid", {}, [-2.126928, -0.974077, -0.474077, -0.0181499]),
    ("tanh", {}, [-0.9640276, -0.4621172, 0.4621172, 0.9993293]),
    ("sigmoid", {}, [0.1192029, 0.3775407, 0.6224593, 0.9820138]),
    ("softsign", {}, [-0.6666667, -0.3333333, 0.3333333, 0.8]),
    ("silu", {}, [-0.2384058, -0.1887703, 0.3112297, 3.9280552]),
    ("mish", {}, [-0.2525015, -0.2207438, 0.3752452, 3.9974128]),
    ("gelu", {}, [-0.0455003, -0.1542688, 0.3457312, 3.9998733]),
    ("gelu", {"approximate": "tanh"}, [-0.0454023, -0.154286, 0.345714, 3.9999298]),
    ("softmax", {"dim": 0}, [0.0023748, 0.010643, 0.0289307, 0.9580516]),
    ("log_softmax", {"dim": 0}, [-6.0428537, -4.5428537, -3.5428537, -0.0428537]),
]


def numbers(*values: float) -> nudge.Tensor:
    return nudge.tensor(values, dtype=nudge.float64, requires_grad=True)


@pytest.mark.parametrize(("name", "settings", "expected"), ACTIVATIONS)
def test_activations(name: str, settings: dict[str, Any], expected: list[float]) -> None:
    x = numbers(*X)
    bend = getattr(F, name)
    np.testing.assert_allclose(bend(x, **settings).detach().numpy(), expected, atol=1e-7)
    assert gradcheck(lambda x: bend(x, **settings), (x,))
    module = {type_.__name__.lower(): type_ for type_ in vars(nn).values() if isinstance(type_, type)}
    same = module[name.replace("_", "")](**settings)
    np.testing.assert_array_equal(same(x).detach().numpy(), bend(x, **settings).detach().numpy())


@pytest.mark.parametrize("name", ["elu", "selu", "celu", "softplus", "mish", "logsigmoid", "gelu", "silu"])
def test_gradients_stay_finite_where_exponentials_overflow(name: str) -> None:
    x = nudge.tensor([-1e4, 1e4], requires_grad=True)
    getattr(F, name)(x).sum().backward()
    slopes = {"logsigmoid": [1.0, 0.0], "selu": [0.0, SELU_SCALE]}.get(name, [0.0, 1.0])
    np.testing.assert_allclose(x.grad.numpy(), slopes, rtol=1e-6, atol=1e-6)


def test_an_activation_shows_its_settings() -> None:
    assert repr(nn.Softplus(2.0).eval()) == "Softplus(beta=2.0, threshold=20.0)"
    assert repr(nn.PReLU()) == "PReLU(num_parameters=1)"


def test_prelu_learns_its_slopes() -> None:
    layer = nn.PReLU(2)
    layer(nudge.tensor([[-1.0, 2.0], [3.0, -4.0]])).sum().backward()
    assert layer.weight.grad.tolist() == [-1.0, -4.0]


LOSSES: list[tuple[str, dict[str, Any], list[float]]] = [  # of x = 2, −1 and t = 0.5, −1.25, each by hand
    ("mse_loss", {}, [2.25, 0.0625]),
    ("l1_loss", {}, [1.5, 0.25]),
    ("huber_loss", {"delta": 0.5}, [0.625, 0.03125]),
    ("smooth_l1_loss", {"beta": 0.5}, [1.25, 0.0625]),
    ("smooth_l1_loss", {"beta": 0.0}, [1.5, 0.25]),
    ("binary_cross_entropy_with_logits", {}, [1 + np.log1p(np.exp(-2)), -1.25 + np.log1p(np.exp(-1))]),
    ("soft_margin_loss", {}, [np.log1p(np.exp(-1)), np.log1p(np.exp(-1.25))]),
    ("kl_div", {"log_target": True}, [-1.5 * np.exp(0.5), -0.25 * np.exp(-1.25)]),
]


@pytest.mark.parametrize(("name", "settings", "expected"), LOSSES)
def test_losses(name: str, settings: dict[str, Any], expected: list[float]) -> None:
    x, t = numbers(2.0, -1.0), nudge.tensor([0.5, -1.25], dtype=nudge.float64)
    loss = getattr(F, name)
    np.testing.assert_allclose(loss(x, t, reduction="none", **settings).detach().numpy(), expected, rtol=1e-12)
    assert loss(x, t, reduction="sum", **settings).item() == pytest.approx(sum(expected))
    assert loss(x, t, **settings).item() == pytest.approx(sum(expected) / 2)
    assert gradcheck(lambda x: loss(x, t, reduction="none", **settings), (x,))


def test_weights_of_binary_cross_entropy() -> None:
    p, t = numbers(0.25, 0.5), nudge.tensor([1.0, 0.0])
    losses = F.binary_cross_entropy(p, t, nudge.tensor([2.0, 3.0]), reduction="none")
    np.testing.assert_allclose(losses.detach().numpy(), [2 * np.log(4), 3 * np.log(2)])
    x = (p / (1 - p)).log().detach()
    losses = F.binary_cross_entropy_with_logits(x, t, reduction="none", pos_weight=nudge.tensor([5.0, 5.0]))
    np.testing.assert_allclose(losses.numpy(), [5 * np.log(4), np.log(2)])


def test_divergence_of_a_distribution_from_itself_is_0_and_nothing_is_lost_of_nothing() -> None:
    p = nudge.tensor([[0.5, 0.5], [1.0, 0.0]])
    assert F.kl_div(p.log(), p, reduction="batchmean").item() == 0.0


def test_hinges_of_several_classes_and_of_pairs() -> None:
    scores, target = numbers(3.0, 2.5, 0.0), nudge.tensor(0)
    assert F.multi_margin_loss(scores, target, p=2).item() == 0.25 / 3
    weighed = F.multi_margin_loss(scores, target, weight=nudge.tensor([4.0, 1.0, 1.0]))
    assert weighed.item() == pytest.approx(2 / 3)
    assert F.hinge_embedding_loss(scores, nudge.tensor([1, -1, -1]), reduction="none").tolist() == [3.0, 0.0, 1.0]
    assert F.margin_ranking_loss(scores[:1], scores[1:2], nudge.tensor([-1.0])).item() == 0.5
    assert nn.MarginRankingLoss(margin=1.0)(scores[:1], scores[1:2], nudge.tensor([1.0])).item() == 0.5


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda x: F.gelu(x, "erf"), nudge.UsageError, "approximate 'erf'"),
        (lambda x: F.hardtanh(x, 1.0, -1.0), nudge.UsageError, "from 1.0 to -1.0"),
        (lambda x: F.celu(x, 0.0), nudge.UsageError, "alpha = 0"),
        (lambda x: F.prelu(x, nudge.ones(3)), nudge.ShapeError, r"\(3,\) slopes"),
        (lambda x: F.huber_loss(x, x, delta=0), nudge.UsageError, "delta = 0"),
        (lambda x: F.smooth_l1_loss(x, x, beta=-1), nudge.UsageError, "beta = -1"),
        (lambda x: F.kl_div(x, x, reduction="batch"), nudge.UsageError, "did you mean batchmean"),
        (lambda x: nn.L1Loss("batchmean"), nudge.UsageError, "reduction 'batchmean'"),
        (lambda x: F.l1_loss(x, x[:1]), nudge.ShapeError, "they must be equal"),
        (lambda x: F.margin_ranking_loss(x, x, x[:1]), nudge.ShapeError, "they must be equal"),
        (lambda x: F.multi_margin_loss(x, nudge.tensor(9)), nudge.IndexingError, "class 9"),
        (lambda x: F.multi_margin_loss(x, nudge.tensor(0), p=3), nudge.UsageError, "p = 3"),
    ],
)
def test_what_does_not_fit_is_said(call: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        call(numbers(0.0, 1.0))


def test_losses_at_their_kinks():
    z, t = nudge.zeros(2, requires_grad=True), nudge.tensor([0.0, 1.0])
    (by_logits,) = nudge.autograd.grad(F.binary_cross_entropy_with_logits(z, t, reduction="sum"), z)
    (weighed,) = nudge.autograd.grad(
        F.binary_cross_entropy_with_logits(z, t, reduction="sum", pos_weight=nudge.tensor([3.0])), z
    )
    (by_margin,) = nudge.autograd.grad(F.soft_margin_loss(z, t * 2 - 1, reduction="sum"), z)
    assert by_logits.tolist() == by_margin.tolist() == [0.5, -0.5]
    assert weighed.tolist() == [0.5, -1.5]
    p = nudge.tensor([0.0, 1.0], requires_grad=True)
    (sure,) = nudge.autograd.grad(F.binary_cross_entropy(p, t, reduction="sum"), p)
    assert sure.tolist() == [1, -1]
    assert F.binary_cross_entropy(nudge.tensor([float("nan")]), nudge.tensor([1.0])).isnan()


def test_what_is_new_lies_in_order():
    x = nudge.rand(2, 3, 8, 8)
    for made in (
        F.conv2d(x, nudge.rand(4, 3, 3, 3)), F.conv1d(x[0], nudge.rand(4, 8, 3)), x[:, [0, 2]],
        nudge.cat([x.transpose(1, 2)] * 2), nudge.stack([x.mT, x.mT]),
    ):  # fmt: skip
        assert made.is_contiguous()
        assert made.view(-1).tolist() == made.reshape(-1).tolist()


def test_a_number_is_put_in_one_place_many_times():
    rows = nudge.tensor([[2, 2, 0]])
    assert nudge.zeros(1, 4).scatter_(1, rows, 1.0).tolist() == [[1, 0, 1, 0]]

