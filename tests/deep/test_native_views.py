"""Long random chains of views and statistics after a contraction, backward too: native code agrees with eager."""

from __future__ import annotations

import numpy as np
import pytest

from tests.native.apart import apart
from tests.native.views import agrees, chain


@pytest.mark.parametrize("steps", [1, 2, 3])
@apart(seconds=300)
def test_chains_of_views_and_statistics(steps):
    for seed in range(60):
        agrees(*chain(np.random.default_rng([steps, seed]), steps))
