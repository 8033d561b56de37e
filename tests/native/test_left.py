"""What steps leave: gradients and needs of them that the next step finds, states, results, and copies of all that."""

from __future__ import annotations

import copy
import pickle
from collections import Counter, OrderedDict, defaultdict
from dataclasses import dataclass
from typing import Any

import pytest

import nudge
from nudge import nn, optim
from nudge.data import DataLoader, TensorDataset
from tests.native.test_stale import X


def both(make, drive):
    """Drive a step and its compiled form, each made anew; the results must be equal."""
    eager, compiled = drive(make(lambda step: step)), drive(make(lambda step: nudge.compile(step, keep_grads=True)))
    assert compiled == eager


def test_steps_that_alternate_are_run_as_they_alternate():
    def make(how):
        w = nn.Parameter(nudge.tensor([1.0, 2.0]))
        optimizer = optim.SGD([w], lr=0.1)

        def step(x):
            second = w.grad is not None
            (w * w * x).sum().backward()
            if second:
                optimizer.step()
                optimizer.zero_grad()
            return w.detach().clone()

        return how(step)

    def drive(step):
        found = [step(X).tolist() for _ in range(4)]
        return found + [step.run(10, X).tolist() if hasattr(step, "run") else [step(X) for _ in range(10)][-1].tolist()]

    both(make, drive)


def test_gradients_add_up_over_the_batches_of_each_run():
    w = nn.Parameter(nudge.zeros(2))
    step = nudge.compile(lambda x: (w * x).sum().backward(), keep_grads=True)
    loader = DataLoader(TensorDataset(nudge.ones(64, 2)), batch_size=4)
    for _ in range(3):
        w.grad = None
        step.run(16, loader=loader)
        assert w.grad.tolist() == [64, 64]


@pytest.mark.parametrize("keep_grads", [True, False])
def test_batches_that_require_gradients(keep_grads):
    w = nn.Parameter(nudge.tensor([1.0, 2.0]))

    def step(x):
        w.grad = None
        x.requires_grad_()
        (w * x * x).sum().backward()
        return (x + x.grad.sign()).detach().sum()

    loader = DataLoader(TensorDataset(nudge.arange(32.0).reshape(16, 2)), batch_size=4)
    expected = [step(*batch).item() for batch in loader][-1]
    compiled = nudge.compile(step, keep_grads=keep_grads)
    assert [compiled.run(4, loader=loader).item() for _ in range(2)] == [expected] * 2


def test_a_tensor_of_which_nothing_but_the_need_is_asked():
    def make(how):
        w, count = nn.Parameter(nudge.ones(1)), nudge.zeros(1)

        def step():
            count.add_(1.0 if w.requires_grad else 100.0)
            w.requires_grad_(not w.requires_grad)
            return count.clone()

        return how(step)

    both(make, lambda step: [step().item() for _ in range(4)])


def test_a_result_stops_and_begins_to_require_a_gradient():
    def step(x):
        y = (x * 2).detach()
        y.requires_grad_(False)
        z = y * 3
        y.requires_grad_()
        (y * y).sum().backward()
        return z + y.grad

    assert nudge.compile(step)(X).tolist() == step(X).tolist() == [10, 20]


def test_a_state_that_is_a_plain_dict():
    def make(how):
        w = nn.Parameter(nudge.tensor([1.0, 2.0]))
        optimizer = optim.Adam([w], lr=0.1)
        optimizer.state = {}

        def step(x):
            optimizer.zero_grad()
            (w * x).sum().backward()
            optimizer.step()

        return how(step), w, optimizer

    def drive(made):
        step, w, optimizer = made
        found: list[Any] = []
        for forget in (lambda: None, optimizer.state.clear, lambda: optimizer.state.update({w: {}})):
            forget()
            step(X)
            step(-X)
            found += [w.tolist(), len(optimizer.state)]
        return found

    both(make, drive)


def test_a_gradient_is_not_the_average_that_begins_with_it():
    def make(how):
        w = nn.Parameter(nudge.ones(1))
        optimizer = optim.SGD([w], lr=0.1, momentum=0.9, dampening=0.2)

        def step(x):
            optimizer.zero_grad()
            (w * x).sum().backward()
            optimizer.step()
            return w.grad

        return how(step)

    def drive(step):
        first = step(nudge.tensor([1.0]))
        step(nudge.tensor([5.0]))
        return first.item()

    both(make, drive)


def test_gradients_that_share_memory():
    def make(how):
        w, v = nn.Parameter(nudge.ones(1)), nn.Parameter(nudge.ones(1))
        return how(lambda x: (w * x + v * x * 3).sum().backward()), w, v

    def drive(made):
        step, w, v = made
        w.grad, v.grad = nudge.zeros(1), nudge.zeros(1)
        step(nudge.ones(1))
        w.grad = v.grad = nudge.zeros(1)
        step(nudge.ones(1))
        return w.grad.item()

    both(make, drive)


def test_gradients_that_were_not_stored_are_set_to_0_copied_and_pickled():
    model, none = nn.Linear(2, 1), True
    optimizer = optim.SGD(model.parameters(), lr=0.1)

    @nudge.compile
    def step(x):
        optimizer.zero_grad(set_to_none=none)
        model(x).sum().backward()
        optimizer.step()

    step(nudge.ones(1, 2))
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert other.weight.tolist() == model.weight.tolist()
        with pytest.raises(nudge.GraphError, match="keep_grads"):
            _ = other.weight.grad
        other.zero_grad(set_to_none=False)
        assert other.weight.grad.tolist() == [[0, 0]]
    none = False
    step(nudge.ones(1, 2))


def test_a_model_that_was_written_eagerly_is_pickled():
    model = nn.Linear(2, 1)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    model(nudge.ones(1, 2)).sum().backward()
    optimizer.step()
    again = pickle.loads(pickle.dumps(model))
    assert again.weight.tolist() == model.weight.tolist()
    assert again.weight.grad.tolist() == model.weight.grad.tolist()


class Trained:
    """Holds its compiled step."""

    def __init__(self):
        self.w = nudge.ones(2)
        self.step = nudge.compile(self.turn)

    def turn(self, x):
        """Add."""
        return self.w.add_(x).sum()


def test_what_holds_a_compiled_step_is_copied():
    trained = Trained()
    assert trained.step(nudge.ones(2)).item() == 4
    other = copy.deepcopy(trained)
    assert other.step(nudge.ones(2)).item() == 6
    assert trained.w.tolist() == [2, 2]


@dataclass(slots=True)
class Slotted:
    held: Any


@dataclass
class Plain:
    held: Any


def test_results_are_each_callers_own():
    for make in (lambda: {1, 2}, lambda: bytearray(b"a"), lambda: Plain(1)):
        give = nudge.compile(lambda x, make=make: (make(), x * 1))
        first, second = give(X)[0], give(X)[0]
        assert first is not second
        assert first == second
    held = {1, 2}
    assert nudge.compile(lambda x: held)(X) is held


@pytest.mark.parametrize("wrap", [Slotted, lambda part: Plain([part]), lambda part: {"a": Plain((part,))}])
def test_results_that_hide_what_is_traced(wrap):
    with pytest.raises(nudge.TraceError, match="holds a traced tensor or number"):
        nudge.compile(lambda x: wrap(x * 2))(X)
    double = nudge.compile(lambda x, a: wrap(a * 2))  # which then takes the number as it is
    assert [double(X, a) for a in (1.0, 2.0)] == [wrap(2.0), wrap(4.0)]


def test_dicts_keep_their_kind():
    for held in (OrderedDict(a=1), Counter("aab"), defaultdict(int, a=1)):
        found, twice = nudge.compile(lambda x, held: (held, x * (2 if type(held) is dict else 3)))(X, held)
        assert type(found) is type(held)
        assert found == held
        assert twice.tolist() == [3, 6]


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (lambda step: step.run(-1, X), "expected how many steps first, not -1"),
        (lambda step: step.run(X), r"expected how many steps first, not tensor"),
        (lambda step: step.run(loader=5), "a loader gives batches when it is iterated over, and 5 cannot be"),
        (lambda step: step.run(loader=(X for _ in range(3))), "has no length: say how many steps to run"),
    ],
)
def test_a_run_of_what_cannot_be_run(run, said):
    with pytest.raises(nudge.UsageError, match=said):
        run(nudge.compile(lambda x: x * 2))


def test_a_history_that_is_forgotten_inside():
    w = nudge.ones(2, requires_grad=True)

    def step(x):
        y = w * x
        y.detach_()
        y.requires_grad_()
        (y * y).sum().backward()
        return y.grad, y * 3

    assert [part.tolist() for part in nudge.compile(step)(X)] == [part.tolist() for part in step(X)]
    assert w.grad is None
