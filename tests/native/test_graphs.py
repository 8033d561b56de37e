"""Random graphs with gradients in machine code: no further from eager than eager drifts where all moves by an ulp."""

from __future__ import annotations

import copy
import random

import numpy as np
import pytest

import nudge
from nudge import func, native
from nudge.tensor import wrap
from tests.calls import Graph
from tests.native.apart import apart


def step_of(graph):
    """Give a graph's value and gradients."""
    both = func.value_and_grad(graph, tuple(range(len(graph.leaves))))

    def step(*xs):
        value, grads = both(*xs)
        return [value, *grads]

    return step


def moved(r, x):
    """Move floats by an ulp, up or down, each as it comes."""
    if x.dtype.kind != "f":
        return x
    way = np.array([r.choice((-np.inf, np.inf)) for _ in range(x.size)], x.dtype).reshape(x.shape)
    return np.asarray(np.nextafter(x, way))


def elsewhere(graph, change):
    """Change all that a graph is given: its leaves, its constants, the weights of its result."""
    other = copy.copy(graph)
    other.steps = [
        (op, tuple(change(arg) if isinstance(arg, np.ndarray) else arg for arg in args), params)
        for op, args, params in graph.steps
    ]
    other.weights = [change(w) for w in graph.weights]
    other.leaves = [change(x) for x in graph.leaves]
    return other


def in_dtype(graph, dtype):
    return elsewhere(graph, lambda x: x.astype(dtype) if x.dtype.kind == "f" else x)


def ran(graph):
    return [y.detach().numpy().astype(np.float64) for y in step_of(graph)(*map(wrap, graph.leaves))]


def how_far(seed, count, dtype):
    """Tell how far machine code is from eager, in drifts of eager.

    A drift is what moving all that is given by an ulp changes; or what eager's own rounding does, as the two precisions
    tell (where 1 - y² cancels, y's last bit counts for more than that of what y is made of); an ulp at least.
    """
    r = random.Random(seed)
    graph = Graph(r, count, dtype)
    eager, others = ran(graph), [ran(elsewhere(graph, lambda x: moved(r, x))) for _ in range(6)]
    rough, fine = (ran(in_dtype(graph, other)) for other in ("float32", "float64"))
    scale = np.finfo(dtype).eps / np.finfo("float32").eps
    inputs = [wrap(x) for x in graph.leaves]
    found = [y.numpy() for y in native.build(step_of(graph), *inputs)(*inputs)]
    far = 0.0
    for k, y in enumerate(found):
        drift = max(np.abs(other[k] - eager[k]).max(initial=0) for other in others)
        drift = max(drift, scale * np.abs(rough[k] - fine[k]).max(initial=0))
        drift = max(drift, np.finfo(dtype).eps * np.abs(eager[k]).max(initial=0), np.finfo(dtype).tiny)
        assert np.all(np.isfinite(y))
        far = max(far, float(np.abs(y - eager[k]).max(initial=0) / drift))
    return far


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("count", [10, 50, 200])
@apart(100)
def test_a_random_graph(count, dtype):
    for seed in range(max(100 // count, 1)):
        assert how_far(seed, count, dtype) <= 10, seed


@pytest.mark.parametrize("depth", [50, 400])
def test_a_long_chain(depth):
    w = nudge.full((depth,), 0.5, requires_grad=True)

    def step(x):
        state = x
        for part in w.unbind(0):
            state = (state * part + x).tanh()
        w.grad = None
        state.sum().backward()
        return state.detach(), w.grad

    x = nudge.arange(8.0) / 8
    for found, expected in zip(nudge.compile(step)(x), step(x), strict=True):
        np.testing.assert_allclose(found.numpy(), expected.detach().numpy(), rtol=1e-5, atol=1e-7)
