"""Call: machine code that takes no arguments, and reads what it needs from a block of words.

Python spends 100 ns on such a call, and ten times as much on one with eight arguments.
"""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Callable
from typing import Any

from .jit import functions


def prepare(text: str, words: array[int], holds_lock: bool = False) -> Callable[[], bool]:
    """Compile a module's `@go`, which tells yes or no, for one block of words, to which its `@words` will point.

    What looks at Python's objects holds the interpreter's lock meanwhile; all else lets other threads run.
    """
    go, place = functions(text, {"go": (ctypes.c_bool,), "words": (None,)})
    ctypes.c_size_t.from_address(_address(place)).value = words.buffer_info()[0]
    called: Any = (ctypes.PYFUNCTYPE if holds_lock else ctypes.CFUNCTYPE)(ctypes.c_bool)(_address(go))
    called.keeps = go, words
    return called


def _address(function: Any) -> int:
    return ctypes.cast(function, ctypes.c_void_p).value or 0
