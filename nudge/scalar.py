"""micrograd's API, whole, on one page: Value, Neuron, Layer, MLP; on the same rules as everything else.

>>> a, b = Value(2.0), Value(-3.0)
>>> c = a * b + a
>>> c.backward()
>>> c.data, a.grad, b.grad
(-4.0, -2.0, 2.0)
"""

from __future__ import annotations

import random
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from . import autograd, ops
from .errors import DTypeError
from .graph import NO_PARAMS, Node, Place, line_of, tick, user_place
from .mode import epoch, mode
from .op import Operand, Operation, install_operators

if TYPE_CHECKING:
    from .explain import Explanation


class Value(Node, Operand):
    """One number that remembers how it was made; itself a node of the graph.

    `data` is its value, `grad` the gradient of the last `backward()`: leaves add up over walks, as knobs
    that several examples turn; every other node shows the last walk's.
    """

    __slots__ = ("grad", "label", "place")
    grad: Any
    place: Place | None

    def __init__(self, data: float, label: str = "") -> None:
        """Make a leaf. Raises DTypeError for what is not a number."""
        try:
            self.data = data if epoch.traces and _is_traced(data) else float(data)
        except (TypeError, ValueError):
            raise DTypeError(f"Value holds one number, got {data!r}; for arrays there is nudge.tensor") from None
        self.op, self.args, self.born, self.label = None, (), tick(), label

    def __getattr__(self, name: str) -> Any:
        # Only what was never set comes here: creating a node sets no more than it must.
        if name in _UNSET:
            return _UNSET[name]
        raise AttributeError(f"Value has no attribute {name!r}")

    def __repr__(self) -> str:
        """Show data and gradient."""
        return (
            f"Value(data={self.data:.6g}, grad={self.grad:.6g})"
            if not isinstance(self.grad, Value)
            else f"Value(data={self.data:.6g})"
        )

    def record(self, op: Operation, args: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """Compute on floats and keep the step; comparisons answer at once.

        In a traced program, and under vmap, a Value's data is a tensor without axes, and may meet such tensors.
        """
        try:
            y = op.on_floats(numbers(args)) if not epoch.traces else _of_operands(op, numbers(args), params)
        except TypeError:
            if epoch.traces:
                raise
            y = None
        if type(y) is int:
            y = float(y)
        elif type(y) is not float and (y is None or op.differentiable) and not _is_traced(y):
            kinds = ", ".join(type(arg).__name__ for arg in args)
            raise DTypeError(f"{op.name} of {kinds}: a Value meets Values and numbers only")
        if not op.differentiable:
            return y
        node = _new(Value)
        node.op, node.args, node.data, node.born = op, args, y, tick()
        if _remembering:
            node.place = user_place(sys._getframe(1))
        return node

    @property
    def line(self) -> str:
        """The user's line that made it, as `file:line`, where `remember_lines` was on; else ''."""
        return line_of(self.place)

    def values(self, record: bool) -> tuple[Any, Sequence[Any]]:
        """Give the rules floats, or the nodes themselves where the walk is to be recorded."""
        return (self, self.args) if record else (self.data, numbers(self.args))

    @property
    def node(self) -> Value:
        """The node behind it: itself."""
        return self

    def as_operand(self, g: Any) -> Value:
        """Hand a gradient to the user as a Value."""
        return g if isinstance(g, Value) else Value(g)

    def seed(self, g: Any, record: bool) -> Any:
        """Begin a walk: dy/dy is 1."""
        if g is None and type(self.data) is not float:
            return self.data.node.seed(None, record)
        g = 1.0 if g is None else g
        return g if record or not isinstance(g, Value) else g.data

    def receive(self, g: Any) -> None:
        """Take the gradient of a finished walk."""
        self.grad = self.grad + g if self.op is None else g

    def free(self) -> None:
        """Note in a traced program that no other walk will come by."""
        if mode.trace is not None:
            mode.trace.passed.add(self)

    def backward(self, create_graph: bool = False) -> None:
        """Walk backward from here and leave each node its gradient."""
        autograd.backward(self, create_graph=create_graph)

    def explain(
        self, *, lower: bool = True, step: float = 0.1, knobs: Collection[str] | None = None
    ) -> Explanation:
        """Put the backward walk from here into words, and turn each knob; see nudge.explain.explain."""
        from .explain import explain

        return explain(self, lower=lower, step=step, knobs=knobs)

    def _repr_svg_(self) -> str | None:
        from .see import shown

        return shown(self)

    def relu(self) -> Value:
        """Keep what is positive."""
        return self.record(ops.relu, (self,), NO_PARAMS)

    def tanh(self) -> Value:
        """Squash into (-1, 1)."""
        return self.record(ops.tanh, (self,), NO_PARAMS)

    def exp(self) -> Value:
        """Raise e to this power."""
        return self.record(ops.exp, (self,), NO_PARAMS)

    def log(self) -> Value:
        """Take the natural logarithm."""
        return self.record(ops.log, (self,), NO_PARAMS)

    def sigmoid(self) -> Value:
        """Squash into (0, 1)."""
        return self.record(ops.sigmoid, (self,), NO_PARAMS)

    def __float__(self) -> float:
        """Give the number."""
        return float(self.data)


def numbers(args: tuple[Any, ...]) -> list[Any]:
    """Read the numbers behind arguments; the long lists of a weighted sum are mostly Values."""
    if len(args) > 2 and not epoch.traces:  # since tensors have data, too
        try:
            return [*map(_data, args)]
        except AttributeError:
            pass
    return [arg.data if type(arg) is Value else arg for arg in args]


def _of_operands(op: Operation, values: Sequence[Any], params: dict[str, Any]) -> Any:
    """Run an operation on numbers, or on what stands for numbers."""
    if not any(isinstance(value, Operand) for value in values):
        return op.on_floats(values)
    return op(*values, **params) if all(map(_is_number, values)) else None


def _is_number(value: Any) -> bool:
    return type(value) in (float, int, bool) or _is_traced(value)


def _is_traced(value: Any) -> bool:
    return isinstance(value, Operand) and not isinstance(value, Value) and value.node.data.shape == ()


_new, _data = Value.__new__, attrgetter("data")
_UNSET: dict[str, Any] = {"grad": 0.0, "label": "", "place": None}
_remembering = False


@contextmanager
def remember_lines() -> Iterator[None]:
    """Let every Value that is made inside know the line that made it; tensors always do, scalars come by the million.

    >>> with remember_lines():
    ...     y = Value(2.0) * 3
    >>> y.line.rpartition(":")[2]
    '2'
    """
    global _remembering
    before, _remembering = _remembering, True
    try:
        yield
    finally:
        _remembering = before


install_operators(Value)
Value.__eq__, Value.__ne__, Value.__hash__ = Node.__eq__, Node.__ne__, Node.__hash__  # type: ignore[method-assign]


class Module:
    """What has parameters: knobs to turn."""

    def zero_grad(self) -> None:
        """Set every parameter's gradient to 0, before the next walk adds to it."""
        for p in self.parameters():
            p.grad = 0.0

    def parameters(self) -> list[Value]:
        """List the knobs."""
        return []


class Neuron(Module):
    """Weigh nin inputs, add a bias, and let what is positive through (or all, with nonlin=False)."""

    def __init__(self, nin: int, nonlin: bool = True) -> None:
        """Draw the weights with Python's `random.uniform(-1, 1)`; the bias is 0."""
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0)
        self.nonlin = nonlin

    def __call__(self, x: Sequence[Any]) -> Value:
        """Answer for one example: nin numbers or Values."""
        act: Value = ops.dot(self.b, *self.w, *x)
        return act.relu() if self.nonlin else act

    def parameters(self) -> list[Value]:
        """List the weights, then the bias."""
        return [*self.w, self.b]

    def __repr__(self) -> str:
        """Name the neuron by kind and number of inputs."""
        return f"{'ReLU' if self.nonlin else 'Linear'}Neuron({len(self.w)})"


class Layer(Module):
    """Neurons side by side, all looking at the same inputs."""

    def __init__(self, nin: int, nout: int, **kwargs: Any) -> None:
        """Make nout neurons of nin inputs."""
        self.neurons = [Neuron(nin, **kwargs) for _ in range(nout)]

    def __call__(self, x: Sequence[Any]) -> Any:
        """Answer with a list of Values, or the Value itself where there is one neuron."""
        out = [n(x) for n in self.neurons]
        return out[0] if len(out) == 1 else out

    def parameters(self) -> list[Value]:
        """List the neurons' knobs in order."""
        return [p for n in self.neurons for p in n.parameters()]

    def __repr__(self) -> str:
        """List the neurons."""
        return f"Layer of [{', '.join(str(n) for n in self.neurons)}]"


class MLP(Module):
    """Layers one after another, all but the last with a nonlinearity."""

    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        """Make a network of nin inputs and layers of the sizes `nouts`."""
        sizes = [nin, *nouts]
        self.layers = [Layer(sizes[i], sizes[i + 1], nonlin=i != len(nouts) - 1) for i in range(len(nouts))]

    def __call__(self, x: Any) -> Any:
        """Answer for one example."""
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self) -> list[Value]:
        """List the layers' knobs in order."""
        return [p for layer in self.layers for p in layer.parameters()]

    def __iter__(self) -> Iterator[Layer]:
        """Go through the layers."""
        return iter(self.layers)

    def __repr__(self) -> str:
        """List the layers."""
        return f"MLP of [{', '.join(str(layer) for layer in self.layers)}]"
