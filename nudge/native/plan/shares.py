"""Shares: along which axis threads part each group, so that each of them mostly reads what it wrote itself.

What a core reads that another one wrote comes four times slower than from its own cache, or worse. So an axis is chosen
for each group with a view to those before and after it: that with the least to wait for, or none, where the first
thread had better do it alone. A thread's part of a value is told by its *period*: of each so many numbers in memory
the first half is the first thread's, whichever axis that came from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from .affine import Affine, Axis, Window
from .costs import FROM_AFAR, FUSED, GAIN, LEAST, LONG_AXIS, MEETING, PLAIN
from .flops import flops_of_map
from .group import Group, places_read
from .values import MAP, Value

if TYPE_CHECKING:
    from .plan import Plan

SWEEPS = 4  # times that each group is looked at again

WHOLE, ALONE = 0, -1  # in the place of a period: each thread reads all; the first one does


def work_of(group: Group) -> float:
    """Estimate the cycles that a group takes."""
    places: int = prod(axis.extent for axis in group.axes)
    folds = sum(value.fold is not None for value in group.members)
    inner: int = prod(axis.extent for axis in group.contraction.reduced) if group.fold is not None else 0
    flops = sum(max(flops_of_map(value), 2) if value.kind == MAP else 2 for value in group.members)
    return places * (inner / FUSED + flops * (1 + folds) / PLAIN)


def cycles(plan: Plan) -> float:
    """Estimate the cycles that a step takes on one thread."""
    return sum(work_of(group) for group in plan.groups)


def share(plan: Plan) -> None:
    """Choose the axis of each group that threads share."""
    parts = [_Part(plan, group) for group in plan.groups if not group.is_put_together]
    memories: dict[Any, _Memory] = {}
    for part in parts:
        for memory in part.writes:
            memories.setdefault(memory, _Memory(memory)).writers.append(part)
        for memory in part.reads:
            memories.setdefault(memory, _Memory(memory)).readers.append(part)
    touched = [[memories[name] for name in {**part.reads, **part.writes}] for part in parts]
    for sweep in range(SWEEPS):
        for part, beside in zip(parts, touched, strict=True):
            if len(part.choices) > 1:
                part.choose(beside, part.choices[sweep < SWEEPS - 1 :])
    alone = sum(part.work for part in parts)
    shared = sum(part.cycles(part.axis) for part in parts)
    shared += FROM_AFAR * sum(memory.moved() for memory in memories.values())
    for part in parts:
        part.group.shared = part.axis if shared < GAIN * alone else None


class _Part:
    """A group, and the axis by which it is parted at the moment."""

    def __init__(self, plan: Plan, group: Group) -> None:
        self.group, self.work = group, work_of(group)
        self.reads = _bytes(plan, group.loads)
        self.writes = _bytes(plan, {value: [group.members[value]] for value in group.stores})
        self.axis: Axis | None = None
        self.periods: dict[Axis | None, dict[Any, int]] = {None: {}}
        if self.work > LEAST and group.opaque is None:
            self.periods |= {axis: self._periods(plan, axis) for axis in _candidates(group)}
        self.choices = list(self.periods)
        if len(self.choices) > 1:
            self.axis = self.choices[1]

    def _periods(self, plan: Plan, axis: Axis) -> dict[Any, int]:
        """Find by which period each memory is parted, if an axis is."""
        found: dict[Any, int] = {}
        touched = [*self.group.loads.items(), *((v, [self.group.members[v]]) for v in self.group.stores)]
        for value, places in touched:
            steps = {_step(value.flat(place), axis) for place in places}
            found[_memory(plan, value)] = abs(steps.pop()) * axis.extent if len(steps) == 1 else WHOLE
        return found

    def period(self, memory: Any) -> int:
        """Tell by which period a memory is parted."""
        return ALONE if self.axis is None else self.periods[self.axis][memory]

    def choose(self, beside: Sequence[_Memory], choices: Sequence[Axis | None]) -> None:
        """Choose the axis with the least to do and to wait for, the others being as they are."""

        def total(axis: Axis | None) -> float:
            self.axis = axis
            return self.cycles(axis) + FROM_AFAR * sum(memory.moved() for memory in beside)

        self.axis = min(choices, key=total)

    def cycles(self, axis: Axis | None) -> float:
        """Estimate the cycles until all threads are done, what they wait for from memory aside."""
        return self.work if axis is None else self.work * -(-axis.extent // 2) / axis.extent + MEETING


class _Memory:
    """Where groups write what others read: who does."""

    def __init__(self, name: Any) -> None:
        self.name = name
        self.writers: list[_Part] = []
        self.readers: list[_Part] = []  # in the order in which they run

    def moved(self) -> float:
        """Count the bytes that a thread has to fetch from what the other one wrote, at a step."""
        total = 0.0
        for writer in self.writers:
            had = {writer.period(self.name)}
            for reader in self.readers:
                mine = reader.period(self.name)
                if mine in had or WHOLE in had:
                    continue
                size = min(writer.writes[self.name], reader.reads[self.name])
                if mine == WHOLE and ALONE in had:
                    total += size
                elif mine in (WHOLE, ALONE) or ALONE in had:
                    total += size / 2
                else:
                    total += size / 4
                had.add(mine)
        return total


def _candidates(group: Group) -> list[Axis]:
    """List the axes by which a group may be parted."""
    found = [axis for axis in group.axes if axis.extent > 1 and axis is not group.column]
    wide = group.vector is not None and group.vector.extent >= LONG_AXIS and group.lane is None
    return [axis for axis in found if wide or axis is not group.vector]


def _memory(plan: Plan, value: Value) -> Any:
    """Tell of what memory a value is a part: the slot of a buffer, or the value that has memory of its own."""
    while value.within is not None:
        value = value.within
    return plan.slots.get(value, value)


def _bytes(plan: Plan, touched: Mapping[Value, Sequence[Any]]) -> dict[Any, int]:
    """Count the bytes of each memory that are touched."""
    found: dict[Any, int] = {}
    for value, places in touched.items():
        memory = _memory(plan, value)
        found[memory] = found.get(memory, 0) + min(value.size, sum(map(places_read, places)) * value.dtype.itemsize)
    return found


def _step(at: Affine, axis: Axis) -> int:
    """Tell how far a position moves with an axis, by way of a window too."""
    found = at.terms.get(axis, 0)
    for term, step in at.terms.items():
        if isinstance(term, Window):
            found += step * _step(term.at, axis)
    return found
