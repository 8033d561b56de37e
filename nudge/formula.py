"""Formulas typed at the terminal: read by Python's own parser, checked against a whitelist, never evaluated as code.

A formula is numbers, names, `+ - * / **`, brackets and calls of the table's elementwise operations. It runs on
whatever operands it is given: floats, Values, tensors.

>>> f = parse("3*x**2 - 4*x + 5")
>>> f.names, f.evaluate({"x": 3.0})
(('x',), 20.0)
"""

from __future__ import annotations

import ast
import inspect
import keyword
import math
import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .errors import UsageError, nearest
from .op import TABLE, Elementwise, Operation
from .scalar import Value

MAX_LENGTH = 10_000
MAX_NESTING = 100
CONSTANTS = {"pi": math.pi, "e": math.e}
OPERATORS = {op.dunder: op for op in TABLE.values() if op.dunder}
SIGNS: dict[type[ast.operator] | type[ast.unaryop], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "truediv",
    ast.Pow: "pow",
    ast.USub: "neg",
}
# What people write for an operator of Python's, and the operator.
TYPOGRAPHY = {"×": "*", "·": "*", "⋅": "*", "−": "-", "–": "-", "÷": "/", "²": "**2", "³": "**3", "√": "sqrt()"}
ALLOWED = "a formula has numbers, names, + - * / **, brackets and functions"
# What is not allowed, in words; anything else is "this".
FORBIDDEN: dict[type[object], str] = {
    ast.Attribute: "an attribute (a.b)",
    ast.Subscript: "an index (a[i])",
    ast.Lambda: "a lambda",
    ast.NamedExpr: "an assignment",
    ast.ListComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.List: "a list",
    ast.Tuple: "a comma",
    ast.Starred: "a star before a name",
    ast.JoinedStr: "a text",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.MatMult: "@",
    ast.BoolOp: "and, or",
    ast.Not: "not",
}


def functions() -> dict[str, Operation]:
    """List what a formula can call: the elementwise rows with a scalar form, by name and, where it is one, by symbol.

    >>> sorted(functions())[:4]
    ['abs', 'absolute', 'add', 'clamp']
    """
    rows = [op for op in TABLE.values() if isinstance(op, Elementwise) and op.scalar and not op.variadic]
    names = [(name, op) for op in rows for name in (op.name, op.symbol)]
    return {name: op for name, op in names if name.isidentifier() and not keyword.iskeyword(name)}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a formula: a number, a name, or an operation on the results of the `arity` steps before it.

    text: the part of the formula that it stands for.
    """

    what: float | str | Operation
    arity: int
    text: str


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that has been read: its text, and its steps in an order in which they can be taken."""

    text: str
    steps: tuple[Step, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The variables, in order of appearance."""
        return tuple(dict.fromkeys(step.what for step in self.steps if isinstance(step.what, str)))

    def check(self, names: Iterable[str]) -> None:
        """Raise UsageError for a name that is no variable of the formula."""
        for name in names:
            if name not in self.names:
                raise UsageError(f"{brief(self.text)} has no variable {name}{nearest(name, self.names)}")

    def record(self, point: Mapping[str, float]) -> Value:
        """Compute the formula on Values that go by its variables' names, and give the Value at the graph's end, f.

        Raises UsageError for a variable without a value, a value without a variable, and a result without a graph.
        """
        self.check(point)
        result = self.evaluate({name: Value(point[name], label=name) for name in self.names if name in point})
        if not isinstance(result, Value):
            raise UsageError(
                f"{brief(self.text)} is {result:g} and has no slope: there is nothing to walk back through"
            )
        if result.op is not None and "f" not in self.names:
            result.label = "f"
        return result

    def evaluate(self, env: Mapping[str, Any]) -> Any:
        """Compute the formula with the operands in `env` (floats, Values, tensors) in the place of its names.

        Raises UsageError for a name without a value.
        """
        return list(self.walk(env))[-1][2]

    def walk(self, env: Mapping[str, Any]) -> Iterator[tuple[Step, list[Any], Any]]:
        """Take the steps one by one: give each with its arguments and its result."""
        if absent := [name for name in self.names if name not in env]:
            given = f"only {brief(', '.join(env))} given" if env else "none is given"
            wanted = brief(" and ".join(absent))
            raise UsageError(f"{brief(self.text)} needs a value for {wanted}; {given} (--at {absent[0]}=1)")
        stack: list[Any] = []
        for step in self.steps:
            arguments = stack[len(stack) - step.arity :]
            del stack[len(stack) - step.arity :]
            result = take(step, arguments, env)
            stack.append(result)
            yield step, arguments, result

    def first_nonfinite(self, env: Mapping[str, float]) -> tuple[Step, list[float], float] | None:
        """Find the step that made a NaN or an infinity of finite numbers: (step, arguments, result).

        >>> step, arguments, result = parse("1 + log(x - 5)").first_nonfinite({"x": 3.0})
        >>> step.text, arguments, result
        ('log(x - 5)', [-2.0], nan)
        """
        return next((made for made in self.walk(env) if not math.isfinite(made[2])), None)


def take(step: Step, arguments: list[Any], env: Mapping[str, Any]) -> Any:
    """Compute one step; a comparison's yes or no counts as 1 or 0."""
    if isinstance(step.what, float):
        return step.what
    if isinstance(step.what, str):
        return env[step.what]
    result = step.what(*arguments)
    return float(result) if isinstance(result, bool) else result


def parse(text: str) -> Formula:
    """Read a formula.

    Raises UsageError, with a caret under the place, for what cannot be read, is not allowed, is not known, or comes to
    no finite number whatever the variables are; and for texts beyond MAX_LENGTH characters or MAX_NESTING brackets.
    """
    if len(text) > MAX_LENGTH:
        raise UsageError(f"the formula has {len(text):,} characters; {MAX_LENGTH:,} is the most")
    line = " ".join(text.split())
    if not line:
        raise UsageError("the formula is empty; try 3*x**2 - 4*x + 5")
    check_nesting(line)
    for column, character in enumerate(line):
        if character == "#" or not character.isprintable():
            raise complaint(line, column, f"{character!r} has no place here: {ALLOWED}")
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(line, mode="eval")
    except (RecursionError, MemoryError):
        raise UsageError("the formula is nested too deeply, or is too long a chain, to be read: split it") from None
    except (SyntaxError, ValueError) as error:
        raise unreadable(line, error) from None
    formula = Formula(line, tuple(steps(tree.body, line)))
    check_constants(formula)
    return formula


def check_nesting(line: str) -> None:
    """Raise UsageError for too many brackets within brackets, of which Python's parser says less."""
    depth = deepest = 0
    for character in line:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    if deepest > MAX_NESTING:
        raise UsageError(f"the formula has brackets nested {deepest:,} deep; {MAX_NESTING} is the most")


def check_constants(formula: Formula) -> None:
    """Raise UsageError where a part without variables is not a finite number."""
    constant: list[float | None] = []
    for step in formula.steps:
        arguments = constant[len(constant) - step.arity :]
        del constant[len(constant) - step.arity :]
        if isinstance(step.what, str) or None in arguments:
            constant.append(None)
            continue
        result = take(step, arguments, {})
        if not math.isfinite(result):
            raise UsageError(f"{brief(step.text)} is {result:g} whatever the variables are (a float ends at 1.8e308)")
        constant.append(result)


def steps(root: ast.expr, line: str) -> list[Step]:
    """Put a tree of expressions into steps, arguments before what takes them, without recursion."""
    encoded = line.encode()  # ast counts columns in bytes
    known = functions()
    found: list[Step] = []
    todo = [root]
    while todo:
        node = todo.pop()
        while isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd):
            node = node.operand
        text = encoded[node.col_offset : node.end_col_offset].decode()
        column = len(encoded[: node.col_offset].decode())
        try:
            what, operands = read(node, known)
        except UsageError as error:
            raise complaint(line, column, str(error)) from None
        found.append(Step(what, len(operands), text))
        todo.extend(operands)
    return found[::-1]


def read(node: ast.expr, known: Mapping[str, Operation]) -> tuple[float | str | Operation, list[ast.expr]]:
    """Read one node: what it is, and its operands. Raises UsageError for what is not on the whitelist."""
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return finite(number), []
        case ast.Name(id=name) if name in known:
            raise UsageError(f"{name} is a function: write what it is of, as in {name}(x)")
        case ast.Name(id=name):
            return CONSTANTS.get(name, name), []
        case ast.UnaryOp(op=sign, operand=operand) if type(sign) in SIGNS:
            return OPERATORS[SIGNS[type(sign)]], [operand]
        case ast.BinOp(op=sign, left=left, right=right) if type(sign) in SIGNS:
            return OPERATORS[SIGNS[type(sign)]], [left, right]
        case ast.BinOp(op=ast.BitXor()):
            raise UsageError("^ is no power in Python: write **")
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return called(name, arguments, known), arguments
        case ast.Call(keywords=[_, *_]):
            raise UsageError("functions take their arguments in order, without names")
        case ast.Call(func=ast.Attribute(attr=name)) if name in known:
            raise UsageError(f"functions go by their bare name: write {name}(...)")
        case ast.Call(func=ast.Constant() | ast.BinOp() | ast.UnaryOp() | ast.Call()):
            raise UsageError("to multiply by a bracket, write * before it")
        case ast.Compare():
            raise UsageError("a comparison has no place here; gt(x, 0), ge, lt, le, eq and ne are functions")
        case ast.IfExp():
            raise UsageError("if has no place here; where(condition, x, z) is a function")
        case ast.Constant(value=value):
            raise UsageError(f"{value!r} is no number: {ALLOWED}")
        case _:
            kind = FORBIDDEN.get(type(getattr(node, "op", node)), FORBIDDEN.get(type(node), "this"))
            raise UsageError(f"{kind} has no place here: {ALLOWED}")


def finite(number: int | float) -> float:
    """Turn a literal into a float. Raises UsageError for one too large."""
    try:
        value = float(number)
    except OverflowError:
        value = math.inf
    if math.isinf(value):
        raise UsageError("this number is too large: a float ends at 1.8e308")
    return value


def called(name: str, arguments: list[ast.expr], known: Mapping[str, Operation]) -> Operation:
    """Find the function of a call. Raises UsageError where it is not known or takes another number of arguments."""
    if name not in known:
        times = f"; to multiply, write {name}*(...)" if len(name) == 1 or name in CONSTANTS else nearest(name, known)
        raise UsageError(f"there is no function {name}{times}")
    wanted = list(inspect.signature(known[name].body).parameters)
    if len(arguments) != len(wanted):
        raise UsageError(f"{name} takes {len(wanted)} ({', '.join(wanted)}), and {len(arguments)} given")
    return known[name]


def unreadable(line: str, error: SyntaxError | ValueError) -> UsageError:
    """Put a syntax error into a learner's words."""
    said = getattr(error, "msg", None) or str(error)
    column = (getattr(error, "offset", None) or len(line) + 1) - 1
    found = line[column : column + 1]
    if found in TYPOGRAPHY:
        return complaint(line, column, f"{found} is not read here: write {TYPOGRAPHY[found]}")
    if found == "=":
        return complaint(line, column, "= has no place in a formula: values are given beside it, as x=3")
    if "decimal literal" in said:
        return complaint(line, column, "a number runs into what follows it: write * between them, as in 3*x")
    if "limit" in said:
        return complaint(line, column, "this number is too large: a float ends at 1.8e308")
    if column >= len(line):
        return complaint(line, column, "the formula ends too early")
    return complaint(line, column, "the formula cannot be read from here on" if "invalid syntax" in said else said)


def brief(text: str) -> str:
    """Cut a long text short, for a message.

    >>> len(brief("x + " * 1000))
    60
    """
    return text if len(text) <= 60 else text[:59] + "…"


def complaint(line: str, column: int, said: str) -> UsageError:
    """Make an error that shows the place in the formula, a part of it where it is long."""
    start = max(0, column - 60)
    return UsageError(f"{said}\n    {line[start : start + 100]}\n    {' ' * (column - start)}^")


def parse_point(text: str) -> dict[str, float]:
    """Read values for names, such as `x=3,y=-1e-2`; a value may be a formula without names.

    Raises UsageError for what is not NAME=NUMBER, and for a name given twice.

    >>> parse_point("x=3, y=-1e-2, angle=pi/2")
    {'x': 3.0, 'y': -0.01, 'angle': 1.5707963267948966}
    """
    point: dict[str, float] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        name, equals, value = map(str.strip, part.partition("="))
        name = unicodedata.normalize("NFKC", name)  # as Python's parser does with names
        if not equals or not value or not name.isidentifier():
            raise UsageError(f"{part!r} is no value for a name: expected NAME=NUMBER, as in x=3,y=-1e-2")
        if name in CONSTANTS:
            raise UsageError(f"{name} is a constant ({CONSTANTS[name]:.6g}): call the variable something else")
        if name in point:
            raise UsageError(f"{name} is given twice: {point[name]:g} and {value}")
        formula = parse(value)
        if formula.names:
            raise UsageError(f"{part!r}: {value} is not a number")
        point[name] = formula.evaluate({})
    return point
