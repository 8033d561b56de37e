"""A contraction's tile: rows by vectors of results, held in registers while the loop over what is summed runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from math import prod
from typing import TYPE_CHECKING, Any

from ..ir.builder import Reg
from ..plan.affine import Affine, Axis
from ..plan.costs import AFRESH, BROADCAST, COLUMNS_LEFT, LATENCY, NEAREST_CACHE, ROWS_LEFT, SECOND_CACHE
from ..plan.group import sources
from ..plan.values import row_major
from .site import Piece

if TYPE_CHECKING:
    from .nest import Nest

APART = 256  # bytes from step to step, from which on what the rows read is copied together
PACKED = 1 << 17  # bytes of such a copy, at most
PARTED = 8  # copies that there are at least, where threads part them
MANY = 8  # tiles that rows make, from which on they are gone through first
AGAIN = 4  # times that it is read, at least
UNROLLED = 32  # multiply-adds written out in the innermost loop; a quarter for rows that are left over


class Tile:
    """Which rows and how many vectors make a tile, and the loop that fills it."""

    def __init__(self, nest: Nest, row: Axis | None, height: int, width: int) -> None:
        """Take the axis of the rows, how many of them, and how many vectors."""
        self.nest, self.row, self.height, self.width = nest, row, height, width
        self.rows = 1 if row is None else row.extent
        self.reads = sources(nest.group.contraction)
        self.depends = [nest.depends(*read) for read in self.reads]
        self.packed: dict[int, str] = {}  # which reads have been copied together for the rows, and where to
        self.fetch: Callable[[Reg], None] | None = None  # asks for what goes with a row, while the sum runs

    def rows_first(self, others: Sequence[Axis]) -> bool:
        """Tell whether to go along the other axes for some rows, rather than through all rows at each place of those.

        What goes with the results is then touched along its rows, and a thread has rows of its own, in all steps. What
        the columns read is read anew for every few rows, so it has to stay near.
        """
        columns = {k: axes for k, axes in enumerate(self.depends) if self.row not in axes}
        rows = [axes for axes in self.depends if self.row in axes]
        parted = all(axes.issuperset(others) for axes in columns.values())
        parted &= all(axes.isdisjoint(others) for axes in rows)
        whole = sum(self.reads[k][0].size for k in columns)
        return bool(columns) and parted and self.rows >= MANY * self.height and whole <= SECOND_CACHE

    def tiles_per_pack(self, others: Sequence[Axis]) -> int:
        """Choose for how many tiles to copy at once: many, since a line of memory has numbers of several.

        But as many as leave few tiles over, and, where threads part the rows, each of them enough.
        """
        tiles = self.rows // self.height
        most = min((PACKED // (self._row_bytes(k) * self.height) for k in self._apart(others)), default=1)
        most = max(min(most, tiles // PARTED if self.nest.parts(self.row, tiles) else tiles), 1)
        return max(range(most // 2 + 1, most + 1), key=lambda many: (-(tiles % many), many))

    def pack(self, start: Reg | None, beyond: int, height: int, tiles: int | Reg, others: Sequence[Axis]) -> None:
        """Copy together what some rows read far apart, and again for each block of columns."""
        most = self.tiles_per_pack(others) if isinstance(tiles, Reg) else tiles
        self.packed = {k: self._copy_rows(k, start, beyond, height, tiles, most) for k in self._apart(others)}

    def _apart(self, others: Sequence[Axis]) -> list[int]:
        """Find what the rows read often, and far apart in memory, if a tile's part of it is not much."""
        nest, found = self.nest, []
        columns = 1 if nest.vector is None else -(-nest.vector.extent // (self.width * nest.lanes))
        reduced = nest.group.contraction.reduced
        for k, (base, at) in enumerate(self.reads):
            axes = self.depends[k]
            own = self.row in axes and axes.isdisjoint([nest.vector, *others]) and base in nest.group.loads
            again = columns * prod(axis.extent for axis in others) >= AGAIN
            steps = nest.group.position(base.flat(at)).terms
            far = bool(reduced) and steps.get(reduced[-1], 0) * base.dtype.itemsize >= APART
            if own and again and far and self._row_bytes(k) * self.height <= PACKED:
                found.append(k)
        return found

    def _row_bytes(self, k: int) -> int:
        return prod(axis.extent for axis in self.nest.group.contraction.reduced) * self.reads[k][0].dtype.itemsize

    def _copy_rows(self, k: int, start: Reg | None, beyond: int, height: int, tiles: int | Reg, most: int) -> str:
        """Copy what some rows read, such that a tile's stand beside each other at each step of the sum."""
        nest, (base, at) = self.nest, self.reads[k]
        b, reduced = nest.b, nest.group.contraction.reduced
        room = b.stack(f"[{most * height * prod(axis.extent for axis in reduced)} x {b.stored_as(base.dtype)}]")
        steps = nest.group.position(base.flat(at)).terms
        near = height > 1 and steps.get(self.row) == 1 and all(isinstance(term, Axis) for term in steps)
        with ExitStack() as loops:
            for axis in reduced:
                loops.enter_context(nest.scope())
                nest.bind(axis, loops.enter_context(b.loop(axis.extent)))
            loops.enter_context(nest.scope())
            tile, first = room, start
            if most > 1:
                nth = loops.enter_context(b.loop(tiles))
                loops.enter_context(nest.scope())
                tile = b.address(room, base.dtype, nth * self._tile_size(height)).name
                first = b.beyond(start, nth * height)
            for i in range(1 if near else height):
                nest.bind(self.row, first, beyond + i)
                place = self._in_room(height, i)
                if near:
                    self._copy_side_by_side(height, *nest.address(base, at)[:2], tile, place, base.dtype)
                else:
                    b.store(nest.load(base, at), tile, base.dtype, place)
        return room

    def _copy_side_by_side(self, count: int, pointer: str, at: Reg, to: str, place: Reg, dtype: Any) -> None:
        """Copy so many numbers that stand side by side, as a vector."""
        b, lanes = self.nest.b, 1 << (count - 1).bit_length()
        if lanes == count:
            b.store(b.load_vector(pointer, dtype, at, lanes), to, dtype, place)
        else:
            mask = b.lane_mask(count, lanes)
            b.store_masked(b.load_masked(pointer, dtype, at, lanes, mask), to, dtype, place, mask)

    @contextmanager
    def reading_tile(self, nth: Reg) -> Iterator[None]:
        """Read what was copied for one tile, of those that were packed together."""
        b, rooms = self.nest.b, self.packed
        beyond = nth * self._tile_size(self.height)
        self.packed = {k: b.address(room, self.reads[k][0].dtype, beyond).name for k, room in rooms.items()}
        yield
        self.packed = rooms

    def _tile_size(self, height: int) -> int:
        return height * prod(axis.extent for axis in self.nest.group.contraction.reduced)

    def _in_room(self, height: int, i: int) -> Reg:
        """Find where a row's number stands among those that were copied together."""
        reduced = self.nest.group.contraction.reduced
        steps = row_major([*(axis.extent for axis in reduced), height])
        reg, const = self.nest.position(Affine(dict(zip(reduced, steps, strict=False)), i))
        return self.nest.b.beyond(reg, const)

    @classmethod
    def choose(cls, nest: Nest) -> Tile:
        """Pick the tile by a model of what the processor does: two multiply-adds and two loads in a cycle."""
        vectors = max(-(-(nest.vector.extent if nest.vector is not None else 1) // nest.lanes), 1)
        depends = [nest.depends(*read) for read in sources(nest.group.contraction)]
        rows = [a for a in nest.group.axes if a is not nest.vector and a.extent > 1]
        row = max(rows, key=lambda a: (sum(a not in d for d in depends if nest.vector in d), a.extent), default=None)
        reused = row is not None and any(row not in d for d in depends)
        row = row if reused else None
        extent = 1 if row is None else max(row.extent, 1)
        rows_at_most, at_once = (at_most(nest, *size) for size in ((row, extent), (nest.vector, vectors)))
        pairs = [(h, w) for w in range(1, min(at_once, 6) + 1) for h in range(1, min(rows_at_most, 16) + 1)
                 if h * w + w + 2 <= nest.registers]  # fmt: skip
        columns = [axis for axis in (nest.vector, *nest.group.contraction.reduced) if axis is not None]
        size = prod(axis.extent for axis in columns) * nest.group.result.dtype.itemsize
        afresh = AFRESH if size > NEAREST_CACHE else 0

        def cycles(h: int, w: int) -> float:
            return max(h * w / 2, (h + w) / 2, LATENCY / 2) + BROADCAST + afresh * w

        return cls(nest, row, *min(pairs, key=lambda pair: cost_of(pair, extent, vectors, cycles)))

    def columns(self) -> tuple[int, list[Piece]]:
        """Tell how many whole blocks of columns there are, and the pieces of the one that is left."""
        lanes, extent = self.nest.lanes, self.nest.vector.extent if self.nest.vector is not None else 1
        blocks, left = divmod(extent, self.width * lanes)
        begun = range(extent - left, extent, lanes)
        return blocks, [Piece(None, at, None if extent - at >= lanes else extent - at) for at in begun]

    def pieces(self, k: Reg) -> list[Piece]:
        """Give the pieces of a whole block of columns."""
        at = k * (self.width * self.nest.lanes)
        return [Piece(at, v * self.nest.lanes, None) for v in range(self.width)]

    def columns_first(self) -> bool:
        """Tell whether to go through all rows at each block of columns, rather than along all columns for some rows.

        Then what a block of columns reads is read once, if it stays near together with what all rows read.
        """
        many = prod(axis.extent for axis in self.nest.group.contraction.reduced)
        width = max(base.dtype.itemsize for base, _ in self.reads)
        rows, block = many * self.rows * width, many * self.width * self.nest.lanes * width
        blocks, rest = self.columns()
        all_columns = block * (blocks + bool(rest))
        return self.rows > self.height and rows + block <= NEAREST_CACHE < all_columns

    def contract(
        self, start: Reg | None, beyond: int, height: int, pieces: list[Piece],
        fetch: Callable[[Reg], None] | None = None,
    ) -> list[list[Reg]]:  # fmt: skip
        """Run the loop over what is summed; give the results by row and piece.

        Meanwhile `fetch(row)` asks for what goes with them: for some rows at a time, since what is asked for stands in
        line with what the sum reads.
        """
        nest = self.nest
        b, fold = nest.b, nest.group.contraction
        first = fold.init(b)
        if nest.lanes > 1:
            first = b.splat(first, nest.lanes)
        state = tuple(first for _ in range(height * len(pieces)))
        self.fetch = fetch if len(fold.reduced) == 1 else None
        if fetch is not None and self.fetch is None:
            self._ask(fetch, b.position(0), height)
        state = self._over(fold.reduced, state, start, beyond, height, pieces) if state else state
        return [list(state[i * len(pieces) : (i + 1) * len(pieces)]) for i in range(height)]

    def _over(self, reduced: list[Axis], state: Any, start: Any, beyond: int, height: int, pieces: Any) -> Any:
        nest = self.nest
        b = nest.b
        if not reduced:
            return self._step(state, start, beyond, height, pieces)
        axis, *inner = reduced
        nest.unbind(axis, *inner)
        nest.warm(sources(nest.group.contraction))
        if inner:
            with b.fold(axis.extent, state) as (k, held, finish), nest.scope():
                nest.bind(axis, k)
                finish(self._over(inner, held, start, beyond, height, pieces))
            return finish.state
        most = (UNROLLED if height == self.height else UNROLLED // 4) // max(len(state), 1)
        unroll = max(1, min(axis.extent, most))
        while axis.extent % unroll and unroll > max(1, most // 2):
            unroll -= 1
        whole, left = divmod(axis.extent, unroll)
        if whole > 1:

            def run(first: Any, last: Any, state: Any) -> Any:
                with b.fold(last, state, first) as (k, held, finish), nest.scope():
                    at = k * unroll
                    for u in range(unroll):
                        nest.bind(axis, at, u)
                        held = self._step(held, start, beyond, height, pieces)
                    finish(held)
                return finish.state

            state = self._in_parts(run, whole, height, state)
        else:
            left = axis.extent
        with nest.scope():
            for u in range(axis.extent - left, axis.extent):
                nest.bind(axis, None, u)
                state = self._step(state, start, beyond, height, pieces)
        return state

    def _ask(self, fetch: Callable[[Reg], None], first: Reg, rows: int) -> None:
        """Ask for what goes with some rows."""
        with self.nest.b.loop(rows) as k, self.nest.scope():
            fetch(first + k)

    def _in_parts(self, run: Callable[[Any, Any, Any], Any], steps: int, height: int, state: Any) -> Any:
        """Run a loop: in parts, at each of which some of the rows are asked for, if something goes with them."""
        if self.fetch is None:
            return run(0, steps, state)
        parts = max(part for part in range(1, height + 1) if steps % part == 0)
        rows, size = -(-height // parts), steps // parts
        with self.nest.b.fold(parts, state) as (part, held, finish), self.nest.scope():
            self._ask(self.fetch, part * rows, rows)
            finish(run(part * size, part * size + size, held))
        return finish.state

    def _step(self, state: Any, start: Any, beyond: int, height: int, pieces: list[Piece]) -> Any:
        """Add what stands at one place of the reduced axes."""
        nest = self.nest
        b, fold = nest.b, nest.group.contraction
        found: dict[Any, Reg] = {}
        new = []
        with nest.apart() as afresh:
            for i in range(height):
                for v, piece in enumerate(pieces):
                    registers = []
                    for k, axes in enumerate(self.depends):
                        key = (k, i if self.row in axes else -1, v if nest.vector in axes else -1)
                        if key not in found:
                            afresh()
                            nest.bind(self.row, start, beyond + i)
                            nest.enter(piece)
                            found[key] = self._read(k, height, i)
                        registers.append(found[key])
                    b.contracts = b.count
                    new.append(fold.step(b, state[i * len(pieces) + v], b.position(0), *registers))
                    b.contracts = None
        return tuple(new)

    def _read(self, k: int, height: int, i: int) -> Reg:
        """Read what is multiplied, from where it was copied to, if it was."""
        nest, read = self.nest, self.reads[k]
        if k in self.packed:
            reg = nest.b.load(self.packed[k], read[0].dtype, self._in_room(height, i))
        else:
            reg = nest.at(*read)
        return nest.b.splat(reg, nest.lanes) if nest.lanes > 1 and not reg.type.startswith("<") else reg


def at_most(nest: Nest, axis: Axis | None, size: int) -> int:
    """Tell how many of so many rows, or vectors, a tile may take: half of them, where threads part them."""
    return max(size // 2, 1) if nest.parts(axis, size) else size


def cost_of(pair: tuple[int, int], rows: int, columns: int, cycles: Callable[[int, int], float]) -> float:
    """Estimate the cycles of all tiles of (height, width), those at the ends too, for each step of the sum."""
    height, width = pair
    cost = 0.0
    for h, many in ((height, rows // height), (rows % height, 1)):
        for w, blocks in ((width, columns // width), (columns % width, 1)):
            if h and w:
                cost += many * blocks * cycles(h, w)
    return cost * (1 + ROWS_LEFT * (rows % height > 0) + COLUMNS_LEFT * (columns % width > 0))
