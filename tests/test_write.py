"""Writing in place: what a derivative would have read and finds spoiled, leaves, and views that are looked at again."""

import pytest

import nudge
from nudge.errors import GraphError
from tests.test_autograd import leaf, line_of_here


def test_a_value_that_was_spoiled_is_named_with_both_lines():
    x = leaf(3)
    y = x * 1
    z = (y * y).sum()
    read = line_of_here(1)
    y.add_(1)
    written = line_of_here(1)
    with pytest.raises(GraphError) as error:
        z.backward()
    message = str(error.value)
    assert "derivative of mul" in message
    assert f"({read})" in message
    assert f"overwritten in place at {written}" in message


@pytest.mark.parametrize(
    ("read", "what"),
    [
        (lambda y, n: y.exp(), "its result"),
        (lambda y, n: y**n, "its argument 0"),
        (lambda y, n: n**y, "its argument 1"),
        (lambda y, n: nudge.where(y > 0, y, n) * y, "its argument 1"),
    ],
)
def test_what_was_spoiled_is_told(read, what):
    x, n = leaf(3), nudge.full((3,), 2.0, dtype=nudge.float64)
    y = x * 1
    z = read(y, n)
    (z if what == "its result" else y).add_(1)
    with pytest.raises(GraphError, match=what):
        z.sum().backward()


def test_which_values_a_rule_reads_does_not_depend_on_who_asked_first():
    def power(n, spoil_exponent=False):
        x = leaf(3)
        y = x * 1
        z = y**n
        (n if spoil_exponent else y).add_(1)
        z.sum().backward()

    nudge.ops.pow.reads.clear()
    for n in (0, 3, 2.0):
        with pytest.raises(GraphError, match="its argument 0"):
            power(n)
    with pytest.raises(GraphError, match="its argument 1"):
        power(nudge.full((3,), 2.0, dtype=nudge.float64), spoil_exponent=True)


def test_writing_over_what_no_derivative_reads_is_fine():
    x = leaf(3)
    y = x * 1
    z = y + y.detach() * 0
    y.mul_(0)
    z.sum().backward()
    assert x.grad.tolist() == [1.0] * 3


def test_spoiling_through_a_view_an_alias_or_numbers_of_a_leaf_is_seen():
    def through_a_view(y):
        y[1:].zero_()

    def through_a_detached(y):
        y.detach().zero_()

    def under_no_grad(y):
        with nudge.no_grad():
            y.zero_()

    for spoil in (through_a_view, through_a_detached, under_no_grad):
        y = leaf(3) * 1
        z = (y * y).sum()
        spoil(y)
        with pytest.raises(GraphError, match="overwritten in place"):
            z.backward()
    x = leaf(3)
    z = (x * x).sum()
    under_no_grad(x)
    with pytest.raises(GraphError, match="overwritten in place"):
        z.backward()


def test_a_leaf_is_not_changed_in_place_but_under_no_grad():
    for change in (lambda x: x.mul_(2), lambda x: x[1:].zero_(), lambda x: x.T.add_(1)):
        with pytest.raises(GraphError, match="a leaf that requires a gradient is changed in place"):
            change(leaf(3, 2))
    x = leaf(3)
    with nudge.no_grad():
        x -= 0.5
    assert x.is_leaf
    assert x.requires_grad
    (x * x).sum().backward()
    assert x.grad.tolist() == [1.0, 3.0, 5.0]


def test_a_view_keeps_its_history_where_it_was_looked_at_under_no_grad():
    x = leaf(4)
    y = x * 1
    view = y[1:]
    y.mul_(2)
    with nudge.no_grad():
        assert view.requires_grad
    view.sum().backward()
    assert x.grad.tolist() == [0.0, 2.0, 2.0, 2.0]
