"""Call: machine code that takes no arguments, and reads what it needs from a block of words.

Python spends 20 to 80 ns on such a call, and ten times as much on one with eight arguments.
"""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Callable
from typing import Any

from .jit import linked

NO_ARGUMENTS = 4  # METH_NOARGS, as the interpreter's methodobject.h has it
# A module's `@go` as the interpreter calls its own functions, a quarter as dear as ctypes does.
BUILTIN = """
declare ptr @PyBool_FromLong(i64)

define ptr @builtin(ptr %of, ptr %nothing) {
  %said = call zeroext i1 @go()
  %number = zext i1 %said to i64
  %found = call ptr @PyBool_FromLong(i64 %number)
  ret ptr %found
}
"""


class _Method(ctypes.Structure):
    """The interpreter's PyMethodDef."""

    _fields_ = (
        ("name", ctypes.c_char_p), ("function", ctypes.c_void_p), ("flags", ctypes.c_int), ("doc", ctypes.c_char_p),
    )  # fmt: skip


_new_builtin: Any = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p)(
    ("PyCFunction_NewEx", ctypes.pythonapi)
)


def prepare(
    code: bytes, words: array[int], function: str | None = None
) -> tuple[Callable[[], bool], Callable[[], bool]]:
    """Load a module's `@go`, which tells yes or no, for one block of words, to which its `@words` will point.

    It comes twice: the first lets other threads run meanwhile; the second, the module's `BUILTIN`, holds the
    interpreter's lock, as one must who looks at Python's objects. The first word becomes the address of `function`, if
    given.
    """
    types = {"go": (ctypes.c_bool,), "builtin": (None,), "words": (None,)}
    types |= {} if function is None else {function: (None,)}
    go, builtin, place, *called = linked(code, types)
    for each in called:
        words[0] = _address(each)
    ctypes.c_size_t.from_address(_address(place)).value = words.buffer_info()[0]
    go.keeps = words  # type: ignore[attr-defined]
    method = _Method(b"go", _address(builtin), NO_ARGUMENTS, None)
    return go, _new_builtin(ctypes.addressof(method), (method, go), None)  # which keeps the two alive


def _address(function: Any) -> int:
    return ctypes.cast(function, ctypes.c_void_p).value or 0
