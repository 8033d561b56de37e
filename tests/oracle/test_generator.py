"""Random sequences of calls against PyTorch itself: the same numbers, and the same bytes of state after each call."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nudge.generator import Generator

SCRIPT = runpy.run_path(str(Path(__file__).parents[1] / "goldens" / "generator.py"))
draw, Call = SCRIPT["draw"], SCRIPT["Call"]

sizes = st.sampled_from([0, 1, 2, 15, 16, 17, 31, 32, 33, 100, 1000])
shapes = st.lists(sizes, max_size=1) | st.lists(st.integers(0, 7), max_size=4)
floats = st.sampled_from(["float32", "float64"])
dtypes = floats | st.sampled_from(["int32", "int64", "bool"])
# No subnormal numbers: multiplying and adding in one rounding is emulated for normal ones.
bounds = st.lists(st.floats(-100, 100, allow_subnormal=False), min_size=2, max_size=2).map(sorted)
probabilities = st.floats(0, 1)
weights = st.floats(0.01, 10) | st.just(0.0)


@st.composite
def randints(draw_from: st.DrawFn) -> Call:
    dtype = draw_from(dtypes)
    least, greatest = {
        "bool": (0, 1),
        "int32": (-(2**31), 2**31 - 1),
        "int64": (-(2**63), 2**63 - 2),
        "float32": (-(2**24), 2**24),
        "float64": (-(2**53), 2**53),
    }[dtype]
    integers = st.integers(max(least, -5), min(greatest, 5)) | st.integers(least, greatest)
    low, last = sorted(draw_from(st.tuples(integers, integers)))
    return "randint", {"low": low, "high": last + 1, "shape": draw_from(shapes), "dtype": dtype}


@st.composite
def multinomials(draw_from: st.DrawFn) -> Call:
    categories = draw_from(st.integers(1, 12))
    row = st.lists(weights, min_size=categories, max_size=categories).filter(any)
    given_weights: Any = draw_from(row | st.lists(row, min_size=1, max_size=4))
    replacement = draw_from(st.booleans())
    most = 20 if replacement else int(np.count_nonzero(np.atleast_2d(given_weights), axis=-1).min())
    arguments = {"num_samples": draw_from(st.integers(1, most)), "replacement": replacement, "dtype": draw_from(floats)}
    return "multinomial", {"weights": given_weights} | arguments


def with_shape(method: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Call]:
    return st.tuples(st.just(method), st.fixed_dictionaries({"shape": shapes} | arguments))


calls = st.one_of(
    st.tuples(bounds, shapes, floats).map(
        lambda a: ("uniform", {"low": a[0][0], "high": a[0][1], "shape": a[1], "dtype": a[2]})
    ),
    with_shape("normal", mean=st.floats(-3, 3), std=st.floats(0, 1), dtype=floats),
    with_shape("exponential", rate=st.floats(0.01, 100), dtype=floats),
    randints(),
    with_shape("random", dtype=dtypes),
    st.tuples(st.just("randperm"), st.fixed_dictionaries({"n": sizes, "dtype": st.sampled_from(["int32", "int64"])})),
    with_shape("bernoulli", p=probabilities),
    with_shape("dropout_mask", p=probabilities, dtype=floats),
    st.tuples(
        st.just("bernoulli_array"),
        st.fixed_dictionaries({"probabilities": st.lists(probabilities, max_size=40), "dtype": floats}),
    ),
    multinomials(),
)


def ours(generator: Generator, method: str, arguments: dict[str, Any]) -> np.ndarray[Any, Any]:
    given_arguments = dict(arguments)
    for name in {"weights", "probabilities"} & arguments.keys():
        given_arguments[name] = np.array(arguments[name], given_arguments.pop("dtype"))
    drawn: np.ndarray[Any, Any] = getattr(generator, method)(**given_arguments)
    return drawn


def state(generator: Generator | torch.Generator) -> bytes:
    raw = np.asarray(generator.get_state()).copy()
    # Where exactly 624 words are used up, PyTorch says 624 or 0: the same place, with the same bytes elsewhere.
    raw[16:24].view(np.uint64)[0] %= 624
    return raw.tobytes()


@given(st.integers(-(2**63), 2**64 - 1), st.lists(calls, min_size=1, max_size=8))
def test_any_sequence_of_calls_draws_the_same(seed: int, sequence: list[Call]) -> None:
    mine, theirs = Generator().manual_seed(seed), torch.Generator().manual_seed(seed)
    assert mine.initial_seed() == theirs.initial_seed()
    for method, arguments in sequence:
        drawn, expected = ours(mine, method, arguments), draw(theirs, method, arguments)
        assert drawn.dtype == expected.dtype
        # How a processor rounds a logarithm differs from one to the next.
        last = 2 * np.finfo(drawn.dtype).eps if method == "exponential" else 0
        atol = 2e-6 if method == "normal" else 0
        np.testing.assert_allclose(drawn, expected, rtol=max(last, atol), atol=atol, err_msg=f"{method} {arguments}")
        assert state(mine) == state(theirs), f"{method} {arguments}"


def test_states_are_exchanged_both_ways() -> None:
    mine, theirs = Generator().manual_seed(1), torch.Generator().manual_seed(2)
    theirs.set_state(torch.from_numpy(mine.get_state()))
    assert torch.rand(3, generator=theirs).tolist() == mine.uniform(shape=3).tolist()
    torch.empty(1).normal_(generator=theirs)
    mine.set_state(theirs.get_state().numpy())
    assert torch.empty(1).normal_(generator=theirs).tolist() == mine.normal(shape=1).tolist()
    assert state(mine) == state(theirs)


def test_an_unseeded_generator_is_pytorchs() -> None:
    assert state(Generator()) == state(torch.Generator())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_million_normals_are_within_the_tolerance(dtype: str) -> None:
    arguments = {"mean": 0.0, "std": 1.0, "shape": [1_000_003], "dtype": dtype}
    mine, theirs = Generator().manual_seed(9), torch.Generator().manual_seed(9)
    np.testing.assert_allclose(mine.normal(**arguments), draw(theirs, "normal", arguments), rtol=2e-6, atol=2e-6)
    assert state(mine) == state(theirs)


@pytest.mark.parametrize("n", [10_000, 100_000])
def test_long_permutations_are_equal(n: int) -> None:
    mine, theirs = Generator().manual_seed(n), torch.Generator().manual_seed(n)
    np.testing.assert_array_equal(mine.randperm(n), torch.randperm(n, generator=theirs).numpy())
    assert state(mine) == state(theirs)


def test_the_recorded_file_is_what_pytorch_draws_today() -> None:
    recorded, now = np.load(SCRIPT["FILE"]), SCRIPT["record"]()
    assert sorted(recorded.files) == sorted(now)
    for name, array in now.items():
        np.testing.assert_array_equal(recorded[name], array)
