"""The stages of several walks, of neurons and of small networks, and the notes at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .stage import BACK, Answers, stage

NOT_ALL = "parameters() leaves some out: it is every weight and every bias, of every neuron in every layer"


def shares(parameters: Sequence[Any]) -> list[float]:
    """Give the gradients as shares of the largest, in order: the same whatever the neuron's squashing function."""
    gradients = sorted(float(p.grad) for p in parameters)
    largest = max(map(abs, gradients), default=0.0)
    return [round(g / largest, 6) if largest else 0.0 for g in gradients]


def only(outputs: Any) -> Any:
    """Take the one output, whether a network gives it bare or in a list."""
    return outputs[0] if isinstance(outputs, list) else outputs


def confirmed(net: Any, inputs: Sequence[Any], h: float = 1e-5) -> int:
    """Count the parameters whose gradient is what a nudge shows: (f(p + h) - f(p - h)) / 2h."""
    count = 0
    for p in net.parameters():
        at = p.data
        p.data = at + h
        above = only(net(inputs)).data
        p.data = at - h
        below = only(net(inputs)).data
        p.data = at
        slope = (above - below) / (2 * h)
        count += abs(p.grad - slope) <= 1e-5 * (1 + abs(slope))
    return count


@stage(
    "two walks: gradients add up",
    "__mul__" + BACK,
    [
        ("a.grad", 5.0, "backward() clears gradients by itself: they must add up until someone sets them to 0"),
        ("a.grad", ..., "the gradients of two walks must add up in the values they share"),
    ],
)
def _two_walks(Value: Any) -> Answers:
    a, b = Value(2.0), Value(5.0)
    (a * b).backward()
    (a * b).backward()
    return {"a.grad": a.grad, "b.grad": b.grad}


@stage(
    "a neuron: a weight per input, and a bias",
    "Neuron.parameters" + BACK,
    [
        ("len(n.parameters())", 2, "parameters() leaves out the bias: it is w + [b]"),
        ("len(n.parameters())", ..., NOT_ALL),
        ("grads, over the largest", [0.0, 0.666667, 1.0], "the bias does not reach the output: it is sum(w * x) + b"),
        (
            "grads, over the largest",
            ...,
            "each weight's gradient must be in proportion to its own input: is w[i] paired with x[i]?",
        ),
    ],
)
def _neuron(Value: Any, Neuron: Any) -> Answers:
    n = Neuron(2)
    for p in n.parameters():
        p.data = 0.1
    out = n([Value(2.0), Value(3.0)])
    out.backward()
    return {"len(n.parameters())": len(n.parameters()), "grads, over the largest": shares(n.parameters())}


@stage(
    "a layer: neurons side by side",
    "Layer.parameters",
    [
        ("len(outs)", ..., "a layer of 3 neurons gives 3 outputs, one from each"),
        ("len(layer.parameters())", ..., NOT_ALL),
    ],
)
def _layer(Value: Any, Layer: Any) -> Answers:
    layer = Layer(2, 3)
    outs = layer([Value(2.0), Value(3.0)])
    return {"len(outs)": len(outs), "len(layer.parameters())": len(layer.parameters())}


@stage(
    "a small network: its gradients against nudges",
    "MLP.parameters" + BACK,
    [
        ("len(net.parameters())", ..., NOT_ALL),
        (
            "weights that count",
            ...,
            "some weights do not reach the output: each layer is fed what the one before it gives",
        ),
        (
            "grads a nudge confirms",
            ...,
            "some gradients are not what a nudge of their weight shows, though each operation is right",
        ),
    ],
)
def _mlp(Value: Any, MLP: Any) -> Answers:
    net, x = MLP(2, [3, 1]), [Value(0.5), Value(1.0)]
    for i, p in enumerate(net.parameters()):
        p.data = 0.1 + 0.1 * (i % 3)
    only(net(x)).backward()
    return {
        "len(net.parameters())": len(net.parameters()),
        "weights that count": sum(p.grad != 0 for p in net.parameters()),
        "grads a nudge confirms": confirmed(net, x),
    }


@stage(
    "zero_grad, before the next walk",
    "MLP.parameters MLP.zero_grad" + BACK,
    [("grads other than 0", ..., "zero_grad() misses some: it sets the grad of every one of parameters() to 0")],
)
def _zero_grad(Value: Any, MLP: Any) -> Answers:
    net = MLP(2, [3, 1])
    only(net([Value(0.5), Value(1.0)])).backward()
    net.zero_grad()
    return {"grads other than 0": sum(p.grad != 0 for p in net.parameters())}


@stage(
    "two walks over one graph",
    "__mul__" + BACK,
    [
        (
            "a.grad",
            36.0,
            "what the first walk left in a * b is counted again; nudge starts the values in between at 0 each walk, "
            "and only leaves add up. It does no harm as long as each graph is walked once",
        ),
        ("a.grad", 12.0, "the second walk replaced the first; nudge adds them up in the leaves"),
    ],
    note=True,
)
def _same_graph_twice(Value: Any) -> Answers:
    a, b, c = Value(2.0), Value(3.0), Value(4.0)
    d = (a * b) * c
    d.backward()
    d.backward()
    return {"a.grad": a.grad, "b.grad": b.grad}


@stage("a chain of 5,000 additions", "__add__" + BACK, note=True)
def _deep(Value: Any) -> Answers:
    a = b = Value(1.0)
    for _ in range(5000):
        b = b + a
    b.backward()
    return {"b.data": b.data, "a.grad": a.grad}


@stage("tanh, far out", "tanh" + BACK, note=True)
def _saturated(Value: Any) -> Answers:
    a = Value(400.0)
    b = a.tanh()
    b.backward()
    return {"b.data": b.data, "a.grad": a.grad}
