"""Loops for a step by itself: each kind of operation around what its row says of one scalar, in LLVM's text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ...graph import Node
from ...op import Kernel, Operation, Reduction, View, parse_signature
from ..ir.builder import Builder, Reg
from ..plan.affine import Axis, NotAffine, Split, axes_of, index_of, place_of, variable
from ..plan.costs import NARROW
from ..plan.group import Shaped


class Access:
    """An array in memory as index maps and loops see it: a shape, and a load at an index (broadcast from the right)."""

    def __init__(
        self, b: Builder, pointer: str, shape: tuple[int, ...], dtype: np.dtype[Any], batch: tuple[Any, ...] = (),
        vector: int = 0,
    ) -> None:
        """Describe a contiguous array behind a pointer, or the part of it that an index of its first axes picks.

        vector: how many bytes a vector has, if any is to be used.
        """
        self.b, self.pointer, self.shape, self.dtype, self.batch = b, pointer, shape, dtype, batch
        self.lanes = vector // dtype.itemsize

    def at(self, index: Sequence[Any]) -> Reg:
        """Find the flat position of an index; axes of size 1 are stretched, leading ones that are missing dropped."""
        index = (*self.batch, *index)
        flat: Any = self.b.position(0)
        for place, size in zip(index[len(index) - len(self.shape) :], self.shape, strict=True):
            if size != 1:
                flat = flat * size + place
        return flat if isinstance(flat, Reg) else self.b.position(flat)

    def __getitem__(self, index: Sequence[Any]) -> Reg:
        """Load; indices come as positions, so that an index map can use what it loads."""
        at = self.at(index)
        return replace(self.b.cast(self.b.load(self.pointer, self.dtype, at), np.dtype("int64")), source=at)

    def read(self, index: Sequence[Any], lanes: int = 0) -> Reg:
        """Load in the array's own dtype; with `lanes`, as many neighbours."""
        return self.b.load_vector(self.pointer, self.dtype, self.at(index), lanes)

    def write(self, index: Sequence[Any], value: Reg) -> None:
        """Store a number, or the neighbours that a vector holds."""
        self.b.store(value, self.pointer, self.dtype, self.at(index))


@contextmanager
def loops(b: Builder, shape: Sequence[int]) -> Iterator[tuple[Reg, ...]]:
    """Nest a loop per axis."""
    with ExitStack() as stack:
        yield tuple(stack.enter_context(b.loop(n)) for n in shape)


def inside(b: Builder, place: Sequence[Any], shape: tuple[int, ...], step: int) -> tuple[Any, ...]:
    """Check what of a place depends on data, so that no data can reach memory that is not its own."""
    sizes = shape[len(shape) - len(place) :] if len(place) <= len(shape) else (1,) * (len(place) - len(shape)) + shape
    return tuple(
        b.within(at, size, "%report", step) if isinstance(at, Reg) and at.source is not None else at
        for at, size in zip(place, sizes, strict=True)
    )


def lower_view(b: Builder, node: Node, args: Sequence[Any], out: Access, step: int) -> None:
    """Read each output element from where the index map says."""
    assert node.op.index is not None
    with loops(b, out.shape) as i:
        place = node.op.index(i, *args, **node.params)
        out.write(i, args[0].read(inside(b, place, args[0].shape, step)))


def lower_reduction(b: Builder, node: Node, args: Sequence[Any], out: Access, step: int) -> None:
    """Fill the output with the identity, then accumulate each input element where the index map says."""
    op: Operation = node.op
    assert op.index is not None
    identity = op.identity(**node.params) if callable(op.identity) else op.identity
    like = b.number(0, out.dtype)
    start = getattr(b, identity)(like) if isinstance(identity, str) else b.number(identity, out.dtype)
    with loops(b, out.shape) as i:
        out.write(i, start)
    add = partial(_accumulate, b, node, args, out, step)
    core = op.core[0] if op.signature else len(args[0].shape)
    for k, source in enumerate(args if op.variadic else args[:1]):
        lead = out.shape[: len(out.shape) - core] if op.signature else ()
        space = (*lead, *source.shape[len(source.shape) - core :])
        given = {**node.params, **({"k": k} if op.variadic else {})}
        lanes = _side_by_side(node, space, args, given, out.lanes if source.dtype == out.dtype else 0)
        with loops(b, space[:-1] if lanes else space) as i:
            if not lanes:
                add(source, i, given, 0)
                continue
            whole, left = divmod(space[-1], lanes)
            with b.loop(whole) as at:
                add(source, (*i, at * lanes), given, lanes)
            with b.loop(left) as at:
                add(source, (*i, at + whole * lanes), given, 0)


def _accumulate(
    b: Builder, node: Node, args: Sequence[Any], out: Access, step: int,
    source: Access, index: tuple[Any, ...], given: dict[str, Any], lanes: int,
) -> None:
    """Add what stands at an index, with so many neighbours, to where the index map says."""
    op: Operation = node.op
    assert op.index is not None
    place = inside(b, op.index(index, *args, **given), out.shape, step)
    value = b.cast(source.read(index, lanes), out.dtype)
    out.write(place, value if op.combine is None else op.combine(b, out.read(place, lanes), value))


def _side_by_side(
    node: Node, space: Sequence[int], args: Sequence[Any], given: dict[str, Any], most: int
) -> int:
    """Tell how many neighbours along the last axis to take at once: none where they do not stay beside each other."""
    op: Operation = node.op
    axes = [Axis(n) for n in space]
    if min(most, space[-1] if space else 0) < NARROW:
        return 0
    assert op.index is not None
    try:
        place = place_of(op.index(index_of(axes), *(Shaped(arg, node) for arg in args), **given))
    except (NotAffine, Split):
        return 0
    beside = place and place[-1] == variable(axes[-1]) and axes[-1] not in axes_of(place[:-1])
    return min(most, 1 << (space[-1].bit_length() - 1)) if beside else 0


def lower_kernel(b: Builder, node: Node, args: Sequence[Any], out: Access, step: int) -> None:
    """Loop over the output's core axes; inside, over those it lacks (or, for a scan, its last), carrying the state."""
    op: Operation = node.op
    inputs, letters = parse_signature(op.signature)
    if op.loops is not None:
        with loops(b, out.shape[: len(out.shape) - len(letters)]) as batch:
            parts = [Access(b, arg.pointer, arg.shape, arg.dtype, batch) for arg in args]
            op.loops(b, parts, Access(b, out.pointer, out.shape, out.dtype, batch), **node.params)
        return
    assert op.init is not None
    assert op.step is not None
    sizes = {
        letter: size
        for arg, names in zip(args, inputs, strict=True)
        for letter, size in zip(names, arg.shape[len(arg.shape) - len(names) :], strict=True)
    }
    inner = letters[-1:] if op.scan else [letter for letter in sizes if letter not in letters]
    outer = [letter for letter in letters if letter not in inner]
    lead = out.shape[: len(out.shape) - len(letters)]
    with loops(b, (*lead, *(sizes.get(letter, 1) for letter in outer))) as i:
        batch, place = i[: len(lead)], dict(zip(outer, i[len(lead) :], strict=True))
        likes = [b.number(0, arg.dtype) for arg in args]
        (letter,) = inner
        with b.fold(sizes[letter], op.init(b, *likes)) as (at, state, finish):
            place[letter] = at
            values = [
                arg.read((*batch, *(place[name] for name in names))) for arg, names in zip(args, inputs, strict=True)
            ]
            following = op.step(b, state, at, *values)
            if op.scan:
                out.write((*batch, *(place[name] for name in letters)), following[-1])
            finish(following)
        if not op.scan:
            del place[letter]
            out.write((*batch, *(place[name] for name in letters)), finish.state[-1])


KINDS = ((View, lower_view), (Reduction, lower_reduction), (Kernel, lower_kernel))


def write_alone(b: Builder, node: Node, args: Sequence[Any], out: Access, step: int) -> None:
    """Write the loops of one step; a position that is none is reported under the number `step`."""
    emit = next(emit for kind, emit in KINDS if isinstance(node.op, kind))
    emit(b, node, args, out, step)
