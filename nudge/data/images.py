"""What training does to images, so that the network learns what does not matter."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import random
from ..creation import zeros
from ..generator import Generator
from ..tensor import Tensor, wrap


def shifted(images: Tensor, generator: Generator, size: tuple[int, int], by: float) -> Tensor:
    """Move each image by its own part of a pixel: up to `by` pixels along either axis, uniformly drawn.

    `images` has shape (n, rows · columns). Between pixels it is interpolated linearly, and beyond the edge there is
    nothing: along an axis, pixel i of an image moved by d is Σⱼ max(0, 1 − |i − j − d|) · pixel j.
    """
    n, (rows, columns) = len(images), size
    down, right = random.uniform_(zeros(2, n, 1, 1), -by, by, generator=generator)
    moved: Any = _hats(rows, down) @ images.reshape(n, rows, columns) @ _hats(columns, right).swapaxes(1, 2)
    return moved.reshape(images.shape)


def _hats(size: int, d: Tensor) -> Any:
    """Weigh pixel j for pixel i of an axis moved by d: shape (n, size, size)."""
    distance = np.arange(size, dtype=np.float32)[:, None] - np.arange(size, dtype=np.float32)
    return (1 - (wrap(distance) - d).abs()).clamp(min=0)
