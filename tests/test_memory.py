"""What gradients share memory with (nothing), how much memory a graph takes and how long, and graphs in threads."""

import gc
import threading
import tracemalloc
import weakref

import numpy as np
import pytest

import nudge
from nudge import autograd
from tests.test_autograd import leaf

# -- aliases -----------------------------------------------------------------------------------------


def share_nothing(*tensors):
    """Tell whether no two tensors have memory in common."""
    arrays = [t.detach().numpy() for t in tensors]
    return not any(np.shares_memory(array, other) for k, array in enumerate(arrays) for other in arrays[:k])


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize(
    "combine", [lambda x, z: x + z, lambda x, z: x.reshape(2, 2).ravel() + z.view(4), lambda x, z: x[:] + z.flip(0)]
)
def test_gradients_share_memory_with_nothing(combine, create_graph):
    x, z = leaf(4), leaf(4)
    given = nudge.ones(4, dtype=nudge.float64)
    y = combine(x, z)
    y.retain_grad()
    y.backward(given, create_graph=create_graph)
    assert share_nothing(x.grad, z.grad, y.grad, given, x, z, y)
    if not create_graph:
        assert share_nothing(*autograd.grad(combine(x, z), (x, z, x), given), given)


def test_a_gradient_can_be_written_to():
    x = leaf(3)
    x.sum().backward()
    x.grad.mul_(4)
    assert x.grad.tolist() == [4.0] * 3
    (g,) = autograd.grad(x.expand(2, 3).sum(), x)
    g[0] = 9.0
    assert g.tolist() == [9.0, 2.0, 2.0]


# -- long chains, memory, threads --------------------------------------------------------------------


def chain(x, n):
    for _ in range(n):
        x = x * 1.0
    return x


@pytest.mark.parametrize("walk", [True, False])
def test_a_long_chain_needs_no_recursion(walk):
    x = leaf(1)
    y = chain(x, 30_000)
    if walk:
        y.backward()
        assert x.grad.item() == 1.0
    del y


def test_memory_goes_with_the_walk_and_with_the_last_handle():
    x = nudge.ones(100_000, requires_grad=True)
    size = 400_000
    gc.disable()
    tracemalloc.start()
    try:
        y = x
        for _ in range(50):
            y = y.tanh()
        loss = y.sum()
        del y
        before, _ = tracemalloc.get_traced_memory()
        assert before > 50 * size
        tracemalloc.reset_peak()
        loss.backward()
        after, peak = tracemalloc.get_traced_memory()
        assert peak < before + 6 * size, "no second copy of all there is"
        assert after < 3 * size, "the graph goes though the loss is still held"
        y = x.tanh().tanh()
        del y
        assert tracemalloc.get_traced_memory()[0] < after + size, "no cycle: counting references is enough"
    finally:
        tracemalloc.stop()
        gc.enable()


def test_no_cycle_holds_a_graph():
    gc.disable()
    try:
        x = leaf(3)
        y = x * x
        view = y[1:]
        view.mul_(3)
        y.register_hook(lambda g: g)
        z = (view * y[:2]).sum()
        nodes = [weakref.ref(t.node) for t in (y, view, z)]
        z.backward()
        assert x.grad is not None
        del y, view, z
        assert [node() for node in nodes] == [None] * 3
        root = weakref.ref(x.node)
        del x
        assert root() is None
    finally:
        gc.enable()


def in_threads(*functions):
    """Run functions side by side, and raise what any of them raised."""
    failed = []

    def guarded(function):
        try:
            function()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def test_the_grad_mode_is_a_threads_own():
    met = threading.Barrier(2, timeout=10)

    def without():
        with nudge.no_grad():
            met.wait()
            assert not nudge.is_grad_enabled()
            met.wait()

    def with_it():
        met.wait()
        assert nudge.is_grad_enabled()
        assert (leaf(2) * 2).requires_grad
        met.wait()

    in_threads(without, with_it)


def test_threads_that_share_parameters_lose_no_gradient():
    w = nudge.ones(200_000, dtype=nudge.float64, requires_grad=True)  # so large that NumPy lets other threads run
    rounds = 30

    def work():
        for _ in range(rounds):
            (w * 2).sum().backward()

    in_threads(work, work, work)
    assert set(w.grad.tolist()) == {2.0 * 3 * rounds}


# -- where arrays begin ------------------------------------------------------------------------------


def test_what_is_made_begins_where_a_cache_line_does():
    layers = [nudge.nn.Linear(30, 20), nudge.nn.Conv2d(9, 8, 3), nudge.nn.GRU(10, 20), nudge.nn.Embedding(50, 30)]
    made = [
        nudge.tensor(np.ones((21, 13))), nudge.zeros(300), nudge.ones(300), nudge.empty(20, 15),
        nudge.full((300,), 2.0), nudge.rand(300), nudge.randn(300), nudge.zeros_like(nudge.ones(300)),
        nudge.ones(3).new_tensor(np.ones(300)), *(parameter for layer in layers for parameter in layer.parameters()),
    ]  # fmt: skip
    for make in (nudge.optim.Adam, nudge.optim.Adagrad, nudge.optim.RMSprop):
        x = nudge.randn(40, 10, requires_grad=True)
        optimizer = make([x])
        x.sum().backward()
        optimizer.step()
        other = make([x])
        other.load_state_dict(optimizer.state_dict())
        made += [each for one in (optimizer, other) for each in one.state[x].values() if each.ndim]
    for each in made:
        array = each.detach().numpy()
        assert array.nbytes < 512 or array.ctypes.data % 64 == 0, f"{each.shape} at {array.ctypes.data % 64}"


@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (3, 0, 300), (1,), (300, 1)])
def test_empties_and_single_numbers_are_copied_as_they_are(shape):
    given = np.full(shape, 7.0)
    assert nudge.tensor(given).shape == shape
    np.testing.assert_array_equal(nudge.tensor(given).numpy(), given)
    np.testing.assert_array_equal(nudge.zeros(*shape).numpy(), np.zeros(shape))
