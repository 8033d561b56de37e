"""A compiled function does what the function would do, call after call, whatever changes around it."""

import math
import signal

import numpy as np
import pytest

import nudge
import nudge.nn.functional as F
from nudge import nn
from nudge.errors import GraphError, IndexingError, TraceError, UsageError
from nudge.optim import SGD, Adam
from nudge.optim.lr_scheduler import ExponentialLR

X = np.linspace(-1, 1, 12, dtype=np.float32).reshape(6, 2)
Y = np.sin(3 * X.sum(1, keepdims=True))


class Twin:
    """The same program twice, once to be run as it is and once compiled; `check` compares all that they leave."""

    def __init__(self, make, **options):
        self.eager, self.native = make(), make()
        self.eager_step = self.eager.pop("step")
        self.step = nudge.compile(self.native.pop("step"), **options)

    def both(self, change):
        change(self.eager)
        change(self.native)

    def __call__(self, *args, **kwargs):
        expected, found = self.eager_step(*args, **kwargs), self.step(*args, **kwargs)
        agree(found, expected)
        for name, thing in self.eager.items():
            if isinstance(thing, nn.Module):
                agree(self.native[name].state_dict(), thing.state_dict())
            elif isinstance(thing, nudge.Tensor):
                agree(self.native[name], thing)
        return found


def agree(found, expected):
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        found, expected = list(found.values()), list(expected.values())
    if isinstance(expected, (tuple, list)):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            agree(one, other)
    elif isinstance(expected, nudge.Tensor):
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found.detach().numpy(), expected.detach().numpy(), rtol=2e-5, atol=1e-6)
    else:
        assert found == expected


def network(optimizer=lambda parameters: SGD(parameters, lr=0.1), dtype="float32", **settings):
    """Make a training step on a small network, and what it works on."""

    def make():
        nudge.manual_seed(0)
        model = nn.Sequential(nn.Linear(2, 5, dtype=dtype), nn.Tanh(), nn.Linear(5, 1, dtype=dtype))
        rule = optimizer(model.parameters())

        def step(x, y):
            rule.zero_grad(**settings)
            loss = F.mse_loss(model(x), y)
            loss.backward()
            rule.step()
            return loss

        return {"step": step, "model": model, "optimizer": rule}

    return make


@pytest.fixture
def data():
    return nudge.tensor(X), nudge.tensor(Y)


OPTIMIZERS = {
    "sgd": lambda p: SGD(p, lr=0.1),
    "momentum": lambda p: SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    "dampening": lambda p: SGD(p, lr=0.1, momentum=0.9, dampening=0.3),
    "adam": lambda p: Adam(p, lr=0.1, weight_decay=0.01),
    "adamw": lambda p: nudge.optim.AdamW(p, lr=0.1),
    "adagrad": lambda p: nudge.optim.Adagrad(p, lr=0.1, lr_decay=0.1, initial_accumulator_value=0.1),
    "rmsprop": lambda p: nudge.optim.RMSprop(p, lr=0.01, momentum=0.9),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_training_step_is_traced_once(name, data):
    twin = Twin(network(OPTIMIZERS[name]))
    for _ in range(5):
        twin(*data)
    assert twin.step.traces == (2 if name == "dampening" else 1)
    for p, q in zip(twin.eager["optimizer"].state.values(), twin.native["optimizer"].state.values(), strict=True):
        agree(q, p)


# -- never stale: one test for each thing that may change ------------------------------------------


def test_a_changed_learning_rate(data):
    twin = Twin(network())
    twin(*data)
    twin.both(lambda held: held["optimizer"].param_groups[0].update(lr=0.5))
    twin(*data)
    assert twin.step.traces == 1


def test_a_setting_that_comes_to_hold_is_traced_anew(data):
    twin = Twin(network())
    twin(*data)
    twin.both(lambda held: held["optimizer"].param_groups[0].update(weight_decay=0.1))
    twin(*data)
    twin.both(lambda held: held["optimizer"].param_groups[0].update(weight_decay=0.2))
    twin(*data)
    assert twin.step.traces == 2


def test_changed_betas(data):
    twin = Twin(network(OPTIMIZERS["adam"]))
    for k in range(4):
        twin.both(lambda held, k=k: held["optimizer"].param_groups[0].update(betas=(0.5 + k / 10, 0.99)))
        twin(*data)
    assert twin.step.traces == 1


def test_a_schedule_of_ten_steps_is_one_program(data):
    twin = Twin(network(OPTIMIZERS["adam"]))
    schedules = [ExponentialLR(held["optimizer"], 0.8) for held in (twin.eager, twin.native)]
    for _ in range(10):
        twin(*data)
        for schedule in schedules:
            schedule.step()
    assert twin.step.traces == 1


def test_a_changed_closure_float_is_read_from_then_on():
    scale = 2.0

    def times(x):
        return x * scale

    compiled = nudge.compile(times)
    for scale in (2.0, 3.0, 4.0, 5.0):  # noqa: B007
        agree(compiled(nudge.ones(2)), nudge.ones(2) * scale)
    assert compiled.traces == 2
    scale = 1  # another kind of number: x * 1 may be another program than x * 1.0
    assert compiled(nudge.tensor([1])).dtype == nudge.int64


def test_a_closure_float_that_cannot_be_read_at_each_run_is_traced_anew():
    power = 1.0

    def f(x):
        return x * np.float64(math.floor(power)) if power > 1.5 else x

    compiled = nudge.compile(f)
    for power, expected in ((1.0, 1), (2.0, 2), (3.5, 3), (3.7, 3), (1.2, 1)):  # noqa: B007
        assert compiled(nudge.ones(1)).item() == expected


def test_a_float_that_is_needed_as_it_is_leaves_the_settings_alone(data):
    width = 1.0

    def make():
        w = nudge.ones(3, requires_grad=True)
        rule = SGD([w], lr=0.1)

        def step(x):
            rule.zero_grad()
            loss = (w * np.full(3, width, np.float32) * x.sum()).sum()
            loss.backward()
            rule.step()
            return loss

        return {"step": step, "w": w, "rule": rule}

    twin = Twin(make)
    for width in (1.0, 2.0, 3.0):  # noqa: B007
        twin(data[0])
    traces = twin.step.traces
    for k in range(3):
        twin.both(lambda held, k=k: held["rule"].param_groups[0].update(lr=0.2 + k))
        twin(data[0])
    assert twin.step.traces == traces


RATE = 1.0
SHIFTS = {"by": [1.0, 2.0]}


def shifted(x):
    return helper(x) + SHIFTS["by"][0]


def helper(x):
    return x * RATE


def test_a_changed_global_of_the_function_or_of_one_that_it_calls(monkeypatch):
    compiled = nudge.compile(shifted)
    assert compiled(nudge.ones(1)).item() == 2
    monkeypatch.setitem(globals(), "RATE", 5.0)
    assert compiled(nudge.ones(1)).item() == 6
    SHIFTS["by"][0] = 3.0
    assert compiled(nudge.ones(1)).item() == 8
    monkeypatch.setitem(globals(), "helper", lambda x: -x)
    assert compiled(nudge.ones(1)).item() == 2
    SHIFTS["by"][0] = 1.0


def test_parameters_that_show_other_memory(data):
    twin = Twin(network())
    twin(*data)
    for _ in range(2):
        for held in (twin.eager, twin.native):
            for p in held["model"].parameters():
                p.data = p.detach() * 0.5
        twin(*data)
    assert twin.step.traces == 1


def test_load_state_dict_of_a_model(data):
    twin = Twin(network())
    twin(*data)
    other = network()()["model"]
    twin.both(lambda held: held["model"].load_state_dict({k: v * 0 + 0.1 for k, v in other.state_dict().items()}))
    twin(*data)
    assert twin.step.traces == 1


def test_load_state_dict_of_an_optimizer(data):
    twin, other = Twin(network(OPTIMIZERS["adam"])), network(OPTIMIZERS["adam"])()
    twin(*data)
    for _ in range(3):
        other["step"](*data)
    twin.both(lambda held: held["optimizer"].load_state_dict(other["optimizer"].state_dict()))
    twin(*data)
    twin(*data)


def test_a_replaced_state_tensor(data):
    twin = Twin(network(OPTIMIZERS["adam"]))
    twin(*data)

    def replace(held):
        for state in held["optimizer"].state.values():
            state["exp_avg"] = state["exp_avg"] * 0 + 1
            state["step"].data = nudge.tensor(np.array(7.0))

    twin.both(replace)
    twin(*data)


def test_a_forgotten_state(data):
    twin = Twin(network(OPTIMIZERS["adam"]))
    twin(*data)
    twin.both(lambda held: held["optimizer"].state.clear())
    twin(*data)


def test_training_and_evaluation():
    model = nn.Sequential(nn.BatchNorm1d(2), nn.Dropout(0.5))
    other = nn.Sequential(nn.BatchNorm1d(2), nn.Dropout(0.5))
    compiled = nudge.compile(lambda x: model(x).detach())
    x = nudge.tensor(X)
    for mode in (True, False, True, False):
        model.train(mode)
        other.train(mode)
        nudge.manual_seed(1)
        found = compiled(x)
        nudge.manual_seed(1)
        agree(found, other(x))
        agree(model.state_dict(), other.state_dict())
    assert compiled.traces == 2


def test_ctrl_c_during_a_trace_comes_when_all_is_as_it_was():
    w = nudge.ones(2, requires_grad=True)
    rule, pressed = SGD([w], lr=0.5), []

    def step(x):
        if not pressed:
            signal.raise_signal(signal.SIGINT)
        rule.zero_grad()
        (w * x).sum().backward()
        rule.step()

    compiled, x = nudge.compile(step), nudge.tensor([1.0, 2.0])
    with pytest.raises(KeyboardInterrupt):
        compiled(x)
    assert (w.tolist(), w.grad, rule.param_groups[0]["lr"]) == ([1, 1], None, 0.5)
    pressed.append(True)
    compiled(x)
    assert w.tolist() == [0.5, 0]


def test_a_changed_attribute_of_a_module():
    class Scaled(nn.Module):
        def __init__(self):
            self.weight = nn.Parameter(nudge.ones(2))
            self.by, self.kind, self.table = 2.0, "plain", {"a": 1}

        def forward(self, x):
            return (x * self.weight * self.by + (self.kind == "plain") + self.table["a"]).detach()

    model = Scaled()
    compiled = nudge.compile(model)
    changes = [
        lambda: setattr(model, "by", 3.0), lambda: setattr(model, "by", 4.0), lambda: setattr(model, "kind", "x"),
        lambda: setattr(model, "weight", nn.Parameter(nudge.ones(2) * 7)), lambda: model.table.update(a=5),
        lambda: setattr(Scaled, "forward", lambda self, x: x.detach()),
    ]
    for change in (lambda: None, *changes):
        change()
        agree(compiled(nudge.ones(2)), model(nudge.ones(2)))


def test_a_layer_that_is_replaced_or_frozen(data):
    twin = Twin(network())
    twin(*data)

    def replace(held):
        nudge.manual_seed(3)
        held["model"][1] = nn.ReLU()
        held["model"][0].weight.requires_grad_(False)

    twin.both(replace)
    twin(*data)


def test_a_changed_attribute_of_a_plain_object_and_of_its_class():
    class Config:
        shift = 0.0

        def __init__(self):
            self.rate = 1.0

    config = Config()
    compiled = nudge.compile(lambda x: x * config.rate + config.shift)
    for change in (lambda: None, lambda: setattr(config, "rate", 2.0), lambda: setattr(Config, "shift", 3.0)):
        change()
        assert compiled(nudge.ones(1)).item() == config.rate + config.shift
    config = Config()
    config.rate = 9.0
    assert compiled(nudge.ones(1)).item() == 12


def test_changed_default_arguments():
    def f(x, by=2.0, options={"add": 1.0}):  # noqa: B006
        return x * by + options["add"]

    compiled = nudge.compile(f)
    assert compiled(nudge.ones(1)).item() == 3
    f.__defaults__[1]["add"] = 5.0
    assert compiled(nudge.ones(1)).item() == 7
    f.__defaults__ = (3.0, {"add": 0.0})
    assert compiled(nudge.ones(1)).item() == 3
    assert compiled(nudge.ones(1), by=4.0).item() == 4


def test_what_was_only_looked_at():
    w = nudge.ones(3)

    def f(x):
        return x * len(w) + (10 if w.requires_grad else 0) + f.bonus

    f.bonus = 0
    compiled = nudge.compile(f)
    assert compiled(nudge.ones(1)).item() == 3
    w.data = nudge.ones(5)
    assert compiled(nudge.ones(1)).item() == 5
    w.requires_grad_()
    assert compiled(nudge.ones(1)).item() == 15
    f.bonus = 100
    assert compiled(nudge.ones(1)).item() == 115


def test_functions_of_nudge_itself():
    for f in (nudge.tanh, nudge.ops.tanh, F.gelu, nudge.sum, nudge.Tensor.exp):
        agree(nudge.compile(f)(nudge.ones(3)), f(nudge.ones(3)))


def test_an_array_that_changes_in_its_place():
    table = np.ones(3)
    compiled = nudge.compile(lambda x: x + nudge.tensor(table))
    for k in range(4):
        table[0] = k
        assert compiled(nudge.zeros(3)).tolist() == [k, 1, 1]
    assert compiled.traces == 2


# -- gradients -------------------------------------------------------------------------------------


def test_a_gradient_that_was_not_stored_says_so(data):
    held = network()()
    step = nudge.compile(held["step"])
    p = held["model"][0].weight
    p.grad = nudge.ones(5, 2)
    step(*data)
    with pytest.raises(GraphError, match="keep_grads=True"):
        p.grad  # noqa: B018
    with pytest.raises(GraphError, match="keep_grads=True"):
        F.mse_loss(held["model"](data[0]), data[1]).backward()
    held["model"].zero_grad()
    assert p.grad is None
    step(*data)
    held["model"].zero_grad(set_to_none=False)
    assert p.grad.tolist() == np.zeros((5, 2)).tolist()


def grads(held):
    return [None if p.grad is None else p.grad.tolist() for p in held["model"].parameters()]


@pytest.mark.parametrize("settings", [{}, {"set_to_none": False}])
def test_gradients_are_kept_where_that_is_asked_for(data, settings):
    twin = Twin(network(**settings), keep_grads=True)
    for _ in range(3):
        twin(*data)
        for mine, expected in zip(grads(twin.native), grads(twin.eager), strict=True):
            np.testing.assert_allclose(mine, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("set_to_none", [True, False])
@pytest.mark.parametrize("every", [1, 3])
def test_gradients_add_up_where_nothing_sets_them_to_zero(data, every, set_to_none):
    def make():
        nudge.manual_seed(0)
        model = nn.Linear(2, 1)

        def step(x, y):
            F.mse_loss(model(x), y).backward()

        return {"step": step, "model": model}

    twin = Twin(make)
    for k in range(6):
        twin(*data)
        for mine, expected in zip(grads(twin.native), grads(twin.eager), strict=True):
            np.testing.assert_allclose(mine, expected, rtol=1e-5, atol=1e-6)
        if k % every == 0:
            twin.both(lambda held: held["model"].zero_grad(set_to_none))
    assert twin.step.traces <= 2


@pytest.mark.parametrize("set_to_none", [True, False])
def test_gradients_are_forgotten_at_the_end(data, set_to_none):
    def make():
        nudge.manual_seed(0)
        model = nn.Linear(2, 1)
        rule = SGD(model.parameters(), lr=0.1)

        def step(x, y):
            F.mse_loss(model(x), y).backward()
            rule.step()
            model.zero_grad(set_to_none)

        return {"step": step, "model": model}

    twin = Twin(make)
    for _ in range(3):
        twin(*data)
        assert grads(twin.native) == grads(twin.eager)


def test_gradients_of_arguments():
    def f(x):
        x.grad = None
        (x * x).sum().backward()
        return x.grad

    compiled = nudge.compile(f)
    for k in (1.0, 3.0):
        y = nudge.tensor([k, 2.0], requires_grad=True)
        assert compiled(y) is y.grad
        assert y.grad.tolist() == [2 * k, 4]
    nudge.compile(lambda x: f(x) * 2)(y)
    with pytest.raises(GraphError, match="keep_grads"):
        y.grad  # noqa: B018


# -- results and arguments -------------------------------------------------------------------------


def test_results_belong_to_the_caller():
    w = nudge.zeros(3)
    compiled = nudge.compile(lambda x: {"sum": w + x, "n": 3, "none": None, "parts": (x, w, [x * 2])})
    one, two = nudge.ones(3), nudge.ones(3) * 2
    first, second = compiled(one), compiled(two)
    assert first["sum"].tolist() == [1, 1, 1]
    assert second["sum"].tolist() == [2, 2, 2]
    assert first["parts"][0] is one
    assert second["parts"][0] is two
    assert second["parts"][1] is w
    assert (second["n"], second["none"]) == (3, None)
    assert second["parts"][2][0].tolist() == [4, 4, 4]


def test_arguments_of_every_kind():
    def f(pair, *, scale, table, kind="sum"):
        x, y = pair
        z = x * scale + y + table["b"]
        return getattr(z, kind)()

    compiled = nudge.compile(f)
    pair = (nudge.ones(2), np.ones(2, np.float32))
    for scale in (2.0, 3.0, 4.0):
        for table in ({"b": 1.0}, {"b": nudge.ones(2)}):
            for kind in ("sum", "mean"):
                agree(compiled(pair, scale=scale, table=table, kind=kind), f(pair, scale=scale, table=table, kind=kind))
    assert compiled.traces == 4
    with pytest.raises(TraceError, match="expected tensors, arrays, numbers, or constants"):
        compiled(pair, scale=1.0, table=bytearray(b"b"))


def test_arguments_are_changed_in_place():
    def f(x, y):
        x[1:].add_(y)
        return x.sum()

    compiled = nudge.compile(f)
    x, y = nudge.zeros(4)[::2], nudge.zeros(2)
    for k in range(3):
        assert compiled(x, nudge.ones(1)).item() == k + 1
        assert compiled(y, nudge.ones(1)).item() == k + 1
    assert x.tolist() == [0, 3]


def test_an_argument_that_is_also_read_from_outside():
    w = nudge.ones(2)

    def f(x):
        w.add_(1.0)
        return x * 2

    compiled = nudge.compile(f)
    assert compiled(w).tolist() == [4, 4]
    assert compiled(nudge.ones(2)).tolist() == [2, 2]
    assert compiled(w).tolist() == [8, 8]
    with pytest.raises(TraceError, match="share memory"):
        compiled(w.detach())


def test_a_new_shape_is_traced_anew_and_the_old_one_kept():
    compiled = nudge.compile(lambda x: x.sum())
    for n in (1, 2, 3, 1, 2, 3):
        assert compiled(nudge.ones(n)).item() == n
    assert compiled(nudge.ones(3).double()).dtype == nudge.float64
    assert compiled.traces == 4


def test_many_shapes_are_warned_of_once():
    compiled = nudge.compile(lambda x, y: x.sum() + y)
    for n in range(8):
        compiled(nudge.ones(2, n), 1.0)
    with pytest.warns(UserWarning, match=r"argument 0 dimension 1, which was 7 and is 8"):
        compiled(nudge.ones(2, 8), 1.0)
    for n in range(9, 40):
        compiled(nudge.ones(2, n), 1.0)
    traces = compiled.traces
    compiled(nudge.ones(2, 39), 1.0)
    assert compiled.traces == traces
    compiled(nudge.ones(2, 0), 1.0)
    assert compiled.traces == traces + 1


def test_a_result_that_gradients_are_wanted_of_is_left_to_eager():
    w = nudge.ones(2, requires_grad=True)
    compiled = nudge.compile(lambda x: (w * x).sum())
    x = nudge.ones(2)
    with pytest.warns(UserWarning, match="gradients are wanted"):
        compiled(x).backward()
    compiled(x).backward()
    assert w.grad.tolist() == [2, 2]
    with nudge.no_grad():
        assert not compiled(x).requires_grad
    with pytest.warns(UserWarning, match="gradients are wanted"):
        (nudge.compile(lambda x: x * 2)(w * 3)).sum().backward()
    assert w.grad.tolist() == [8, 8]


def test_a_failed_call_has_changed_nothing():
    table, seen = nudge.ones(3), nudge.zeros(1)

    def f(rows):
        seen.add_(1.0)
        return table[rows].sum()

    compiled = nudge.compile(f)
    compiled(nudge.tensor([0, 2]))
    with pytest.raises(IndexingError, match="is 3"):
        compiled(nudge.tensor([0, 3]))
    assert seen.item() == 1
    assert compiled(nudge.tensor([1, 1])).item() == 2


# -- transforms ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "transform",
    [
        nudge.func.grad, nudge.func.value_and_grad, nudge.func.hessian, nudge.func.jacrev, nudge.func.jacfwd,
        lambda f: lambda x: nudge.func.jvp(f, (x,), (x,)), lambda f: nudge.func.vmap(nudge.func.grad(f)),
        lambda f: nudge.func.grad(lambda x: nudge.func.vmap(f)(x).sum()),
    ],
)
def test_transforms_are_compiled(transform):
    w = nudge.tensor([0.5, -1.0, 2.0])

    def f(x):
        return (w * x).tanh().sum()

    made = transform(f)
    x = nudge.tensor([[0.1, 0.2, 0.3], [1.0, 2.0, 3.0]])
    x = x if "vmap" in repr(transform) or made.__name__ == "mapped" else x[1]
    agree(nudge.compile(made)(x), made(x))


def test_compiled_functions_inside_of_others():
    inner = nudge.compile(lambda x: (x * x).sum())
    outer = nudge.compile(lambda x: inner(x) + 1)
    assert outer(nudge.ones(3)).item() == 4
    assert inner.traces == 0
    assert nudge.compile(nudge.func.grad(inner))(nudge.ones(2)).tolist() == [2, 2]


# -- errors ----------------------------------------------------------------------------------------


def branch(x):
    loss = x.sum()
    if loss > 1:
        return loss
    return -loss


def shows(x):
    print(f"{x.sum():.3f}")
    return x


@pytest.mark.parametrize(
    "what", [branch, shows, lambda x: float(x.sum()), lambda x: x.numpy() * 2, lambda x: x.tolist(), lambda x: print(x)]
)
def test_what_needs_a_value_is_refused_at_its_line(what):
    with pytest.raises(TraceError, match=r"test_compile.py:\d+"):
        nudge.compile(what)(nudge.ones(2))


def test_a_tensor_that_leaks_is_named():
    kept, held = [], {}

    class Box:
        pass

    box = Box()

    def appends(x):
        kept.append(x * 2)

    def stores(x):
        held["last"] = x * 2

    def attribute(x):
        box.last = x * 2

    for f, where in ((appends, r"kept \(at 0\)"), (stores, r"held \(at 'last'\)"), (attribute, r"box \(at 'last'\)")):
        with pytest.raises(TraceError, match=f"leaves a traced tensor.*{where}"):
            nudge.compile(f)(nudge.ones(2))
    assert (kept, held, vars(box)) == ([], {}, {})


COUNT = 0


def test_a_function_that_changes_its_surroundings_is_refused():
    count = 0

    def closure(x):
        nonlocal count
        count += 1
        return x

    def changes_global(x):
        global COUNT
        COUNT += 1
        return x

    def makes_global(x):
        global MADE
        MADE = 1
        return x

    for f, name in ((closure, "count"), (changes_global, "COUNT"), (makes_global, "MADE")):
        with pytest.raises(TraceError, match=f"changes {name}"):
            nudge.compile(f)(nudge.ones(2))
    assert count == COUNT == 0
    assert "MADE" not in globals()


def test_recursion_and_generators_are_refused():
    @nudge.compile
    def down(x, n):
        return x if n == 0 else down(x, n - 1)

    with pytest.raises(TraceError, match="down calls itself"):
        down(nudge.ones(1), 3)

    def several(x):
        yield x

    with pytest.raises(UsageError, match="generator"):
        nudge.compile(several)
    with pytest.raises(UsageError, match="takes a function"):
        nudge.compile(3)


def test_random_numbers_of_others_are_refused():
    import random

    with pytest.raises(TraceError, match="Python's or NumPy's random numbers"):
        nudge.compile(lambda x: x * random.random())(nudge.ones(1))
    batches = iter([nudge.ones(1)])
    with pytest.raises(TraceError, match="batches is a list_iterator"):
        nudge.compile(lambda x: x + next(batches))(nudge.ones(1))


# -- environment -----------------------------------------------------------------------------------


def test_the_environment_decides(monkeypatch):
    monkeypatch.setenv("NUDGE_NATIVE", "0")
    seen = []
    compiled = nudge.compile(lambda x: seen.append(x) or x * 2)
    assert [compiled(nudge.ones(1)).item() for _ in range(2)] == [2, 2]
    assert len(seen) == 2
    monkeypatch.setenv("NUDGE_NATIVE", "require")
    w = nudge.ones(1, requires_grad=True)
    with pytest.raises(UsageError, match="NUDGE_NATIVE=require"):
        nudge.compile(lambda x: w * x)(nudge.ones(1))


def test_without_llvm_everything_runs_eagerly_and_says_so_once(monkeypatch):
    import sys

    monkeypatch.delenv("NUDGE_NATIVE", raising=False)
    for name in ("nudge.native.executable", "nudge.native.run.call", "nudge.native.run.jit"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    monkeypatch.setitem(sys.modules, "llvmlite.binding", None)
    compiled = nudge.compile(lambda x: x * 2)
    with pytest.warns(UserWarning, match="llvmlite") as caught:
        assert [compiled(nudge.ones(1)).item() for _ in range(3)] == [2, 2, 2]
    assert len(caught) == 1


class Trainer:
    def __init__(self):
        self.w = nudge.ones(2)
        self.rate = 1.0

    @nudge.compile
    def step(self, x):
        self.w.add_(x * self.rate)
        return self.w.sum()


def test_methods():
    one, other = Trainer(), Trainer()
    assert one.step(nudge.ones(2)).item() == 4
    assert one.step(nudge.ones(2)).item() == 6
    assert other.step(nudge.ones(2)).item() == 4
    one.rate = 10.0
    assert one.step(nudge.ones(2)).item() == 26
    assert nudge.compile(Trainer().step.__func__.function.__get__(other))(nudge.ones(2)).item() == 6


def test_a_hook_that_comes_and_goes():
    w = nudge.ones(1, requires_grad=True)

    def f(x):
        w.grad = None
        (w * x).sum().backward()
        return w.grad

    compiled = nudge.compile(f)
    assert compiled(nudge.ones(1)).item() == 1
    hook = w.register_hook(lambda g: g * 5)
    assert compiled(nudge.ones(1)).item() == 5
    hook.remove()
    assert compiled(nudge.ones(1)).item() == 1


def test_arguments_that_share_memory():
    def f(x, y):
        x.add_(1.0)
        return x + y

    compiled = nudge.compile(f)
    both = nudge.zeros(4)
    assert compiled(both[:2], both[2:]).tolist() == [1, 1]
    with pytest.raises(TraceError, match="share memory"):
        compiled(both[:2], both[1:3])
    x = nudge.zeros(2)
    assert compiled(x, x).tolist() == [2, 2]
