"""Small programs that machine code once got wrong."""

from __future__ import annotations

import numpy as np
import pytest

import nudge
from nudge import ops
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
