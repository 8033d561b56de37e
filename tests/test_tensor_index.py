"""Indexing against NumPy: any key, read, written, and its gradient."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import nudge
from nudge.errors import DTypeError, IndexingError, ShapeError, TraceError

SHAPES = hnp.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=4)


def is_array(item):
    return not isinstance(item, (int, slice, type(None)))


@st.composite
def keys(draw, shape):
    """Draw a key for a shape: integers, slices, one `...`, None, and either masks or integer arrays that broadcast."""
    items, axis = [], 0
    size = draw(st.integers(1, 3))
    arrays = draw(st.sampled_from(["none", "integers", "mask"]))
    while axis < len(shape) and draw(st.integers(0, 9)):
        kind = draw(st.sampled_from(["int", "slice", "none", "array"]))
        n = shape[axis]
        if kind == "none":
            items.append(None)
            continue
        if kind == "array" and arrays == "integers":
            index = draw(
                hnp.arrays(np.int64, st.sampled_from([(size,), (1,), (2, size)]), elements=st.integers(-n, n - 1))
            )
            items.append(draw(st.sampled_from([index, index.tolist(), nudge.tensor(index)])))
        elif kind == "array" and arrays == "mask" and not any(map(is_array, items)):
            width = draw(st.integers(1, len(shape) - axis))
            mask = draw(hnp.arrays(bool, shape[axis : axis + width]))
            items.append(draw(st.sampled_from([mask, nudge.tensor(mask)])))
            axis += width - 1
        elif kind == "int" and arrays == "none":
            # An integer beside index arrays is one of them in NumPy, and a choice of its own in PyTorch.
            items.append(draw(st.integers(-n, n - 1)))
        else:
            step = draw(st.sampled_from([None, 1, 2, 3, -1, -2]))
            bound = st.one_of(st.none(), st.integers(-n - 1, n + 1))
            items.append(slice(draw(bound), draw(bound), step))
        axis += 1
    if draw(st.booleans()):
        # Between index arrays even a '...' that stands for nothing moves their axes to the front in NumPy.
        apart = [
            k for k in range(len(items) + 1) if not any(map(is_array, items[:k])) or not any(map(is_array, items[k:]))
        ]
        items.insert(draw(st.sampled_from(apart)), Ellipsis)
    if len(items) == 1 and draw(st.booleans()) and not isinstance(items[0], list):
        return items[0]
    return tuple(items)


def plain(key):
    """Make the key one that NumPy takes."""
    items = key if isinstance(key, tuple) else (key,)
    return tuple(np.asarray(i) if isinstance(i, nudge.Tensor) else i for i in items)


def numbers(shape):
    return np.arange(np.prod(shape), dtype=np.float64).reshape(shape) * 1.5 - 3


@given(st.data())
def test_reading(data):
    shape = data.draw(SHAPES)
    key = data.draw(keys(shape))
    array = numbers(shape)
    try:
        expected = array[plain(key)]
    except IndexError:
        with pytest.raises(IndexingError):
            nudge.tensor(array)[key]
        return
    x = nudge.tensor(array, requires_grad=True)
    y = x[key]
    np.testing.assert_array_equal(y.detach().numpy(), expected)
    basic = all(item is None or item is Ellipsis or isinstance(item, (int, slice)) for item in plain(key))
    assert not expected.size or np.shares_memory(y.detach().numpy(), x.detach().numpy()) == basic

    weights = np.cos(np.arange(expected.size)).reshape(expected.shape)
    (y * weights).sum().backward()
    gradient = np.zeros(shape)
    np.add.at(gradient, plain(key), weights)
    np.testing.assert_allclose(x.grad.numpy(), gradient, atol=1e-12)


@given(st.data())
def test_writing(data):
    shape = data.draw(SHAPES)
    key = data.draw(keys(shape))
    array = numbers(shape)
    try:
        part = array[plain(key)].shape
    except IndexError:
        return
    thin = tuple(n if data.draw(st.booleans()) else 1 for n in part)[data.draw(st.integers(0, len(part))) :]
    value = np.sin(np.arange(np.prod(thin, dtype=int)) + 1).reshape(thin)

    x, v = nudge.tensor(array, requires_grad=True), nudge.tensor(value, requires_grad=True)
    y = x * 1
    y[key] = v
    expected = array.copy()
    expected[plain(key)] = value
    np.testing.assert_array_equal(y.detach().numpy(), expected)

    # The gradient goes to what was not overwritten and, of values that met in one place, to the one that stayed.
    weights = np.cos(np.arange(array.size)).reshape(shape)
    (y * weights).sum().backward()
    stays, source = np.ones(shape), np.full(shape, -1)
    stays[plain(key)] = 0
    source[plain(key)] = np.broadcast_to(np.arange(value.size).reshape(thin), part)
    np.testing.assert_array_equal(0 if x.grad is None else x.grad.numpy(), weights * stays)
    expected = np.bincount(source[source >= 0], weights[source >= 0], value.size).reshape(thin)
    np.testing.assert_allclose(np.zeros(thin) if v.grad is None else v.grad.numpy(), expected, atol=1e-12)

    z = nudge.tensor(array)
    z[key] = value
    np.testing.assert_array_equal(z.numpy(), y.detach().numpy())
    z[key] = 7
    assert np.all(z.numpy()[plain(key)] == 7)


def test_an_integer_beside_index_tensors_is_a_choice_of_its_own():
    b = nudge.zeros(2, 3, 4)
    assert b[0, :, [1, 2]].shape == (3, 2)
    assert np.zeros((2, 3, 4))[0, :, [1, 2]].shape == (2, 3)


def test_traced_indices_count_from_either_end():
    x = nudge.tensor(np.arange(12.0).reshape(3, 4))
    take = nudge.func.vmap(lambda i: x[i, -i])
    assert take(nudge.tensor([0, 1, -1])).tolist() == [0.0, 7.0, 9.0]


def test_of_equal_traced_positions_the_last_is_written():
    def put(i):
        y = i.new_zeros(3, dtype="float32")
        y[i] = nudge.tensor([1.0, 2.0, 3.0])
        return y

    index = nudge.tensor([[0, 0, 2], [-1, 2, -1]])
    assert nudge.func.vmap(put)(index).tolist() == [[2.0, 0.0, 3.0], [0.0, 0.0, 3.0]]
    assert put(index[0]).tolist() == [2.0, 0.0, 3.0]


@pytest.mark.parametrize(
    ("key", "error", "words"),
    [
        (3, IndexingError, "index 3 is out of range for axis 0 of size 3"),
        ((0, -5), IndexingError, "index -5 is out of range for axis 1 of size 4"),
        ((slice(None), [0, 4]), IndexingError, "index 4 is out of range for axis 1 of size 4"),
        ((0, 0, 0), IndexingError, "3 indices for a tensor with 2 axes"),
        ((..., ...), IndexingError, "only one"),
        (1.5, IndexingError, "index 1.5: expected integers"),
        ([0.5], DTypeError, "an index of float64"),
        (np.array([True]), IndexingError, r"mask of shape \(1,\) at axis 0 of a tensor of shape \(3, 4\)"),
        (([0, 1], [0, 1, 2]), IndexingError, "do not broadcast"),
    ],
)
def test_errors_say_what_is_wrong(key, error, words):
    x = nudge.zeros(3, 4)
    with pytest.raises(error, match=words):
        x[key]
    with pytest.raises(error, match=words):
        x[key] = nudge.ones(2)


def test_a_value_that_does_not_fit_is_refused():
    x = nudge.zeros(3, 4)
    with pytest.raises(ShapeError, match=r"value of shape \(3,\) is written to a part of shape \(4,\)"):
        x[0] = nudge.ones(3)
    with pytest.raises(IndexingError, match="mask of shape"):
        x[nudge.ones(1, 4) > 0] = 1.0


def test_a_mapped_key_does_not_write_into_what_all_examples_share():
    shared = nudge.zeros(3)

    def mask(x):
        shared[x > 0] = 1.0

    def index(i):
        shared[i] = 1.0

    for write, argument in ((mask, nudge.ones(2, 3)), (index, nudge.tensor([[0], [1]]))):
        with pytest.raises(TraceError, match=r"new_zeros\(\)"):
            nudge.func.vmap(write)(argument)
    assert shared.tolist() == [0.0, 0.0, 0.0]
