"""A group's rows: what is computed at each place of one, in vectors, its statistics, and the loops over rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from math import gcd
from typing import Any

from ..ir.builder import Reg
from ..plan.affine import Axis
from ..plan.costs import NARROW
from ..plan.group import sources
from ..plan.values import COPY, FOLD, VIEW, Value
from .site import Piece, Site

AT_ONCE = 4  # vectors of a row that are held in registers, rather than gone through in loops
NUMBERS_AT_ONCE = 16  # of a row, where vectors lie across rows


class Rows(Site):
    """Writes the rows of a group, where no contraction makes them."""

    units = 1  # steps of the loop that threads share

    @contextmanager
    def over(self, axis: Axis | None, count: int) -> Iterator[Reg]:
        """Loop over an axis in so many steps: if threads share it, over those that are this one's."""
        if self.parts(axis, count):
            self.units = count
            with self.b.between("%low", "%high") as at:
                yield at
        else:
            with self.b.loop(count) as at:
                yield at

    @contextmanager
    def after(self, axis: Axis | None, count: int) -> Iterator[None]:
        """Do what is left behind so many steps of such a loop: whoever did the last of them does."""
        if self.parts(axis, count):
            with self.b.when(self.b.emit(f"icmp eq i64 %high, {count}", "i1")):
                yield
        else:
            yield

    def parts(self, axis: Axis | None, count: int) -> bool:
        """Tell whether threads share a loop over an axis in so many steps."""
        return axis is not None and axis is self.group.shared and count > 1

    # -- the row program --

    def members(self, kinds: Sequence[str]) -> list[Value]:
        """List members of some kinds, in order."""
        return [value for value in self.group.members if value.kind in kinds and value is not self.group.fold]

    def along(self, value: Value) -> bool:
        """Tell whether a member varies along a row."""
        return any(self.line in self.group.seen(place.axes()) for place in self.group.members[value])

    def row(self, pieces: Sequence[Piece] | None, tiles: Sequence[Reg] | None = None) -> None:
        """Compute and store a row's members, at given pieces of it, or (None) in loops over the whole of it."""
        scopes: list[Any] = [{} for _ in pieces or ()]
        stats = self.members([FOLD])
        members = self.group.members
        for k, reg in enumerate(tiles or ()):
            fold = self.group.result
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
        if pieces is not None:
            for piece, scope in zip(pieces, scopes, strict=True):
                with self.scope(scope):
                    self.enter(piece)
                    self._store_all(wide)
            for value, reg in narrow:
                self.write(value, reg)
            return
        assert self.line is not None
        if wide:
            with self.loop_pieces():
                self._store_all(wide)
        with self.after(self.line, self.line.extent // self.at_once):
            for piece in self.rest() if wide else ():
                with self.scope():
                    self.enter(piece)
                    self._store_all(wide)
            for value, reg in narrow:
                self.write(value, reg)

    def _store_all(self, stored: Sequence[Value]) -> None:
        made = [self.at(value, self.group.members[value]) for value in stored]
        for value, reg in zip(stored, made, strict=True):
            self.write(value, reg)

    def _warm(self) -> None:
        touched = [(value, place) for value, places in self.group.loads.items() for place in places]
        touched += [(value, self.group.members[value]) for value in self.group.stores]
        self.unbind(*([] if self.line is None else [self.line]))
        self.warm(touched)

    @contextmanager
    def loop_pieces(self) -> Iterator[None]:
        """Loop over the whole pieces of a row."""
        assert self.line is not None
        self._warm()
        with self.over(self.line, self.line.extent // self.at_once) as k, self.scope():
            self.bind(self.line, k * self.at_once if self.at_once > 1 else k)
            yield

    def rest(self) -> list[Piece]:
        """Give what whole pieces leave of a row."""
        assert self.line is not None
        left = self.line.extent % self.at_once
        return [Piece(None, self.line.extent - left, left)] if left else []

    def _read(self, stat: Value) -> list[Reg]:
        assert stat.fold is not None
        return [self.at(*read) for read in sources(stat.fold)]

    def _stepped(self, stat: Value, state: Reg) -> Reg:
        assert stat.fold is not None
        new = stat.fold.step(self.b, state, self.b.position(0), *self._read(stat))
        return new if self.mask is None else self.b.select(self.mask, new, state)

    def _across(self, stat: Value, state: Reg) -> Reg:
        assert stat.fold is not None
        combine = stat.fold.combine
        assert combine is not None
        return self.b.across(lambda x, z: combine(self.b, x, z), state) if self.at_once > 1 else state

    def _start(self, stat: Value) -> Reg:
        assert stat.fold is not None
        start = stat.fold.init(self.b)
        return self.b.splat(start, self.lanes) if self.lanes > 1 else start

    def _in_pieces(self, stat: Value, pieces: Sequence[Piece], scopes: Sequence[Any]) -> Reg:
        assert stat.fold is not None
        for read in sources(stat.fold):
            self.hoist(*read)
        state = self._start(stat)
        for piece, scope in zip(pieces, scopes, strict=True):
            with self.scope(scope):
                self.enter(piece)
                state = self._stepped(stat, state)
                scope.update(self.memo.maps[0])
        return self._across(stat, state)

    def _in_loops(self, stat: Value) -> Reg:
        assert stat.fold is not None
        assert self.line is not None
        for read in sources(stat.fold):
            self.hoist(*read)
        state = self._start(stat)
        if self.line.extent >= self.at_once:
            self._warm()
            with self.b.fold(self.line.extent // self.at_once, (state,)) as (k, (held,), finish), self.scope():
                self.bind(self.line, k * self.at_once if self.at_once > 1 else k)
                finish((self._stepped(stat, held),))
            state = finish.state[0]
        for piece in self.rest():
            with self.scope():
                self.enter(piece)
                state = self._stepped(stat, state)
        return self._across(stat, state)

    # -- the loops --

    def _rows(self) -> None:
        rows = [axis for axis in self.group.axes if axis not in (self.vector, self.line) and axis.extent != 1]
        if self.vector is not self.line:
            self._rows_side_by_side(rows)
            return
        if (turned := self._turned(rows)) is not None:
            self._turn(rows, *turned)
            return
        with self.nested(rows):
            self.row(self._static())

    def _rows_side_by_side(self, rows: Sequence[Axis]) -> None:
        """Go through rows such that each lane of a vector has one of its own."""
        assert self.vector is not None
        whole, left = divmod(self.vector.extent, self.lanes)
        with self.nested(rows):
            if whole:
                with self.over(self.vector, whole) as k, self.scope():
                    self.bind(self.vector, k * self.lanes)
                    self.row(self._static())
            if left:
                with self.after(self.vector, whole), self.scope():
                    self.bind(self.vector, None, whole * self.lanes)
                    self.mask = self.b.lane_mask(left, self.lanes) if self.lanes > 1 else None
                    self.row(self._static())

    def _turned(self, rows: Sequence[Axis]) -> tuple[Axis, int] | None:
        """Find the axis along which a mere copy reads neighbours, if it writes them along another, and by how many."""
        if len(self.group.members) != 1 or len(self.group.loads) != 1 or self.vector is None or self.lanes < NARROW:
            return None
        (value,), ((base, places),) = self.group.members, self.group.loads.items()
        terms = self.group.position(base.flat(places[0])).terms
        stored = self.group.position(value.flat(self.group.members[value])).terms
        if value.kind not in (COPY, VIEW) or len(places) != 1 or not all(isinstance(term, Axis) for term in terms):
            return None
        if self.reads(value, self.group.members[value])[0][0] is not base:  # but something that is made of it
            return None
        across = next((axis for axis in rows if terms.get(axis) == 1), None)
        if across is None or stored.get(self.vector) != 1 or terms.get(self.vector, 0) == 1:
            return None
        lanes = gcd(across.extent, self.vector.extent, self.lanes)
        return (across, lanes) if lanes >= NARROW else None

    def _turn(self, rows: Sequence[Axis], across: Axis, lanes: int) -> None:
        """Copy squares of numbers, each turned in registers: read along one axis, written along the other."""
        assert self.vector is not None
        (value,), ((base, places),) = self.group.members, self.group.loads.items()
        vector, self.lanes = self.vector, lanes
        with self.nested([axis for axis in rows if axis is not across]), ExitStack() as stack:
            start = stack.enter_context(self.over(across, across.extent // lanes)) * lanes
            stack.enter_context(self.scope())
            self.bind(across, start)
            along = stack.enter_context(self.over(vector, vector.extent // lanes)) * lanes
            stack.enter_context(self.scope())
            square = []
            self.vector = across
            for k in range(lanes):
                self.bind(vector, along, k)
                square.append(self.load(base, places[0]))
            self.vector = vector
            self.bind(vector, along)
            for k, reg in enumerate(self.b.turned(square)):
                self.bind(across, start, k)
                self.write(value, reg)

    def _pieces_all(self) -> list[Piece]:
        if self.vector is None:
            return [Piece(None, 0, None)]
        whole = self.vector.extent // self.lanes
        return [Piece(None, k * self.lanes, None) for k in range(whole)] + self.rest()

    def _static(self) -> list[Piece] | None:
        """Give the pieces of a row, where they are few."""
        if self.line is None:
            return [Piece(None, 0, None)]
        whole, left = divmod(self.line.extent, self.at_once)
        if whole + (left > 0) > (AT_ONCE if self.at_once > 1 else NUMBERS_AT_ONCE) or self.parts(self.line, whole):
            return None
        return [Piece(None, k * self.at_once, None) for k in range(whole)] + self.rest()

    @contextmanager
    def nested(self, axes: Sequence[Axis]) -> Iterator[None]:
        """Loop over axes."""
        with ExitStack() as stack:
            stack.enter_context(self.scope())
            for axis in axes:
                at = stack.enter_context(self.over(axis, axis.extent))
                stack.enter_context(self.scope())
                self.bind(axis, at)
            yield
