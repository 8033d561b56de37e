"""Guards: all that a traced program read from Python, and whether it still is what it was.

Each thing read is a term: how to read it anew, and what it was. What stands in a container is watched by machine code,
which finds that it is the same; the other terms become one Python expression, which costs some 20 ns a term. What only
changes through nudge's own doors (a Module's attributes, an optimizer's state) is cold: it is looked at when the epoch
has moved, and not before.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from ...number import Number, evaluate
from ...op import Abstract
from ...tensor import Tensor, wrap
from .watch import GONE, Part, Watch

ATOMS = (bool, int, float, complex, str, bytes, type(None), type(Ellipsis), slice, range)


class Term:
    """One thing that was read."""

    __slots__ = ("at", "content", "held", "is_setting", "name", "numbers", "put", "text")

    def __init__(
        self, at: int, text: str, name: str, held: Any, put: Callable[[Any], object] | None, is_setting: bool
    ) -> None:
        """Say which it is, how it is read, what it is called, what it is, and how it is put back."""
        self.at, self.text, self.name, self.held, self.put = at, text, name, held, put
        self.is_setting = is_setting
        self.content: Any = None  # the array of which it is what stands in it
        self.numbers: list[int] = []  # its places among the program's numbers, where it is read at each run


class Guards:
    """The terms of one program, and the check that they make."""

    def __init__(self) -> None:
        """Begin with none."""
        self.space: dict[str, Any] = {"again": self._again}
        self.terms: list[Term] = []
        self.cold: set[int] = set()
        self.watched: dict[int, Part] = {}  # of each term that is watched
        self.numbers = np.empty(0)
        self.asked: list[tuple[Any, Callable[[Any], Any], Any]] = []  # questions about numbers: recipe, how, answer
        self.lifted: list[tuple[Term, Any]] = []

    def name(self, container: Any) -> str:
        """Give a container a name in the terms' texts."""
        name = f"c{len(self.space)}"
        self.space[name] = container
        return name

    def add(
        self, text: str, name: str, held: Any, put: Callable[[Any], object] | None = None,
        cold: bool = False, is_setting: bool = False, part: Part | None = None,
    ) -> None:
        """Add a term; one of a part is watched."""
        self.space[f"h{len(self.terms)}"] = held
        self.terms.append(Term(len(self.terms), text, name, held, put, is_setting))
        if cold:
            self.cold.add(len(self.terms) - 1)
        elif part is not None:
            self.watched[len(self.terms) - 1] = part
            part.terms.append(self.terms[-1])

    # -- while a program is traced -------------------------------------------------------------------

    def choose(self, chosen: set[str], values: list[float]) -> None:
        """Add to the program's numbers what settings hold, and what is chosen by name."""
        for term in self.terms:
            if term.put is not None and (term.is_setting or term.name in chosen):
                parts = term.held if type(term.held) is tuple else (term.held,)
                if parts and all(isinstance(part, float) for part in parts):
                    term.numbers = list(range(len(values), len(values) + len(parts)))
                    values += parts
                elif isinstance(term.held, np.ndarray):
                    self.lifted.append((term, wrap(term.held)))
        read = {id(term.held) for term, _ in self.lifted}
        for term in self.terms:
            if term.content is not None and id(term.content) in read:
                term.text = "True"  # it is read at each run

    def lift(self, numbers: Sequence[Number]) -> None:
        """Put the program's numbers in their places."""
        for term in self.terms:
            if term.numbers:
                parts = tuple(numbers[k] for k in term.numbers)
                self.lifted.append((term, parts if type(term.held) is tuple else parts[0]))
        for term, stand_in in self.lifted:
            if term.put is not None:
                term.put(stand_in)

    def drop(self) -> list[tuple[Term, Any]]:
        """Put the settings back; list the terms that the program changed meanwhile, each with what it holds now."""
        stand_ins = {id(term): stand_in for term, stand_in in self.lifted}
        changed = []
        for term in self.terms:
            now = self.read(term)
            if now is not stand_ins.get(id(term), term.held) and not alike(term.held, now):
                changed.append((term, now))
        for term in {id(term): term for term, _ in (*self.lifted, *changed)}.values():
            if term.put is not None:
                term.put(term.held)
        self.lifted = []
        return changed

    def read(self, term: Term) -> Any:
        """Read anew; GONE where there is nothing any more."""
        try:
            return eval(term.text, self.space)
        except (LookupError, AttributeError, ValueError):
            return GONE

    # -- afterwards ----------------------------------------------------------------------------------

    def settle(self, values: Sequence[float], questions: Sequence[tuple[Number, str, Any]], answers: Any) -> None:
        """Hold the numbers, and what the program asked of them."""
        self.numbers = np.array(values, np.float64)
        self.asked = [(number.recipe, answers[how], answer) for number, how, answer in questions]

    def check(self, cold: bool) -> str:
        """Write the expression that tells whether the hot terms, or the cold ones, still hold."""
        parts = [
            f"({term.text} is h{k} or again({k}, {term.text}))"
            for k, term in enumerate(self.terms)
            if (k in self.cold) is cold and k not in self.watched
        ]
        if self.watched and not cold:
            watch = Watch(list(dict.fromkeys(self.watched.values())), self._holds)
            self.space |= {"differs": watch.differs, "settle": watch.settle}
            parts.append("(not differs() or settle())")
        return " and ".join(parts) or "True"

    def _holds(self, part: Part) -> bool:
        """Tell whether the terms of a part are alike, if not the same."""
        found = ((term, eval(term.text, self.space)) for term in part.terms)
        return part.is_in_order(alike) and all(now is term.held or self._again(term.at, now) for term, now in found)

    def changes(self) -> list[tuple[Term, Any]]:
        """List the terms that are not what they were, each with what it holds now."""
        found = [(term, self.read(term)) for term in self.terms]
        return [(term, now) for term, now in found if now is not term.held and not alike(term.held, now)]

    def _again(self, k: int, value: Any) -> bool:
        """Look closer at what is another object than it was: an equal one will do, and a number may change."""
        term = self.terms[k]
        if not (self._turn(term, value) if term.numbers else alike(term.held, value)):
            return False
        term.held = self.space[f"h{k}"] = value
        return True

    def _turn(self, term: Term, value: Any) -> bool:
        parts = value if type(value) is tuple else (value,)
        if len(parts) != len(term.numbers) or not all(isinstance(part, float) for part in parts):
            return False
        before = self.numbers[term.numbers]
        self.numbers[term.numbers] = parts
        if self.answers_hold():
            return True
        self.numbers[term.numbers] = before
        return False

    def answers_hold(self) -> bool:
        """Tell whether the program would hear of its numbers what it heard."""
        if not self.asked:
            return True
        numbers = self.numbers.tolist()
        return all(alike(answer, how(evaluate(recipe, numbers))) for recipe, how, answer in self.asked)


def alike(a: Any, b: Any) -> bool:
    """Tell whether two plain values are the same to every program: equal, of one type, signs of zeros included."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if type(a) is tuple:
        return len(a) == len(b) and all(map(alike, a, b))
    if type(a) in (range, slice):
        return all(alike(getattr(a, part), getattr(b, part)) for part in ("start", "stop", "step"))
    if type(a) is float:
        return (a == b and math.copysign(1, a) == math.copysign(1, b)) or (a != a and b != b)
    if type(a) is complex:
        return alike((a.real, a.imag), (b.real, b.imag))
    if isinstance(a, np.generic):
        return a.dtype == b.dtype and a.tobytes() == b.tobytes()
    return (isinstance(a, (*ATOMS, np.dtype)) and bool(a == b)) or (
        getattr(a, "__func__", a) is getattr(b, "__func__", GONE) and a.__self__ is b.__self__
    )


def marked(items: Iterable[Any]) -> frozenset[Any]:
    """Give a set's items such that two sets are equal where they are alike: with types, and the signs of zeros.

    >>> marked({1}) == marked({1.0}), marked({0.0}) == marked({-0.0}), marked({2, 1}) == marked({1, 2})
    (False, False, True)
    """
    return frozenset((type(item), repr(item) if isinstance(item, (float, complex)) else item) for item in items)


def is_traced(value: Any) -> bool:
    """Tell whether something is a tensor of a traced program."""
    return isinstance(value, Tensor) and type(value._array) is Abstract
