"""A group as a loop nest: its rows, or a contraction's tiles one after the other, and what is computed with each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ..ir.builder import Reg
from ..plan.costs import SECOND_CACHE
from ..plan.group import sources
from ..plan.values import FOLD
from .dot import Dot
from .rows import AT_ONCE, Rows
from .site import Piece
from .tile import Tile

INLINE = 96  # steps that are written out for the places of a tile, rather than looped over


class Nest(Rows):
    """Writes one group as a function."""

    def write_out(self) -> None:
        """Write the function's body, for the units [low, high) of the loop that threads share."""
        if not all(axis.extent for axis in self.group.axes if axis is not self.group.column):
            return  # of nothing
        for value in self.group.stores:
            self.hoist_fixed(value, self.group.members[value])
        if self.group.fold is not None:
            self._contraction()
        else:
            self._rows()

    def _contraction(self) -> None:
        tile = Tile.choose(self) if self.group.lane is None else Dot(self)
        others = [a for a in self.group.axes if a is not self.vector and a is not tile.row and a.extent != 1]
        if isinstance(tile, Tile) and not others and self.group.column is None and tile.columns_first():
            for pieces in self._columns_of(tile):
                for rows in self._rows_of(tile):
                    self._tile(tile, *rows, pieces)
        elif others and not tile.rows_first(others):
            with self.nested(others):
                for rows in self._rows_of(tile):
                    self._block(tile, *rows)
        else:
            for start, beyond, height, tiles in self._blocks_of(tile, tile.tiles_per_pack(others)):
                tile.pack(start, beyond, height, tiles, others)
                with self.nested(others):
                    for at in self._tiles_of(tile, start, tiles):
                        self._block(tile, at, beyond, height)

    def _rows_of(self, tile: Tile | Dot) -> Iterator[tuple[Reg | None, int, int]]:
        """Go through the rows, a tile's at a time: where they start, the constant beyond that, and how many."""
        for start, beyond, height, _ in self._blocks_of(tile, 1):
            yield start, beyond, height

    def _blocks_of(self, tile: Tile | Dot, many: int) -> Iterator[tuple[Reg | None, int, int, int | Reg]]:
        """Go through the rows, so many tiles' at a time: where they start, how many a tile has, and how many tiles."""
        tiles, rest = divmod(tile.rows, tile.height)
        blocks = -(-tiles // many)
        if blocks:
            with self.over(tile.row, blocks) as k, self.scope():
                done = k * many
                left = self.b.minimum(self.b.position(many), tiles - done) if tiles % many else many
                yield done * tile.height, 0, tile.height, left
        if rest:
            with self.after(tile.row, blocks), self.scope():
                yield None, tiles * tile.height, rest, 1

    def _tiles_of(self, tile: Tile | Dot, start: Reg | None, tiles: int | Reg) -> Iterator[Reg | None]:
        """Go through tiles that were packed together: where each one starts."""
        if tiles == 1 or isinstance(tile, Dot):
            yield start
            return
        with self.b.loop(tiles) as at, self.scope(), tile.reading_tile(at):
            yield self.b.beyond(start, at * tile.height)

    def _columns_of(self, tile: Tile) -> Iterator[list[Piece]]:
        """Go through the columns, a tile's at a time."""
        blocks, rest = tile.columns()
        if blocks:
            with self.over(self.vector, blocks) as k, self.scope():
                yield tile.pieces(k)
        if rest:
            with self.after(self.vector, blocks), self.scope():
                yield rest

    def _block(self, tile: Tile | Dot, start: Reg | None, beyond: int, height: int) -> None:
        """Contract for some rows, and compute what goes with it."""
        if isinstance(tile, Dot):
            total = -(-tile.columns // self.lanes)
            room = self._room(height * total * self.lanes)
            tile.fill(start, beyond, height, room, total * self.lanes)
            self._from_room(tile, start, beyond, height, room, total)
            return
        if self.group.column is None:
            for pieces in self._columns_of(tile):
                self._tile(tile, start, beyond, height, pieces)
            return
        assert self.vector is not None
        total = -(-self.vector.extent // self.lanes)
        if total <= tile.width:  # the whole row at once
            self._tile(tile, start, beyond, height, self._pieces_all())
            return
        room = self._room(height * total * self.lanes)
        for pieces in self._columns_of(tile):
            self._keep(tile.contract(start, beyond, height, pieces), pieces, room, total)
        self._from_room(tile, start, beyond, height, room, total)

    def _room(self, size: int) -> str:
        """Make room for results of the contraction on the stack."""
        assert self.group.fold is not None
        return self.b.stack(f"[{size} x {self.b.stored_as(self.group.result.dtype)}]")

    def _from_room(
        self, tile: Tile | Dot, start: Reg | None, beyond: int, height: int, room: str, total: int
    ) -> None:
        """Compute what goes with a contraction whose rows of `total` vectors are on the stack."""
        fold = self.group.fold
        assert fold is not None
        with self.b.loop(height) as i, self.scope():
            self.bind(tile.row, self.b.beyond(start, i), beyond)
            base = i * (total * self.lanes)

            def read() -> Reg:
                reg, const = self.stand if self.along(fold) else (None, 0)
                at = self.b.beyond(reg, base) + const
                return self._load(room, fold.dtype, at, self.lanes if self.along(fold) else 1)

            self.scratch = read
            self.row(None if total > AT_ONCE else self._pieces_all())
            self.scratch = None

    def _keep(self, tiles: Sequence[Sequence[Reg]], pieces: Sequence[Piece], room: str, total: int) -> None:
        for i, row in enumerate(tiles):
            for reg, piece in zip(row, pieces, strict=True):
                const = i * total * self.lanes + piece.beyond
                self.b.store(reg, room, self.group.result.dtype, self.b.beyond(piece.start, const))

    def _fetcher(
        self, tile: Tile, start: Reg | None, beyond: int, pieces: list[Piece]
    ) -> Callable[[Reg], None] | None:
        """Find how to ask for what goes with a row of a tile's results, if that comes from far."""
        contracted = {base for base, _ in sources(self.group.contraction)}
        beside = []
        for value, places in self.group.loads.items():
            terms = self.group.position(value.flat(places[0])).terms
            stands = all(axis in self.group.axes for axis in terms)
            if value not in contracted and terms.get(self.vector) == 1 and stands:
                beside.append((value, places[0]))
        if sum(value.size for value, _ in beside) < SECOND_CACHE:
            return None

        def fetch(row: Reg) -> None:
            self.bind(tile.row, self.b.beyond(start, row), beyond)
            for piece in pieces:
                self.enter(piece)
                for value, place in beside:
                    pointer, reg, _ = self.address(value, place)
                    self.b.fetch(self.b.address(pointer, value.dtype, reg))

        return fetch

    def _tile(self, tile: Tile, start: Reg | None, beyond: int, height: int, pieces: list[Piece]) -> None:
        made = tile.contract(start, beyond, height, pieces, self._fetcher(tile, start, beyond, pieces))
        steps = sum(value.kind != FOLD for value in self.group.members) * height * len(pieces)
        if steps <= INLINE or height == 1:
            partly = any(piece.valid is not None for piece in pieces)
            with self.writing_last(partly and len(self.group.stores) == 1):  # with more of them registers run out
                for i in range(height):
                    with self.scope():
                        self.bind(tile.row, start, beyond + i)
                        self.row(pieces, made[i])
            return
        room = self._room(height * len(pieces) * self.lanes)
        for i, row in enumerate(made):
            for v, reg in enumerate(row):
                self.b.store(reg, room, self.group.result.dtype, self.b.position((i * len(pieces) + v) * self.lanes))
        with self.b.loop(height) as at, self.scope():
            self.bind(tile.row, self.b.beyond(start, at), beyond)
            base = at * (len(pieces) * self.lanes)
            loaded = [
                self._load(room, self.group.result.dtype, base + v * self.lanes, self.lanes)
                for v in range(len(pieces))
            ]
            self.row(pieces, loaded)
