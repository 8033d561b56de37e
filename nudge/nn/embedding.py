"""Layers that look up."""

from __future__ import annotations

from typing import Any

from ..creation import empty
from ..dtype import float32
from ..mode import no_grad
from ..tensor import Tensor
from . import functional, init
from .functional_layer import row_number
from .module import Module, Parameter, size


class Embedding(Module):
    """A row of features for each of some things: of shape (…, embedding_dim) for integers (…).

    >>> from nudge.creation import tensor
    >>> Embedding(10, 3)(tensor([[0, 9]])).shape
    (1, 2, 3)
    """

    def __init__(
        self, num_embeddings: int, embedding_dim: int, padding_idx: int | None = None, *, dtype: Any = float32
    ) -> None:
        """Draw normal numbers; the row `padding_idx` is 0, and gets no gradient.

        Raises ShapeError for sizes below 1, IndexingError for a row that there is not.
        """
        self.num_embeddings = size("num_embeddings", num_embeddings)
        self.embedding_dim = size("embedding_dim", embedding_dim)
        self.padding_idx = None if padding_idx is None else row_number(padding_idx, num_embeddings)
        self.weight = Parameter(empty((num_embeddings, embedding_dim), dtype=dtype))
        self.reset_parameters()

    @no_grad()
    def reset_parameters(self) -> None:
        """Draw the rows anew."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            self.weight[self.padding_idx] = 0

    def forward(self, input: Tensor) -> Tensor:
        """Look up."""
        return functional.embedding(input, self.weight, self.padding_idx)

    def extra_repr(self) -> str:
        """Say the sizes."""
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}"
