"""Variant: one traced form of a function, in machine code, with the check that says whether it fits a call."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..arraynode import Storage
from ..memory import address
from ..mode import epoch, mode
from ..op import Abstract
from ..scalar import Value
from ..tensor import Tensor
from .ending import Ending, Fresh, handle_of
from .guard.guards import alike
from .trace.recorded import NONE, STAYS, Captured, Recorded, facts

MISFIT: Any = object()  # what `call` gives where its leaves do not fit
UNKNOWN = object()  # stands for a leaf where none is known to fit
MISFITS = (AttributeError, LookupError, ValueError)  # what reading anew may raise where things are not as they were

# Most calls are like the one before, and what nudge then adds to the step is a microsecond. So all of it is one
# function, written for the variant: each call within Python would be a twentieth of that.
CALL = """
def fits(a):
    {leaves} = a
    return {fits}

def call(a):
    try:
        {leaves} = a
        if not ({fits}):
            return MISFIT
    except MISFITS:
        return MISFIT
{body}
"""
# As `wrap` makes it.
HANDLE = """\
t{k} = new(Tensor)
t{k}._array, table[{slot}] = ready{k}.pop() if ready{k} else fresh{k}.make()
t{k}._storage, t{k}._seen, t{k}._chain = Storage(), 0, ()
t{k}._node = t{k}._base = None
"""


class Variant:
    """A program that fits some calls: `fits(leaves)` tells, `run(leaves)` does it, `call(leaves)` both, and quickly."""

    def __init__(self, recorded: Recorded, leaves: Sequence[Any], form: Any, code: Any) -> None:
        """Take the machine code of what was recorded, for calls like the one that was."""
        self.recorded, self.form = recorded, form
        self.program, self.guards = recorded.program, recorded.guards
        program = self.program
        self.code = code
        self.inputs, self.first = len(program.inputs), len(program.inputs) + len(program.captured)
        self.table = array("Q", [0] * (self.first + len(program.outputs)))
        self.fresh = [Fresh(tuple(node.data.shape), node.data.dtype) for node in program.outputs]
        self.ending = Ending(recorded)
        self.alive: list[Any] = [None] * len(self.table)  # the arrays behind the table
        self.shown: dict[int, Any] = {}  # by slot, the array that it was pointed at
        self.strided: dict[int, tuple[Any, Any]] = {}  # slots whose array is not in order: it, and its copy in order
        self.written = [one for one in recorded.captured if one.is_written]
        self.repeats = all(map(_repeats, recorded.captured))  # whether a run leaves what it wants to find
        marked = (one.argument is not None and (one.grad is not STAYS or one.had_grad) for one in recorded.captured)
        self.keeps_arguments = any(how == "argument" for how, _ in recorded.results) or any(marked)
        self.outside = [one for one in recorded.captured if one.argument is None]
        self.hooks = {one.argument: one.hooks for one in recorded.captured if one.argument is not None}
        self.written_slots = {one.slot for one in self.written}
        self.changed = [one.argument for one in self.written if one.argument is not None]
        self.at = {leaf: place for place, leaf in enumerate(recorded.arguments)}
        if self.guards.numbers.size:
            self._show(len(recorded.arguments), self.guards.numbers)
        self.fixed = {one.argument for one in recorded.captured if id(one.tensor) in recorded.reached}
        self.others = {id(one.tensor) for one in recorded.captured if one.argument is None}
        self.owned = {id(_owner(one.tensor._array)) for one in self.written}
        self.space = self.guards.space
        self.space |= {"epoch": epoch, "mode": mode, "rebind": self._rebind, "takes": self._takes, "E": -1}
        self.space |= {"graded": self._graded}
        self.cold = eval(f"lambda: {self.guards.check(cold=True)}", self.space)
        self.leaves = [_Kind(leaf) for leaf in leaves]
        self.space["kept"] = self.kept = [UNKNOWN for _ in leaves]
        self.distinct, self.equal = self._relations(leaves)
        self.related = bool(self.distinct or self.equal or self.changed)
        self.fits, self.call = self._functions()

    # -- does it fit? ------------------------------------------------------------------------------

    def _expression(self) -> str:
        known = " and ".join(f"a{k} is kept[{k}]" for k in range(len(self.leaves)))
        parts = ["((epoch.now == E and not epoch.traces) or rebind())", f"mode.grad is {mode.grad}"]
        parts += [f"({known} or takes(a))"] if known else []
        parts += [f"graded({j}, a)" for j, one in enumerate(self.recorded.captured) if one.had_grad is not None]
        return " and ".join([*parts, self.guards.check(cold=False)])

    def _relations(self, leaves: Sequence[Any]) -> tuple[list[list[int]], list[tuple[int, int]]]:
        """List the arguments no two of which may be the same thing, and the pairs that must be."""
        first: dict[int, int] = {}
        handles = [k for k, leaf in enumerate(leaves) if isinstance(leaf, (Tensor, Value))]
        equal = [(k, j) for k in handles if (j := first.setdefault(id(leaves[k]), k)) != k]
        values = [k for k in first.values() if isinstance(leaves[k], Value)]
        distinct = [values] if values else []
        if self.written or any(one.argument is not None and one.grad is not STAYS for one in self.recorded.captured):
            distinct.append([k for k in self.recorded.arguments if self.leaves[k].is_tensor])
        return distinct, equal

    def _takes(self, leaves: Sequence[Any]) -> bool:
        """Tell whether the leaves of the call are as the program wants them, and point at them."""
        kept = self.kept
        for k, leaf in enumerate(leaves):  # as every minibatch is: no generator, which takes as long as all the rest
            if leaf is not kept[k] and not self._takes_one(k, leaf):
                self._forget()
                return False
        if self.related and not self._are_related(leaves):
            self._forget()
            return False
        return True

    def _are_related(self, leaves: Sequence[Any]) -> bool:
        """Tell whether those arguments are one thing that should be, and no others."""
        return (
            all(len({id(leaves[k]) for k in places}) == len(places) for places in self.distinct)
            and all(leaves[j] is leaves[k] for j, k in self.equal)
            and self._are_apart(leaves)
        )

    def _forget(self) -> None:
        self.kept[:] = [UNKNOWN for _ in self.kept]

    def _takes_one(self, k: int, leaf: Any) -> bool:
        kind, place = self.leaves[k], self.recorded.numbers[k]
        if place is not None:
            if not isinstance(leaf, float):
                return False
            before, self.guards.numbers[place] = self.guards.numbers[place], leaf
            if not self.guards.answers_hold():
                self.guards.numbers[place] = before
                return False
        elif kind.is_array:
            if not kind.fits(leaf) or (k in self.fixed and leaf is not kind.first):
                return False
            handle = isinstance(leaf, Tensor)
            if handle and id(leaf) in self.others:
                return False
            numbers = leaf._array if handle else leaf
            if self.owned and id(_owner(numbers)) in self.owned and _overlaps(leaf, numbers, self.written):
                return False
            if k in self.changed and (not numbers.flags.writeable or _overlaps(leaf, numbers, self.outside)):
                return False
            if handle and k in self.hooks and _hooks(leaf) != self.hooks[k]:
                return False
            if k in self.at:
                self._show(self.at[k], numbers)
            if not handle:
                return True  # and look again at the next call: an array's shape can be set
        elif isinstance(leaf, Value):
            if leaf is not kind.first and {id(kind.first), id(leaf)} & self.recorded.reached:
                return False
        elif not alike(kind.first, leaf):
            return False
        self.kept[k] = leaf
        return True

    def _are_apart(self, leaves: Sequence[Any]) -> bool:
        """Tell whether no argument that is written shares memory with another."""
        arrays = _arrays(leaves) if self.changed else {}
        return not any(
            np.may_share_memory(arrays[j], arrays[k])
            for j in self.changed for k in arrays if leaves[j] is not leaves[k]
        )

    def _graded(self, j: int, leaves: Sequence[Any]) -> bool:
        """Tell whether a tensor has a gradient where the program found one, and point at it."""
        one = self.recorded.captured[j]
        node = handle_of(one, leaves)._fresh()
        held = None if node is None else node.known_grad()
        if (held is not None) is not one.had_grad:
            return False
        for other in self.recorded.captured if held is not None else ():
            if held is not None and other.of is one.tensor and other.slot is not None:
                if held.shape != one.tensor.shape or held.requires_grad:
                    return False
                if held is not other.found and self._is_shared(other, held._array):
                    return False
                other.found = held
                self._show(other.slot, held._array)
        return True

    def _is_shared(self, one: Captured, numbers: Any) -> bool:
        """Tell whether another captured tensor lies in the memory of a gradient, where one of the two is written."""
        return any(
            np.may_share_memory(numbers, (other.tensor if other.found is None else other.found)._array)
            for other in self.recorded.captured
            if other is not one and (one.is_written or other.is_written)
        )

    def _rebind(self) -> bool:
        """Look at all that moved the epoch, if anything of this program's did, and point anew at captured tensors."""
        if mode.trace is not None or mode.mapped is not None or not self.cold():
            return False
        if any(facts(tensor) != known for tensor, known in self.recorded.seen):
            return False
        for one in self.recorded.captured:
            if one.argument is None and one.of is None:
                tensor = one.tensor
                node = tensor._fresh()
                if tensor.requires_grad is not one.requires_grad:
                    return False
                if node is not None and _hooks(tensor) != one.hooks:
                    return False
                if one.slot is not None and (numbers := tensor._array) is not self.shown.get(one.slot):
                    if one.is_written and not numbers.flags.writeable:
                        return False
                    if _overlaps(tensor, numbers, self.outside if one.is_written else self.written):
                        return False
                if one.slot is not None:
                    wanted = self.program.captured[one.slot - self.inputs][1].data
                    if tensor.shape != wanted.shape or tensor.dtype != wanted.dtype:
                        return False
                    if not tensor.is_leaf:
                        return False
                    self._show(one.slot, tensor._array)
        self._forget()
        self.owned = {id(_owner(one.tensor._array)) for one in self.written if one.argument is None}
        self.ending.rebind()
        self.space["E"] = epoch.now
        return True

    def _show(self, slot: int, numbers: Any) -> None:
        """Point a slot at an array, or, where that is not in order, at a copy that is."""
        self.strided.pop(slot, None)
        self.shown[slot] = numbers
        if not numbers.flags.c_contiguous:
            copy = np.ascontiguousarray(numbers)
            self.strided[slot] = numbers, copy
            numbers = copy
        self.alive[slot] = numbers
        self.table[slot] = address(numbers)

    def difference(self, leaves: Sequence[Any]) -> str:
        """Say in what the leaves of a call are other than this program wants."""
        for k, (kind, leaf) in enumerate(zip(self.leaves, leaves, strict=False)):
            if kind.is_array and isinstance(leaf, (Tensor, np.ndarray)):
                if leaf.dtype != kind.dtype:
                    return f"the dtype of argument {k}"
                if len(leaf.shape) != len(kind.shape):
                    return f"the number of dimensions of argument {k}"
                for axis, (now, was) in enumerate(zip(leaf.shape, kind.shape, strict=True)):
                    if now != was:
                        return f"of argument {k} dimension {axis}, which was {was} and is {now},"
            elif not kind.is_array and self.recorded.numbers[k] is None and not alike(kind.first, leaf):
                return f"argument {k}, which was {kind.first!r} and is {leaf!r},"
        return ""

    # -- run ---------------------------------------------------------------------------------------

    def run(self, leaves: Sequence[Any], steps: int = 1, feed: int = 0) -> Any:
        """Run some steps on the leaves of a call that fits, or on what a feed puts there; give the last one's result.

        Raises IndexingError, and then that step has changed nothing.
        """
        table, at, outputs = self.table, self.first, []
        for fresh in self.fresh:
            output, table[at] = fresh.ready.pop() if fresh.ready else fresh.make()
            outputs.append(output)
            at += 1
        for numbers, copy in self.strided.values():
            copy[...] = numbers
        scalars = self.recorded.scalars
        if scalars is not None:
            scalars.read(leaves)
        try:
            self.code.run(table, steps, feed)
        except BaseException:
            if steps > 1:
                self.ending.broken_off(leaves)
            raise
        finally:  # after a step that failed too: those before it have changed things
            if scalars is not None:
                scalars.write(leaves)
            for slot, (numbers, copy) in self.strided.items():
                if slot in self.written_slots:
                    numbers[...] = copy
        return self.ending(leaves, outputs)

    def _functions(self) -> tuple[Callable[[Sequence[Any]], bool], Callable[[Sequence[Any]], Any]]:
        """Make what tells whether leaves fit, and what runs one step on those that do, and gives MISFIT for others."""
        space, outputs = self.space, range(len(self.fresh))
        space |= {"MISFIT": MISFIT, "MISFITS": MISFITS, "run": self.run, "strided": self.strided}
        if self.ending.others or self.recorded.born or self.recorded.scalars or self.code is None:
            lines = ["return run(a)"]
        else:
            space |= {"new": Tensor.__new__, "Tensor": Tensor, "Storage": Storage, "table": self.table}
            space |= {"step": self.code.on(self.table), "failure": self.code.failure, "leave": self.ending.quick}
            space |= {f"fresh{k}": fresh for k, fresh in enumerate(self.fresh)}
            space |= {f"ready{k}": fresh.ready for k, fresh in enumerate(self.fresh)}
            # All that there is to leave, if it is one tensor.
            single = None if self.ending.fixed else self.ending.single
            handles = "".join(f"t{k}, " for k in outputs)
            lines = [
                "if strided:",
                "    return run(a)",
                *(line for k in outputs for line in HANDLE.format(k=k, slot=self.first + k).splitlines()),
                "if step():",
                "    raise failure()",
                f"return leave(a, [{handles}])" if single is None else f"return t{single}",
            ]
        unpacked = "".join(f"a{k}, " for k in range(len(self.leaves))) or "()"
        body = "\n".join(f"    {line}" for line in lines)
        exec(CALL.format(leaves=unpacked, fits=self._expression(), body=body), space)
        return space["fits"], space["call"]


class _Kind:
    """What a leaf of the call must be like."""

    def __init__(self, leaf: Any) -> None:
        self.first, self.is_tensor = leaf, isinstance(leaf, Tensor)
        self.is_array = self.is_tensor or isinstance(leaf, np.ndarray)
        if self.is_array:
            self.shape, self.dtype = leaf.shape, leaf.dtype
            self.requires_grad = self.is_tensor and leaf.requires_grad

    def fits(self, leaf: Any) -> bool:
        """Tell whether an array or tensor is of this shape, dtype and need of a gradient."""
        if not isinstance(leaf, Tensor):
            array = isinstance(leaf, np.ndarray) and not self.is_tensor
            return array and leaf.shape == self.shape and leaf.dtype == self.dtype
        if not self.is_tensor:
            return False
        numbers = leaf._array
        if type(numbers) is Abstract or numbers.shape != self.shape or numbers.dtype != self.dtype:
            return False
        return leaf.requires_grad is self.requires_grad and (not self.requires_grad or leaf.is_leaf)


def _repeats(one: Captured) -> bool:
    """Tell whether a run leaves a tensor such that the next one finds gradient and need of it as this one did."""
    if one.left_requiring is not one.requires_grad:
        return False
    return one.had_grad is None or one.grad is STAYS or (one.grad is NONE and not one.had_grad)


def _overlaps(tensor: Any, numbers: Any, others: Sequence[Captured]) -> bool:
    """Tell whether an array shares memory with captured tensors other than its own."""
    return any(one.tensor is not tensor and np.may_share_memory(numbers, one.tensor._array) for one in others)


def _hooks(tensor: Tensor) -> tuple[Any, ...]:
    node = tensor._fresh()
    return () if node is None else tuple(node.hooks or ())


def _arrays(leaves: Sequence[Any]) -> dict[int, Any]:
    """Give the arrays among a call's leaves, by their places."""
    arrays = {k: leaf._array if isinstance(leaf, Tensor) else leaf for k, leaf in enumerate(leaves)}
    return {k: numbers for k, numbers in arrays.items() if isinstance(numbers, np.ndarray)}


def _owner(numbers: Any) -> Any:
    """Give the object that owns an array's memory."""
    while (base := getattr(numbers, "base", None)) is not None:
        numbers = base
    return numbers
