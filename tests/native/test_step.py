"""A step in machine code refuses what it was not built for."""

import numpy as np
import pytest

import nudge
from nudge import native
from nudge.errors import IndexingError, ShapeError, UsageError
from nudge.tensor import wrap


def test_a_step_takes_what_it_was_built_for():
    x = wrap(np.arange(12.0).reshape(4, 3))
    step = native.build(lambda x: x * 2, x)
    np.testing.assert_array_equal(step(x).numpy(), x.numpy() * 2)
    with pytest.raises(UsageError, match="2 arguments were given; this step was built for 1"):
        step(x, x)
    with pytest.raises(ShapeError, match=r"float64 of shape \(3, 4\); this step was built for float64 of \(4, 3\)"):
        step(x.T)


@pytest.mark.parametrize("wrong", [7, -8, 2**40, -(2**62)])
def test_an_index_that_is_none_is_named_and_nothing_is_changed(wrong):
    table = wrap(np.arange(14.0).reshape(7, 2))
    seen = wrap(np.zeros(1))
    rows = wrap(np.array([[1, 2], [0, 6]]))

    def step(rows):
        seen.add_(1.0)
        return table[rows].sum()

    built = native.build(step, rows)
    assert built(rows).item() == table.numpy()[[1, 2, 0, 6]].sum()
    before = seen.item()
    with pytest.raises(IndexingError, match=r"the index at .* is .*, where 0 to 6 are expected.*has changed nothing"):
        built(wrap(np.array([[1, 2], [wrong, 6]])))
    assert seen.item() == before
    assert built(rows).item() == table.numpy()[[1, 2, 0, 6]].sum()
    assert seen.item() == before + 1


def test_a_gradient_is_added_to_no_row_that_is_none():
    weight = nudge.tensor(np.ones((3, 2)), requires_grad=True)

    def step(rows):
        weight.grad = None
        (weight[rows] * weight[rows]).sum().backward()
        return weight.grad

    built = native.build(step, wrap(np.array([0, 2, 2])))
    assert built(wrap(np.array([0, 2, 2]))).tolist() == [[2, 2], [0, 0], [4, 4]]
    with pytest.raises(IndexingError, match=r"\[1\] is 3"):
        built(wrap(np.array([0, 3, 2])))
