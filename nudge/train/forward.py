"""What a network says of many examples: its outputs, nothing learned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..interrupts import interruption_point
from ..mode import no_grad
from ..nn import Module
from ..tensor import Tensor, wrap
from .steps import is_worth_it, required

AT_ONCE = 4096  # examples: bounds the memory
OVERHEAD = 1_000_000  # as for steps; the work is a third of theirs, and so is what it takes to make machine code


class Forward:
    """A network's pass forward in evaluation mode: as machine code for those numbers of examples that come often."""

    def __init__(self, model: Module, times: Mapping[int, int]) -> None:
        """Take a network; `times` says how often it is to be asked for its outputs, by the number of examples."""
        self.model, self.notice = model, ""  # what is to be told, once
        self.weights = sum(p.numel() for p in model.parameters())
        parts: dict[int, int] = {}
        for n, often in times.items():
            for size, count in ((AT_ONCE, n // AT_ONCE), (n % AT_ONCE, 1)):
                parts[size] = parts.get(size, 0) + often * count
        self.native = {size for size, often in parts.items() if size and self._pays(often, size)}
        self._compiled: Any = None
        self._modes: list[tuple[Module, bool]] = []  # in which parts were before, while one is under way

    def __call__(self, inputs: Tensor) -> Tensor:
        """Compute the outputs for inputs (n, …), in parts that bound the memory."""
        self.restore()
        self._modes = [(module, module.training) for module in self.model.modules()]
        try:
            self.model.eval()
            with no_grad():
                parts = []
                for k in range(0, len(inputs), AT_ONCE):
                    parts.append(self._part(inputs[k : k + AT_ONCE]).numpy())
                    interruption_point()
        finally:
            self.restore()
        return wrap(np.concatenate(parts))

    def restore(self) -> None:
        """Let each part of the network be in the mode that it was in, where Ctrl-C came before that was done."""
        for module, training in self._modes:
            module.training = training
        self._modes = []

    def _pays(self, often: int, size: int) -> bool:
        return is_worth_it(often, size * self.weights, OVERHEAD)

    def _part(self, inputs: Tensor) -> Any:
        if len(inputs) in self.native:
            try:
                if self._compiled is None:
                    self._compiled = self._made()
                return self._compiled(inputs)
            except Exception as error:
                self.notice = f"the network is evaluated in Python, not as machine code: {required(error)}"
                self.native.clear()
        return self.model(inputs)

    def _made(self) -> Any:
        from ..native import executable  # noqa: F401
        from ..native.compile import compile

        model = self.model

        def forward(inputs: Tensor) -> Any:
            return model(inputs)

        return compile(forward)


def predict(model: Module, inputs: Tensor) -> Tensor:
    """Compute a model's outputs for inputs (n, …), once: in evaluation mode and in parts that bound the memory."""
    return Forward(model, {})(inputs)
