"""Memory: room that begins where a vector may, which is where a cache line does."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ALIGN = 64


def aligned(size: int) -> NDArray[np.uint8]:
    """Make room for so many bytes; what is in it is left over from before.

    >>> aligned(5).nbytes, aligned(5).ctypes.data % ALIGN
    (5, 0)
    """
    room = np.empty(size + ALIGN, np.uint8)
    begin = -room.ctypes.data % ALIGN
    return room[begin : begin + size]
