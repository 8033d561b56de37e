"""The generator draws what PyTorch drew (`goldens/generator.npz`), stands where it stood, and refuses what it must."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nudge.errors import DTypeError, ShapeError, UsageError
from nudge.generator import Generator
from nudge.mt19937 import STATE

GOLDENS = np.load(Path(__file__).parent / "goldens" / "generator.npz")
SEQUENCES: dict[str, tuple[int, list[tuple[str, dict[str, Any]]]]] = json.loads(str(GOLDENS["calls"]))
# The logarithm, sine and cosine are the C library's, which differ in the last bits; all else is exact.
TOLERANCE = {"normal": {"rtol": 2e-6, "atol": 2e-6}, "exponential": {"rtol": 2e-7, "atol": 0}}


def position(generator: Generator) -> list[float]:
    state = np.frombuffer(generator.get_state().tobytes(), STATE)[0]
    words = zlib.crc32(state["key"].tobytes())
    return [state["left"], state["next"], words, state["normal_is_valid"], state["normal_y"]]


def draw(generator: Generator, method: str, arguments: dict[str, Any]) -> np.ndarray[Any, Any]:
    given = dict(arguments)
    for name in {"weights", "probabilities"} & arguments.keys():
        given[name] = np.array(arguments[name], given.pop("dtype"))
    drawn: np.ndarray[Any, Any] = getattr(generator, method)(**given)
    return drawn


@pytest.mark.parametrize("name", SEQUENCES)
def test_generator_draws_what_pytorch_drew(name: str) -> None:
    seed, calls = SEQUENCES[name]
    generator = Generator().manual_seed(seed)
    for i, (method, arguments) in enumerate(calls):
        drawn, expected = draw(generator, method, arguments), GOLDENS[f"{name}/{i}"]
        assert drawn.dtype == expected.dtype
        assert drawn.shape == expected.shape
        np.testing.assert_allclose(drawn, expected, **TOLERANCE.get(method, {"rtol": 0, "atol": 0}))
        np.testing.assert_allclose(position(generator), GOLDENS[f"{name}/positions"][i], rtol=1e-14, atol=0)


@pytest.mark.parametrize("seed", [0, 1, -1, 2**32, 2**64 - 1])
def test_state_is_saved_and_restored_with_the_normal_kept_back(seed: int) -> None:
    generator, other = Generator().manual_seed(seed), Generator()
    generator.normal(shape=3)
    generator.words(700)
    other.set_state(generator.get_state())
    assert other.initial_seed() == generator.initial_seed() == seed % 2**64
    np.testing.assert_array_equal(other.normal(shape=4), generator.normal(shape=4))
    np.testing.assert_array_equal(other.get_state(), generator.get_state())


def test_a_new_seed_forgets_the_normal_kept_back() -> None:
    generator = Generator().manual_seed(3)
    first = generator.normal(shape=3)
    np.testing.assert_array_equal(generator.manual_seed(3).normal(shape=3), first)


def test_a_number_equal_to_the_probability_is_not_below_it() -> None:
    units = Generator().manual_seed(3).uniform(shape=20)
    assert not Generator().manual_seed(3).bernoulli_array(units).any()
    first = Generator().manual_seed(3).uniform(dtype="float64").item()
    assert not Generator().manual_seed(3).bernoulli(first)


def test_seeds_from_the_system_differ() -> None:
    generator = Generator()
    assert len({generator.seed() for _ in range(5)}) == 5


def test_integers_of_all_64_bits_and_long_permutations_are_what_they_should_be() -> None:
    generator = Generator().manual_seed(3)
    full = generator.randint(-(2**63), 2**63, 1000)
    assert full.min() < -(2**61)
    assert full.max() > 2**61
    for n in (5, 10_000):
        np.testing.assert_array_equal(np.sort(generator.randperm(n)), np.arange(n))


def test_uniform_never_reaches_its_end() -> None:
    low, high = np.float32(1), np.nextafter(np.float32(1), np.float32(2))
    assert set(Generator().uniform(low, high, 100).tolist()) == {1.0}
    assert set(Generator().uniform(3.0, 3.0, 100).tolist()) == {3.0}


@pytest.mark.parametrize(
    ("method", "arguments", "error", "says"),
    [
        ("manual_seed", (1.5,), DTypeError, "1.5"),
        ("manual_seed", ("seven",), DTypeError, "'seven'"),
        ("manual_seed", (2**64,), UsageError, str(2**64)),
        ("manual_seed", (-(2**63) - 1,), UsageError, r"\[-2\*\*63"),
        ("set_state", (np.zeros(5056),), DTypeError, "float64"),
        ("set_state", (np.zeros(3, np.uint8),), UsageError, "5056 bytes, not 3"),
        ("set_state", (np.zeros(5056, np.uint8),), UsageError, "get_state"),
        ("uniform", (2.0, 1.0), UsageError, "low = 2.0 and high = 1.0"),
        ("uniform", (0.0, np.inf), UsageError, "inf"),
        ("uniform", (0.0, 1e39), UsageError, "float32"),
        ("uniform", (-1e308, 1e308, 3, np.float64), UsageError, "float64"),
        ("uniform", (0.0, 1.0, 3, np.int64), DTypeError, "int64"),
        ("uniform", (0.0, 1.0, (2, -1)), ShapeError, r"\(2, -1\)"),
        ("normal", (0.0, -1.0), UsageError, "-1.0"),
        ("normal", (0.0, np.nan), UsageError, "nan"),
        ("normal", (0.0, 1.0, 3, bool), DTypeError, "bool"),
        ("exponential", (0.0,), UsageError, "rate > 0, not 0.0"),
        ("randint", (3, 3), UsageError, "low = 3 and high = 3"),
        ("randint", (0, 2**31 + 1, 1, np.int32), UsageError, "int32"),
        ("randint", (0, 2**25, 1, np.float32), UsageError, "16777216"),
        ("randint", (0, 2, 1, np.int8), DTypeError, "int8"),
        ("randint", (0, 2.5), DTypeError, "high is an integer, not 2.5"),
        ("randint", (0, 2, "wide"), DTypeError, "a size is an integer, not 'w'"),
        ("randperm", (3.0,), DTypeError, "3.0"),
        ("randperm", (-1,), UsageError, "-1"),
        ("randperm", (2**28,), UsageError, str(2**28)),
        ("bernoulli", (1.5,), UsageError, "1.5"),
        ("bernoulli", (np.nan,), UsageError, "nan"),
        ("bernoulli_array", ([0.5, -0.25],), UsageError, "-0.25"),
        ("bernoulli_array", ([0, 1],), DTypeError, "int64"),
        ("dropout_mask", (-0.5, 3), UsageError, "-0.5"),
        ("multinomial", ([0.5, -0.5], 1), UsageError, "-0.5"),
        ("multinomial", ([0.5, np.inf], 1), UsageError, "inf"),
        ("multinomial", ([[1.0, 1.0], [0.0, 0.0]], 1), UsageError, "all 0"),
        ("multinomial", ([1.0, 0.0, 2.0], 3), UsageError, "there are 2; pass replacement=True"),
        ("multinomial", ([1.0], 0), UsageError, "not 0"),
        ("multinomial", ([1, 2], 1), DTypeError, "int64"),
        ("multinomial", ([1.0], 0.5), DTypeError, "num_samples is an integer, not 0.5"),
        ("multinomial", (1.0, 1), ShapeError, r"\(\)"),
    ],
)
def test_errors_name_what_was_given_and_draw_nothing(
    method: str, arguments: tuple[Any, ...], error: type[Exception], says: str
) -> None:
    generator = Generator().manual_seed(5)
    before = generator.get_state()
    with pytest.raises(error, match=says):
        getattr(generator, method)(*arguments)
    np.testing.assert_array_equal(generator.get_state(), before)


def test_a_generator_lives_on_the_cpu() -> None:
    assert Generator("cpu").initial_seed() == Generator().initial_seed()
    with pytest.raises(UsageError, match="cuda"):
        Generator("cuda")
