"""Call: machine code that takes no arguments, and reads what it needs from a block of words.

Python spends 100 ns on such a call, and ten times as much on one with eight arguments.
"""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Callable
from typing import Any

from .jit import linked


def prepare(
    code: bytes, words: array[int], function: str | None = None
) -> tuple[Callable[[], bool], Callable[[], bool]]:
    """Load a module's `@go`, which tells yes or no, for one block of words, to which its `@words` will point.

    It comes twice: the first lets other threads run meanwhile; the second holds the interpreter's lock, as one must who
    looks at Python's objects, and is half as dear to call. The first word becomes the address of `function`, if given.
    """
    types = {"go": (ctypes.c_bool,), "words": (None,)} | ({} if function is None else {function: (None,)})
    go, place, *called = linked(code, types)
    for each in called:
        words[0] = _address(each)
    ctypes.c_size_t.from_address(_address(place)).value = words.buffer_info()[0]
    holding: Any = ctypes.PYFUNCTYPE(ctypes.c_bool)(_address(go))
    holding.keeps, go.keeps = go, words  # type: ignore[attr-defined]
    return go, holding


def _address(function: Any) -> int:
    return ctypes.cast(function, ctypes.c_void_p).value or 0
