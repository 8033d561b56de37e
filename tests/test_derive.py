"""Slopes by nudges: the limit and then rounding, the rule, the advice; and points where there is no slope."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudge.derive import STEPS, derive
from nudge.errors import UsageError

PARABOLA = "3*x**2 - 4*x + 5"


def test_the_lessons_table():
    found = derive(PARABOLA, {"x": 3.0})
    assert (found.value, found.rule, found.by) == (20.0, 14.0, "x")
    forward = {slope.h: f"{slope.forward:.6g}" for slope in found.slopes}
    assert [forward[h] for h in (1.0, 0.1, 0.01, 0.001, 1e-14, 1e-16)] == "17 14.3 14.03 14.003 14.2109 0".split()
    assert [slope.h for slope in found.slopes] == list(STEPS)
    assert all(f"{slope.central:.6g}" == "14" for slope in found.slopes if slope.h >= 1e-10)
    assert found.best.h == 1e-8
    assert found.smooth
    assert found.advice == "rising here: to lower it, turn x down"


@pytest.mark.parametrize(
    ("formula", "x", "direction"),
    [
        (PARABOLA, 3.0, "rising"),
        (PARABOLA, -3.0, "falling"),
        ("x**2", 0.0, "flat"),
        ("floor(x)", 1.5, "flat"),
        ("gt(x, 0)", 1.0, "flat"),
        ("relu(x)", 0.0, "broken"),
        ("relu(x - 1)", 1.0, "broken"),
        ("abs(x)", 0.0, "broken"),
        ("floor(x)", 3.0, "broken"),
        ("sign(x)", 0.0, "broken"),
        ("sqrt(x)", 0.0, "steep"),
        ("log(x)", -1.0, "broken"),
        ("x**2", 1e12, "rising"),
        ("exp(20*x)", 1.0, "rising"),
        ("sin(1000*x)", 0.0, "rising"),
        ("1e-9*x", 1.0, "rising"),
    ],
)
def test_direction(formula, x, direction):
    assert derive(formula, {"x": x}).direction == direction


def test_sides_of_a_kink():
    assert derive("relu(x)", {"x": 0.0}).sides == (1.0, 0.0)
    assert derive("abs(x)", {"x": 0.0}).sides == (1.0, -1.0)


@given(st.floats(-3, 3), st.floats(-3, 3), st.sampled_from("xy"))
def test_rule_agrees_with_nudges(x, y, by):
    found = derive("tanh(x*y + 1) * exp(-x) + y**2 - sin(x/4)", {"x": x, "y": y}, by)
    slope = next(slope for slope in found.slopes if slope.h == 1e-5)
    assert found.rule == pytest.approx(slope.central, rel=1e-4, abs=1e-6)


def test_by_chooses_the_variable():
    at = {"x": 2.0, "y": 5.0}
    assert derive("x*y", at).by == "x"
    assert derive("x*y", at).rule == 5.0
    assert derive("x*y", at, by="y").rule == 2.0
    assert "turn y down" in derive("x*y", at, by="y").advice


@pytest.mark.parametrize(
    ("formula", "x", "text", "given_", "made"),
    [
        ("3 + log(x - 1)*2", -1.0, "log(x - 1)", (-2.0,), math.nan),
        ("x + 1/x", 0.0, "1/x", (1.0, 0.0), math.inf),
        ("exp(x*1000)", 1.0, "exp(x*1000)", (1000.0,), math.inf),
        ("x**0.5", -4.0, "x**0.5", (-4.0, 0.5), math.nan),
    ],
)
def test_nonfinite(formula, x, text, given_, made):
    step = derive(formula, {"x": x}).nonfinite
    assert (step.text, step.given) == (text, given_)
    assert step.made == pytest.approx(made, nan_ok=True)


def test_finite_where_the_value_is():
    assert derive("sqrt(x)", {"x": 0.0}).nonfinite is None
    through_infinity = derive("1/(1 + 1/x)", {"x": 0.0})
    assert (through_infinity.value, through_infinity.nonfinite) == (0.0, None)


@pytest.mark.parametrize(
    ("formula", "at", "by", "said"),
    [
        ("3*4", {}, None, "it has no variable"),
        ("x*y", {"x": 1.0}, None, "needs a value for y"),
        ("x*weight", {"x": 1.0, "wieght": 2.0}, None, "no variable wieght; did you mean weight?"),
        ("x", {"x": 1.0}, "y", "no variable y; known: x"),
    ],
)
def test_refused(formula, at, by, said):
    with pytest.raises(UsageError) as caught:
        derive(formula, at, by)
    assert said in str(caught.value)
