"""How the numbers of an array are written: as PyTorch writes them, four digits, all of one width."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

EDGE = 3  # how many items of each end are shown of an axis that is cut
THRESHOLD = 1000  # with more elements than these, axes are cut
WIDTH = 80


def text_of(array: Any) -> str:
    """Write an array's numbers.

    >>> print(text_of(np.array([[1.0, -0.5], [2.25, 1 / 3]])))
    [[ 1.0000, -0.5000],
            [ 2.2500,  0.3333]]
    """
    write = _writer(_shown(array))
    return np.array2string(
        array,
        separator=", ",
        prefix="tensor(",
        threshold=THRESHOLD,
        edgeitems=EDGE,
        max_line_width=WIDTH,
        formatter={"all": write},
    )


def _shown(array: Any) -> Any:
    """Keep what will be shown: both ends of each axis of a large array."""
    if array.size > THRESHOLD:
        for axis, size in enumerate(array.shape):
            if size > 2 * EDGE:
                array = np.take(array, [*range(EDGE), *range(size - EDGE, size)], axis)
    return array


def _writer(shown: Any) -> Callable[[Any], str]:
    write = _floats(shown) if shown.dtype.kind == "f" else str
    width = max((len(write(x)) for x in shown.ravel().tolist()), default=0)
    return lambda x: write(x).rjust(width if shown.ndim else 0)


def _floats(shown: Any) -> Callable[[Any], str]:
    """Choose between whole numbers, four decimals, and powers of ten where sizes differ much."""
    sizes = np.abs(shown[np.isfinite(shown) & (shown != 0)].astype(np.float64))
    if sizes.size and (sizes.max() / sizes.min() > 1000 or sizes.max() > 1e8 or sizes.min() < 1e-4):
        return "{:.4e}".format
    if np.all(sizes == np.floor(sizes)):
        return lambda x: f"{x:.0f}." if np.isfinite(x) else str(x)
    return "{:.4f}".format
