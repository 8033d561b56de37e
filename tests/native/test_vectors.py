"""The vocabulary of the rows on vectors: each row of the table against its NumPy body, memory, masks, folded lanes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nudge.ops
from nudge.errors import DTypeError
from nudge.native.ir.builder import Builder, Reg
from nudge.op import TABLE, Elementwise, Interval
from tests.native.vectors import Case, evaluate

assert nudge.ops
DTYPES = [np.dtype(name) for name in ("float32", "float64", "int32", "int64", "bool")]
ROWS = [op for op in TABLE.values() if isinstance(op, Elementwise)]
SIZE = 1003


def drawn(where: Interval, dtype: np.dtype[Any], rng: np.random.Generator) -> Any:
    """Draw from an argument's domain: small numbers, with ties, zeros and whole ones among them."""
    x = rng.normal(0, 3, SIZE)
    x[::5] = np.rint(x[::5])
    if np.isfinite(where.low):
        x = where.low + np.abs(x) + (1 if dtype.kind == "i" else 0.1)
    if np.isfinite(where.high):
        x = np.minimum(x, where.high - 0.1)
    x = x.astype(dtype)
    return x if where.hole is None else np.where(x == where.hole, 1, x).astype(dtype)


def cases() -> list[tuple[str, Case, Any]]:
    made, rng = [], np.random.default_rng(3)
    for op in ROWS:
        for dtype in DTYPES:
            arrays = [drawn(where, dtype, rng) for where in op.domain]
            if dtype.kind == "i" and op.name == "pow":
                arrays = [np.abs(x) for x in arrays]
            try:
                computed = op.computes_in(arrays)
            except DTypeError:
                continue
            data = range(len(arrays))[op.data or slice(None)]
            arrays = [x.astype(computed) if k in data else x for k, x in enumerate(arrays)]
            for params in [{"dtype": to} for to in DTYPES] if op.name == "cast" else [{}]:
                expected = op.body(*arrays, **params)
                emit = lambda b, *xs, op=op, params=params: op.lower(b, *xs, **params)  # noqa: E731
                made.append((f"{op.name} of {dtype}, {params}", Case(emit, arrays, expected.dtype), expected))
    return made


@pytest.mark.parametrize("lanes", [0, 4, 16])
def test_every_row_does_to_vectors_what_its_body_does_to_arrays(lanes: int) -> None:
    made = cases()
    assert len(made) > 120
    for (name, _, expected), found in zip(made, evaluate([case for _, case, _ in made], lanes), strict=True):
        if expected.dtype.kind == "f":
            rtol = 8 * np.finfo(expected.dtype).eps
            np.testing.assert_allclose(found, expected, rtol=rtol, atol=0, err_msg=name)
        else:
            np.testing.assert_array_equal(found, expected, err_msg=name)


def test_masks_and_memory_at_awkward_sizes() -> None:
    rng = np.random.default_rng(1)
    made = [
        (Case(lambda b, x: x, [array], array.dtype), array)
        for size in (1, 3, 7, 15, 16, 17, 31, 33, 1000)
        for dtype in DTYPES
        for array in [rng.integers(0, 9, size).astype(dtype)]
    ]
    for lanes in (4, 8, 16):
        for (_, expected), found in zip(made, evaluate([case for case, _ in made], lanes), strict=True):
            np.testing.assert_array_equal(found, expected)


def test_what_no_mask_holds_is_left_alone() -> None:
    def emit(b: Builder, x: Reg) -> Reg:
        at = b.position(0)
        mask = b.lane_mask(b.cast(b.lane(x, 1), np.dtype("int64")), x.lanes)  # a number that only the run knows
        b.store_masked(b.number(5, np.dtype("float32")), "%out", np.dtype("float64"), at, mask)
        return b.load_masked("%out", np.dtype("float64"), at, x.lanes, b.logical_not(mask))

    x = np.arange(3, 11.0)
    (found,) = evaluate([Case(emit, [x], "float64")], 8)
    np.testing.assert_array_equal(found, [0, 0, 0, 0, 77, 77, 77, 77])


@pytest.mark.parametrize("dtype", DTYPES[:4])
def test_lanes_fold_into_one_number_in_a_tree(dtype: np.dtype[Any]) -> None:
    x = np.random.default_rng(2).normal(0, 99, 64).astype(dtype)
    sums = Case(lambda b, x: b.splat(b.across(b.add, x), 16), [x], dtype)
    most = Case(lambda b, x: b.splat(b.across(b.maximum, x), 16), [x], dtype)
    total, largest = evaluate([sums, most], 16)
    tree = x.reshape(4, 16)
    while tree.shape[1] > 1:
        tree = tree[:, : tree.shape[1] // 2] + tree[:, tree.shape[1] // 2 :]
    np.testing.assert_array_equal(total.reshape(4, 16), np.broadcast_to(tree, (4, 16)))
    np.testing.assert_array_equal(largest.reshape(4, 16)[:, 0], x.reshape(4, 16).max(axis=1))


@pytest.mark.parametrize("many", [2, 4, 16])
def test_lanes_of_many_fold_by_the_same_tree(many: int) -> None:
    x = np.random.default_rng(3).normal(0, 99, 16).astype("float32")

    def case(k: int, together: bool) -> Case:
        def emit(b: Builder, x: Reg) -> Reg:
            xs = [b.div(x, b.constant(each + 1, x)) for each in range(many)]
            return b.splat(b.lane(b.each_across(b.add, xs), k) if together else b.across(b.add, xs[k]), 16)

        return Case(emit, [x], "float32")

    one, other = (evaluate([case(k, way) for k in range(many)], 16) for way in (True, False))
    np.testing.assert_array_equal(one, other)
    assert len(np.unique(one)) == many


def test_scalars_meet_vectors() -> None:
    x = np.arange(16.0, dtype="float32")

    def emit(b: Builder, x: Reg) -> Reg:
        first = b.lane(x, 3)
        least = b.maximum(first, x)
        chosen = b.select(b.lt(first, b.constant(9, first)), least, x)
        return b.select(b.gt(x, first), first, b.sub(b.constant(1, first), chosen))

    (found,) = evaluate([Case(emit, [x], "float32")], 16)
    np.testing.assert_array_equal(found, np.where(x > 3, 3, 1 - np.maximum(x, 3)))


def test_positions_are_counted_side_by_side() -> None:
    x = np.arange(16)
    (found,) = evaluate([Case(lambda b, x: 5 - (x * 3 + b.lane(x, 2)) // 4 + x % 3, [x], "int64")], 16)
    np.testing.assert_array_equal(found, 5 - (x * 3 + 2) // 4 + x % 3)


def test_argmax_runs_in_every_lane() -> None:
    step = TABLE["argmax"].step
    assert step is not None
    rows = [np.random.default_rng(k).integers(0, 5, 16).astype("float32") for k in range(6)]
    rows[2][3] = np.nan

    def emit(b: Builder, *xs: Reg) -> Reg:
        state = (b.lowest(xs[0]), b.splat(b.position(0), 16))
        for k, x in enumerate(xs):
            state = step(b, state, b.position(k), x)
        return state[1]

    (found,) = evaluate([Case(emit, rows, "int64")], 16)
    np.testing.assert_array_equal(found, np.argmax(rows, axis=0))
