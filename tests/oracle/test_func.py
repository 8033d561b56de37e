"""Transforms against torch.func and JAX: each alone, and nested."""

import itertools

import jax
import numpy as np
import pytest
import torch
from jax import numpy as jnp

import nudge
from nudge import func
from nudge.tensor import wrap

jax.config.update("jax_enable_x64", True)
pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")  # its own jvp's

X = np.array([0.3, -1.2, 0.7])
V = np.array([1.0, 0.5, -2.0])
BATCH = np.random.default_rng(0).normal(size=(4, 3))
WEIGHTS = np.random.default_rng(1).normal(size=(3, 2))


class Library:
    """What the tests ask of each library, under one name."""

    def __init__(self, module, transforms, make):
        self.t, self.make = module, make
        for each in ("grad", "vjp", "jvp", "jacrev", "jacfwd", "hessian", "vmap"):
            setattr(self, each, getattr(transforms, each))

    def hvp(self, f, x, v):
        """Multiply by the Hessian, as each library's own documentation does."""
        return func.hvp(f, x, v) if self.t is nudge else self.jvp(self.grad(f), (x,), (v,))[1]


LIBRARIES = [Library(torch, torch.func, torch.tensor), Library(jnp, jax, jnp.asarray), Library(nudge, func, wrap)]


def scalar(lib, w):
    return lambda x: (lib.t.tanh(x @ w) * lib.t.sin(x @ w)).sum() + (x**3).sum() * lib.t.exp(x).sum()


def vector(lib, w):
    return lambda x: lib.t.tanh(x @ w) * (x * x).sum()


def flat(result):
    """List the arrays of a result, nested or not."""
    if isinstance(result, (tuple, list)):
        return [array for part in result for array in flat(part)]
    assert not getattr(result, "requires_grad", False), "what a transform gives carries no history of its own"
    return [np.asarray(result)]


def agree(compute):
    """Compute the same with each library, and compare."""
    found = [flat(compute(lib, *map(lib.make, (X, V, BATCH, WEIGHTS)))) for lib in LIBRARIES]
    for theirs in found[:-1]:
        for a, b in zip(theirs, found[-1], strict=True):
            assert b.shape == a.shape
            assert b.dtype == a.dtype
            np.testing.assert_allclose(b, a, rtol=1e-10, atol=1e-12)


CASES = {
    "grad": lambda lib, x, v, batch, w: lib.grad(scalar(lib, w))(x),
    "grad of an argument": lambda lib, x, v, batch, w: lib.grad(lambda x, w: scalar(lib, w)(x), argnums=1)(x, w),
    "grad of two": lambda lib, x, v, batch, w: lib.grad(lambda x, w: scalar(lib, w)(x), argnums=(0, 1))(x, w),
    "grad with aux": lambda lib, x, v, batch, w: lib.grad(lambda x: (scalar(lib, w)(x), x * 2), has_aux=True)(x),
    "third order": lambda lib, x, v, batch, w: lib.grad(
        lambda x: (lib.grad(lambda y: (lib.grad(scalar(lib, w))(y) * v).sum())(x) * v).sum()
    )(x),
    "vjp": lambda lib, x, v, batch, w: (lambda y, pull: (y, *pull(y)))(*lib.vjp(vector(lib, w), x)),
    "vjp of two": lambda lib, x, v, batch, w: (lambda y, pull: (y, *pull(y)))(
        *lib.vjp(lambda x, w: vector(lib, w)(x), x, w)
    ),
    "jvp": lambda lib, x, v, batch, w: lib.jvp(vector(lib, w), (x,), (v,)),
    "jvp of two": lambda lib, x, v, batch, w: lib.jvp(lambda x, w: vector(lib, w)(x), (x, w), (v, w * 2)),
    "jacrev": lambda lib, x, v, batch, w: lib.jacrev(vector(lib, w))(x),
    "jacfwd": lambda lib, x, v, batch, w: lib.jacfwd(vector(lib, w))(x),
    "jacrev of a matrix": lambda lib, x, v, batch, w: lib.jacrev(lambda b: lib.t.sin(b @ w))(batch),
    "jacfwd of a matrix": lambda lib, x, v, batch, w: lib.jacfwd(lambda b: lib.t.sin(b @ w))(batch),
    "jacrev of an argument": lambda lib, x, v, batch, w: lib.jacrev(lambda x, w: vector(lib, w)(x), argnums=1)(x, w),
    "hessian": lambda lib, x, v, batch, w: lib.hessian(scalar(lib, w))(x),
    "hessian of a vector": lambda lib, x, v, batch, w: lib.hessian(vector(lib, w))(x),
    "hvp": lambda lib, x, v, batch, w: lib.hvp(scalar(lib, w), x, v),
    "vmap": lambda lib, x, v, batch, w: lib.vmap(vector(lib, w))(batch),
    "vmap of two, one of them fixed": lambda lib, x, v, batch, w: lib.vmap(
        lambda x, w: vector(lib, w)(x), (0, None)
    )(batch, w),
    "vmap, the examples last": lambda lib, x, v, batch, w: lib.vmap(vector(lib, w), 1, 1)(batch.T),
    "vmap in vmap": lambda lib, x, v, batch, w: lib.vmap(
        lambda a: lib.vmap(lambda b: lib.t.sin(a * b).sum())(batch)
    )(batch),
}


@pytest.mark.parametrize("case", CASES)
def test_a_transform(case):
    agree(CASES[case])


CASES |= {
    "gradient of a cotangent": lambda lib, x, v, batch, w: lib.grad(
        lambda g: (lib.vjp(lambda x: x * (x * x).sum(), x)[1](g)[0] * v).sum()
    )(x),
    "gradient of a tangent": lambda lib, x, v, batch, w: lib.grad(
        lambda t: (lib.jvp(lambda x: x * (x * x).sum(), (x,), (t,))[1] * v).sum()
    )(x),
    "tangent of a cotangent": lambda lib, x, v, batch, w: lib.jvp(
        lambda g: lib.vjp(lambda x: x * (x * x).sum(), x)[1](g)[0], (x,), (v,)
    ),
}

NESTABLE = {
    "grad": lambda lib, f: lib.grad(lambda x: f(x).sum()),
    "jacrev": lambda lib, f: lib.jacrev(f),
    "jacfwd": lambda lib, f: lib.jacfwd(f),
    "hvp": lambda lib, f: lambda x: lib.hvp(lambda y: f(y).sum(), x, x * 0 + 0.5),
    "jvp": lambda lib, f: lambda x: lib.jvp(f, (x,), (x * 0 + 0.3,))[1],
    "vjp": lambda lib, f: lambda x: (lambda y, pull: pull(y)[0])(*lib.vjp(f, x)),
}


@pytest.mark.parametrize("outer", NESTABLE)
@pytest.mark.parametrize("inner", NESTABLE)
def test_a_transform_of_a_transform(outer, inner):
    agree(lambda lib, x, v, batch, w: NESTABLE[outer](lib, NESTABLE[inner](lib, vector(lib, w)))(x))


@pytest.mark.parametrize("name", NESTABLE)
def test_a_batch_of_a_transform_and_a_transform_of_a_batch(name):
    agree(lambda lib, x, v, batch, w: lib.vmap(NESTABLE[name](lib, vector(lib, w)))(batch))
    agree(lambda lib, x, v, batch, w: NESTABLE[name](lib, lib.vmap(vector(lib, w)))(batch))


@pytest.mark.parametrize(("outer", "inner"), list(itertools.product(("grad", "jvp", "jacfwd"), ("jacrev", "hvp"))))
def test_a_batch_between_two_transforms(outer, inner):
    agree(lambda lib, x, v, batch, w: NESTABLE[outer](lib, lib.vmap(NESTABLE[inner](lib, vector(lib, w))))(batch))


def test_a_value_from_outside_is_a_constant_to_the_inner_transform():
    def mixed(lib, v):
        def f(a):
            inner = lib.grad(lambda b: (a * b * b).sum())(a * 2)
            return (a * inner).sum() + lib.jvp(lambda b: (a * b).sum(), (a,), (v,))[1]

        return f

    agree(lambda lib, x, v, batch, w: lib.grad(mixed(lib, v))(x))
    agree(lambda lib, x, v, batch, w: lib.hessian(mixed(lib, v))(x))
