"""The derivative as a nudge: a formula's slope by smaller and smaller nudges, beside the slope by the rules.

>>> d = derive("3*x**2 - 4*x + 5", {"x": 3.0})
>>> d.value, d.rule, d.advice
(20.0, 14.0, 'rising here: to lower it, turn x down')
>>> [round(slope.forward, 6) for slope in d.slopes[:3]]
[17.0, 14.3, 14.03]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from . import autograd
from .errors import UsageError
from .formula import Formula, brief, parse
from .scalar import Value

STEPS = tuple(float(f"1e-{k}") for k in range(17))


@dataclass(frozen=True)
class Slope:
    """The slope that a nudge by h shows: forward (f(x+h) − f(x)) / h, and central (f(x+h) − f(x−h)) / 2h."""

    h: float
    forward: float
    central: float


@dataclass(frozen=True)
class NonFinite:
    """The first step of a formula that made a NaN or an infinity: its text, what it was given, what it made."""

    text: str
    given: tuple[float, ...]
    made: float


@dataclass(frozen=True)
class Derivation:
    """A formula at a point, and its slope there in one variable.

    formula, at: what was asked. by: the variable that is nudged. value: the formula's value at the point.
    slopes: by nudges of 1, 0.1, … 1e-16. rule: the slope by the rules of differentiation.
    nonfinite: where the value is no finite number, the step that made it so; rule is NaN then.
    """

    formula: Formula
    at: dict[str, float]
    by: str
    value: float
    slopes: tuple[Slope, ...]
    rule: float
    nonfinite: NonFinite | None

    @property
    def best(self) -> Slope | None:
        """The nudge whose forward slope comes closest to the rule's; None where none is finite."""
        finite = [slope for slope in self.slopes if math.isfinite(slope.forward - self.rule)]
        return min(finite, key=lambda slope: abs(slope.forward - self.rule), default=None)

    @property
    def smooth(self) -> bool:
        """Whether small nudges up and down show the slope of the rule: not so at a kink or a jump."""
        finest = 1e-9 * (1 + abs(self.at[self.by]))  # below it the nudge itself is mostly rounding
        near = [slope for slope in self.slopes if slope.h >= finest]
        room = 1e-3 * (1 + abs(self.rule))
        return not near or any(
            abs(slope.forward - self.rule) <= room and abs(slope.central - self.rule) <= room for slope in near
        )

    @property
    def sides(self) -> tuple[float, float]:
        """The slopes of a small nudge up and of one down: (f(x+h) − f(x)) / h and (f(x) − f(x−h)) / h."""
        near = next(slope for slope in self.slopes if slope.h <= 1e-6)
        return near.forward, 2 * near.central - near.forward

    @property
    def direction(self) -> str:
        """How the formula runs as the variable grows: rising, falling, flat; steep or broken where it has no slope."""
        if self.nonfinite or math.isnan(self.rule):
            return "broken"
        if math.isinf(self.rule):
            return "steep"
        if not self.smooth:
            return "broken"
        return "rising" if self.rule > 0 else "falling" if self.rule < 0 else "flat"

    @property
    def advice(self) -> str:
        """Which way to turn the variable to lower the formula."""
        return {
            "rising": f"rising here: to lower it, turn {self.by} down",
            "falling": f"falling here: to lower it, turn {self.by} up",
            "flat": f"flat here: a small turn of {self.by} changes next to nothing",
            "steep": f"infinitely steep here: what a turn of {self.by} does cannot be told from the slope",
            "broken": f"no one slope here: what {self.by} does depends on which way it is turned",
        }[self.direction]


def derive(formula: Formula | str, at: Mapping[str, float], by: str | None = None) -> Derivation:
    """Measure a formula's slope at a point by nudges, and compute it by the rules.

    by: the variable that is nudged, by default the formula's first.

    Raises UsageError for a formula that cannot be read or has no variable, for a variable without a value, and for a
    value or a `by` that names no variable of the formula.
    """
    formula = parse(formula) if isinstance(formula, str) else formula
    names = formula.names
    if not names:
        raise UsageError(f"there is nothing to nudge in {brief(formula.text)}: it has no variable")
    by = by or names[0]
    formula.check([*at, by])

    def f(h: float) -> float:
        return float(formula.evaluate({**at, by: at[by] + h}))

    value = float(formula.evaluate(at))
    slopes = tuple(Slope(h, (f(h) - value) / h, (f(h) - f(-h)) / (2 * h)) for h in STEPS)
    step = None if math.isfinite(value) else formula.first_nonfinite(at)
    nonfinite = NonFinite(step[0].text, tuple(step[1]), step[2]) if step else None
    rule = math.nan if nonfinite else slope_by_rule(formula, at, by)
    return Derivation(formula, dict(at), by, value, slopes, rule, nonfinite)


def slope_by_rule(formula: Formula, at: Mapping[str, float], by: str) -> float:
    """Compute the slope in one variable by one backward walk; 0 where no gradient reaches it.

    >>> slope_by_rule(parse("x*y"), {"x": 2.0, "y": 5.0}, "x")
    5.0
    """
    knobs = {name: Value(number) for name, number in at.items()}
    result = formula.evaluate(knobs)
    if not isinstance(result, Value):
        return 0.0
    (slope,) = autograd.grad(result, knobs[by], allow_unused=True)
    return 0.0 if slope is None else float(slope)
