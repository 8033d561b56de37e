"""Two tests that walk the table: each row has all its parts, and every part is right; and the table is closed.

Nothing here knows a row by name. A new operation needs no new test: its own `domain` or `samples` feed these.
"""

import itertools
import math
import zlib

import numpy as np
import pytest

from nudge import autograd, func, native, ops
from nudge.arraynode import ArrayNode, Storage
from nudge.dtype import bool_, int64, is_float
from nudge.errors import DTypeError
from nudge.graph import NO_PARAMS, ancestors
from nudge.op import TABLE, Abstract, Elementwise, Kernel, Reduction, View
from nudge.tensor import of_node, wrap

ROWS = sorted(TABLE)
FLOATS = ("float32", "float64")


def draw(interval, shape, rng):
    """Draw from an interval, away from its hole and from one another (so that no nudge meets a tie)."""
    low, high = max(interval.low, -2.0), min(interval.high, 2.0)
    if interval.low > low:
        low, high = interval.low, interval.low + 2
    x = low + (high - low) * rng.uniform(0.05, 0.95, shape)
    return np.asarray(np.where(np.abs(x - interval.hole) < 0.2, 0.7, x) if interval.hole is not None else x)


def params_of(op):
    """Elementwise rows that take parameters take a dtype."""
    return (
        {"dtype": np.dtype("float64")}
        if op.slope is not None
        and not op.variadic
        and any(callable(rule) and "dtype" in rule.__code__.co_varnames for rule in op.slope)
        else {}
    )


def examples(op, dtype="float64"):
    """List the arguments and parameters that show a row at work: several shapes, broadcasts, empties."""
    rng = np.random.default_rng(zlib.crc32(op.name.encode()))
    if isinstance(op, Elementwise):
        n = len(op.domain)
        for shapes in ([(3, 4)] * n, [(4,) if k % 2 else (3, 1) for k in range(n)], [()] * n, [(0, 4)] * n):
            yield [draw(op.domain[k], shapes[k], rng).astype(dtype) for k in range(n)], params_of(op)
        return
    for args, params in op.samples:
        yield (
            [
                rng.permutation(np.linspace(-2, 2, math.prod(arg))).reshape(arg).astype(dtype)
                if isinstance(arg, tuple)
                else arg
                for arg in args
            ],
            params,
        )


def differentiable(op, args):
    """List the arguments that the row has a derivative for."""
    rules = op.slope if op.slope is not None else op.rules
    return [
        k for k, arg in enumerate(args) if is_float(arg.dtype) and (callable(rules) or (rules and rules[k] is not None))
    ]


@pytest.mark.parametrize("name", ROWS)
def test_each_row_has_all_its_parts(name):
    op = TABLE[name]
    assert (op.__doc__ or "").strip().endswith("."), "a docstring"
    assert op.symbol, "how it is written"
    assert op.says, "what it does to a gradient"
    if isinstance(op, Elementwise):
        assert op.lower is not None
        assert op.domain
        assert op.scalar is not None or params_of(op), "a scalar form, unless it changes the dtype"
    if isinstance(op, View | Reduction):
        assert op.shape is not None
        assert op.index is not None
        assert op.samples
        assert op.vjp is not None
    if isinstance(op, Reduction):
        assert op.identity is not None
    if isinstance(op, Kernel):
        assert op.signature
        assert op.loops is not None or (op.init is not None and op.step is not None)
        assert op.samples


def check_values(op, args, params):
    """Body against scalar form and inferred shape and dtype."""
    y = op(*args, **params)
    inferred = op.infer(*(Abstract(arg.shape, arg.dtype) for arg in args), **params)
    assert (np.shape(y), y.dtype) == (inferred.shape, inferred.dtype)
    if isinstance(op, Elementwise) and op.scalar is not None:
        spread = np.broadcast_arrays(*args)
        one_by_one = [op(*map(float, each)) for each in zip(*(a.ravel() for a in spread), strict=True)]
        np.testing.assert_allclose(np.ravel(y), one_by_one, rtol=1e-14, atol=1e-15)


class At:
    """An argument as an index map sees it: leading axes that are missing are dropped, those of size 1 stretched."""

    def __init__(self, array):
        self.array, self.shape = array, array.shape

    def __getitem__(self, index):
        tail = index[len(index) - self.array.ndim :]
        return self.array[tuple(0 if n == 1 else i for i, n in zip(tail, self.shape, strict=True))]


def check_index_map(op, args, params):
    """The index map run on integers, one element at a time, against the body."""
    arrays, args = args, [At(arg) for arg in args]
    y = op(*arrays, **params)
    if isinstance(op, View):
        for i in np.ndindex(y.shape):
            place = op.index(i, *args, **params)
            assert args[0][place] == y[i]
    if isinstance(op, Reduction) and not op.signature:
        hit = np.zeros(y.shape, bool)
        for k, source in enumerate(args if op.variadic else args[:1]):
            for i in np.ndindex(source.shape):
                place = op.index(i, *args, **({"k": k} if op.variadic else {}), **params)
                hit[place] = True
                assert op.combine is not None or y[place] == source.array[i]
        fill = op.identity(**params) if callable(op.identity) else op.identity
        assert hit.all() or np.all(y[~hit] == fill)


def check_derivatives(op, args, params):
    """First and second derivative against nudging, forward mode against backward."""
    where = differentiable(op, args)
    if not where:
        return

    def function(*xs):
        return op(*[xs[where.index(k)] if k in where else wrap(arg) for k, arg in enumerate(args)], **params)

    inputs = [wrap(args[k].copy()).requires_grad_() for k in where]
    assert autograd.gradcheck(function, inputs)
    assert autograd.gradgradcheck(function, inputs)
    moves = [np.cos(np.arange(args[k].size)).reshape(args[k].shape) for k in where]
    y, change = func.jvp(function, [args[k] for k in where], moves)
    g = np.sin(np.arange(y.numel()) + 1.0).reshape(y.shape)
    grads = func.vjp(function, *(args[k] for k in where))[1](g)
    np.testing.assert_allclose(
        np.vdot(g, change.numpy()),
        sum(np.vdot(a.numpy(), b) for a, b in zip(grads, moves, strict=True)),
        rtol=1e-9,
        atol=1e-12,
    )


def check_vmap(op, args, params):
    """A batch at once against one example at a time, every choice of which arguments have a batch."""
    for flags in itertools.product([True, False], repeat=min(len(args), 3)):
        flags = (*flags, *[False] * (len(args) - len(flags)))
        if not any(flags):
            continue
        batched = [
            np.stack([arg, arg[..., ::-1] if arg.ndim else arg + 0.1, arg]) if flag else arg
            for arg, flag in zip(args, flags, strict=True)
        ]
        together = func.vmap(
            lambda *xs: op(*map(wrap_once, xs), **params), in_dims=tuple(0 if flag else None for flag in flags)
        )(*batched)
        for k in range(3):
            one = op(*[arg[k] if flag else arg for arg, flag in zip(batched, flags, strict=True)], **params)
            np.testing.assert_allclose(together.numpy()[k], one, rtol=1e-14, atol=1e-15)


def wrap_once(x):
    return wrap(x) if isinstance(x, np.ndarray) else x


def check_native(op, args, params):
    """Machine code against eager: the operation and, where it has them, its gradients."""
    where = differentiable(op, args)

    def step(*xs):
        if not where:
            return op(*xs, **params)
        y, pull = func.vjp(
            lambda *zs: op(*[zs[where.index(k)] if k in where else x for k, x in enumerate(xs)], **params),
            *(xs[k] for k in where),
        )
        return [y, *pull(y)]

    inputs = [wrap(arg) for arg in args]
    eager, compiled = step(*inputs), native.build(step, *inputs)(*inputs)
    for a, b in zip(*([r] if not isinstance(r, (list, tuple)) else r for r in (eager, compiled)), strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        tolerance = 2e-5 if args[0].dtype == np.float32 else 1e-12
        np.testing.assert_allclose(b.numpy(), a.detach().numpy(), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", ROWS)
def test_every_part_of_each_row_is_right(name):
    op = TABLE[name]
    for args, params in examples(op):
        check_values(op, args, params)
        if not isinstance(op, Elementwise):
            check_index_map(op, args, params)
        if all(arg.size for arg in args):
            check_derivatives(op, args, params)
            check_vmap(op, args, params)
    for dtype in FLOATS:
        for args, params in examples(op, dtype):
            check_native(op, args, params)


@pytest.mark.parametrize("name", ROWS)
def test_the_table_is_closed(name):
    """Whatever a derivative uses is in the table, to second order, and traces without a value."""
    op = TABLE[name]
    args, params = next(iter(examples(op)))
    where = differentiable(op, args)
    if not where:
        assert not op.differentiable
        return
    leaves = [
        of_node(ArrayNode(None, (), NO_PARAMS, Abstract(arg.shape, arg.dtype), Storage(), k in where))
        for k, arg in enumerate(args)
    ]
    y = op(*leaves, **params)
    firsts = autograd.grad(y, [leaves[k] for k in where], wrap(np.ones(y.shape)), create_graph=True)
    seconds = [
        g
        for first in firsts
        if first.requires_grad
        for g in autograd.grad(
            first, [leaves[k] for k in where], wrap(np.ones(first.shape)), create_graph=True, allow_unused=True
        )
        if g is not None
    ]
    used = {node.op for node in ancestors([y.node, *(g.node for g in (*firsts, *seconds))]) if node.op is not None}
    assert used <= set(TABLE.values())
    for g, k in zip(firsts, where, strict=True):
        assert (g.shape, g.dtype) == (args[k].shape, args[k].dtype)


def refuses(op, dtype):
    """Tell whether a row says of itself that it does not take a dtype."""
    try:
        op.types(np.dtype(dtype))
    except DTypeError:
        return dtype == "bool"
    return False


@pytest.mark.parametrize("name", ROWS)
def test_whole_numbers_and_booleans(name):
    """Rows take integers and booleans, or say that they do not; machine code agrees with eager."""
    op = TABLE[name]
    for dtype in ("int64", "int32", "bool"):
        for args, params in itertools.islice(examples(op), 2):
            inputs = [wrap(np.abs(arg * 2).astype(dtype) if is_float(arg.dtype) else arg) for arg in args]
            if refuses(op, dtype):
                with pytest.raises(DTypeError, match=op.name):
                    op(*inputs, **params)
                continue
            eager = op(*inputs, **params)
            compiled = native.build(lambda *xs, op=op, params=params: op(*xs, **params), *inputs)(*inputs)
            assert (eager.shape, eager.dtype) == (compiled.shape, compiled.dtype)
            np.testing.assert_allclose(compiled.numpy(), eager.numpy(), rtol=2e-6)


def test_results_that_are_not_floats_have_no_derivative():
    for op in TABLE.values():
        if op.result(bool_) == bool_ and op.types(int64) == bool_ or op.result(np.dtype("float32")) in (bool_, int64):
            assert not op.differentiable, op.name


def test_a_row_with_a_part_missing_fails():
    from nudge.op import elementwise

    @elementwise(slope=(1.0,), symbol="half", says="halves")
    def half(x):
        """Halve."""
        return x / 2

    try:
        with pytest.raises(AssertionError):
            test_each_row_has_all_its_parts("half")
        with pytest.raises(Exception, match="rule says 1.* nudging says 0.5"):
            check_derivatives(half, [np.ones(1)], {})
    finally:
        del TABLE["half"]
    assert ops
