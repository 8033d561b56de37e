"""The grading: one right engine passes, and each broken one fails at its own stage, with its own cause."""

from pathlib import Path

import pytest

from nudge import scalar
from nudge.grade import Report, collect
from nudge.grade.child import main
from nudge.grade.stage import same
from nudge.grade.stages import STAGES

CORRECT = Path(__file__).parent / "engines" / "correct.py"
SOURCE = CORRECT.read_text()

WALK = SOURCE[SOURCE.index("        order, seen, todo") : SOURCE.index("class Neuron")]
RULE_ADD = "            self.grad += out.grad\n            other.grad += out.grad\n"
RULE_MUL = "            self.grad += other.data * out.grad\n            other.grad += self.data * out.grad\n"
TANH = "(1 - t**2) * out.grad"

# A broken engine each: (what is replaced, by what, the stage that finds it, a piece of the cause).
MUTANTS = {
    "add overwrites": (
        RULE_ADD,
        RULE_ADD.replace("+=", "="),
        "a + a: one value, used twice",
        "`=` where `+=` belongs, in __add__",
    ),
    "multiply overwrites": (
        RULE_MUL,
        RULE_MUL.replace("+=", "="),
        "a * a: one value, used twice",
        "`=` where `+=` belongs, in __mul__",
    ),
    "add overwrites on the left": (
        RULE_ADD,
        RULE_ADD.replace("self.grad +=", "self.grad ="),
        "a used again, further up: (a + b) + a",
        "`=` where `+=` belongs, in __add__",
    ),
    "multiply overwrites on the left": (
        RULE_MUL,
        RULE_MUL.replace("self.grad +=", "self.grad ="),
        "a used again, further up: (a * b) * a",
        "`=` where `+=` belongs, in __mul__",
    ),
    "multiply overwrites on the right": (
        RULE_MUL,
        RULE_MUL.replace("other.grad +=", "other.grad ="),
        "a * a: one value, used twice",
        "`=` where `+=` belongs, in __mul__",
    ),
    "tanh overwrites": ("self.grad += " + TANH, "self.grad = " + TANH, "tanh", "in tanh's _backward"),
    "add subtracts": ("self.data + other.data", "self.data - other.data", "add", "__add__ subtracts"),
    "multiply adds": ("self.data * other.data", "self.data + other.data", "multiply", "__mul__ adds"),
    "add forgets the right": (
        RULE_ADD,
        "            self.grad += out.grad\n",
        "add, walked backward",
        "only the left operand",
    ),
    "add without children": (
        "Value(self.data + other.data, (self, other))",
        "Value(self.data + other.data)",
        "a chain: multiply, then add",
        "nothing passes back through __add__",
    ),
    "multiply by itself": (
        RULE_MUL,
        RULE_MUL.replace("other.data", "X").replace("self.data", "other.data").replace("X", "self.data"),
        "multiply, walked backward",
        "each side got its own value",
    ),
    "multiply by the right twice": (
        RULE_MUL,
        RULE_MUL.replace("self.data", "other.data"),
        "multiply, walked backward",
        "both sides got b",
    ),
    "multiply with add's rule": (RULE_MUL, RULE_ADD, "multiply, walked backward", "that is add's rule"),
    "multiply without upstream": (
        RULE_MUL,
        RULE_MUL.replace(" * out.grad", ""),
        "a chain: multiply, then multiply",
        "__mul__'s _backward leaves out the upstream",
    ),
    "add without upstream": (
        RULE_ADD,
        RULE_ADD.replace("out.grad", "1.0"),
        "a chain: multiply, then add",
        "__add__'s _backward leaves out the upstream",
    ),
    "no seed": ("        self.grad = 1.0\n", "", "add, walked backward", "must begin with self.grad = 1"),
    "grad starts as None": ("self.grad = 0.0", "self.grad = None", "a gradient of 0", "start it at 0.0"),
    "grad starts at 1": ("self.grad = 0.0", "self.grad = 1.0", "a gradient of 0", "start at 0.0"),
    "walk of one step": (
        WALK,
        "        self.grad = 1.0\n        self._backward()\n\n\n",
        "a chain: multiply",
        "no further than the last",
    ),
    "walk in order of discovery": (
        WALK,
        """        order = [self]
        for node in order:
            order.extend(child for child in node._children if child not in order)
        self.grad = 1.0
        for node in order:
            node._backward()


""",
        "the order of the walk",
        "before all its users",
    ),
    "walk once per path": (
        WALK,
        """        def walk(node):
            node._backward()
            for child in node._children:
                walk(child)

        self.grad = 1.0
        walk(self)


""",
        "the order of the walk",
        "before all its users",
    ),
    "walk the wrong way": ("reversed(order)", "order", "a chain: multiply", "from the output back"),
    "walk without a list of the seen": (
        "elif node not in seen:",
        "else:",
        "the order of the walk",
        "list the graph once",
    ),
    "backward clears the leaves": (
        "            if node._children:\n                node.grad = 0.0",
        "            node.grad = 0.0",
        "two walks: gradients add up",
        "clears gradients by itself",
    ),
    "numbers are not wrapped": (
        "other = other if isinstance(other, Value) else Value(other)",
        "pass",
        "plain numbers beside a value",
        "first wrap what is not one",
    ),
    "a return is missing": (
        "        out._backward = _backward\n        return out\n\n    def __mul__",
        "        out._backward = _backward\n\n    def __mul__",
        "add",
        "`return out` missing",
    ),
    "backward called when stored": (
        "            other.grad += out.grad\n\n        out._backward = _backward",
        "            other.grad += out.grad\n\n        out._backward = _backward()",
        "add, walked backward",
        "should be stored",
    ),
    "data is a Value": (
        "self.data = data",
        "self.data = self",
        "a value holds a number",
        "where a plain number belongs",
    ),
    "negate passes on": (
        "return self * -1",
        "return Value(-self.data, (self,))",
        "negate",
        "nothing passes back through __neg__",
    ),
    "subtract the wrong way": ("return self + (-other)", "return other + (-self)", "subtract", "wrong way round"),
    "divide the wrong way": ("return self * other**-1", "return other * self**-1", "divide", "wrong way round"),
    "power, exponent kept": ("(n - 1) * out.grad", "n * out.grad", "power", "not lowered"),
    "power, factor missing": ("n * self.data ** (n - 1)", "self.data ** (n - 1)", "power", "factor n is missing"),
    "power without upstream": (" ** (n - 1) * out.grad", " ** (n - 1)", "power", "leaves out the upstream"),
    "power, factor unsigned": (
        "n * self.data **",
        "abs(n) * self.data **",
        "power, with a negative",
        "sign is missing",
    ),
    "exp of the input": ("out.data * out.grad", "self.data * out.grad", "exp", "the input was used"),
    "log of the result": ("1 / self.data * out.grad", "1 / out.data * out.grad", "log", "the result was used"),
    "tanh, no square": (TANH, "(1 - t) * out.grad", "tanh", "the square is missing"),
    "tanh, input squared": (TANH, "(1 - self.data**2) * out.grad", "tanh", "the input was squared"),
    "tanh without upstream": (TANH, "1 - t**2", "tanh", "tanh's _backward leaves out the upstream"),
    "sigmoid, no factor": ("s * (1 - s)", "(1 - s)", "sigmoid", "the factor s is missing"),
    "relu lets all through": ("max(0.0, self.data)", "self.data", "relu, below 0", "lets a negative through"),
    "relu's gate is open": ("(out.data > 0) * out.grad", "out.grad", "relu, below 0", "where relu is shut"),
    "relu's gate is reversed": ("out.data > 0", "out.data <= 0", "relu, below 0", "where relu is shut"),
    "relu scales": ("(out.data > 0) * out.grad", "out.data * out.grad", "relu, above 0", "not the result"),
    "2 - a is a - 2": ("return (-self) + other", "return self - other", "a number first: 2 - a", "came out as a - 2"),
    "2 / a is a / 2": ("return self**-1 * other", "return self / other", "a number first: 2 / a", "came out as a / 2"),
    "2 + a for ever": ("return self + other", "return other + self", "a number first: 2 + a", "each other for ever"),
    "bias not added": (", self.b).tanh()", ").tanh()", "a neuron", "the bias does not reach the output"),
    "bias not listed": ("return self.w + [self.b]", "return self.w", "a neuron", "leaves out the bias"),
    "layer of one": ("for _ in range(nout)]", "for _ in range(1)]", "a layer", ""),
    "layers not chained": ("x = layer(x)", "y = layer(x)\n        x = y", "a small network", "do not reach"),
    "zero_grad halves": (
        "in self.parameters():\n            p.grad",
        "in self.parameters()[1:]:\n            p.grad",
        "zero_grad",
        "misses some",
    ),
}


def examine(source: str, folder: Path) -> Report:
    """Grade a source text in this process."""
    file = folder / "engine.py"
    file.write_text(source)
    records: list[dict] = []
    main(file, records.append)
    return Report(file, tuple(collect(records[1:], {})))


@pytest.mark.parametrize("name", MUTANTS)
def test_broken(name, tmp_path):
    old, new, title, cause = MUTANTS[name]
    assert old in SOURCE
    report = examine(SOURCE.replace(old, new), tmp_path)
    assert not report.passed
    first = report.of("wrong")[0]
    assert first.title.startswith(title), first
    assert cause in first.cause, first


def test_right_engine_passes(tmp_path):
    report = examine(SOURCE, tmp_path)
    assert report.passed
    assert {result.status for result in report.results} == {"right"}


def test_nudges_own_engine_passes(tmp_path):
    report = examine("from nudge.scalar import *", tmp_path)
    assert report.passed
    assert {result.status for result in report.results} == {"right"}


def test_every_cause_can_be_told_apart():
    """A cause whose wrong number is the right one, or is taken by a cause before it, would never be shown rightly."""
    for stage in STAGES:
        right = stage.ask(*(getattr(scalar, name) for name in stage.classes))
        seen = []
        for name, wrong, why in stage.causes:
            assert name in right, (stage.title, name)
            assert wrong is ... or not same(wrong, right[name]), (stage.title, why)
            assert not any(
                where == name and what is not ... and same(what, wrong) and other != why for where, what, other in seen
            ), (stage.title, why)
            seen.append((name, wrong, why))


def test_code_is_what_runs():
    code = {stage.title: stage.code for stage in STAGES}
    assert code["a + a: one value, used twice"] == "a = Value(3.0)\nb = a + a\nb.backward()"


def test_skips_what_is_not_defined(tmp_path):
    data_only = """
class Value:
    def __init__(self, data):
        self.data = data

    def __add__(self, other):
        return Value(self.data + other.data)
"""
    report = examine(data_only, tmp_path)
    assert report.passed
    assert [result.title for result in report.of("right")] == ["a value holds a number", "add"]
    skipped = {result.title: result.missing for result in report.of("skipped")}
    assert skipped["multiply"] == ("__mul__",)
    assert skipped["add, walked backward"] == ("grad", "backward")
    assert skipped["a neuron: a weight per input, and a bias"] == ("Neuron",)


def test_a_number_alone_is_no_engine(tmp_path):
    report = examine(
        "class Value:\n    def __init__(self, data):\n        self.data, self.grad = data, 0.0\n", tmp_path
    )
    assert len(report.of("right")) == 2
    assert not report.passed


def test_notes_do_not_fail(tmp_path):
    leaves_between = "            if node._children:\n                node.grad = 0.0\n"
    report = examine(SOURCE.replace(leaves_between, "            pass\n"), tmp_path)
    (noted,) = report.of("noted")
    assert noted.title == "two walks over one graph"
    assert "counted again" in noted.cause
    assert report.passed


def test_exception_shows_the_learners_line(tmp_path):
    report = examine(SOURCE.replace("math.tanh(self.data)", "math.tahn(self.data)"), tmp_path)
    first = report.of("wrong")[0]
    assert first.title == "tanh"
    assert "has no attribute 'tahn'" in first.error
    assert first.source == "t = math.tahn(self.data)"
    assert first.line == 1 + [line.strip() for line in SOURCE.splitlines()].index("t = math.tanh(self.data)")
