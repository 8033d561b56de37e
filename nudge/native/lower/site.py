"""What a group computes at one place: registers for its values, loads and stores at positions in memory."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ..ir.builder import Reg
from ..ir.writer import Writer
from ..plan.affine import Affine, Axis, Index, Window
from ..plan.group import Group, Held, reads_of, source
from ..plan.plan import Plan
from ..plan.values import COPY, GIVEN, MAP, VIEW, Value


class LaneByLane(Exception):
    """What a vector cannot hold at once: positions that data hold, each lane its own."""


class Memo(ChainMap[Any, Any]):
    """What was computed: in the innermost scope, and in those around it."""

    def get(self, key: Any, default: Any = None) -> Any:
        """Look something up; most of what is looked up is not there, which must not cost an exception."""
        for held in self.maps:
            if key in held:
                return held[key]
        return default

    def __contains__(self, key: object) -> bool:
        for held in self.maps:
            if key in held:
                return True
        return False


class Positions(dict):  # type: ignore[type-arg]
    """A scope of its own for values, which shares positions and pointers with the one around it."""

    def __init__(self, around: Any) -> None:
        super().__init__()
        self.around = around
        self.maps = [self, *around.maps]

    def __contains__(self, key: Any) -> bool:
        return dict.__contains__(self, key) or key in self.around

    def __missing__(self, key: Any) -> Any:
        return self.around[key]

    def get(self, key: Any, default: Any = None) -> Any:
        """Look something up here and around."""
        return self[key] if dict.__contains__(self, key) else self.around.get(key, default)

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(key, tuple) and isinstance(key[0], str):
            self.around[key] = value
        else:
            super().__setitem__(key, value)


class Piece:
    """Where along a row a register stands: a position, a constant beyond it, and which lanes are valid."""

    def __init__(self, start: Reg | None, beyond: int, valid: int | None) -> None:
        """Take the position, the constant, and how many lanes are valid (None: all)."""
        self.start, self.beyond, self.valid = start, beyond, valid


class Site:
    """Where in a group's loops code is being written, and which registers hold what there."""

    def __init__(self, b: Writer, group: Group, plan: Plan, pointers: Mapping[Value, str], starts: Mapping[Value, int],
        lanes: int, most: int, registers: int,
    ) -> None:
        """Write with a builder; `pointers` names the memory of what is loaded and stored."""
        self.b, self.group, self.plan, self.pointers, self.starts, self.lanes = b, group, plan, pointers, starts, lanes
        self.registers, self.most = registers, most
        self.vector = group.vector
        self.bound: dict[Axis, tuple[Reg | None, int]] = {}
        self.memo = Memo()
        self.mask: Reg | None = None
        self._varies: dict[Any, frozenset[Axis]] = {}
        self._reads: dict[Any, list[tuple[Value, Index]]] = {}
        self._fixed: dict[Any, bool] = {}
        self._stands: dict[Any, Affine] = {}
        self.scratch: Callable[[], Reg] | None = None
        self.waiting: list[Callable[[], None]] | None = None  # what is stored later

    # -- scopes --

    @contextmanager
    def scope(self, *outer: Any) -> Iterator[None]:
        """Let what is computed from here on be forgotten afterwards; `outer` are scopes to look into besides."""
        held, bound, mask = self.memo, dict(self.bound), self.mask
        self.memo = Memo({}, *outer, *held.maps)
        yield
        self.memo, self.bound, self.mask = held, bound, mask

    @contextmanager
    def apart(self) -> Iterator[Callable[[], None]]:
        """Stand elsewhere meanwhile; what it gives has values be found afresh, while positions and pointers stay."""
        held, vector, mask = self.memo, self.vector, self.mask

        def afresh() -> None:
            self.memo = Positions(held)  # type: ignore[assignment]

        yield afresh
        self.memo, self.vector, self.mask = held, vector, mask

    @contextmanager
    def holding(self, lanes: int) -> Iterator[None]:
        """Let vectors hold so many numbers meanwhile."""
        self.lanes, lanes = lanes, self.lanes
        yield
        self.lanes = lanes

    def bind(self, axis: Axis | None, reg: Reg | None, beyond: int = 0) -> None:
        """Say where an axis stands."""
        if axis is not None:
            self.bound[axis] = (reg, beyond)

    @property
    def line(self) -> Axis | None:
        """The axis along which rows run: the vector's, unless vectors lie across rows."""
        return self.group.column if self.group.crosses else self.vector

    @property
    def at_once(self) -> int:
        """How many numbers of a row are computed at once."""
        return 1 if self.group.crosses else self.lanes

    @property
    def stand(self) -> tuple[Reg | None, int]:
        """Where the vector's axis stands."""
        assert self.vector is not None
        return self.bound[self.vector]

    def unbind(self, *axes: Axis) -> None:
        """Say that axes stand nowhere yet: their loops are about to begin."""
        for axis in axes:
            self.bound.pop(axis, None)

    def enter(self, piece: Piece) -> None:
        """Stand at a piece of a row."""
        self.bind(self.line, piece.start, piece.beyond)
        if not self.group.crosses:
            partly = piece.valid is not None and self.lanes > 1
            self.mask = self.b.lane_mask(piece.valid or 0, self.lanes) if partly else None

    # -- what depends on what --

    def depends(self, value: Value, index: Index) -> frozenset[Axis]:
        """Find the loop variables along which a value at an index varies."""
        key = (value, index)
        if key not in self._varies:
            self._varies[key] = frozenset(self.group.seen(self._axes(value, index)))
        return self._varies[key]

    def reads(self, value: Value, index: Index) -> list[tuple[Value, Index]]:
        """List what is read when a value is computed at an index; the same is asked for each row of a tile."""
        key = (value, index)
        if key not in self._reads:
            self._reads[key] = reads_of(value, index)
        return self._reads[key]

    def _axes(self, value: Value, index: Index) -> frozenset[Axis]:
        if self._is_made(value, index):
            return frozenset().union(*(self.depends(*read) for read in self.reads(value, index)))
        axes: set[Axis] = set()
        for place in index:
            for term in place.terms:
                axes |= {term} if isinstance(term, Axis) else term.axes()
                if isinstance(term, Held):
                    axes |= self.depends(*source(term.value, term.index))
        return frozenset(axes)

    def _is_made(self, value: Value, index: Index) -> bool:
        """Tell whether it is computed here, of what it reads."""
        return value.kind in (MAP, VIEW, COPY) and not self._is_read(value, index)

    def _is_read(self, value: Value, index: Index) -> bool:
        return value.kind == GIVEN or value in self.group.loads or self._is_tile(value, index)

    def _is_tile(self, value: Value, index: Index) -> bool:
        return value is self.group.fold and index == self.group.members[value]

    # -- values --

    def at(self, value: Value, index: Index) -> Reg:
        """Compute, load or look up a value at an index."""
        key = (value, index)
        made = self.memo.get(key)
        if made is None:
            made = self.memo[key] = self._made(value, index)
        return made

    def _made(self, value: Value, index: Index) -> Reg:
        if self._is_tile(value, index):
            assert self.scratch is not None
            return self.scratch()
        if value.kind == GIVEN or (value in self.group.loads and self.group.members.get(value) != index):
            return self.load(value, index)
        if value.kind in (VIEW, COPY):
            return self.at(*self.reads(value, index)[0])
        assert value.kind == MAP, f"{value} is not there"
        promoted = None
        registers: list[Reg] = []
        reads = iter(self.reads(value, index))
        for arg in value.args:
            if isinstance(arg, Value):
                registers.append(self.at(*next(reads)))
            else:
                promoted = value.promoted() if promoted is None else promoted
                registers.append(self.b.number(arg, promoted))
        if value.rule is not None:
            return value.rule(self.b, *registers)
        assert value.op.lower is not None
        return value.op.lower(self.b, *registers, **value.params)

    def hoist(self, value: Value, index: Index) -> None:
        """Compute now what of a value does not vary along a row."""
        for part in self._outermost(value, index, lambda *of: self.line not in self.depends(*of)):
            self.at(*part)

    def hoist_fixed(self, value: Value, index: Index) -> None:
        """Compute now what of a value is the same in all loops."""
        for part in self._outermost(value, index, self._is_fixed):
            reg = self.at(*part)
            if reg.real and not reg.lanes and reg.literal is None and self.lanes > 1:
                self.b.ahead_of_loops(reg, self.lanes)

    def _outermost(
        self, value: Value, index: Index, holds: Callable[[Value, Index], bool]
    ) -> Iterator[tuple[Value, Index]]:
        """Give what something holds of: a value, or else what it is made of; each once, and none that is there."""
        pending, seen = [(value, index)], set()
        while pending:
            part = pending.pop()
            if part in seen or part in self.memo:
                continue
            seen.add(part)
            if holds(*part):
                yield part
            elif self._is_made(*part):
                pending += reversed(self.reads(*part))

    def _is_fixed(self, value: Value, index: Index) -> bool:
        key = (value, index)
        if key not in self._fixed:
            made = self._is_made(value, index)
            parts = all(self._is_fixed(*read) for read in self.reads(value, index)) if made else True
            there = made or (self._is_read(value, index) and not self._is_tile(value, index))
            self._fixed[key] = not self.depends(value, index) and there and parts
        return self._fixed[key]

    # -- memory --

    def position(self, place: Affine) -> tuple[Reg | None, int]:
        """Find a position as a register and a constant beyond it.

        It is summed in the order of the loops, so that what an outer loop fixes is added once (see `warm`).
        """
        const, total = place.const, None
        name: tuple[Any, ...] = ("position",)
        for axis, (reg, beyond) in self.bound.items():
            step = place.terms.get(axis, 0)
            const += step * beyond
            if step and reg is not None:
                name = (*name, reg, step)
                if name not in self.memo:
                    part = reg if step == 1 else reg * step
                    self.memo[name] = self.b.beyond(total, part)
                total = self.memo[name]
        for term, step in place.terms.items():
            if isinstance(term, Axis):
                assert term in self.bound, f"{term} is read outside of its loop"
                continue
            reg = self._within(term) if isinstance(term, Held) else self._seen(term)[0]
            part = reg if step == 1 else reg * step
            total = self.b.beyond(total, part)  # what data hold may differ from row to row: it is nowhere kept
        return total, const

    def warm(self, touched: Iterable[tuple[Value, Index]]) -> None:
        """Add up what loops so far fix of the positions that an inner loop will need."""
        for value, index in touched:
            if value not in self.pointers:
                continue
            place = self._stand(value, index)
            self.position(Affine({axis: step for axis, step in place.terms.items() if axis in self.bound}))

    def _seen(self, window: Window) -> tuple[Reg, Reg]:
        """Find a position that may lie outside, or 0 if it does, and whether it lies inside."""
        if window not in self.memo:
            if self.lanes > 1 and self.vector in self.group.seen(window.axes()):
                raise LaneByLane
            at = self.b.beyond(*self.position(self.group.position(window.at)))
            inside = self.b.emit(f"icmp ult i64 {at.name}, {window.extent}", "i1")
            self.memo[window] = self.b.select(inside, at, self.b.position(0)), inside
        return self.memo[window]

    def _within(self, held: Held) -> Reg:
        """Read a position that data hold, and check it."""
        if held not in self.memo:
            base, index = source(held.value, held.index)
            if self.lanes > 1 and self.vector in self.depends(base, index):
                raise LaneByLane
            reg = self.b.cast(self.at(base, index), np.dtype("int64"))
            at = self.b.beyond(*self.position(self.group.position(base.flat(index))))
            step = self.plan.reader(held.reader, base.shape)
            self.memo[held] = self.b.within(replace(reg, source=at), held.extent, "%report", step)
        return self.memo[held]

    def _stand(self, value: Value, index: Index) -> Affine:
        """Find how far beyond its pointer a value at an index stands, in the group's loop variables."""
        key = (value, index)
        if key not in self._stands:
            self._stands[key] = self.group.position(value.flat(index)) - self.starts[value]
        return self._stands[key]

    def address(self, value: Value, index: Index) -> tuple[str, Reg, int]:
        """Find where a value at an index stands: a pointer, a position beyond it, and the vector's step."""
        place = self._stand(value, index)
        along = place.terms.get(self.vector, 0) if self.vector is not None else 0
        reg, const = self.position(place)
        pointer = self.pointers[value]
        if reg is not None:
            name = ("pointer", value, reg)
            if name not in self.memo:
                self.memo[name] = self.b.address(pointer, value.dtype, reg).name
            pointer = self.memo[name]
        return pointer, self.b.position(const), along

    def load(self, value: Value, index: Index) -> Reg:
        """Read, as a vector where it varies along the vector's axis; 0 where a position lies outside."""
        made = self._loaded(value, index)
        for place in index:
            for term in place.terms:
                if isinstance(term, Window):
                    made = self.b.select(self._seen(term)[1], made, self.b.constant(0, made))
        return made

    def _loaded(self, value: Value, index: Index) -> Reg:
        pointer, at, along = self.address(value, index)
        if not along or self.lanes == 1:
            return self.b.load(pointer, value.dtype, at)
        if along != 1:
            return self.b.gather(pointer, value.dtype, at, along, self.lanes, self.mask)
        if self.mask is not None:
            return self.b.load_masked(pointer, value.dtype, at, self.lanes, self.mask)
        return self._load(pointer, value.dtype, at, self.lanes)

    def _load(self, pointer: str, dtype: Any, at: Reg, lanes: int) -> Reg:
        return self.b.load(pointer, dtype, at) if lanes == 1 else self.b.load_vector(pointer, dtype, at, lanes)

    def write(self, value: Value, reg: Reg) -> None:
        """Store a member at its place: now, or where others wait to be stored, after them."""
        pointer, at, along = self.address(value, self.group.members[value])
        reg = self.b.cast(reg, value.dtype)
        store: Callable[[], None]
        if self.lanes == 1 or not along:
            store = partial(self.b.store, reg, pointer, value.dtype, at)
        else:
            reg = self.b.splat(reg, self.lanes)
            if along != 1:
                store = partial(self.b.scatter, reg, pointer, value.dtype, at, along, self.mask)
            elif self.mask is not None:
                store = partial(self.b.store_masked, reg, pointer, value.dtype, at, self.mask)
            else:
                store = partial(self.b.store, reg, pointer, value.dtype, at)
        if self.waiting is None:
            store()
        else:
            self.waiting.append(store)

    @contextmanager
    def writing_last(self, wanted: bool) -> Iterator[None]:
        """Store what is written inside when all of it is computed, if that is wanted.

        A processor that reads beside what was stored in part of a vector waits until that is in memory.
        """
        self.waiting = [] if wanted else None
        yield
        for store in self.waiting or ():
            store()
        self.waiting = None
