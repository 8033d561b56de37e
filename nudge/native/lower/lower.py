"""Lower: a plan as a module in LLVM's text, a function a group, and one that runs them all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ..ir.barrier import CUT, MEET, WAITS, WHOLE, meeting, share
from ..ir.target import Target
from ..ir.writer import Writer
from ..plan.affine import Split, axes_of, index_of
from ..plan.group import Group
from ..plan.plan import Place, Plan
from ..plan.values import Value
from .alike import Alike
from .loops import Access, write_alone
from .nest import Nest
from .site import LaneByLane


def lower(plan: Plan, target: Target, name: str = "step") -> str:
    """Write the module for a kind of processor.

    Every thread calls `name(given, arena, report, feed, steps, thread, threads, meet)`, addresses and whole numbers
    (see `STEP`), which runs the groups in order, `steps` times, shares the larger ones among the threads, and copies
    at a step's end what belongs into buffers. Nothing is overwritten where a position was reported that is none
    (`Builder.within`); then no further step is run.
    """
    body = _Body(plan, target)
    for count, group in enumerate(plan.groups):
        if not group.is_put_together:
            body.call(count, group)
    body.copy()
    text = STEP.format(
        name=name, body="\n".join(body.lines), fed=meeting(False), flush=target.flush, restore=target.restore,
        whole=WHOLE, cut=CUT,
    )
    functions = [text.replace("@group(", f"@{symbol}(") for text, symbol in body.functions.items()]
    fixed = MEET.format(spin=target.spin, waits=WAITS), FEED.format(share="\n".join(share("%rows")))
    return "\n\n".join([target.declared, *sorted(body.declared - {MEMMOVE}), *functions, *fixed, text])


class _Body:
    """What a step does, line by line: its groups in order, and where threads wait for one another."""

    def __init__(self, plan: Plan, target: Target) -> None:
        self.plan, self.target = plan, target
        self.lines: list[str] = []
        self.functions: dict[str, str] = {}  # text: name
        self.declared: set[str] = set()
        self.alike = Alike()
        self.pending: list[_Touched] = []  # by groups since threads last met
        self.checked = not any(group.checks for group in plan.groups)

    def call(self, count: int, group: Group) -> None:
        """Run a group, by number, when all that it waits for is done."""
        plan, memory = self.plan, memory_of(self.plan, group)
        starts = starts_of(group, memory)
        body, units, needs = self.alike.body(
            group, memory, starts, partial(body_of, plan, group, memory, self.target)
        )
        self.declared |= needs
        symbol = self.functions.setdefault(body, f"g{len(self.functions)}")
        touched = _Touched(plan, group, shared=units > 1)
        stops = any(plan.slots.get(value, len(plan.given)) < len(plan.given) for value in group.stores)
        if (stops and not self.checked) or any(touched.waits_for(other) for other in self.pending):
            self.meet()
        if stops:
            self.stop_if_wrong(count)
        self.pending.append(touched)
        calls = [line for k, (p, at) in enumerate(starts.items()) for line in _address(p, f"%p{count}_{k}", at)]
        given = "".join(f"ptr %p{count}_{k}, " for k in range(len(starts)))
        if touched.shared:
            self.lines += [*calls, *share(units, count)]
            self.lines.append(f"  call void @{symbol}({given}ptr %report, i64 %low{count}, i64 %high{count})")
        else:
            calls.append(f"  call void @{symbol}({given}ptr %report, i64 0, i64 {units})")
            self.lines += _by_first(f"g{count}", calls)

    def copy(self) -> None:
        """End it: copy what belongs into buffers and could not be computed there."""
        if self.pending:
            self.meet()
        if not self.plan.copies:
            return
        self.stop_if_wrong(len(self.plan.groups))
        moves = []
        for count, (value, slot) in enumerate(self.plan.copies):
            moves += _address(self.plan.place(value), f"%c{count}")
            moves += _address((True, slot), f"%d{count}")
            moved = f"ptr %d{count}, ptr %c{count}, i64 {value.size}, i1 false"
            moves.append(f"  call void @llvm.memmove.p0.p0.i64({moved})")
        self.lines += _by_first("copies", moves)
        self.meet()

    def meet(self) -> None:
        """Have threads wait until all are here."""
        self.lines.append(meeting(all(touched.shared for touched in self.pending)))
        self.pending.clear()

    def stop_if_wrong(self, tag: int) -> None:
        """Go no further, if a position was reported that is none: before the first thing is overwritten."""
        if not self.checked:
            self.lines += [
                f"  %wrong{tag} = load i64, ptr %report",
                f"  %well{tag} = icmp eq i64 %wrong{tag}, 0",
                f"  br i1 %well{tag}, label %go{tag}, label %end",
                f"go{tag}:",
            ]
        self.checked = True


class _Touched:
    """What a group reads and writes in memory, and whether threads share it."""

    def __init__(self, plan: Plan, group: Group, shared: bool) -> None:
        self.shared = shared
        self.reads, self.writes = ([_span(plan, value) for value in values] for values in (group.loads, group.stores))
        if group.checks:
            self.writes.append((2, 0, 1))  # the report

    def waits_for(self, other: _Touched) -> bool:
        """Tell whether what another group did must be done: threads part ways only where nobody waits."""
        if not self.shared and not other.shared:
            return False
        return _meet(self.writes, other.writes) or _meet(self.writes, other.reads) or _meet(self.reads, other.writes)


Span = tuple[int, int, int]  # which memory, first byte, and the one after the last


def _span(plan: Plan, value: Value) -> Span:
    given, at = plan.place(value)
    if given:
        return (1, at, at + 1)
    low, high = value.flat(index_of(value.axes())).bounds()
    width = value.dtype.itemsize
    return (0, at + low * width, at + (high + 1) * width)


def _meet(some: list[Span], others: list[Span]) -> bool:
    return any(a[0] == b[0] and a[1] < b[2] and b[1] < a[2] for a in some for b in others)


def _by_first(tag: str, lines: list[str]) -> list[str]:
    """Let the first thread alone do something."""
    return [f"  br i1 %first, label %do_{tag}, label %done_{tag}", f"do_{tag}:", *lines,
            f"  br label %done_{tag}", f"done_{tag}:"]  # fmt: skip


MEMMOVE = "declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)"

STEP = """define void @{name}(
    ptr %given, ptr %arena, ptr %report, ptr %feed, i64 %steps, i64 %thread, i64 %threads, ptr %meet
) {{
entry:{flush}
  %first = icmp eq i64 %thread, 0
  %alone = icmp eq i64 %threads, 1
  br i1 %alone, label %start, label %beside
beside:
  %cut_at = getelementptr i64, ptr %meet, i64 {cut}
  %cut = load i64, ptr %cut_at
  br label %start
start:
  %mine = phi i64 [ {whole}, %entry ], [ %cut, %beside ]
  %begin = select i1 %first, i64 0, i64 %mine
  %beyond = select i1 %first, i64 %mine, i64 {whole}
  br label %again
again:
  %step = phi i64 [ 0, %start ], [ %following, %next ]
  %more = icmp slt i64 %step, %steps
  br i1 %more, label %fed, label %end
fed:
  %feeds = icmp ne ptr %feed, null
  br i1 %feeds, label %feeding, label %body
feeding:
  call void @feed(ptr %feed, i64 %step, i64 %begin, i64 %beyond)
{fed}
  br label %body
body:
{body}
  br label %next
next:
  %following = add i64 %step, 1
  br label %again
end:
{restore}
  ret void
}}
"""

# The feed: how many arrays are fed, how many rows a step takes, where the rows' numbers stand, and for each array where
# it is, where its rows go, and how many bytes a row has.
FEED = MEMMOVE + """

define internal void @feed(ptr %feed, i64 %step, i64 %begin, i64 %beyond) {{
entry:
  %rows_at = getelementptr i64, ptr %feed, i64 1
  %numbers_at = getelementptr i64, ptr %feed, i64 2
  %arrays = load i64, ptr %feed
  %rows = load i64, ptr %rows_at
  %all = load ptr, ptr %numbers_at
  %before = mul i64 %step, %rows
  %numbers = getelementptr i64, ptr %all, i64 %before
{share}
  br label %each
each:
  %array = phi i64 [ 0, %entry ], [ %array_next, %array_done ]
  %left = icmp slt i64 %array, %arrays
  br i1 %left, label %found, label %done
found:
  %third = mul i64 %array, 3
  %offset = add i64 %third, 3
  %entry_at = getelementptr i64, ptr %feed, i64 %offset
  %to_at = getelementptr i64, ptr %entry_at, i64 1
  %bytes_at = getelementptr i64, ptr %entry_at, i64 2
  %source = load ptr, ptr %entry_at
  %target = load ptr, ptr %to_at
  %bytes = load i64, ptr %bytes_at
  br label %row
row:
  %k = phi i64 [ %low, %found ], [ %k_next, %copy ]
  %in = icmp slt i64 %k, %high
  br i1 %in, label %copy, label %array_done
copy:
  %number_at = getelementptr i64, ptr %numbers, i64 %k
  %number = load i64, ptr %number_at
  %source_byte = mul i64 %number, %bytes
  %target_byte = mul i64 %k, %bytes
  %source_row = getelementptr i8, ptr %source, i64 %source_byte
  %target_row = getelementptr i8, ptr %target, i64 %target_byte
  call void @llvm.memmove.p0.p0.i64(ptr %target_row, ptr %source_row, i64 %bytes, i1 false)
  %k_next = add i64 %k, 1
  br label %row
array_done:
  %array_next = add i64 %array, 1
  br label %each
done:
  ret void
}}"""


def memory_of(plan: Plan, group: Group) -> dict[Value, Place]:
    """Find where what a group reads and writes stands in memory; what overwrites another stands in its place."""
    return {value: plan.place(value) for value in (*group.loads, *group.stores)}


def starts_of(group: Group, memory: Mapping[Value, Place]) -> dict[Place, int]:
    """Find the byte of each place at which a group begins: groups that differ in that alone share a function."""
    starts: dict[Place, int] = {}
    for value, place in memory.items():
        touched = [*group.loads.get(value, ()), *([group.members[value]] if value in group.stores else [])]
        first = min((value.flat(at).const for at in touched), default=0) if group.opaque is None else 0
        start = first * value.dtype.itemsize
        starts[place] = min(starts.get(place, start), start)
    return starts


def body_of(plan: Plan, group: Group, memory: dict[Value, Place], target: Target) -> tuple[str, int, set[str]]:
    """Write a group as a function; tell how many units the loop has that threads share, and what it declares."""
    names = {place: f"%a{k}" for k, place in enumerate(dict.fromkeys(memory.values()))}
    pointers = {value: names[place] for value, place in memory.items()}
    if group.opaque is not None:
        b, units = Writer(target.vector), 1
        _opaque(b, plan, group, pointers, target.vector)
    else:
        starts = starts_of(group, memory)
        b, units = _nest(plan, group, pointers, {v: starts[p] // v.dtype.itemsize for v, p in memory.items()}, target)
    parameters = "".join(f"ptr noalias {pointer}, " for pointer in names.values())
    head = f"define internal void @group({parameters}ptr %report, i64 %low, i64 %high) {{"
    return "\n".join([head, "entry:", *b.text(), "  ret void", "}"]), units, b.declared


def _nest(
    plan: Plan, group: Group, pointers: dict[Value, str], starts: dict[Value, int], target: Target
) -> tuple[Writer, int]:
    lanes = lanes_of(group, target.vector)
    while True:
        b = Writer(target.vector)
        nest = Nest(b, group, plan, pointers, starts, lanes, target.vector // width_of(group), target.registers)
        try:
            nest.write_out()
            return b, nest.units
        except Split as split:
            group.split(split)
            lanes = min(lanes, lanes_of(group, target.vector))
        except LaneByLane:
            if group.lane is not None:
                group.lane = None
                continue
            if lanes == 1:
                raise
            lanes = 1
            if group.crosses:
                group.vector = group.column
                lanes = lanes_of(group, target.vector)


def lanes_of(group: Group, vector: int) -> int:
    """Choose how many numbers a vector holds: as many as fit of the widest floats, no more than the axis needs."""
    if group.vector is None:
        return 1
    fit, need = vector // width_of(group), 1
    while need < group.vector.extent:
        need *= 2
    return max(min(fit, need), 1)


def width_of(group: Group) -> int:
    """Find how many bytes the widest floats have that a group's vectors hold: those that vary along them, if any do."""
    seen = [*group.members.items(), *((value, place) for value, places in group.loads.items() for place in places)]
    floats = [(value, place) for value, place in seen if value.dtype.kind == "f" and value.shape]
    along = [value for value, place in floats if group.vector in group.seen(axes_of(place))]
    return max([value.dtype.itemsize for value in along or dict(floats)] or [8])


def _opaque(b: Writer, plan: Plan, group: Group, pointers: dict[Value, str], vector: int) -> None:
    """Write what is a loop nest by itself."""
    value = group.opaque
    assert value is not None
    promoted = value.promoted()
    args: list[Any] = []
    for arg in value.args:
        if isinstance(arg, Value):
            args.append(Access(b, pointers[group.held[arg]], arg.shape, arg.dtype))
        else:
            args.append(b.number(arg, promoted))
    step = plan.reader(value.node, tuple(value.node.args[-1].data.shape)) if value.op.signature else 0
    write_alone(b, value.node, args, Access(b, pointers[value], value.shape, value.dtype, vector=vector), step)


def _address(place: Place, name: str, start: int = 0) -> list[str]:
    given, at = place
    if not given:
        return [f"  {name} = getelementptr i8, ptr %arena, i64 {at + start}"]
    lines = [f"  {name}_slot = getelementptr ptr, ptr %given, i64 {at}"]
    if not start:
        return [*lines, f"  {name} = load ptr, ptr {name}_slot"]
    return [*lines, f"  {name}_whole = load ptr, ptr {name}_slot",
            f"  {name} = getelementptr i8, ptr {name}_whole, i64 {start}"]  # fmt: skip
