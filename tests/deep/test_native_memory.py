"""Programs and kernels, all cases, between guarded pages, for vectors of every width."""

from __future__ import annotations

import pytest

from tests.native.apart import apart
from tests.native.test_memory import ALL, check_touched
from tests.native.together import width

__all__ = ["width"]


@pytest.mark.parametrize("name", ALL)
@apart(200)
def test_nothing_outside_is_touched(width, name):
    check_touched(name, part=2)
