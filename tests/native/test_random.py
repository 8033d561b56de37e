"""Draws in machine code: what eager would draw from the same generator, which stands where eager would leave it."""

from __future__ import annotations

import copy
import gc
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nudge
import nudge.nn.functional as F
from nudge import func, native, nn, optim, random
from nudge.errors import TraceError, UsageError
from nudge.generator import Generator
from nudge.tensor import Tensor, wrap

WEIGHTS = np.array([[0.1, 0.2, 0.7], [0.5, 0.5, 0.0]])
# Logarithm, sine and cosine are another library's, and float32 normals lie within some ulps of 6.
CLOSE = {"float32": {"rtol": 2e-6, "atol": 2e-6}, "float64": {"rtol": 1e-14, "atol": 1e-14}}


def zeros(*shape: int, dtype: Any = np.float32) -> Tensor:
    return wrap(np.zeros(shape, dtype))


X = zeros(1)

EXACT: dict[str, Callable[[], Any]] = {
    "rand": lambda: random.rand(7, 90),
    "rand of float64": lambda: random.rand(7, 90, dtype="float64"),
    "no numbers": lambda: random.rand(3, 0),
    "one number": lambda: random.rand(),
    "more than once around": lambda: random.rand(2000),
    "rand_like": lambda: random.rand_like(zeros(5)),
    "uniform_": lambda: zeros(3, 700).uniform_(-0.3, 1.7),
    "uniform_ of float64": lambda: zeros(3, 700, dtype=np.float64).uniform_(-0.3, 1.7),
    "uniform_ of one number": lambda: zeros(5).uniform_(2, 2),
    "randint": lambda: random.randint(10, (700,)),
    "randint below 0": lambda: random.randint(-7, 4, (50,), dtype="int32"),
    "randint of floats": lambda: random.randint(0, 2**24, (50,), dtype="float32"),
    "randint of booleans": lambda: random.randint(0, 2, (50,), dtype="bool"),
    "randint of 64 bits": lambda: random.randint(-(2**63), 2**63 - 1, (50,)),
    "randint of all 64 bits": lambda: random.randint(-(2**63), 2**63, (50,)),
    "randint of 63 bits": lambda: random.randint(0, 2**63 - 1, (50,)),
    "randint of half of 64 bits": lambda: random.randint(-(2**62), 2**62, (50,)),
    "randint of many bits": lambda: random.randint(-5, 3 * 10**18, (50,)),
    "randint of 28 bits": lambda: random.randint(0, 2**28, (50,)),
    "randint_like": lambda: random.randint_like(zeros(5), 7),
    "randperm": lambda: random.randperm(900),
    "randperm of int32": lambda: random.randperm(2, dtype="int32"),
    "randperm of one": lambda: random.randperm(1),
    "randperm of none": lambda: random.randperm(0),
    "bernoulli": lambda: random.bernoulli(zeros(400), 0.3),
    "bernoulli of a tensor": lambda: random.bernoulli(wrap(WEIGHTS)),
    "bernoulli of float32": lambda: random.bernoulli(wrap(WEIGHTS.astype(np.float32))),
    "bernoulli_": lambda: zeros(9, dtype=bool).bernoulli_(),
    "bernoulli_ of a tensor": lambda: zeros(4, 2, 3).bernoulli_(wrap(WEIGHTS)),
    "random_": lambda: zeros(20, dtype=np.int64).random_(),
    "random_ of int32": lambda: zeros(20, dtype=np.int32).random_(),
    "random_ of float32": lambda: zeros(20).random_(),
    "random_ of float64": lambda: zeros(20, dtype=np.float64).random_(),
    "random_ of booleans": lambda: zeros(20, dtype=np.bool_).random_(),
    "random_ below": lambda: zeros(20).random_(9),
    "dropout_mask": lambda: random.dropout_mask(0.4, (30, 5)),
    "dropout_mask of float64": lambda: random.dropout_mask(0.3, (30, 5), dtype="float64"),
    "dropout of all": lambda: random.dropout_mask(1, (3,)),
    "multinomial": lambda: random.multinomial(wrap(WEIGHTS), 1),
    "multinomial with replacement": lambda: random.multinomial(wrap(WEIGHTS), 9, replacement=True),
    "multinomial of float32": lambda: random.multinomial(wrap(WEIGHTS[0].astype(np.float32)), 9, replacement=True),
}  # fmt: skip
NORMALS: dict[str, Callable[[], Any]] = {
    "blocks": lambda: random.randn(64, 10),
    "blocks and the last 16": lambda: random.randn(101),
    "blocks of float64": lambda: random.randn(37, dtype="float64"),
    "an even few": lambda: random.randn(4),
    "an odd few": lambda: random.randn(5),
    "one": lambda: random.randn((), dtype="float64"),
    "15": lambda: random.randn(15, dtype="float64"),
    "none": lambda: random.randn(0),
    "normal": lambda: random.normal(1.0, 2.0, (300,)),
    "normal of tensors": lambda: random.normal(wrap(np.arange(20.0)), wrap(np.full((2, 1), 0.5, np.float32))),
    "normal of a number and a tensor": lambda: random.normal(1.0, wrap(np.full(20, 0.5, np.float32))),
    "randn_like": lambda: random.randn_like(zeros(3, dtype=np.float64)),
    "normal_": lambda: zeros(9, 9).normal_(std=0.1),
    "exponential_": lambda: zeros(40).exponential_(2),
    "exponential_ of float64": lambda: zeros(40, dtype=np.float64).exponential_(),
}


def built(draw: Callable[[], Any]) -> Callable[[], Any]:
    step = native.build(lambda _: draw(), X)
    return lambda: step(X)


def alternate(draw: Callable[[], Any], tolerance: dict[str, float]) -> None:
    """Draw eagerly and natively in turns, beside a generator that only draws eagerly; compare numbers and states."""
    run = built(draw)
    mine, other = Generator().manual_seed(11), Generator().manual_seed(11)
    for call in (run, run, draw, run, draw, draw, run):
        with random.drawing_from(mine):
            drawn = call()
        with random.drawing_from(other):
            expected = draw()
        assert (drawn.dtype, drawn.shape) == (expected.dtype, expected.shape)
        np.testing.assert_allclose(drawn.numpy(), expected.numpy(), **tolerance)
        np.testing.assert_allclose(mine.spare, other.spare, rtol=1e-14)
        mine.spare[:] = other.spare
        np.testing.assert_array_equal(mine.get_state(), other.get_state())


@pytest.mark.parametrize("name", EXACT)
def test_draws_are_equal_bit_by_bit(name: str) -> None:
    alternate(EXACT[name], {"rtol": 0, "atol": 0})


@pytest.mark.parametrize("name", NORMALS)
def test_normals_are_equal_up_to_float_error(name: str) -> None:
    alternate(NORMALS[name], CLOSE[NORMALS[name]().dtype.name])


@pytest.mark.parametrize("sizes", [(1, 2, 3), (3, 3), (4, 1, 5), (1, 20, 1), (0, 1, 0, 1)])
def test_a_normal_kept_back_passes_from_draw_to_draw(sizes: tuple[int, ...]) -> None:
    alternate(lambda: nudge.cat([random.randn(size, dtype="float64") for size in sizes]), CLOSE["float64"])


@pytest.mark.parametrize("used", [0, 1, 623, 624, 1247])
@pytest.mark.parametrize("n", [1, 623, 624, 625, 1249])
def test_words_are_drawn_from_wherever_the_generator_stands(used: int, n: int) -> None:
    mine, other = (Generator().manual_seed(used) for _ in range(2))
    run = native.build(lambda _: random.randint(2**20, (n,), generator=mine), X)
    for generator in (mine, other):
        generator.words(used)
    for _ in range(2):
        np.testing.assert_array_equal(run(X).numpy(), other.randint(0, 2**20, n))
        np.testing.assert_array_equal(mine.get_state(), other.get_state())


def test_draws_in_one_step_differ_and_come_in_order() -> None:
    alternate(lambda: nudge.stack([random.rand(9), random.bernoulli(zeros(9), 0.5), random.rand(9)]), CLOSE["float32"])
    run = native.build(lambda _: (random.rand(9), random.rand(9)), X)
    first, second = run(X)
    assert not (first == second).any()


def test_a_seed_is_honoured_between_calls() -> None:
    run = built(lambda: random.rand(3))
    for seed in (0, 7, 0, -1):
        random.manual_seed(seed)
        np.testing.assert_array_equal(run().numpy(), Generator().manual_seed(seed).uniform(shape=3))
    state = random.get_rng_state()
    again = run().numpy()
    random.set_rng_state(state)
    np.testing.assert_array_equal(run().numpy(), again)


def test_the_default_of_the_moment_is_drawn_from() -> None:
    one, two = Generator().manual_seed(1), Generator().manual_seed(2)
    run = built(lambda: random.rand(3))
    default, before = random.default_generator, random.get_rng_state()
    for generator in (one, two, one):
        with random.drawing_from(generator):
            expected = copy.deepcopy(generator).uniform(shape=3)
            np.testing.assert_array_equal(run().numpy(), expected)
    assert random.default_generator is default
    np.testing.assert_array_equal(random.get_rng_state(), before)
    expected = copy.deepcopy(default).uniform(shape=3)
    np.testing.assert_array_equal(run().numpy(), expected)


def test_a_default_that_holds_inside_of_the_step_is_part_of_it() -> None:
    mine, other = Generator().manual_seed(3), Generator().manual_seed(3)

    def draw() -> Tensor:
        with random.drawing_from(mine):
            return random.rand(3)

    run = built(lambda: nudge.stack([draw(), random.rand(3)]))
    for seed in (5, 6):
        random.manual_seed(seed)
        inner, outer = run().numpy()
        np.testing.assert_array_equal(inner, other.uniform(shape=3))
        np.testing.assert_array_equal(outer, Generator().manual_seed(seed).uniform(shape=3))


def test_programs_that_share_a_generator_share_its_stream() -> None:
    mine, other = (Generator().manual_seed(4) for _ in range(2))
    runs = [
        native.build(lambda _: random.rand(500, generator=mine), X),
        native.build(lambda _: random.randperm(40, generator=mine), X),
        native.build(lambda _: random.rand(9, dtype="float64", generator=mine), X),
    ]
    alone = [
        lambda: other.uniform(shape=500), lambda: other.randperm(40), lambda: other.uniform(shape=9, dtype="float64"),
    ]  # fmt: skip
    for k in (0, 1, 2, 2, 1, 0, 0):
        np.testing.assert_array_equal(runs[k](X).numpy(), alone[k]())
        np.testing.assert_array_equal(mine.get_state(), other.get_state())


def program_of(generator: Generator) -> Callable[[Tensor], Any]:
    return native.build(lambda _: random.rand(700, generator=generator), X)


def test_a_program_keeps_the_memory_that_it_draws_from() -> None:
    run = program_of(Generator().manual_seed(4))
    gc.collect()
    other = Generator().manual_seed(4)
    for _ in range(3):
        np.testing.assert_array_equal(run(X).numpy(), other.uniform(shape=700))


def test_tracing_draws_nothing_and_a_failed_trace_leaves_the_generator() -> None:
    mine = Generator().manual_seed(4)
    before = mine.get_state()

    def fails(_: Tensor) -> Tensor:
        drawn = random.rand(3, generator=mine)
        return drawn if drawn.sum() > 0 else -drawn

    with pytest.raises(TraceError):
        native.build(fails, X)
    native.build(lambda _: random.rand(3, generator=mine), X)
    np.testing.assert_array_equal(mine.get_state(), before)
    np.testing.assert_array_equal(mine.uniform(shape=3), Generator().manual_seed(4).uniform(shape=3))


@pytest.mark.parametrize("copied", [copy.deepcopy, copy.copy, lambda g: pickle.loads(pickle.dumps(g))])
def test_a_copy_of_a_generator_has_memory_of_its_own(copied: Callable[[Generator], Generator]) -> None:
    mine = Generator().manual_seed(4)
    mine.normal(shape=3)
    run = native.build(lambda _: random.randn(3, generator=mine), X)
    other = copied(mine)
    for _ in range(2):
        np.testing.assert_allclose(run(X).numpy(), other.normal(shape=3), rtol=1e-6)


def test_dropout_in_a_training_step_draws_the_masks_of_the_eager_one() -> None:
    rng = np.random.default_rng(0)
    x, y = (wrap(rng.normal(size=(16, n)).astype(np.float32)) for n in (8, 1))

    def trainer() -> tuple[nn.Module, Generator, Callable[[Tensor], Any]]:
        with random.drawing_from(Generator().manual_seed(1)):
            model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 1))
        source, knobs = Generator().manual_seed(9), optim.SGD(model.parameters(), lr=0.1)

        def step(x: Tensor) -> Any:
            with random.drawing_from(source):
                hidden = model[2](model[1](model[0](x)))
            loss = ((model[3](hidden) - y) ** 2).mean()
            knobs.zero_grad()
            loss.backward()
            knobs.step()
            return loss, hidden != 0

        return model, source, step

    (eager_model, eager_source, eager), (model, source, traced) = trainer(), trainer()
    step = native.build(traced, x)
    for _ in range(5):
        (loss, mask), (eager_loss, eager_mask) = step(x), eager(x)
        np.testing.assert_array_equal(mask.numpy(), eager_mask.numpy())
        np.testing.assert_allclose(loss.numpy(), eager_loss.detach().numpy(), rtol=1e-5)
        np.testing.assert_array_equal(source.get_state(), eager_source.get_state())
    for mine, theirs in zip(model.parameters(), eager_model.parameters(), strict=True):
        np.testing.assert_allclose(mine.detach().numpy(), theirs.detach().numpy(), rtol=1e-5, atol=1e-6)


def test_layers_that_drop_out() -> None:
    rng = np.random.default_rng(0)
    q = wrap(rng.normal(size=(2, 5, 8)).astype(np.float32))
    alternate(lambda: F.scaled_dot_product_attention(q, q, q, dropout_p=0.4), CLOSE["float32"])
    alternate(lambda: F.dropout(q, 0.5), {"rtol": 0, "atol": 0})
    alternate(lambda: F.dropout(q, 0.5, training=False), {"rtol": 0, "atol": 0})


@pytest.mark.parametrize("randomness", ["same", "different"])
def test_vmap_in_a_traced_program_draws_as_its_randomness_says(randomness: str) -> None:
    xs = wrap(np.arange(12.0, dtype=np.float32).reshape(4, 3))
    noisy = func.vmap(lambda x: x.sum() * 0 + nudge.cat([random.rand(3), random.randperm(4)]), randomness=randomness)
    alternate(lambda: noisy(xs), {"rtol": 0, "atol": 0})


def test_what_a_traced_program_cannot_draw_it_says() -> None:
    mine = Generator()

    def refused(draw: Callable[[], Any], says: str, error: type[Exception] = TraceError) -> None:
        with pytest.raises(error, match=says):
            built(draw)

    refused(lambda: random.multinomial(wrap(WEIGHTS), 2), "without replacement.*replacement=True")
    refused(lambda: wrap(mine.uniform(shape=3)), "own methods.*generator=")
    refused(lambda: nn.init.orthogonal_(zeros(3, 3)), "own methods")
    refused(lambda: random.rand(3, generator=random.default_generator) + random.rand(3), "as the default and by name")
    refused(lambda: random.randint(3, 3, (2,)), "low < high", UsageError)
    refused(lambda: random.dropout_mask(1.5, (2,)), "probability", UsageError)
    p = wrap(WEIGHTS)
    refused(lambda: func.vmap(lambda x: x + random.bernoulli(p), randomness="different")(zeros(4, 1)), "outside of the")
    np.testing.assert_array_equal(mine.uniform(shape=3), Generator().uniform(shape=3))
