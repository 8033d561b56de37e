"""Modules: what they hold, how they are named, saved and loaded, and what they say where something does not fit."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import nudge
from nudge import nn
from nudge.errors import DTypeError
from nudge.nn import functional as F
from nudge.nn import init


class Block(nn.Module):
    """A module with all that a module can hold; it does not call super().__init__()."""

    def __init__(self) -> None:
        self.inner = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
        self.register_buffer("count", nudge.tensor([3.0]))
        self.register_buffer("scratch", nudge.tensor([0.0]), persistent=False)
        self.scale = nn.Parameter(nudge.tensor([1.0, 2.0]))
        self.plain = nudge.tensor([1.0])

    def forward(self, x: nudge.Tensor) -> nudge.Tensor:
        return self.inner(x) * self.scale


def test_names_come_in_the_order_of_assignment_own_before_inner() -> None:
    block = Block()
    assert [name for name, _ in block.named_parameters()] == ["scale", "inner.0.weight", "inner.0.bias"]
    assert [name for name, _ in block.named_buffers()] == ["count", "scratch"]
    assert list(block.state_dict()) == ["scale", "count", "inner.0.weight", "inner.0.bias"]
    assert [name for name, _ in block.named_modules()] == ["", "inner", "inner.0", "inner.1"]
    assert [name for name, _ in block.named_parameters("block", recurse=False)] == ["block.scale"]
    assert list(block.children()) == [block.inner]


def test_a_shared_parameter_is_one_knob_under_two_names() -> None:
    pair = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    pair[1].weight = pair[0].weight
    assert len(list(pair.parameters())) == 3
    assert len(pair.state_dict()) == 4


def test_a_replaced_layer_takes_the_place_of_the_old_one() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    setattr(model, "0", nn.Linear(2, 5))
    assert model(nudge.ones(1, 2)).shape == (1, 5)


def test_training_and_evaluation_reach_every_module() -> None:
    block = Block()
    assert all(module.training for module in block.modules())
    assert block.eval() is block
    assert not any(module.training for module in block.modules())
    assert block.train().inner[0].training


def test_apply_goes_inside_out() -> None:
    seen: list[str] = []
    Block().apply(lambda module: seen.append(type(module).__name__))
    assert seen == ["Linear", "ReLU", "Sequential", "Block"]


def test_gradients_are_forgotten_or_zeroed() -> None:
    block = Block()
    block(nudge.ones(1, 2)).sum().backward()
    block.zero_grad(set_to_none=False)
    assert all(p.grad is not None and not p.grad.numpy().any() for p in block.parameters())
    block.zero_grad()
    assert all(p.grad is None for p in block.parameters())


def test_a_frozen_module_gets_no_gradients() -> None:
    block = Block()
    block.inner.requires_grad_(False)
    block(nudge.ones(1, 2)).sum().backward()
    assert [name for name, p in block.named_parameters() if p.grad is not None] == ["scale"]


def test_a_state_is_copied_and_the_copy_is_independent() -> None:
    ours, theirs = Block(), Block()
    assert ours.load_state_dict(theirs.state_dict()) == ([], [])
    x = nudge.randn(4, 2)
    np.testing.assert_array_equal(ours(x).detach().numpy(), theirs(x).detach().numpy())
    with nudge.no_grad():
        ours.scale.add_(1.0)
    assert theirs.scale.tolist() == [1.0, 2.0]
    assert all(p.is_leaf and p.requires_grad for p in ours.parameters())


def test_a_state_dict_shows_the_modules_memory() -> None:
    block = Block()
    block.state_dict()["scale"].fill_(7.0)
    assert block.scale.tolist() == [7.0, 7.0]


def test_a_state_that_does_not_fit_is_refused_whole_naming_everything() -> None:
    block = Block()
    before = {name: value.numpy().copy() for name, value in block.state_dict().items()}
    state = {name: np.full_like(value, 9) for name, value in before.items()}
    state["inner.0.bias"] = np.zeros(3, np.float32)
    state["inner.0.biass"] = state.pop("scale")
    with pytest.raises(nudge.UsageError) as error:
        block.load_state_dict(state)
    for part in ("missing: scale", "unexpected: inner.0.biass", "inner.0.bias is of shape (2,) here, and (3,)"):
        assert part in str(error.value)
    for name, value in block.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), before[name])


def test_loose_loading_returns_what_was_left_aside() -> None:
    block = Block()
    left = block.load_state_dict({"scale": np.zeros(2, np.float32), "other": np.zeros(1)}, strict=False)
    assert left.missing_keys == ["count", "inner.0.weight", "inner.0.bias"]
    assert left.unexpected_keys == ["other"]
    assert block.scale.tolist() == [0.0, 0.0]


def test_a_deep_copy_is_another_network_of_the_same_weights() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh())
    other = copy.deepcopy(model)
    x = nudge.ones(1, 2)
    np.testing.assert_array_equal(model(x).detach().numpy(), other(x).detach().numpy())
    with nudge.no_grad():
        other[0].weight.zero_()
    assert model[0].weight.detach().numpy().any()


def test_sequential_is_a_sequence() -> None:
    linear, relu, tanh = nn.Linear(2, 2), nn.ReLU(), nn.Tanh()
    model = nn.Sequential(linear, relu).append(tanh)
    assert (len(model), model[-1], list(model)) == (3, tanh, [linear, relu, tanh])
    assert list(model[1:]) == [relu, tanh]
    named = nn.Sequential({"first": linear, "second": tanh})
    assert list(named.state_dict()) == ["first.weight", "first.bias"]
    with pytest.raises(nudge.IndexingError, match="part 3 of a Sequential with 3"):
        model[3]
    with pytest.raises(nudge.UsageError, match="holds modules"):
        nn.Sequential(linear, F.relu)


def test_printing_shows_the_tree() -> None:
    assert repr(Block()).splitlines() == [
        "Block(",
        "  (inner): Sequential(",
        "    (0): Linear(in_features=2, out_features=2, bias=True)",
        "    (1): ReLU()",
        "  )",
        ")",
    ]


def test_equal_seeds_give_equal_weights_in_float64_too() -> None:
    def drawn(dtype: str) -> nudge.Tensor:
        nudge.manual_seed(5)
        return nn.Linear(3, 4, dtype=dtype).weight

    assert drawn("float64").dtype == nudge.float64
    np.testing.assert_array_equal(drawn("float64").detach().numpy(), drawn("float64").detach().numpy())


def test_known_initial_weights() -> None:
    # nn.Linear(3, 2) of PyTorch 2.13 after torch.manual_seed(0).
    nudge.manual_seed(0)
    layer = nn.Linear(3, 2)
    np.testing.assert_array_equal(
        layer.weight.detach().numpy(),
        np.array([[-0.0043225177, 0.309715837, -0.475185335], [-0.424894601, -0.222368971, 0.154820725]], np.float32),
    )
    np.testing.assert_array_equal(layer.bias.detach().numpy(), np.array([-0.011439145, 0.457774937], np.float32))


def test_a_generator_of_ones_own_leaves_the_common_one_alone() -> None:
    nudge.manual_seed(0)
    before = nudge.get_rng_state().copy()
    init.kaiming_normal_(nudge.zeros(3, 3), generator=nudge.Generator().manual_seed(1))
    np.testing.assert_array_equal(nudge.get_rng_state(), before)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: nn.Linear(0, 3), nudge.ShapeError, "in_features = 0"),
        (lambda: nn.Linear(3, -1), nudge.ShapeError, "out_features = -1"),
        (lambda: nn.Linear(3, 2.5), nudge.ShapeError, r"out_features = 2\.5"),
        (lambda: nn.Linear(3, 2, dtype="int64"), nudge.DTypeError, "float"),
        (lambda: nn.Linear(3, 2)(nudge.ones(4, 5)), nudge.ShapeError, r"shape \(4, 5\) .* must have size 3"),
        (lambda: nn.Linear(3, 2)(nudge.tensor(1.0)), nudge.ShapeError, "must have size 3"),
        (lambda: nn.Module()(1), nudge.UsageError, "has no forward"),
        (lambda: nn.MSELoss("average"), nudge.UsageError, "reduction 'average'"),
        (lambda: F.mse_loss(nudge.ones(3, 1), nudge.ones(3)), nudge.ShapeError, "they must be equal"),
        (lambda: F.cross_entropy(nudge.ones(3, 2), nudge.ones(3, 3)), nudge.ShapeError, "they must be equal"),
        (lambda: F.cross_entropy(nudge.ones(3, 2), nudge.tensor([0, 1])), nudge.ShapeError, r"classes of shape \(3,\)"),
        (lambda: F.cross_entropy(nudge.ones(1, 2), nudge.tensor([2])), nudge.IndexingError, "class 2, .* 0 to 1"),
        (lambda: F.cross_entropy(nudge.ones(1, 2), nudge.tensor([-1])), nudge.IndexingError, "class -1,"),
        (
            lambda: F.cross_entropy(nudge.ones(1, 2), nudge.tensor([0]), label_smoothing=1.5),
            nudge.UsageError,
            "label_smoothing 1.5",
        ),
        (lambda: init.kaiming_uniform_(nudge.ones(3)), nudge.ShapeError, "no fan_in"),
        (lambda: init.kaiming_uniform_(nudge.ones(3, 3), mode="fan"), nudge.UsageError, "fan_in"),
        (lambda: init.calculate_gain("rellu"), nudge.UsageError, "did you mean relu"),
    ],
)
def test_what_does_not_fit_is_said(call: object, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        call()  # type: ignore[operator]


def test_losses_of_extreme_logits_stay_finite() -> None:
    logits = nudge.tensor([[1e4, -1e4], [-1e4, 1e4]], requires_grad=True)
    loss = F.cross_entropy(logits, nudge.tensor([1, 1]))
    assert loss.item() == 1e4
    loss.backward()
    assert np.isfinite(logits.grad.numpy()).all()
    assert F.softmax(logits.detach(), -1).tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_an_impossible_class_costs_infinity_and_a_certain_one_nothing() -> None:
    logits = nudge.tensor([[0.0, -np.inf]])
    assert F.cross_entropy(logits, nudge.tensor([0])).item() == 0.0
    assert F.cross_entropy(logits, nudge.tensor([1])).item() == np.inf


def test_classes_count_as_much_as_their_weights_and_ignored_examples_nothing() -> None:
    log_p = nudge.tensor([[-1.0, -2.0], [-3.0, -4.0], [-5.0, -6.0]])
    target = nudge.tensor([0, 1, 7])
    settings = {"weight": nudge.tensor([1.0, 3.0]), "ignore_index": 7}
    assert F.nll_loss(log_p, target, reduction="none", **settings).tolist() == [1.0, 12.0, 0.0]
    assert F.nll_loss(log_p, target, **settings).item() == 13 / 4
    assert F.nll_loss(log_p, target, ignore_index=7).item() == (1 + 4) / 2
    with pytest.raises(nudge.ShapeError, match=r"weights of shape \(3,\) for 2 classes"):
        F.nll_loss(log_p, target, nudge.ones(3), ignore_index=7)


def test_label_smoothing_reaches_no_ignored_example() -> None:
    logits = nudge.tensor([[2.0, 0.0], [0.0, 5.0]], requires_grad=True)
    F.cross_entropy(logits, nudge.tensor([0, -100]), label_smoothing=0.1).backward()
    assert logits.grad[0].numpy().all()
    assert logits.grad[1].tolist() == [0.0, 0.0]


def test_an_input_that_is_no_tensor_is_refused():
    with pytest.raises(DTypeError, match="linear takes a tensor, got list"):
        nn.Linear(2, 3)([1.0, 2.0])
