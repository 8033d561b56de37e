"""Attention: each place looks at the others, by how well its query meets their keys."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..creation import empty
from ..dtype import float32
from ..errors import ShapeError
from ..tensor import Tensor
from . import functional, init
from .linear import Linear
from .module import Module, Parameter, size


class MultiheadAttention(Module):
    """Attend with several heads, each in its own share of the features (Vaswani et al., 2017).

    >>> from nudge.creation import ones
    >>> output, weights = MultiheadAttention(8, 2, batch_first=True)(*[ones(3, 5, 8)] * 3)
    >>> output.shape, weights.shape
    ((3, 5, 8), (3, 5, 5))
    """

    def __init__(
        self, embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool = True, batch_first: bool = False,
        *, dtype: Any = float32,
    ) -> None:  # fmt: skip
        """Draw weights as Glorot and Bengio do. Raises ShapeError where heads do not divide the features."""
        self.embed_dim, self.num_heads = size("embed_dim", embed_dim), size("num_heads", num_heads)
        if embed_dim % num_heads:
            raise ShapeError(f"MultiheadAttention: {num_heads} heads do not divide {embed_dim} features")
        self.dropout, self.batch_first = dropout, batch_first
        self.in_proj_weight = Parameter(empty((3 * embed_dim, embed_dim), dtype=dtype))
        self.in_proj_bias = Parameter(empty(3 * embed_dim, dtype=dtype)) if bias else None
        self.out_proj = Linear(embed_dim, embed_dim, bias, dtype=dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the input's weights anew, and set biases to 0."""
        init.xavier_uniform_(self.in_proj_weight)
        for bias in (self.in_proj_bias, self.out_proj.bias):
            if bias is not None:
                init.zeros_(bias)

    def forward(
        self, query: Tensor, key: Tensor, value: Tensor, *, attn_mask: Tensor | None = None, is_causal: bool = False,
        need_weights: bool = True, average_attn_weights: bool = True,
    ) -> tuple[Tensor, Tensor | None]:  # fmt: skip
        """Attend from queries (places, n, embed_dim) to keys and values (others, n, embed_dim).

        With `batch_first`, n comes first. In `attn_mask`, (places, others), True is where not to look, as in PyTorch;
        numbers are added. Gives the output in the query's shape, and the weights (n, places, others), one for each head
        unless they are averaged, or None unless they are needed.
        """
        if not self.batch_first:
            query, key, value = (x.transpose(0, 1) for x in (query, key, value))
        weights, biases = self.in_proj_weight.chunk(3), (None,) * 3
        if self.in_proj_bias is not None:
            biases = self.in_proj_bias.chunk(3)
        q, k, v = (
            self._heads(functional.linear(x, w, b))
            for x, w, b in zip((query, key, value), weights, biases, strict=True)
        )
        allowed = attn_mask
        if attn_mask is not None and attn_mask.dtype == np.dtype(bool):
            allowed = attn_mask.logical_not()  # there, True is where to look
        p = functional.attention_weights(q, k, allowed, is_causal)
        seen = functional.dropout(p, self.dropout, self.training) @ v
        n, _, places, _ = seen.shape
        output = self.out_proj(seen.transpose(1, 2).reshape(n, places, self.embed_dim))
        output = output if self.batch_first else output.transpose(0, 1)
        if not need_weights:
            return output, None
        return output, p.mean(1) if average_attn_weights else p

    def _heads(self, x: Tensor) -> Tensor:
        """Part features: (n, heads, places, features of a head)."""
        n, places, _ = x.shape
        return x.reshape(n, places, self.num_heads, self.embed_dim // self.num_heads).transpose(1, 2)
