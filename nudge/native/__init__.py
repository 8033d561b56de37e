"""Graph to machine code: trace a step, plan its memory, lower it to LLVM's text, run it in place on the same arrays.

`compile` is the door. It has a `variant` of the function for each kind of call: what the call read from Python
(`guard`), the program that it did (`trace`), as an `executable`, and the `ending` of each run; `loop` does many runs in
one. An executable's program is planned (`plan`), lowered (`lower`, in the words of `ir`), compiled and kept (`run`).
`explanation` shows what became of it.

Nothing in here knows an operation by name: what a row of the table says of itself (`lower`, `index`,
`combine`, `step`) is all there is.
"""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["Step", "build", "explain"]

HOME = {"Step": "step", "build": "step", "explain": "explanation.explain"}


def __getattr__(name: str) -> Any:
    if name in HOME:  # LLVM is loaded where something is to be built, and not before
        return getattr(importlib.import_module(f".{HOME[name]}", __name__), name)
    raise AttributeError(f"nudge.native has no {name!r}")
