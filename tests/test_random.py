"""Random tensors: the generator's arrays under PyTorch's names, in new tensors, in place, and under vmap."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nudge import func, random
from nudge.errors import DTypeError, GraphError, ShapeError, TraceError, UsageError
from nudge.generator import Generator
from nudge.native.trace.trace import trace
from nudge.tensor import Tensor, wrap

WEIGHTS = np.array([[0.1, 0.2, 0.7], [0.5, 0.5, 0.0]])


def zeros(*shape: int, dtype: Any = np.float32) -> Tensor:
    return wrap(np.zeros(shape, dtype))


CASES: list[tuple[Callable[[], Tensor], Callable[[Generator], Any]]] = [
    (lambda: random.rand(2, 3), lambda g: g.uniform(shape=(2, 3))),
    (lambda: random.rand((2, 3), dtype="float64"), lambda g: g.uniform(shape=(2, 3), dtype="float64")),
    (lambda: random.rand(), lambda g: g.uniform()),
    (lambda: random.rand(np.int64(3), device="cpu"), lambda g: g.uniform(shape=3)),
    (lambda: random.randn(5, 4), lambda g: g.normal(shape=(5, 4))),
    (lambda: random.randint(10, (7,)), lambda g: g.randint(0, 10, 7)),
    (lambda: random.randint(10, size=(7,)), lambda g: g.randint(0, 10, 7)),
    (lambda: random.randint(-3, 4, (2, 2), dtype="int32"), lambda g: g.randint(-3, 4, (2, 2), "int32")),
    (lambda: random.randperm(9), lambda g: g.randperm(9)),
    (lambda: random.rand_like(zeros(3, dtype=np.float64)), lambda g: g.uniform(shape=3, dtype="float64")),
    (lambda: random.randn_like(zeros(20), dtype="float64"), lambda g: g.normal(shape=20, dtype="float64")),
    (lambda: random.randint_like(zeros(3), 5), lambda g: g.randint(0, 5, 3, "float32")),
    (lambda: random.normal(1.0, 2.0, (3,)), lambda g: g.normal(1.0, 2.0, 3)),
    (lambda: random.normal(zeros(3) + 4, zeros(2, 1)), lambda g: g.normal(shape=(2, 3)) * 0 + np.float32(4)),
    (lambda: random.normal(5.0, zeros(2) + 2), lambda g: g.normal(shape=2) * np.float32(2) + np.float32(5)),
    (lambda: random.bernoulli(wrap(WEIGHTS)), lambda g: g.bernoulli_array(WEIGHTS).astype(np.float64)),
    (lambda: random.bernoulli(zeros(40), 0.3), lambda g: g.bernoulli(0.3, 40).astype(np.float32)),
    (lambda: random.multinomial(wrap(WEIGHTS), 2), lambda g: g.multinomial(WEIGHTS, 2)),
    (lambda: wrap(WEIGHTS[0]).multinomial(9, True), lambda g: g.multinomial(WEIGHTS[0], 9, True)),
    (lambda: random.dropout_mask(0.4, (3, 5)), lambda g: g.dropout_mask(0.4, (3, 5))),
    (lambda: zeros(3, 7).uniform_(-1, 2), lambda g: g.uniform(-1, 2, (3, 7))),
    (lambda: zeros(3, 7).normal_(std=0.1), lambda g: g.normal(0, 0.1, (3, 7))),
    (lambda: zeros(4).exponential_(2), lambda g: g.exponential(2, 4)),
    (lambda: zeros(4, dtype=np.int32).random_(), lambda g: g.random(4, "int32")),
    (lambda: zeros(4).random_(9), lambda g: g.randint(0, 9, 4, "float32")),
    (lambda: zeros(4).random_(-9, 9), lambda g: g.randint(-9, 9, 4, "float32")),
    (lambda: zeros(4, dtype=bool).bernoulli_(), lambda g: g.bernoulli(0.5, 4)),
    (lambda: zeros(2, 3).bernoulli_(wrap(WEIGHTS)), lambda g: g.bernoulli_array(WEIGHTS).astype(np.float32)),
]


@pytest.mark.parametrize(("drawn", "expected"), CASES)
def test_functions_draw_what_the_generator_draws(
    drawn: Callable[[], Tensor], expected: Callable[[Generator], Any]
) -> None:
    assert random.manual_seed(11) is random.default_generator
    array, wanted = np.asarray(drawn()), expected(alone := Generator().manual_seed(11))
    assert (array.dtype, array.shape) == (wanted.dtype, wanted.shape)
    np.testing.assert_array_equal(array, wanted)
    np.testing.assert_array_equal(random.get_rng_state(), alone.get_state())


def test_a_given_generator_leaves_the_default_one_alone() -> None:
    before = random.get_rng_state()
    mine = Generator().manual_seed(2)
    zeros(3).uniform_(generator=mine)
    random.randn(3, generator=mine)
    np.testing.assert_array_equal(random.get_rng_state(), before)
    assert random.seed() == random.initial_seed()
    random.set_rng_state(before)
    np.testing.assert_array_equal(random.get_rng_state(), before)


def test_new_tensors_can_require_gradients_and_written_leaves_refuse() -> None:
    w = random.randn(3, requires_grad=True)
    assert w.is_leaf
    assert w.requires_grad
    with pytest.raises(GraphError, match="leaf"):
        w.normal_()


def test_a_view_is_filled_in_its_base() -> None:
    base = zeros(3, 4)
    random.manual_seed(0)
    base.T.uniform_(1, 2)
    assert float(np.asarray(base).min()) >= 1


def test_vmap_draws_as_its_randomness_says() -> None:
    xs = zeros(4, 3)

    def noisy(x: Tensor) -> Tensor:
        return x + random.rand(3)

    random.manual_seed(5)
    different = np.asarray(func.vmap(noisy, randomness="different")(xs))
    random.manual_seed(5)
    np.testing.assert_array_equal(different, np.asarray(random.rand(4, 3)))
    same = np.asarray(func.vmap(noisy, randomness="same")(xs))
    assert (same == same[0]).all()
    with pytest.raises(GraphError, match="randomness"):
        func.vmap(noisy)(xs)


def test_vmap_draws_a_permutation_and_indices_for_each_example() -> None:
    def drawn(x: Tensor) -> tuple[Tensor, Tensor]:
        return x.sum() * 0 + random.randperm(5), x.sum() * 0 + random.multinomial(wrap(WEIGHTS[0]), 2)

    random.manual_seed(5)
    perms, picks = func.vmap(drawn, randomness="different")(zeros(4, 3))
    generator = Generator().manual_seed(5)
    np.testing.assert_array_equal(np.asarray(perms), [generator.randperm(5) for _ in range(4)])
    np.testing.assert_array_equal(np.asarray(picks), [generator.multinomial(WEIGHTS[0], 2) for _ in range(4)])


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: random.randint(10), ShapeError, r"randint\(10, \(3,\)\)"),
        (lambda: random.normal(0.0, 1.0), ShapeError, "needs a size"),
        (lambda: random.normal(zeros(2), zeros(3)), ShapeError, r"\(2,\) and \(3,\)"),
        (lambda: random.normal(zeros(2), zeros(2) - 1), UsageError, "-1"),
        (lambda: zeros(2).bernoulli_(zeros(3, 2)), ShapeError, r"\(3, 2\)"),
        (lambda: random.rand(2, generator=7), DTypeError, "7"),
        (lambda: random.rand("two"), DTypeError, "'two'"),
        (lambda: random.rand(2.5), DTypeError, "2.5"),
        (lambda: random.randn(2, device="cuda"), UsageError, "cuda"),
        (lambda: zeros(2, dtype=np.int64).normal_(), DTypeError, "int64"),
        (lambda: trace(lambda x: x * Generator().uniform(shape=2), [zeros(2)]), TraceError, "own methods"),
    ],
)
def test_errors_say_what_was_given(call: Callable[[], Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        call()
