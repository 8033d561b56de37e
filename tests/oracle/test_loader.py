"""DataLoader and random_split against PyTorch: the same examples in the same order, and the generator left alike."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils import data as theirs

import nudge
from nudge.generator import Generator
from nudge.utils import data as ours


def numbers(n: int, library: Any, data: Any) -> Any:
    return data.TensorDataset(library.arange(n), library.arange(2 * n).reshape(n, 2))


def as_lists(batch: Any) -> Any:
    if isinstance(batch, dict):
        return {name: as_lists(one) for name, one in batch.items()}
    if isinstance(batch, (list, tuple)):
        return [as_lists(one) for one in batch]
    return batch.tolist() if hasattr(batch, "tolist") else batch


@given(
    n=st.integers(1, 60), size=st.integers(1, 70), shuffle=st.booleans(), drop=st.booleans(), own=st.booleans(),
    seed=st.integers(0, 2**32),
)  # fmt: skip
def test_the_order_is_pytorchs_over_several_passes(
    n: int, size: int, shuffle: bool, drop: bool, own: bool, seed: int
) -> None:
    found = []
    for library, data, generator in ((nudge, ours, Generator()), (torch, theirs, torch.Generator())):
        library.manual_seed(seed)
        generator.manual_seed(seed)
        dataset = numbers(n, library, data)
        given = generator if own else None
        loader = data.DataLoader(dataset, size, shuffle, drop_last=drop, generator=given)
        passes = [as_lists(list(loader)) for _ in range(3)]
        found.append((len(loader), passes, library.rand(1, generator=given).item()))
    assert found[0] == found[1]


@given(n=st.integers(4, 60), seed=st.integers(0, 2**32), shares=st.booleans())
def test_the_parts_are_pytorchs(n: int, seed: int, shares: bool) -> None:
    lengths = [0.5, 0.25, 0.25] if shares else [n - 3, 1, 2]
    found = []
    for library, data in ((nudge, ours), (torch, theirs)):
        library.manual_seed(seed)
        parts = data.random_split(range(n), lengths)
        own = data.random_split(range(n), lengths, generator=library.Generator().manual_seed(seed))
        found.append([[part[k] for k in range(len(part))] for part in [*parts, *own]])
    assert found[0] == found[1]


BATCHES: list[list[Any]] = [
    [1, 2], [1.5, 2.5], [True, False], ["a", "b"], [(1, "a"), (2, "b")], [[1, 2.0], [3, 4.0]],
    [{"x": 1, "y": (2.0, "c")}, {"x": 3, "y": (4.0, "d")}], [np.ones(2, np.float32), np.zeros(2, np.float32)],
    [np.float32(1.5), np.float32(2)], [np.int64(1), np.int64(2)],
]  # fmt: skip


@pytest.mark.parametrize("batch", BATCHES)
def test_batches_are_pytorchs(batch: list[Any]) -> None:
    mine, other = ours.default_collate(batch), theirs.default_collate(batch)
    assert as_lists(mine) == as_lists(other)
    if hasattr(other, "dtype"):
        assert str(mine.dtype) == str(other.dtype).removeprefix("torch.")
