"""A stage of the grading: a few lines a learner could have typed, and what a wrong answer usually means."""

from __future__ import annotations

import ast
import inspect
import math
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

Answers = dict[str, Any]
Ask = Callable[..., Answers]
Cause = tuple[str, Any, str]


@dataclass(frozen=True)
class Stage:
    """One question. It runs on the learner's classes and on nudge's; the lines shown are the lines that ran.

    title: the stage in a few words.
    ask: answers with named numbers; its parameters are the classes it uses, by name.
    needs: members that must be defined ("exp", "Neuron.parameters"), else the stage is skipped.
    causes: (name of an answer, the wrong value or ... for any, what usually makes it); the numbers of a stage are
        chosen so that each usual mistake comes out as a value of its own.
    note: a difference worth knowing that is not counted as wrong.
    """

    title: str
    ask: Ask
    needs: tuple[str, ...]
    causes: tuple[Cause, ...]
    note: bool

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes it uses, by name."""
        return tuple(inspect.signature(self.ask).parameters)

    @property
    def code(self) -> str:
        """The lines that run, without the return."""
        text = textwrap.dedent(inspect.getsource(self.ask))
        function = ast.parse(text).body[0]
        assert isinstance(function, ast.FunctionDef)
        first, last = function.body[0], function.body[-1]
        return textwrap.dedent("\n".join(text.splitlines()[first.lineno - 1 : last.lineno - 1]))


STAGES: list[Stage] = []


def stage(title: str, needs: str = "", causes: Sequence[Cause] = (), *, note: bool = False) -> Callable[[Ask], Ask]:
    """Add the decorated function to STAGES: they are asked in the order in which they are written."""

    def add(ask: Ask) -> Ask:
        STAGES.append(Stage(title, ask, tuple(needs.split()), tuple(causes), note))
        return ask

    return add


def same(wanted: Any, came: Any) -> bool:
    """Whether two answers are the same number, or the same numbers, but for rounding."""
    if isinstance(wanted, list) and isinstance(came, list):
        return len(wanted) == len(came) and all(map(same, wanted, came))
    if isinstance(wanted, Real) and isinstance(came, Real):
        return math.isclose(wanted, came, rel_tol=1e-6, abs_tol=1e-9)
    return wanted is came


BACK = " grad backward"  # what every stage needs that walks backward
MIXED = " __add__ __mul__" + BACK  # what a stage needs that asks for f(a) * b + a

NO_SEED = "backward() must begin with self.grad = 1: the slope of the output by itself, which all else is multiplied by"
STOPS = (
    "backward() gets no further than the last operation: it must walk the whole graph, from the output back, and not "
    "only the output's own children"
)
TWICE = "each share arrives twice: a node must be on the walk's list once, however many use it"
WRONG_ORDER = (
    "the walk comes to a value before all its users have given it their share: list the graph once, children before "
    "parents, and walk the list reversed"
)


def no_step(where: str) -> str:
    """Say that an operation passes nothing back."""
    return (
        f"nothing passes back through {where}: the result must remember its operands as children, and its _backward "
        "must add to their grad"
    )


def overwrites(where: str) -> str:
    """Say that an operation assigns gradients where it should add them."""
    return (
        f"`=` where `+=` belongs, in {where}'s _backward: a value used twice gets a share from each use, "
        "and here the second overwrites the first"
    )


def local_only(where: str) -> str:
    """Say that an operation leaves the upstream gradient out."""
    return f"{where}'s _backward leaves out the upstream gradient: a share is the local slope times out.grad"


def slips(where: str, slope: float) -> list[Cause]:
    """List the slips that any operation can have, by the gradient of a that f(a) * b + a then shows, with b = 4.

    The factor b shows whether the upstream gradient is multiplied in, the second use of a whether a share is added.
    """
    return [
        ("a.grad", slope + 1, local_only(where)),
        ("a.grad", slope * 4, overwrites(where)),
        ("a.grad", 1.0, no_step(where)),
    ]
