"""Graphs of a million steps: no recursion, and memory in proportion."""

import gc
import sys
import tracemalloc

import numpy as np
import pytest

import nudge

MILLION = 1_000_000


def chain(x, n=MILLION):
    for _ in range(n):
        x = x * 1.0
    return x


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_chain_of_a_million_steps_goes_forward_and_backward_and_is_freed(create_graph):
    before = blocks()
    gc.disable()  # counting references is enough
    try:
        x = nudge.ones(1, requires_grad=True)
        y = chain(x)
        if create_graph:
            (g,) = nudge.autograd.grad(y, x, create_graph=True)
            assert g.item() == 1.0
            del g
        else:
            y.backward()
            assert x.grad.item() == 1.0
        del y
        assert blocks() - before < 10_000
    finally:
        gc.enable()


def blocks():
    """Count the pieces of memory in Python's hands."""
    return sys.getallocatedblocks()


def test_a_chain_that_nobody_walks_is_freed():
    before = blocks()
    y = chain(nudge.ones(1, requires_grad=True))
    assert blocks() - before > MILLION
    del y
    assert blocks() - before < 10_000


def test_memory_is_in_proportion():
    used = []
    for n in (50_000, 100_000):
        x = nudge.ones(1, requires_grad=True)
        tracemalloc.start()
        chain(x, n).backward()
        used.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert used[1] < 2.2 * used[0]
    assert used[1] < 100_000 * 1000, "a step's record, its number and its gradient: some hundred bytes each"


def test_a_wide_graph_of_a_million_edges():
    x = nudge.tensor(np.ones(2), requires_grad=True)
    total = nudge.zeros(2, dtype=nudge.float64)
    for _ in range(MILLION // 4):
        total = total + x * 2
    total.sum().backward()
    assert x.grad.tolist() == [MILLION / 2] * 2
