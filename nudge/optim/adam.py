"""Adam."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .. import ops
from ..errors import UsageError
from ..op import Operand
from .optimizer import Group, Optimizer


class Adam(Optimizer):
    """Turn each knob by about lr, less where its gradients disagree (Kingma & Ba, 2015).

    With running means m of g and v of g², p ← p − lr · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + eps). Weight decay adds
    weight_decay·p to the gradient.

    >>> from nudge.creation import tensor
    >>> p = tensor([1.0, 1.0], requires_grad=True)
    >>> (p * tensor([1e-3, 1e3])).sum().backward()
    >>> Adam([p], lr=0.1).step()
    >>> p.detach()
    tensor([0.9000, 0.9000])
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        """Take parameters or groups; see Optimizer. Raises UsageError for settings out of range."""
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay})

    def check(self, group: Group) -> None:
        """Raise UsageError for settings out of range."""
        super().check(group)
        if len(group["betas"]) != 2 or not all(0 <= beta < 1 for beta in group["betas"]):
            raise UsageError(f"betas = {group['betas']}: expected two numbers of [0, 1), such as (0.9, 0.999)")

    def rule(self, p: Any, grad: Any, state: Mapping[str, Any], group: Group) -> tuple[Any, dict[str, Any]]:
        """Turn one parameter."""
        beta1, beta2 = group["betas"]
        if group["weight_decay"]:
            grad = grad + p * group["weight_decay"]
        # Steps are counted in float64, since 1 − β₂ᵗ would lose half its digits in float32.
        count = state["step"] + 1.0 if state else np.float64(1.0)
        m = state["exp_avg"] + (grad - state["exp_avg"]) * (1 - beta1) if state else grad * (1 - beta1)
        square = grad * grad
        v = state["exp_avg_sq"] + (square - state["exp_avg_sq"]) * (1 - beta2) if state else square * (1 - beta2)
        # Outside of a trace a Python number, which leaves the parameter's dtype alone.
        t = count if isinstance(count, Operand) else float(count)
        spread = ops.sqrt(v) / ops.sqrt(1 - beta2**t) + group["eps"]
        return p - m * (group["lr"] / (1 - beta1**t)) / spread, {"step": count, "exp_avg": m, "exp_avg_sq": v}
