"""Alike: groups that do the same at other places in memory, known before they are written; their text is written once.

A group is told as all that its text is made of: its loops, the values that it computes with their rules, and where
they are read and stored; axes and values by the number in which they come. What it cannot tell is written anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

import numpy as np

from ...op import Abstract, Operation
from ..plan.affine import Affine, Axis, Window
from ..plan.group import Group
from ..plan.plan import Place
from ..plan.values import COPY, MAP, VIEW, Fold, Value

Body = tuple[str, int, set[str]]  # a function's text, the units of the loop that threads share, and what it declares
PLAIN = (bool, int, float, str, type(None))


class Untold(Exception):
    """Something of which this does not know what it does to the text."""


class Alike:
    """The bodies of groups that were written, by what the groups are."""

    def __init__(self) -> None:
        """Begin with none."""
        self.bodies: dict[str, Body] = {}

    def body(
        self, group: Group, memory: Mapping[Value, Place], starts: Mapping[Place, int], write: Callable[[], Body]
    ) -> Body:
        """Give the body of a group: that of one like it, or what `write` makes."""
        try:
            told = _Telling(group).told(memory, starts)
        except (Untold, RecursionError):  # as of a view of a view of hundreds more
            return write()
        if told not in self.bodies:
            axes = list(group.axes)
            body = write()
            if group.axes != axes:  # the others' axes have to be taken apart as well
                return body
            self.bodies[told] = body
        return self.bodies[told]


class _Telling:
    """Tells of one group, a text for each thing that it meets."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.numbers: dict[Any, int] = {}  # of axes, values and functions
        self.parts: list[str] = []
        self.kinds: dict[type, Callable[[Any], None]] = {
            tuple: self._sequence, list: self._sequence, dict: self._mapping, Axis: self._axis, Affine: self._affine,
            Window: self._window, Value: self._value, Fold: self._fold, FunctionType: self._function,
            Abstract: self._abstract, **dict.fromkeys(PLAIN, self._plain),
        }  # fmt: skip

    def told(self, memory: Mapping[Value, Place], starts: Mapping[Place, int]) -> str:
        """Tell all. Raises Untold for what reads where data say, which its text numbers, and for what stands alone."""
        group = self.group
        if group.checks or group.opaque is not None:
            raise Untold
        self._all(group.axes, group.vector, group.lane, group.column, group.shared, group.merged, group.fold)
        self._all(group.members, group.loads, group.stores)
        places = list(dict.fromkeys(memory.values()))
        self._all([(places.index(place), starts[place]) for place in memory.values()])
        return " ".join(self.parts)

    def _all(self, *things: Any) -> None:
        for thing in things:
            if (tell := self.kinds.get(type(thing))) is not None:
                tell(thing)
            elif isinstance(thing, np.dtype):
                self.parts.append(thing.str)
            elif isinstance(thing, (Operation, type)):
                self._itself(thing)
            else:
                raise Untold

    def _plain(self, thing: Any) -> None:
        self.parts.append(f"{type(thing).__name__} {thing!r}")

    def _sequence(self, things: Any) -> None:
        self.parts.append("(")
        self._all(*things)
        self.parts.append(")")

    def _mapping(self, things: Mapping[Any, Any]) -> None:
        self._sequence(list(things.items()))

    def _is_new(self, thing: Any) -> bool:
        """Give an axis, a value or a function a number; tell whether it had none."""
        known = len(self.numbers)
        self.parts.append(f"#{self.numbers.setdefault(thing, known)}")
        return len(self.numbers) > known

    def _axis(self, axis: Axis) -> None:
        if self._is_new(axis):
            self.parts.append(str(axis.extent))

    def _affine(self, at: Affine) -> None:
        for term, step in at.terms.items():
            self._all(term)
            self.parts.append(f"* {step} +")
        self.parts.append(str(at.const))

    def _window(self, window: Window) -> None:
        self._all("window", window.at, window.extent)

    def _value(self, value: Value) -> None:
        if not self._is_new(value):
            return
        self._all(value.kind, value.op, value.params, value.shape, value.dtype, value.strides, value.offset, value.fill)
        if self._is_made_here(value):
            self._all(value.args, value.fold, value.rule, value.shown, value.copied)
            if any(not isinstance(arg, Value) for arg in value.args):
                self._all(value.promoted())

    def _is_made_here(self, value: Value) -> bool:
        """Tell whether the text says how a value is made: it is a member, or free, and no fold of another group."""
        return value in self.group.members or (value.kind in (MAP, VIEW, COPY) and value not in self.group.loads)

    def _fold(self, fold: Fold) -> None:
        self._all(fold.axes, fold.reduced, fold.own, fold.reads, fold.init, fold.step, fold.combine)

    def _function(self, function: FunctionType) -> None:
        if self._is_new(function):
            self._itself(function.__code__)
            self._all(function.__defaults__, function.__kwdefaults__)
            self._all(*(cell.cell_contents for cell in function.__closure__ or ()))

    def _abstract(self, array: Abstract) -> None:
        self._all(array.shape, array.dtype)

    def _itself(self, thing: Any) -> None:
        self.parts.append(f"@{id(thing)}")
