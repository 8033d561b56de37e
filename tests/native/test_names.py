"""Of an object whose attributes are all that a function reads, those are watched, and all of it where there is more."""

from __future__ import annotations

import numpy as np
import pytest

import nudge

X = nudge.zeros(1)


class Held:
    """Holds two numbers, and a table that is large."""

    def __init__(self):
        self.read, self.other, self.table = 1, 10, np.zeros(1000)

    def both(self):
        return self.read + self.other


class Computed(Held):
    @property
    def read(self):
        return self._read + self.other

    @read.setter
    def read(self, value):
        self._read = value


class Counted(Held):
    def __getattribute__(self, name):
        found = object.__getattribute__(self, name)
        return found + object.__getattribute__(self, "other") if name == "read" else found


SETTINGS = Held()


def of_global():
    return SETTINGS, lambda x: x + SETTINGS.read


def of_closure():
    held = Held()
    return held, lambda x: x + held.read


def of_two_functions():
    held = Held()

    def more(x):
        return x + sum(held.other for _ in range(2))

    return held, lambda x: more(x) + (lambda: held.read)()


def of_method():
    held = Held()
    return held, lambda x: x + held.both()


def of_property():
    held = Computed()
    return held, lambda x: x + held.read


def of_any_attribute():
    held = Counted()
    return held, lambda x: x + held.read


def of_alias():
    held = Held()

    def step(x):
        alias = held
        return x + alias.read + alias.other

    return held, step


def of_argument():
    held = Held()

    def add(x, given):
        return x + given.other

    return held, lambda x: add(x, held) + held.read


def of_name():
    held = Held()
    return held, lambda x: x + held.read + getattr(held, "oth" + "er")


def of_locals():
    held = Held()
    return held, lambda x: x + held.read + vars(locals()["held"])["other"]


def of_replaced():
    held = Held()

    def step(x):
        nonlocal held
        kept, held = held, Held()
        found = x + held.read
        held = kept
        return found + held.other

    return held, step


@pytest.mark.parametrize(
    "make",
    [
        of_global, of_closure, of_two_functions, of_method, of_property, of_any_attribute, of_alias, of_argument,
        of_name, of_locals, of_replaced,
    ],
)
def test_whatever_is_read_counts(make):
    held, step = make()
    compiled = nudge.compile(step)
    changes = [("read", 2), ("other", 20), ("read", True), ("other", 10), ("read", 1), ("other", 0)]
    for name, value in (("read", 1), *changes):
        setattr(held, name, value)
        for _ in range(2):
            assert compiled(X).item() == step(X).item()


@pytest.mark.parametrize("make", [of_global, of_closure])
def test_what_is_not_read_does_not(make):
    held, step = make()
    compiled = nudge.compile(step)
    compiled(X)
    held.other, held.new = 30, 3
    held.table += 1
    held.table = None
    compiled(X)
    assert compiled.traces == 1
    held.read = 1 << 20
    assert compiled(X).item() == 1 << 20
    del held.read
    with pytest.raises(AttributeError, match="read"):
        compiled(X)
    held.read = 1


def test_an_attribute_that_becomes_computed(monkeypatch):
    held, step = of_closure()
    compiled = nudge.compile(step)
    compiled(X)
    for computes in (lambda self: 7, lambda self: 8):
        monkeypatch.setattr(Held, "read", property(computes), raising=False)
        assert compiled(X).item() == step(X).item()
    monkeypatch.undo()
    assert compiled(X).item() == step(X).item()


def test_what_a_step_writes_is_refused():
    held = Held()

    def step(x):
        held.other += 1
        return x + held.read

    with pytest.raises(nudge.errors.TraceError, match="changes"):
        nudge.compile(step)(X)
