"""Contractions, reductions and what is made of them, at awkward sizes: each kernel lists cases for a dtype."""

from __future__ import annotations

import itertools
import random

import numpy as np

import nudge
import nudge.nn.functional as F
from nudge import autograd
from tests.native.together import Case, with_gradients

KERNELS = {}
WRONG: dict[str, str] = {}  # kernels that are known to be wrong, and why


def kernel(cases):
    """Keep a function of a dtype that gives cases, under its name."""
    KERNELS[cases.__name__] = cases
    return cases


SIZES = (1, 7, 15, 16, 17, 31, 33, 100)


def numbers(shape, dtype, seed=0):
    return np.random.default_rng([seed, *shape]).uniform(-1, 1, shape).astype(dtype)


def product(x, y, f, what, lay=lambda x, y: (x, y)):
    """A product of two arrays, as `f` makes it of what they are laid out as; each term adds an error of one ulp."""
    exact, size = x.astype(np.float64) @ y, np.abs(x).astype(np.float64) @ np.abs(y)
    error = (4 + x.shape[-1]) * np.finfo(x.dtype).eps * size
    return Case(what, f, lay(x, y), [exact], [error])


ORIENTED = {
    "x @ y": (lambda x, y: x @ y, lambda x, y: (x, y)),
    "x.T @ y": (lambda x, y: x.mT @ y, lambda x, y: (x.swapaxes(-1, -2), y)),
    "x @ y.T": (lambda x, y: x @ y.mT, lambda x, y: (x, y.swapaxes(-1, -2))),
    "x.T @ y.T": (lambda x, y: x.mT @ y.mT, lambda x, y: (x.swapaxes(-1, -2), y.swapaxes(-1, -2))),
}


def products(sizes, dtype):
    for k, ((m, inner, n), name) in enumerate(sizes):
        f, lay = ORIENTED[name]
        x, y = numbers((m, inner), dtype, k), numbers((inner, n), dtype, k + 1)
        yield product(x, y, f, f"{name} of {m}, {inner}, {n}", lay)


def sparse_sizes(seed):
    """Draw sizes of products so that each pair of sizes next to one another comes up, and each is turned each way."""
    r = random.Random(seed)
    pairs = [(m, n) for m in SIZES for n in SIZES]
    r.shuffle(pairs)
    names = itertools.cycle(ORIENTED)
    inner = itertools.cycle(SIZES)
    return [((m, next(inner), n), next(names)) for m, n in pairs[: len(pairs) // 2]]


@kernel
def products_of_awkward_sizes(dtype):
    return list(products(sparse_sizes(0), dtype))


LARGE = [
    ((1000, 1, 17), "x @ y"), ((17, 1000, 16), "x @ y"), ((1, 1000, 1000), "x @ y"), ((33, 1000, 31), "x.T @ y"),
    ((1000, 7, 33), "x @ y.T"), ((31, 1000, 1), "x @ y.T"), ((1, 17, 1000), "x.T @ y.T"), ((100, 1000, 100), "x @ y.T"),
    ((257, 1000, 65), "x.T @ y.T"), ((1000, 100, 1000), "x.T @ y"), ((129, 1000, 1000), "x @ y.T"),
]  # fmt: skip


FEW = [
    ((m, inner, n), "x @ y.T")
    for m, inner, n in ((1, 1000, 10), (2, 64, 100), (7, 100, 31), (9, 257, 17), (16, 784, 5), (8, 512, 33))
]


@kernel
def products_of_few_rows(dtype):
    return list(products(FEW, dtype))


@kernel
def products_of_a_thousand(dtype):
    return list(products(LARGE, dtype))


BATCHED = [
    ((3,), (3,)), ((2, 3), (2, 3)), ((3,), ()), ((), (3,)), ((2, 1), (3,)), ((1,), (5,)), ((2, 3), (1, 3)),
    ((0,), (0,)),
]  # fmt: skip


@kernel
def products_of_batches(dtype):
    cases = []
    sizes = itertools.cycle([(7, 17, 16), (16, 15, 33), (1, 31, 7), (33, 1, 1), (17, 16, 17)])
    for (first, second), (name, (f, lay)) in itertools.product(BATCHED, ORIENTED.items()):
        m, inner, n = next(sizes)
        x, y = numbers((*first, m, inner), dtype), numbers((*second, inner, n), dtype, 1)
        cases.append(product(x, y, f, f"{name} of {x.shape}, {y.shape}", lay))
    return cases


@kernel
def products_of_nothing(dtype):
    cases = []
    for (m, inner, n), name in itertools.product([(3, 0, 17), (0, 5, 3), (5, 3, 0), (0, 0, 0), (1, 0, 1)], ORIENTED):
        cases += products([((m, inner, n), name)], dtype)
    empty = np.zeros((0, 4), dtype)
    cases += [Case("a sum of nothing", lambda x: x.sum(0), [empty], [np.zeros(4)], [0])]
    cases += [Case("the product of nothing", lambda x: x.prod(0), [empty], [np.ones(4)], [0])]
    cases += [Case("sums of no columns", lambda x: x.sum(0), [empty.T], [np.zeros(0)], [0])]
    cases += [Case("an empty total", lambda x: x.cumsum(0), [empty], [np.zeros((0, 4))], [0])]
    return cases


@kernel
def a_product_and_what_is_around_it(dtype):
    cases = []
    for m, inner, n in [(1, 7, 1), (17, 16, 33), (33, 31, 15), (100, 65, 10)]:
        arrays = [numbers((m, inner), dtype), numbers((n, inner), dtype, 1), numbers((n,), dtype, 2)]
        f = with_gradients(lambda x, w, b: nudge.tanh(F.linear(x, w, b)), 3)
        cases.append(Case(f"tanh of linear {m}, {inner}, {n}", f, arrays, tolerance=40 * np.finfo(dtype).eps))
    return cases


SHAPES = [(1,), (5,), (16,), (17,), (65,), (1, 300), (7, 1), (33, 17), (3, 16, 31), (2, 1, 5, 7)]
REDUCTIONS = {
    "sum": (lambda x, dims: x.sum(dims), np.sum), "mean": (lambda x, dims: x.mean(dims), np.mean),
    "max": (lambda x, dims: x.amax(dims), np.max), "min": (lambda x, dims: x.amin(dims), np.min),
}  # fmt: skip


@kernel
def reductions_over_each_axis_and_several(dtype):
    cases, eps = [], np.finfo(dtype).eps
    for shape in SHAPES:
        x = numbers(shape, dtype)
        exact = x.astype(np.float64)
        every = range(len(shape))
        for dims in [dims for n in (1, 2, len(shape)) for dims in itertools.combinations(every, n)]:
            for name, (f, in_numpy) in REDUCTIONS.items():
                error = eps * 4 * np.abs(exact).sum(dims)
                what = f"{name} of {shape} over {dims}"
                cases.append(Case(what, lambda x, f=f, dims=dims: f(x, dims), [x], [in_numpy(exact, dims)], [error]))
    return cases


@kernel
def running_totals_products_and_positions(dtype):
    cases, eps = [], np.finfo(dtype).eps
    for shape in SHAPES:
        x = numbers(shape, dtype) / 8 + np.asarray(1, dtype)
        exact = x.astype(np.float64)
        for k in range(len(shape)):
            n = shape[k]
            whole, total = exact.prod(k), exact.cumsum(k)
            cases += [
                Case(f"prod of {shape} over {k}", lambda x, k=k: x.prod(k), [x], [whole], [eps * n * np.abs(whole)]),
                Case(f"cumsum of {shape} over {k}", lambda x, k=k: x.cumsum(k), [x], [total], [eps * n * total]),
                Case(f"argmax of {shape} over {k}", lambda x, k=k: x.argmax(k), [x], [exact.argmax(k)], [0]),
                Case(f"argmin of {shape} over {k}", lambda x, k=k: x.argmin(k), [x], [exact.argmin(k)], [0]),
            ]
    return cases


COLUMNS = (1, 5, 16, 17, 64, 65, 300)


@kernel
def rows_of_any_length(dtype):
    cases, eps = [], np.finfo(dtype).eps
    for n in COLUMNS:
        x = 4 * numbers((9, n), dtype)
        labels = np.random.default_rng(n).integers(0, n, 9)
        weight, bias = numbers((n,), dtype, 1), numbers((n,), dtype, 2)

        def normed(x, w, b, n=n):
            return F.layer_norm(x, (n,), w, b)

        cases += [
            Case(f"softmax of {n}", with_gradients(lambda x: F.softmax(x, -1), 1), [x], tolerance=64 * eps),
            Case(f"softmax down {n}", with_gradients(lambda x: F.softmax(x, 0), 1), [x.T], tolerance=64 * eps),
            Case(f"log_softmax of {n}", with_gradients(lambda x: F.log_softmax(x, -1), 1), [x], tolerance=64 * eps),
            Case(f"cross_entropy of {n}", with_gradients(F.cross_entropy, 1), [x, labels], tolerance=64 * eps),
            Case(f"layer_norm of {n}", with_gradients(normed, 3), [x, weight, bias], tolerance=1000 * eps),
        ]
    return cases


@kernel
def short_rows_side_by_side(dtype):
    cases, eps = [], np.finfo(dtype).eps
    for rows, n in ((16, 1), (17, 3), (31, 10), (33, 16), (40, 17), (100, 5)):
        x = 4 * numbers((rows, n), dtype)
        labels = np.random.default_rng(n).integers(0, n, rows)
        cases += [
            Case(f"{rows} × {n}", with_gradients(lambda x: F.log_softmax(x, -1), 1), [x], tolerance=64 * eps),
            Case(f"{rows} × {n}, turned", with_gradients(lambda x: F.softmax(x.mT, -1), 1), [x.T], tolerance=64 * eps),
            Case(f"{rows} × {n}, a product", with_gradients(lambda x, w: F.softmax(x @ w, -1), 2),
                 [x, numbers((n, 7), dtype)], tolerance=256 * eps),
            Case(f"{rows} × {n}, labels", with_gradients(F.cross_entropy, 1), [x, labels], tolerance=64 * eps),
            Case(f"{rows} × {n}, picked", lambda x, y: (x - x.max(-1, keepdim=True).values).take_along_dim(
                y[:, None], 1), [x, labels], tolerance=16 * eps),
        ]  # fmt: skip
    return cases


CONVOLUTIONS = [
    ((1, 1, 5, 5), (1, 1, 3, 3), {}), ((2, 3, 9, 8), (4, 3, 3, 2), {"padding": 1}),
    ((3, 2, 11, 10), (5, 2, 3, 3), {"stride": 2, "padding": (1, 2)}), ((2, 4, 9, 9), (6, 2, 3, 3), {"groups": 2}),
    ((2, 2, 12, 13), (3, 2, 3, 3), {"dilation": (2, 3)}), ((1, 17, 6, 6), (16, 17, 1, 1), {}),
    ((2, 6, 10, 7), (6, 1, 3, 3), {"groups": 6, "stride": (2, 1), "padding": 2, "dilation": 2}),
]  # fmt: skip


def convolved(x, w, stride=1, padding=0, dilation=1, groups=1):
    """Convolve by the definition, in NumPy."""
    pair = [v if isinstance(v, tuple) else (v, v) for v in (stride, padding, dilation)]
    (sy, sx), (py, px), (dy, dx) = pair
    x = np.pad(x, ((0, 0), (0, 0), (py, py), (px, px)))
    height, wide = w.shape[2:]
    rows, columns = ((x.shape[2] - dy * (height - 1) - 1) // sy + 1, (x.shape[3] - dx * (wide - 1) - 1) // sx + 1)
    out = np.zeros((len(x), len(w), rows, columns))
    for o, i, j in itertools.product(range(len(w)), range(height), range(wide)):
        first = o // (len(w) // groups) * w.shape[1]
        seen = x[:, first : first + w.shape[1], i * dy : i * dy + sy * rows : sy, j * dx : j * dx + sx * columns : sx]
        out[:, o] += np.einsum("bcyx,c->byx", seen[:, :, :rows, :columns], w[o, :, i, j])
    return out


@kernel
def convolutions(dtype):
    cases, eps = [], np.finfo(dtype).eps
    for of, by, options in CONVOLUTIONS:
        x, w, b = numbers(of, dtype), numbers(by, dtype, 1), numbers(by[:1], dtype, 2)
        what = f"conv2d of {of} by {by}, {options}"
        pull = with_gradients(lambda x, w, b, o=options: F.conv2d(x, w, b, **o), 3)
        exact = convolved(x.astype(np.float64), w.astype(np.float64), **options)
        cases += [
            Case(what, lambda x, w, o=options: F.conv2d(x, w, **o), [x, w], [exact], [eps * 4 * w[0].size]),
            Case(what, pull, [x, w, b], tolerance=99 * eps),
        ]
    return cases


@kernel
def pooling(dtype):
    options = ({}, {"stride": 1}, {"stride": 2, "padding": 1}, {"kernel_size": 3, "stride": 2})
    return [*pools(F.max_pool2d, options, dtype), *pools(F.avg_pool2d, options[1:2], dtype)]


@kernel
def means_of_windows_that_leave_a_rest(dtype):
    return pools(F.avg_pool2d, [{"kernel_size": 3, "stride": 2}], dtype, [(1, 1, 4, 4)])


def pools(f, several, dtype, shapes=((1, 1, 4, 4), (2, 3, 9, 7), (1, 2, 16, 17))):
    cases, eps = [], np.finfo(dtype).eps
    for shape in shapes:
        rng = np.random.default_rng(0)
        x = rng.permutation(np.linspace(-1, 1, int(np.prod(shape)))).reshape(shape).astype(dtype)
        for options in several:
            options = {"kernel_size": 2, **options}
            what = f"{f.__name__} of {shape}, {options}"
            cases.append(Case(what, with_gradients(lambda x, o=options: f(x, **o), 1), [x], tolerance=16 * eps))
    return cases


@kernel
def recurrent_layers(dtype):
    cases, eps = [], np.finfo(dtype).eps
    for kind, (batch, size, hidden) in itertools.product(("GRU", "LSTM"), [(1, 3, 5), (3, 7, 17), (17, 16, 16)]):
        nudge.manual_seed(0)
        layer = getattr(nudge.nn, kind)(size, hidden, dtype=dtype)

        def f(x, layer=layer):
            seen = layer(x)[0]
            weights = np.cos(np.arange(seen.numel())).reshape(seen.shape).astype(seen.dtype)
            return [seen, *autograd.grad((seen * weights).sum(), list(layer.parameters()))]

        what = f"{kind} {batch}, {size}, {hidden}"
        cases.append(Case(what, f, [numbers((3, batch, size), dtype)], tolerance=200 * eps))
    return cases


@kernel
def attention(dtype):
    cases, eps = [], np.finfo(dtype).eps
    for queries, keys, size, causal in [(1, 1, 1, False), (7, 7, 16, True), (5, 17, 15, False), (33, 33, 8, True)]:
        arrays = [numbers((2, 3, n, size), dtype, k) for k, n in enumerate((queries, keys, keys))]

        def f(q, k, v, causal=causal):
            return F.scaled_dot_product_attention(q, k, v, is_causal=causal)

        what = f"attention of {queries}, {keys}, {size}"
        cases.append(Case(what, with_gradients(f, 3), arrays, tolerance=100 * eps))
    return cases


@kernel
def rows_read_and_added_where_data_say(dtype):
    sizes = [(1, 1), (5, 3), (27, 16), (9, 17), (100, 33)]
    return [lookups(*table, at, dtype) for table in sizes for at in ((1,), (7,), (3, 33), (64,))]


@kernel
def rows_read_nowhere(dtype):
    return [lookups(*table, (0,), dtype) for table in [(5, 3), (27, 16)]]


@kernel
def one_number_read_nowhere(dtype):
    return [lookups(1, 1, (0,), dtype)]


def lookups(rows, size, at, dtype):
    """Rows of a table, some of them many times, and the gradients added up where they were read."""
    table = numbers((rows, size), dtype)
    index = np.random.default_rng(rows).integers(0, rows, at)
    weights = np.cos(np.arange(index.size * size)).reshape(*at, size).astype(dtype)
    total, sizes = np.zeros(table.shape), np.zeros(table.shape)
    np.add.at(total, index, weights.astype(np.float64))
    np.add.at(sizes, index, np.abs(weights.astype(np.float64)))
    errors = [0, np.finfo(dtype).eps * (2 + index.size) * sizes]
    pull = with_gradients(lambda table, index: F.embedding(index, table), 1)
    return Case(f"embedding {rows}, {size} at {at}", pull, [table, index], [table[index], total], errors)
