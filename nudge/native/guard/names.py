"""Names: which variables a function's code names, and whether it reads more of them than some attributes."""

from __future__ import annotations

import dis
import functools
import re
import types
from collections.abc import Iterator
from typing import NamedTuple

GLOBAL = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS", "STORE_GLOBAL", "DELETE_GLOBAL")
CLOSURE = ("LOAD_DEREF", "LOAD_CLASSDEREF", "LOAD_FROM_DICT_OR_DEREF", "STORE_DEREF", "DELETE_DEREF")
ATTRIBUTE = ("LOAD_ATTR", "LOAD_METHOD")
# Through these a code reads variables without naming them.
BY_TEXT = frozenset({"locals", "globals", "vars", "eval", "exec"})
Uses = dict[str, frozenset[str] | None]  # of each variable all the attributes that are read; None: it is used otherwise


class Named(NamedTuple):
    """The variables that a code names, with those inside of it."""

    globals: Uses
    closure: Uses


@functools.lru_cache(1024)
def named(code: types.CodeType) -> Named:
    """Find the variables that a code names, and how it uses them.

    >>> named((lambda: (a.b, a.c, d(e.f))).__code__).globals == {"a": {"b", "c"}, "d": None, "e": {"f"}}
    True
    """
    uses: tuple[Uses, Uses] = {}, {}
    by_text = any(BY_TEXT.intersection(inner.co_names) for inner in codes(code))
    for inner in codes(code):
        steps = list(dis.get_instructions(inner))
        for step, after in zip(steps, [*steps[1:], steps[-1]], strict=True):
            for kinds, found in zip((GLOBAL, CLOSURE), uses, strict=True):
                if step.opname in kinds:
                    only = not by_text and step.opname.startswith("LOAD") and after.opname in ATTRIBUTE
                    before = found.get(step.argval, frozenset())
                    found[step.argval] = before | {after.argval} if only and before is not None else None
    return Named(*uses)


@functools.lru_cache(1024)
def imported(code: types.CodeType) -> tuple[str, ...]:
    """List the modules that a code imports, or parts of which it imports.

    >>> def f():
    ...     import os.path
    ...     from json import dumps
    >>> imported(f.__code__)
    ('os.path', 'json')
    """
    return tuple(
        step.argval for inner in codes(code) for step in dis.get_instructions(inner) if step.opname == "IMPORT_NAME"
    )


@functools.lru_cache(1024)
def spelled(code: types.CodeType) -> frozenset[str]:
    """Find the names in the texts of a code that reads variables by text.

    >>> sorted(spelled((lambda: eval("a + b.c")).__code__)), sorted(spelled((lambda: "a").__code__))
    (['a', 'b', 'c'], [])
    """
    if not any(BY_TEXT.intersection(inner.co_names) for inner in codes(code)):
        return frozenset()
    texts = [each for inner in codes(code) for each in inner.co_consts if isinstance(each, str)]
    return frozenset(name for text in texts for name in re.findall(r"[^\W\d]\w*", text))


def codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """Give a code, and those of the functions and classes that are made in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from codes(constant)
