"""What a step asks of objects, in whichever way they hold it, is watched: each case changes it after a first call."""

from __future__ import annotations

import enum

import numpy as np
import pytest

import nudge
from nudge import nn, optim
from tests.native.test_stale import X, same

RATE = 2.0


class Private:
    """Keeps it in a slot whose name is mangled."""

    __slots__ = ("__rate",)

    def __init__(self):
        self.__rate = 2.0

    def set(self, rate):
        self.__rate = rate

    def on(self, x):
        return x * self.__rate


class Late:
    """Has a slot that nothing stands in, and takes attributes."""

    __slots__ = ("__dict__", "rate")


class Name(enum.StrEnum):
    """Counts as a text, and has a method."""

    ONE = "one"

    def on(self, x):
        return x * RATE


class Rated(type):
    """A class of classes, with an attribute."""

    rate = 2.0


def of_a_parameter():
    p = nn.Parameter(nudge.ones(1))
    p.decay = 2.0
    return lambda x: x * p.decay, lambda: setattr(p, "decay", 3.0)


def of_a_private_slot():
    held = Private()
    return held.on, lambda: held.set(3.0)


def of_an_empty_slot():
    held = Late()
    return lambda x: x * getattr(held, "rate", 2.0), lambda: setattr(held, "rate", 3.0)


def of_a_class_that_lacks_it():
    class Lacking:
        pass

    held = Lacking()
    return lambda x: x * getattr(held, "rate", 2.0), lambda: setattr(Lacking, "rate", 3.0)


def of_a_modules_class_that_lacks_it():
    class Scaled(nn.Module):
        def forward(self, x):
            return x * getattr(self, "scale", 2.0)

    model = Scaled()
    return lambda x: model(x), lambda: setattr(Scaled, "scale", 3.0)


def of_a_member_of_an_enum():
    return lambda x: Name.ONE.on(x), lambda: globals().update(RATE=3.0)


def of_a_class_of_classes():
    class Rule(metaclass=Rated):
        pass

    return lambda x: x * Rule.rate, lambda: setattr(Rated, "rate", 3.0)


def of_an_optimizer():
    optimizer = optim.SGD([nn.Parameter(nudge.ones(1))], lr=0.1)
    return lambda x: x * getattr(optimizer, "rate", 2.0), lambda: setattr(optimizer, "rate", 3.0)


def of_an_optimizers_defaults():
    optimizer = optim.SGD([nn.Parameter(nudge.ones(1))], lr=0.1)
    return lambda x: x * optimizer.defaults["lr"], lambda: optimizer.defaults.update(lr=3.0)


CASES = [made for name, made in sorted(globals().items()) if name.startswith("of_")]


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_what_changes_is_seen(make, monkeypatch):
    monkeypatch.setitem(globals(), "RATE", 2.0)
    monkeypatch.setattr(Rated, "rate", 2.0)
    step, change = make()
    compare = same(step, X)
    change()
    compare(X)


def test_hooks_of_tensors_are_reached():
    w, held, seen = nn.Parameter(nudge.ones(2)), {"k": 2.0}, []
    w.register_hook(lambda grad: grad * held["k"])

    def step(x):
        w.grad = None
        (w * x).sum().backward()
        return w.grad

    compare = same(step, X)
    held["k"] = 3.0
    compare(X)
    w.register_hook(lambda grad: seen.append(grad))
    with pytest.raises(nudge.TraceError, match="leaves a traced tensor of shape .* in seen"):
        nudge.compile(step)(X)
    assert not seen


def test_views_whose_memory_is_another():
    base = nudge.tensor([1.0, 2.0, 3.0])
    view = base[:2]
    compare = same(lambda x: x + view, X)
    view.data = nudge.tensor([7.0, 8.0])
    compare(X)
    base = nudge.tensor([1.0, 2.0, 3.0])
    view = base[:2]
    compare = same(lambda x: x + view, X)
    base.data = nudge.tensor([7.0, 8.0, 9.0])
    compare(X)


def test_arrays_that_nothing_holds_alone():
    a = np.array([1.0, 2.0])
    pair, many = (a, 3), [a] * 100
    steps = [lambda x: x * pair[0], lambda x, a=a: x * float(a.sum()), lambda x: x + many[7]]
    compares = [same(step, X) for step in steps]
    for _ in range(3):
        a += 1
        for compare in compares:
            compare(X)


def test_a_float_as_a_key():
    rates = {0.1: 2.0, 0.2: 3.0}
    compare = same(lambda x, a: x * rates.get(a, 5.0) + (a in {0.2}), X, 0.1)
    for a in (0.2, 0.3, 0.1):
        compare(X, a)


def test_a_float_among_floats():
    kinds = nudge.compile(lambda x, a: (nudge.where(x > 0, a, 0.0), nudge.as_tensor(a), nudge.tensor([1.0]) * a))
    assert [kind.dtype for kind in kinds(X, 3.0)] == [nudge.float32] * 3
    assert kinds(X, 4.0)[1].item() == 4


def test_a_division_by_a_float_that_becomes_0():
    inverse = nudge.compile(lambda x, a: x * (1.0 / a))
    assert inverse(X, 2.0).tolist() == [0.5, 1]
    with pytest.raises(ZeroDivisionError):
        inverse(X, 0.0)
    assert inverse(X, 4.0).tolist() == [0.25, 0.5]
