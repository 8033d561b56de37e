"""One program, run with PyTorch and with nudge, draws the same."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import torch

from nudge import random
from nudge.tensor import wrap


def program(library: ModuleType, tensor: Callable[[Any], Any], generator: Any) -> list[Any]:
    library.manual_seed(1234)
    generator.manual_seed(4321)
    weights = tensor(np.array([[0.1, 0.2, 0.7, 0.4], [0.5, 0.25, 0.25, 0.3]]))
    return [
        library.rand(2, 3),
        library.randn((4, 5)),
        library.randn(3, generator=generator),
        library.randint(10, (5,)),
        library.randint(-4, 4, (2, 2)),
        library.randperm(12),
        library.rand_like(weights),
        library.randn_like(weights),
        library.randint_like(weights, 7),
        library.normal(1.0, 0.5, (3,)),
        library.normal(weights, weights),
        library.normal(weights, 0.5),
        library.normal(0.5, weights),
        library.bernoulli(weights),
        library.bernoulli(weights, 0.25),
        library.multinomial(weights, 1),
        library.multinomial(weights, 3),
        weights.multinomial(6, replacement=True),
        tensor(np.zeros((6, 6), np.float32)).uniform_(-0.2, 0.2),
        tensor(np.zeros((6, 6), np.float32)).normal_(0.5, 0.1, generator=generator),
        tensor(np.zeros(9, np.int32)).random_(),
        tensor(np.zeros(9, np.int64)).random_(5),
        tensor(np.zeros(9, np.int64)).random_(-5, 5),
        tensor(np.zeros(9)).bernoulli_(),
        tensor(np.zeros((3, 2, 4))).bernoulli_(weights),
        tensor(np.zeros(9)).exponential_(0.5),
        library.rand(4),
        library.randn(1, generator=generator),
    ]


def test_one_program_draws_the_same_in_both() -> None:
    mine, theirs = random.Generator(), torch.Generator()
    ours, expected = program(random, wrap, mine), program(torch, torch.from_numpy, theirs)
    for i, (a, b) in enumerate(zip(ours, expected, strict=True)):
        assert str(a.dtype) == str(b.dtype).removeprefix("torch.")
        np.testing.assert_allclose(np.asarray(a), b.numpy(), rtol=2e-6, atol=2e-6, err_msg=f"draw {i}")
    assert random.get_rng_state()[8:].tobytes() == torch.get_rng_state().numpy()[8:].tobytes()


def test_vmap_draws_the_same() -> None:
    from nudge import func

    xs = np.zeros((4, 20))
    for randomness in ("different", "same"):
        random.manual_seed(3)
        torch.manual_seed(3)
        ours = func.vmap(lambda x: x + random.randn(20), randomness=randomness)(wrap(xs))
        expected = torch.func.vmap(lambda x: x + torch.randn(20), randomness=randomness)(torch.from_numpy(xs))
        np.testing.assert_allclose(np.asarray(ours), expected.numpy(), rtol=2e-6, atol=2e-6)
