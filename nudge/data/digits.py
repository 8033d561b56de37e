"""The 1,797 handwritten digits that come with nudge (source and licence: `SOURCES.md` in this folder)."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def load_digits() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the images, uint8 (1797, 64) with pixels from 0 to 16, and the labels, int64 (1797,) from 0 to 9.

    An image is 8 rows of 8 pixels, the top row first. Both arrays are fresh at every call.

    >>> images, labels = load_digits()
    >>> images.shape, labels[:4].tolist()
    ((1797, 64), [0, 1, 2, 3])
    """
    import numpy as np

    with resources.files("nudge.data").joinpath("digits.npz").open("rb") as file, np.load(file) as arrays:
        return arrays["images"], arrays["labels"].astype(np.int64)
