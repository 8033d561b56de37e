"""What a column is worth: shuffled whole, the same again for the same seed, at a bounded cost."""

from __future__ import annotations

import numpy as np
import pytest

from nudge.generator import Generator
from nudge.train.importance import MOST_ROWS, REPEATS, importance


def test_a_column_that_became_several_is_shuffled_as_one() -> None:
    r = np.random.default_rng(0)
    word = r.integers(0, 3, 400)
    x = np.concatenate([np.eye(3)[word], r.normal(size=(400, 1))], axis=1)
    seen: list[np.ndarray] = []

    def told(matrix: np.ndarray) -> float:
        seen.append(matrix)
        return float(np.mean(matrix[:, :3].argmax(axis=1) == word))

    first, second = importance(told, x, {"noise": slice(3, 4), "word": slice(0, 3)}, Generator().manual_seed(0))
    assert (first.column, second.column, second.loss) == ("word", "noise", 0.0)
    assert first.loss == pytest.approx(2 / 3, abs=0.1)
    assert all((matrix[:, :3].sum(axis=1) == 1).all() for matrix in seen)


def test_examples_stay_as_they_are_and_a_seed_means_a_result() -> None:
    x = np.random.default_rng(0).normal(size=(50, 2))
    kept, places = x.copy(), {"a": slice(0, 1), "b": slice(1, 2)}

    def measured(seed: int) -> object:
        return importance(lambda z: float(z[:, 0] @ kept[:, 0]), x, places, Generator().manual_seed(seed))

    assert measured(0) == measured(0) != measured(1)
    assert (x == kept).all()


@pytest.mark.parametrize(("columns", "tries"), [(2, REPEATS), (5, 1)])
def test_many_columns_get_one_try_each(columns: int, tries: int) -> None:
    calls = []
    x = np.zeros((MOST_ROWS // (REPEATS * 2), columns))
    places = {str(k): slice(k, k + 1) for k in range(columns)}
    importance(lambda z: float(calls.append(len(z)) or 0), x, places, Generator().manual_seed(0))
    assert len(calls) == 1 + columns * tries
