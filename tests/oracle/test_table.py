"""Every row of the table against PyTorch, and against JAX where it has the operation.

Values, first and second derivatives, forward mode; ties, infinities, NaN and zeros of both signs; batches of
none; both floats. `TORCH` says which function of PyTorch each row is: a row without one fails.
"""

import functools
import itertools
import math
import operator
import random

import jax
import numpy as np
import pytest
import torch
from jax import numpy as jnp

import nudge
from nudge import func
from nudge.dtype import is_float
from nudge.mt19937 import STATE
from nudge.op import TABLE, Elementwise
from tests.calls import call, filled
from tests.test_property import SPECIAL
from tests.test_table import ROWS, differentiable, examples, params_of

jax.config.update("jax_enable_x64", True)

FLOATS = {"float32": 2e-5, "float64": 1e-11}


# -- what each row is in PyTorch --------------------------------------------------------------------


def tail(x, sizes):
    return (*x.shape[: x.ndim - len(sizes)], *sizes)


def taken(x, place):
    for axis, (start, step, size) in zip(range(-len(place), 0), place, strict=True):
        x = x.index_select(axis, start + step * torch.arange(size))
    return x


def padded(x, place, value=0.0):
    lead = x.shape[: x.ndim - len(place)]
    every = [(0, 1, n) for n in lead] + list(place)
    at = [start + step * torch.arange(n) for (start, step, _), n in zip(every, x.shape, strict=True)]
    out = torch.full((*lead, *(size for _, _, size in place)), value, dtype=x.dtype)
    return out.index_put([p[(..., *(None,) * (x.ndim - k - 1))] for k, p in enumerate(at)], x) if at else x.clone()


def unfolded(x, axis, size, step=1, dilation=1):
    return x.unfold(axis, dilation * (size - 1) + 1, step)[..., ::dilation]


def folded(x, axis, n, step=1, dilation=1):
    windows = x.movedim(axis - 1, -1)  # (..., inside, window)
    lead, (inside, count) = windows.shape[:-2], windows.shape[-2:]
    if not x.numel():
        return x.sum() * 0 + x.new_zeros(*lead, n).movedim(-1, axis)
    columns = windows.reshape(1, math.prod(lead) * inside, count)
    columns = torch.nn.functional.fold(columns, (n, 1), (inside, 1), dilation=(dilation, 1), stride=(step, 1))
    return columns.reshape(*lead, n).movedim(-1, axis)


def gathered(x, index):
    lead = torch.broadcast_shapes(x.shape[:-2], index.shape[:-1])
    return torch.take_along_dim(x.expand(*lead, *x.shape[-2:]), index.expand(*lead, -1)[..., None], -2)


def scattered(x, index, size):
    lead = torch.broadcast_shapes(x.shape[:-2], index.shape[:-1])
    x = x.expand(*lead, *x.shape[-2:])
    index = index.expand(*lead, -1)[..., None].expand(x.shape)
    return x.new_zeros((*lead, size, x.shape[-1])).scatter_add(-2, index, x)


def weighed(b, *wx):
    half = len(wx) // 2
    parts = torch.broadcast_tensors(b, *(w * x for w, x in zip(wx[:half], wx[half:], strict=True)))
    return torch.stack(parts).sum(0)


def streamed(state, n):
    out = np.empty((*state.shape[:-1], 625 + n), np.int32)
    for at in np.ndindex(out.shape[:-1]):
        fields = np.zeros((), STATE)
        fields["key"], fields["seeded"] = state[at][:624].numpy().view(np.uint32), 1
        fields["left"], fields["next"] = 625 - state[at][624], state[at][624] % 624
        generator = torch.Generator()
        generator.set_state(torch.frombuffer(bytearray(fields.tobytes()), dtype=torch.uint8))
        pairs = torch.empty(n // 2, dtype=torch.int64).random_(-(2**63), None, generator=generator).numpy()
        after = np.frombuffer(generator.get_state().numpy().tobytes(), STATE)[0]
        out[at][:624], out[at][624] = after["key"].astype(np.uint32).view(np.int32), 625 - after["left"]
        out[at][625:] = np.stack([pairs >> 32, pairs], -1).ravel().astype(np.int32)
    return torch.from_numpy(out)


def swapped(words):
    out = torch.arange(words.shape[-1] + 1).repeat(*words.shape[:-1], 1)
    for at in np.ndindex(words.shape[:-1]):
        for k, word in enumerate((words[at].to(torch.int64) % 2**32).tolist()):
            other = k + word % (words.shape[-1] + 1 - k)
            out[at][[k, other]] = out[at][[other, k]]
    return out


SAME_NAME = (
    "add", "cos", "div", "eq", "erf", "exp", "floor", "ge", "gt", "le", "log", "log1p", "logical_and",
    "logical_not", "logical_or", "lt", "matmul", "maximum", "minimum", "mul", "ne", "neg", "pow", "relu", "remainder",
    "sigmoid", "sign", "sin", "sqrt", "sub", "tanh",
)  # fmt: skip
TORCH = {name: getattr(torch, name) for name in SAME_NAME} | {
    "absolute": torch.abs,
    "alias": lambda x: x.view_as(x),
    "argmax": lambda x: torch.argmax(x, -1, keepdim=True),
    "cast": lambda x, dtype: x.to(getattr(torch, dtype.name)),
    "clamp": lambda x, low, high: torch.clamp(*torch.broadcast_tensors(x, low, high)),
    "concatenate": lambda *xs, axis: torch.cat(xs, axis),
    "cumsum": lambda x: torch.cumsum(x, -1),
    "dot": weighed,
    "expand": lambda x, sizes: x.expand(tail(x, sizes)),
    "flip": lambda x, axes: torch.flip(x, axes),
    "floor_divide": functools.partial(torch.div, rounding_mode="floor"),
    "fma": lambda a, x, z: torch.addcmul(z, a, x),
    "fold": folded,
    "gather": gathered,
    "max": lambda x, axes: torch.amax(x, axes, keepdim=True),
    "min": lambda x, axes: torch.amin(x, axes, keepdim=True),
    "pad": padded,
    "permute": lambda x, axes: x.permute((*range(x.ndim - len(axes)), *(x.ndim + axis for axis in axes))),
    "prod": lambda x, axes: torch.prod(x, axes[0], keepdim=True),
    "reshape": lambda x, ndim, shape: x.reshape(*x.shape[: x.ndim - ndim], *shape),
    "scatter_add": scattered,
    "shuffled": swapped,
    "slice_": taken,
    "stream": streamed,
    "sum": lambda x, axes: torch.sum(x, axes, keepdim=True) if axes else x.clone(),
    "unfold": unfolded,
    "where": lambda c, x, z: torch.where(c != 0, x, z),
}

# -- and in JAX, where it is one function there -----------------------------------------------------

JAX_NAMES = {
    "absolute": "abs", "add": "add", "clamp": "clip", "cos": "cos", "div": "divide", "eq": "equal", "exp": "exp",
    "floor": "floor", "floor_divide": "floor_divide", "ge": "greater_equal", "gt": "greater", "le": "less_equal",
    "log": "log", "log1p": "log1p", "logical_and": "logical_and", "logical_not": "logical_not",
    "logical_or": "logical_or", "lt": "less", "matmul": "matmul", "maximum": "maximum", "minimum": "minimum",
    "mul": "multiply", "ne": "not_equal", "neg": "negative", "pow": "power", "remainder": "remainder", "sign": "sign",
    "sin": "sin", "sqrt": "sqrt", "sub": "subtract", "tanh": "tanh",
}  # fmt: skip
JAX = {name: getattr(jnp, theirs) for name, theirs in JAX_NAMES.items()} | {
    "argmax": lambda x: jnp.argmax(x, -1, keepdims=True),
    "cast": lambda x, dtype: x.astype(dtype),
    "concatenate": lambda *xs, axis: jnp.concatenate(xs, axis),
    "cumsum": lambda x: jnp.cumsum(x, -1),
    "erf": jax.scipy.special.erf,
    "expand": lambda x, sizes: jnp.broadcast_to(x, tail(x, sizes)),
    "flip": lambda x, axes: jnp.flip(x, axes),
    "max": lambda x, axes: jnp.max(x, axes, keepdims=True),
    "min": lambda x, axes: jnp.min(x, axes, keepdims=True),
    "permute": lambda x, axes: jnp.transpose(x, (*range(x.ndim - len(axes)), *(x.ndim + axis for axis in axes))),
    "prod": lambda x, axes: jnp.prod(x, axes, keepdims=True),
    "relu": jax.nn.relu,
    "reshape": lambda x, ndim, shape: x.reshape(*x.shape[: x.ndim - ndim], *shape),
    "sigmoid": jax.nn.sigmoid,
    "sum": lambda x, axes: jnp.sum(x, axes, keepdims=True),
    "where": lambda c, x, z: jnp.where(c != 0, x, z),
}
ELSEWHERE = {  # several functions in JAX, or none
    "alias", "dot", "fma", "fold", "gather", "pad", "scatter_add", "shuffled", "slice_", "stream", "unfold",
}  # fmt: skip

# Where nudge means something else than PyTorch, elements are not compared: which, and why.
APART = {
    # NaN has no sign: it stays NaN, as in NumPy and JAX; in PyTorch it becomes 0, and so does the slope of abs.
    "sign": np.isnan,
    "absolute": np.isnan,
    # Where x / z overflows, what is left of x is still a number; PyTorch says NaN.
    "remainder": lambda x, z: np.isfinite(x) & np.isinf(x / z),
    # A slope multiplies: where 1 / z overflows, 0 times it is NaN, where PyTorch divides 0 by z.
    "div": lambda x, z: np.isinf(1 / z) & (z != 0),
    "log": lambda x: np.isinf(1 / x) & (x != 0),
}


# -- running both ------------------------------------------------------------------------------------


def none_of(arg, first):
    """Make a batch of none of an argument; others than the first need no batch, but for indices that have one."""
    if first:
        return np.zeros((0, *arg.shape), arg.dtype)
    return arg if is_float(arg.dtype) or arg.ndim == 1 else arg[:0]


def cases(op, dtype):
    """List the row's own examples, batches of none, and random calls."""
    yield from examples(op, dtype)
    if not isinstance(op, Elementwise):
        for args, params in examples(op, dtype):
            yield [none_of(arg, first=k == 0 or op.variadic) for k, arg in enumerate(args)], params
    r = random.Random(op.name)
    for k in range(20):
        shapes, params = call(r, op, empty=k % 4 == 0)
        yield filled(op, shapes, np.random.default_rng(k), dtype), params


def array(x):
    return x.numpy(force=True) if isinstance(x, torch.Tensor) else x.detach().numpy()


def differentiate(library, function, args, where, g, twice):
    """Give a result, the gradients of the arguments `where` on an incoming `g`, and (twice) those of these, weighed."""
    grad = library.autograd.grad
    xs = [library.tensor(arg, requires_grad=k in where) for k, arg in enumerate(args)]
    wanted = [xs[k] for k in where]
    y = function(*xs)
    if not (where and y.requires_grad):
        return [array(y)]
    g = library.tensor(np.broadcast_to(g, tuple(y.shape)).astype(array(y).dtype))
    found = grad(y, wanted, g, create_graph=twice, allow_unused=True)
    if twice:
        weights = [np.cos(k + np.arange(x.numel())).reshape(tuple(x.shape)) for k, x in enumerate(wanted)]
        parts = [(g * library.tensor(w)).sum() for g, w in zip(found, weights, strict=True) if g is not None]
        total = functools.reduce(operator.add, parts)
        found += grad(total, wanted, allow_unused=True) if total.requires_grad else (None,) * len(wanted)
    zeros = [np.zeros_like(array(x)) for x in wanted * (1 + twice)]
    return [array(y), *(zero if each is None else array(each) for each, zero in zip(found, zeros, strict=True))]


def compare(op, args, params, g, twice=True, compared=...):
    """Hold a call to PyTorch's: value and derivatives, shapes and dtypes."""
    where = differentiable(op, args)
    theirs, ours = (
        differentiate(library, functools.partial(function, **params), args, where, g, twice)
        for library, function in ((torch, TORCH[op.name]), (nudge, op))
    )
    close = FLOATS.get(args[0].dtype.name, 0)
    for a, b in zip(theirs, ours, strict=True):
        assert (b.shape, b.dtype) == (a.shape, a.dtype)
        np.testing.assert_allclose(b[compared], a[compared], rtol=close, atol=close if twice else 0)


def partly(function, args, where):
    """Make the function of only the arguments `where`."""

    def of(*xs):
        full = list(args)
        for k, x in zip(where, xs, strict=True):
            full[k] = x
        return function(*full)

    return of


def test_every_row_has_an_oracle():
    assert set(TABLE) == set(TORCH), "say in TORCH which function of PyTorch each row is"
    assert set(TABLE) == set(JAX) | ELSEWHERE, "say in JAX which function of JAX a row is, or that it is several"


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", ROWS)
def test_values_and_derivatives_to_second_order(name, dtype):
    op = TABLE[name]
    rng = np.random.default_rng(0)
    for args, params in cases(op, dtype):
        compare(op, args, params, rng.normal(size=op(*args, **params).shape))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", [name for name in ROWS if isinstance(TABLE[name], Elementwise)])
def test_infinities_nan_zeros_and_ties(name, dtype):
    op = TABLE[name]
    n = len(op.domain)
    numbers = SPECIAL if n < 3 else SPECIAL[:8] if n == 3 else SPECIAL[:4]
    with np.errstate(all="ignore"):
        args = [np.array(each, dtype) for each in zip(*itertools.product(numbers, repeat=n), strict=True)]
        apart = APART[name](*args) if name in APART else np.zeros(args[0].shape, bool)
        for g in (1.0, 0.0, -2.0, np.inf, np.nan):
            compare(op, args, params_of(op), g, twice=False, compared=~apart)


# Without dot, several functions in PyTorch, and clamp, whose arguments are broadcast here, and so promoted, before.
MIXED = [name for name in ROWS if isinstance(TABLE[name], Elementwise) and name not in ("cast", "clamp", "dot")]


@pytest.mark.parametrize("name", MIXED)
def test_dtypes_meet_as_in_pytorch_and_gradients_keep_their_own(name):
    op, rng = TABLE[name], np.random.default_rng(0)
    n = len(op.domain)
    for dtypes in itertools.product(("float32", "float64", "int64"), repeat=n):
        for shapes in itertools.product(((3,), ()), repeat=n):
            drawn = filled(op, shapes, rng)
            args = [
                np.asarray(1 + np.abs(np.rint(2 * x)) if dtype == "int64" else x).astype(dtype)
                for x, dtype in zip(drawn, dtypes, strict=True)
            ]
            where = differentiable(op, args)
            theirs, ours = (
                differentiate(library, function, args, where, 1.0, twice=False)
                for library, function in ((torch, TORCH[name]), (nudge, op))
            )
            for a, b in zip(theirs, ours, strict=True):
                assert (b.shape, b.dtype) == (a.shape, a.dtype)
                np.testing.assert_allclose(b, a, rtol=1e-5)


@pytest.mark.parametrize("name", [name for name in ROWS if not isinstance(TABLE[name], Elementwise)])
def test_infinities_zeros_and_ties_of_many(name):
    op = TABLE[name]
    # PyTorch divides by what may be infinite to differentiate a product; and by 0, as JAX does, where all is NaN.
    numbers = [0.0, -0.0, 1.0, -1.0, 2.0] + [np.inf, -np.inf] * (op.name != "prod")
    rng = np.random.default_rng(0)
    for args, params in cases(op, "float64"):
        drawn = [rng.choice(numbers, arg.shape) if is_float(arg.dtype) else arg for arg in args]
        with np.errstate(all="ignore"):
            compare(op, drawn, params, rng.normal(size=op(*drawn, **params).shape), twice=False)


@pytest.mark.parametrize("name", sorted(JAX))
def test_values_gradients_and_forward_mode_of_jax(name):
    op, rng = TABLE[name], np.random.default_rng(0)
    for args, params in examples(op):
        where = differentiable(op, args)
        if not where:
            np.testing.assert_array_equal(op(*args, **params), JAX[name](*map(jnp.asarray, args), **params))
            continue
        ours, theirs = (partly(functools.partial(f, **params), args, where) for f in (op, JAX[name]))
        xs = [args[k] for k in where]
        moves = [rng.normal(size=x.shape) for x in xs]
        (y, change), (y_jax, change_jax) = func.jvp(ours, xs, moves), jax.jvp(theirs, xs, moves)
        g = rng.normal(size=y.shape)
        grads, grads_jax = func.vjp(ours, *xs)[1](g), jax.vjp(theirs, *map(jnp.asarray, xs))[1](jnp.asarray(g))
        for mine, expected in zip((y, change, *grads), (y_jax, change_jax, *grads_jax), strict=True):
            assert (mine.shape, mine.dtype) == (expected.shape, expected.dtype)
            np.testing.assert_allclose(mine.detach().numpy(), expected, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize(
    ("name", "args", "params"),
    [
        ("maximum", [[1.0, 2.0, 2.0], [1.0, 1.0, 3.0]], {}),
        ("minimum", [[1.0, 2.0, 2.0], [1.0, 1.0, 3.0]], {}),
        ("max", [[[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]]], {"axes": (-1,)}),
        ("min", [[[1.0, 3.0, 1.0], [2.0, 1.0, 2.0]]], {"axes": (-2, -1)}),
    ],
)
def test_ties_share_as_in_jax(name, args, params):
    args = [np.array(arg) for arg in args]
    ours = func.grad(lambda *xs: TABLE[name](*xs, **params).sum(), tuple(range(len(args))))(*args)
    theirs = jax.grad(lambda *xs: JAX[name](*xs, **params).sum(), tuple(range(len(args))))(*args)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a.numpy(), b)
