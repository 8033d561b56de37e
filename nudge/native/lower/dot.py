"""A contraction's tile whose vectors lie along what is summed: their lanes are summed at last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..ir.builder import Reg
from ..plan.affine import Axis
from ..plan.costs import LATENCY, STREAMED
from ..plan.group import sources
from .tile import at_most, cost_of

if TYPE_CHECKING:
    from .nest import Nest


class _Block(NamedTuple):
    """Rows by columns of results: where they start, the constants beyond that, and how many."""

    start: Reg | None
    beyond: int
    height: int
    column: Reg | None
    after: int
    width: int

    @property
    def places(self) -> list[tuple[int, int]]:
        """List the results, by row and column."""
        return [(i, j) for i in range(self.height) for j in range(self.width)]


class Dot:
    """A tile whose vectors hold neighbours along a summed axis: rows by columns, their lanes summed at last."""

    def __init__(self, nest: Nest) -> None:
        """Choose rows and columns such that what is read is used as often as registers allow."""
        self.nest = nest
        fold = nest.group.contraction
        self.reads = sources(fold)
        depends = [nest.depends(*read) for read in self.reads]
        axes = [axis for axis in nest.group.axes if axis is not nest.vector and axis.extent > 1]
        used = [axis for axis in axes if any(axis not in d for d in depends)] or axes
        self.row = max(used, key=lambda axis: axis.extent, default=None)
        self.rows = 1 if self.row is None else self.row.extent
        self.columns = 1 if nest.vector is None else max(nest.vector.extent, 1)
        rows_at_most = at_most(nest, self.row, self.rows)
        pairs = [(h, w) for h in range(1, min(rows_at_most, 9) + 1) for w in range(1, min(self.columns, 8) + 1)
                 if h * w + w + 2 <= nest.registers]  # fmt: skip

        def cycles(h: int, w: int) -> float:
            return max(h * w / 2, h + w, LATENCY / 2) + STREAMED * w

        self.height, self.width = min(pairs, key=lambda pair: cost_of(pair, self.rows, self.columns, cycles))
        assert nest.group.lane is not None
        self.lane = lane = nest.group.lane
        self.lanes = min(nest.most, max(1, 1 << (lane.extent - 1).bit_length()))

    def rows_first(self, others: Sequence[Axis]) -> bool:
        """Go through all rows at each place of the other axes."""
        return False

    def tiles_per_pack(self, others: Sequence[Axis]) -> int:
        """Pack no tiles together."""
        return 1

    def pack(self, start: Reg | None, beyond: int, height: int, tiles: int | Reg, others: Sequence[Axis]) -> None:
        """Copy nothing: all that is read lies side by side."""

    def fill(self, start: Reg | None, beyond: int, height: int, room: str, stride: int) -> None:
        """Compute some rows, all columns of them, and write them to the stack, a row at each `stride`."""
        b, nest = self.nest.b, self.nest
        blocks, left = divmod(self.columns, self.width)
        if blocks:
            with b.loop(blocks) as k, nest.scope():
                self._block(_Block(start, beyond, height, k * self.width, 0, self.width), room, stride)
        if left:
            with nest.scope():
                self._block(_Block(start, beyond, height, None, blocks * self.width, left), room, stride)

    def _block(self, block: _Block, room: str, stride: int) -> None:
        nest, fold = self.nest, self.nest.group.contraction
        with nest.holding(self.lanes):
            first = nest.b.splat(fold.init(nest.b), self.lanes if self.lanes > 1 else 0)
            outer = [axis for axis in fold.reduced if axis is not self.lane]
            state = self._over(outer, tuple(first for _ in block.places), block)
            for i in range(block.height):
                sums = state[i * block.width : (i + 1) * block.width]
                self._store_sums(sums, room, block.column, i * stride + block.after)

    def _over(self, axes: list[Axis], state: Any, block: _Block) -> Any:
        """Run the loops over what is summed, the lanes' own innermost."""
        nest, lane = self.nest, self.lane
        b = nest.b
        nest.unbind(lane, *axes)
        nest.warm(self.reads)
        if axes:
            with b.fold(axes[0].extent, state) as (k, held, finish), nest.scope():
                nest.bind(axes[0], k)
                finish(self._over(axes[1:], held, block))
            return finish.state
        whole, left = divmod(lane.extent, self.lanes)
        if whole:
            with b.fold(whole, state) as (k, held, finish), nest.scope():
                nest.bind(lane, k * self.lanes)
                finish(self._step(held, block))
            state = finish.state
        if left:
            with nest.scope():
                nest.bind(lane, None, whole * self.lanes)
                nest.mask = b.lane_mask(left, self.lanes) if self.lanes > 1 else None
                state = self._step(state, block)
        return state

    def _step(self, state: Any, block: _Block) -> Any:
        """Add what stands at one vector's place of the reduced axes."""
        nest, fold = self.nest, self.nest.group.contraction
        b, column, mask = nest.b, nest.vector, nest.mask
        found: dict[Any, Reg] = {}
        new = []
        with nest.apart() as afresh:
            nest.vector = self.lane
            for (i, j), held in zip(block.places, state, strict=True):
                registers = []
                for k, read in enumerate(self.reads):
                    afresh()
                    nest.bind(self.row, block.start, block.beyond + i)
                    nest.bind(column, block.column, block.after + j)
                    axes = nest.depends(*read)
                    key = (k, i if self.row in axes else -1, j if column in axes else -1)
                    if key not in found:
                        found[key] = nest.at(*read)
                    registers.append(found[key])
                b.contracts = b.count
                made = fold.step(b, held, b.position(0), *registers)
                b.contracts = None
                new.append(made if mask is None else b.select(mask, made, held))
        return tuple(new)

    def _store_sums(self, row: Sequence[Reg], room: str, column: Reg | None, beyond: int) -> None:
        """Sum the lanes of each register, as many registers at a time as can be, and write the sums side by side."""
        b, combine = self.nest.b, self.nest.group.contraction.combine
        assert combine is not None

        def join(x: Reg, z: Reg) -> Reg:
            return combine(b, x, z)

        while row:
            many = min(1 << (len(row).bit_length() - 1), self.lanes)
            total = b.each_across(join, row[:many]) if many > 1 else b.across(join, row[0])
            b.store(total, room, self.nest.group.result.dtype, b.beyond(column, beyond))
            row, beyond = row[many:], beyond + many
