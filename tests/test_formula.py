"""Formulas: what is read means what Python means by it; all else is refused in a learner's words."""

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudge import ops
from nudge.errors import UsageError
from nudge.formula import CONSTANTS, MAX_LENGTH, functions, parse, parse_point
from nudge.scalar import Value

NUMBERS = st.integers(0, 9).map(str) | st.floats(0.001, 100).map(repr)
LEAVES = NUMBERS | st.sampled_from(["x", "y", "pi"])


def extend(inner):
    """Formulas one level deeper than `inner`."""
    return st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(" ".join),
        inner.map("-({})".format),
        inner.map("({})**2".format),
        inner.map("tanh({})".format),
        inner.map("sin( {} )".format),
    )


@given(st.recursive(LEAVES, extend, max_leaves=20), st.floats(-3, 3), st.floats(-3, 3))
def test_means_what_python_means(text, x, y):
    formula = parse(text)
    scope = {"x": x, "y": y, "pi": math.pi, "tanh": math.tanh, "sin": math.sin}
    try:
        expected = eval(text, {"__builtins__": {}}, scope)
    except OverflowError:
        expected = math.inf
    assert formula.evaluate({"x": x, "y": y}) == pytest.approx(expected, rel=1e-12, nan_ok=True)
    assert set(formula.names) == {name for name in "xy" if name in text}


@given(st.text(max_size=60) | st.text("x1.+-*/()[]{},=:'\"@^! \ne", max_size=40))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(UsageError):
        assert parse(text).steps


def test_names_in_order_of_appearance():
    assert parse("tanh(b + x1*w1) + x2*w2 + b*e**pi").names == ("b", "x1", "w1", "x2", "w2")


def test_precedence_is_pythons():
    assert parse("-x**2 + 2*x - 6/x/2").evaluate({"x": 3.0}) == -4.0
    assert parse("2**3**2").evaluate({}) == 512.0


def test_runs_on_values():
    x, y = Value(2.0), Value(-3.0)
    z = parse("relu(x*y + 7) * sigmoid(x) - y/x").evaluate({"x": x, "y": y})
    z.backward()
    s = 1 / (1 + math.exp(-2.0))
    assert z.data == pytest.approx(s + 1.5)
    assert x.grad == pytest.approx(-3 * s + s * (1 - s) + -3 / 4)
    assert y.grad == pytest.approx(2 * s - 0.5)


def test_records_named_values():
    root = parse("x*w + b").record({"x": 2.0, "w": 3.0, "b": 1.0})
    assert root.data == 7.0
    assert {leaf.label for leaf in (*root.args, *root.args[0].args) if leaf.op is None} == {"x", "w", "b"}


@pytest.mark.parametrize(
    ("text", "point", "said"),
    [
        ("x*w", {"x": 1.0}, "needs a value for w"),
        ("x*w", {"x": 1.0, "w": 2.0, "v": 3.0}, "has no variable v"),
        ("gt(x, 0)", {"x": 1.0}, "is 1 and has no slope"),
        ("2*3", {}, "is 6 and has no slope"),
    ],
)
def test_nothing_to_record(text, point, said):
    with pytest.raises(UsageError) as caught:
        parse(text).record(point)
    assert said in str(caught.value)


def test_every_function_runs_on_floats_and_values():
    for name, op in functions().items():
        count = len(op.domain)
        text = f"{name}({', '.join('abcd'[:count])})"
        point = dict(zip("abcd", (0.5, 0.25, 0.75)[:count], strict=False))
        number = parse(text).evaluate(point)
        value = parse(text).evaluate({key: Value(at) for key, at in point.items()})
        assert number == (value.data if isinstance(value, Value) else value), name


def test_functions_are_the_tables():
    assert functions()["tanh"] is ops.tanh
    assert functions()["abs"] is functions()["absolute"] is ops.absolute
    assert "matmul" not in functions()
    assert "and" not in functions()


def test_follows_ieee():
    assert parse("1/x").evaluate({"x": 0.0}) == math.inf
    assert parse("-1/x").evaluate({"x": 0.0}) == -math.inf
    assert math.isnan(parse("log(x)").evaluate({"x": -1.0}))
    assert math.isnan(parse("x**0.5").evaluate({"x": -8.0}))
    assert parse("2**x").evaluate({"x": 5000.0}) == math.inf


def test_first_nonfinite_names_the_step():
    step, given_, made = parse("x + 3*(1/(x - 2)) - log(0.5)").first_nonfinite({"x": 2.0})
    assert (step.text, given_, made) == ("1/(x - 2)", [1.0, 0.0], math.inf)
    assert parse("x + 1").first_nonfinite({"x": 2.0}) is None


def test_is_one_line():
    assert parse("  x\n + 1 ").text == "x + 1"


REFUSED = {
    "": "empty",
    "   \n": "empty",
    "(" * 3000 + "x" + ")" * 3000: "nested 3,000 deep",
    "-" * 5000 + "x": "nested too deeply",
    "x" * (MAX_LENGTH + 1): "10,001 characters",
    "x+" * 500_000 + "x": "1,000,001 characters",
    "9**9**9": "9**9**9 is inf",
    "x + 9**9**9": "9**9**9 is inf",
    "x * (1/0)": "1/0 is inf",
    "log(-1) + x": "log(-1) is nan",
    "1e999*x": "too large",
    "9" * 400: "too large",
    "9" * 5000: "too large",
    "x.data": "an attribute",
    "x.__class__.__bases__": "an attribute",
    "x[0]": "an index",
    "lambda x: x": "a lambda",
    "[x for x in y]": "a comprehension",
    "(i for i in x)": "a comprehension",
    "(x := 3)": "an assignment",
    "x, y": "a comma",
    "'x'": "'x' is no number",
    "f'{x}'": "a text",
    "True": "True is no number",
    "3j": "3j is no number",
    "...": "Ellipsis is no number",
    "x < y < 3": "a comparison",
    "x == 3": "a comparison",
    "x if y else 3": "if has no place",
    "x and y": "and, or",
    "not x": "not has no place",
    "x // 2": "// has no place",
    "x % 2": "% has no place",
    "x @ y": "@ has no place",
    "~x": "this has no place",
    "x^2": "write **",
    "tanh(x=3)": "without names",
    "tanh(*x)": "a star",
    "tanh(x, y)": "tanh takes 1 (x), and 2 given",
    "maximum(x)": "maximum takes 2 (x, z), and 1 given",
    "tahn(x)": "did you mean tanh?",
    "__import__('os')": "there is no function __import__",
    "x(3)": "to multiply, write x*(...)",
    "2(x + 1)": "write * before it",
    "(x + 1)(x - 1)": "write * before it",
    "np.tanh(x)": "write tanh(...)",
    "tanh": "write what it is of",
    "3x": "write * between them",
    "x = 3": "values are given beside it",
    "x²": "write **2",
    "2 × x": "write *",
    "3*x +": "ends too early",
    "(3*x": "never closed",
    "3*x)": "unmatched",
    "sin x": "cannot be read from here on",
    "x # y": "'#' has no place",
    "x\0y": "'\\x00' has no place",
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:20])
def test_refused(text):
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert REFUSED[text] in str(caught.value)


@pytest.mark.parametrize(
    ("text", "place"), [("3*x + tahn(y)", 6), ("α*β + tahn(y)", 6), ("1 + (x", 4), ("x + 2y", 4), ("x + y + x.z", 8)]
)
def test_caret_stands_under_the_place(text, place):
    with pytest.raises(UsageError) as caught:
        parse(text)
    _, line, caret = str(caught.value).split("\n")
    assert line == "    " + text
    assert caret == "    " + " " * place + "^"


def test_caret_in_a_long_formula():
    text = "x + " * 200 + "tahn(y)" + " + x" * 200
    with pytest.raises(UsageError) as caught:
        parse(text)
    _, line, caret = str(caught.value).split("\n")
    assert len(line) < 120
    assert line[caret.index("^") :].startswith("tahn")


def test_a_long_sum_is_no_deep_nesting():
    assert parse("+".join(["x"] * 500)).evaluate({"x": 1.0}) == 500.0


def test_long_formulas_are_cut_in_messages():
    with pytest.raises(UsageError) as caught:
        parse("+".join(f"x{k}" for k in range(500))).evaluate({})
    assert len(str(caught.value)) < 200


def test_missing_values():
    with pytest.raises(UsageError, match=r"needs a value for y; only x given \(--at y=1\)"):
        parse("x*y").evaluate({"x": 1.0})
    with pytest.raises(UsageError, match="needs a value for x and y; none is given"):
        parse("x*y").evaluate({})


def test_parse_point():
    assert parse_point("x=3,y=-1e-2") == {"x": 3.0, "y": -0.01}
    assert parse_point(" x = 3 , half = 1/2, ") == {"x": 3.0, "half": 0.5}
    assert parse_point("") == {}
    assert parse_point("angle=pi/2") == {"angle": math.pi / 2}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x", "expected NAME=NUMBER"),
        ("x=", "expected NAME=NUMBER"),
        ("=3", "expected NAME=NUMBER"),
        ("2x=3", "expected NAME=NUMBER"),
        ("x=1,x=2", "x is given twice: 1 and 2"),
        ("x=y", "y is not a number"),
        ("x=nan", "nan is not a number"),
        ("x=inf", "inf is not a number"),
        ("x=1e999", "too large"),
        ("e=3", "e is a constant"),
        ("x=3;y=2", "cannot be read"),
    ],
)
def test_points_refused(text, said):
    with pytest.raises(UsageError) as caught:
        parse_point(text)
    assert said in str(caught.value)


def test_constants():
    assert parse("pi + e").evaluate({}) == CONSTANTS["pi"] + CONSTANTS["e"]
