"""micrograd, as it is on PyPI, and nudge.scalar, side by side: the same code, the same seed, the same numbers."""

import random

import micrograd.engine
import micrograd.nn
import numpy as np
import pytest

from nudge import scalar
from tests.test_scalar import moons

ENGINES = (micrograd.engine.Value, scalar.Value)


def readme(Value):
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
    return [value.data for value in (a, b, c, d, e, f, g)], [value.grad for value in (a, b)]


def test_the_readme_example():
    (their_data, their_grads), (data, grads) = map(readme, ENGINES)
    assert data == their_data
    # micrograd walks over sets, in an order that differs from run to run; so does the last bit of its sums.
    assert grads == pytest.approx(their_grads, rel=1e-14)


def expression(Value, r, count):
    """Build a random expression that uses its values again and again; give its value and its leaves' gradients."""
    leaves = [Value(r.uniform(-2, 2)) for _ in range(4)]
    values = list(leaves)
    while len(values) < count:
        a, b, number = r.choice(values), r.choice(values), round(r.uniform(0.5, 2), 3)
        made = r.choice(
            (
                lambda a=a, b=b: a + b,
                lambda a=a, b=b: a - b,
                lambda a=a, b=b: a * b,
                lambda a=a, b=b: a / (b * b + 1),
                lambda a=a, n=number: n - a,
                lambda a=a, n=number: n / (a * a + n),
                lambda a=a, n=number: a * n + n,
                lambda a=a: -a,
                lambda a=a: a.relu(),
                lambda a=a: a**2,
                lambda a=a, n=number: (a * a + 1) ** n,
                lambda a=a, n=number: (a * a + 1) ** -n,
                lambda a=a: sum([a, a, a]),
            )
        )()
        if abs(made.data) < 100:
            values.append(made)
    total = sum(values[4:])
    total.backward()
    return [total.data, *(leaf.grad for leaf in leaves)]


@pytest.mark.parametrize("seed", range(50))
def test_random_expressions(seed):
    theirs, ours = (expression(Value, random.Random(seed), 60) for Value in ENGINES)
    np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-11)


def train(Value, MLP, steps, points):
    """Take steps of micrograd's demo, and give the losses, the accuracies and the weights."""
    random.seed(1337)
    xs, ys = moons(points)
    model = MLP(2, [16, 16, 1])
    losses = []
    for k in range(steps):
        scores = [model(list(map(Value, row))) for row in xs]
        hinges = [(1 + -float(y) * score).relu() for y, score in zip(ys, scores, strict=True)]
        loss = sum(hinges) * (1.0 / len(hinges)) + 1e-4 * sum(p * p for p in model.parameters())
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 100) * p.grad
        losses.append(loss.data)
    return losses, [p.data for p in model.parameters()], repr(model)


def test_the_moons_demo_gives_the_same_losses_and_weights():
    theirs = train(micrograd.engine.Value, micrograd.nn.MLP, 10, 40)
    ours = train(scalar.Value, scalar.MLP, 10, 40)
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-12)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-10)
    assert ours[2] == theirs[2]
