"""Plan: which values are computed together, which are stored, in which order the groups run, and where values live.

A *group* is one index space, at most one contraction over it, and what is computed around it at the same place:
- a map joins the latest group among its arguments if it reads them at its own place, and computes nothing anew there;
- a fold joins as a statistic of the rows if it runs along the one axis that its argument's group keeps for that;
- what has only free arguments (given, or stored) is free: it is computed again wherever it is used.
Stored are the roots, what a contraction reads more than once, and what another group reads and cannot compute again.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...graph import Node
from ...memory import ALIGN
from .affine import Axis, Window
from .describe import values
from .factor import factored
from .group import Group, same_memory
from .planner import Planner
from .shares import share
from .values import GIVEN, Value, copied

Place = tuple[bool, int]  # (from outside, slot) or (in the arena, byte)


@dataclass
class Plan:
    """The groups in the order in which they run, and where each value that is read from memory lives."""

    groups: list[Group]
    given: list[Node]
    roots: list[Node]  # of the graph as it was planned
    slots: dict[Value, int]  # values in buffers from outside: in which
    offsets: dict[Value, int] = field(default_factory=dict)  # values in the arena: at which byte
    copies: list[tuple[Value, int]] = field(default_factory=list)  # after all groups: from a value's place to a buffer
    arena: int = 0
    readers: list[tuple[Node, tuple[int, ...]]] = field(default_factory=list)  # what reads where arrays of a shape say

    def reader(self, node: Node, shape: tuple[int, ...]) -> int:
        """Give the number, from 1, of a step that reads where an array of a shape says."""
        if (node, shape) not in self.readers:
            self.readers.append((node, shape))
        return self.readers.index((node, shape)) + 1

    def place(self, value: Value) -> Place:
        """Tell where a value stands: in which buffer from outside, or at which byte of the arena."""
        if value.within is not None:
            return self.place(value.within)
        return (True, self.slots[value]) if value in self.slots else (False, self.offsets[value])


def plan(roots: Sequence[tuple[Node, int]], given: Sequence[Node]) -> Plan:
    """Plan a program: `roots` lists (value, slot), the buffer where it belongs; the first slots hold what is given."""
    nodes = factored([node for node, _ in roots])
    known = values(nodes, given)
    targets = [slot for _, slot in roots]
    ends = _apart_from_buffers([known[node] for node in nodes], targets, [known[node] for node in given])
    planner = Planner([*known.values(), *ends], ends)
    planner.plan()
    wanted = [(same_memory(value), slot) for value, slot in zip(ends, targets, strict=True)]
    for group in planner.groups:
        planner.settle(group)
    slots = {known[node]: k for k, node in enumerate(given)}
    result = Plan(planner.groups, list(given), nodes, slots)
    held = {k: known[node] for k, node in enumerate(given)}
    for value, slot in wanted:
        if value.kind == GIVEN or value in slots or not _may_write(planner, value, held.get(slot)):
            if slots.get(value) != slot:
                result.copies.append((value, slot))
        else:
            slots[value] = slot
    result.groups = _ordered(planner, result, held)
    _arrange(result)
    share(result)
    for group in result.groups:
        merge(group)
    return result


def _apart_from_buffers(ends: Sequence[Value], targets: Sequence[int], given: Sequence[Value]) -> list[Value]:
    """Give the values that belong into buffers; of one that is given, and whose own gets other numbers, a copy."""
    bases = [same_memory(value) for value in ends]
    slots = {value: slot for slot, value in enumerate(given)}
    written = {slot for base, slot in zip(bases, targets, strict=True) if slots.get(base) != slot}
    kept: dict[Value, Value] = {}
    return [
        kept.setdefault(base, copied(base)) if slots.get(base, slot) != slot and slots[base] in written else value
        for value, base, slot in zip(ends, bases, targets, strict=True)
    ]


def _may_write(planner: Planner, value: Value, old: Value | None) -> bool:
    """Tell whether a group may write where an old value stands: nothing in it reads that anywhere else."""
    group = planner.home[value]
    if old is None:
        return True
    if value.patches:
        return not any(old in writer.loads or writer.checks for writer in planner.writers(value))
    if group.checks or (old in group.loads and group.opaque):
        return False
    if group.opaque:
        return True
    mine = value.flat(group.members[value])
    return all(old.flat(place) == mine for place in group.loads.get(old, ()))


def _ordered(planner: Planner, plan: Plan, held: Mapping[int, Value]) -> list[Group]:
    """Order the groups: after what they read, and before what they read is overwritten; copy where that is a circle."""
    groups = planner.groups
    readers: dict[Value, list[Group]] = {}
    writers: dict[Value, list[Group]] = {}
    for group in groups:
        for value in group.loads:
            readers.setdefault(value, []).append(group)
        for value in group.stores:
            writers.setdefault(value.within or value, []).append(group)
    before: Before = {group: {} for group in groups}
    for group in groups:
        for value in group.loads:
            if value in planner.home:
                before[group][planner.home[value]] = None
    for first, then in planner.after:
        before[then][first] = None
    checking = [group for group in groups if group.checks]
    for value, slot in plan.slots.items():
        if value.kind != GIVEN and slot in held:
            for writer in writers[value]:
                for group in (*readers.get(held[slot], ()), *checking):
                    if group not in writers[value] and (sake := before[writer].setdefault(group, [])) is not None:
                        sake.append(value)
    while (circle := _circle(before)) is not None:
        for value in dict.fromkeys(circle):
            plan.copies.append((value, plan.slots.pop(value)))
        for group in groups:
            kept = {other: None if sake is None else [v for v in sake if v not in circle]
                    for other, sake in before[group].items()}  # fmt: skip
            before[group] = {other: sake for other, sake in kept.items() if sake is None or sake}
    order: list[Group] = []
    done: set[Group] = set()
    for group in groups:
        _after_all(group, before, done, order)
    return order


# Which groups each has to wait for: None for what it reads, or the values that it writes in place.
Before = dict[Group, dict[Group, list[Value] | None]]


def _after_all(group: Group, before: Before, done: set[Group], order: list[Group]) -> None:
    """Add a group to an order, after all that must go before it."""
    pending = [(group, False)]
    while pending:
        at, ready = pending.pop()
        if ready:
            order.append(at)
        elif at not in done:
            done.add(at)
            pending.append((at, True))
            pending += [(other, False) for other in before[at] if other not in done and other is not at]


def _circle(before: Before) -> list[Value] | None:
    """Find the fewest bytes that, not written in place, open a circle of groups that wait for one another, if any."""
    state: dict[Group, int] = {}
    for start in before:
        way: list[tuple[Group, Any]] = [] if start in state else [(start, iter(before[start]))]
        if way:
            state[start] = 1
        while way:
            group, others = way[-1]
            other = next(others, None)
            if other is None:
                state[group] = 2
                way.pop()
            elif other is not group and state.get(other) == 1:
                ring = [step for step, _ in way]
                ring = [*ring[ring.index(other) :], other]
                found = [before[a][b] for a, b in zip(ring, ring[1:], strict=False)]
                sakes = [sake for sake in found if sake is not None]
                return min(sakes, key=lambda sake: sum(value.size for value in sake))
            elif other not in state:
                state[other] = 1
                way.append((other, iter(before[other])))
    return None


def _arrange(plan: Plan) -> None:
    """Give each stored value that has no buffer a place in the arena, which it shares with those of other times."""
    at = {group: k for k, group in enumerate(plan.groups)}
    last: dict[Value, int] = {}
    for k, group in enumerate(plan.groups):
        for value in group.loads:
            last[value] = k
    for value, _ in plan.copies:
        last[value] = len(plan.groups)
    first = {value: at[group] for group in plan.groups for value in group.stores}
    for value in list(first):
        if value.within is not None:
            first[value.within] = min(first[value.within], first[value])
            last[value.within] = max(last.get(value.within, 0), last.get(value, 0))
    taken: list[tuple[int, int, int]] = []  # first byte, the one after the last, and last group, in this order
    for value, start in sorted(first.items(), key=lambda item: item[1]):
        if value in plan.slots or value.within is not None:
            continue
        taken = [place for place in taken if place[2] >= start]
        size = -(-max(value.size, 1) // ALIGN) * ALIGN + ALIGN  # a line more: whole vectors may pass the end
        offset = 0
        for low, high, _ in taken:
            if offset + size <= low:
                break
            offset = max(offset, high)
        insort(taken, (offset, offset + size, last.get(value, start)))
        plan.offsets[value] = offset
        plan.arena = max(plan.arena, offset + size)


def merge(group: Group) -> None:
    """Make one loop of two, where all that is touched lies as if they were one."""
    if group.opaque:
        return
    touched = [value.flat(group.members[value]) for value in group.stores]
    touched += [value.flat(place) for value, places in group.loads.items() for place in places]
    for at in touched:
        touched += [term.at for term in at.terms if isinstance(term, Window)]
    fold = group.fold.fold if group.fold is not None else None
    for axes in (group.axes, *([fold.reduced] if fold is not None else [])):
        while pair := _as_one(group, axes, [group.position(at).terms for at in touched]):
            outer, inner = pair
            both = Axis(outer.extent * inner.extent)
            axes[axes.index(inner)] = both
            axes.remove(outer)
            group.merged.append((outer, inner, both))
            if group.vector is inner:
                group.vector = both
            if group.lane is inner:
                group.lane = both
            if group.shared is outer:
                group.shared = both


def _as_one(group: Group, axes: Sequence[Axis], touched: Sequence[Mapping[Any, int]]) -> tuple[Axis, Axis] | None:
    loops = [axis for axis in axes if axis.extent > 1 and (axis is not group.column)]
    for outer in loops:
        for inner in loops:
            if outer is not inner and outer not in (group.vector, group.lane) and inner is not group.shared and all(
                terms.get(outer, 0) == terms.get(inner, 0) * inner.extent for terms in touched
            ):
                return outer, inner
    return None
