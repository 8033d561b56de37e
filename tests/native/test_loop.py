"""Many steps in one native call are what they would be one by one."""

import numpy as np
import pytest

import nudge
from nudge import nn
from nudge.data import DataLoader, TensorDataset
from nudge.data.loader import Subset
from nudge.errors import IndexingError, UsageError
from nudge.generator import Generator
from nudge.scalar import Value
from tests.native.test_compile import OPTIMIZERS, Twin, X, Y, agree, network


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_steps_on_the_same_arguments(name):
    twin = Twin(network(OPTIMIZERS[name], dtype="float64"))
    x, y = nudge.tensor(X).double(), nudge.tensor(Y).double()
    for k in (1, 0, 7, 30):
        expected = None
        for _ in range(k):
            expected = twin.eager_step(x, y)
        agree(twin.step.run(k, x, y), expected)
        agree(twin.native["model"].state_dict(), twin.eager["model"].state_dict())
    assert twin.step.traces <= 2


def test_gradients_add_up_over_steps():
    w = nudge.ones(2, requires_grad=True)
    compiled = nudge.compile(lambda x: (w * x).sum().backward())
    compiled.run(5, nudge.ones(2))
    assert w.grad.tolist() == [5, 5]
    w.grad = None
    compiled.run(3, nudge.ones(2))
    assert w.grad.tolist() == [3, 3]


def pairs(n=10):
    return TensorDataset(nudge.arange(n).float(), nudge.arange(n) * 10)


@pytest.mark.parametrize("drop_last", [True, False])
@pytest.mark.parametrize("generator", [True, False])
@pytest.mark.parametrize("subset", [True, False])
def test_batches_in_the_loaders_order(drop_last, generator, subset):
    def make():
        nudge.manual_seed(0)
        seen, mask = nudge.zeros(40, 3), nudge.zeros(40, 3)
        count = nudge.zeros(1, dtype=nudge.int64)
        dataset = Subset(pairs(14), [*range(13, 2, -1)]) if subset else pairs()
        loader = DataLoader(
            dataset, batch_size=3, shuffle=True, drop_last=drop_last,
            generator=Generator().manual_seed(5) if generator else None,
        )

        def step(x, y, scale):
            seen[count, : len(x)] = (x * scale + y)[None]
            mask[count, : len(x)] = nudge.rand(len(x))[None]
            count.add_(1)
            return x.sum()

        return step, seen, mask, loader

    step, seen, mask, loader = make()
    expected, done = None, 0
    while done < 23:
        for x, y in loader:
            expected = step(x, y, 2.0)
            done += 1
            if done == 23:
                break
    position = nudge.rand(3)
    other, found, drawn, same = make()
    compiled = nudge.compile(other)
    for k in (1, 1, 15, 6):
        result = compiled.run(k, 2.0, loader=same)
    agree(result, expected)
    agree(found, seen)
    agree(drawn, mask)
    agree(nudge.rand(3), position)


def test_once_through_and_from_any_iterable():
    total = nudge.zeros(1)

    def step(x, y):
        total.add_(x.sum() + y.sum())
        return x

    compiled = nudge.compile(step)
    loader = DataLoader(pairs(), batch_size=5)
    last = compiled.run(loader=loader)
    assert total.item() == 45 * 11
    compiled.run(loader=loader)
    assert last.tolist() == [5, 6, 7, 8, 9]
    compiled.run(4, loader=[(nudge.ones(2), nudge.ones(2)), (nudge.ones(3), nudge.ones(3))])
    assert total.item() == 2 * 45 * 11 + 20
    with pytest.raises(UsageError, match="gives no batches"):
        compiled.run(1, loader=[])
    with pytest.raises(UsageError, match="say how many"):
        compiled.run()


def test_many_times_through_few_batches():
    loader = DataLoader(pairs(6), batch_size=2)
    count = nudge.zeros(1, dtype=nudge.int64)
    compiled = nudge.compile(lambda x, y: count.add_(1))
    for _ in range(500):
        compiled.run(loader=loader)
    assert count.item() == 1500


def test_a_step_that_fails_is_the_last():
    table, count = nudge.ones(5), nudge.zeros(1)

    def step(rows):
        count.add_(1.0)
        return table[rows].sum()

    compiled = nudge.compile(step)
    loader = DataLoader(TensorDataset(nudge.tensor([0, 1, 2, 3, 9, 4])), batch_size=1)
    with pytest.raises(IndexingError, match="is 9"):
        compiled.run(loader=loader)
    assert count.item() == 4


def test_batch_norm_and_dropout_in_a_loop():
    def make():
        nudge.manual_seed(0)
        model = nn.Sequential(
            nn.Linear(2, 4, dtype="float64"), nn.BatchNorm1d(4, dtype="float64"), nn.Dropout(0.3),
            nn.Linear(4, 1, dtype="float64"),
        )
        rule = nudge.optim.Adam(model.parameters(), lr=0.01)

        def step(x, y):
            rule.zero_grad()
            loss = ((model(x) - y) ** 2).mean()
            loss.backward()
            rule.step()
            return loss

        return {"step": step, "model": model}

    twin = Twin(make)
    x, y = nudge.tensor(X).double(), nudge.tensor(Y).double()
    nudge.manual_seed(1)
    expected = [twin.eager_step(x, y) for _ in range(20)][-1]
    nudge.manual_seed(1)
    agree(twin.step.run(20, x, y), expected)
    agree(twin.native["model"].state_dict(), twin.eager["model"].state_dict())
    np.testing.assert_array_equal(twin.native["model"][1].num_batches_tracked.numpy(), 20)


def test_after_an_error_a_loader_begins_anew():
    fails = [True]

    def step(x):
        if fails:
            raise ValueError("once")
        return x.sum()

    step = nudge.compile(step)
    for loader in (DataLoader(TensorDataset(nudge.ones(4, 2)), batch_size=1), [nudge.ones(2)] * 4):
        fails.append(True)
        with pytest.raises(ValueError, match="once"):
            step.run(loader=loader)
        fails.clear()
        assert step.run(loader=loader).item() == 2


@pytest.mark.parametrize("make", [lambda: nudge.zeros(2, 3), lambda: nudge.from_numpy(np.zeros((3, 2)).T)])
def test_the_steps_before_one_that_fails_have_been_done(make):
    w, table, count = make(), nudge.arange(5.0), Value(0.0)
    w.requires_grad_()

    def step(rows):
        w.grad = None
        (w * w).sum().backward()
        with nudge.no_grad():
            w.add_(1)
        count.data = count.data + 1
        return table[rows].sum()

    run = nudge.compile(step).run
    loader = DataLoader(TensorDataset(nudge.tensor([0] * 9 + [99])), batch_size=1)
    loss = (w * w).sum()
    for done in (9, 18):
        with pytest.raises(nudge.IndexingError):
            run(loader=loader)
        assert w.tolist() == np.full((2, 3), done).tolist()
        assert count.data == done
        with pytest.raises(nudge.GraphError, match="keep_grads"):
            _ = w.grad
    with pytest.raises(nudge.GraphError, match="overwritten in place"):
        loss.backward()
