"""Two threads give the bits of one: every program, many steps, for vectors of every width."""

from __future__ import annotations

import pytest

from tests.native.apart import apart
from tests.native.test_threads import LARGER, check_bits, shared
from tests.native.together import width

__all__ = ["shared", "width"]


@pytest.mark.parametrize("name", LARGER)
@apart(200)
def test_two_threads_give_the_bits_of_one(width, name):
    check_bits(name, 500)
