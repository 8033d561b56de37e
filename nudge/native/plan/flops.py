"""Flops: the arithmetic on real numbers that one number of a value takes, counted in the text that it becomes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..ir.builder import TYPES, Builder, Reg
from .values import Value

ARITHMETIC = re.compile(r"= f(?:add|sub|mul|div|rem) ")
CALL = re.compile(r"= call \S+(?: x \S+)? @([\w.]+)\(")
BUILT_IN = {"fma": 2, "sqrt": 1, "sin": 1, "cos": 1, "exp": 1, "log": 1, "pow": 1}  # of LLVM's own functions


def flops_of_map(value: Value) -> int:
    """Count the arithmetic that one number of a map takes."""
    b = Builder()
    registers = [_like(b, arg) if isinstance(arg, Value) else b.number(arg, value.promoted()) for arg in value.args]
    if value.rule is not None:
        value.rule(b, *registers)
    else:
        assert value.op.lower is not None
        value.op.lower(b, *registers, **value.params)
    return _arithmetic("\n".join(b.lines), b.declared)


def flops_of_fold(value: Value) -> int:
    """Count the arithmetic that one step of a fold takes."""
    b, fold = Builder(), value.fold
    assert fold is not None
    state = Reg(b, "%state", fold.init(b).type)
    b.lines.clear()
    fold.step(b, state, b.position(0), *(_like(b, arg) for arg, _ in fold.reads))
    return _arithmetic("\n".join(b.lines), b.declared)


def _like(b: Builder, value: Value) -> Reg:
    return Reg(b, f"%x{id(value)}", TYPES[value.dtype.name])


def _arithmetic(text: str, declared: Iterable[str]) -> int:
    """Count the arithmetic on real numbers in a text, and in what it calls, as often as it calls it."""
    count = len(ARITHMETIC.findall(text))
    bodies = {found[1]: body for body in declared if (found := re.match(r"define \D.*? @([\w.]+)\(", body))}
    for name in CALL.findall(text):
        if name.startswith("llvm."):
            count += BUILT_IN.get(name.split(".")[1], 0)
        elif name in bodies:
            count += _arithmetic(bodies[name], declared)
    return count
