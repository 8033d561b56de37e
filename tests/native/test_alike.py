"""Groups that are told alike have the same text, and most of a program of equal parts is written once."""

from __future__ import annotations

import pytest

import nudge
import nudge.native.lower.lower as home
from nudge import nn
from nudge.native.ir.target import AVX2
from nudge.native.lower import alike
from tests.native.test_plan import MAKERS
from tests.native.texts import code_of, text_of


@pytest.mark.parametrize("name", MAKERS)
def test_a_program_is_the_same_where_each_group_is_written(name, monkeypatch):
    found = text_of(monkeypatch, AVX2, *MAKERS[name]())

    def untold(*_):
        raise alike.Untold

    monkeypatch.setattr(alike._Telling, "told", untold)
    assert found == text_of(monkeypatch, AVX2, *MAKERS[name]())


def recurrent(steps):
    nudge.manual_seed(0)
    cell = nn.GRUCell(8, 8)

    def run(*xs):
        h = nudge.zeros(4, 8)
        for x in xs:
            h = cell(x, h)
        return h.detach()

    return run, [nudge.randn(4, 8).numpy() for _ in range(steps)]


def test_equal_steps_are_written_once(monkeypatch):
    written = []
    body_of = home.body_of
    monkeypatch.setattr(home, "body_of", lambda *args: (written.append(args), body_of(*args))[1])
    counts = []
    for steps in (4, 8):
        written.clear()
        groups = code_of(monkeypatch, AVX2, *recurrent(steps))
        assert groups.text
        counts.append((len(groups.plan.groups), len(written)))
    (few, once), (many, again) = counts
    assert many >= few + 4
    assert again == once < few
