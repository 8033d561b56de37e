"""What a function does inside is what it does eagerly: old values and new ones, copies, labels, numbers."""

from __future__ import annotations

import numpy as np
import pytest

import nudge
import nudge.nn.functional as F
from nudge.errors import IndexingError
from nudge.scalar import Value


def kept(w, v):
    old = w.clone()
    w.add_(1)
    return old


def kept_in_another_shape(w, v):
    old = w.clone().reshape(-1)
    w.zero_()
    return old


def copied(w, v):
    v.copy_(w)
    w.add_(1)
    return w * 1


def swapped(w, v):
    old = w.clone()
    w.copy_(v)
    v.copy_(old)
    return w * v


def swapped_and_changed(w, v):
    old = w.clone()
    w.copy_(v)
    v.copy_(old + 1)
    return old


def made_of_its_old_self(w, v):
    v.copy_(w)
    w.copy_(w.softmax(-1) if w.ndim else w.exp())
    return v * 1


WRITES = [kept, kept_in_another_shape, copied, swapped, swapped_and_changed, made_of_its_old_self]


@pytest.mark.parametrize("step", WRITES)
@pytest.mark.parametrize("shape", [(3, 4), (), (0, 3), (17,)])
@pytest.mark.parametrize("captured", [False, True])
def test_old_numbers_are_kept(step, shape, captured):
    found = []
    for how in (nudge.compile, lambda step: step):
        w, v = nudge.full(shape, 3.0), nudge.full(shape, 5.0)
        call = how((lambda w=w, v=v: step(w, v)) if captured else step)
        result = call() if captured else call(w, v)
        found.append([each.tolist() for each in (result, w, v)])
    assert found[0] == found[1]


TURNED = [
    lambda x: (x * 2).t().clone(),
    lambda x: (x.exp() + x).t().contiguous() * 1,
    lambda x: (x * 2).t().reshape(-1),
    lambda x: (x[:, None] * x[:, :, None]).transpose(1, 2).clone(),
    lambda x: nudge.stack([(x * 3).t(), (x - 1).t()]),
]


@pytest.mark.parametrize("see", TURNED)
@pytest.mark.parametrize("shape", [(4, 4), (4, 8), (16, 16), (3, 5), (33, 32)])
def test_what_is_turned_is_what_was_made(see, shape):
    x = nudge.arange(float(shape[0] * shape[1])).reshape(shape) / 9
    np.testing.assert_allclose(nudge.compile(see)(x).numpy(), see(x).numpy(), rtol=1e-6)


def test_rows_are_added_up_of_what_is_computed():
    x = nudge.arange(16.0).reshape(4, 4)
    rows = nudge.tensor([[0, 1, 2, 3], [0, 0, 0, 0], [3, 2, 1, 0], [1, 1, 2, 2]])

    def step(x, rows):
        return nudge.zeros(4, 4).scatter_add(0, rows, x * 2)

    assert nudge.compile(step)(x, rows).tolist() == step(x, rows).tolist()


LABELS = [
    lambda x, y: F.cross_entropy(x, y),
    lambda x, y: F.cross_entropy(x, y, ignore_index=1),
    lambda x, y: F.nll_loss(x, y),
    lambda x, y: F.multi_margin_loss(x, y),
    lambda x, y: F.one_hot(y, 3),
    lambda x, y: F.embedding(y, x.t()),
]


@pytest.mark.parametrize("step", LABELS)
def test_labels_are_checked(step):
    x, w = nudge.arange(6.0).reshape(2, 3), nudge.zeros(1)

    def counted(x, y):
        w.add_(1)
        return step(x, y)

    compiled = nudge.compile(counted)
    y = nudge.tensor([2, 1])
    np.testing.assert_allclose(compiled(x, y).numpy(), step(x, y).numpy(), rtol=1e-6)
    for wrong in (3, -1):
        with pytest.raises(IndexingError, match=rf"at \[1\] is {wrong}, where 0 to 2"):
            compiled(x, nudge.tensor([0, wrong]))
    assert w.item() == 1


def test_labels_that_are_ignored():
    x, y = nudge.arange(9.0).reshape(3, 3), nudge.tensor([2, -100, 0])
    compiled = nudge.compile(lambda x, y: F.cross_entropy(x, y))
    assert compiled(x, y).item() == pytest.approx(F.cross_entropy(x, y).item())


def test_gradients_of_what_a_leaf_was():
    def step(x):
        w.grad = None
        loss = (w * x).sum()
        with nudge.no_grad():
            w.mul_(0.5)
        loss = loss + (w * x * 3).sum()
        with nudge.no_grad():
            w.clamp_(-0.2, 0.2)
        (loss + (w * 7).sum()).backward()
        return w.grad, *nudge.autograd.grad((w * x).sum(), w)

    found = []
    for how in (nudge.compile, lambda step: step):
        w = nudge.ones(2, requires_grad=True)
        found.append([each.tolist() for each in how(step)(nudge.tensor([1.0, 2.0]))])
    assert found[0] == found[1] == [[11, 15], [1, 2]]


NUMBERS = [
    lambda x, s: 2 * (3 * x) + x,
    lambda x, s: x * 3 * 2 + x * 5,
    lambda x, s: x - 2 * x * 2,
    lambda x, s: x.masked_fill(x > 0, s),
    lambda x, s: nudge.where(x > 0, x, s),
    lambda x, s: nudge.where(x > 0, s, 1.0) * x,
    lambda x, s: F.hardtanh(x, -s, s),
    lambda x, s: x.nan_to_num(s),
    lambda x, s: nudge.stack([nudge.where(x > 0, (x > 0).float(), j + 2.5) for j in range(60)]),
]


@pytest.mark.parametrize("step", NUMBERS)
def test_numbers_among_tensors(step):
    x = nudge.tensor([1.0, -2.0, float("nan")])
    found, expected = nudge.compile(step)(x, 0.5), step(x, 0.5)
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-6)


def test_rounding_in_place():
    w = nudge.tensor([1.2, 2.7], requires_grad=True)

    def step():
        x = w * 2
        x.round_()
        return x.detach()

    assert nudge.compile(step)().tolist() == step().tolist() == [2, 5]


def test_parts_that_are_written_twice():
    def step(x):
        part = x.split(2, -1)[0]
        turned = part.mT
        other = -turned
        turned[turned > 0] = 1.5
        other.index_add_(-1, nudge.tensor([0, 0, 2]), other.index_select(-1, nudge.tensor([0, 0, 2])) * 2)
        return turned.clone(), other

    def made():
        return nudge.arange(12.0).reshape(3, 4) - 4

    for found, expected in zip(nudge.compile(step)(made()), step(made()), strict=True):
        assert found.tolist() == expected.tolist()


def test_a_values_gradient_is_a_float():
    def step(q):
        q.grad = 0.0
        (q * q).backward()
        return q.grad

    found = nudge.compile(step)(Value(3.0))
    assert type(found) is float
    assert found == 6


@pytest.mark.parametrize("write", [lambda x: x.zero_(), lambda x: x.__setitem__(0, 5.0), lambda x: x.fill_(2.0)])
def test_a_constant_takes_a_place_that_has_a_history(write):
    w = nudge.ones(2, requires_grad=True)

    def step():
        w.grad = None
        x = w * 2
        write(x)
        (x * x).sum().backward()
        return w.grad

    assert nudge.compile(step)().tolist() == step().tolist()


@pytest.mark.parametrize("step", [lambda x: x.softmax(0), lambda x: x.log_softmax(0), lambda x: x.logsumexp(0)])
def test_shares_of_nothing(step):
    x = nudge.zeros(0, 3)
    assert nudge.compile(step)(x).tolist() == step(x).tolist() == ([] if step(x).ndim == 2 else [-np.inf] * 3)


def parts_of_a_larger_one(x):
    y = x.softmax(1)
    return nudge.cat([x, y], 0), y.cumsum(1)


def turned_within_a_larger_one(x):
    y = nudge.einsum("ij,im->jim", x, x) * 0.5
    return nudge.cat([y, y], 0), y.reshape(x.shape[1] * x.shape[0], x.shape[1])


def looked_up_and_convolved(x):
    rows = x.gather(0, nudge.arange(x.shape[1]).reshape(1, -1) % x.shape[0]) * 0.9
    return rows, F.conv1d(rows.reshape(1, 1, -1), rows[:, :2].reshape(1, 1, 2), padding=1)


def of_one_number(x):
    least = x.min(0, keepdim=True)[0]
    return (least.diagonal() @ least,)


SEEN = [parts_of_a_larger_one, turned_within_a_larger_one, looked_up_and_convolved, of_one_number]


@pytest.mark.parametrize("step", SEEN)
@pytest.mark.parametrize("shape", [(3, 4), (4, 4), (8, 16)])
def test_what_lies_within_others_is_read_where_it_lies(step, shape):
    x = nudge.sin(nudge.arange(float(shape[0] * shape[1]))).reshape(shape).double()
    for found, expected in zip(nudge.compile(step)(x), step(x), strict=True):
        np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("n", [9, 17, 33])
def test_what_is_computed_again_reads_what_is_there(n):
    def step(a):
        a.requires_grad_()
        x = a[nudge.arange(n)]
        y = nudge.zeros(n, dtype=x.dtype).scatter_add(0, (nudge.arange(n) * 4) % n, x)
        loss = -y.amax(0) + (x * x).mean()
        return nudge.autograd.grad(loss, a)[0], y.detach()

    a = (nudge.arange(n) % 3).double()
    for found, expected in zip(nudge.compile(step)(a + 0), step(a + 0), strict=True):
        np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-12)
