"""How tensors behave: gradients on leaves, hooks, views, refusals. PyTorch passes these tests too; see tests/oracle."""

import runpy
from pathlib import Path

import numpy as np
import pytest

import nudge

GOLDENS = runpy.run_path(str(Path(__file__).parent / "goldens" / "tensor.py"))


@pytest.fixture
def t():
    """The library under test."""
    return nudge


@pytest.mark.parametrize("line", GOLDENS["REFUSALS"])
def test_what_is_refused_is_refused_in_nudges_words(line):
    with pytest.raises(AttributeError if "x.grad.sum()" in line else nudge.Error):
        exec(line, {**GOLDENS["tensors"](nudge), "t": nudge})


def leaf(t, *values):
    return t.tensor(values or (1.0, 2.0, 3.0), requires_grad=True)


def test_leaves_accumulate(t):
    x = leaf(t)
    for _ in range(2):
        (x * x).sum().backward()
    assert x.grad.tolist() == [4.0, 8.0, 12.0]
    x.grad = None
    (x * 3).sum().backward()
    assert x.grad.tolist() == [3.0, 3.0, 3.0]
    x.grad.zero_()
    assert x.grad.tolist() == [0.0, 0.0, 0.0]


def test_what_is_a_leaf(t):
    x = leaf(t)
    y = x * 2
    assert [x.is_leaf, y.is_leaf, y.detach().is_leaf, t.ones(2).is_leaf] == [True, False, True, True]
    assert [x.requires_grad, y.requires_grad, y.detach().requires_grad, (x > 1).requires_grad] == [
        True,
        True,
        False,
        False,
    ]
    with t.no_grad():
        z = x * 2
        assert [z.requires_grad, z.is_leaf, t.is_grad_enabled()] == [False, True, False]
        with t.enable_grad():
            assert (x * 2).requires_grad
    with t.set_grad_enabled(False):
        assert not (x * 2).requires_grad


def test_the_switch_of_gradients(t):
    x = leaf(t)
    try:
        t.set_grad_enabled(False)
        assert not (x * 2).requires_grad
    finally:
        t.set_grad_enabled(True)

    @t.no_grad
    def without_brackets():
        return x * 2

    @t.set_grad_enabled(False)
    def with_a_condition():
        return x * 2

    assert [without_brackets().requires_grad, with_a_condition().requires_grad] == [False, False]
    assert (x * 2).requires_grad


def test_retain_grad(t):
    x = leaf(t)
    y = x * 2
    z = y * y
    y.retain_grad()
    z.sum().backward()
    assert y.grad.tolist() == [4.0, 8.0, 12.0]
    assert x.grad.tolist() == [8.0, 16.0, 24.0]


def test_retain_graph(t):
    x = leaf(t)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.tolist() == [4.0, 8.0, 12.0]


def test_hooks_see_and_change_gradients(t):
    x, seen = leaf(t), []
    y = x * 2
    handle = y.register_hook(lambda g: seen.append(("y", g.tolist())))
    x.register_hook(lambda g: g * 10)
    y.register_hook(lambda g: g + 1)
    (y * y).sum().backward()
    assert seen == [("y", [4.0, 8.0, 12.0])]
    assert x.grad.tolist() == [100.0, 180.0, 260.0]
    handle.remove()
    (x * 2).sum().backward()
    assert len(seen) == 1


def test_a_handle_takes_away_its_own_hook_only(t):
    x, seen = leaf(t), []
    first, _ = x.register_hook(seen.append), x.register_hook(seen.append)
    first.remove()
    first.remove()
    x.sum().backward()
    assert len(seen) == 1


def test_a_gradient_can_be_given(t):
    x = leaf(t)
    (x * x).backward(t.tensor([1.0, 0.0, 2.0]))
    assert x.grad.tolist() == [2.0, 0.0, 12.0]
    (x * x).backward(gradient=t.tensor([1.0, 0.0, 2.0]))
    assert x.grad.tolist() == [4.0, 0.0, 24.0]


def test_second_derivatives(t):
    x = leaf(t)
    (first,) = t.autograd.grad((x**3).sum(), x, create_graph=True)
    (second,) = t.autograd.grad(first.sum(), x)
    assert first.tolist() == [3.0, 12.0, 27.0]
    assert second.tolist() == [6.0, 12.0, 18.0]
    assert x.grad is None
    (unused,) = t.autograd.grad(leaf(t).sum(), x, allow_unused=True)
    assert unused is None


def test_data_and_detach_share_memory(t):
    x = leaf(t)
    x.data[0] = 5.0
    x.detach()[1] = 6.0
    with t.no_grad():
        x[2] = 7.0
        x += 1
    assert x.tolist() == [6.0, 7.0, 8.0]
    assert x.is_leaf
    x.data = t.tensor([0.0, 1.0])
    (x * x).sum().backward()
    assert x.grad.tolist() == [0.0, 2.0]
    x.requires_grad_(False)
    assert not (x * 2).requires_grad


def test_views_share_memory_both_ways(t):
    x = t.zeros(2, 3)
    row, turned, flat, copy = x[1], x.T, x.view(-1), x[[0, 1]]
    row += 1
    turned[0, 0] = 7
    flat[2] = 8
    copy.zero_()
    assert x.tolist() == [[7.0, 0.0, 8.0], [1.0, 1.0, 1.0]]
    array = x.numpy()
    array[0, 1] = 9
    assert x[0, 1].item() == 9
    assert np.shares_memory(np.asarray(x), array)
    assert t.from_numpy(array)[0, 1] == 9


def test_a_spoiled_value_is_named_with_both_lines():
    x = nudge.ones(3, requires_grad=True)
    y = x.exp()
    y.add_(1)
    with pytest.raises(nudge.GraphError, match=r"exp \(.*behaviour.py:\d+\) reads its result .* at .*behaviour.py:\d+"):
        y.sum().backward()


def test_a_freed_graph_says_how_to_keep_it():
    y = (nudge.ones(3, requires_grad=True) * 2).sum()
    y.backward()
    with pytest.raises(nudge.GraphError, match=r"freed by an earlier backward \(.*retain_graph=True"):
        y.backward()
