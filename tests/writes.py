"""Random programs that write in place, through chains of views, between reads; and the same programs without a write.

A `Program` runs on any library with NumPy's syntax: on NumPy itself (what the numbers must be), on nudge, on PyTorch,
and on `Pure`, where a write makes a new value of the whole base (what the gradients must be).
"""

import operator

import numpy as np

import nudge
from nudge import ops

IN_PLACE = {"+=": operator.iadd, "-=": operator.isub, "*=": operator.imul}


def key_of(r, x):
    """Draw a basic index with at most one integer, so that something is left to write to."""
    key = []
    for n in x:
        kind = r.random()
        if kind < 0.15 and len(x) > 1 and not any(isinstance(k, int) for k in key):
            key.append(r.randrange(-n, n))
        elif kind < 0.6:
            start = r.randrange(n)
            key.append(slice(start, r.choice((None, r.randint(start + 1, n))), r.choice((None, 1, 2))))
        else:
            key.append(slice(None))
    if r.random() < 0.2:
        key.insert(r.randint(0, len(key)), None)
    return (*key, ...) if r.random() < 0.3 else tuple(key)


class Program:
    """Statements on handles: number 0 is a copy of the first leaf, each view is one more.

    With `spoils`, what is read may be written later on, which a backward walk must refuse where a derivative needs it.
    """

    def __init__(self, r, count, spoils=False):
        """Draw `count` statements, running them on NumPy to know shapes and what shares memory."""
        self.r, self.spoils = r, spoils
        rng = np.random.default_rng(r.randrange(2**32))
        self.leaves = [rng.uniform(-1, 1, size) for size in ((3, 4), (4,))]
        self.rng, self.statements = rng, []
        self.handles = [self.leaves[0] * 1.0]
        while len(self.statements) < count:
            statement = r.choice((self.view, self.view, self.write, self.write, self.write, self.read))()
            if statement is not None:
                self.statements.append(statement)
                step(statement, np, np.asarray, self.leaves, self.handles)
        self.statements += [("read", k, self.rng.uniform(-1, 1, h.shape), False) for k, h in enumerate(self.handles)]

    def view(self):
        """Draw one more view of a handle."""
        k = self.r.randrange(len(self.handles))
        x = self.handles[k]
        kind = self.r.choice(("key", "swapaxes", "reshape"))
        if kind == "key":
            return "view", k, "__getitem__", (key_of(self.r, x.shape),)
        if kind == "swapaxes":
            return ("view", k, kind, tuple(self.r.sample(range(x.ndim), 2))) if x.ndim > 1 else None
        flat = x.reshape(-1)
        return ("view", k, kind, ((-1,),)) if np.shares_memory(flat, x) else None

    def operand(self, sizes):
        """Draw what is written: a number, a constant, a part of a leaf, or another handle."""
        kind = self.r.choice(("number", "constant", "leaf", "handle"))
        if kind == "number":
            return "number", self.r.choice((0.0, 0.5, -2.0))
        if kind == "leaf" and sizes and sizes[-1] <= 4:
            return "leaf", 1, slice(0, sizes[-1])
        same = [k for k, h in enumerate(self.handles) if h.shape == sizes]
        if kind == "handle" and same:
            return "handle", self.r.choice(same)
        return "constant", self.rng.uniform(-1, 1, sizes)

    def write(self):
        """Draw a write to a handle."""
        k = self.r.randrange(len(self.handles))
        x = self.handles[k]
        kind = self.r.choice(("set", "rows", "in place", "apply"))
        if kind == "set":
            key = key_of(self.r, x.shape)
            return "set", k, key, self.operand(x[key].shape)
        if kind == "rows" and x.ndim:
            rows = self.r.sample(range(x.shape[0]), self.r.randint(1, x.shape[0]))
            return "set", k, rows, self.operand((len(rows), *x.shape[1:]))
        if kind == "apply":
            return "apply", k, self.r.choice(("tanh", "sin")), not self.spoils
        return "in place", k, self.r.choice(sorted(IN_PLACE)), self.operand(x.shape)

    def read(self):
        """Draw a read, of a copy unless what is read may be spoiled."""
        k = self.r.randrange(len(self.handles))
        return "read", k, self.rng.uniform(-1, 1, self.handles[k].shape), not self.spoils

    def __call__(self, library, make, *leaves):
        """Run with a library's functions; `make` makes its array of a constant. Gives the sum of all that was read."""
        handles = [leaves[0] * 1.0]
        total = 0.0
        for statement in self.statements:
            part = step(statement, library, make, leaves, handles)
            total = total if part is None else total + part
        return total


def step(statement, library, make, leaves, handles):
    """Run one statement; give what it read, if it is a read."""
    kind, k, *rest = statement
    x = handles[k]
    if kind == "read":
        weight, copied = rest
        y = x * 1.0 if copied else x
        return (y * y * make(weight)).sum()
    if kind == "view":
        handles.append(getattr(x, rest[0])(*rest[1]))
    elif kind == "apply":
        function, copied = rest
        x[...] = getattr(library, function)(x * 1.0 if copied else x)
    else:
        how, *given = rest[1]
        value = {
            "number": lambda: given[0],
            "constant": lambda: make(given[0]),
            "leaf": lambda: leaves[given[0]][given[1]],
            "handle": lambda: handles[given[0]] * 1.0,
        }[how]()
        if kind == "set":
            x[rest[0]] = value
        else:
            handles[k] = IN_PLACE[rest[0]](x, value)
    return None


class Pure:
    """A view of a base that is never written: a write replaces the whole base, held in `box`, by a new value of it.

    `at` says which element of the base each element of the view is.
    """

    def __init__(self, box, at):
        """See `at` of the base in `box`, a column."""
        self.box, self.at, self.shape = box, at, at.shape

    @property
    def value(self):
        """What is there now."""
        return ops.gather(self.box[0], self.at.ravel()).reshape(self.shape)

    def __getitem__(self, key):
        return Pure(self.box, self.at[key])

    def swapaxes(self, a, b):
        """See the view with two axes exchanged."""
        return Pure(self.box, self.at.swapaxes(a, b))

    def reshape(self, shape):
        """See the view in another shape."""
        return Pure(self.box, self.at.reshape(shape))

    def __setitem__(self, key, value):
        at = self.at[key]
        whole = self.box[0]
        column = (nudge.zeros(*at.shape, dtype=whole.dtype) + value).reshape(-1, 1)
        written = np.zeros(whole.shape, bool)
        written[at.ravel()] = True
        self.box[0] = ops.where(written, ops.scatter_add(column, at.ravel(), size=len(written)), whole)

    def __mul__(self, other):
        return self.value * (other.value if isinstance(other, Pure) else other)

    def __iadd__(self, other):
        self[...] = self.value + other
        return self

    def __isub__(self, other):
        self[...] = self.value - other
        return self

    def __imul__(self, other):
        self[...] = self.value * other
        return self

    def sum(self):
        """Add up."""
        return self.value.sum()


class pure:
    """The functions that a program asks a library for."""

    @staticmethod
    def tanh(x):
        """Squash."""
        return ops.tanh(getattr(x, "value", x))

    @staticmethod
    def sin(x):
        """Wave."""
        return ops.sin(getattr(x, "value", x))


class Source:
    """A leaf whose copy is a `Pure`."""

    def __init__(self, leaf):
        """Hold the leaf."""
        self.leaf = leaf

    def __mul__(self, one):
        n = self.leaf.numel()
        return Pure([(self.leaf * one).reshape(n, 1)], np.arange(n).reshape(self.leaf.shape))
