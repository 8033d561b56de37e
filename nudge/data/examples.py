"""Examples: inputs and targets side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import ShapeError
from ..generator import Generator
from ..tensor import Tensor
from .order import Feed, Rows, in_batches


@dataclass(frozen=True)
class Examples:
    """Inputs of shape (n, …) and their targets of shape (n, …)."""

    inputs: Tensor
    targets: Tensor

    def __post_init__(self) -> None:
        """Raise ShapeError where there is not one target for each input."""
        if self.inputs.shape[:1] != self.targets.shape[:1] or not self.inputs.shape:
            raise ShapeError(
                f"inputs of shape {self.inputs.shape} and targets of {self.targets.shape}: each input needs one target"
            )

    def __len__(self) -> int:
        """Count them."""
        return self.inputs.shape[0]

    def take(self, rows: Any) -> Examples:
        """Pick examples by position, a tensor or array of integers, or a slice."""
        return Examples(self.inputs[rows], self.targets[rows])

    def batches(self, size: int, generator: Generator | None = None) -> Iterator[Examples]:
        """Go through all once, `size` at a time, in an order drawn anew, or, without a generator, as they stand."""
        return (Examples(*batch) for batch in self.feed(size, generator))

    def feed(self, size: int, generator: Generator | None = None) -> Feed:
        """Do the same for a loop in machine code."""

        def positions() -> Iterator[Rows]:
            yield from in_batches(len(self), size, None if generator is None else generator.randperm(len(self)))

        return Feed((self.inputs, self.targets), -(-len(self) // size), positions)
