"""Examples: their parts, their order, and what is done to images."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nudge
from nudge import Generator
from nudge.data import Examples, load_digits, shifted, split

_, LABELS = load_digits()


def test_the_parts_are_all_of_it_and_share_nothing() -> None:
    parts = split(LABELS, 0.16, 0.2, Generator().manual_seed(0))
    assert sorted(np.concatenate(parts).tolist()) == list(range(1797))
    assert [len(part) for part in parts] == [1149, 288, 360]
    assert len(parts[2]) / 1797 >= 0.2


@given(
    st.lists(st.integers(0, 3), min_size=8, max_size=200),
    st.sampled_from([0.1, 0.16, 0.3]),
    st.sampled_from([0.2, 0.5]),
)
def test_every_class_is_dealt_out_in_proportion(labels: list[int], validation: float, holdout: float) -> None:
    parts = split(labels, validation, holdout, Generator().manual_seed(1))
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(labels)))
    counts, all_of_it = np.bincount(np.array(labels)[parts[2]], minlength=4), np.bincount(labels, minlength=4)
    assert np.abs(counts - all_of_it * len(parts[2]) / len(labels)).max() <= 1 + 1e-9


def test_the_seed_decides_the_parts() -> None:
    first, again, other = (split(LABELS, 0.16, 0.2, Generator().manual_seed(seed))[2] for seed in (0, 0, 1))
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


@pytest.mark.parametrize("n", [0, 1, 2])
def test_too_few_examples_for_three_parts_are_refused(n: int) -> None:
    with pytest.raises(nudge.UsageError, match="too few"):
        split(np.zeros(n, np.int64), 0.1, 0.2, Generator())


def test_a_pass_sees_every_example_once_in_an_order_of_its_own() -> None:
    examples = Examples(nudge.arange(10).float().reshape(10, 1), nudge.arange(10))
    generator = Generator().manual_seed(0)
    first, second = (
        [batch.targets.tolist() for batch in examples.batches(4, generator)] for _ in range(2)
    )
    assert [len(batch) for batch in first] == [4, 4, 2]
    assert sorted(sum(first, [])) == sorted(sum(second, [])) == list(range(10))
    assert first != second
    assert [batch.targets.tolist() for batch in examples.batches(4)] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    for batch in examples.batches(3, generator):
        assert batch.inputs.reshape(-1).tolist() == batch.targets.tolist()


def test_each_input_needs_a_target() -> None:
    with pytest.raises(nudge.ShapeError, match="each input needs one target"):
        Examples(nudge.ones(3, 2), nudge.ones(2))


class Fixed(Generator):
    """Draws what it is told."""

    def __init__(self, *values: float) -> None:
        super().__init__()
        self.values = np.array(values, np.float32)

    def uniform(self, low: float, high: float, shape: Any, dtype: Any = np.float32) -> Any:
        return self.values.reshape(shape)


def test_a_whole_pixel_is_a_shift_and_half_of_one_is_the_mean_of_two() -> None:
    image = np.arange(12, dtype=np.float32).reshape(3, 4)
    images = nudge.tensor(image.reshape(1, 12))

    def moved(down: float, right: float) -> np.ndarray:
        return shifted(images, Fixed(down, right), (3, 4), 1.0).numpy().reshape(3, 4)

    np.testing.assert_array_equal(moved(0, 0), image)
    np.testing.assert_array_equal(moved(1, 0), np.vstack([np.zeros((1, 4)), image[:-1]]))
    np.testing.assert_array_equal(moved(0, -1), np.hstack([image[:, 1:], np.zeros((3, 1))]))
    np.testing.assert_allclose(moved(0.5, 0), (image + np.vstack([np.zeros((1, 4)), image[:-1]])) / 2)


def test_every_image_is_moved_by_its_own_part_of_a_pixel() -> None:
    images = nudge.zeros(50, 25)
    images[:, 12] = 1.0
    out = shifted(images, Generator().manual_seed(0), (5, 5), 0.5).numpy()
    assert out.dtype == np.float32
    np.testing.assert_allclose(out.sum(1), 1.0, rtol=1e-6)
    assert len(np.unique(out[:, 12])) == 50
    assert (out[:, 12] >= 0.25).all()
