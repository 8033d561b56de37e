"""Data sets that come with nudge, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..errors import UsageError, nearest
from ..tensor import wrap
from .digits import load_digits
from .examples import Examples


@dataclass(frozen=True)
class Dataset:
    """Examples of classes, and what is known about them."""

    name: str
    about: str
    examples: Examples  # inputs float32 (n, features); targets int64 (n,), positions in `classes`
    classes: tuple[str, ...]
    image: tuple[int, int] | None = None  # rows and columns, where the features are an image's pixels


def digits() -> Dataset:
    """Give the handwritten digits, pixels from 0 to 1."""
    images, labels = load_digits()
    examples = Examples(wrap((images / 16).astype(np.float32)), wrap(labels))
    return Dataset("digits", "handwritten digits, images of 8×8 pixels", examples, tuple("0123456789"), image=(8, 8))


SETS: dict[str, Callable[[], Dataset]] = {"digits": digits}


def dataset(name: str) -> Dataset:
    """Give a data set by its name. Raises UsageError for one that there is not.

    >>> len(dataset("digits").examples)
    1797
    """
    if name not in SETS:
        raise UsageError(f"there is no data set {name}{nearest(name, SETS)}")
    return SETS[name]()
