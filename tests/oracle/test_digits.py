"""The digits are scikit-learn's, row for row."""

from __future__ import annotations

import numpy as np
from sklearn import datasets

from nudge.data.digits import load_digits


def test_digits_are_those_of_scikit_learn() -> None:
    images, labels = load_digits()
    published = datasets.load_digits()
    np.testing.assert_array_equal(images, published.data)
    np.testing.assert_array_equal(labels, published.target)
