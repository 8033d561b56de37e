"""Explain: what became of a function's graph: its groups, their lines, memory, arithmetic, and the machine's limits."""

from __future__ import annotations

import os
import types
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from typing import Any

import numpy as np

from ...errors import UsageError
from ...graph import ancestors
from ...see import Picture
from ...see.frames import Card, Frame, render
from ...words import plural
from ..compile import Compiled
from ..plan.values import GIVEN, Value
from ..run.processors import get_num_threads
from ..step import Step
from ..trace.trace import Program
from .account import Account, Stored, accounts, shaped, symbol
from .limits import Limits, limits
from .timing import times

WIDE = 100  # columns of the text
NOTE = "bold: stored in memory; dashed: computed again where it is used; blue: read from memory"


@dataclass(repr=False)
class Explanation:
    """What became of a function: read its attributes, print it, or draw it.

    groups: what each loop nest does (see `Account`), in the order in which they run. nodes: steps that were traced.
    arena: bytes of memory for what groups store for one another. given, results: bytes that are read or updated where
    they are, and that are returned. copies: what is copied into its buffer at the end, with its bytes. ir: lines of
    LLVM's text; functions: how many functions those groups share. threads: how many part the larger groups.
    limits: what one core can do.
    """

    name: str
    groups: list[Account]
    nodes: int
    arena: int
    given: int
    results: int
    copies: list[tuple[str, int]]
    ir: int
    functions: int
    threads: int
    limits: Limits = field(repr=False)

    @property
    def flops(self) -> int:
        """How many operations on real numbers one call does."""
        return sum(group.flops for group in self.groups)

    @property
    def stores(self) -> list[Stored]:
        """What is kept in memory, group by group."""
        return [one for group in self.groups for one in group.stores]

    @property
    def limit(self) -> float:
        """How many seconds one core needs for all groups at least."""
        return sum(group.limit for group in self.groups)

    @property
    def time(self) -> float | None:
        """How many seconds the groups took one by one; None where that was not asked for."""
        took = [group.time for group in self.groups if group.time is not None]
        return sum(took) if took or not self.groups else None

    def __repr__(self) -> str:
        """Write it as text, at most 100 columns wide."""
        lines = self._head()
        for _, alike in groupby(self.groups, _looks):
            lines += ["", *_told(list(alike), len(str(len(self.groups))), self.threads)]
        if self.copies:
            copied = ", ".join(f"{what} {amount(size)}" for what, size in self.copies)
            lines += ["", *_wrapped(f"copied at the end, since others still read what stood there: {copied}", 0)]
        return "\n".join(lines)

    def _head(self) -> list[str]:
        took = "" if self.time is None else f", {micro(self.time)} one by one"
        peak = self.limits.peak
        return [
            f"{self.name}: {plural(self.nodes, 'step')} in {plural(len(self.groups), 'group')}, "
            f"{plural(self.functions, 'function')} of {self.ir:,} lines of IR, {plural(self.threads, 'thread')}",
            f"memory: {amount(self.given)} in place, {amount(self.results)} of results, arena {amount(self.arena)}",
            f"work: {count(self.flops)}FLOP, at least {micro(self.limit)} on one core{took}",
            f"one core: {peak['float32'] / 1e9:.0f} GFLOP/s in float32, {peak['float64'] / 1e9:.0f} in float64; "
            + " … ".join(f"{speed / 1e9:.0f}" for _, speed in self.limits.bandwidth[:: len(self.limits.bandwidth) - 1])
            + " GB/s from the nearest cache … memory",
        ]

    def _repr_html_(self) -> str:
        """Show a table in a notebook."""
        heads = ("", "operations", "loops", "lines", "stores", "flop", "bytes", "limit", "time")
        rows = [[str(g.number), operations(g.operations), loops(g), places(g.lines),
                 stored(g.stores), count(g.flops),
                 amount(g.read + g.written), micro(g.limit), "" if g.time is None else micro(g.time)]
                for g in self.groups]  # fmt: skip
        left = "text-align:left"
        head = "".join(f'<th style="{left}">{name}</th>' for name in heads)
        body = "".join(
            f"<tr>{''.join(f'<td style={chr(34)}{left}{chr(34)}>{escape(cell)}</td>' for cell in row)}</tr>"
            for row in rows
        )
        caption = "<br>".join(map(escape, self._head()))
        return f'<table><caption style="{left}">{caption}</caption><tr>{head}</tr>{body}</table>'

    def draw(self) -> Picture:
        """Draw each group as a box around what it reads, computes and stores; a wire is what one stores for another.

        Raises UsageError where there is nothing to draw, or too much.
        """
        if not self.groups:
            raise UsageError(f"{self.name} computes nothing, so there is nothing to draw")
        frames: dict[int, Frame] = {}
        makers: dict[Value, set[int]] = {}
        for group in self.groups:
            for value in group.group.stores:
                makers.setdefault(value.within or value, set()).add(group.number)
        for group in self.groups:
            cards = _cards(group, makers)
            read = {number for value in group.group.loads for number in makers.get(value.within or value, ())}
            before = [frames[number] for number in sorted(read) if number in frames]
            title = f"{group.number}  {loops(group)}".strip()
            note = f"{places(group.lines)} · {count(group.flops)}FLOP · {micro(group.time or group.limit)}"
            frames[group.number] = Frame(title, note, list(cards.values()), before)
        return Picture(render(list(frames.values()), f"The groups of {self.name}", NOTE))


def explain(step: Any, *, time: bool = False) -> Explanation:
    """Show what became of a compiled function: groups, lines, memory, and work beside what the machine can do.

    step: what `nudge.compile` returned, after a call (the form that was called last is shown), or `native.build`.
    time: measure each group by itself too, on copies of all that it touches, for some tenths of a second.

    Raises UsageError for anything else, and for what has not been called or runs eagerly.

    >>> import nudge
    >>> w = nudge.tensor([1.0, 2.0])
    >>> half = nudge.compile(lambda x: (x * w).sum() / 2)
    >>> half(nudge.tensor([3.0, 4.0]))
    tensor(5.5000)
    >>> [dict(group.operations) for group in explain(half).groups]
    [{'*': 1, 'sum': 1, '/': 1}]
    """
    step = step.__func__ if isinstance(step, types.MethodType) else step
    if isinstance(step, Step):
        return _explained("step", step.program, step.code, _buffers(step.program, []), time)
    if not isinstance(step, Compiled):
        raise UsageError(
            f"explain takes a compiled function, not {step!r} ({type(step).__name__}): explain(nudge.compile(f)), "
            "after a call"
        )
    with step.lock:
        if not step._variants:
            raise UsageError(f"{step.name} has no machine code yet: call it once, and then explain it")
        variant = step._variants[-1]
        if variant.code is None:
            raise UsageError(f"{step.name} runs eagerly, since gradients are wanted of what it returns")
        return _explained(step.name, variant.program, variant.code, _buffers(variant.program, variant.alive), time)


def _explained(name: str, program: Program, code: Any, buffers: list[Any], time: bool) -> Explanation:
    plan, machine = code.plan, limits()
    roots = [node for _, node in (*program.writes, *program.rewritten)] + program.outputs
    groups = accounts(plan)
    took = times(plan, buffers) if time else {}
    for group in groups:
        group.limit = machine.seconds(group.flops, group.wide, group.read + group.written)
        group.time = took.get(group.group)
    first = len(plan.given)
    return Explanation(
        name, groups, sum(node.op is not None for node in ancestors(roots)), plan.arena,
        sum(buffer.nbytes for buffer in buffers[:first]), sum(buffer.nbytes for buffer in buffers[first:]),
        [(f"{symbol(value)} {shaped(value.shape)}", value.size) for value, _ in plan.copies],
        len(code.text.splitlines()), code.text.count("define internal void @g"),
        get_num_threads() if any(group.shared for group in plan.groups) else 1, machine,
    )  # fmt: skip


def _buffers(program: Program, alive: list[Any]) -> list[Any]:
    """List the arrays behind a program, where there are some: given ones, captured ones, and the results."""
    nodes = [*program.inputs, *(node for _, node in program.captured), *program.outputs]
    held = alive or [None] * len(program.inputs) + [tensor._array for tensor, _ in program.captured]
    held += [None] * (len(nodes) - len(held))
    return [
        np.zeros(node.data.shape, node.data.dtype) if array is None else array
        for node, array in zip(nodes, held, strict=True)
    ]


def _cards(group: Account, makers: Mapping[Value, set[int]]) -> dict[Value, Card]:
    """Make a card for each value that a group reads or computes, those first that others are made of."""
    cards: dict[Value, Card] = {}
    for value, args in group.edges.items():
        for arg in args:
            if arg not in cards:
                name = (arg.node.label or "given") if arg.kind == GIVEN else symbol(arg)
                by = ", ".join(map(str, sorted(makers.get(arg.within or arg, ()))))
                note = f"{_shape(arg)} from {by}".strip() if by else _shape(arg)
                cards[arg] = Card(name, note, f"{name} {shaped(arg.shape)} {arg.dtype}, read from memory", "leaf")
        kept = value in group.group.stores
        kind = "kept" if kept else "again" if value not in group.group.members else "step"
        title = ", ".join(filter(None, [f"{symbol(value)} {shaped(value.shape)} {value.dtype}", value.node.line]))
        cards[value] = Card(symbol(value), _shape(value), title, kind, [cards[arg] for arg in args if arg is not value])
    return cards


def _shape(value: Value) -> str:
    return shaped(value.shape) if value.shape else ""


def _told(groups: Sequence[Account], digits: int, threads: int) -> list[str]:
    """Tell in a few lines of a group, or of several that are alike."""
    group, many = groups[0], len(groups)
    indent = digits + 2
    number = f"{group.number}-{groups[-1].number}" if many > 1 else f"{group.number:>{digits}}"
    times = f"  {many} times" if many > 1 else ""
    lines = _wrapped(f"{number}  {operations(group.operations)}  {loops(group)}{times}", indent)
    if group.lines:
        lines += _wrapped(f"{'':{indent}}lines {places(group.lines)}", indent)
    lines += _wrapped(f"{'':{indent}}stores {stored(group.stores)}", indent)
    took = "" if group.time is None else f"   took {micro(sum(each.time or 0.0 for each in groups))}"
    work = f"{count(many * group.flops)}FLOP   reads {amount(many * group.read)}, writes {amount(many * group.written)}"
    shared = "   shared by threads" if group.shared and threads > 1 else ""
    lines.append(f"{'':{indent}}{work}   limit {micro(many * group.limit)}{took}{shared}")
    return lines


def _looks(group: Account) -> Any:
    """Give what tells groups apart for a reader."""
    return (tuple(group.operations.items()), group.space, group.over, group.lines, group.flops, group.read,
            stored(group.stores))  # fmt: skip


def stored(found: Iterable[Stored]) -> str:
    """Tell what is stored, of which shape and where, and by which operations it is made."""
    alike: dict[tuple[Any, ...], list[Stored]] = {}
    for one in found:
        alike.setdefault((one.shape, one.dtype, one.where), []).append(one)
    told = []
    for (shape, dtype, where), ones in alike.items():
        many = f"{len(ones)} × " if len(ones) > 1 else ""
        aside = "" if where == "arena" else f" {where}"
        made = operations(Counter(one.symbol for one in ones))
        told.append(f"{made}: {many}{shaped(shape)} {dtype}{aside}, {amount(sum(one.bytes for one in ones))}")
    return "; ".join(told)


def operations(found: Counter[str]) -> str:
    """List operations with their numbers.

    >>> operations(Counter({"@": 1, "+": 3}))
    '@ +×3'
    """
    return " ".join(f"{name}×{times}" if times > 1 else name for name, times in found.items())


def loops(group: Account) -> str:
    """Write the extents of a group's loops."""
    space = " × ".join(map(str, group.space))
    return f"[{space or 1}" + (f" over {' × '.join(map(str, group.over))}]" if group.over else "]")


def places(lines: Iterable[str]) -> str:
    """Write lines of files, neighbours as ranges.

    >>> places(["a/train.py:12", "a/train.py:13", "a/train.py:20", "model.py:7"])
    'train.py:12-13,20 model.py:7'
    """
    files: dict[str, set[int]] = {}
    for line in lines:
        file, _, at = line.rpartition(":")
        files.setdefault(os.path.basename(file), set()).add(int(at))
    told = []
    for file, numbers in files.items():
        ranges: list[list[int]] = []
        for number in sorted(numbers):
            if ranges and number == ranges[-1][-1] + 1:
                ranges[-1] = [ranges[-1][0], number]
            else:
                ranges.append([number])
        told.append(f"{file}:{','.join('-'.join(map(str, each)) for each in ranges)}")
    return " ".join(told)


def _wrapped(text: str, indent: int) -> list[str]:
    """Break a text at spaces so that it fits; what follows is indented."""
    lines = []
    while len(text) > WIDE:
        at = text.rfind(" ", indent + 1, WIDE + 1)
        at = WIDE if at < 0 else at
        lines.append(text[:at].rstrip())
        text = " " * (indent + 2) + text[at:].lstrip()
    return [*lines, text]


def count(n: float) -> str:
    """Write a number of things in thousands, millions and so on.

    >>> count(160_000), count(12), count(2_100_000)
    ('160 k', '12 ', '2.1 M')
    """
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if n >= size:
            return f"{n / size:.3g} {unit}"
    return f"{n:.0f} "


def amount(size: int) -> str:
    """Write a number of bytes.

    >>> amount(96), amount(2560), amount(3 << 20)
    ('96 B', '2.5 KB', '3 MB')
    """
    for unit, bits in (("GB", 30), ("MB", 20), ("KB", 10)):
        if size >> bits:
            return f"{size / (1 << bits):.3g} {unit}"
    return f"{size} B"


def micro(seconds: float) -> str:
    """Write seconds as microseconds.

    >>> micro(1.06e-6), micro(2e-9), micro(0.0123)
    ('1.06 us', '<0.01 us', '12,300 us')
    """
    us = 1e6 * seconds
    if us >= 100:
        return f"{us:,.0f} us"
    return f"{us:.3g} us" if us >= 0.01 or us == 0 else "<0.01 us"
