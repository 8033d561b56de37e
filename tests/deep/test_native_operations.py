"""Every operation in machine code, on many drawn arguments, for vectors of every width."""

from __future__ import annotations

import random

import numpy as np
import pytest

from tests.native.apart import apart
from tests.native.operations import calls, extremes
from tests.native.together import run, width

__all__ = ["width"]


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "bool"])
@apart(600)
def test_every_operation(width, dtype):
    for seed in range(40):
        run(calls(random.Random(seed), dtype))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@apart(600)
def test_every_operation_on_extremes(width, dtype):
    with np.errstate(all="ignore"):
        for seed in range(40):
            run(extremes(random.Random(seed), dtype))
