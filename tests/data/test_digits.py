"""The digits that come with nudge: all there, as published, and fresh at every call."""

from __future__ import annotations

import numpy as np

from nudge.data.digits import load_digits

# Published with the data: how often each class occurs among the 1,797.
CLASS_COUNTS = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_shapes_dtypes_and_classes() -> None:
    images, labels = load_digits()
    assert images.shape == (1797, 64)
    assert images.dtype == np.uint8
    assert labels.dtype == np.int64
    assert (images.min(), images.max()) == (0, 16)
    assert np.bincount(labels).tolist() == CLASS_COUNTS


def test_the_first_image_is_a_zero() -> None:
    images, labels = load_digits()
    assert labels[0] == 0
    hole = images[0].reshape(8, 8)[3:5, 3:5]
    assert not hole.any()


def test_a_caller_may_write_into_its_arrays() -> None:
    images, labels = load_digits()
    images[:], labels[:] = 0, 0
    again, labels_again = load_digits()
    assert again.any()
    assert labels_again.any()
