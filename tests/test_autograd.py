"""Backward, as PyTorch means it: what accumulates, what is freed, what is refused."""

import inspect

import numpy as np
import pytest

import nudge
from nudge import autograd, native
from nudge.errors import DTypeError, GraphError, ShapeError


def leaf(*shape):
    """Make 1, 2, 3, … that requires a gradient."""
    n = int(np.prod(shape))
    return nudge.tensor(np.arange(1.0, n + 1).reshape(shape), requires_grad=True)


def line_of_here(back=0):
    """Name the caller's line, as an error does."""
    frame = inspect.currentframe().f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno - back}"


# -- accumulating, keeping, freeing ------------------------------------------------------------------


def test_leaves_accumulate_and_none_begins_anew():
    x = leaf(3)
    for times in (1, 2, 3):
        (x * 2).sum().backward()
        assert x.grad.tolist() == [2.0 * times] * 3
    x.grad = None
    (x * 2).sum().backward()
    assert x.grad.tolist() == [2.0] * 3
    x.grad.zero_()
    (x * 5).sum().backward()
    assert x.grad.tolist() == [5.0] * 3


def test_accumulating_writes_into_the_gradient_that_is_there():
    x = leaf(3)
    (x * 2).sum().backward()
    held = x.grad
    (x * 2).sum().backward()
    assert x.grad is held
    assert held.tolist() == [4.0] * 3


def test_a_second_walk_through_a_freed_graph_raises_and_names_the_line():
    x = leaf(3)
    y = (x * x).sum()
    made = line_of_here(1)
    y.backward()
    with pytest.raises(GraphError, match="freed by an earlier backward") as error:
        y.backward()
    assert made in str(error.value)
    with pytest.raises(GraphError, match="freed by an earlier backward"):
        autograd.grad(y, x)


def test_retain_graph_and_create_graph_keep_the_graph():
    x = leaf(3)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    (g,) = autograd.grad(y, x, create_graph=True)
    y.backward()
    assert x.grad.tolist() == [4.0, 8.0, 12.0]
    assert g.tolist() == [2.0, 4.0, 6.0]


def test_what_another_graph_reads_outlives_a_freed_one():
    x, w = leaf(3), leaf(3)
    shared = x * x
    shared.sum().backward()
    (g,) = autograd.grad((w * shared).sum(), w)
    assert g.tolist() == [1.0, 4.0, 9.0]
    for again in (w * shared, shared + 1, shared.sum(0), shared[1:]):
        with pytest.raises(GraphError, match="freed by an earlier backward"):
            again.sum().backward()


def test_create_graph_gives_gradients_that_can_be_differentiated():
    x = leaf(3)
    (first,) = autograd.grad((x**3).sum(), x, create_graph=True)
    (second,) = autograd.grad(first.sum(), x, create_graph=True)
    (third,) = autograd.grad(second.sum(), x)
    assert first.tolist() == [3.0, 12.0, 27.0]
    assert second.tolist() == [6.0, 12.0, 18.0]
    assert third.tolist() == [6.0] * 3
    (x**3).sum().backward(create_graph=True)
    g, x.grad = x.grad, None
    g.sum().backward()
    assert x.grad.tolist() == [6.0, 12.0, 18.0]


def test_inner_gradients_are_kept_where_asked_for():
    x = leaf(3)
    y, z = x * 2, x * 3
    y.retain_grad()
    total = (y * z).sum()
    total.backward(retain_graph=True)
    assert y.grad.tolist() == z.tolist()
    assert z.grad is None
    total.backward()
    assert y.grad.tolist() == (2 * z).tolist()
    with pytest.raises(GraphError, match="does not require"):
        nudge.ones(2).retain_grad()


def test_a_kept_gradient_follows_the_tensor_through_a_write():
    x = leaf(3)
    y = x * 2
    y.retain_grad()
    y.mul_(5)
    (y * 7).sum().backward()
    assert y.grad.tolist() == [7.0] * 3
    assert x.grad.tolist() == [70.0] * 3


def test_leaves_are_what_the_user_made():
    x = leaf(3)
    y = x * 2
    assert x.is_leaf
    assert not y.is_leaf
    assert not x.clone().is_leaf
    assert y.detach().is_leaf
    assert y.detach().requires_grad_().is_leaf
    assert (nudge.ones(3) * 2).is_leaf


# -- grad --------------------------------------------------------------------------------------------


def test_grad_touches_no_grad_of_a_tensor():
    x, y = leaf(3), leaf(3)
    inner = x * y
    found = autograd.grad((inner * inner).sum(), (x, inner, y, x))
    assert [g.tolist() for g in found[1:3]] == [[2.0, 8.0, 18.0], [2.0, 16.0, 54.0]]
    assert found[0].tolist() == found[3].tolist() == [2.0, 16.0, 54.0]
    assert x.grad is None
    assert y.grad is None


def test_grad_of_several_outputs_adds_their_weighted_gradients():
    x = leaf(2)
    weights = nudge.tensor([1.0, 10.0], dtype=nudge.float64)
    (g,) = autograd.grad((x * 2, x * x, x), x, (weights, weights, weights))
    assert g.tolist() == [5.0, 70.0]
    y = (x * x).sum()
    assert autograd.grad((y, y), x)[0].tolist() == [4.0, 8.0]
    z = leaf()
    assert autograd.grad(z, z)[0].item() == 1.0


def test_an_unused_input_is_said_or_allowed():
    x, z = leaf(3), leaf(3)
    with pytest.raises(GraphError, match="input 1 was not used.*allow_unused=True"):
        autograd.grad((x * x).sum(), (x, z))
    used, unused = autograd.grad((x * x).sum(), (x, z), allow_unused=True)
    assert used.tolist() == [2.0, 4.0, 6.0]
    assert unused is None
    with pytest.raises(GraphError, match="input 0 does not require a gradient"):
        autograd.grad((x * x).sum(), nudge.ones(3))


# -- hooks -------------------------------------------------------------------------------------------


def test_hooks_see_and_change_gradients_in_the_order_of_their_registration():
    x = leaf(2)
    y = x * 2
    seen = []
    y.register_hook(lambda g: g * 3)
    y.register_hook(lambda g: seen.append(g.tolist()))
    y.register_hook(lambda g: g + 1)
    x.register_hook(lambda g: seen.append(g.tolist()))
    (y.sum() + x.sum()).backward()
    assert seen == [[3.0, 3.0], [9.0, 9.0]]  # once for each tensor, with all of its gradient
    assert x.grad.tolist() == [9.0, 9.0]


def test_a_hook_that_was_removed_is_not_called():
    x = leaf(2)
    first = x.register_hook(lambda g: g * 10)
    x.register_hook(lambda g: g + 1)
    first.remove()
    x.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]
    with pytest.raises(GraphError, match="never be called"):
        nudge.ones(2).register_hook(print)


@pytest.mark.parametrize(("wrong", "named"), [(lambda g: g[:1], r"shape \(1,\)"), (lambda g: 2.0, "float")])
def test_a_hook_returns_a_gradient_of_the_same_shape_or_nothing(wrong, named):
    y = leaf(2) * 2
    y.register_hook(wrong)
    with pytest.raises(ShapeError, match=rf"a hook returned {named}; expected None or .* of shape \(2,\)"):
        y.sum().backward()


def test_a_hook_is_traced_with_its_step():
    def step(x):
        y = x * x
        y.register_hook(lambda g: g * 3)
        return autograd.grad(y.sum(), x)[0]

    x = leaf(2)
    assert native.build(step, x)(x).tolist() == step(x).tolist() == [6.0, 12.0]


def test_a_hook_takes_part_in_a_walk_that_is_recorded():
    x = leaf(2)
    y = x * x
    y.register_hook(lambda g: g * x)
    (g,) = autograd.grad(y.sum(), x, create_graph=True)
    assert g.tolist() == [2.0, 8.0]
    assert autograd.grad(g.sum(), x)[0].tolist() == [4.0, 8.0]


# -- what is refused ---------------------------------------------------------------------------------


def test_where_a_walk_can_begin():
    x = leaf(3)
    with pytest.raises(ShapeError, match=r"shape \(3,\): a gradient can start at one number only"):
        (x * 2).backward()
    with pytest.raises(ShapeError, match=r"gradient given has shape \(2,\), the output \(3,\)"):
        (x * 2).backward(nudge.ones(2))
    with pytest.raises(ShapeError, match="2 outputs but 1 gradients"):
        autograd.grad((x * 2, x * 3), x, nudge.ones(3))
    with pytest.raises(GraphError, match="does not depend on anything that requires a gradient"):
        nudge.ones(1).backward()
    with pytest.raises(DTypeError, match=r"for 3 \(int\): expected tensors or Values"):
        autograd.grad(x * 2, 3)
    (x[:1] * 2).backward()
    assert x.grad.tolist() == [2.0, 0.0, 0.0]


def test_gradients_have_their_tensors_shape_and_dtype():
    x = leaf(3)
    x.backward(nudge.ones(3, dtype=nudge.float32))
    assert x.grad.dtype == np.float64
    (x.float() * 2).sum().backward()
    assert x.grad.dtype == np.float64
    with pytest.raises(ShapeError, match=r"gradient of shape \(2,\) was given to a tensor of shape \(3,\)"):
        x.grad = nudge.ones(2)
    with pytest.raises(DTypeError, match="gradient of float32 was given to a tensor of float64"):
        x.grad = nudge.ones(3)


def test_only_floats_require_gradients():
    for data in ([1, 2], [True]):
        with pytest.raises(DTypeError, match="only floats can be nudged"):
            nudge.tensor(data, requires_grad=True)
    x = leaf(2)
    assert not (x > 1).requires_grad
    assert not x.long().requires_grad
    with pytest.raises(GraphError, match="only a leaf can stop"):
        (x * 2).requires_grad_(False)


def test_no_grad_and_detach_cut():
    x = leaf(3)
    with nudge.no_grad():
        assert not (x * 2).requires_grad
        with nudge.enable_grad():
            assert (x * 2).requires_grad
    assert (x * 2).requires_grad
    (x * x.detach()).sum().backward()
    assert x.grad.tolist() == [1.0, 2.0, 3.0]
    assert x.detach().numpy() is x.detach().numpy()

    @nudge.no_grad()
    def evaluate():
        return x * 2

    assert not evaluate().requires_grad


# -- gradcheck ---------------------------------------------------------------------------------------


def test_gradcheck_wants_the_precision_that_nudging_needs():
    with pytest.raises(DTypeError, match="too little for float32: give inputs in float64"):
        autograd.gradcheck(lambda x: x * x, nudge.ones(2, requires_grad=True))


def test_gradcheck_finds_a_wrong_derivative():
    x = leaf(3)

    def wrong(x):
        return x * x.detach()

    assert autograd.gradcheck(lambda x: x * x, x)
    assert autograd.gradgradcheck(lambda x: x**3, x)
    with pytest.raises(GraphError, match=r"gradient of input 0 at \(\d,\): the rule says .*, nudging says"):
        autograd.gradcheck(wrong, x)
    for half in (lambda x: x * x * x.detach(), lambda x: x * x.detach()):  # the second's gradient has no history
        with pytest.raises(GraphError, match="gradient of input 0"):
            autograd.gradgradcheck(half, x)
    assert autograd.gradgradcheck(lambda x: x * 3, x)
