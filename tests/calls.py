"""What the property tests draw: a call of any row of the table, and graphs made of such calls.

All is drawn from one `random.Random`, which Hypothesis can lend (and then shrinks) and a long night can seed. A row
that takes parameters has an entry in `AROUND`, or is in `SHOWN`; there is no other list.
"""

import math

import numpy as np

from nudge.op import TABLE, Elementwise, Interval
from tests.test_table import draw, params_of

# -- shapes and parameters around a first argument ---------------------------------------------------


def shape(r, most=3, least=0, sizes=(1, 2, 3, 4)):
    """Draw a shape of at most `most` axes."""
    return tuple(r.choice(sizes) for _ in range(r.randint(least, most)))


def fitting(r, whole):
    """Draw a shape that stretches to `whole`."""
    kept = whole[r.randint(0, len(whole)) :]
    return tuple(1 if r.random() < 0.3 else size for size in kept)


def axes_of(r, x, least=1):
    """Draw axes, counted from the end."""
    return tuple(sorted(r.sample(range(-len(x), 0), r.randint(least, len(x)))))


def last(r, x, least=0):
    """Draw how many of the last axes a row works on."""
    return r.randint(least, len(x))


def taken(r, size):
    """Draw (start, step, size) of a part of an axis."""
    count, step = r.randint(0, size), r.choice((1, 1, 2, -1, -2))
    while count > 1 and abs(step) * (count - 1) >= size:
        count -= 1
    reach = abs(step) * max(count - 1, 0)
    start = r.randint(0, max(size - 1 - reach, 0))
    return (start if step > 0 else start + reach, step, count)


def placed(r, size):
    """Draw (start, step, size of the whole) for an axis that is put into a larger one."""
    step = r.choice((1, 1, 2, -1))
    reach = abs(step) * max(size - 1, 0)
    start = r.randint(0, 2)
    return (start if step > 0 else start + reach, step, start + reach + 1 + r.randint(0, 2))


def factored(r, count):
    """Draw a shape of so many elements."""
    sizes = []
    for factor in [k for k in (2, 3, 5, 7) if count % k == 0] if count else [0]:
        if count and r.random() < 0.7:
            sizes.append(factor)
            count //= factor
    sizes += [count] + [1] * r.randint(0, 1)
    r.shuffle(sizes)
    return tuple(sizes)


def rows_of(r, lead, count, size):
    """Draw an index of `count` rows out of `size`, for a batch that fits `lead`."""
    batch = fitting(r, lead) if r.random() < 0.5 else ()
    return np.array([r.randrange(size) for _ in range(math.prod((*batch, count)))], np.int64).reshape(*batch, count)


def cut(r, x):
    return {"place": tuple(taken(r, n) for n in x[len(x) - last(r, x) :])}


def padded(r, x):
    return {"place": tuple(placed(r, n) for n in x[len(x) - last(r, x) :]), "value": r.choice((0.0, 1.5))}


def reshaped(r, x):
    n = last(r, x)
    return {"ndim": n, "shape": factored(r, math.prod(x[len(x) - n :]))}


def expanded(r, x):
    n = last(r, x)
    return {"sizes": tuple(r.randint(1, 3) if size == 1 else size for size in x[len(x) - n :])}


def permuted(r, x):
    axes = list(range(-last(r, x), 0))
    r.shuffle(axes)
    return {"axes": tuple(axes)}


def joined(r, x):
    axis = r.choice(range(-len(x), 0))
    sizes = [r.randint(0, 3) for _ in range(r.randint(0, 2))]
    return [tuple(size if k - len(x) == axis else n for k, n in enumerate(x)) for size in sizes], {"axis": axis}


def windows(r, x):
    axis = r.choice(range(-len(x), 0))
    size = r.randint(1, min(3, x[axis]))
    dilation = r.randint(1, (x[axis] - 1) // (size - 1)) if size > 1 else r.randint(1, 2)
    return {"axis": axis, "size": size, "step": r.randint(1, 3), "dilation": dilation}


def folds(r, x):
    axis = r.choice(range(1 - len(x), 0))
    step, dilation = r.randint(1, 3), r.randint(1, 2)
    reach = step * (x[axis - 1] - 1) + dilation * (x[-1] - 1) + 1
    return {"axis": axis, "n": reach + r.randint(0, step - 1), "step": step, "dilation": dilation}


def gathered(r, x):
    return [rows_of(r, x[:-2], r.randint(0, 4), x[-2])], {}


def scattered(r, x):
    size = r.randint(1, 4)
    return [rows_of(r, x[:-2], x[-2], size)], {"size": size}


def multiplied(r, x):
    return [(*fitting(r, x[:-2]), x[-1], r.choice((1, 2, 3)))], {}


# How many axes the first argument needs; whether any of them may be empty (else only a batch before them); what else
# the row is given: further arguments (shapes or index arrays) and parameters.
AROUND = {
    "alias": (0, True, lambda r, x: ([], {})),
    "argmax": (1, False, lambda r, x: ([], {})),
    "concatenate": (1, True, joined),
    "cumsum": (1, True, lambda r, x: ([], {})),
    "expand": (0, True, lambda r, x: ([], expanded(r, x))),
    "flip": (0, True, lambda r, x: ([], {"axes": axes_of(r, x, 0)})),
    "fold": (2, False, lambda r, x: ([], folds(r, x))),
    "gather": (2, False, gathered),
    "matmul": (2, True, multiplied),
    "max": (1, False, lambda r, x: ([], {"axes": axes_of(r, x)})),
    "min": (1, False, lambda r, x: ([], {"axes": axes_of(r, x)})),
    "pad": (0, True, lambda r, x: ([], padded(r, x))),
    "permute": (0, True, lambda r, x: ([], permuted(r, x))),
    "prod": (1, True, lambda r, x: ([], {"axes": (r.choice(range(-len(x), 0)),)})),
    "reshape": (0, True, lambda r, x: ([], reshaped(r, x))),
    "scatter_add": (2, False, scattered),
    "slice_": (0, True, lambda r, x: ([], cut(r, x))),
    "sum": (0, True, lambda r, x: ([], {"axes": axes_of(r, x, 0)})),
    "unfold": (1, False, lambda r, x: ([], windows(r, x))),
}
SHOWN = {"shuffled", "stream"}  # what takes a generator's words has no other calls than its samples


def arity(r, op):
    """Draw how many arguments an elementwise row is given: a variadic one takes any odd number here (b, w…, x…)."""
    return 2 * r.randint(0, 2) + 1 if op.variadic else len(op.domain)


def call(r, op, empty=False):
    """Draw a call of a row: its arguments (shapes or index arrays) and parameters."""
    sizes = (0, 1, 2, 3) if empty else (1, 2, 3, 4)
    if isinstance(op, Elementwise):
        whole = shape(r, sizes=sizes)
        return [fitting(r, whole) if r.random() < 0.5 else whole for _ in range(arity(r, op))], params_of(op)
    if op.name in SHOWN:
        args, params = r.choice(op.samples)
        return list(args), params
    least, may_be_empty, around = AROUND[op.name]
    x = shape(r, least=least, sizes=sizes if may_be_empty else sizes[-3:])
    others, params = around(r, x)
    batch = (0,) if empty and not may_be_empty else ()
    return [(*batch, *x), *others], params


def filled(op, args, rng, dtype="float64"):
    """Fill the shapes of a call with numbers of the row's domain, no two alike, so that no nudge meets a tie."""
    out = []
    for k, arg in enumerate(args):
        if isinstance(arg, np.ndarray):
            out.append(arg)
        elif isinstance(op, Elementwise):
            out.append(draw(op.domain[min(k, len(op.domain) - 1)], arg, rng).astype(dtype))
        else:
            n = math.prod(arg)
            out.append((rng.permutation(np.linspace(-2, 2, n)) + rng.uniform(-0.1, 0.1)).reshape(arg).astype(dtype))
    return out


# -- graphs ------------------------------------------------------------------------------------------


class Graph:
    """A random program: `leaves`, and steps (row, arguments, parameters) that read leaves and earlier steps by number.

    An argument is a number (of a value) or an array (a constant). Values that would leave a tame range are not kept, so
    that differences of the result mean something. With `numbers`, all are drawn from these few, so that there are ties.
    """

    def __init__(self, r, count, dtype="float64", numbers=()):
        """Draw `count` steps."""
        self.r, self.rng, self.dtype = r, np.random.default_rng(r.randrange(2**32)), dtype
        self.numbers = numbers
        self.leaves = [self.drawn(shape(r)) for _ in range(r.randint(1, 3))]
        self.steps = []
        self.known = list(self.leaves)  # every value so far, on the leaves drawn
        names = sorted(TABLE)
        while len(self.steps) < count:
            self.grow(TABLE[r.choice(names)])
        used = {arg for _, args, _ in self.steps for arg in args if isinstance(arg, int)}
        self.sinks = [k for k, y in enumerate(self.known) if k not in used and y.dtype.kind == "f"] or [0]
        self.weights = [self.rng.uniform(0.5, 1.5, self.known[k].shape).astype(dtype) for k in self.sinks]

    def drawn(self, sizes):
        """Draw an array."""
        drawn = self.rng.choice(self.numbers, sizes) if self.numbers else self.rng.uniform(-1.5, 1.5, sizes)
        return drawn.astype(self.dtype)

    def add(self, op, args, params):
        """Keep a step if its value is tame; give its number."""
        values = [self.known[arg] if isinstance(arg, int) else arg for arg in args]
        if op.name not in AROUND and op.data is None and len({v.dtype for v in values}) > 1:
            return None
        with np.errstate(all="ignore"):
            y = np.asarray(op(*values, **params))
        if y.size > 64 or (y.dtype.kind == "f" and not (np.all(np.isfinite(y)) and np.all(np.abs(y) < 30))):
            return None
        self.steps.append((op, args, params))
        self.known.append(y)
        return len(self.known) - 1

    def tamed(self, k, interval):
        """Lead a value into an interval: low + (high − low)·sigmoid(value)."""
        if interval == Interval():
            return k
        low, high = max(interval.low, -1.5) + 0.3, min(interval.high, 1.5) - 0.2
        low = 0.4 if interval.hole is not None else low
        half = self.add(TABLE["sigmoid"], (k,), {})
        dtype = self.known[half].dtype  # the value may have been cast
        wide = self.add(TABLE["mul"], (half, np.asarray(high - low, dtype)), {})
        return self.add(TABLE["add"], (wide, np.asarray(low, dtype)), {})

    def grow(self, op):
        """Try to add one step of a row."""
        r = self.r
        floats = [k for k, y in enumerate(self.known) if y.dtype.kind == "f"]
        first = r.choice(floats[-12:] if r.random() < 0.7 else floats)
        if isinstance(op, Elementwise):
            whole = self.known[first].shape
            args = [first]
            for _ in range(arity(r, op) - 1):
                near = [k for k in floats if fits(self.known[k].shape, whole)]
                args.append(r.choice(near[-12:]) if near and r.random() < 0.8 else self.leaf(fitting(r, whole)))
            r.shuffle(args)
            args = [self.tamed(k, op.domain[min(j, len(op.domain) - 1)]) for j, k in enumerate(args)]
            masks = [k for k, y in enumerate(self.known) if y.dtype == bool and fits(y.shape, whole)]
            if op.data is not None and masks and r.random() < 0.7:
                args[0] = r.choice(masks)
            self.add(op, tuple(args), params_of(op))
            return
        if op.name in SHOWN:
            return
        least, _, around = AROUND[op.name]
        x = self.known[first].shape
        if len(x) < least or not all(x):
            return
        others, params = around(r, x)
        self.add(op, (first, *[self.leaf(arg) if isinstance(arg, tuple) else arg for arg in others]), params)

    def leaf(self, sizes):
        """Give a value of a shape: one that is there, or a constant."""
        near = [k for k, y in enumerate(self.known) if y.shape == sizes and y.dtype.kind == "f"]
        if near and self.r.random() < 0.7:
            return self.r.choice(near)
        return self.drawn(sizes)

    def values(self, *leaves):
        """Run all steps on leaves: arrays, tensors, stand-ins."""
        values = list(leaves)
        for op, args, params in self.steps:
            y = op(*[values[arg] if isinstance(arg, int) else arg for arg in args], **params)
            values.append(np.asarray(y) if isinstance(y, np.generic) else y)  # of constants alone
        return values

    def __call__(self, *leaves):
        """Run, and weigh all that was not used into one number."""
        values = self.values(*leaves)
        total = None
        for k, weight in zip(self.sinks, self.weights, strict=True):
            part = (values[k] * weight).sum()
            total = part if total is None else total + part
        return total


def fits(inner, outer):
    """Tell whether a shape stretches to another."""
    return len(inner) <= len(outer) and all(n in (1, m) for n, m in zip(inner[::-1], outer[::-1], strict=False))
