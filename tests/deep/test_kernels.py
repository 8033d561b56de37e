"""The kernels of tests/native/kernels.py, in each dtype, for vectors of every width that this processor runs."""

from __future__ import annotations

import pytest

from tests.native.apart import apart
from tests.native.kernels import KERNELS
from tests.native.test_kernels import known
from tests.native.together import run, width

__all__ = ["width"]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", known(KERNELS))
@apart(120)
def test_a_kernel(width, name, dtype):
    run(KERNELS[name](dtype))
