"""Backward, as PyTorch means it: what accumulates, what is freed, what is refused, and what never aliases."""

import gc
import inspect
import threading
import tracemalloc
import weakref

import numpy as np
import pytest

import nudge
from nudge import autograd, native
from nudge.errors import DTypeError, GraphError, ShapeError


def leaf(*shape):
    """Make 1, 2, 3, … that requires a gradient."""
    n = int(np.prod(shape))
    return nudge.tensor(np.arange(1.0, n + 1).reshape(shape), requires_grad=True)


def line_of_here(back=0):
    """Name the caller's line, as an error does."""
    frame = inspect.currentframe().f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno - back}"


# -- accumulating, keeping, freeing ------------------------------------------------------------------


def test_leaves_accumulate_and_none_begins_anew():
    x = leaf(3)
    for times in (1, 2, 3):
        (x * 2).sum().backward()
        assert x.grad.tolist() == [2.0 * times] * 3
    x.grad = None
    (x * 2).sum().backward()
    assert x.grad.tolist() == [2.0] * 3
    x.grad.zero_()
    (x * 5).sum().backward()
    assert x.grad.tolist() == [5.0] * 3


def test_accumulating_writes_into_the_gradient_that_is_there():
    x = leaf(3)
    (x * 2).sum().backward()
    held = x.grad
    (x * 2).sum().backward()
    assert x.grad is held
    assert held.tolist() == [4.0] * 3


def test_a_second_walk_through_a_freed_graph_raises_and_names_the_line():
    x = leaf(3)
    y = (x * x).sum()
    made = line_of_here(1)
    y.backward()
    with pytest.raises(GraphError, match="freed by an earlier backward") as error:
        y.backward()
    assert made in str(error.value)
    with pytest.raises(GraphError, match="freed by an earlier backward"):
        autograd.grad(y, x)


def test_retain_graph_and_create_graph_keep_the_graph():
    x = leaf(3)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    (g,) = autograd.grad(y, x, create_graph=True)
    y.backward()
    assert x.grad.tolist() == [4.0, 8.0, 12.0]
    assert g.tolist() == [2.0, 4.0, 6.0]


def test_what_another_graph_reads_outlives_a_freed_one():
    x, w = leaf(3), leaf(3)
    shared = x * x
    shared.sum().backward()
    (g,) = autograd.grad((w * shared).sum(), w)
    assert g.tolist() == [1.0, 4.0, 9.0]
    for again in (w * shared, shared + 1, shared.sum(0), shared[1:]):
        with pytest.raises(GraphError, match="freed by an earlier backward"):
            again.sum().backward()


def test_create_graph_gives_gradients_that_can_be_differentiated():
    x = leaf(3)
    (first,) = autograd.grad((x**3).sum(), x, create_graph=True)
    (second,) = autograd.grad(first.sum(), x, create_graph=True)
    (third,) = autograd.grad(second.sum(), x)
    assert first.tolist() == [3.0, 12.0, 27.0]
    assert second.tolist() == [6.0, 12.0, 18.0]
    assert third.tolist() == [6.0] * 3
    (x**3).sum().backward(create_graph=True)
    g, x.grad = x.grad, None
    g.sum().backward()
    assert x.grad.tolist() == [6.0, 12.0, 18.0]


def test_inner_gradients_are_kept_where_asked_for():
    x = leaf(3)
    y, z = x * 2, x * 3
    y.retain_grad()
    total = (y * z).sum()
    total.backward(retain_graph=True)
    assert y.grad.tolist() == z.tolist()
    assert z.grad is None
    total.backward()
    assert y.grad.tolist() == (2 * z).tolist()
    with pytest.raises(GraphError, match="does not require"):
        nudge.ones(2).retain_grad()


def test_a_kept_gradient_follows_the_tensor_through_a_write():
    x = leaf(3)
    y = x * 2
    y.retain_grad()
    y.mul_(5)
    (y * 7).sum().backward()
    assert y.grad.tolist() == [7.0] * 3
    assert x.grad.tolist() == [70.0] * 3


def test_leaves_are_what_the_user_made():
    x = leaf(3)
    y = x * 2
    assert x.is_leaf
    assert not y.is_leaf
    assert not x.clone().is_leaf
    assert y.detach().is_leaf
    assert y.detach().requires_grad_().is_leaf
    assert (nudge.ones(3) * 2).is_leaf


# -- grad --------------------------------------------------------------------------------------------


def test_grad_touches_no_grad_of_a_tensor():
    x, y = leaf(3), leaf(3)
    inner = x * y
    found = autograd.grad((inner * inner).sum(), (x, inner, y, x))
    assert [g.tolist() for g in found[1:3]] == [[2.0, 8.0, 18.0], [2.0, 16.0, 54.0]]
    assert found[0].tolist() == found[3].tolist() == [2.0, 16.0, 54.0]
    assert x.grad is None
    assert y.grad is None


def test_grad_of_several_outputs_adds_their_weighted_gradients():
    x = leaf(2)
    weights = nudge.tensor([1.0, 10.0], dtype=nudge.float64)
    (g,) = autograd.grad((x * 2, x * x, x), x, (weights, weights, weights))
    assert g.tolist() == [5.0, 70.0]
    y = (x * x).sum()
    assert autograd.grad((y, y), x)[0].tolist() == [4.0, 8.0]
    z = leaf()
    assert autograd.grad(z, z)[0].item() == 1.0


def test_an_unused_input_is_said_or_allowed():
    x, z = leaf(3), leaf(3)
    with pytest.raises(GraphError, match="input 1 was not used.*allow_unused=True"):
        autograd.grad((x * x).sum(), (x, z))
    used, unused = autograd.grad((x * x).sum(), (x, z), allow_unused=True)
    assert used.tolist() == [2.0, 4.0, 6.0]
    assert unused is None
    with pytest.raises(GraphError, match="input 0 does not require a gradient"):
        autograd.grad((x * x).sum(), nudge.ones(3))


# -- hooks -------------------------------------------------------------------------------------------


def test_hooks_see_and_change_gradients_in_the_order_of_their_registration():
    x = leaf(2)
    y = x * 2
    seen = []
    y.register_hook(lambda g: g * 3)
    y.register_hook(lambda g: seen.append(g.tolist()))
    y.register_hook(lambda g: g + 1)
    x.register_hook(lambda g: seen.append(g.tolist()))
    (y.sum() + x.sum()).backward()
    assert seen == [[3.0, 3.0], [9.0, 9.0]]  # once for each tensor, with all of its gradient
    assert x.grad.tolist() == [9.0, 9.0]


def test_a_hook_that_was_removed_is_not_called():
    x = leaf(2)
    first = x.register_hook(lambda g: g * 10)
    x.register_hook(lambda g: g + 1)
    first.remove()
    x.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]
    with pytest.raises(GraphError, match="never be called"):
        nudge.ones(2).register_hook(print)


@pytest.mark.parametrize(("wrong", "named"), [(lambda g: g[:1], r"shape \(1,\)"), (lambda g: 2.0, "float")])
def test_a_hook_returns_a_gradient_of_the_same_shape_or_nothing(wrong, named):
    y = leaf(2) * 2
    y.register_hook(wrong)
    with pytest.raises(ShapeError, match=rf"a hook returned {named}; expected None or .* of shape \(2,\)"):
        y.sum().backward()


def test_a_hook_is_traced_with_its_step():
    def step(x):
        y = x * x
        y.register_hook(lambda g: g * 3)
        return autograd.grad(y.sum(), x)[0]

    x = leaf(2)
    assert native.build(step, x)(x).tolist() == step(x).tolist() == [6.0, 12.0]


def test_a_hook_takes_part_in_a_walk_that_is_recorded():
    x = leaf(2)
    y = x * x
    y.register_hook(lambda g: g * x)
    (g,) = autograd.grad(y.sum(), x, create_graph=True)
    assert g.tolist() == [2.0, 8.0]
    assert autograd.grad(g.sum(), x)[0].tolist() == [4.0, 8.0]


# -- what is refused ---------------------------------------------------------------------------------


def test_where_a_walk_can_begin():
    x = leaf(3)
    with pytest.raises(ShapeError, match=r"shape \(3,\): a gradient can start at one number only"):
        (x * 2).backward()
    with pytest.raises(ShapeError, match=r"gradient given has shape \(2,\), the output \(3,\)"):
        (x * 2).backward(nudge.ones(2))
    with pytest.raises(ShapeError, match="2 outputs but 1 gradients"):
        autograd.grad((x * 2, x * 3), x, nudge.ones(3))
    with pytest.raises(GraphError, match="does not depend on anything that requires a gradient"):
        nudge.ones(1).backward()
    with pytest.raises(DTypeError, match=r"for 3 \(int\): expected tensors or Values"):
        autograd.grad(x * 2, 3)
    (x[:1] * 2).backward()
    assert x.grad.tolist() == [2.0, 0.0, 0.0]


def test_gradients_have_their_tensors_shape_and_dtype():
    x = leaf(3)
    x.backward(nudge.ones(3, dtype=nudge.float32))
    assert x.grad.dtype == np.float64
    (x.float() * 2).sum().backward()
    assert x.grad.dtype == np.float64
    with pytest.raises(ShapeError, match=r"gradient of shape \(2,\) was given to a tensor of shape \(3,\)"):
        x.grad = nudge.ones(2)
    with pytest.raises(DTypeError, match="gradient of float32 was given to a tensor of float64"):
        x.grad = nudge.ones(3)


def test_only_floats_require_gradients():
    for data in ([1, 2], [True]):
        with pytest.raises(DTypeError, match="only floats can be nudged"):
            nudge.tensor(data, requires_grad=True)
    x = leaf(2)
    assert not (x > 1).requires_grad
    assert not x.long().requires_grad
    with pytest.raises(GraphError, match="only a leaf can stop"):
        (x * 2).requires_grad_(False)


def test_no_grad_and_detach_cut():
    x = leaf(3)
    with nudge.no_grad():
        assert not (x * 2).requires_grad
        with nudge.enable_grad():
            assert (x * 2).requires_grad
    assert (x * 2).requires_grad
    (x * x.detach()).sum().backward()
    assert x.grad.tolist() == [1.0, 2.0, 3.0]
    assert x.detach().numpy() is x.detach().numpy()

    @nudge.no_grad()
    def evaluate():
        return x * 2

    assert not evaluate().requires_grad


# -- writing in place --------------------------------------------------------------------------------


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


# -- gradcheck ---------------------------------------------------------------------------------------


def test_gradcheck_wants_the_precision_that_nudging_needs():
    with pytest.raises(DTypeError, match="too little for float32: give inputs in float64"):
        autograd.gradcheck(lambda x: x * x, nudge.ones(2, requires_grad=True))


def test_gradcheck_finds_a_wrong_derivative():
    x = leaf(3)

    def wrong(x):
        return x * x.detach()

    assert autograd.gradcheck(lambda x: x * x, x)
    assert autograd.gradgradcheck(lambda x: x**3, x)
    with pytest.raises(GraphError, match=r"gradient of input 0 at \(\d,\): the rule says .*, nudging says"):
        autograd.gradcheck(wrong, x)
    for half in (lambda x: x * x * x.detach(), lambda x: x * x.detach()):  # the second's gradient has no history
        with pytest.raises(GraphError, match="gradient of input 0"):
            autograd.gradgradcheck(half, x)
    assert autograd.gradgradcheck(lambda x: x * 3, x)
