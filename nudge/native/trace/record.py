"""Record: run a function once under a trace, and note what it reads, returns, and leaves behind."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...arraynode import ArrayNode, Storage, Withheld
from ...dtype import float64
from ...errors import TraceError
from ...graph import NO_PARAMS, Node, ancestors, tick, watched
from ...interrupts import interrupts_held
from ...mode import mode, no_grad
from ...number import ANSWERS, Number
from ...op import Abstract
from ...scalar import Value
from ...tensor import Tensor, of_node, wrap
from ...tree import flatten
from ..guard.guards import Guards, Term, is_traced
from ..guard.reach import Reach
from ..guard.watch import GONE
from .levels import Levels
from .outputs import Outputs
from .recorded import NONE, NOT_STORED, STAYS, Captured, Given, Recorded, facts
from .scalars import Scalars
from .trace import Leaf, Program, Tracer


def record(
    function: Callable[..., Any], name: str, leaves: Sequence[Any], rebuild: Callable[[Sequence[Any]], Any],
    chosen: set[str] | None, keep_grads: bool,
) -> Recorded:
    """Trace a call. `chosen` names the numbers that change from run to run; None has all taken as they are.

    Raises TraceError where the function cannot be one program; then whatever it changed is put back.
    """
    with interrupts_held():  # meanwhile there are stand-ins in the place of numbers that are the user's
        recording = _Recording(function, name, leaves)
        try:
            recording.take_arguments(chosen)
            recording.run(rebuild)
        except BaseException:
            recording.give_back()
            raise
        recording.check(keep_grads)
        return recording.finish()


class _Recording:
    """One call, as it is traced."""

    def __init__(self, function: Callable[..., Any], name: str, leaves: Sequence[Any]) -> None:
        """Reach for all that the function can read."""
        self.function, self.name, self.leaves = function, name, leaves
        self.guards = Guards()
        self.reach = Reach(self.guards)
        self.reach.go((function, name))
        self.reached = set(self.reach.seen)  # without what the call's arguments lead to
        for k, leaf in enumerate(leaves):
            if isinstance(leaf, Tensor):
                self.reach.tensor(leaf, f"argument {k}")
            elif not _is_array(leaf):
                self.reach.pending.append((leaf, f"argument {k}"))
        self.reach.go()
        self.tracer, self.since = Tracer(), tick()
        at = {id(value): k for k, value in enumerate(self.reach.values)}
        mine = {at[id(leaf)]: k for k, leaf in enumerate(leaves) if isinstance(leaf, Value)}
        self.scalars = Scalars(self.reach.values, mine) if self.reach.values else None

    def take_arguments(self, chosen: set[str] | None) -> None:
        """Put a stand-in in the place of each argument, and of each number that is read anew at each run."""
        self.given, self.values = list(self.leaves), list[float]()
        self.arguments, self.handles = list[int](), dict[int, int]()  # which leaves, and by a handle's identity
        self.numbers: list[int | None] = [None] * len(self.leaves)
        for k, leaf in enumerate(self.leaves):
            if _is_array(leaf):
                self.given[k] = handle = leaf if isinstance(leaf, Tensor) else wrap(leaf)
                if id(handle) not in self.handles:
                    self.handles[id(handle)] = k
                    self.arguments.append(k)
                    self.tracer.capture(handle)
            elif isinstance(leaf, Value):
                self.handles[id(leaf)] = k
            elif isinstance(leaf, float) and chosen is not None:
                self.numbers[k] = len(self.values)
                self.values.append(leaf)
        if chosen is not None:
            self.guards.choose(chosen, self.values)
        self.inputs: list[Node] = []  # beside the arguments
        placed: list[Number] = []
        if self.values:
            node = ArrayNode(None, (), NO_PARAMS, Abstract((len(self.values),), float64), Storage(), False)
            self.inputs.append(node)
            placed += [Number.of(part, self.values[k], k) for k, part in enumerate(of_node(node).unbind(0))]
        for k, place in enumerate(self.numbers):
            if place is not None:
                self.given[k] = placed[place]
        self.guards.lift(placed)

    def run(self, rebuild: Callable[[Sequence[Any]], Any]) -> None:
        """Run the function once on the stand-ins, and put back what it changed of what it was given."""
        chance = _chance(self.reach.generators)
        self.tracer.begin()
        try:
            if self.scalars is not None:
                self.scalars.lend()
            args, kwargs = rebuild(self.given)
            result = self.function(*args, **kwargs)
            left = flatten((args, kwargs))[0]
            if len(left) != len(self.given) or any(a is not b for a, b in zip(left, self.given, strict=True)):
                raise TraceError(
                    f"{self.name} changes a list or dict that it was given, which only its trace would do, and no run "
                    "of the compiled step: return what is new"
                )
            self._take_result(result)
            if self.scalars is not None:
                self.scalars.collect(self.tracer, self.inputs)
                self.scalars.restore()
        finally:
            self.tracer.end()
        self.changed = self.guards.drop()
        self.tracer.finish()
        if self.scalars is not None:
            self.scalars.settle(self.tracer)
        self.draws = _chance(self.reach.generators) != chance

    def give_back(self) -> None:
        """Give all its values back, and put back what the function changed, where it came to no end."""
        if self.scalars is not None:
            self.scalars.restore()
        self.guards.drop()
        self.reach.restore()
        self.tracer.finish()

    def _take_result(self, result: Any) -> None:
        parts, self.rebuild_result = flatten(result)
        self.histories = [part for part in parts if isinstance(part, Value)] if mode.grad else []
        seen = self.reach.seen
        self.tracer.lift(tuple(part for part in parts if isinstance(part, Tensor) and id(part) not in seen))
        floats = {id(held) for value in self.reach.values for held in (value.data, value.grad)}
        self.outputs = Outputs(self.tracer, self.name, seen, floats)
        self.results = [self.outputs.result(part, self.handles) for part in parts]
        self.born = _born(self.reach, self.tracer, self.outputs)

    def check(self, keep_grads: bool) -> None:
        """Raise TraceError for what no program does; then nothing has changed."""
        try:
            if self.changed:
                raise _effect(self.changed, self.reach, self.name)
            if self.draws:
                raise TraceError(
                    f"{self.name} draws from Python's or NumPy's random numbers, which a compiled step would draw once "
                    "and repeat: draw with nudge's, or pass what was drawn as an argument"
                )
            self.tracer.check()
            self.keeps_history = _keeps_history([*self.outputs.nodes], self.tracer, self.since) or any(
                part.op is not None and not any(step in self.tracer.passed for step in ancestors([part]))
                for part in self.histories
            )
            self.captured = _captured(self.tracer, self.outputs, self.handles, keep_grads, self.since)
        except BaseException:
            self.reach.restore()
            raise

    def finish(self) -> Recorded:
        """Make the program, and tell all that was noted."""
        for state, key, _ in self.born:
            del state[key]
        if not self.born:
            self.reach.settle_optimizers()
        self.guards.settle(self.values, self.tracer.questions, ANSWERS)
        seen = self.reach.seen
        return Recorded(
            self._program(), self.guards, self.captured, self.results, self.rebuild_result, self.numbers,
            self.arguments, self.born, self.keeps_history, self.scalars,
            [(tensor, facts(tensor)) for tensor in seen.values() if isinstance(tensor, Tensor)],
            self.reached | {key for key in seen if key not in self.handles},
        )

    def _program(self) -> Program:
        tracer, outputs, handles = self.tracer, self.outputs, self.handles
        constants = _levelled(tracer, outputs, self.scalars)
        leafs = [tracer.leaves[id(self.given[k])] for k in self.arguments]
        others = [leaf for leaf in tracer.leaves.values() if id(leaf.tensor) not in handles]
        writes = [(leaf, leaf.left) for leaf in tracer.leaves.values() if leaf.is_written and leaf.left is not None]
        used = set(ancestors([*outputs.nodes, *(node for _, node in writes)]))
        used_leaves = [leaf for leaf in others if leaf.node in used or leaf.is_written]
        at = self.arguments.index
        program = Program(
            [*(leaf.node for leaf in leafs), *self.inputs],
            [*((leaf.tensor, leaf.node) for leaf in used_leaves), *constants],
            outputs.nodes,
            [(leaf.tensor, node) for leaf, node in writes if id(leaf.tensor) not in handles],
            [(at(handles[id(leaf.tensor)]), node) for leaf, node in writes if id(leaf.tensor) in handles],
        )
        slots = {id(leaf.tensor): k for k, leaf in enumerate(leafs)}
        slots |= {id(leaf.tensor): len(program.inputs) + k for k, leaf in enumerate(used_leaves)}
        for one in self.captured:
            one.slot = slots.get(id(one.tensor))
        for slot, (tensor, _) in enumerate(constants, len(program.inputs) + len(used_leaves)):
            self.captured.append(Captured(tensor, slot, None, None, False, False, False, (), None, STAYS))
        return program


def _levelled(tracer: Tracer, outputs: Outputs, scalars: Scalars | None) -> list[tuple[Tensor, Node]]:
    """Rewrite a program of very many small steps by levels; give the constants that it reads then."""
    parts = [] if scalars is None else scalars.left
    whole = {id(tensor) for tensor, _ in parts}
    written = [leaf for leaf in tracer.leaves.values() if leaf.is_written and id(leaf.tensor) not in whole]
    roots = [*outputs.nodes, *(leaf.left for leaf in written if leaf.left), *(n for _, nodes in parts for n in nodes)]
    levels = Levels(roots)
    if not levels.rewrite():
        return []
    with no_grad():
        outputs.nodes[:] = [levels.handle(node).node for node in outputs.nodes]
        for leaf in written:
            leaf.left = levels.handle(leaf.left).node if leaf.left else None
        for tensor, nodes in parts:
            tracer.leaves[id(tensor)].left = levels.rows(nodes).node
    return [*levels.constants]


def _is_array(leaf: Any) -> bool:
    return isinstance(leaf, (Tensor, np.ndarray))


def _captured(
    tracer: Tracer, outputs: Outputs, handles: dict[int, int], keep_grads: bool, since: int
) -> list[Captured]:
    owners = {id(leaf.asked.before): leaf.tensor for leaf in tracer.leaves.values() if leaf.asked.was_read}
    lefts = [leaf.left for leaf in tracer.leaves.values() if leaf.is_written and leaf.left is not None]
    carrying = watched(reversed(ancestors(lefts)), since)
    found = []
    for leaf in tracer.leaves.values():
        left = leaf.left or leaf.node
        if leaf.is_written and left in carrying and not left.is_leaf:
            raise TraceError(
                f"a tensor of shape {leaf.tensor.shape} from outside is left with a history"
                f"{f' ({left.line})' if left.line else ''}, which would end with the compiled step: write a detach() "
                "of what was computed"
            )
        of = owners.get(id(leaf.tensor))
        found.append(
            Captured(
                leaf.tensor, None, handles.get(id(leaf.tensor)), None if of is leaf.tensor else of, leaf.is_written,
                leaf.node.requires_grad, left.requires_grad, tuple(leaf.node.hooks or ()),
                (leaf.asked.before is not None) if leaf.asked.was_read else None,
                _fate(leaf, tracer, outputs, handles, keep_grads),
            )
        )
    return found


def _fate(leaf: Leaf, tracer: Tracer, outputs: Outputs, handles: dict[int, int], keep_grads: bool) -> Any:
    """Tell what becomes of a leaf's gradient."""
    grad, before = leaf.grad, leaf.asked.before
    if grad is leaf.asked or (leaf.asked.was_read and grad is before):
        return STAYS
    if grad is None or isinstance(grad, Withheld):
        return NONE
    if id(grad) in handles:
        return Given(handles[id(grad)])
    if tracer.is_outside(grad):
        return grad
    stored = keep_grads or leaf.asked.was_read or id(grad) in outputs.places
    return outputs.add(grad) if stored else NOT_STORED


def _keeps_history(nodes: Sequence[Node], tracer: Tracer, since: int) -> bool:
    """Tell whether someone could want gradients of a result: it hangs on a leaf, and no walk has let go of the way."""
    for node in nodes:
        way = ancestors([node])
        if node in watched(reversed(way), since) and not any(step in tracer.passed for step in way):
            return True
    return False


def _born(reach: Reach, tracer: Tracer, outputs: Outputs) -> list[tuple[dict[Any, Any], Any, int]]:
    """Find the states that the program gives to optimizers, and make them outputs."""
    return [
        (state, key, outputs.add(value))
        for optimizer, _ in reach.optimizers
        for state in optimizer.state.values()
        for key, value in state.items()
        if is_traced(value) and not tracer.is_outside(value)
    ]


def _effect(changed: list[tuple[Term, Any]], reach: Reach, name: str) -> TraceError:
    """Say what a program changed in Python, which its runs would not do."""
    leaks = [(now, f"as {term.name}") for term, now in changed]
    for container, held, where in reach.copies:
        before = {id(value) for value in (held.values() if isinstance(held, dict) else held)}
        after = container.items() if isinstance(container, dict) else enumerate(container)
        leaks += [(now, f"in {where} (at {key!r})") for key, now in after if id(now) not in before]
    for now, where in leaks:
        if is_traced(now):
            return TraceError(
                f"{name} leaves a traced tensor of shape {now.shape} outside, {where}: while it is traced there are "
                "no numbers to keep; return it"
            )
    term, now = changed[0]
    what = "takes away" if now is GONE else "changes"
    return TraceError(
        f"{name} {what} {term.name}{_shown(term, now)}, which only its trace would do, and no run of the compiled "
        "step: return what is new, or hold it in a tensor and write that in place"
    )


def _shown(term: Term, now: Any) -> str:
    if term.text.startswith("len("):
        return f" (it holds {now} things, and held {term.held})" if type(now) is int else ""
    if term.text.startswith("("):  # whether something is as it was
        return ""
    return f" (from {term.held!r} to {now!r})" if len(repr(now)) + len(repr(term.held)) < 60 else ""


def _chance(generators: Sequence[Any]) -> Any:
    """Tell where Python's and NumPy's random numbers stand: their own, and those of generators."""
    numpy_random = sys.modules.get("numpy.random")
    state: Any = numpy_random.get_state() if numpy_random is not None else (None,)
    states = [state, *(one.bit_generator.state for one in generators if hasattr(one, "bit_generator"))]
    states += [one.get_state() for one in generators if hasattr(one, "get_state")]
    states += [one.getstate() for one in generators if hasattr(one, "getstate")]
    return random.getstate(), [repr(_plain(part)) for part in states]


def _plain(state: Any) -> Any:
    """Write arrays within a state as the bytes that they hold."""
    if isinstance(state, dict):
        return {name: _plain(part) for name, part in state.items()}
    if isinstance(state, tuple):
        return tuple(map(_plain, state))
    return state.tobytes() if isinstance(state, np.ndarray) else state

