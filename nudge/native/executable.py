"""Executable: a traced program as machine code, run on a table of addresses: inputs, captured tensors, outputs."""

from __future__ import annotations

import functools
import json
from array import array
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import IndexingError
from ..graph import Node
from ..memory import aligned
from .ir.target import host
from .run.cache import cache
from .run.call import BUILTIN, prepare
from .run.digest import program_key
from .run.jit import named, object_code, processor
from .run.threads import FEED, GIVEN, REPORT, RUN, STEPS, Pace, crew
from .trace.trace import Program

if TYPE_CHECKING:
    from .plan.plan import Plan

# True: an index was none.
GO = f"""
@words = global ptr null

{RUN}

define zeroext i1 @go() {{
  %words = load ptr, ptr @words
  call void @run(ptr %words, i64 0, i64 1, ptr null)
  %report_at = getelementptr i64, ptr %words, i64 {REPORT}
  %report = load ptr, ptr %report_at
  %step = load i64, ptr %report
  %failed = icmp ne i64 %step, 0
  ret i1 %failed
}}
{BUILTIN}"""
LARGE = 5_000  # cycles of work, roughly, from which on it pays to compile more thoroughly
BRIEF = 30_000  # cycles of work, roughly, up to which it takes less to hold the interpreter's lock than to give it up


class Executable:
    """Machine code, and the memory that it works in."""

    def __init__(self, program: Program) -> None:
        """Take what was made of an equal program before; else plan, lower, compile."""
        self._given, self._roots = wiring(program)
        self._target = host()
        name, arena, work, shared = self._outline()
        code = object_code(name, lambda: self.text + GO, thorough=work > LARGE)
        self._pace = Pace() if shared else None
        self._is_short = work <= BRIEF and not shared
        self._arena = aligned(arena)
        self._report = np.zeros(4, np.int64)
        self._words = array("Q", [0, 0, self._arena.ctypes.data, self._report.ctypes.data, 0, 1])
        self._go, self._go_holding = prepare(code, self._words, "step")

    @property
    def plan(self) -> Plan:
        """The groups, and where what they store lives; made when somebody asks, where the code was made before."""
        return self._lowered[0]

    @property
    def text(self) -> str:
        """LLVM's text."""
        return self._lowered[1]

    @functools.cached_property
    def _lowered(self) -> tuple[Plan, str]:
        # To load these takes as long as all else that is done where the code was made before.
        from .lower.lower import lower
        from .plan.plan import plan

        found = plan(self._roots, self._given)
        return found, lower(found, self._target)

    def _outline(self) -> tuple[str, int, float, bool]:
        """Tell the name of the object code, the bytes of memory, the cycles of work, and whether threads share it."""
        name = program_key(self._roots, self._given, (self._target.name, *processor()))
        found = self._sketched() if name is None else cache().get(name, self._sketched)
        code, arena, work, shared = json.loads(found)
        return code, arena, work, shared

    def _sketched(self) -> bytes:
        from .plan.shares import cycles

        work, shared = cycles(self.plan), any(group.shared for group in self.plan.groups)
        return json.dumps((named(self.text + GO, work > LARGE), self.plan.arena, work, shared)).encode()

    def run(self, table: array[int], steps: int = 1, feed: int = 0) -> None:
        """Run some steps, each on the rows that a feed (an address, see `lower`) brings, if there is one.

        Raises IndexingError for an index that is none: then that step has changed nothing, and none came after it.
        """
        self.on(table)
        words = self._words
        words[FEED], words[STEPS] = feed, steps
        try:
            failed = self._run()
        finally:
            words[FEED], words[STEPS] = 0, 1
        if failed:
            raise self.failure()

    def on(self, table: array[int]) -> Callable[[], bool]:
        """Give what runs one step on a table, until there is another one, and tells whether it failed (see `failure`).

        A short step holds the interpreter's lock.
        """
        self._table, self._words[GIVEN] = table, table.buffer_info()[0]
        return self._run if self._pace is not None else self._go_holding if self._is_short else self._go

    def _run(self) -> bool:
        if self._pace is None or (workers := crew()) is None:
            return self._go()
        self._pace.run(self._go, workers, self._words)
        return bool(self._report[0])

    def failure(self) -> IndexingError:
        """Make the error of a step that failed, and forget that it did."""
        found = self._report.tolist()
        self._report[:] = 0
        return self._outside(*found)

    def _outside(self, step: int, position: int, at: int, size: int) -> IndexingError:
        """Make the error of a position that is none of `size`; `at` says where among the positions it stands."""
        node, shape = self.plan.readers[step - 1]
        if node.args[-1].data.size == np.prod(shape):
            shape = node.args[-1].data.shape
        place: Any = ", ".join(map(str, map(int, np.unravel_index(at, shape))))
        line = f" ({node.line})" if node.line else ""
        return IndexingError(
            f"{node.op.symbol}: the index at [{place}] is {position}, where 0 to {size - 1} are expected{line}; "
            "this step has changed nothing"
        )


def wiring(program: Program) -> tuple[Sequence[Node], Sequence[tuple[Node, int]]]:
    """List what a program is given, in the order of the table, and which value belongs into which place of that."""
    given = [*program.inputs, *(node for _, node in program.captured)]
    captured = {id(tensor): len(program.inputs) + k for k, (tensor, _) in enumerate(program.captured)}
    roots = [(node, captured[id(tensor)]) for tensor, node in program.writes]
    roots += [(node, k) for k, node in program.rewritten]
    roots += [(node, len(given) + k) for k, node in enumerate(program.outputs)]
    return given, roots
