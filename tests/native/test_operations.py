"""Every operation of the table in machine code, all of a dtype in one module, against eager."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.native.apart import apart
from tests.native.operations import calls, extremes
from tests.native.together import run
from tests.test_property import few


def drawn(examples):
    """Try a few; a failure names the row and its arguments, and to shrink all rows' would compile a hundred modules."""
    return settings(few(examples), phases=(Phase.explicit, Phase.reuse, Phase.generate))


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "bool"])
@apart(600)
@drawn(2)
@given(seed=st.integers(0, 2**32))
def test_every_operation(dtype, seed):
    run(calls(random.Random(seed), dtype))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@apart(600)
@drawn(2)
@given(seed=st.integers(0, 2**32))
def test_every_operation_on_extremes(dtype, seed):
    with np.errstate(all="ignore"):
        run(extremes(random.Random(seed), dtype))
