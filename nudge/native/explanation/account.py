"""Account: what each group of a plan does, counted: operations, arithmetic, bytes, and the lines that it comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import prod

from ...graph import Node, ancestors
from ..plan.affine import Axis, Index
from ..plan.describe import values
from ..plan.flops import flops_of_fold, flops_of_map
from ..plan.group import Group, Held, elements, places_read, reads_of, source, sources
from ..plan.plan import Plan
from ..plan.values import GIVEN, MAP, Value


@dataclass(frozen=True)
class Stored:
    """A value that a group keeps in memory.

    symbol, line: of the operation that makes it. where: "arena", "in place" or "result"; at: the arena's byte, or the
    number of the buffer. part: whether it is written into its place in a larger value.
    """

    symbol: str
    shape: tuple[int, ...]
    dtype: str
    bytes: int
    where: str
    at: int
    line: str
    part: bool

    def __str__(self) -> str:
        """Show what it is, and where it goes."""
        return f"{self.symbol} {shaped(self.shape)} {self.dtype}"


@dataclass
class Account:
    """What one group does in a step.

    number: its place in the order. space, over: the extents of its loops, and of those that its contraction runs along.
    operations: how many of each, by symbol, those first that others read. again: those of them that another group
    computes as well, since that is less work than storing. lines: where the user wrote it. flops: as the operations are
    lowered, a fused multiply-add counting as two; wide: how many of them are in float64. read, written: the bytes that
    it takes from memory and puts there, each counted once. shared: whether it is work enough for threads to part.
    limit: the seconds that one core needs at least, as measured. time: those that it took, where that was asked for.
    """

    number: int
    group: Group = field(repr=False)
    space: tuple[int, ...] = ()
    over: tuple[int, ...] = ()
    operations: Counter[str] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)
    flops: int = 0
    wide: int = 0
    read: int = 0
    written: int = 0
    stores: list[Stored] = field(default_factory=list)
    shared: bool = False
    limit: float = 0.0
    time: float | None = None
    edges: dict[Value, list[Value]] = field(default_factory=dict, repr=False)  # of what each value is computed here

    @property
    def kept(self) -> int:
        """How many bytes it stores."""
        return sum(one.bytes for one in self.stores)


def accounts(plan: Plan) -> list[Account]:
    """Count what each group does that has something to do."""
    lines = _lines(plan)
    result: list[Account] = []
    for group in plan.groups:
        if not group.is_put_together:
            result.append(_Count(plan, group, len(result) + 1, lines[group]).account)
    computed = Counter(value for account in result for value in account.edges)
    for account in result:
        account.again.update(symbol(value) for value in account.edges if computed[value] > 1)
    return result


def _lines(plan: Plan) -> dict[Group, list[str]]:
    """Find the lines that each group comes from: of what it computes, and of views and equal steps on the way there."""
    known = values(plan.roots, plan.given)
    owners: dict[Node, list[Group]] = {}
    for group in plan.groups:
        for value in group.members:
            owners.setdefault(value.node, []).append(group)
    homes: dict[Node, dict[Group, None]] = {}
    for node in ancestors(plan.roots):  # the youngest first: who uses a node was there before it
        canonical = known[node].node
        found = homes.setdefault(node, {})
        if canonical in owners and known[node].kind != GIVEN:
            found |= dict.fromkeys(owners[canonical])
        for arg in node.args:
            if isinstance(arg, Node) and (known[arg].node not in owners or known[arg].kind == GIVEN):
                homes.setdefault(arg, {}).update(found)
    lines: dict[Group, dict[str, None]] = {group: {} for group in plan.groups}
    for node in reversed(ancestors(plan.roots)):
        if node.op is not None and node.line:
            for group in homes[node]:
                lines[group][node.line] = None
    for group in plan.groups:  # what is put together is written by the groups that make its parts
        if group.is_put_together:
            for other in plan.groups:
                if any(value.within is group.opaque for value in other.stores):
                    lines[other] |= lines[group]
    for group in reversed(plan.groups):  # a copy of what came from outside was made for whoever reads it
        if not lines[group]:
            for other in plan.groups:
                if any(value in other.loads for value in group.stores):
                    lines[group] |= lines[other]
    return {group: list(found) for group, found in lines.items()}


class _Count:
    """Goes through what a group computes, as the code that is written for it does."""

    def __init__(self, plan: Plan, group: Group, number: int, lines: list[str]) -> None:
        self.plan, self.group = plan, group
        self.account = account = Account(number, group, lines=lines)
        self.touched: dict[Value, dict[Index, None]] = {}
        self.seen: set[tuple[Value, Index]] = set()
        account.shared = group.shared is not None
        if group.opaque is not None:
            self._alone(group.opaque)
        else:
            account.space, account.over = _space(group)
            needed = [*([group.fold] if group.fold is not None else []), *group.stores]
            for value in needed:  # what none of these reads is not computed
                self._visit(value, group.members[value])
        account.read += sum(
            min(value.size, sum(map(places_read, places)) * int(value.dtype.itemsize))
            for value, places in self.touched.items()
        )
        account.stores = [self._stored(value) for value in group.stores]
        account.written = account.kept

    def _alone(self, value: Value) -> None:
        """Count a loop nest by itself: a step for each number that it makes."""
        held = list(dict.fromkeys(self.group.held.values()))
        self.account.space = value.shape
        self.account.read = sum(one.size for one in held)
        self._add(value, elements(value) if value.dtype.kind == "f" else 0, held)

    def _visit(self, value: Value, index: Index) -> Value:
        """Follow what is read at an index; give the value that it comes from."""
        mine = self.group.members.get(value) == index
        if value.kind == GIVEN or (value in self.group.loads and not mine):
            self.touched.setdefault(value, {})[index] = None
            for place in index:
                for term in place.terms:
                    if isinstance(term, Held):
                        self._visit(*source(term.value, term.index))
            return value
        if (value, index) in self.seen:
            return value
        self.seen.add((value, index))
        fold = value.fold
        found = [self._visit(*arg) for arg in (reads_of(value, index) if fold is None else sources(fold))]
        if fold is not None:
            steps = elements(value) * prod(axis.extent for axis in fold.reduced)
            self._add(value, steps * flops_of_fold(value), found)
        elif value.kind == MAP:
            self._add(value, places_read(index) * flops_of_map(value), found)
        elif mine:
            self._add(value, 0, found)
        else:
            return found[0]
        return value

    def _add(self, value: Value, flops: int, args: list[Value]) -> None:
        account = self.account
        if value not in account.edges:  # at a second place it is the same operation, done again
            account.operations[symbol(value)] += 1
        account.edges.setdefault(value, args)
        account.flops += flops
        account.wide += flops if value.dtype.itemsize == 8 else 0

    def _stored(self, value: Value) -> Stored:
        outside, at = self.plan.place(value)
        where = "arena" if not outside else "in place" if at < len(self.plan.given) else "result"
        shape = tuple(value.shape)
        return Stored(
            symbol(value), shape, str(value.dtype), value.size, where, at, value.node.line, value.within is not None
        )


def symbol(value: Value) -> str:
    """Name what makes a value: its operation's symbol, or "copy" where it holds what another does."""
    return "copy" if value.copied is not None or value.node.op is None else value.op.symbol


def shaped(shape: Iterable[int]) -> str:
    """Write a shape as PyTorch does: (64, 10), and () for one number."""
    return f"({', '.join(map(str, shape))})"


def _space(group: Group) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """List the extents of a group's axes, and of its contraction's, before loops were made one."""
    parts = {both: (outer, inner) for outer, inner, both in group.merged}

    def extents(axes: Iterable[Axis]) -> list[int]:
        found = []
        for axis in axes:
            found += extents(parts[axis]) if axis in parts else [axis.extent] if axis.extent != 1 else []
        return found

    over = group.contraction.reduced if group.fold is not None else ()
    return tuple(extents(group.axes)), tuple(extents(over))
