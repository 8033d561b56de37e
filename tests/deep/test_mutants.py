"""Every derivative in the table, made wrong in every way that comes to mind: the table's tests notice each one.

A mutant that says the same as its original on every sample (it leaves out an argument that the rule does not read) is
no mutant, and is passed over; all others must be noticed.
"""

import contextlib
import itertools

import numpy as np
import pytest

from nudge import autograd, ops
from nudge.dtype import bool_, is_float
from nudge.errors import Error
from nudge.op import TABLE, Operand
from nudge.tensor import wrap
from tests.test_property import TIES
from tests.test_table import ROWS, check_derivatives, differentiable, examples

# -- slopes ------------------------------------------------------------------------------------------


def scaled(slope, by):
    """Multiply a slope: a number, an array, a mask (which becomes mask and factor), or mask and factor."""
    if isinstance(slope, tuple):
        return slope[0], slope[1] * by
    if isinstance(slope, bool) or getattr(slope, "dtype", None) == bool_:
        return slope, by
    return slope * by


def detached(value):
    """Cut a value's history, so that what depends on it is constant to a second derivative."""
    if isinstance(value, tuple):
        return tuple(map(detached, value))
    return value.detach() if isinstance(value, Operand) else value


def slopes_gone_wrong(rule, n):
    """Name and make the mutants of one slope of an operation of n arguments."""
    if not callable(rule):
        wrong = {"turned": -rule, "scaled": rule * 1.01, "nothing": False, "everything": True, "shifted": rule + 0.5}
        return {name: other for name, other in wrong.items() if other != rule}
    wrong = {
        "scaled": lambda y, *args, **params: scaled(rule(y, *args, **params), 1.01),
        "turned": lambda y, *args, **params: scaled(rule(y, *args, **params), -1.0),
        "nothing": False,
        "everything": True,
        "of another output": lambda y, *args, **params: rule(y + 0.1, *args, **params),
        "constant": lambda y, *args, **params: detached(rule(y, *args, **params)),
        "the mask alone": lambda y, *args, **params: first(rule(y, *args, **params)),
        "the factor alone": lambda y, *args, **params: last(rule(y, *args, **params)),
        "the mask turned": lambda y, *args, **params: turned(rule(y, *args, **params)),
    }
    for j, k in itertools.combinations(range(n), 2):
        wrong[f"arguments {j} and {k} swapped"] = lambda y, *args, j=j, k=k, **params: rule(
            y, *swapped(args, j, k), **params
        )
    for k in range(n):
        wrong[f"of another argument {k}"] = lambda y, *args, k=k, **params: rule(
            y, *args[:k], args[k] + 0.1, *args[k + 1 :], **params
        )
    return wrong


def first(slope):
    return slope[0] if isinstance(slope, tuple) else slope


def last(slope):
    return slope[1] if isinstance(slope, tuple) else slope


def turned(slope):
    mask = first(slope)
    if getattr(mask, "dtype", None) != bool_:
        return slope
    return (ops.logical_not(mask), slope[1]) if isinstance(slope, tuple) else ops.logical_not(mask)


def swapped(args, j, k):
    args = list(args)
    args[j], args[k] = args[k], args[j]
    return args


# -- rules -------------------------------------------------------------------------------------------


def rules_gone_wrong(rule):
    """Name and make the mutants of one vector–Jacobian rule."""
    return {
        "scaled": lambda g, y, *args, **params: rule(g, y, *args, **params) * 1.01,
        "turned": lambda g, y, *args, **params: -rule(g, y, *args, **params),
        "nothing": lambda g, y, *args, **params: rule(g, y, *args, **params) * 0.0,
        "mirrored": lambda g, y, *args, **params: mirrored(rule(g, y, *args, **params)),
        "of a mirrored gradient": lambda g, y, *args, **params: rule(mirrored(g), y, *args, **params),
        "one element dropped": lambda g, y, *args, **params: dropped(rule(g, y, *args, **params)),
        "of the first argument doubled": lambda g, y, x, *args, **params: rule(g, y, x * 2.0, *args, **params),
        "of the last argument doubled": lambda g, y, *args, **params: rule(
            g, y, *args[:-1], doubled(args[-1]), **params
        ),
        "constant": lambda g, y, *args, **params: rule(g, detached(y), *map(detached, args), **params),
    }


def mirrored(x):
    return ops.flip(x, axes=tuple(range(-len(x.shape), 0)))


def dropped(x):
    kept = np.ones(x.shape, bool)
    kept[(0,) * kept.ndim] = False
    return ops.where(kept, x, 0.0)


def doubled(x):
    return x * 2.0 if is_float(x.dtype) else x


# -- finding mutants, and noticing them ---------------------------------------------------------------


def with_one(rules, k, other):
    """Replace one of a row's rules."""
    return tuple(other if j == k else rule for j, rule in enumerate(rules))


def variadic_with_one(rule, k, wrong):
    """Replace what a rule for all arguments says for one of them."""

    def slopes(y, *args):
        given = rule(y, *args)
        at = k % len(given)
        other = wrong(y, *args) if callable(wrong) else wrong
        return (*given[:at], scaled(given[at], 1.01) if other is None else other, *given[at + 1 :])

    return slopes


def mutants(op):
    """List (name, attribute, value) of all that can be wrong with a row's derivatives."""
    args = next(iter(examples(op)))[0]
    if op.variadic and op.slope is not None:
        for k in range(len(args)):
            yield f"scaled {k}", "slope", variadic_with_one(op.slope, k, None)
            yield f"nothing {k}", "slope", variadic_with_one(op.slope, k, 0.0)
        slopes = op.slope
        yield "mirrored", "slope", lambda y, *args: tuple(reversed(slopes(y, *args)))
    elif op.slope is not None:
        for k in differentiable(op, args):
            for name, wrong in slopes_gone_wrong(op.slope[k], len(args)).items():
                yield f"{k}: {name}", "slope", with_one(op.slope, k, wrong)
        if len(differentiable(op, args)) == 2 and op.slope[-1] != op.slope[-2]:
            yield "slopes swapped", "slope", (*op.slope[:-2], op.slope[-1], op.slope[-2])
    elif op.variadic:
        for name, wrong in rules_gone_wrong(op.rules).items():
            yield name, "rules", wrong
    else:
        for k in differentiable(op, args):
            for name, wrong in rules_gone_wrong(op.rules[k]).items():
                yield f"{k}: {name}", "rules", with_one(op.rules, k, wrong)


@contextlib.contextmanager
def mutated(op, attribute, value):
    """Give a row a wrong derivative for a while."""
    held = getattr(op, attribute)
    setattr(op, attribute, value)
    op.reads.clear()
    try:
        yield
    finally:
        setattr(op, attribute, held)
        op.reads.clear()


def cases(op):
    """List the calls by which the table's tests judge a row."""
    yield from ((args, params) for args, params in examples(op) if all(arg.size for arg in args))
    if op.name in TIES:
        yield TIES[op.name]


def derivatives(op):
    """Compute first and second derivatives of a row on all of its cases; or tell that it fails."""
    found = []
    for args, params in cases(op):
        where = differentiable(op, args)
        xs = [wrap(arg.copy()) for arg in args]
        wanted = [xs[k].requires_grad_() for k in where]
        y = op(*xs, **params)
        weights = wrap(np.sin(1.0 + np.arange(y.numel())).reshape(y.shape))
        firsts = autograd.grad(y, wanted, weights, create_graph=True)
        total = sum((g * np.cos(1.0 + k + np.arange(g.numel())).reshape(g.shape)).sum() for k, g in enumerate(firsts))
        found += [g.detach().numpy() for g in firsts]
        if total.requires_grad:
            seconds = autograd.grad(total, wanted, allow_unused=True)
            zeros = [np.zeros(x.shape) for x in wanted]
            found += [zero if g is None else g.numpy() for g, zero in zip(seconds, zeros, strict=True)]
        else:
            found += [np.zeros(x.shape) for x in wanted]
    return found


def same(found, expected):
    """Tell whether two lists of derivatives are equal, to rounding."""
    return len(found) == len(expected) and all(
        a.shape == b.shape and np.allclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True)
        for a, b in zip(found, expected, strict=True)
    )


def is_noticed(op):
    """Tell whether the tests of the table fail."""
    try:
        for args, params in examples(op):
            if all(arg.size for arg in args):
                check_derivatives(op, args, params)
        if op.name in TIES:
            args, params = TIES[op.name]
            autograd.gradcheck(lambda *xs: op(*xs, **params), [wrap(arg.copy()).requires_grad_() for arg in args])
    except (AssertionError, Error, ValueError, TypeError, IndexError, AttributeError):
        return True
    return False


DIFFERENTIABLE = [name for name in ROWS if TABLE[name].differentiable]


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_every_wrong_derivative_is_noticed(name):
    op = TABLE[name]
    right = derivatives(op)
    assert not is_noticed(op), "the derivative as it is passes"
    noticed = 0
    for what, attribute, value in list(mutants(op)):
        with mutated(op, attribute, value):
            try:
                changes_nothing = same(derivatives(op), right)
            except (Error, ValueError, TypeError, IndexError, AttributeError):
                changes_nothing = False
            if changes_nothing:
                continue
            assert is_noticed(op), f"{name}, {what}: wrong, and nothing failed"
            noticed += 1
    assert noticed >= 2, "a derivative can be wrong in a few ways at least"


def test_what_is_not_differentiable_is_noticed_when_it_gets_a_slope():
    for name in set(ROWS) - set(DIFFERENTIABLE):
        assert not differentiable(TABLE[name], next(iter(examples(TABLE[name])))[0])
