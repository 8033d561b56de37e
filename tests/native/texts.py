"""The text of programs, planned and lowered for one kind of processor and not compiled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import nudge
import nudge.native.executable
import nudge.native.plan.shares
from nudge.native.executable import Executable
from nudge.native.ir.target import Target
from nudge.tensor import wrap
from tests.native.together import use


def share_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have threads share all that can be, however small."""
    monkeypatch.setattr(nudge.native.plan.shares, "LEAST", -1)
    monkeypatch.setattr(nudge.native.plan.shares, "MEETING", -1e9)
    monkeypatch.setattr(nudge.native.plan.shares, "GAIN", float("inf"))


def text_of(
    monkeypatch: pytest.MonkeyPatch, target: Target, step: Callable[..., Any], arrays: Sequence[np.ndarray]
) -> str:
    """Write a step's module for a processor, this one or another."""
    return code_of(monkeypatch, target, step, arrays).text


def code_of(
    monkeypatch: pytest.MonkeyPatch, target: Target, step: Callable[..., Any], arrays: Sequence[np.ndarray]
) -> Executable:
    """Plan a step, and write its module; it cannot be run."""
    use(monkeypatch, target)
    monkeypatch.setattr(nudge.native.executable, "object_code", lambda *_, **__: b"")
    monkeypatch.setattr(nudge.native.executable, "prepare", lambda *_: (None, None))
    monkeypatch.setattr(Executable, "run", lambda *_: None)
    compiled, given = nudge.compile(step), [wrap(array) for array in arrays]
    compiled(*given)
    variant = compiled.ready(given, None)
    assert variant is not None
    return variant.code
