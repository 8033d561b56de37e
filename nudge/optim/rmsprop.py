"""RMSprop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .. import ops
from ..errors import UsageError
from .optimizer import Group, Optimizer, counted


class RMSprop(Optimizer):
    """Turn each knob by its gradient over the gradient's usual size: p ← p − lr · g / (√v + eps) (Hinton, 2012).

    v is the running mean of g²; `centered`, less the square of g's own (Graves, 2013). With momentum μ the turns add
    up, b ← μ b + g / (√v + eps). Weight decay adds weight_decay·p to the gradient.

    >>> from nudge.creation import tensor
    >>> p = tensor([1.0, 1.0], requires_grad=True)
    >>> (p * tensor([1e-3, 1e3])).sum().backward()
    >>> RMSprop([p], lr=0.01).step()
    >>> p.detach()
    tensor([0.9000, 0.9000])
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
    ) -> None:
        """Take parameters or groups; see Optimizer. Raises UsageError for settings out of range."""
        defaults = {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, defaults | {"momentum": momentum, "centered": centered})

    def check(self, group: Group) -> None:
        """Raise UsageError for settings out of range."""
        super().check(group)
        if not 0 <= group["alpha"] < 1:
            raise UsageError(f"alpha = {group['alpha']}: expected a number of [0, 1), such as 0.99")

    def start(self, p: Any, group: Group) -> dict[str, Any]:
        """Begin with means of 0."""
        names = ["square_avg", *["grad_avg"] * bool(group["centered"]), *["momentum_buffer"] * bool(group["momentum"])]
        return {"step": np.zeros(()), **{name: np.zeros(p.shape, p.dtype) for name in names}}

    def rule(self, p: Any, grad: Any, state: Mapping[str, Any], group: Group) -> tuple[Any, dict[str, Any]]:
        """Turn one parameter."""
        alpha = group["alpha"]
        if group["weight_decay"]:
            grad = grad + p * group["weight_decay"]
        square = grad * grad * (1 - alpha)
        v = state["square_avg"] * alpha + square if state else square
        kept = {"step": counted(state), "square_avg": v}
        if group["centered"]:
            m = state.get("grad_avg")
            m = grad * (1 - alpha) if m is None else m + (grad - m) * (1 - alpha)
            kept["grad_avg"] = m
            v = v - m * m
        turn = grad / (ops.sqrt(v) + group["eps"])
        if group["momentum"]:
            buffer = state.get("momentum_buffer")
            turn = turn if buffer is None else buffer * group["momentum"] + turn
            kept["momentum_buffer"] = turn
        return p - turn * group["lr"], kept
