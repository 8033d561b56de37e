"""Explanations: every step is the walk's own, every figure of the lesson comes out, and no gradient is touched."""

import json
import math

import numpy as np
import pytest

import nudge
from nudge import autograd, ops
from nudge.errors import DTypeError, GraphError, ShapeError, TraceError, UsageError
from nudge.explain import LONGEST, explain, flows
from nudge.formula import parse
from nudge.graph import ancestors
from nudge.native.trace.trace import trace
from nudge.op import TABLE, Elementwise
from nudge.scalar import MLP, Value
from nudge.tensor import wrap

NEURON = {"x1": 2.0, "w1": -3.0, "x2": 0.0, "w2": 1.0, "b": 6.881373587019543}


def at(formula, **point):
    return explain(parse(formula).record(point))


def neuron(**options):
    return explain(parse("tanh(x1*w1 + x2*w2 + b)").record(NEURON), **options)


# -- numbers ---------------------------------------------------------------------------------------


def test_the_neuron_of_the_lesson():
    found = neuron()
    assert found.root.data == pytest.approx(math.sqrt(0.5))
    assert found.gradients == pytest.approx({"x1": -1.5, "w1": 1.0, "x2": 0.5, "w2": 0.0, "b": 0.5})
    squash = found.flows[0]
    assert (squash.node.op, squash.local, squash.upstream) == (ops.tanh, pytest.approx(0.5), 1.0)
    text = str(found)
    for line in (
        "f = tanh(v4) = 0.7071",
        "v4  0.5000 × 1 = 0.5000  grad 0 → 0.5000",
        "x1 −1.5, w1 1.0, x2 0.5, w2 0.0, b 0.5",
        "to lower it, w1 down: h = −0.1: predicted −0.1000, actual −0.1147, gap (curvature) −0.0147",
    ):
        assert line in text


@pytest.mark.parametrize(
    ("formula", "point", "gradients"),
    [
        ("(x + y)*z", {"x": -2, "y": 5, "z": -4}, {"x": -4, "y": -4, "z": 3}),
        (
            "sigmoid(w0*x0 + w1*x1 + w2)",
            {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3},
            {"w0": -0.1966, "x0": 0.3932, "w1": -0.3932, "x1": -0.5898, "w2": 0.1966},
        ),
    ],
    ids=["CS231n, a product", "CS231n, a neuron"],
)
def test_known_gradients(formula, point, gradients):
    assert at(formula, **point).gradients == pytest.approx(gradients, abs=1e-4)


REUSED = ["x*x + 0*y", "x*y + sin(x)/y", "maximum(x, y)*relu(x)", "x**y - exp(x)*x", "where(x, x, y)"]


@pytest.mark.parametrize("formula", REUSED)
def test_every_flow_is_a_step_of_the_walk(formula):
    root = parse(formula).record({"x": 1.5, "y": 0.7})
    held = dict.fromkeys(ancestors([root]), 0.0)
    held[root] = 1.0
    for flow in flows(root)[0]:
        assert flow.upstream == held[flow.node]
        assert flow.contribution == pytest.approx(flow.local * flow.upstream)
        assert flow.before == held[flow.to]
        held[flow.to] += flow.contribution
        assert flow.after == held[flow.to]
    assert all(node.grad == 0 for node in held), "an explanation has no business with .grad"
    root.backward()
    assert {node: node.grad for node in held} == held


def test_an_input_used_twice_has_two_flows():
    first, second = at("x*x", x=3).flows
    assert (first.k, first.before, first.after) == (0, 0, 3)
    assert (second.k, second.before, second.after) == (1, 3, 6)


ON_NUMBERS = [op for op in TABLE.values() if isinstance(op, Elementwise) and op.scalar]


@pytest.mark.parametrize("op", ON_NUMBERS, ids=lambda op: op.name)
def test_every_operation_on_numbers_is_explained_from_its_row(op):
    args = [Value(0.3 + 0.1 * k) for k, _ in enumerate(op.domain)]
    if not op.differentiable:
        assert not isinstance(op(*args), Value)
        return
    found = explain(op(*args))
    assert f"at {op.symbol} (" in str(found)
    assert op.says in str(found)


# -- knobs -----------------------------------------------------------------------------------------


def test_a_turn_is_what_happens():
    def f(**changed):
        return parse("tanh(x1*w1 + x2*w2 + b)").evaluate(NEURON | changed)

    turns = {turn.name: turn for turn in neuron().turns}
    assert list(turns) == ["x1", "w1", "x2", "b"], "the largest gradient first; w2 has none"
    assert {name: turn.turn for name, turn in turns.items()} == {"x1": "up", "w1": "down", "x2": "down", "b": "down"}
    for name, turn in turns.items():
        assert turn.predicted == pytest.approx(turn.gradient * turn.h)
        assert turn.actual == pytest.approx(f(**{name: NEURON[name] + turn.h}) - f())
        assert turn.gap == pytest.approx(turn.actual - turn.predicted)


def test_raising_narrowing_and_stepping():
    up, flat = neuron(lower=False, step=0.01, knobs=["w2", "b"]).turns
    assert (up.name, up.turn, up.h) == ("b", "up", 0.01)
    assert str(up).startswith("to raise it, b up: h = 0.01: predicted 0.0050, actual 0.0050")
    assert (flat.name, flat.turn, flat.predicted, flat.actual) == ("w2", "flat", 0, 0)
    assert str(flat).startswith("w2 lies flat here: h = 0.01:")


def test_a_knob_that_turns_itself():
    (turn,) = explain(Value(3.0, "x")).turns
    assert (turn.turn, turn.h, turn.predicted, turn.gap) == ("down", -0.1, -0.1, 0)


def test_rounding_is_no_curvature():
    assert [turn.gap for turn in at("3*x - 7*y + 0.1", x=0.1, y=0.7).turns] == [0, 0]


def test_no_prediction_from_an_infinite_slope():
    found = at("sqrt(x)", x=0)
    assert found.gradients == {"x": math.inf}
    assert "x: its gradient is inf, so no turn can be predicted" in str(found)


def test_nothing_moves_a_constant():
    assert "no variable moves it" in str(at("x*0", x=2))


# -- what is not finite ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("1 + log(x - 5)", "v2 = log(v1) is nan, made of −2"),
        ("x/(x - 3)*2", "v2 = x / v1 is inf, made of 3 and 0"),
        ("1/exp(x*300)", "v2 = exp(v1) is inf, made of 900"),
    ],
)
def test_the_first_node_that_is_not_finite_is_named(formula, said):
    found = at(formula, x=3)
    assert found.complaint == said
    assert str(found).count("← the first that is not finite") == 1
    assert f"= {found.broken.data}  ←" in str(found)
    assert found.to_json()["nonfinite"] == {"name": "v2", "says": said}


# -- tensors ---------------------------------------------------------------------------------------


def tensors():
    rng = np.random.default_rng(0)
    x, w = (wrap(rng.normal(size=shape)).requires_grad_() for shape in ((3, 6), (4, 2)))
    loss = ops.max(ops.tanh(ops.matmul(ops.unfold(x, axis=-1, size=4), w)), axes=(-1,)).sum()
    return x, w, loss


def test_tensors_are_explained_by_the_same_walk():
    x, w, loss = tensors()
    found = explain(loss, names={"x": x, "w": w})
    assert x.grad is None
    before = str(found)
    loss.backward()
    with nudge.no_grad():
        w -= w.grad
    assert str(found) == before, "an explanation keeps what was"
    for name, tensor in (("x", x), ("w", w)):
        np.testing.assert_allclose(found.gradients[name], tensor.grad.numpy(), rtol=1e-12)


def test_local_derivatives_of_tensors():
    found = explain(tensors()[2])
    local = {flow.node.op: flow for flow in found.flows}
    squash = local[ops.tanh]
    np.testing.assert_allclose(squash.local, 1 - squash.node.data**2)
    np.testing.assert_allclose(squash.local * squash.upstream, squash.contribution)
    assert local[ops.matmul].local is None, "a matrix of 18 by 8, which the rule never builds"
    np.testing.assert_array_equal(local[ops.sum].local, np.ones((3, 3, 1)), "one number: its derivative is an array")


def test_an_array_is_turned_along_its_gradient():
    x, w, loss = tensors()
    turns = {turn.name: turn for turn in explain(loss, names={"x": x, "w": w}, step=0.2).turns}
    g = autograd.grad(loss, w)[0].numpy()
    moved = wrap(w.detach().numpy() - 0.2 * g / np.linalg.norm(g))
    after = ops.max(ops.tanh(ops.matmul(ops.unfold(x, axis=-1, size=4), moved)), axes=(-1,)).sum().item()
    turn = turns["w"]
    assert (turn.turn, turn.h) == ("against", -0.2)
    assert turn.predicted == pytest.approx(-0.2 * np.linalg.norm(g))
    assert turn.actual == pytest.approx(after - loss.item())
    assert "to lower it, w against its gradient: h = −0.2:" in str(turn)


def test_the_text_says_shapes_lengths_and_single_numbers():
    x, w, loss = tensors()
    text = loss.explain(names={"x": x, "w": w}).__str__()
    assert "w = (4, 2) ‖" in text
    assert "v2 = v1 @ w" in text
    assert "at @ (v2 = v1 @ w): each matrix gets the gradient times the other's transpose" in text
    assert f"= {loss.item():.4f}" in text


def test_half_precision_of_float32_is_no_curvature():
    x = nudge.tensor([1.0, 2.0, 3.0], requires_grad=True)
    assert explain((x * 2).sum()).turns[0].gap == 0


# -- the form --------------------------------------------------------------------------------------


def test_json_holds_plain_numbers():
    whole = json.loads(json.dumps(neuron().to_json()))
    assert whole["value"] == pytest.approx(0.7071, abs=1e-4)
    assert whole["backward"][0]["local"] == pytest.approx(0.5)
    assert [step["name"] for step in whole["forward"]] == [*NEURON, "v1", "v2", "v3", "v4", "f"]
    assert whole["knobs"][0] | {"predicted": 0, "actual": 0, "gap": 0, "gradient": 0} == {
        "name": "x1", "turn": "up", "h": 0.1, "predicted": 0, "actual": 0, "gap": 0, "gradient": 0,
    }  # fmt: skip
    x = nudge.ones(20, 20, requires_grad=True)
    arrays = json.loads(json.dumps(explain(x.sum()).to_json()))
    assert arrays["gradients"]["v1"] == {"shape": [20, 20], "norm": 20.0, "min": 1.0, "max": 1.0}


def test_names_are_labels_and_else_numbered():
    a, b = Value(1.0, "a"), Value(2.0, "a")
    found = (a * b + Value(3.0)).explain()
    assert [step.name for step in found.steps.values()] == ["a", "a·2", "v1", "v2", "v3"]
    assert "v3 = v1 + v2" in str(found) or "v2 = v1 + " in str(found)


def test_a_long_walk_is_cut_and_says_so():
    x = Value(1.0, "x")
    for _ in range(3000):
        x = x * 1.0001
    lines = str(explain(x, knobs=[])).splitlines()
    assert len(lines) < 3 * LONGEST
    assert sum("lines more" in line for line in lines) == 2


def test_a_network_of_weighted_sums():
    net = MLP(3, [4, 1])
    found = explain(net([1.0, -2.0, 0.5]))
    net.zero_grad()
    found.root.backward()
    assert [g for node, g in found.grads.items() if node.op is None] == pytest.approx(
        [node.grad for node in found.grads if node.op is None]
    )


# -- what cannot be explained ----------------------------------------------------------------------


def test_refusals():
    x = nudge.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(ShapeError, match=r"shape \(2,\)"):
        explain(x * 2)
    with pytest.raises(GraphError, match="requires_grad=True"):
        explain(nudge.tensor(3.0))
    with pytest.raises(DTypeError, match=r"got float 3\.0"):
        explain(3.0)
    loss = (x * x).sum()
    loss.backward()
    with pytest.raises(GraphError, match="freed"):
        explain(loss)
    traced = trace(lambda x: (x * x).sum(), [x]).outputs[0]
    with pytest.raises(TraceError, match="shapes only"):
        explain(traced)
    for step in (0, -1, math.nan, math.inf):
        with pytest.raises(UsageError, match="expected a number above 0"):
            neuron(step=step)
    with pytest.raises(UsageError, match="there is no variable w3; known: b, w1"):
        neuron(knobs=["w3"])
