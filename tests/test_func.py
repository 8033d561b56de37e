"""Transforms: each against a plain loop or nudging, and nested in every way against one another."""

import itertools

import numpy as np
import pytest

import nudge
from nudge import func, ops
from nudge.errors import DTypeError, GraphError, ShapeError, TraceError, UsageError
from nudge.tensor import wrap

X = np.array([0.3, -1.2, 0.7])
W = np.random.default_rng(0).normal(size=(3, 3))


def f(x):
    return ops.tanh(ops.matmul(ops.reshape(x, ndim=1, shape=(1, 3)), W)).sum()


HESSIAN = func.hessian(f)(X).numpy()


@pytest.mark.parametrize("outer", [func.jacrev, func.jacfwd])
@pytest.mark.parametrize("inner", [func.jacrev, func.jacfwd, func.grad])
def test_every_nesting_gives_one_hessian(outer, inner):
    np.testing.assert_allclose(outer(inner(f))(X).numpy(), HESSIAN, atol=1e-13)


def test_two_more_ways_to_the_same_hessian():
    columns = [func.hvp(f, X, e).numpy() for e in np.eye(3)]
    np.testing.assert_allclose(np.stack(columns), HESSIAN, atol=1e-13)
    rows = [func.grad(lambda x, e=e: (func.grad(f)(x) * e).sum())(X).numpy() for e in np.eye(3)]
    np.testing.assert_allclose(np.stack(rows), HESSIAN, atol=1e-13)
    h = 1e-5
    nudged = [(func.grad(f)(X + h * e).numpy() - func.grad(f)(X - h * e).numpy()) / (2 * h) for e in np.eye(3)]
    np.testing.assert_allclose(np.stack(nudged), HESSIAN, atol=1e-8)


def test_perturbations_are_not_confused():
    # Siskind and Pearlmutter's example: d/dx (x · d/dy (x + y)) = 1
    assert func.grad(lambda x: x * func.grad(lambda y: x + y)(1.0))(1.0).item() == 1.0
    assert func.jvp(lambda x: x * func.jvp(lambda y: x + y, (1.0,), (1.0,))[1], (1.0,), (1.0,))[1].item() == 1.0


def test_orders_up_to_four():
    g = ops.sin
    for expected in (np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x), np.sin):
        g = func.grad(g)
        assert g(np.float64(0.5)).item() == pytest.approx(expected(0.5), rel=1e-6)


def test_grad_and_vmap_commute():
    batch = np.random.default_rng(1).normal(size=(4, 3))
    each = np.stack([func.grad(f)(row).numpy() for row in batch])
    np.testing.assert_allclose(func.vmap(func.grad(f))(batch).numpy(), each, atol=1e-14)
    np.testing.assert_allclose(func.grad(lambda b: func.vmap(f)(b).sum())(batch).numpy(), each, atol=1e-14)
    np.testing.assert_allclose(
        func.vmap(func.hessian(f))(batch).numpy()[1], func.hessian(f)(batch[1]).numpy(), atol=1e-14
    )


@pytest.mark.parametrize(("in_dim", "out_dim"), list(itertools.product([0, 1, -1], [0, 1, -1])))
def test_vmap_over_any_axis(in_dim, out_dim):
    x = np.random.default_rng(2).normal(size=(3, 4))
    y = func.vmap(lambda v: v * v, in_dims=in_dim, out_dims=out_dim)(x).numpy()
    np.testing.assert_array_equal(y, np.moveaxis(np.moveaxis(x, in_dim, 0) ** 2, 0, out_dim))


def test_vmap_nests_and_closes_over_tensors_that_are_tracked():
    w = wrap(X.copy()).requires_grad_()
    table = func.vmap(lambda a: func.vmap(lambda b: (a * b * w).sum())(X))(X)
    np.testing.assert_allclose(table.detach().numpy(), np.outer(X, X) * X.sum())
    table.sum().backward()
    np.testing.assert_allclose(w.grad.numpy(), np.full(3, X.sum() ** 2))


def test_gradients_flow_through_vmap_to_its_arguments():
    x = wrap(W.copy()).requires_grad_()
    func.vmap(f)(x).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), np.stack([func.grad(f)(row).numpy() for row in W]))


def test_trees_of_arguments_and_results():
    params = {"w": wrap(W), "b": [wrap(X)]}
    grads = func.grad(lambda p: (p["w"] * 2).sum() + (p["b"][0] * p["b"][0]).sum())(params)
    assert grads["w"].tolist() == np.full((3, 3), 2.0).tolist()
    np.testing.assert_allclose(grads["b"][0].numpy(), 2 * X)
    value, (gx, gy) = func.value_and_grad(lambda x, y: (x * y).sum(), argnums=(0, 1))(X, X + 1)
    np.testing.assert_allclose([gx.numpy(), gy.numpy()], [X + 1, X])
    g, aux = func.grad(lambda x: ((x * x).sum(), x + 1), has_aux=True)(X)
    np.testing.assert_allclose(aux.detach().numpy(), X + 1)
    assert value.item() == pytest.approx((X * (X + 1)).sum())
    assert g.shape == (3,)


def test_a_transform_leaves_no_gradient_behind():
    w = wrap(X.copy()).requires_grad_()
    func.grad(lambda x: (x * w).sum())(X)
    assert w.grad is None


def test_results_of_a_transform_carry_no_history_of_their_own():
    assert not func.grad(f)(X).requires_grad
    assert not func.vjp(f, X)[0].requires_grad


def test_nested_and_mapped_transforms_carry_no_history_either():
    def inner(w, x):
        return (w * w * x + ops.tanh(w)).sum()

    assert not func.grad(lambda x: func.grad(lambda w: inner(w, x))(X).sum())(X).requires_grad
    per_example = func.vmap(func.grad(inner), in_dims=(None, 0))
    assert not per_example(X, W).requires_grad
    w = wrap(X.copy()).requires_grad_()
    per_example(w, W).sum().backward()
    np.testing.assert_allclose(w.grad.numpy(), func.grad(lambda w: per_example(w, W).sum())(X).numpy(), atol=1e-14)
    _, aux = func.grad(lambda x: ((x * x).sum(), x + 1), has_aux=True)(X)
    assert aux.tolist() == (X + 1).tolist()


def test_gradients_flow_through_cotangents_and_tangents():
    v = np.array([1.0, -2.0, 0.5])
    forward, backward = func.jvp(ops.tanh, (X,), (v,))[1].numpy(), func.vjp(ops.tanh, X)[1](v)[0].numpy()
    np.testing.assert_allclose(func.grad(lambda g: (func.vjp(ops.tanh, X)[1](g)[0] * v).sum())(X).numpy(), forward)
    np.testing.assert_allclose(func.grad(lambda t: (func.jvp(ops.tanh, (X,), (t,))[1] * v).sum())(X).numpy(), backward)
    g = wrap(v).requires_grad_()
    func.vjp(f, X)[1](g.sum())[0].sum().backward()
    assert g.grad.numpy() == pytest.approx(func.grad(f)(X).sum().item())


def test_transforms_work_under_no_grad():
    with nudge.no_grad():
        np.testing.assert_allclose(func.grad(lambda x: (x * x).sum())(X).numpy(), 2 * X)


def test_what_cannot_be_transformed_is_said():
    with pytest.raises(ShapeError, match=r"returns one number, got shape \(3,\)"):
        func.grad(lambda x: x * 2)(X)
    with pytest.raises(ShapeError, match="one number of examples, got"):
        func.vmap(lambda a, b: a + b)(X, W[:2])
    with pytest.raises(TraceError, match="traced"):
        func.vmap(lambda x: x if x > 0 else -x)(X)
    outside = wrap(np.zeros(()))
    with pytest.raises(TraceError, match="made outside"):
        func.vmap(lambda x: outside._write(x))(X)
    with pytest.raises(GraphError, match="randomness"):
        func.vmap(lambda x: x, randomness="sometimes")(X)


TWICE, PAIR = (lambda x: x * x), (lambda x: (x, x))


@pytest.mark.parametrize(
    ("error", "says", "wrong"),
    [
        (DTypeError, "only floats", lambda: func.grad(TWICE)(2)),
        (DTypeError, "only floats", lambda: func.hessian(f)(np.arange(3))),
        (DTypeError, "only floats", lambda: func.jvp(TWICE, (True,), (1.0,))),
        (UsageError, "names argument 3, counted from 0; 1 were given", lambda: func.grad(TWICE, argnums=3)(2.0)),
        (UsageError, "names argument -2", lambda: func.jacfwd(TWICE, argnums=-2)(2.0)),
        (ShapeError, "2 outputs but 1 cotangents", lambda: func.vjp(PAIR, X)[1](X)),
        (ShapeError, "1 primals but 2 tangents", lambda: func.jvp(TWICE, (X,), (X, X))),
        (DTypeError, "returns one tensor, got a tuple", lambda: func.jacrev(PAIR)(X)),
        (ShapeError, "vmap over axis 4", lambda: func.vmap(TWICE, in_dims=4)(X)),
        (ShapeError, r"vmap over axis 0 of a tensor of shape \(\)", lambda: func.vmap(TWICE)(3.0)),
        (ShapeError, "axis 4 of an output that has 1", lambda: func.vmap(TWICE, out_dims=4)(X)),
        (ShapeError, "names 1 outputs, the function gave 2", lambda: func.vmap(PAIR, out_dims=(0,))(X)),
    ],
)
def test_what_a_transform_cannot_do_is_said(error, says, wrong):
    with pytest.raises(error, match=says):
        wrong()


def test_a_jacobian_of_an_argument_counted_from_the_end():
    jacobian = func.jacrev(lambda a, b: a * b, argnums=-1)(X, X + 1)
    np.testing.assert_allclose(jacobian.numpy(), np.diag(X))


def test_a_vmap_that_fails_leaves_gradients_on(monkeypatch):
    def fails(*_, **__):
        raise MemoryError

    def overwritten(x):
        y = x.floor()
        monkeypatch.setattr(y.node.op, "body", fails)
        return y

    with pytest.raises(MemoryError):
        func.vmap(overwritten)(X)
    assert nudge.is_grad_enabled()
