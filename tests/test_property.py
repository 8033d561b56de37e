"""Properties over random calls, random graphs and random programs: nudging, loops and plain NumPy say what is right.

The long versions, with larger graphs and more of them, are in tests/deep.
"""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import nudge
from nudge import autograd, func, native, ops
from nudge.errors import GraphError, ShapeError
from nudge.op import TABLE, Abstract, Elementwise
from nudge.tensor import wrap
from tests.calls import AROUND, SHOWN, Graph, call, filled
from tests.test_table import (
    ROWS,
    check_derivatives,
    check_index_map,
    check_native,
    check_values,
    check_vmap,
    params_of,
)
from tests.writes import Program, Source, pure

RANDOM = st.randoms(use_true_random=False)
SPECIAL = (np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -3.0, 1e-40, 1e-320, 1e30, -1e300, 100.0, -1000.0)


def few(examples):
    """Try so many examples under the profile `dev`, and in proportion under the others."""
    return settings(max_examples=max(1, settings().max_examples * examples // 25))


# -- one call ----------------------------------------------------------------------------------------


def test_every_row_can_be_drawn():
    for name in ROWS:
        drawn = isinstance(TABLE[name], Elementwise) or name in {*AROUND, *SHOWN}
        assert drawn, f"tests/calls.py draws no parameters for {name}"
    assert {*AROUND, *SHOWN} <= set(TABLE)


def check_call(op, r, dtype="float64"):
    """Hold one random call to all that the table promises."""
    shapes, params = call(r, op, empty=r.random() < 0.2)
    args = filled(op, shapes, np.random.default_rng(r.randrange(2**32)), dtype)
    if dtype == "float64":
        check_values(op, args, params)
        if not isinstance(op, Elementwise):
            check_index_map(op, args, params)
        if all(arg.size for arg in args):
            check_derivatives(op, args, params)
            check_vmap(op, args, params)
    else:
        y = op(*args, **params)
        inferred = op.infer(*(Abstract(arg.shape, arg.dtype) for arg in args), **params)
        assert (y.shape, y.dtype) == (inferred.shape, inferred.dtype)
    return args, params


@pytest.mark.parametrize("name", ROWS)
@few(6)
@given(RANDOM)
def test_any_call_is_right(name, r):
    check_call(TABLE[name], r)
    check_call(TABLE[name], r, "float32")


@pytest.mark.parametrize("name", ROWS)
@few(1)
@given(RANDOM, st.sampled_from(("float32", "float64")))
def test_any_call_is_the_same_in_machine_code(name, r, dtype):
    op = TABLE[name]
    shapes, params = call(r, op, empty=True)
    check_native(op, filled(op, shapes, np.random.default_rng(r.randrange(2**32)), dtype), params)


@pytest.mark.parametrize("name", [name for name in ROWS if isinstance(TABLE[name], Elementwise)])
def test_infinities_nan_and_zeros_are_the_same_on_arrays_on_floats_and_in_machine_code(name):
    op = TABLE[name]
    n = len(op.domain)
    numbers = SPECIAL if n < 3 else SPECIAL[:6] if n == 3 else SPECIAL[:4]
    grid = [np.array(column) for column in zip(*itertools.product(numbers, repeat=n), strict=True)]
    params = params_of(op)
    with np.errstate(all="ignore"):
        y = op(*grid, **params)
        if op.scalar is not None:
            one_by_one = [op(*each) for each in zip(*(column.tolist() for column in grid), strict=True)]
            assert {type(each) for each in one_by_one} <= {float, bool}
            np.testing.assert_allclose(np.array(one_by_one, y.dtype), y, rtol=1e-14)
        for dtype in ("float32", "float64"):
            check_native(op, [flushed(column.astype(dtype)) for column in grid], params)


def flushed(x):
    """Make 0 of what is below the smallest normal number, as a compiled step does."""
    return np.where(np.abs(x) < np.finfo(x.dtype).tiny, np.copysign(0, x), x).astype(x.dtype)


TIES = {
    "maximum": ([np.array([1.0, 2.0, 2.0]), np.array([1.0, 1.0, 3.0])], {}),
    "minimum": ([np.array([1.0, 2.0, 2.0]), np.array([1.0, 1.0, 3.0])], {}),
    "max": ([np.array([[1.0, 3.0, 3.0], [2.0, 2.0, -1.0]])], {"axes": (-1,)}),
    "min": ([np.array([[1.0, 3.0, 1.0], [0.5, 0.5, 2.0]])], {"axes": (-1,)}),
}


@pytest.mark.parametrize("name", TIES)
def test_two_that_tie_share_as_nudging_either_of_them_both_ways_says(name):
    args, params = TIES[name]
    inputs = [wrap(arg.copy()).requires_grad_() for arg in args]
    assert autograd.gradcheck(lambda *xs: TABLE[name](*xs, **params), inputs)


def test_fold_refuses_windows_that_its_axis_does_not_have():
    with pytest.raises(ShapeError, match=r"fold: 3 windows of shape \(3, 2\), but an axis of size 5 has 4 of them"):
        ops.fold(wrap(np.ones((3, 2))), axis=-1, n=5)


def test_a_number_of_numpys_keeps_its_precision_in_a_transform():
    assert func.grad(lambda x: x * x)(np.float64(0.1)).item() == 0.2


# -- graphs ------------------------------------------------------------------------------------------


def slope_along(f, xs, moves):
    """Nudge along a direction, both ways: f's slope there by central differences, or None at a kink or a step.

    Three widths and Richardson's extrapolation: where two of them disagree, the function is not smooth here.
    """

    def at(h):
        return f(*(x + h * t for x, t in zip(xs, moves, strict=True)))

    wide, middle, narrow = ((at(h) - at(-h)) / (2 * h) for h in (2e-4, 1e-4, 5e-5))
    rough, fine = (4 * middle - wide) / 3, (4 * narrow - middle) / 3
    return fine if np.all(np.abs(rough - fine) <= 1e-6 * (1 + np.abs(fine))) else None


def check_graph(graph):
    """First and second derivative along a direction against nudging; forward mode, vmap and a loop agree."""
    n = len(graph.leaves)
    every = tuple(range(n))
    moves = [np.cos(1 + k + np.arange(x.size)).reshape(x.shape) for k, x in enumerate(graph.leaves)]
    value, grads = func.value_and_grad(graph, every)(*graph.leaves)
    grads = [g.numpy() for g in grads]
    np.testing.assert_allclose(value.item(), graph(*graph.leaves), rtol=1e-12)

    along = sum(np.vdot(g, t) for g, t in zip(grads, moves, strict=True))
    _, change = func.jvp(graph, graph.leaves, moves)
    size = 1e-9 * (1 + sum(np.abs(g).sum() for g in grads))
    np.testing.assert_allclose(change.item(), along, atol=size)
    nudged = slope_along(graph, graph.leaves, moves)
    if nudged is not None:
        np.testing.assert_allclose(along, nudged, rtol=1e-5, atol=1e-5)

    batch = [np.stack([x, x + 0.01 * t]) for x, t in zip(graph.leaves, moves, strict=True)]
    together = func.vmap(func.grad(graph, every))(*batch)
    for k in range(2):
        for many, one in zip(together, func.grad(graph, every)(*(x[k] for x in batch)), strict=True):
            np.testing.assert_allclose(many.numpy()[k], one.numpy(), rtol=1e-9, atol=size)
    return nudged is not None


def check_curvature(graph):
    """The second derivative, forward over reverse, against nudging the first."""
    every = tuple(range(len(graph.leaves)))
    moves = [np.sin(1 + k + np.arange(x.size)).reshape(x.shape) for k, x in enumerate(graph.leaves)]

    def flat(*xs):
        return np.concatenate([g.numpy().ravel() for g in func.grad(graph, every)(*xs)])

    nudged = slope_along(flat, graph.leaves, moves)
    if nudged is not None:
        _, changes = func.jvp(func.grad(graph, every), graph.leaves, moves)
        found = np.concatenate([change.numpy().ravel() for change in changes])
        np.testing.assert_allclose(found, nudged, rtol=1e-4, atol=1e-4 * (1 + np.abs(nudged).max()))
    return nudged is not None


def check_graph_in_machine_code(graph):
    """The graph and its gradient, built once and called."""
    every = tuple(range(len(graph.leaves)))

    def step(*xs):
        value, grads = func.value_and_grad(graph, every)(*xs)
        return [value, *grads]

    inputs = [wrap(x) for x in graph.leaves]
    tolerance = 1e-3 if graph.dtype == "float32" else 1e-9
    for a, b in zip(step(*inputs), native.build(step, *inputs)(*inputs), strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_allclose(b.numpy(), a.numpy(), rtol=tolerance, atol=tolerance * (1 + np.abs(a.numpy()).max()))


@few(40)
@given(RANDOM, st.integers(1, 60))
def test_random_graphs_agree_with_nudging_forward_mode_and_a_loop(r, count):
    assume(check_graph(Graph(r, count)))


@few(15)
@given(RANDOM, st.integers(1, 30))
def test_random_graphs_agree_with_nudging_to_second_order(r, count):
    assume(check_curvature(Graph(r, count)))


@few(6)
@given(RANDOM, st.integers(1, 20), st.sampled_from(("float32", "float64")))
def test_random_graphs_are_the_same_in_machine_code(r, count, dtype):
    check_graph_in_machine_code(Graph(r, count, dtype))


# -- programs that write in place --------------------------------------------------------------------


def results(program, library, source=lambda leaf: leaf):
    """Run a program on tensors; give its value and the gradients of its leaves."""
    leaves = [wrap(x.copy()).requires_grad_() for x in program.leaves]
    total = program(library, wrap, source(leaves[0]), leaves[1])
    total.backward()
    return total.item(), [np.zeros(x.shape) if x.grad is None else x.grad.numpy() for x in leaves]


def check_program(program):
    """Written in place: NumPy's numbers, and the gradients of the same program without a write."""
    value, grads = results(program, nudge)
    np.testing.assert_allclose(value, program(np, np.asarray, *program.leaves), rtol=1e-10, atol=1e-12)
    for g, expected in zip(grads, results(program, pure, Source)[1], strict=True):
        np.testing.assert_allclose(g, expected, rtol=1e-10, atol=1e-10)


def check_program_transformed(program):
    """Written in place under vmap as in a loop; forward mode against backward."""

    def f(*leaves):
        return program(nudge, wrap, *leaves)

    both = func.value_and_grad(f, (0, 1))
    batch = [np.stack([x, 0.1 + x / 2]) for x in program.leaves]
    values, together = func.vmap(both)(*batch)
    for k in range(2):
        value, grads = both(*(x[k] for x in batch))
        np.testing.assert_allclose(values.numpy()[k], value.item(), rtol=1e-10, atol=1e-12)
        for many, one in zip(together, grads, strict=True):
            np.testing.assert_allclose(many.numpy()[k], one.numpy(), rtol=1e-10, atol=1e-10)
    moves = [np.cos(np.arange(x.size)).reshape(x.shape) for x in program.leaves]
    along = sum(np.vdot(g.numpy(), t) for g, t in zip(both(*program.leaves)[1], moves, strict=True))
    np.testing.assert_allclose(func.jvp(f, program.leaves, moves)[1].item(), along, rtol=1e-9, atol=1e-9)


def check_program_traced(program):
    """The same, value and gradients in machine code."""

    def step(*leaves):
        value, grads = func.value_and_grad(lambda *xs: program(nudge, wrap, *xs), (0, 1))(*leaves)
        return [value, *grads]

    inputs = [wrap(x) for x in program.leaves]
    for a, b in zip(step(*inputs), native.build(step, *inputs)(*inputs), strict=True):
        np.testing.assert_allclose(b.numpy(), a.numpy(), rtol=1e-9, atol=1e-9)


@few(40)
@given(RANDOM, st.integers(1, 16))
def test_writing_in_place_gives_numpys_numbers_and_pure_gradients(r, count):
    check_program(Program(r, count))


@few(10)
@given(RANDOM, st.integers(1, 12))
def test_writing_in_place_is_the_same_under_vmap_and_in_forward_mode(r, count):
    check_program_transformed(Program(r, count))


@few(3)
@given(RANDOM, st.integers(1, 6))
def test_writing_in_place_is_the_same_in_machine_code(r, count):
    check_program_traced(Program(r, count))


@few(40)
@given(RANDOM, st.integers(1, 6))
def test_what_was_spoiled_is_refused_and_never_wrong(r, count):
    program = Program(r, count, spoils=True)
    try:
        check_program(program)
    except GraphError as error:
        refused = str(error)
    else:
        return
    assert "overwritten in place" in refused
