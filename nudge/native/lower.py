"""Lower: a plan as a module in LLVM's text, a function a group, and one that runs them all."""

from __future__ import annotations

from typing import Any

from .affine import Split
from .loops import Access, write_alone
from .nest import LaneByLane, Nest
from .plan import Group, Place, Plan
from .tile import REGISTERS
from .values import Value
from .writer import Writer


def lower(plan: Plan, vector: int = 64, name: str = "step") -> str:
    """Write the module; vectors have `vector` bytes.

    `name(ptr* given, ptr arena, ptr report)` runs the groups in order, and copies at the end what belongs into buffers;
    nothing is overwritten where a position was reported that is none (`Builder.within`).
    """
    functions: dict[str, str] = {}
    declared: set[str] = set()
    calls: list[str] = []
    checked = not any(group.checks or group.opaque for group in plan.groups)
    for count, group in enumerate(plan.groups):
        memory = memory_of(plan, group)
        body, units, needs = body_of(plan, group, memory, vector)
        declared |= needs
        symbol = functions.setdefault(body, f"g{len(functions)}")
        writes = any(plan.slots.get(value, len(plan.given)) < len(plan.given) for value in group.stores)
        if writes and not checked:
            calls += _stop_if_wrong(count)
            checked = True
        places = dict.fromkeys(memory.values())
        for k, place in enumerate(places):
            calls += _address(place, f"%p{count}_{k}")
        given = "".join(f"ptr %p{count}_{k}, " for k in range(len(places)))
        calls.append(f"  call void @{symbol}({given}ptr %report, i64 0, i64 {units})")
    if plan.copies and not checked:
        calls += _stop_if_wrong(len(plan.groups))
    for count, (value, slot) in enumerate(plan.copies):
        calls += _address(plan.place(value), f"%c{count}")
        calls += _address((True, slot), f"%d{count}")
        calls.append(f"  call void @llvm.memmove.p0.p0.i64(ptr %d{count}, ptr %c{count}, i64 {value.size}, i1 false)")
        declared.add("declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)")
    declared |= {f"declare void @llvm.x86.sse.{name}(ptr)" for name in ("stmxcsr", "ldmxcsr")}
    main = [f"define void @{name}(ptr %given, ptr %arena, ptr %report) {{", "entry:", *FLUSH, *calls, "  br label %end",
            "end:", "  call void @llvm.x86.sse.ldmxcsr(ptr %mode)", "  ret void", "}"]  # fmt: skip
    written = [body.replace("@group(", f"@{symbol}(") for body, symbol in functions.items()]
    return "\n\n".join([*sorted(declared), *written, "\n".join(main)]) + "\n"


# Numbers below the smallest normal one count as 0 while the step runs: averages that decay towards 0 would otherwise
# stop there, a hundred times slower than any other number.
FLUSH = [
    "  %mode = alloca i32",
    "  %flush = alloca i32",
    "  call void @llvm.x86.sse.stmxcsr(ptr %mode)",
    "  %before = load i32, ptr %mode",
    "  %flushing = or i32 %before, 32832",
    "  store i32 %flushing, ptr %flush",
    "  call void @llvm.x86.sse.ldmxcsr(ptr %flush)",
]


def memory_of(plan: Plan, group: Group) -> dict[Value, Place]:
    """Find where what a group reads and writes stands in memory; what overwrites another stands in its place."""
    return {value: plan.place(value) for value in (*group.loads, *group.stores)}


def body_of(plan: Plan, group: Group, memory: dict[Value, Place], vector: int) -> tuple[str, int, set[str]]:
    """Write a group as a function; tell how many units its outermost loop has, and what it declares."""
    names = {place: f"%a{k}" for k, place in enumerate(dict.fromkeys(memory.values()))}
    pointers = {value: names[place] for value, place in memory.items()}
    if group.opaque is not None:
        b, units = Writer(), 1
        _opaque(b, plan, group, pointers)
    else:
        b, units = _nest(plan, group, pointers, vector)
    parameters = "".join(f"ptr noalias {pointer}, " for pointer in names.values())
    head = f"define internal void @group({parameters}ptr %report, i64 %low, i64 %high) {{"
    return "\n".join([head, "entry:", *b.text(), "  ret void", "}"]), units, b.declared


def _nest(plan: Plan, group: Group, pointers: dict[Value, str], vector: int) -> tuple[Writer, int]:
    lanes = lanes_of(group, vector)
    while True:
        b = Writer()
        nest = Nest(b, group, plan, pointers, lanes, REGISTERS[vector])
        try:
            nest.write_out()
            return b, nest.units()
        except Split as split:
            group.split(split)
            lanes = min(lanes, lanes_of(group, vector))
        except LaneByLane:
            lanes = 1


def lanes_of(group: Group, vector: int) -> int:
    """Choose how many numbers a vector holds: as many as fit of the widest floats, no more than the axis needs."""
    if group.vector is None:
        return 1
    seen = [*group.members, *group.loads]
    widths = [value.dtype.itemsize for value in seen if value.dtype.kind == "f" and value.shape] or [8]
    fit, need = vector // max(widths), 1
    while need < group.vector.extent:
        need *= 2
    return max(min(fit, need), 1)


def _opaque(b: Writer, plan: Plan, group: Group, pointers: dict[Value, str]) -> None:
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
    write_alone(b, value.node, args, Access(b, pointers[value], value.shape, value.dtype), step)


def _stop_if_wrong(tag: int) -> list[str]:
    return [
        f"  %wrong{tag} = load i64, ptr %report",
        f"  %well{tag} = icmp eq i64 %wrong{tag}, 0",
        f"  br i1 %well{tag}, label %go{tag}, label %end",
        f"go{tag}:",
    ]


def _address(place: Place, name: str) -> list[str]:
    given, at = place
    if not given:
        return [f"  {name} = getelementptr i8, ptr %arena, i64 {at}"]
    return [f"  {name}_slot = getelementptr ptr, ptr %given, i64 {at}", f"  {name} = load ptr, ptr {name}_slot"]
