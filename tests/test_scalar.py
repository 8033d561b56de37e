"""micrograd's API: its README example, its demo, its rules of accumulation; and what goes wrong said plainly."""

import gc
import inspect
import math
import random

import numpy as np
import pytest

from nudge import autograd, ops
from nudge.errors import DTypeError
from nudge.scalar import MLP, Neuron, Value, remember_lines


def test_readme_example():
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    assert f"{g.data:.4f} {a.grad:.4f} {b.grad:.4f}" == "24.7041 138.8338 645.5773"


def test_the_same_value_used_twice_keeps_both_edges():
    x = Value(3.0)
    y = x * x
    assert y.args == (x, x)
    y.backward()
    assert x.grad == 6.0


def test_two_walks_give_exactly_twice_on_leaves_and_the_last_one_elsewhere():
    x = Value(0.7)
    middle = x * 3
    y = middle.tanh()
    y.backward()
    once, inside = x.grad, middle.grad
    y.backward()
    assert x.grad == 2 * once
    assert middle.grad == inside


def test_another_walk_overwrites_what_inner_nodes_show():
    x = Value(2.0)
    middle = x * x
    (middle * 3).backward()
    (middle * 5).backward()
    assert middle.grad == 5.0
    assert x.grad == (3 + 5) * 2 * 2.0


@pytest.mark.parametrize(
    ("function", "derivative"),
    [
        (lambda x: 2 - x, -1.0),
        (lambda x: 2 / x, -2 / 0.49),
        (lambda x: x / 2, 0.5),
        (lambda x: 3 + x, 1.0),
        (lambda x: 3 * x, 3.0),
        (lambda x: x**3, 3 * 0.49),
        (lambda x: 2.0**x, 2**0.7 * math.log(2)),
        (lambda x: -x, -1.0),
        (lambda x: x.exp(), math.exp(0.7)),
        (lambda x: x.log(), 1 / 0.7),
        (lambda x: x.sigmoid(), 0.2217),
        (lambda x: x.relu(), 1.0),
        (lambda x: abs(x), 1.0),
        (lambda x: ops.maximum(x, x), 1.0),
        (lambda x: ops.maximum(x, 3), 0.0),
        (lambda x: ops.clamp(x, -1, 1), 1.0),
    ],
)
def test_operators_and_functions(function, derivative):
    x = Value(0.7)
    function(x).backward()
    assert x.grad == pytest.approx(derivative, rel=1e-3)


def test_infinities_and_nans_follow_ieee():
    x = Value(0.0)
    assert (1 / x).data == math.inf
    assert math.isnan((x - 1).log().data)
    assert math.isnan((0.0 * (1 / x)).data)
    root = ops.sqrt(x)
    root.backward()
    assert x.grad == math.inf
    assert Value(1000.0).exp().data == math.inf
    assert Value(-1000.0).sigmoid().data == 0.0


def test_second_derivative():
    x = Value(0.5)
    (first,) = autograd.grad(x**3, x, create_graph=True)
    (second,) = autograd.grad(first, x)
    assert (first.data, second.data) == (0.75, 3.0)


def test_a_chain_of_a_million_goes_forward_backward_and_is_freed():
    x = Value(1.0)
    y = x
    for _ in range(1_000_000):
        y = y * 1.0
    y.backward()
    assert x.grad == 1.0
    del y
    gc.collect()


def test_neuron_draws_its_weights_as_micrograd_does():
    random.seed(7)
    expected = [random.uniform(-1, 1) for _ in range(3)]
    random.seed(7)
    neuron = Neuron(3)
    assert [w.data for w in neuron.w] == expected
    assert neuron.b.data == 0.0
    assert repr(neuron) == "ReLUNeuron(3)"
    assert (
        repr(MLP(2, [3, 1]))
        == "MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(3)]]"
    )


def moons(n=100):
    rng = np.random.default_rng(1337)
    t = np.linspace(0, np.pi, n // 2)
    upper, lower = np.stack([np.cos(t), np.sin(t)], 1), np.stack([1 - np.cos(t), 0.5 - np.sin(t)], 1)
    return np.concatenate([upper, lower]) + rng.normal(0, 0.1, (n, 2)), np.repeat([-1, 1], n // 2)


def test_the_moons_demo_reaches_every_point():
    random.seed(1337)
    xs, ys = moons()
    model = MLP(2, [16, 16, 1])
    for k in range(100):
        scores = [model(list(map(Value, row))) for row in xs]
        losses = [(1 + -float(y) * score).relu() for y, score in zip(ys, scores, strict=True)]
        loss = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())
        accuracy = sum((y > 0) == (score.data > 0) for y, score in zip(ys, scores, strict=True)) / len(ys)
        if accuracy == 1.0 and k > 20:
            break
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 100) * p.grad
    assert accuracy == 1.0


def test_what_is_not_a_number_is_said_to_be_none():
    with pytest.raises(DTypeError, match="one number, got 'three'"):
        Value("three")
    with pytest.raises(DTypeError, match="add of Value, str"):
        Value(1.0) + "x"
    with pytest.raises(AttributeError, match="no attribute 'bacward'"):
        Value(1.0).bacward()


def test_lines_are_remembered_on_request():
    assert (Value(2.0) * 3).line == ""
    with remember_lines():
        y = Value(2.0) * 3
    here = inspect.currentframe().f_lineno
    assert y.line == f"{__file__}:{here - 1}"
