"""Adagrad."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .. import ops
from ..errors import UsageError
from .optimizer import Group, Optimizer, counted, number


class Adagrad(Optimizer):
    """Turn each knob less the more it was turned: p ← p − lr · g / (√(Σ g²) + eps) (Duchi et al., 2011).

    The rate falls as lr / (1 + (t − 1)·lr_decay), and the sum starts from `initial_accumulator_value`. Weight decay
    adds weight_decay·p to the gradient.

    >>> from nudge.creation import tensor
    >>> p = tensor([1.0, 1.0], requires_grad=True)
    >>> (p * tensor([1e-3, 1e3])).sum().backward()
    >>> Adagrad([p], lr=0.1).step()
    >>> p.detach()
    tensor([0.9000, 0.9000])
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
    ) -> None:
        """Take parameters or groups; see Optimizer. Raises UsageError for settings out of range."""
        defaults = {"lr": lr, "lr_decay": lr_decay, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, defaults | {"initial_accumulator_value": initial_accumulator_value})

    def check(self, group: Group) -> None:
        """Raise UsageError for settings out of range."""
        super().check(group)
        for name in ("lr_decay", "initial_accumulator_value"):
            if not 0 <= group[name] < math.inf:
                raise UsageError(f"{name} = {group[name]}: expected a finite number of at least 0")

    def start(self, p: Any, group: Group) -> dict[str, Any]:
        """Begin with the sum that the group names."""
        return {"step": np.zeros(()), "sum": np.full(p.shape, float(group["initial_accumulator_value"]), p.dtype)}

    def rule(self, p: Any, grad: Any, state: Mapping[str, Any], group: Group) -> tuple[Any, dict[str, Any]]:
        """Turn one parameter."""
        if group["weight_decay"]:
            grad = grad + p * group["weight_decay"]
        count = counted(state)
        total = grad * grad + (state["sum"] if state else group["initial_accumulator_value"])
        rate = group["lr"] / (1 + (number(count) - 1) * group["lr_decay"])
        return p - grad / (ops.sqrt(total) + group["eps"]) * rate, {"step": count, "sum": total}
