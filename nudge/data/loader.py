"""PyTorch's way to go through data: datasets, which give an example at a position, and DataLoader, which makes batches.

With the same seed the order is PyTorch's, and the generator is left where PyTorch leaves it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from numbers import Number
from typing import Any, Generic, TypeVar

import numpy as np

from .. import random
from ..creation import tensor
from ..errors import DTypeError, IndexingError, ShapeError, UsageError
from ..functions import stack
from ..generator import Generator
from ..mt19937 import as_int
from ..tensor import Tensor, wrap
from .order import Feed, Rows, gather, in_batches

T = TypeVar("T")


class Dataset(Generic[T]):
    """The base of a dataset: what has examples at positions from 0 on, and a length. A list is one, too."""

    def __getitem__(self, index: int) -> T:
        """Give the example at a position."""
        raise NotImplementedError(f"{type(self).__name__} has no __getitem__, which gives the example at a position")

    def __len__(self) -> int:
        """Count the examples."""
        raise NotImplementedError(f"{type(self).__name__} has no __len__, which counts its examples")


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """Tensors side by side: an example is what stands at one position of their first axes.

    >>> pairs = TensorDataset(tensor([[1.0], [2.0]]), tensor([0, 1]))
    >>> len(pairs), pairs[1]
    (2, (tensor([2.]), tensor(1)))
    """

    def __init__(self, *tensors: Tensor) -> None:
        """Raise ShapeError unless all have a first axis, and of one length."""
        lengths = {t.shape[:1] for t in tensors}
        if len(lengths) != 1 or () in lengths:
            shapes = ", ".join(str(t.shape) for t in tensors) or "none"
            raise ShapeError(f"tensors of shapes {shapes}: expected some, their first axes of one length")
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        """Give the example at a position, or, of a slice or several positions, those side by side."""
        return tuple(t[index] for t in self.tensors)

    def __len__(self) -> int:
        """Count the examples."""
        return len(self.tensors[0])


class Subset(Dataset[T]):
    """Some examples of a dataset, by their positions."""

    def __init__(self, dataset: Any, indices: Sequence[int] | Rows) -> None:
        """Take positions in `dataset`. Raises IndexingError for one that is not there."""
        self.dataset, self.indices = dataset, np.array(indices, dtype=np.int64)
        beyond = self.indices[(self.indices < 0) | (self.indices >= len(dataset))]
        if len(beyond):
            raise IndexingError(f"position {beyond[0]} in a dataset of {len(dataset)} examples")

    def __getitem__(self, index: int) -> T:
        """Give the example at a position among those chosen."""
        example: T = self.dataset[int(self.indices[index])]
        return example

    def __len__(self) -> int:
        """Count the examples."""
        return len(self.indices)


def random_split(dataset: Any, lengths: Sequence[float], generator: Generator | None = None) -> list[Subset[Any]]:
    """Deal a dataset out at random into parts of some lengths, or of shares of it, which add up to 1.

    What shares leave over goes to the first parts, an example each. Raises UsageError for lengths that do not add up.

    >>> [len(part) for part in random_split(range(10), [0.75, 0.25])]
    [8, 2]
    """
    n = len(dataset)
    sizes = [size for size in lengths if isinstance(size, int) and size >= 0]
    if math.isclose(sum(lengths), 1) and sum(lengths) <= 1 and min(lengths) >= 0:
        sizes = [math.floor(n * share) for share in lengths]
        left = n - sum(sizes)
        sizes = [size + (k < left) for k, size in enumerate(sizes)]
    if len(sizes) < len(lengths) or sum(sizes) != n:
        raise UsageError(f"lengths {list(lengths)}: expected whole numbers that add up to {n}, or shares to 1")
    order = (random.default_generator if generator is None else generator).randperm(n)
    return [Subset(dataset, part) for part in np.split(order, list(itertools.accumulate(sizes))[:-1])]


class DataLoader(Generic[T]):
    """Goes through a dataset in batches, in an order drawn anew each time if it is to `shuffle`.

    `collate_fn` makes a batch of a list of examples; by default tensors and numbers are stacked, within tuples, lists
    and dicts as they are. Without a `generator` the default one is drawn from.

    >>> _ = random.manual_seed(0)
    >>> for x, y in DataLoader(TensorDataset(tensor([1.0, 2.0, 3.0]), tensor([1, 2, 3])), batch_size=2, shuffle=True):
    ...     print(x, y)
    tensor([1., 3.]) tensor([1, 3])
    tensor([2.]) tensor([2])
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int = 1,
        shuffle: bool = False,
        *,
        drop_last: bool = False,
        generator: Generator | None = None,
        collate_fn: Callable[[list[Any]], Any] | None = None,
    ) -> None:
        """Take what has a length, and examples at positions. Raises UsageError for a batch_size below 1."""
        if as_int(batch_size, "a batch_size") < 1:
            raise UsageError(f"batch_size = {batch_size}: expected a number of examples, 1 or more")
        self.dataset, self.batch_size, self.shuffle, self.drop_last = dataset, batch_size, shuffle, drop_last
        self.generator, self.collate_fn = generator, collate_fn

    def __len__(self) -> int:
        """Count the batches."""
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else math.ceil(n / self.batch_size)

    def __iter__(self) -> Iterator[Any]:
        """Begin anew."""
        return map(self._fetched, self._rows())

    def feed(self) -> Feed | None:
        """Tell what the batches are made of, where tensors stand side by side; None where examples are fetched."""
        dataset, positions = self.dataset, None
        while type(dataset) is Subset:
            positions = dataset.indices if positions is None else dataset.indices[positions]
            dataset = dataset.dataset
        if self.collate_fn is not None or type(dataset) is not TensorDataset:
            return None

        def rows() -> Iterator[Rows]:
            return self._rows() if positions is None else map(positions.take, self._rows())

        return Feed(dataset.tensors, len(self), rows)

    def _rows(self) -> Iterator[Rows]:
        """Give the positions of one batch after another."""
        source = random.default_generator if self.generator is None else self.generator
        source.random()  # PyTorch draws a seed for its workers, also where there are none
        return self._ordered(source)

    def _ordered(self, source: Generator) -> Iterator[Rows]:
        n, order = len(self.dataset), None
        if self.shuffle:
            own = source if self.generator is not None else Generator().manual_seed(int(source.random()))
            order = own.randperm(n)
        yield from in_batches(n, self.batch_size, order, self.drop_last)
        if self.shuffle and self.generator is not None:
            source.randperm(n)  # PyTorch's sampler draws once more as it ends

    def _fetched(self, rows: Rows) -> Any:
        if self.collate_fn is None:
            return _collated(self.dataset, rows)
        return self.collate_fn([self.dataset[k] for k in rows.tolist()])


def _collated(dataset: Any, rows: Rows) -> Any:
    """Make a batch of the examples at some positions: in one go where tensors stand side by side."""
    if isinstance(dataset, Tensor):
        return gather(dataset, rows)
    if type(dataset) is TensorDataset:
        return [gather(t, rows) for t in dataset.tensors]
    if type(dataset) is Subset:
        return _collated(dataset.dataset, dataset.indices[rows])
    return default_collate([dataset[k] for k in rows.tolist()])


def default_collate(batch: Sequence[Any]) -> Any:
    """Stack tensors, arrays and numbers; within tuples, lists and dicts one by one. Texts stay a list.

    Raises ShapeError where shapes or lengths differ, DTypeError for anything else.

    >>> default_collate([{"x": (1.0, "a")}, {"x": (2.0, "b")}])
    {'x': [tensor([1., 2.], dtype=float64), ['a', 'b']]}
    """
    first = batch[0]
    if isinstance(first, Tensor):
        return stack(list(batch))
    if isinstance(first, (np.ndarray, np.generic)):
        return stack([wrap(np.asarray(one)) for one in batch])
    if isinstance(first, Number):
        return tensor(list(batch), dtype="float64" if isinstance(first, float) else None)
    if isinstance(first, (str, bytes)):
        return list(batch)
    if isinstance(first, Mapping):
        return {name: default_collate([one[name] for one in batch]) for name in first}
    if isinstance(first, Sequence):
        if len({len(one) for one in batch}) > 1:
            raise ShapeError(f"examples of {sorted({len(one) for one in batch})} parts: a batch needs equally many")
        parts = [default_collate(part) for part in zip(*batch, strict=True)]
        return type(first)(*parts) if hasattr(first, "_fields") else parts
    raise DTypeError(f"a batch of {type(first).__name__}: expected tensors, numbers, texts, or tuples or dicts of them")
