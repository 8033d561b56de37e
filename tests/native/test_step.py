"""A step in machine code refuses what it was not built for."""

import numpy as np
import pytest

from nudge import native
from nudge.errors import ShapeError, UsageError
from nudge.tensor import wrap


def test_a_step_takes_what_it_was_built_for():
    x = wrap(np.arange(12.0).reshape(4, 3))
    step = native.build(lambda x: x * 2, x)
    np.testing.assert_array_equal(step(x).numpy(), x.numpy() * 2)
    with pytest.raises(UsageError, match="2 arguments were given; this step was built for 1"):
        step(x, x)
    with pytest.raises(ShapeError, match=r"float64 of shape \(3, 4\); this step was built for float64 of \(4, 3\)"):
        step(x.T)
