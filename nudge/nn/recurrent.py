"""Networks with a memory: a state that goes from one place of a sequence to the next."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import functions
from ..creation import empty
from ..dtype import float32
from ..errors import ShapeError, UsageError
from ..tensor import Tensor, wrap
from . import functional, init
from .module import Module, Parameter, size

State = tuple[Tensor, ...]


def rnn_step(gates_x: Tensor, gates_h: Tensor, state: State, act: Any = functional.tanh) -> State:
    """Compute h′ = tanh(gates_x + gates_h), or another activation of it (Elman, 1990)."""
    return (act(gates_x + gates_h),)


def gru_step(gates_x: Tensor, gates_h: Tensor, state: State) -> State:
    """Compute h′ = (1 − z) n + z h from the gates r, z, n, of shapes (n, 3 · hidden) (Cho et al., 2014).

    r and z are sigmoids of the sums; n = tanh(nₓ + r nₕ), where the reset gate meets the state's own part.
    """
    (rx, zx, nx), (rh, zh, nh) = gates_x.chunk(3, -1), gates_h.chunk(3, -1)
    r, z = functional.sigmoid(rx + rh), functional.sigmoid(zx + zh)
    n = functional.tanh(nx + r * nh)
    return (n + z * (state[0] - n),)


def lstm_step(gates_x: Tensor, gates_h: Tensor, state: State) -> State:
    """Compute c′ = f c + i g and h′ = o tanh(c′) from the gates i, f, g, o (Hochreiter & Schmidhuber, 1997)."""
    i, f, g, o = (gates_x + gates_h).chunk(4, -1)
    c = functional.sigmoid(f) * state[1] + functional.sigmoid(i) * functional.tanh(g)
    return functional.sigmoid(o) * functional.tanh(c), c


class _Recurrent(Module):
    """What cells and layers share: how many gates a step has, how many tensors a state, and the step."""

    gates: int
    states = 1
    hidden_size: int

    def _step(self, gates_x: Tensor, gates_h: Tensor, state: State) -> State:
        raise NotImplementedError

    def _weights(self, name: str, rows: int, columns: int | None, dtype: Any) -> None:
        shape = (rows,) if columns is None else (rows, columns)
        setattr(self, name, Parameter(empty(shape, dtype=dtype)))

    def reset_parameters(self) -> None:
        """Draw all weights and biases uniform within ±1/√hidden_size."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def _start(self, state: Any, shape: tuple[int, ...], input: Tensor) -> State:
        if state is None:
            return (wrap(np.zeros(shape, input.dtype)),) * self.states
        given = (state,) if self.states == 1 else tuple(state)
        for one in given:
            if one.shape != shape:
                raise ShapeError(f"{type(self).__name__}: a state of shape {one.shape}: expected {shape}")
        return given


class _RNN(_Recurrent):
    gates = 1
    nonlinearity = "tanh"

    def _step(self, gates_x: Tensor, gates_h: Tensor, state: State) -> State:
        return rnn_step(gates_x, gates_h, state, getattr(functional, self.nonlinearity))

    def _bend(self, nonlinearity: str) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise UsageError(f"nonlinearity {nonlinearity!r}: expected tanh or relu")
        self.nonlinearity = nonlinearity


class _GRU(_Recurrent):
    gates = 3

    def _step(self, gates_x: Tensor, gates_h: Tensor, state: State) -> State:
        return gru_step(gates_x, gates_h, state)


class _LSTM(_Recurrent):
    gates = 4
    states = 2

    def _step(self, gates_x: Tensor, gates_h: Tensor, state: State) -> State:
        return lstm_step(gates_x, gates_h, state)


# -- cells -----------------------------------------------------------------------------------------


class _Cell(_Recurrent):
    """One step: an input (n, input_size) and a state (n, hidden_size)."""

    weight_ih: Tensor
    weight_hh: Tensor
    bias_ih: Tensor | None
    bias_hh: Tensor | None

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, *, dtype: Any = float32) -> None:
        """Draw weights and biases uniform within ±1/√hidden_size. Raises ShapeError for sizes below 1."""
        self.input_size, self.hidden_size = size("input_size", input_size), size("hidden_size", hidden_size)
        self.bias = bias
        for part, columns in (("ih", input_size), ("hh", hidden_size)):
            self._weights(f"weight_{part}", self.gates * hidden_size, columns, dtype)
        for part in ("ih", "hh"):
            if bias:
                self._weights(f"bias_{part}", self.gates * hidden_size, None, dtype)
            else:
                setattr(self, f"bias_{part}", None)
        self.reset_parameters()

    def forward(self, input: Tensor, state: Any = None) -> Any:
        """Give the next state; without one, begin at zero."""
        before = self._start(state, (*input.shape[:-1], self.hidden_size), input)
        gates_x = functional.linear(input, self.weight_ih, self.bias_ih)
        gates_h = functional.linear(before[0], self.weight_hh, self.bias_hh)
        after = self._step(gates_x, gates_h, before)
        return after[0] if self.states == 1 else after

    def extra_repr(self) -> str:
        """Say the sizes."""
        return f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else ", bias=False")


class RNNCell(_RNN, _Cell):
    """One step of a plain recurrent network.

    >>> from nudge.creation import ones
    >>> RNNCell(3, 4)(ones(2, 3)).shape
    (2, 4)
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: str = "tanh", *, dtype: Any = float32
    ) -> None:
        """Draw weights and biases uniform within ±1/√hidden_size; "tanh" or "relu". Raises UsageError, ShapeError."""
        self._bend(nonlinearity)
        super().__init__(input_size, hidden_size, bias, dtype=dtype)


class GRUCell(_GRU, _Cell):
    """One step of a gated recurrent unit.

    >>> from nudge.creation import ones
    >>> GRUCell(3, 4)(ones(2, 3)).shape
    (2, 4)
    """


class LSTMCell(_LSTM, _Cell):
    """One step of a long short-term memory; a state is (h, c).

    >>> from nudge.creation import ones
    >>> [x.shape for x in LSTMCell(3, 4)(ones(2, 3))]
    [(2, 4), (2, 4)]
    """


# -- layers ----------------------------------------------------------------------------------------


class _Layers(_Recurrent):
    """Layers of steps over a sequence (length, n, input_size), or (n, length, input_size) with `batch_first`."""

    def __init__(
        self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True, batch_first: bool = False,
        dropout: float = 0.0, bidirectional: bool = False, *, dtype: Any = float32,
    ) -> None:  # fmt: skip
        """Draw weights and biases uniform within ±1/√hidden_size; `dropout` is between layers. Raises ShapeError."""
        self.input_size, self.hidden_size = size("input_size", input_size), size("hidden_size", hidden_size)
        self.num_layers, self.bias, self.batch_first = size("num_layers", num_layers), bias, batch_first
        self.dropout, self.bidirectional = dropout, bidirectional
        rows = self.gates * hidden_size
        for layer in range(num_layers):
            into = input_size if layer == 0 else hidden_size * len(self._ways)
            for way in self._ways:
                self._weights(f"weight_ih_l{layer}{way}", rows, into, dtype)
                self._weights(f"weight_hh_l{layer}{way}", rows, hidden_size, dtype)
                for part in ("ih", "hh") if bias else ():
                    self._weights(f"bias_{part}_l{layer}{way}", rows, None, dtype)
        self.reset_parameters()

    @property
    def _ways(self) -> tuple[str, ...]:
        return ("", "_reverse") if self.bidirectional else ("",)

    def forward(self, input: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """Give the last layer's output at each place, and the state after the last.

        A state is (layers · ways, n, hidden_size), or two of them for an LSTM; without one, begin at zero. A sequence
        alone, (length, input_size), has no n anywhere.
        """
        if len(input.shape) == 2:
            alone = None if state is None else [one.unsqueeze(1) for one in self._start_of(state)]
            if alone is not None and self.states == 1:
                alone = alone[0]
            output, after = self.forward(input.unsqueeze(0 if self.batch_first else 1), alone)
            last = tuple(one.squeeze(1) for one in self._start_of(after))
            return output.squeeze(0 if self.batch_first else 1), last[0] if self.states == 1 else last
        if len(input.shape) != 3 or input.shape[-1] != self.input_size:
            order = "n, length" if self.batch_first else "length, n"
            raise ShapeError(
                f"{type(self).__name__}: an input of shape {input.shape}: expected ({order}, {self.input_size})"
            )
        steps = input.transpose(0, 1) if self.batch_first else input
        count = self.num_layers * len(self._ways)
        start = self._start(state, (count, steps.shape[1], self.hidden_size), input)
        ends: list[State] = []
        for layer in range(self.num_layers):
            ways = []
            for k, way in enumerate(self._ways):
                at = layer * len(self._ways) + k
                output, end = self._along(steps, f"_l{layer}{way}", tuple(one[at] for one in start), bool(k))
                ways.append(output)
                ends.append(end)
            steps = ways[0] if len(ways) == 1 else functions.cat(ways, -1)
            if layer + 1 < self.num_layers:
                steps = functional.dropout(steps, self.dropout, self.training)
        after = tuple(functions.stack([end[k] for end in ends]) for k in range(self.states))
        return steps.transpose(0, 1) if self.batch_first else steps, after[0] if self.states == 1 else after

    def _start_of(self, state: Any) -> State:
        return (state,) if self.states == 1 else tuple(state)

    def _along(self, steps: Tensor, name: str, state: State, backwards: bool) -> tuple[Tensor, State]:
        """Go along a sequence (length, n, features), or back; all inputs meet their weights at once."""
        weight_hh, bias_hh = getattr(self, f"weight_hh{name}"), getattr(self, f"bias_hh{name}", None)
        bias_ih = getattr(self, f"bias_ih{name}", None)
        gates = functional.linear(steps, getattr(self, f"weight_ih{name}"), bias_ih)
        outputs: list[Tensor] = []
        places = range(steps.shape[0])
        for at in reversed(places) if backwards else places:
            state = self._step(gates[at], functional.linear(state[0], weight_hh, bias_hh), state)
            outputs.append(state[0])
        return functions.stack(outputs[::-1] if backwards else outputs), state

    def extra_repr(self) -> str:
        """Say the sizes."""
        said = f"{self.input_size}, {self.hidden_size}"
        usual = (("num_layers", 1), ("bias", True), ("batch_first", False), ("dropout", 0.0), ("bidirectional", False))
        return said + "".join(f", {name}={getattr(self, name)}" for name, one in usual if getattr(self, name) != one)


class RNN(_RNN, _Layers):
    """A plain recurrent network over sequences.

    >>> from nudge.creation import ones
    >>> output, state = RNN(3, 4, batch_first=True)(ones(2, 5, 3))
    >>> output.shape, state.shape
    ((2, 5, 4), (1, 2, 4))
    """

    def __init__(
        self, input_size: int, hidden_size: int, num_layers: int = 1, nonlinearity: str = "tanh", bias: bool = True,
        batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False, *, dtype: Any = float32,
    ) -> None:  # fmt: skip
        """Draw weights and biases uniform within ±1/√hidden_size; "tanh" or "relu". Raises UsageError, ShapeError."""
        self._bend(nonlinearity)
        super().__init__(input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, dtype=dtype)


class GRU(_GRU, _Layers):
    """Gated recurrent units over sequences.

    >>> from nudge.creation import ones
    >>> output, state = GRU(3, 4, num_layers=2)(ones(5, 2, 3))
    >>> output.shape, state.shape
    ((5, 2, 4), (2, 2, 4))
    """


class LSTM(_LSTM, _Layers):
    """Long short-term memories over sequences; a state is (h, c).

    >>> from nudge.creation import ones
    >>> output, (h, c) = LSTM(3, 4, bidirectional=True)(ones(5, 2, 3))
    >>> output.shape, h.shape, c.shape
    ((5, 2, 8), (2, 2, 4), (2, 2, 4))
    """
