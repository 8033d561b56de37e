"""Memory: room that begins where a cache line does, so that no vector of a processor lies across two."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

ALIGN = 64
HEAD = object.__basicsize__  # of every Python object; the address of an array's numbers stands behind it
SMALL = 512  # bytes up to which it does not matter where an array begins


def address(array: NDArray[Any]) -> int:
    """Give the address of an array's numbers, as NumPy's own header has it: `.ctypes.data` takes several times as long.

    >>> a = np.zeros(3)
    >>> address(a) == a.ctypes.data
    True
    """
    return ctypes.c_size_t.from_address(id(array) + HEAD).value


def aligned(size: int, zeroed: bool = False) -> NDArray[np.uint8]:
    """Make room for so many bytes, all 0 if wanted; else what is in it is left over from before.

    >>> aligned(5).nbytes, address(aligned(5)) % ALIGN
    (5, 0)
    """
    room = (np.zeros if zeroed else np.empty)(size + ALIGN, np.uint8)
    begin = -address(room) % ALIGN
    return room[begin : begin + size]


def empty(shape: Sequence[int], dtype: np.dtype[Any], zeroed: bool = False) -> NDArray[Any]:
    """Make an array to be written that begins where a cache line does, as PyTorch's tensors do.

    >>> address(empty((20, 10), np.dtype("float64"))) % ALIGN
    0
    """
    size = prod(shape) * dtype.itemsize
    if size < SMALL:
        return (np.zeros if zeroed else np.empty)(shape, dtype)
    return aligned(size, zeroed).view(dtype).reshape(shape)


def zeros(shape: Sequence[int], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Make an array of zeros that begins where a cache line does."""
    return empty(shape, dtype, zeroed=True)


def copy(array: NDArray[Any]) -> NDArray[Any]:
    """Copy an array, in row-major order, to where a cache line begins."""
    made = empty(array.shape, array.dtype)
    made[...] = array
    return made


def at_line(array: NDArray[Any]) -> NDArray[Any]:
    """Give a new array, or a copy of it if it does not begin where a cache line does."""
    return array if array.nbytes < SMALL or address(array) % ALIGN == 0 else copy(array)
