"""Linear algebra: the matrix product."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..op import kernel, no_bool
from .shape import permute


def _transposed(x: Any) -> Any:
    return permute(x, axes=(-1, -2))


@kernel(
    "(m,k),(k,n)->(m,n)",
    vjp=(lambda g, y, x, z: matmul(g, _transposed(z)), lambda g, y, x, z: matmul(_transposed(x), g)),
    init=lambda b, x, z: (b.constant(0, x),), step=lambda b, state, at, x, z: (b.add(state[0], b.mul(x, z)),),
    combine=lambda b, total, other: b.add(total, other), types=no_bool, dunder="matmul", symbol="@",
    says="each matrix gets the gradient times the other's transpose",
    samples=((((3, 4), (4, 2)), {}), (((2, 3, 4), (4, 2)), {}), (((5, 1, 2, 3), (2, 3, 4)), {})),
)
def matmul(x: Any, z: Any) -> Any:
    """Multiply matrices, over broadcast batches of them."""
    return np.matmul(x, z)
