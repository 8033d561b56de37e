"""Attention, under PyTorch's name: values weighed by how well queries meet keys."""

from __future__ import annotations

import math

import numpy as np

from .. import ops
from ..errors import ShapeError, UsageError
from ..tensor import Tensor, wrap
from .functional_layer import dropout


def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None = None, dropout_p: float = 0.0,
    is_causal: bool = False, *, scale: float | None = None,
) -> Tensor:  # fmt: skip
    """Compute softmax(q kᵀ / √d + mask) v: q of shape (…, places, d), k of (…, others, d), v of (…, others, e).

    A boolean mask (…, places, others) is True where to look, one of numbers is added; `is_causal` lets no place look at
    later ones. Of the weights, `dropout_p` are left out (Vaswani et al., "Attention is all you need", 2017).

    Raises:
        ShapeError: queries and keys of different sizes, or another number of keys than of values.
        UsageError: a mask beside `is_causal`.

    >>> from nudge.creation import ones
    >>> scaled_dot_product_attention(ones(1, 2, 4), ones(1, 3, 4), ones(1, 3, 5)).shape
    (1, 2, 5)
    """
    if query.shape[-1:] != key.shape[-1:] or key.shape[-2:-1] != value.shape[-2:-1]:
        raise ShapeError(
            f"attention: queries {query.shape} and keys {key.shape} need the same last axis, keys and values "
            f"{value.shape} the same number"
        )
    weights = attention_weights(query, key, attn_mask, is_causal, scale)
    return dropout(weights, dropout_p) @ value


def attention_weights(
    query: Tensor, key: Tensor, mask: Tensor | None = None, is_causal: bool = False, scale: float | None = None
) -> Tensor:
    """Compute softmax(q kᵀ / √d + mask), (…, places, others); a row that may look nowhere is 0.

    >>> from nudge.creation import ones
    >>> attention_weights(ones(2, 4), ones(2, 4), is_causal=True).tolist()
    [[1.0, 0.0], [0.5, 0.5]]
    """
    if mask is not None and is_causal:
        raise UsageError("attention: is_causal is a mask of its own; give one of the two")
    scores = query @ key.transpose(-1, -2) * (1 / math.sqrt(query.shape[-1]) if scale is None else scale)
    if is_causal:
        mask = wrap(np.tri(scores.shape[-2], scores.shape[-1], dtype=bool))
    if mask is None:
        return scores.softmax(-1)
    if mask.dtype != np.dtype(bool):
        return (scores + mask).softmax(-1)
    return ops.where(mask.any(-1, keepdim=True), ops.where(mask, scores, -math.inf).softmax(-1), 0.0)
