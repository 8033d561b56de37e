"""Small programs that machine code once got wrong."""

from __future__ import annotations

import numpy as np
import pytest

import nudge
import nudge.nn.functional as F
from nudge import native, ops
from nudge.op import TABLE
from nudge.tensor import wrap
from tests.native.apart import apart
from tests.native.together import Case, run


def same(f, *arrays):
    run([Case("machine code", f, arrays, tolerance=1e-12)])


def test_a_number_beside_an_empty_value():
    same(lambda e, x: (e * 2.0, nudge.tanh(x)), np.ones(0), np.ones(()))


def test_one_window_of_one_number_in_a_longer_axis():
    x = np.full((2, 1, 1), 3.0)
    same(lambda x: ops.fold(x, axis=-1, n=2, step=2).sum(-1), x)


@pytest.mark.parametrize("shape", [(1, 1), (2, 1)])
def test_windows_of_what_is_expanded(shape):
    same(lambda x: ops.fold(x.expand(2, 3), axis=-1, n=6, step=2), np.ones(shape))


def test_windows_of_what_is_expanded_and_mapped():
    same(lambda x: ops.fold(x.expand(2, 3) * 2.0, axis=-1, n=6, step=2), np.ones((2, 1)))


def test_the_gradient_of_a_mean_over_windows_that_leave_a_rest():
    same(lambda x: nudge.func.grad(lambda x: F.avg_pool2d(x, 3, 2).sum())(x), np.ones((1, 1, 4, 4)))


def test_sums_over_two_empty_axes():
    same(lambda x: nudge.sigmoid(x)[:, :0, 3:3].sum(), np.ones((2, 1, 4)))


def test_a_constant_that_nobody_may_write():
    one = wrap(np.broadcast_to(np.ones(1), (3, 2)))
    assert native.build(lambda x: x * one, one)(one).tolist() == one.tolist()


def test_a_product_that_is_too_large_beside_an_infinity():
    with np.errstate(all="ignore"):
        same(lambda x: TABLE["fma"](x, 2.0, x * -np.inf), np.full(3, 3e38, np.float32))


def test_two_gathers_of_one_table():
    x, w = np.arange(27.0).reshape(9, 3), np.arange(48.0).reshape(3, 16)
    first, second = np.array([1, 4, 7, 2] * 4), np.array([5, 0, 3, 8] * 4)
    same(lambda x, i, j, w: F.embedding(i, x) @ w * (F.embedding(j, x) @ w), x, first, second, w)


def test_parts_of_a_part_beside_what_fills_the_rest():
    same(lambda x: ops.pad(nudge.cat([nudge.sin(x), nudge.exp(x)]), place=((2, 1, 90),)) * 3.0, np.arange(40.0) / 40)


@apart(30)
def test_a_chain_whose_steps_are_read_twice():
    def chain(x):
        for _ in range(60):
            x = nudge.cos(x) * x
        return x

    same(chain, np.linspace(-0.5, 0.5, 99).reshape(33, 3))
