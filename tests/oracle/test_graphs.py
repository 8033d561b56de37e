"""Random graphs of the table's rows on PyTorch: where they are smooth, and at points full of ties and kinks."""

import random

import numpy as np
import pytest
import torch

import nudge
from tests.calls import Graph
from tests.oracle.test_table import TORCH, array


def in_torch(graph, *leaves):
    """Run a graph's steps, each as PyTorch has it."""
    values = list(leaves)
    for op, args, params in graph.steps:
        given = (values[arg] if isinstance(arg, int) else torch.tensor(arg) for arg in args)
        values.append(TORCH[op.name](*given, **params))
    return sum((values[k] * torch.tensor(w)).sum() for k, w in zip(graph.sinks, graph.weights, strict=True))


def derivatives(library, function, leaves):
    """Give the value, the gradients, and the gradients of their sum."""
    xs = [library.tensor(leaf, requires_grad=True) for leaf in leaves]
    y = function(*xs)
    zeros = [np.zeros(leaf.shape) for leaf in leaves]
    if not (isinstance(y, library.Tensor) and y.requires_grad):
        return [np.asarray(float(y)), *zeros, *zeros]
    firsts = library.autograd.grad(y, xs, create_graph=True, allow_unused=True)
    total = sum(g.sum() for g in firsts if g is not None)
    seconds = library.autograd.grad(total, xs, allow_unused=True) if total.requires_grad else [None] * len(xs)
    found = [zero if g is None else array(g) for g, zero in zip((*firsts, *seconds), zeros * 2, strict=True)]
    return [array(y), *found]


def compare(graph):
    """Hold nudge to PyTorch."""
    theirs = derivatives(torch, lambda *xs: in_torch(graph, *xs), graph.leaves)
    ours = derivatives(nudge, graph, graph.leaves)
    for a, b in zip(theirs, ours, strict=True):
        assert b.shape == a.shape
        np.testing.assert_allclose(b, a, rtol=1e-9, atol=1e-9 * (1 + np.abs(a).max(initial=0)))


@pytest.mark.parametrize("seed", range(100))
def test_a_smooth_graph(seed):
    compare(Graph(random.Random(seed), 10 + seed))


@pytest.mark.parametrize("seed", range(200))
def test_a_graph_of_ties_and_kinks(seed):
    compare(Graph(random.Random(seed), 5 + seed // 4, numbers=(-1.0, -0.5, 0.0, 0.5, 1.0)))
