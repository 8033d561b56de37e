"""Programs that part and merge axes between statistics: random chains of views, and of what is made of rows."""

from __future__ import annotations

import math

import numpy as np

import nudge
import nudge.nn.functional as F

# Each keeps the shape; `axis` is one of the array's.
STATISTICS = {
    "over the sum": lambda x, axis: x / (1 + (x * x).sum(axis, keepdim=True)),
    "less the mean": lambda x, axis: x - x.mean(axis, keepdim=True),
    "less the largest": lambda x, axis: x - x.max(axis, keepdim=True)[0],
    "times the log of a variance": lambda x, axis: x * (x.var(axis, keepdim=True, correction=0) + 1).log(),
    "softmax": lambda x, axis: F.softmax(x, axis),
    "log_softmax": lambda x, axis: F.log_softmax(x, axis),
}


def another_shape(shape, rng):
    """Draw a shape of as many numbers: neighbouring axes merged, then one parted where it can be."""
    sizes = list(shape)
    while len(sizes) > 1 and rng.random() < 0.6:
        at = int(rng.integers(len(sizes) - 1))
        sizes[at : at + 2] = [sizes[at] * sizes[at + 1]]
    at = int(rng.integers(len(sizes)))
    parts = [size for size in range(1, sizes[at] + 1) if sizes[at] % size == 0]
    part = parts[int(rng.integers(len(parts)))]
    sizes[at : at + 1] = [sizes[at] // part, part]
    return tuple(sizes)


def chain(rng, steps):
    """Draw a program of so many views and statistics on a contraction's result: (function, arrays)."""
    batch, places, inner, classes = (int(rng.integers(1, most)) for most in (6, 9, 20, 70))
    shape, made = (batch, places, classes), []
    for _ in range(steps):
        if rng.random() < 0.7:
            shape = another_shape(shape, rng)
            made.append(lambda x, shape=shape: x.reshape(shape))
        if rng.random() < 0.25 and len(shape) > 1:
            a, b = map(int, rng.choice(len(shape), 2, replace=False))
            made.append(lambda x, a=a, b=b: x.transpose(a, b))
            shape = np.empty(shape, bool).swapaxes(a, b).shape
        name, axis = list(STATISTICS)[int(rng.integers(len(STATISTICS)))], int(rng.integers(len(shape)))
        made.append(lambda x, name=name, axis=axis: STATISTICS[name](x, axis))
    ends = ("none", "of the scores", "of the result", "turned")
    end = ends[int(rng.integers(len(ends)))]

    def program(x, w, b, labels, weights):
        w, b = w.clone().requires_grad_(), b.clone().requires_grad_()
        scores = x @ w + b
        result = scores
        for each in made:
            result = each(result)
        loss = (result * weights).sum()
        if end == "of the scores":
            loss = loss + F.cross_entropy(scores.reshape(-1, classes), labels)
        elif end == "of the result":
            loss = loss + F.cross_entropy(result.reshape(-1, classes), labels)
        elif end == "turned":
            loss = loss + F.cross_entropy(scores.transpose(1, 2), labels.reshape(batch, places))
        loss.backward()
        return loss.detach(), result.detach(), w.grad, b.grad

    arrays = [rng.normal(size=size) for size in ((batch, places, inner), (inner, classes), (classes,))]
    arrays[1] /= math.sqrt(inner)
    return program, [*arrays, rng.integers(0, classes, batch * places), rng.normal(size=shape)]


def agrees(program, arrays):
    """Compare a program's native result with the eager one."""
    tensors = [nudge.tensor(array) for array in arrays]
    expected = program(*tensors)
    for found, wanted in zip(nudge.compile(program)(*tensors), expected, strict=True):
        scale, eps = max(1.0, float(np.abs(wanted.numpy()).max(initial=0))), np.finfo(wanted.numpy().dtype).eps
        np.testing.assert_allclose(found.numpy(), wanted.numpy(), rtol=1e5 * eps, atol=1e4 * eps * scale)
