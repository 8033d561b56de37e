"""The text that four small programs become: whoever changes it sees how, and whoever only moves code sees no change.

`NUDGE_SNAPSHOTS=write` writes the files anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

import nudge
import nudge.nn.functional as F
from nudge import func
from nudge.native.ir.target import AVX2
from tests.native.programs import trained
from tests.native.texts import text_of

HERE = Path(__file__).parent / "snapshots"


def elementwise():
    return lambda x, y: nudge.where(x > y, x * 2.0 + y, -y), [np.ones((3, 5), np.float32), np.ones(5, np.float32)]


def contraction():
    return lambda x, w: nudge.relu(x @ w.T), [np.ones((5, 3), np.float32), np.ones((9, 3), np.float32)]


def lookup():
    def step(table, at):
        y, pull = func.vjp(lambda table: F.embedding(at, table), table)
        return [y, *pull(y)]

    return step, [np.ones((7, 4)), np.ones(3, np.int64)]


def training():
    nudge.manual_seed(0)
    model = nudge.nn.Linear(2, 3)
    rule = nudge.optim.SGD(model.parameters(), lr=0.5, momentum=0.9)
    return trained(model, lambda model, x, y: F.cross_entropy(model(x), y), rule), [
        np.ones((4, 2), np.float32), np.ones(4, np.int64),
    ]  # fmt: skip


@pytest.mark.parametrize("program", [elementwise, contraction, lookup, training], ids=lambda f: f.__name__)
def test_the_text_is_what_it_was(program, monkeypatch):
    found = text_of(monkeypatch, AVX2, *program()) + "\n"
    kept = HERE / f"{program.__name__}.ll"
    if os.environ.get("NUDGE_SNAPSHOTS") == "write":
        kept.write_text(found)
    assert found == text_of(monkeypatch, AVX2, *program()) + "\n", "the same program gives another text"
    assert found.splitlines() == kept.read_text().splitlines(), "NUDGE_SNAPSHOTS=write takes what it is now"
