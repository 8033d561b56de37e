"""Adam, and with weight decay beside it, AdamW."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .. import ops
from ..errors import UsageError
from .optimizer import Group, Optimizer, counted, number


class Adam(Optimizer):
    """Turn each knob by about lr, less where its gradients disagree (Kingma & Ba, 2015).

    With running means m of g and v of g², p ← p − lr · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + eps). Weight decay adds
    weight_decay·p to the gradient, or decoupled, takes lr·weight_decay·p away before; see AdamW.

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
        *,
        decoupled_weight_decay: bool = False,
    ) -> None:
        """Take parameters or groups; see Optimizer. Raises UsageError for settings out of range."""
        defaults = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, defaults | {"decoupled_weight_decay": decoupled_weight_decay})

    def check(self, group: Group) -> None:
        """Raise UsageError for settings out of range."""
        super().check(group)
        if len(group["betas"]) != 2 or not all(0 <= beta < 1 for beta in group["betas"]):
            raise UsageError(f"betas = {group['betas']}: expected two numbers of [0, 1), such as (0.9, 0.999)")

    def start(self, p: Any, group: Group) -> dict[str, Any]:
        """Begin with means of 0."""
        return {"step": np.zeros(()), "exp_avg": np.zeros(p.shape, p.dtype), "exp_avg_sq": np.zeros(p.shape, p.dtype)}

    def rule(self, p: Any, grad: Any, state: Mapping[str, Any], group: Group) -> tuple[Any, dict[str, Any]]:
        """Turn one parameter."""
        beta1, beta2 = group["betas"]
        if group["weight_decay"] and group["decoupled_weight_decay"]:
            p = p * (1 - group["lr"] * group["weight_decay"])
        elif group["weight_decay"]:
            grad = grad + p * group["weight_decay"]
        count = counted(state)
        m = state["exp_avg"] + (grad - state["exp_avg"]) * (1 - beta1) if state else grad * (1 - beta1)
        square = grad * grad
        v = state["exp_avg_sq"] + (square - state["exp_avg_sq"]) * (1 - beta2) if state else square * (1 - beta2)
        t = number(count)
        spread = ops.sqrt(v) * (1 / ops.sqrt(1 - beta2**t)) + group["eps"]  # one division for all, not one for each
        return p - m * (group["lr"] / (1 - beta1**t)) / spread, {"step": count, "exp_avg": m, "exp_avg_sq": v}


class AdamW(Adam):
    """Adam whose weight decay passes by the running means: p ← p − lr·weight_decay·p before each step.

    So all weights decay at one rate, whatever their gradients (Loshchilov & Hutter, 2019).

    >>> from nudge.creation import tensor
    >>> p = tensor([2.0], requires_grad=True)
    >>> (p * 5).sum().backward()
    >>> AdamW([p], lr=0.1, weight_decay=0.5).step()  # to 2 · (1 − 0.1 · 0.5), and then by 0.1
    >>> p.detach()
    tensor([1.8000])
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        """Take parameters or groups; see Optimizer. Raises UsageError for settings out of range."""
        super().__init__(params, lr, betas, eps, weight_decay, decoupled_weight_decay=True)
