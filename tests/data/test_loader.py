"""DataLoader and its datasets, and the order that it shares with Examples; tests/oracle has PyTorch's."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nudge
from nudge.data import DataLoader, Examples, TensorDataset, random_split
from nudge.data.order import gather, in_batches
from nudge.generator import Generator
from nudge.utils.data import Dataset, Subset, default_collate


def pairs(n: int) -> TensorDataset:
    return TensorDataset(nudge.arange(2 * n).float().reshape(n, 2), nudge.arange(n))


def seen(loader: Any) -> list[list[int]]:
    return [batch[1].tolist() for batch in loader]


@given(n=st.integers(0, 30), size=st.integers(1, 35), drop=st.booleans(), shuffle=st.booleans())
def test_everything_is_seen_once_but_what_is_dropped(n: int, size: int, drop: bool, shuffle: bool) -> None:
    order = Generator().manual_seed(1).randperm(n) if shuffle else None
    parts = [rows.tolist() for rows in in_batches(n, size, order, drop)]
    flat = [k for part in parts for k in part]
    assert flat == list(range(n) if order is None else order)[: n // size * size if drop else n]
    assert all(len(part) == size for part in parts[: None if drop else -1])
    loader = DataLoader(pairs(n) if n else [], batch_size=size, drop_last=drop)
    assert len(loader) == len(parts)


def test_what_is_gathered_is_what_is_indexed_and_a_gradient_passes() -> None:
    rows = np.array([2, 0, 2])
    for values in (nudge.arange(12).reshape(3, 4), nudge.tensor([1.5, 2.5, 3.5]), nudge.ones(4, 3).t()):
        assert gather(values, rows).tolist() == values[rows].tolist()
        assert gather(values, rows).dtype == values.dtype
    wanted = nudge.ones(3, requires_grad=True)
    gather(wanted, rows).sum().backward()
    assert wanted.grad.tolist() == [1.0, 0.0, 2.0]


def test_examples_and_loader_go_in_one_order() -> None:
    data = pairs(10)
    batches = list(Examples(*data.tensors).batches(4, Generator().manual_seed(3)))
    generator = Generator().manual_seed(3)
    start = generator.get_state()
    loader = DataLoader(data, 4, shuffle=True, generator=generator)
    iterator = iter(loader)
    generator.set_state(start)  # without the seed that PyTorch draws for its workers
    assert [batch[1].tolist() for batch in iterator] == [batch.targets.tolist() for batch in batches]
    assert [len(batch) for batch in batches] == [4, 4, 2]


def test_every_pass_has_an_order_of_its_own_and_a_seed_decides_it() -> None:
    loader = DataLoader(pairs(50), 50, shuffle=True)
    nudge.manual_seed(0)
    first, second = seen(loader), seen(loader)
    assert first != second
    nudge.manual_seed(0)
    assert [seen(loader), seen(loader)] == [first, second]
    assert sorted(first[0]) == list(range(50))
    assert seen(DataLoader(pairs(3), 2)) == [[0, 1], [2]]


@pytest.mark.parametrize("shuffle", [False, True])
def test_side_by_side_or_one_by_one_the_batches_are_the_same(shuffle: bool) -> None:
    class OneByOne(Dataset[Any]):
        def __getitem__(self, index: int) -> Any:
            return nudge.tensor([2.0 * index, 2.0 * index + 1]), index

        def __len__(self) -> int:
            return 7

    part = [5, 0, 3, 3]
    for fast, slow in ((pairs(7), OneByOne()), (Subset(pairs(7), part), Subset(OneByOne(), part))):
        batches = []
        for dataset in (fast, slow):
            nudge.manual_seed(2)
            loader = DataLoader(dataset, 3, shuffle)
            batches.append([[one.tolist() for one in batch] for batch in loader])
        assert batches[0] == batches[1]
    assert [batch.tolist() for batch in DataLoader(nudge.arange(3), 2)] == [[0, 1], [2]]


def test_a_subclass_that_gives_something_else_is_asked_one_by_one() -> None:
    class Doubled(TensorDataset):
        def __getitem__(self, index: Any) -> Any:
            x, y = super().__getitem__(index)
            return x * 2, y

    (batch,) = DataLoader(Doubled(nudge.tensor([1.0, 2.0]), nudge.tensor([0, 1])), 2)
    assert batch[0].tolist() == [2.0, 4.0]


def test_a_batch_may_be_made_otherwise() -> None:
    assert list(DataLoader([3, 1, 2], 2, collate_fn=sum)) == [4, 2]


class Point(NamedTuple):
    x: float
    name: str


def test_collating_keeps_what_holds_the_parts() -> None:
    mixed = default_collate([Point(1.0, "a"), Point(2.0, "b")])
    assert isinstance(mixed, Point)
    assert (mixed.x.tolist(), mixed.x.dtype, mixed.name) == ([1.0, 2.0], nudge.float64, ["a", "b"])
    arrays = default_collate([np.ones(2, np.float32), np.zeros(2, np.float32)])
    assert (arrays.shape, arrays.dtype) == ((2, 2), nudge.float32)
    assert default_collate([True, False]).dtype == nudge.bool
    assert default_collate([np.int64(3), np.int64(4)]).tolist() == [3, 4]
    assert default_collate([[1, 2], [3, 4]])[1].tolist() == [2, 4]


def test_shares_leave_nothing_over() -> None:
    parts = random_split(range(11), [0.5, 0.3, 0.2], Generator().manual_seed(0))
    assert [len(part) for part in parts] == [6, 3, 2]
    assert sorted(part[k] for part in parts for k in range(len(part))) == list(range(11))
    assert [len(part) for part in random_split(range(3), [3, 0])] == [3, 0]


def test_what_cannot_be_is_said() -> None:
    for size in (0, -1):
        with pytest.raises(nudge.UsageError, match=f"batch_size = {size}: expected a number of examples, 1 or more"):
            DataLoader([1], batch_size=size)
    with pytest.raises(nudge.DTypeError, match="a batch_size is an integer, not 2.5"):
        DataLoader([1], batch_size=2.5)  # type: ignore[arg-type]
    with pytest.raises(nudge.ShapeError, match=r"tensors of shapes \(2,\), \(3,\): expected some, their first axes"):
        TensorDataset(nudge.ones(2), nudge.ones(3))
    for tensors in ((), (nudge.tensor(1.0),)):
        with pytest.raises(nudge.ShapeError, match="expected some"):
            TensorDataset(*tensors)
    with pytest.raises(nudge.UsageError, match=r"lengths \[2, 2\]: expected whole numbers that add up to 5, or shares"):
        random_split(range(5), [2, 2])
    with pytest.raises(nudge.UsageError, match="add up to 5"):
        random_split(range(5), [1.5, -0.5])
    with pytest.raises(IndexError, match="position 3 in a dataset of 3 examples"):
        Subset([1, 2, 3], [0, 3])
    with pytest.raises(nudge.ShapeError, match=r"examples of \[1, 2\] parts"):
        default_collate([[1], [1, 2]])
    with pytest.raises(nudge.DTypeError, match="a batch of object: expected tensors"):
        default_collate([object()])
    with pytest.raises(NotImplementedError, match="Half has no __getitem__"):
        next(iter(DataLoader(type("Half", (Dataset,), {"__len__": lambda self: 1})())))
    with pytest.raises(NotImplementedError, match="Dataset has no __len__"):
        len(Dataset())
