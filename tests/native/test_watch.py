"""What a step read is watched by machine code, by identity; what is alike is found to be so, and nothing else."""

from __future__ import annotations

import functools
import sys
import types

import numpy as np
import pytest

import nudge

pytestmark = pytest.mark.filterwarnings("ignore:.*was traced 8 times")


class Yes:
    """Is never to be asked what it equals."""

    def __eq__(self, other):
        raise AssertionError("asked")

    __hash__ = None


def sign(x, value):
    """Tell 1, True and 1.0 apart, and -0.0 from 0.0."""
    if isinstance(value, (float, int)):
        return x + np.copysign(1, value) * (2 if isinstance(value, bool) else 3 if isinstance(value, int) else 5)
    return x - 7


HELD = 1


def of_global():
    def put(value):
        globals()["HELD"] = value

    return lambda x: sign(x, HELD), put


def of_closure():
    held = 1

    def put(value):
        nonlocal held
        held = value

    return lambda x: sign(x, held), put


def of_default():
    def f(x, held=1):
        return sign(x, held)

    return f, lambda value: setattr(f, "__defaults__", (value,))


def of_keyword():
    def f(x, *, held=1):
        return sign(x, held)

    return f, lambda value: setattr(f, "__kwdefaults__", {"held": value})


def of_dict():
    held = {"a": 1, "b": 2}
    return lambda x: sign(x, held["a"]), lambda value: held.update(a=value)


def of_list():
    held = [0, 1]
    return lambda x: sign(x, held[1]), lambda value: held.__setitem__(1, value)


def of_long_dict():
    held = dict.fromkeys(range(100), 1)
    return lambda x: sign(x, held[50]), lambda value: held.update({50: value})


def of_long_list():
    held = [1] * 100
    return lambda x: sign(x, held[50]), lambda value: held.__setitem__(50, value)


def of_attribute():
    held = types.SimpleNamespace(value=1)
    return lambda x: sign(x, held.value), lambda value: setattr(held, "value", value)


def of_class():
    class Held:
        value = 1

    return lambda x: sign(x, Held.value), lambda value: setattr(Held, "value", value)


def of_module():
    held = types.ModuleType("of_a_user")
    held.value, held.other = 1, 3
    space = {"held": held, "sign": sign, "__name__": __name__}
    exec("def read(x): return sign(x, held.value)\ndef step(x): return read(x) + held.other - 3", space)
    return space["step"], lambda value: setattr(held, "value", value)


def users_module():
    held = types.ModuleType("of_a_user")
    held.value, held.spent = 1, iter(())  # what no code reads may be what no step can read
    return held


def of_module_in_closure():
    held = users_module()
    return lambda x: sign(x, held.value), lambda value: setattr(held, "value", value)


def of_module_given():
    held = users_module()

    def step(held, x):
        return sign(x, held.value)

    return functools.partial(step, held), lambda value: setattr(held, "value", value)


def of_module_in_module():
    package = users_module()
    package.held = held = users_module()
    return lambda x: sign(x, package.held.value), lambda value: setattr(held, "value", value)


def of_module_by_computed_name():
    held = users_module()
    return lambda x: sign(x, getattr(held, "".join(["val", "ue"]))), lambda value: setattr(held, "value", value)


@pytest.mark.parametrize(
    "make",
    [
        of_module_in_closure, of_module_given, of_module_in_module, of_module_by_computed_name, of_global, of_closure,
        of_default, of_keyword, of_dict, of_list, of_long_dict, of_long_list, of_attribute,
        of_class, of_module,
    ],
)
def test_what_equals_is_not_what_it_was(make):
    step, put = make()
    put(1)
    compiled, x = nudge.compile(step), nudge.zeros(1)
    assert compiled(x).item() == step(x).item()
    for value in (True, 1.0, 1, 0.0, 0, "1", 1, Yes(), 1, np.zeros(2), 1):
        put(value)
        assert compiled(x).item() == step(x).item(), value
        assert compiled(x).item() == step(x).item(), value


def test_zeros_of_two_signs():
    held, x = {"a": (0.0,)}, nudge.zeros(1)
    step = lambda x: sign(x, held["a"][0])  # noqa: E731
    compiled = nudge.compile(step)
    for value in (0.0, -0.0, 0.0):
        held["a"] = (value,)
        assert compiled(x).item() == step(x).item()


def test_what_is_alike_is_taken_for_the_same():
    held, listed, x = {"a": "one" * 9, "b": 2}, ["one" * 9, 10**9], nudge.zeros(1)
    compiled = nudge.compile(lambda x: x + len(held["a"]) + held["b"] + len(listed[0]) + listed[1])
    compiled(x)
    compiled(x)
    watched = compiled._last.guards
    held["a"], listed[:] = "".join(["one"] * 9), ["".join(["one"] * 9), int("1" + "0" * 9)]
    assert watched.space["differs"]()
    assert watched.space["settle"]()
    assert not watched.space["differs"]()
    compiled(x)
    assert compiled.traces == 1


def test_a_dict_in_another_order():
    held, x = {"a": 2.0, "b": 3.0}, nudge.ones(1)

    def step(x):
        for value in held.values():
            x = x * value + 1
        return x

    compiled = nudge.compile(step)
    assert compiled(x).item() == step(x).item()
    held["a"] = held.pop("a")
    assert compiled(x).item() == step(x).item()
    held["b"], held["a"] = held.pop("b"), held.pop("a")
    assert compiled(x).item() == step(x).item()


def test_things_come_and_go():
    held, listed, x = {"a": 1.0}, [1.0], nudge.zeros(1)
    step = lambda x: x + sum(held.values()) + sum(listed)  # noqa: E731
    compiled = nudge.compile(step)
    changes = [
        lambda: held.update(b=2.0), lambda: held.pop("a"), lambda: held.update(a=3.0), held.clear,
        lambda: listed.append(4.0), lambda: listed.pop(0), listed.clear, lambda: listed.extend([5.0] * 100),
        lambda: held.update(dict.fromkeys(range(100), 1.0)), lambda: held.pop(7), lambda: held.update({"c": 1.0}),
    ]
    for change in (lambda: None, *changes):
        change()
        for _ in range(2):
            assert compiled(x).item() == step(x).item()


def test_a_look_that_ends_in_the_middle():
    first, second, x = {"a": 1}, {"b": 1}, nudge.zeros(1)
    step = lambda x: x + first["a"] + second.get("b", 10)  # noqa: E731
    compiled = nudge.compile(step)
    assert compiled(x).item() == 2
    second["c"] = second.pop("b")
    assert compiled(x).item() == 11
    first["a"], second["b"] = 5, second.pop("c")
    assert compiled(x).item() == 6


def test_a_global_that_hides_a_builtin(monkeypatch):
    step = lambda x: x + abs(-2)  # noqa: E731
    compiled, x = nudge.compile(step), nudge.zeros(1)
    assert compiled(x).item() == 2
    monkeypatch.setitem(globals(), "abs", lambda value: value)
    assert compiled(x).item() == -2
    monkeypatch.delitem(globals(), "abs")
    assert compiled(x).item() == 2


def test_what_is_watched_stays_alive():
    held, x = [object() for _ in range(5)], nudge.zeros(1)
    compiled = nudge.compile(lambda x: x + len(held))
    compiled(x)
    counts = [sys.getrefcount(thing) for thing in held]
    for _ in range(100):
        compiled(x)
    assert [sys.getrefcount(thing) for thing in held] == counts
    held[:] = [object() for _ in range(5)]  # where the old ones stood, had they gone
    compiled(x)
    assert compiled.traces == 2
