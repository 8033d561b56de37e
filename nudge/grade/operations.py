"""The stages of one value and its operations, in the order in which an engine is usually written."""

from __future__ import annotations

from typing import Any

from .stage import (
    BACK,
    MIXED,
    NO_SEED,
    STOPS,
    TWICE,
    WRONG_ORDER,
    Answers,
    local_only,
    no_step,
    overwrites,
    slips,
    stage,
)


@stage("a value holds a number")
def _value(Value: Any) -> Answers:
    a = Value(2.0)
    return {"a.data": a.data}


@stage(
    "a gradient of 0 to begin with",
    "grad",
    [
        ("a.grad", None, "grad starts as None: start it at 0.0, so that += has something to add to"),
        ("a.grad", 1.0, "grad starts at 1: only the output of a walk has slope 1, so start at 0.0"),
    ],
)
def _gradient(Value: Any) -> Answers:
    a = Value(2.0)
    return {"a.grad": a.grad}


@stage("add", "__add__", [("c.data", -6.0, "__add__ multiplies"), ("c.data", 5.0, "__add__ subtracts")])
def _add(Value: Any) -> Answers:
    a, b = Value(2.0), Value(-3.0)
    c = a + b
    return {"c.data": c.data}


@stage("multiply", "__mul__", [("c.data", -1.0, "__mul__ adds")])
def _multiply(Value: Any) -> Answers:
    a, b = Value(2.0), Value(-3.0)
    c = a * b
    return {"c.data": c.data}


@stage(
    "add, walked backward",
    "__add__" + BACK,
    [
        ("c.grad", 0.0, NO_SEED),
        ("a.grad", 0.0, no_step("__add__")),
        ("b.grad", 0.0, "only the left operand gets its share: in a + b the right one gets out.grad too"),
        ("a.grad", -3.0, "that is multiply's rule: in a sum each side moves the result one for one, slope 1"),
        ("a.grad", 2.0, TWICE),
    ],
)
def _add_backward(Value: Any) -> Answers:
    a, b = Value(2.0), Value(-3.0)
    c = a + b
    c.backward()
    return {"c.grad": c.grad, "a.grad": a.grad, "b.grad": b.grad}


@stage(
    "multiply, walked backward",
    "__mul__" + BACK,
    [
        ("c.grad", 0.0, NO_SEED),
        ("a.grad", 0.0, no_step("__mul__")),
        ("a.grad", 2.0, "each side got its own value: in a * b the slope for a is b's data, and for b it is a's"),
        ("b.grad", -3.0, "both sides got b: in a * b the slope for a is b's data, and for b it is a's"),
        ("b.grad", 0.0, "only the left operand gets its share: in a * b the right one gets a.data * out.grad"),
        ("a.grad", 1.0, "that is add's rule: in a product the slope for a is b's data"),
    ],
)
def _multiply_backward(Value: Any) -> Answers:
    a, b = Value(2.0), Value(-3.0)
    c = a * b
    c.backward()
    return {"c.grad": c.grad, "a.grad": a.grad, "b.grad": b.grad}


@stage(
    "a chain: multiply, then multiply",
    "__mul__" + BACK,
    [("a.grad", 3.0, local_only("__mul__")), ("a.grad", 0.0, STOPS)],
)
def _chain(Value: Any) -> Answers:
    a, b, c = Value(2.0), Value(3.0), Value(4.0)
    d = (a * b) * c
    d.backward()
    return {"d.data": d.data, "a.grad": a.grad, "b.grad": b.grad, "c.grad": c.grad}


@stage(
    "a chain: multiply, then add, then multiply",
    "__add__ __mul__" + BACK,
    [("a.grad", 3.0, local_only("__add__")), ("a.grad", 0.0, no_step("__add__"))],
)
def _chain_add(Value: Any) -> Answers:
    a, b, c, d = Value(2.0), Value(3.0), Value(4.0), Value(5.0)
    e = (a * b + c) * d
    e.backward()
    return {"e.data": e.data, "a.grad": a.grad, "b.grad": b.grad, "c.grad": c.grad, "d.grad": d.grad}


@stage(
    "a + a: one value, used twice",
    "__add__" + BACK,
    [("a.grad", 1.0, overwrites("__add__")), ("a.grad", 4.0, TWICE)],
)
def _same_twice(Value: Any) -> Answers:
    a = Value(3.0)
    b = a + a
    b.backward()
    return {"b.data": b.data, "a.grad": a.grad}


@stage(
    "a * a: one value, used twice",
    "__mul__" + BACK,
    [("a.grad", 3.0, overwrites("__mul__")), ("a.grad", 12.0, TWICE)],
)
def _square(Value: Any) -> Answers:
    a = Value(3.0)
    b = a * a
    b.backward()
    return {"b.data": b.data, "a.grad": a.grad}


@stage(
    "a used again, further up: (a + b) + a",
    "__add__" + BACK,
    [("a.grad", 1.0, overwrites("__add__"))],
)
def _again_add(Value: Any) -> Answers:
    a, b = Value(2.0), Value(3.0)
    c = (a + b) + a
    c.backward()
    return {"c.data": c.data, "a.grad": a.grad, "b.grad": b.grad}


@stage(
    "a used again, further up: (a * b) * a",
    "__mul__" + BACK,
    [("a.grad", 6.0, overwrites("__mul__"))],
)
def _again_multiply(Value: Any) -> Answers:
    a, b = Value(2.0), Value(3.0)
    c = (a * b) * a
    c.backward()
    return {"c.data": c.data, "a.grad": a.grad, "b.grad": b.grad}


@stage("reuse: two paths to the same values", "__add__ __mul__" + BACK, [("a.grad", ..., WRONG_ORDER)])
def _reuse(Value: Any) -> Answers:
    a, b = Value(-2.0), Value(3.0)
    d = (a * b) * (a + b)
    d.backward()
    return {"d.data": d.data, "a.grad": a.grad, "b.grad": b.grad}


@stage("the order of the walk: short and long paths", "__add__ __mul__" + BACK, [("x.grad", ..., WRONG_ORDER)])
def _order(Value: Any) -> Answers:
    x = Value(2.0)
    y = x * x
    z = y * ((y + x) * y) + ((y + x) * y) * y
    z.backward()
    return {"z.data": z.data, "x.grad": x.grad}


@stage("plain numbers beside a value", "__add__ __mul__" + BACK)
def _numbers(Value: Any) -> Answers:
    a = Value(3.0)
    b = a * 2 + 1
    b.backward()
    return {"b.data": b.data, "a.grad": a.grad}


@stage(
    "negate",
    "__neg__" + MIXED,
    [("a.grad", 5.0, "the slope of -a is -1: what comes back must change its sign too"), *slips("__neg__", -1)],
)
def _negate(Value: Any) -> Answers:
    a, b = Value(2.0), Value(4.0)
    c = -a * b + a
    c.backward()
    return {"c.data": c.data, "a.grad": a.grad, "b.grad": b.grad}


@stage(
    "subtract",
    "__sub__" + MIXED,
    [
        ("d.data", 19.0, "the operands are the wrong way round: a - b is a + (-b)"),
        ("d.data", 35.0, "__sub__ adds: a - b is a + (-b)"),
        *slips("__sub__", 1),
        ("c.grad", 5.0, "the slope of a - c for c is -1: what c gets must change its sign"),
    ],
)
def _subtract(Value: Any) -> Answers:
    a, b, c = Value(2.0), Value(4.0), Value(5.0)
    d = (a - c) * b + a + c
    d.backward()
    return {"d.data": d.data, "a.grad": a.grad, "b.grad": b.grad, "c.grad": c.grad}


@stage(
    "power",
    "__pow__" + MIXED,
    [
        ("a.grad", 4 * 3 * 2**3 + 1, "the exponent is not lowered: the slope of x**n is n * x**(n-1)"),
        ("a.grad", 4 * 2**2 + 1, "the factor n is missing: the slope of x**n is n * x**(n-1)"),
        *slips("__pow__", 3 * 2**2),
    ],
)
def _power(Value: Any) -> Answers:
    a, b = Value(2.0), Value(4.0)
    c = a**3 * b + a
    c.backward()
    return {"c.data": c.data, "a.grad": a.grad, "b.grad": b.grad}


@stage(
    "power, with a negative exponent",
    "__pow__" + MIXED,
    [("a.grad", 1.25, "the sign is missing: the slope of x**n is n * x**(n-1), and n is -1 here")],
)
def _inverse(Value: Any) -> Answers:
    a, b = Value(4.0), Value(4.0)
    c = a**-1 * b + a
    c.backward()
    return {"c.data": c.data, "a.grad": a.grad, "b.grad": b.grad}


@stage(
    "divide",
    "__truediv__" + MIXED,
    [
        ("d.data", 17.0, "the operands are the wrong way round: a / b is a * b**-1"),
        ("d.data", 47.0, "__truediv__ multiplies: a / b is a * b**-1"),
        *slips("__truediv__", 1 / 5),
        ("c.grad", 4 * 2 / 25 + 1, "the sign is missing: the slope of a / c for c is -a / c**2"),
        ("c.grad", 4 * -2 / 5 + 1, "the square is missing: the slope of a / c for c is -a / c**2"),
    ],
)
def _divide(Value: Any) -> Answers:
    a, b, c = Value(2.0), Value(4.0), Value(5.0)
    d = (a / c) * b + a + c
    d.backward()
    return {"d.data": d.data, "a.grad": a.grad, "b.grad": b.grad, "c.grad": c.grad}
