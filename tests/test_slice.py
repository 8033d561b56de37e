"""A tour: four operations and one in-place write, carried through every reader of the graph.

tanh (elementwise), max (a reduction with ties), unfold (a view: sliding windows) and matmul (a kernel)
are each defined once, in nudge/ops. All below only read those definitions.
"""

import math

import numpy as np
import pytest

import nudge
from nudge import autograd, func, native, ops
from nudge.scalar import Value
from nudge.tensor import wrap


def numbers(*shape, seed=0, dtype="float64"):
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


def network(x, w):
    """Windows of x, weighed by w, squashed, the largest of each row: all four operations in one line."""
    return ops.max(ops.tanh(ops.matmul(ops.unfold(x, axis=-1, size=4), w)), axes=(-1,)).sum()


def reference(x, w):
    windows = np.stack([x[:, k : k + 4] for k in range(x.shape[1] - 3)], axis=1)
    return np.max(np.tanh(windows @ w), axis=-1).sum()


X, W = numbers(3, 6), numbers(4, 2, seed=1)


# 1. Values: on floats, on arrays, on anything that records.


def test_values_on_floats():
    assert ops.tanh(0.5) == math.tanh(0.5)
    assert ops.tanh(Value(0.5)).data == math.tanh(0.5)


def test_values_on_arrays():
    assert ops.max(np.array([[1.0, 3.0, 3.0]]), axes=(-1,)).tolist() == [[3.0]]
    assert ops.unfold(np.arange(5.0), axis=-1, size=3, step=2).tolist() == [[0, 1, 2], [2, 3, 4]]
    np.testing.assert_allclose(network(wrap(X), wrap(W)).item(), reference(X, W), rtol=1e-12)


# 2. Backward, and backward again.


def test_first_and_second_derivatives_agree_with_nudging():
    x, w = wrap(X.copy()).requires_grad_(), wrap(W.copy()).requires_grad_()
    assert autograd.gradcheck(network, (x, w))
    assert autograd.gradgradcheck(network, (x, w))


def test_tanh_to_third_order_on_a_scalar():
    x = Value(0.3)
    (first,) = autograd.grad(ops.tanh(x), x, create_graph=True)
    (second,) = autograd.grad(first, x, create_graph=True)
    (third,) = autograd.grad(second, x)
    t = math.tanh(0.3)
    assert first.data == pytest.approx(1 - t**2)
    assert second.data == pytest.approx(-2 * t * (1 - t**2))
    assert third.data == pytest.approx((6 * t**2 - 2) * (1 - t**2))


def test_ties_of_max_share_the_gradient():
    x = wrap(np.array([[1.0, 3.0, 3.0]])).requires_grad_()
    ops.max(x, axes=(-1,)).sum().backward()
    assert x.grad.tolist() == [[0.0, 0.5, 0.5]]


# 3. Forward mode: derived from the same rules, never declared.


def test_forward_mode_is_the_transpose_of_backward():
    dx, dw = numbers(3, 6, seed=2), numbers(4, 2, seed=3)
    _, change = func.jvp(network, (X, W), (dx, dw))
    _, pull = func.vjp(network, X, W)
    gx, gw = pull(1.0)
    assert change.item() == pytest.approx(np.vdot(gx.numpy(), dx) + np.vdot(gw.numpy(), dw))


# 4. One more axis.


def test_vmap_is_a_loop_over_examples():
    batch = numbers(5, 3, 6, seed=4)
    together = func.vmap(func.grad(network), in_dims=(0, None))(batch, W)
    one_by_one = np.stack([func.grad(network)(example, W).numpy() for example in batch])
    np.testing.assert_allclose(together.numpy(), one_by_one, rtol=1e-12)


# 5. A traced graph: shapes and dtypes in the place of values; lowered; run in place.


def training_step(w):
    def step(x):
        loss = network(x, w)
        w.grad = None
        loss.backward()
        with nudge.no_grad():
            w._write(w - 0.1 * w.grad)
        return loss

    return step


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_training_in_machine_code_writes_the_arrays_that_a_person_looks_at(dtype):
    eager, compiled = (wrap(W.astype(dtype)).requires_grad_() for _ in range(2))
    memory = compiled.detach().numpy()
    x = wrap(X.astype(dtype))
    step = native.build(training_step(compiled), x)
    np.testing.assert_array_equal(memory, W.astype(dtype), err_msg="tracing must not train")
    for _ in range(3):
        expected, got = training_step(eager)(x), step(x)
        np.testing.assert_allclose(got.numpy(), expected.detach().numpy(), rtol=1e-5)
    assert compiled.detach().numpy() is memory
    np.testing.assert_allclose(memory, eager.detach().numpy(), rtol=1e-5)


# 6. A picture, and words.


def on_one_example():
    x, w = wrap(X[:1, :4].copy()).requires_grad_(), wrap(W[:, :1].copy()).requires_grad_()
    return network(x, w)


def test_a_picture():
    svg = nudge.draw(on_one_example()).svg
    for op in (ops.tanh, ops.max, ops.unfold, ops.matmul):
        assert op.symbol in svg


def test_an_explanation():
    text = str(on_one_example().explain())
    for op in (ops.tanh, ops.max, ops.unfold, ops.matmul):
        assert op.says in text


# 7. An in-place write through a view of a view.


def written(x, w):
    y = ops.slice_(x, place=((1, 1, 3), (0, 1, 3)))  # x[1:]
    z = y.T
    row = ops.slice_(z, place=((0, 1, 1), (0, 1, 3)))  # z[0:1]
    row._write(ops.reshape(w * w, ndim=1, shape=(1, 3)))  # z[0] = w * w
    return (x * x * x).sum() + (y * z).sum()


def test_a_write_through_a_view_of_a_view_reaches_base_views_and_gradients():
    x, w = wrap(numbers(4, 3)).requires_grad_(), wrap(numbers(3, seed=1)).requires_grad_()
    base = x * 1.0
    written(base, w).backward()
    after = x.detach().numpy().copy()
    after[1:, 0] = w.detach().numpy() ** 2
    np.testing.assert_array_equal(base.detach().numpy(), after)
    # d/dh of Σh³ + Σ yᵢⱼ yⱼᵢ, which PyTorch gives too (tests/oracle/test_slice.py)
    g = 3 * after**2
    g[1:] += 2 * after[1:].T
    np.testing.assert_allclose(w.grad.numpy(), g[1:, 0] * 2 * w.detach().numpy())
    g[1:, 0] = 0
    np.testing.assert_allclose(x.grad.numpy(), g)


def test_the_same_write_traced():
    x, w = wrap(numbers(4, 3)), wrap(numbers(3, seed=1))

    def step(x, w):
        return func.grad(lambda x, w: written(x * 1.0, w), argnums=(0, 1))(x, w)

    for eager, traced in zip(step(x, w), native.build(step, x, w)(x, w), strict=True):
        np.testing.assert_allclose(traced.numpy(), eager.numpy(), rtol=1e-12)
