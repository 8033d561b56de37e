"""Adam."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .. import ops
from ..errors import UsageError
from ..mode import mode
from ..tensor import Tensor, wrap
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

    def update(self, p: Tensor, grad: Tensor, state: dict[str, Any], group: Group) -> None:
        """Turn one parameter."""
        if not state:
            # In float64, since 1 − β₂ᵗ would lose half its digits in float32.
            state["step"] = wrap(np.zeros((), np.float64))
            state["exp_avg"], state["exp_avg_sq"] = (wrap(np.zeros(p.shape, p.dtype)) for _ in range(2))
        (beta1, beta2), m, v = group["betas"], state["exp_avg"], state["exp_avg_sq"]
        if group["weight_decay"]:
            grad = grad.add(p, alpha=group["weight_decay"])
        m.lerp_(grad, 1 - beta1)
        v.lerp_(grad * grad, 1 - beta2)
        step = state["step"].add_(1.0)
        # Eager, a Python number is quicker than operations on a single element; a trace has none.
        t = step if mode.trace is not None else step.item()
        rate = group["lr"] / (1 - beta1**t)
        spread = v.sqrt() / ops.sqrt(1 - beta2**t) + group["eps"]
        p.sub_(m * rate / spread)
