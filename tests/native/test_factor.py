"""A sum of two products with a common factor is one product: which sums, and that it is the same number."""

from __future__ import annotations

import numpy as np
import pytest

import nudge
from nudge.graph import ancestors
from nudge.native.plan.factor import factored
from nudge.native.trace.trace import trace
from nudge.tensor import wrap


def operations(step, *shapes, dtype="float32"):
    """Trace, factor, and count the operations before and after."""
    program = trace(step, [wrap(np.ones(shape, dtype)) for shape in shapes])
    roots = factored(program.outputs)
    return [sum(node.op is not None for node in ancestors(each)) for each in (program.outputs, roots)]


FORMS = {
    "two products": (lambda g, a, b: g * a + g * b, 2),
    "a longer one": (lambda g, a, b: g * a - (g * b) * a * 2.0, 4),
    "the factor itself": (lambda g, a, b: a + a * (b * g), 3),
    "last, not first": (lambda g, a, b: a * g + b * g, 2),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_common_factor_is_taken_out(name):
    step, count = FORMS[name]
    assert operations(step, (4, 5), (4, 5), (4, 5))[1] == count


def test_what_broadcasts_stays_small():
    program = trace(lambda g, a, b: g * a + g * b, [wrap(np.ones(s, np.float32)) for s in ((4, 5), (5,), (4, 1))])
    (root,) = factored(program.outputs)
    assert sorted(arg.data.shape for arg in root.args) == [(4, 5), (4, 5)]
    program = trace(lambda g, a, b: g * a + g * b, [wrap(np.ones(s, np.float32)) for s in ((4, 5), (5,), (5,))])
    (root,) = factored(program.outputs)
    assert sorted(arg.data.shape for arg in root.args) == [(4, 5), (5,)]


STAY = {
    "nothing in common": lambda g, a, b: g * a + b * b,
    "numbers alone": lambda g, a, b: g * 2.0 + g * 3.0,
    "a factor twice": lambda g, a, b: g * g + g * a,
    "one that broadcasts": lambda g, a, b: g.sum() * a + g.sum() * b,
    "no product": lambda g, a, b: g / a + g / b,
}


@pytest.mark.parametrize("name", STAY)
def test_what_stays(name):
    before, after = operations(STAY[name], (4, 5), (4, 5), (4, 5))
    assert before == after


def test_a_product_that_something_else_reads_stays():
    def step(g, a, b):
        product = g * a
        return product + g * b, product

    before, after = operations(step, (4,), (4,), (4,))
    assert before == after


def test_whole_numbers_stay():
    before, after = operations(lambda g, a, b: g * a + g * b, (4,), (4,), (4,), dtype="int64")
    assert before == after


@pytest.mark.parametrize("name", FORMS)
def test_it_is_the_same_number(name):
    step, _ = FORMS[name]
    arrays = [nudge.tensor(a) for a in np.random.default_rng(0).normal(size=(3, 7, 19))]
    np.testing.assert_allclose(nudge.compile(step)(*arrays).numpy(), step(*arrays).numpy(), rtol=1e-14, atol=1e-15)


def test_a_product_of_very_many_is_no_trouble():
    def step(x, a):
        product = x
        for _ in range(3000):
            product = product * a
        return product + x * a

    before, after = operations(step, (4,), (4,))
    assert after <= before
