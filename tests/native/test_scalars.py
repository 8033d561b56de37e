"""Code on Values, compiled: their numbers are read before each call, and written back after."""

import random

import numpy as np
import pytest

import nudge
from nudge.errors import TraceError
from nudge.native.trace import levels
from nudge.scalar import MLP, Value

X = np.random.default_rng(0).normal(size=(6, 3))
Y = np.sign(X.sum(1))


def trainer():
    random.seed(1)
    model = MLP(3, [2, 1])
    rate = 0.05

    def step(xs, ys):
        model.zero_grad()
        loss = sum((1 - y * model(x)).relu() for x, y in zip(xs, ys, strict=True)) / len(xs)
        loss = loss + 1e-4 * sum(p * p for p in model.parameters())
        loss.backward()
        for p in model.parameters():
            p.data -= rate * p.grad
        return loss

    return model, step


@pytest.mark.parametrize("enough", [10, 10_000])
def test_a_training_step(enough, monkeypatch):
    monkeypatch.setattr(levels, "ENOUGH", enough)
    xs, ys = X[:3].tolist(), Y[:3].tolist()
    (model, compiled), (twin, eager) = trainer(), trainer()
    compiled = nudge.compile(compiled)
    for _ in range(3):
        assert compiled(xs, ys).data == pytest.approx(eager(xs, ys).data, rel=1e-12)
        for p, q in zip(model.parameters(), twin.parameters(), strict=True):
            assert type(p.data) is float
            assert (p.data, p.grad) == pytest.approx((q.data, q.grad), rel=1e-9, abs=1e-12)
    assert compiled.traces == 1
    compiled.run(10, xs, ys)
    for _ in range(10):
        eager(xs, ys)
    for p, q in zip(model.parameters(), twin.parameters(), strict=True):
        assert (p.data, p.grad) == pytest.approx((q.data, q.grad), rel=1e-9, abs=1e-12)
    for net in (model, twin):
        net.parameters()[0].data = 3.0
        net.layers[0].neurons[0].b = Value(1.0)
    assert compiled(xs, ys).data == pytest.approx(eager(xs, ys).data, rel=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_scalar_program_over_a_data_set(dtype):
    random.seed(2)
    model = MLP(3, [4, 4, 1])
    x = nudge.tensor(X.astype(dtype))
    mapped = nudge.vmap(lambda x: model(x))
    compiled = nudge.compile(mapped)
    for _ in range(2):
        found = compiled(x)
        assert found.dtype == x.dtype == mapped(x).dtype
        np.testing.assert_allclose(found.numpy(), [model(row).data for row in x.tolist()], rtol=1e-4)
        np.testing.assert_allclose(found.numpy(), mapped(x).numpy(), rtol=1e-4)
        model.parameters()[0].data += 1.0
    assert compiled.traces == 1


@pytest.mark.parametrize("enough", [10, 10_000])
def test_gradients_of_each_example(enough, monkeypatch):
    monkeypatch.setattr(levels, "ENOUGH", enough)
    model, _ = trainer()

    def gradients(x, y):
        model.zero_grad()
        loss = (model([Value(part) for part in x]) - y) ** 2
        loss.backward()
        found = [p.grad for p in model.parameters()]
        model.zero_grad()
        return found, loss

    found, losses = nudge.compile(nudge.vmap(gradients))(nudge.tensor(X), nudge.tensor(Y))
    for k in range(len(X)):
        model.zero_grad()
        loss = (model(X[k].tolist()) - float(Y[k])) ** 2
        loss.backward()
        assert losses[k].item() == pytest.approx(loss.data)
        assert [g[k].item() for g in found] == pytest.approx([p.grad for p in model.parameters()], rel=1e-9, abs=1e-12)


def test_values_as_arguments():
    a, b = Value(2.0), Value(3.0)

    def f(x):
        y = x * a + x
        y.backward()
        return y, x, y.data

    compiled = nudge.compile(f)
    y, x, number = compiled(b)
    assert (y.data, x, number) == (9.0, b, 9.0)
    assert (a.grad, b.grad) == (3.0, 3.0)
    c = Value(5.0)
    assert compiled(c)[1] is c
    assert (a.grad, b.grad, c.grad) == (8.0, 3.0, 3.0)
    assert compiled.traces == 1
    assert compiled(a)[0].data == 6.0
    assert a.grad == 8 + 5


def test_what_a_value_cannot_do():
    a = Value(2.0)
    with pytest.raises(TraceError, match=r"test_scalars.py:\d+"):
        nudge.compile(lambda x: x if a > 1 else -x)(nudge.ones(1))
    made = a * 2
    with pytest.raises(TraceError, match="carries a history"):
        nudge.compile(lambda: (made * 2).data)()

    def batch(x):
        (a * x.sum()).backward()
        return x

    with pytest.raises(TraceError, match="for each example"):
        nudge.compile(nudge.vmap(batch))(nudge.ones(2, 3))
    assert (a.data, a.grad) == (2.0, 0.0)
    with pytest.warns(UserWarning, match="gradients are wanted"):
        y = nudge.compile(lambda: a * 3)()
    y.backward()
    assert a.grad == 3
    with nudge.no_grad():
        assert nudge.compile(lambda: a * 3)().data == 6
