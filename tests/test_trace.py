"""A traced program does what the eager one does, in place too; and what it cannot do it says."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nudge
from nudge import func, native
from nudge.errors import GraphError, TraceError
from nudge.tensor import wrap
from tests.test_property import few
from tests.writes import Program, step

X = np.array([1.0, 2.0, 3.0])


def agree(f):
    """Run the gradient of a function eagerly, in machine code, and under vmap."""
    gradient = func.grad(f)
    eager = gradient(X).numpy()
    np.testing.assert_allclose(native.build(gradient, wrap(X))(wrap(X)).numpy(), eager, rtol=1e-12)
    np.testing.assert_allclose(func.vmap(gradient)(np.stack([X, 2 * X])).numpy()[0], eager, rtol=1e-12)
    return eager.tolist()


def test_what_was_detached_shows_later_writes_and_passes_no_gradient():
    def f(x):
        y = x * 1
        cut = y.detach()
        y.mul_(2)
        return (cut * x).sum()

    assert agree(f) == [2.0, 4.0, 6.0]


def test_a_constant_is_written_through_what_was_detached():
    def f(x):
        y = x.detach() * 1
        y.detach()[1:].mul_(3)
        return (y * x).sum()

    assert agree(f) == [1.0, 6.0, 9.0]


@pytest.mark.parametrize("update", ["no_grad", "data", "detach"])
def test_several_updates_in_one_step(update):
    def trainer(w):
        def train(x):
            for _ in range(2):
                loss = ((w - x) ** 2).sum()
                w.grad = None
                loss.backward()
                if update == "no_grad":
                    with nudge.no_grad():
                        w.sub_(w.grad * 0.1)
                else:
                    (w.data if update == "data" else w.detach()).sub_(w.grad * 0.1)
            assert w.is_leaf
            return loss, w.grad

        return train

    eager, compiled = (wrap(X.copy()).requires_grad_() for _ in range(2))
    train = native.build(trainer(compiled), wrap(X))
    for k in range(3):
        x = wrap(X * k)
        for mine, expected in zip(train(x), trainer(eager)(x), strict=True):
            np.testing.assert_allclose(mine.numpy(), expected.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(compiled.detach().numpy(), eager.detach().numpy(), rtol=1e-12)


@pytest.mark.parametrize("layout", [lambda a: a, lambda a: a[::-1], lambda a: np.stack([a, a]).T[:, 0]])
def test_a_written_input_is_written_back(layout):
    def f(x, z):
        x[1:].mul_(z)
        return x + z

    given = [wrap(layout(X.copy())) for _ in range(2)]
    z = wrap(np.array(3.0))
    compiled = native.build(f, given[1], z)
    for _ in range(2):
        np.testing.assert_array_equal(compiled(given[1], z).numpy(), f(given[0], z).numpy())
        np.testing.assert_array_equal(given[1].numpy(), given[0].numpy())


def test_a_write_behind_a_historys_back_is_refused():
    def under_no_grad(x):
        y = x * 1
        with nudge.no_grad():
            y.mul_(2)
        return y.sum()

    def through_detach(x):
        y = x * 1
        y.detach().mul_(2)
        return y.sum()

    for f in (under_no_grad, through_detach):
        with pytest.raises(TraceError, match=r"test_trace.py:\d+\) are changed behind its history's back"):
            native.build(func.grad(f), wrap(X))
        with pytest.raises(TraceError, match="behind its history's back"):
            func.vmap(func.grad(f))(np.stack([X, X]))


def test_tensors_from_outside_that_share_memory_are_refused_where_one_is_written():
    w = wrap(X.copy())
    twin = w.detach()

    def f(x):
        twin.add_(x)
        return w.sum()

    with pytest.raises(TraceError, match="share memory, and one of them is written"):
        native.build(f, wrap(X))
    assert native.build(lambda x: (w * twin * x).sum(), wrap(X))(wrap(X)).item() == (X**3).sum()


def test_a_transform_changes_nothing_of_its_callers():
    x = wrap(X.copy())
    for change in (lambda x: x.mul_(2), lambda x: x[1:].zero_()):
        with pytest.raises(GraphError, match="cannot be written"):
            func.grad(lambda x, change=change: change(x).sum())(x)
        func.vmap(lambda x, change=change: change(x).sum())(x.expand(2, 3))
    assert x.tolist() == X.tolist()
    y, _ = func.vjp(lambda x: x[1:], x)
    y.mul_(2)
    assert x.tolist() == X.tolist()


def check_captured(program):
    """Run a program on a tensor from outside: machine code leaves it, call after call, as the eager run does."""

    def on(state):
        def run(w):
            handles, total = [state], 0.0
            for statement in program.statements:
                part = step(statement, nudge, wrap, [state, w], handles)
                total = total if part is None else total + part
            return total

        return run

    eager, compiled, w = wrap(program.leaves[0].copy()), wrap(program.leaves[0].copy()), wrap(program.leaves[1])
    memory = compiled.numpy()
    run = native.build(on(compiled), w)
    np.testing.assert_array_equal(memory, program.leaves[0], err_msg="tracing must not write")
    for _ in range(3):
        np.testing.assert_allclose(run(w).numpy(), on(eager)(w).numpy(), rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(memory, eager.numpy(), rtol=1e-9, atol=1e-9)


@few(3)
@given(st.integers(0, 2**32), st.integers(1, 8))
def test_random_programs_write_tensors_from_outside(seed, count):
    check_captured(Program(random.Random(seed), count))
