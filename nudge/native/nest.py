"""A group as a loop nest: registers for what is computed at one place, a tile of them for a contraction."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from .affine import Affine, Axis, Window
from .builder import Reg
from .group import Group, Held, place_of, source
from .plan import Plan
from .tile import Dot, Tile
from .values import COPY, FOLD, GIVEN, MAP, VIEW, Index, Value, trimmed
from .writer import Writer

AT_ONCE = 4  # vectors of a row that are held in registers, rather than gone through in loops
INLINE = 96  # steps that are written out for the places of a tile, rather than looped over


class LaneByLane(Exception):
    """What a vector cannot hold at once: positions that data hold, each lane its own."""


class Piece:
    """Where along the vector's axis a register stands: a position, a constant beyond it, and which lanes are valid."""

    def __init__(self, start: Reg | None, beyond: int, valid: int | None) -> None:
        """Take the position, the constant, and how many lanes are valid (None: all)."""
        self.start, self.beyond, self.valid = start, beyond, valid


class Nest:
    """Writes one group as a function."""

    def __init__(self, b: Writer, group: Group, plan: Plan, pointers: Mapping[Value, str], starts: Mapping[Value, int],
        lanes: int, most: int, registers: int,
    ) -> None:
        """Write with a builder; `pointers` names the memory of what is loaded and stored."""
        self.b, self.group, self.plan, self.pointers, self.starts, self.lanes = b, group, plan, pointers, starts, lanes
        self.registers, self.most = registers, most
        self.vector = group.vector
        self.bound: dict[Axis, tuple[Reg | None, int]] = {}
        self.memo: ChainMap[Any, Any] = ChainMap()
        self.mask: Reg | None = None
        self._varies: dict[Any, frozenset[Axis]] = {}
        self.scratch: Callable[[], Reg] | None = None

    # -- scopes --

    @contextmanager
    def scope(self, *outer: Any) -> Iterator[None]:
        """Let what is computed from here on be forgotten afterwards; `outer` are scopes to look into besides."""
        held, bound, mask = self.memo, dict(self.bound), self.mask
        self.memo = ChainMap({}, *outer, *held.maps)
        yield
        self.memo, self.bound, self.mask = held, bound, mask

    def bind(self, axis: Axis | None, reg: Reg | None, beyond: int = 0) -> None:
        """Say where an axis stands."""
        if axis is not None:
            self.bound[axis] = (reg, beyond)

    def enter(self, piece: Piece) -> None:
        """Stand at a piece of the vector's axis."""
        self.bind(self.vector, piece.start, piece.beyond)
        whole = piece.valid is None or self.lanes == 1
        self.mask = None if whole else self.b.lane_mask(piece.valid, self.lanes)

    # -- what depends on what --

    def depends(self, value: Value, index: Index) -> frozenset[Axis]:
        """Find the loop variables along which a value at an index varies."""
        key = (value, index)
        if key not in self._varies:
            self._varies[key] = frozenset(self.group.seen(self._axes(value, index)))
        return self._varies[key]

    def _axes(self, value: Value, index: Index) -> frozenset[Axis]:
        if value.kind == MAP and not self._is_read(value, index):
            found: frozenset[Axis] = frozenset()
            for arg in value.args:
                if isinstance(arg, Value):
                    found |= self.depends(*source(arg, trimmed(index, arg.shape)))
            return found
        if value.kind in (VIEW, COPY) and not self._is_read(value, index):
            return self.depends(*_seen(value, index))
        axes: set[Axis] = set()
        for place in index:
            for term in place.terms:
                axes |= {term} if isinstance(term, Axis) else term.axes()
                if isinstance(term, Held):
                    axes |= self.depends(*source(term.value, term.index))
        return frozenset(axes)

    def _is_read(self, value: Value, index: Index) -> bool:
        return value.kind == GIVEN or value in self.group.loads or self._is_tile(value, index)

    def _is_tile(self, value: Value, index: Index) -> bool:
        return value is self.group.fold and index == self.group.members[value]

    # -- values --

    def at(self, value: Value, index: Index) -> Reg:
        """Compute, load or look up a value at an index."""
        key = (value, index)
        if key not in self.memo:
            self.memo[key] = self._made(value, index)
        return self.memo[key]

    def _made(self, value: Value, index: Index) -> Reg:
        if self._is_tile(value, index):
            assert self.scratch is not None
            return self.scratch()
        if value.kind == GIVEN or (value in self.group.loads and self.group.members.get(value) != index):
            return self.load(value, index)
        if value.kind in (VIEW, COPY):
            return self.at(*_seen(value, index))
        assert value.kind == MAP, f"{value} is not there"
        promoted = None
        registers: list[Reg] = []
        for arg in value.args:
            if isinstance(arg, Value):
                registers.append(self.at(*source(arg, trimmed(index, arg.shape))))
            else:
                promoted = value.promoted() if promoted is None else promoted
                registers.append(self.b.number(arg, promoted))
        if value.rule is not None:
            return value.rule(self.b, *registers)
        assert value.op.lower is not None
        return value.op.lower(self.b, *registers, **value.params)

    def hoist(self, value: Value, index: Index) -> None:
        """Compute now what of a value does not vary along the vector's axis."""
        if (value, index) in self.memo or self._is_read(value, index) and self.vector in self.depends(value, index):
            return
        if self.vector not in self.depends(value, index):
            self.at(value, index)
        elif value.kind in (VIEW, COPY):
            self.hoist(*_seen(value, index))
        else:
            for arg in value.args:
                if isinstance(arg, Value):
                    self.hoist(*source(arg, trimmed(index, arg.shape)))

    # -- memory --

    def position(self, place: Affine) -> tuple[Reg | None, int]:
        """Find a position as a register and a constant beyond it."""
        const, key = place.const, []
        for axis, step in place.terms.items():
            if not isinstance(axis, Axis):
                key.append((axis, step))
                continue
            reg, beyond = self.bound[axis]
            const += step * beyond
            if reg is not None:
                key.append((reg, step))
        if not key:
            return None, const
        held = any(isinstance(term, (Held, Window)) for term, _ in key)
        name = (place, "held") if held else ("position", *key)  # what data hold may differ from row to row
        if name not in self.memo:
            total: Reg | None = None
            for term, step in key:
                reg = term
                if not isinstance(term, Reg):
                    reg = self._within(term) if isinstance(term, Held) else self._seen(term)[0]
                part = reg if step == 1 else reg * step
                total = part if total is None else total + part
            self.memo[name] = total
        return self.memo[name], const

    def _seen(self, window: Window) -> tuple[Reg, Reg]:
        """Find a position that may lie outside, or 0 if it does, and whether it lies inside."""
        if window not in self.memo:
            if self.lanes > 1 and self.vector in self.group.seen(window.axes()):
                raise LaneByLane
            reg, const = self.position(self.group.position(window.at))
            at = self.b.position(const) if reg is None else reg + const
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
            where, beyond = self.position(self.group.position(base.flat(index)))
            at = self.b.position(beyond) if where is None else where + beyond
            step = self.plan.reader(held.reader, base.shape)
            self.memo[held] = self.b.within(replace(reg, source=at), held.extent, "%report", step)
        return self.memo[held]

    def address(self, value: Value, index: Index) -> tuple[str, Reg, int]:
        """Find where a value at an index stands: a pointer, a position beyond it, and the vector's step."""
        place = self.group.position(value.flat(index)) - self.starts[value]
        along = place.terms.get(self.vector, 0) if self.vector is not None else 0
        reg, const = self.position(place)
        pointer = self.pointers[value]
        if reg is not None:
            name = ("pointer", value, reg)
            if name not in self.memo:
                self.memo[name] = self.b.address(pointer, value.dtype, reg)
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

    def _save(self, reg: Reg, pointer: str, dtype: Any, at: Reg) -> None:
        if self.lanes == 1:
            self.b.store(reg, pointer, dtype, at)
        else:
            self.b.store_vector(reg, pointer, dtype, at)

    def write(self, value: Value, reg: Reg) -> None:
        """Store a member at its place."""
        pointer, at, along = self.address(value, self.group.members[value])
        reg = self.b.cast(reg, value.dtype)
        if self.lanes == 1 or not along:
            self.b.store(reg, pointer, value.dtype, at)
            return
        if not reg.type.startswith("<"):
            reg = self.b.splat(reg, self.lanes)
        if along != 1:
            self.b.scatter(reg, pointer, value.dtype, at, along, self.mask)
        elif self.mask is not None:
            self.b.store_masked(reg, pointer, value.dtype, at, self.mask)
        else:
            self.b.store_vector(reg, pointer, value.dtype, at)

    # -- the row program --

    def members(self, kinds: Sequence[str]) -> list[Value]:
        """List members of some kinds, in order."""
        return [value for value in self.group.members if value.kind in kinds and value is not self.group.fold]

    def along(self, value: Value) -> bool:
        """Tell whether a member varies along the vector's axis."""
        return any(self.vector in self.group.seen(place.axes()) for place in self.group.members[value])

    def row(self, pieces: Sequence[Piece] | None, tiles: Sequence[Reg] | None = None) -> None:
        """Compute and store a row's members, at given pieces of it, or (None) in loops over the whole of it."""
        scopes: list[Any] = [{} for _ in pieces or ()]
        stats = self.members([FOLD])
        members = self.group.members
        fold = self.group.fold
        for k, reg in enumerate(tiles or ()):
            (scopes[k] if self.along(fold) else self.memo)[(fold, members[fold])] = reg
        for stat in stats:
            self.memo[(stat, members[stat])] = (
                self._in_pieces(stat, pieces, scopes) if pieces is not None else self._in_loops(stat)
            )
        stored = list(self.group.stores)
        wide = [value for value in stored if self.along(value)]
        for value in stored:
            self.hoist(value, members[value])
        narrow = [(value, self.at(value, members[value])) for value in stored if not self.along(value)]
        if pieces is not None and wide:
            for piece, scope in zip(pieces, scopes, strict=True):
                with self.scope(scope):
                    self.enter(piece)
                    self._store_all(wide)
        elif wide:
            with self.loop_pieces():
                self._store_all(wide)
            for piece in self.rest():
                with self.scope():
                    self.enter(piece)
                    self._store_all(wide)
        for value, reg in narrow:
            self.write(value, reg)

    def _store_all(self, stored: Sequence[Value]) -> None:
        made = [self.at(value, self.group.members[value]) for value in stored]
        for value, reg in zip(stored, made, strict=True):
            self.write(value, reg)

    @contextmanager
    def loop_pieces(self) -> Iterator[None]:
        """Loop over the whole vectors of a row."""
        assert self.vector is not None
        whole = self.vector.extent // self.lanes
        with self.b.loop(whole) as k, self.scope():
            self.bind(self.vector, k * self.lanes if self.lanes > 1 else k)
            yield

    def rest(self) -> list[Piece]:
        """Give what whole vectors leave of a row."""
        assert self.vector is not None
        left = self.vector.extent % self.lanes
        return [Piece(None, self.vector.extent - left, left)] if left else []

    def _read(self, stat: Value) -> list[Reg]:
        assert stat.fold is not None
        return [self.at(*source(arg, place_of(place))) for arg, place in stat.fold.reads]

    def _stepped(self, stat: Value, state: Reg) -> Reg:
        assert stat.fold is not None
        new = stat.fold.step(self.b, state, self.b.position(0), *self._read(stat))
        return new if self.mask is None else self.b.select(self.mask, new, state)

    def _across(self, stat: Value, state: Reg) -> Reg:
        assert stat.fold is not None
        combine = stat.fold.combine
        assert combine is not None
        return self.b.across(lambda x, z: combine(self.b, x, z), state) if self.lanes > 1 else state

    def _start(self, stat: Value) -> Reg:
        assert stat.fold is not None
        start = stat.fold.init(self.b)
        return self.b.splat(start, self.lanes) if self.lanes > 1 else start

    def _in_pieces(self, stat: Value, pieces: Sequence[Piece], scopes: Sequence[Any]) -> Reg:
        assert stat.fold is not None
        for arg, place in stat.fold.reads:
            self.hoist(*source(arg, place_of(place)))
        state = self._start(stat)
        for piece, scope in zip(pieces, scopes, strict=True):
            with self.scope(scope):
                self.enter(piece)
                state = self._stepped(stat, state)
                scope.update(self.memo.maps[0])
        return self._across(stat, state)

    def _in_loops(self, stat: Value) -> Reg:
        assert stat.fold is not None
        assert self.vector is not None
        for arg, place in stat.fold.reads:
            self.hoist(*source(arg, place_of(place)))
        state = self._start(stat)
        if self.vector.extent >= self.lanes:
            with self.b.fold(self.vector.extent // self.lanes, (state,)) as (k, (held,), finish), self.scope():
                self.bind(self.vector, k * self.lanes if self.lanes > 1 else k)
                finish((self._stepped(stat, held),))
            state = finish.state[0]
        for piece in self.rest():
            with self.scope():
                self.enter(piece)
                state = self._stepped(stat, state)
        return self._across(stat, state)

    # -- the whole --

    def write_out(self) -> None:
        """Write the function's body, for the units [low, high) of its outermost loop."""
        if self.group.fold is not None:
            self._contraction()
        else:
            self._rows()

    def units(self) -> int:
        """Count the steps of the outermost loop, which threads may share."""
        return self._outermost

    def _rows(self) -> None:
        rows = [axis for axis in self.group.axes if axis is not self.vector and axis.extent != 1]
        if not rows and self._static() is None and not self.members([FOLD]):
            self._line()
            return
        with self.nested(rows):
            self.row(self._static())

    def _line(self) -> None:
        """Go through one long row, whose pieces threads may share."""
        assert self.vector is not None
        stored = list(self.group.stores)
        wide = [value for value in stored if self.along(value)]
        self._outermost = self.vector.extent // self.lanes
        with self.scope():
            for value in stored:
                self.hoist(value, self.group.members[value])
            with self.b.between("%low", "%high") as k, self.scope():
                self.bind(self.vector, k * self.lanes if self.lanes > 1 else k)
                self._store_all(wide)
            first = self.b.emit("icmp eq i64 %low, 0", "i1")
            with self.b.when(first), self.scope():
                for piece in self.rest():
                    with self.scope():
                        self.enter(piece)
                        self._store_all(wide)
                for value in stored:
                    if value not in wide:
                        self.write(value, self.at(value, self.group.members[value]))

    def _static(self) -> list[Piece] | None:
        """Give the pieces of a row, where they are few."""
        if self.vector is None:
            return [Piece(None, 0, None)]
        whole, left = divmod(self.vector.extent, self.lanes)
        if whole + (left > 0) > AT_ONCE:
            return None
        return [Piece(None, k * self.lanes, None) for k in range(whole)] + self.rest()

    @contextmanager
    def nested(self, axes: Sequence[Axis]) -> Iterator[None]:
        """Loop over axes, the first of them from `%low` to `%high`."""
        if not axes:
            self._outermost = 1
            with self.scope():
                yield
            return
        self._outermost = axes[0].extent
        first, *others = axes
        with self.scope(), self.b.between("%low", "%high") as at:
            self.bind(first, at)
            with self._inner(others):
                yield

    @contextmanager
    def _inner(self, axes: Sequence[Axis]) -> Iterator[None]:
        if not axes:
            with self.scope():
                yield
            return
        with self.b.loop(axes[0].extent) as at, self.scope():
            self.bind(axes[0], at)
            with self._inner(axes[1:]):
                yield

    def _contraction(self) -> None:
        value = self.group.fold
        assert value is not None
        group = self.group
        tile = Tile.choose(self) if group.lane is None else Dot(self)
        others = [a for a in group.axes if a is not self.vector and a is not tile.row and a.extent != 1]
        blocks, left = divmod(tile.rows, tile.height)
        if others:
            with self.nested(others):
                if blocks:
                    with self.b.loop(blocks) as k, self.scope():
                        self._block(tile, k * tile.height, 0, tile.height)
                if left:
                    with self.scope():
                        self._block(tile, None, blocks * tile.height, left)
            return
        # The rows that are left go first, with the first unit, so that the units are all alike.
        self._outermost = max(blocks, 1)
        if left and blocks:
            first = self.b.emit("icmp eq i64 %low, 0", "i1")
            with self.b.when(first), self.scope():
                self._block(tile, None, blocks * tile.height, left)
        if blocks:
            with self.b.between("%low", "%high") as k, self.scope():
                self._block(tile, k * tile.height, 0, tile.height)
        else:
            self._block(tile, None, 0, left)

    def _block(self, tile: Tile, start: Reg | None, beyond: int, height: int) -> None:
        """Contract for some rows, and compute what goes with it."""
        if isinstance(tile, Dot):
            total = -(-tile.columns // self.lanes)
            room = self._room(height * total * self.lanes)
            tile.fill(start, beyond, height, room, total * self.lanes)
            self._from_room(tile, start, beyond, height, room, total)
            return
        if self.group.column is None:
            for pieces in tile.columns():
                if isinstance(pieces, int):
                    wide = tile.width * self.lanes
                    with self.b.loop(pieces) as k, self.scope():
                        at = k * wide
                        self._tile(tile, start, beyond, height, [Piece(at, v * self.lanes, None) for v in range(tile.width)])
                else:
                    with self.scope():
                        self._tile(tile, start, beyond, height, pieces)
            return
        assert self.vector is not None
        total = -(-self.vector.extent // self.lanes)
        if total <= tile.width:  # the whole row at once
            self._tile(tile, start, beyond, height, self._pieces_all())
            return
        room = self._room(height * total * self.lanes)
        for pieces in tile.columns():
            if isinstance(pieces, int):
                wide = tile.width * self.lanes
                with self.b.loop(pieces) as k, self.scope():
                    at = k * wide
                    chosen = [Piece(at, v * self.lanes, None) for v in range(tile.width)]
                    self._keep(tile.contract(start, beyond, height, chosen), chosen, room, total)
            else:
                with self.scope():
                    self._keep(tile.contract(start, beyond, height, pieces), pieces, room, total)
        self._from_room(tile, start, beyond, height, room, total)

    def _room(self, size: int) -> str:
        """Make room for results of the contraction on the stack."""
        assert self.group.fold is not None
        return self.b.stack(f"[{size} x {self.b.stored_as(self.group.fold.dtype)}]")

    def _from_room(
        self, tile: Tile | Dot, start: Reg | None, beyond: int, height: int, room: str, total: int
    ) -> None:
        """Compute what goes with a contraction whose rows of `total` vectors are on the stack."""
        fold = self.group.fold
        assert fold is not None
        with self.b.loop(height) as i, self.scope():
            self.bind(tile.row, i if start is None else start + i, beyond)
            base = i * (total * self.lanes)

            def read() -> Reg:
                reg, const = self.bound[self.vector] if self.along(fold) else (None, 0)
                at = base + const if reg is None else base + reg + const
                return self._load(room, fold.dtype, at, self.lanes if self.along(fold) else 1)

            self.scratch = read
            self.row(None if total > AT_ONCE else self._pieces_all())
            self.scratch = None

    def _keep(self, tiles: Sequence[Sequence[Reg]], pieces: Sequence[Piece], room: str, total: int) -> None:
        for i, row in enumerate(tiles):
            for reg, piece in zip(row, pieces, strict=True):
                const = i * total * self.lanes + piece.beyond
                at = self.b.position(const) if piece.start is None else piece.start + const
                self._save(reg, room, self.group.fold.dtype, at)

    def _pieces_all(self) -> list[Piece]:
        if self.vector is None:
            return [Piece(None, 0, None)]
        whole = self.vector.extent // self.lanes
        return [Piece(None, k * self.lanes, None) for k in range(whole)] + self.rest()

    def _tile(self, tile: Tile, start: Reg | None, beyond: int, height: int, pieces: list[Piece]) -> None:
        made = tile.contract(start, beyond, height, pieces)
        steps = sum(value.kind != FOLD for value in self.group.members) * height * len(pieces)
        if steps <= INLINE or height == 1:
            for i in range(height):
                with self.scope():
                    self.bind(tile.row, start, beyond + i)
                    self.row(pieces, made[i])
            return
        room = self._room(height * len(pieces) * self.lanes)
        for i, row in enumerate(made):
            for v, reg in enumerate(row):
                self._save(reg, room, self.group.fold.dtype, self.b.position((i * len(pieces) + v) * self.lanes))
        with self.b.loop(height) as i, self.scope():
            self.bind(tile.row, i if start is None else start + i, beyond)
            base = i * (len(pieces) * self.lanes)
            row = [
                self._load(room, self.group.fold.dtype, base + v * self.lanes, self.lanes)
                for v in range(len(pieces))
            ]
            self.row(pieces, row)


def _seen(value: Value, index: Index) -> tuple[Value, Index]:
    """Find what a view or a copy shows at an index."""
    return source(value, index) if value.copied is None else source(*value.copied(index))
