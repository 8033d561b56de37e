"""Ways to change what a step reads, or to fail halfway, that were once passed over; each is a program of its own."""

from __future__ import annotations

import collections
import dataclasses
import functools
import random
import sys
import types
import warnings

import numpy as np
import pytest

import nudge
from nudge.errors import TraceError
from tests.native.apart import apart


def same(step, *arguments):
    """Compile a step; give what compares a call of both."""
    compiled = nudge.compile(step)

    def compare(*args):
        found, expected = compiled(*args), step(*args)
        np.testing.assert_array_equal(found.numpy(), expected.numpy())

    compare(*arguments)
    return compare


X = nudge.tensor([1.0, 2.0])


def test_a_class_that_comes_to_define_what_one_behind_it_defines():
    class Base:
        scale = 2.0

        def of(self, x):
            return x * self.scale

    class Derived(Base):
        pass

    held = Derived()
    compare = same(lambda x: held.of(x), X)
    Derived.scale = 3.0
    compare(X)
    Derived.of = lambda self, x: x - 1
    compare(X)


def test_what_is_imported_inside(monkeypatch):
    module = types.ModuleType("settings_of_a_user")
    module.scale, module.other = 2.0, 1.0
    monkeypatch.setitem(sys.modules, module.__name__, module)

    def step(x):
        import settings_of_a_user as settings
        from settings_of_a_user import other

        return x * settings.scale + other

    compare = same(step, X)
    module.scale = 3.0
    compare(X)
    module.other = 4.0
    compare(X)


SCALE = 2.0


def test_a_global_that_is_named_in_a_text(monkeypatch):
    compare = same(lambda x: x * eval("SCALE") + globals()["SCALE"], X)
    monkeypatch.setitem(globals(), "SCALE", 3.0)
    compare(X)


def test_code_behind_the_name_of_a_librarys(monkeypatch):
    @functools.wraps(nudge.relu)
    def wrapped(x):
        return x * SCALE

    compare = same(wrapped, X)
    monkeypatch.setitem(globals(), "SCALE", 3.0)
    compare(X)


def test_an_array_in_another_shape():
    held = np.arange(6.0, dtype=np.float32)
    compare = same(lambda x: x * held.shape[0], X)
    held.shape = (2, 3)
    compare(X)


def test_an_argument_in_another_shape():
    x = np.arange(6.0).reshape(2, 3)
    summed = nudge.compile(lambda x: x.sum(0))
    assert summed(x).tolist() == [3, 5, 7]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of NumPy's: it can still be done
        x.shape = 3, 2
    assert summed(x).tolist() == [6, 9]


def test_none_for_an_argument_that_was_something_else():
    compare = same(lambda x, up: x + 1 if up else x - 1, X, True)
    nudge.tensor([1.0]).requires_grad_()  # at the next call all that could concern the step is looked at anew
    compare(X, None)
    compare(X, True)


class Plain:
    """Holds what is put in."""

    def __init__(self, a):
        self.a = a


def _of(plain, x):
    return x * plain.a


@pytest.mark.parametrize("step", [lambda plain: lambda x: x * plain.a, lambda plain: functools.partial(_of, plain)])
def test_an_object_that_gets_another_dict(step):
    plain = Plain(2.0)
    compare = same(step(plain), X)
    plain.__dict__ = {"a": 3.0}
    compare(X)


def test_views_of_a_dict_and_its_bound_methods():
    held = {"a": 2.0}
    get, values, items, proxy = held.get, held.values(), held.items(), types.MappingProxyType(held)
    reads = [lambda: get("a"), lambda: sum(values), lambda: dict(items)["a"], lambda: proxy["a"]]
    compares = [same(lambda x, read=read: x * read(), X) for read in reads]
    held["a"] = 3.0
    for compare in compares:
        compare(X)


RATE = 2.0


def test_an_attribute_that_the_class_of_a_class_computes(monkeypatch):
    class Rated(type):
        @property
        def rate(cls):
            return RATE

    class Rule(metaclass=Rated):
        pass

    compare = same(lambda x: x * Rule.rate, X)
    monkeypatch.setitem(globals(), "RATE", 3.0)
    compare(X)


def test_bytes_that_change_in_their_place():
    held = bytearray(b"ab")
    seen = memoryview(held)
    compares = [same(lambda x: x * held[0], X), same(lambda x: x * seen[0], X)]
    held[0] = 3
    for compare in compares:
        compare(X)


def test_a_variable_that_comes_to_hold_something_and_loses_it():
    def step(x):
        try:
            return x * rate
        except NameError:
            return x

    compare = same(step, X)
    rate = 3.0
    compare(X)
    del rate
    compare(X)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (range(0, 3, 2), range(0, 4, 2), lambda held: held.stop),
        (slice(1, 2), slice(1, 2.0), lambda held: 1.0 if type(held.stop) is int else 2.0),
        (np.float64(0.0), np.float64(-0.0), lambda held: float(np.copysign(1, held))),
        (complex(0.0, 0.0), complex(0.0, -0.0), lambda held: float(np.copysign(1, held.imag))),
        ({1}, {1.0}, lambda held: 1.0 if type(next(iter(held))) is int else 2.0),
        ({0.0}, {-0.0}, lambda held: float(np.copysign(1, next(iter(held))))),
    ],
)
def test_what_is_equal_and_not_the_same(before, after, told):
    held = before
    compare = same(lambda x: x * told(held), X)
    held = after
    compare(X)


def test_a_set_that_gets_what_is_equal():
    held = {1}
    compare = same(lambda x: x if type(next(iter(held))) is int else -x, X)
    held.clear()
    held.add(1.0)
    compare(X)


def test_memory_that_is_only_to_be_read():
    bytes_ = bytes(8)
    fixed = np.frombuffer(bytes_, np.float32)
    w = nudge.zeros(2)
    of_argument, captured = nudge.compile(lambda x: x.add_(1).sum()), nudge.compile(lambda: w.add_(1).sum())
    of_argument(nudge.zeros(2)), captured()
    w.data = nudge.from_numpy(fixed)
    for call in (lambda: of_argument(fixed), lambda: of_argument(w), lambda: of_argument(X[0].expand(2)), captured):
        with pytest.raises(nudge.GraphError, match="only to be read"):
            call()
    assert bytes_ == bytes(8)


SEEN = [
    lambda x: x.t().reshape(-1),
    lambda x: x[:, :2].reshape(-1),
    lambda x: (x @ x.t()).t().reshape(-1),
    lambda x: x.reshape(-1),
    lambda x: x.t(),
    lambda x: x.t().contiguous(),
    lambda x: x.expand(2, 2, 3),
    lambda x: x[0].unfold(0, 2, 1),
]


@pytest.mark.parametrize("see", SEEN)
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("outside", [True, False])
def test_a_view_is_one_where_an_eager_one_is(see, order, outside):
    def read(x):
        x = x if outside else x * 2
        seen = see(x)
        x.add_(1)
        return seen * 1

    def write(x):
        x = x if outside else x * 2
        see(x).add_(1)
        return x * 1

    def done(step):
        x = nudge.from_numpy(np.arange(6, dtype=np.float32).reshape(2, 3).copy(order if outside else "C"))
        try:
            return step(x).tolist(), x.tolist()
        except nudge.GraphError as error:
            return str(error)

    for step in (read, write):
        assert done(nudge.compile(step)) == done(step)


def test_integers_that_do_not_fit():
    x = nudge.tensor([1, 2], dtype=nudge.int32)
    for number, way in ((2**33, "long"), (-(2**70), "double")):
        for step in (lambda x, n=number: x + n, nudge.compile(lambda x, n=number: x + n)):
            with pytest.raises(OverflowError, match=rf"add: {number} does not fit into int32, .* \.{way}\(\)"):
                step(x)
        same(lambda x, n=number: nudge.stack([x < n, x > n, x == n, x >= n]), x)


def test_a_look_makes_no_items():
    held = collections.defaultdict(lambda: 5.0, a=2.0)
    compare = same(lambda x: x * held.get("a", 7.0), X)
    del held["a"]
    compare(X)
    assert not held


def test_arguments_that_share_memory_where_one_is_written():
    compiled = nudge.compile(lambda x, y: (x.add_(1), y * 2)[1])
    compiled(nudge.ones(3), nudge.ones(3))
    x = nudge.ones(3)
    with pytest.raises(TraceError, match="share memory"):
        compiled(x, x.detach())
    w = nudge.ones(3)
    compiled = nudge.compile(lambda x: (x.add_(1), w * 1)[1])
    compiled(nudge.ones(3))
    with pytest.raises(TraceError, match="share memory"):
        compiled(w.detach())


def test_captured_tensors_that_come_to_share_memory():
    w, v = nudge.ones(3), nudge.ones(3)
    compiled = nudge.compile(lambda: (w.add_(1), v * 1)[1])
    compiled()
    v.data = w
    with pytest.raises(TraceError, match="share memory"):
        compiled()


def test_hooks_of_arguments():
    def step(x):
        x.grad = None
        (x * x).sum().backward()
        return x.grad * 1

    compare = same(step, nudge.ones(3, requires_grad=True))
    hooked = nudge.ones(3, requires_grad=True)
    hooked.register_hook(lambda g: g * 10)
    compare(hooked)
    compare(nudge.ones(3, requires_grad=True))


def test_an_argument_as_a_gradient():
    w = nudge.ones(3, requires_grad=True)
    compiled = nudge.compile(lambda g: setattr(w, "grad", g))
    for k in (1.0, 5.0, 7.0):
        compiled(nudge.full((3,), k))
        assert w.grad.tolist() == [k] * 3


def test_a_result_of_no_numbers():
    assert nudge.compile(lambda x: (x * 2, x.sum()))(nudge.zeros(0))[0].shape == (0,)


# -- what fails leaves all as it was -----------------------------------------------------------------


def test_an_argument_with_a_history():
    x = nudge.ones(2)
    made = nudge.ones(2, requires_grad=True) * 2
    with nudge.no_grad(), pytest.raises(TraceError, match="carries a history"):
        nudge.compile(lambda a, b: a + b)(x, made)
    assert x.tolist() == [1, 1]


def test_a_frozen_number_is_read_anew():
    @dataclasses.dataclass(frozen=True, slots=True)
    class Settings:
        rate: float

    held = Settings(2.0)
    compare = same(lambda x: x * held.rate, X)
    object.__setattr__(held, "rate", 5.0)
    compare(X)
    assert held.rate == 5.0


def test_containers_that_a_trace_changed():
    held, row, counts = {1}, collections.deque([1]), np.zeros(2, np.int64)

    def step(x):
        held.add(2)
        row.append(2)
        counts[0] += 1
        return x.item()

    for _ in range(2):
        with pytest.raises(TraceError):
            nudge.compile(step)(X.sum())
    assert (held, list(row), counts.tolist()) == ({1}, [1], [0, 0])


def test_a_refusal_that_is_caught():
    def step(x):
        try:
            return x * x.sum().item()
        except TraceError:
            return x * 0

    with pytest.raises(TraceError, match="item"):
        nudge.compile(step)(X)


@pytest.mark.parametrize("make", [random.Random, np.random.default_rng, np.random.RandomState])
def test_generators_of_others(make):
    generator = make(0)
    draw = getattr(generator, "gauss", None) or generator.normal
    same(lambda x: x * (generator is not None), X)
    with pytest.raises(TraceError, match="draws from"):
        nudge.compile(lambda x: x * float(draw(0, 1)) * (generator is not None))(X)


@pytest.mark.parametrize("seed", [lambda: nudge.manual_seed(3), lambda: nudge.Generator().manual_seed(3)])
def test_a_seed_inside(seed):
    with pytest.raises(TraceError, match="own methods"):
        nudge.compile(lambda: (seed(), nudge.rand(2))[1])()


def test_a_list_that_is_given_and_changed():
    for step in (lambda x, held: held.append(x * 2), lambda x, held: held.pop()):
        with pytest.raises(TraceError, match="that it was given"):
            nudge.compile(step)(X, [X])


@pytest.mark.parametrize("make", [lambda x: {x * 2}, lambda x: collections.deque([x]), lambda x: iter([x * 2]), zip])
def test_results_that_hold_what_is_traced(make):
    with pytest.raises(TraceError, match="return"):
        nudge.compile(lambda x: make(x))(X)


def test_an_open_file_beside_is_no_trouble(tmp_path):
    class Trainer:
        def __init__(self):
            self.rate, self.log = 2.0, (tmp_path / "log").open("w")

        def step(self, x):
            return x * self.rate

    trainer = Trainer()
    same(trainer.step, X)
    trainer.log.close()


# -- numbers at the edge ---------------------------------------------------------------------------


def test_a_masked_gradient_stays_0_where_its_slope_overflows():
    def step(x):
        x = x.detach().requires_grad_()
        nudge.where(x < 80, x * x.exp(), 0.0).sum().backward()
        return x.grad

    x = nudge.tensor(np.array([1, 88, 86, 2], np.float32))
    np.testing.assert_allclose(nudge.compile(step)(x).numpy(), step(x).numpy(), rtol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_erf_reaches_its_ends(dtype):
    x = nudge.tensor(np.array([-1e30, -100, -7, 7, 100, 1e30] * 7, dtype))
    assert (nudge.compile(lambda x: x.erf())(x).abs() == 1).all()


@apart()
def test_a_call_after_the_worker_has_gone():
    nudge.set_num_threads(2)
    x = nudge.tensor(np.ones((300, 300), np.float32))
    compiled = nudge.compile(lambda x: ((x @ x) @ x).sum())
    first = compiled(x)
    for _ in range(5):
        compiled(x)
    from nudge.native.run.threads import crew

    crew().stop()
    for _ in range(5):
        assert compiled(x).item() == first.item()
