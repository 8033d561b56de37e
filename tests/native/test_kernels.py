"""Kernels at awkward sizes; tests/deep has all of them, for each dtype and for vectors of every width."""

from __future__ import annotations

import random

import pytest

from nudge.native.ir.target import AVX2, host
from tests.native.apart import apart
from tests.native.kernels import KERNELS, WRONG
from tests.native.together import run, use


def known(names):
    """Mark the kernels that are known to be wrong."""
    mark = pytest.mark.xfail
    return [pytest.param(n, marks=mark(strict=True, reason=WRONG[n])) if n in WRONG else n for n in names]


@pytest.mark.parametrize("name", known(KERNELS))
@apart()
def test_a_kernel(name):
    cases = KERNELS[name]("float32")
    run(random.Random(0).sample(cases, -(-len(cases) // 6)))


@pytest.mark.skipif(host().vector < AVX2.vector, reason="the processor has no such vectors")
@pytest.mark.parametrize("name", ["products_of_batches", "products_of_nothing", "rows_read_and_added_where_data_say"])
@apart()
def test_a_kernel_in_another_dtype_for_other_vectors(name, monkeypatch):
    use(monkeypatch, AVX2)
    run(KERNELS[name]("float64")[::2])
