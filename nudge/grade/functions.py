"""The stages of functions of one value, and of operators with a number on their left."""

from __future__ import annotations

import math
from typing import Any

from .stage import MIXED, Answers, overwrites, slips, stage

T = math.tanh(0.5)
S = 1 / (1 + math.exp(-0.5))


@stage(
    "exp",
    "exp" + MIXED,
    [
        ("a.grad", 4 * 0.5 + 1, "the slope of e**x is e**x itself, the result; the input was used"),
        *slips("exp", math.exp(0.5)),
    ],
)
def _exp(Value: Any) -> Answers:
    a, b = Value(0.5), Value(4.0)
    c = a.exp() * b + a
    c.backward()
    return {"c.data": c.data, "a.grad": a.grad, "b.grad": b.grad}


@stage(
    "log",
    "log" + MIXED,
    [
        ("a.grad", 4 / math.log(0.25) + 1, "the slope of log(x) is 1/x of the input; the result was used"),
        ("a.grad", 4 * 0.25 + 1, "the slope of log(x) is 1/x, not x"),
        *slips("log", 1 / 0.25),
    ],
)
def _log(Value: Any) -> Answers:
    a, b = Value(0.25), Value(4.0)
    c = a.log() * b + a
    c.backward()
    return {"c.data": c.data, "a.grad": a.grad, "b.grad": b.grad}


@stage(
    "tanh",
    "tanh" + MIXED,
    [
        ("a.grad", 4 * (1 - T) + 1, "the square is missing: with t = tanh(x) the slope is 1 - t**2"),
        ("a.grad", 4 * (1 - 0.5**2) + 1, "the input was squared: the slope is 1 - t**2 with t = tanh(x), the result"),
        ("a.grad", 4 * T**2 + 1, "the 1 - is missing: with t = tanh(x) the slope is 1 - t**2"),
        *slips("tanh", 1 - T**2),
    ],
)
def _tanh(Value: Any) -> Answers:
    a, b = Value(0.5), Value(4.0)
    c = a.tanh() * b + a
    c.backward()
    return {"c.data": c.data, "a.grad": a.grad, "b.grad": b.grad}


@stage(
    "sigmoid",
    "sigmoid" + MIXED,
    [
        ("a.grad", 4 * (1 - S) + 1, "the factor s is missing: with s = sigmoid(x) the slope is s * (1 - s)"),
        ("a.grad", 4 * 0.5 * 0.5 + 1, "the slope is s * (1 - s) with s = sigmoid(x), the result; the input was used"),
        *slips("sigmoid", S * (1 - S)),
    ],
)
def _sigmoid(Value: Any) -> Answers:
    a, b = Value(0.5), Value(4.0)
    c = a.sigmoid() * b + a
    c.backward()
    return {"c.data": c.data, "a.grad": a.grad, "b.grad": b.grad}


OPEN = "a gradient passes where relu is shut: multiply by (out.data > 0)"


@stage(
    "relu, below 0",
    "relu" + MIXED,
    [
        ("c.data", -10.0, "relu lets a negative through: below 0 the result is 0"),
        ("a.grad", 5.0, OPEN),
        ("a.grad", 2.0, OPEN),
        ("a.grad", 0.0, overwrites("relu")),
    ],
)
def _relu_shut(Value: Any) -> Answers:
    a, b = Value(-2.0), Value(4.0)
    c = a.relu() * b + a
    c.backward()
    return {"c.data": c.data, "a.grad": a.grad, "b.grad": b.grad}


@stage(
    "relu, above 0",
    "relu" + MIXED,
    [("a.grad", 4 * 3 + 1, "the slope of relu above 0 is 1, not the result"), *slips("relu", 1)],
)
def _relu_open(Value: Any) -> Answers:
    a, b = Value(3.0), Value(4.0)
    c = a.relu() * b + a
    c.backward()
    return {"c.data": c.data, "a.grad": a.grad, "b.grad": b.grad}


@stage("a number first: 2 + a", "__radd__" + MIXED, slips("__radd__", 1))
def _reflected_add(Value: Any) -> Answers:
    a, b = Value(5.0), Value(4.0)
    c = (2 + a) * b + a
    c.backward()
    return {"c.data": c.data, "a.grad": a.grad, "b.grad": b.grad}


@stage("a number first: 2 * a", "__rmul__" + MIXED, slips("__rmul__", 2))
def _reflected_multiply(Value: Any) -> Answers:
    a, b = Value(5.0), Value(4.0)
    c = (2 * a) * b + a
    c.backward()
    return {"c.data": c.data, "a.grad": a.grad, "b.grad": b.grad}


@stage(
    "a number first: 2 - a",
    "__rsub__" + MIXED,
    [
        ("c.data", 17.0, "2 - a came out as a - 2: in __rsub__ the number stands first, so it is other + (-self)"),
        ("a.grad", 5.0, "the slope of 2 - a is -1: what comes back must change its sign"),
        *slips("__rsub__", -1),
    ],
)
def _reflected_subtract(Value: Any) -> Answers:
    a, b = Value(5.0), Value(4.0)
    c = (2 - a) * b + a
    c.backward()
    return {"c.data": c.data, "a.grad": a.grad, "b.grad": b.grad}


@stage(
    "a number first: 2 / a",
    "__rtruediv__" + MIXED,
    [
        ("c.data", 15.0, "2 / a came out as a / 2: in __rtruediv__ the number stands first, so it is other * self**-1"),
        ("a.grad", 4 * 2 / 25 + 1, "the sign is missing: the slope of 2 / a is -2 / a**2"),
        *slips("__rtruediv__", -2 / 25),
    ],
)
def _reflected_divide(Value: Any) -> Answers:
    a, b = Value(5.0), Value(4.0)
    c = (2 / a) * b + a
    c.backward()
    return {"c.data": c.data, "a.grad": a.grad, "b.grad": b.grad}
