"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ..errors import UsageError
from .optimizer import Group, Optimizer


class SGD(Optimizer):
    """Turn each knob against its gradient: p ← p − lr·g; with momentum μ along b ← μ b + (1 − dampening) g instead.

    Nesterov's form turns along g + μ b (Sutskever et al., 2013). Weight decay adds weight_decay·p to the gradient.

    >>> from nudge.creation import tensor
    >>> p = tensor([1.0], requires_grad=True)
    >>> (p * 3).sum().backward()
    >>> SGD([p], lr=0.1).step()
    >>> p.detach()
    tensor([0.7000])
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        """Take parameters or groups; see Optimizer. Raises UsageError for settings out of range."""
        defaults = {"lr": lr, "momentum": momentum, "dampening": dampening}
        super().__init__(params, defaults | {"weight_decay": weight_decay, "nesterov": nesterov})

    def check(self, group: Group) -> None:
        """Raise UsageError for settings out of range."""
        super().check(group)
        if group["nesterov"] and (not group["momentum"] or group["dampening"]):
            raise UsageError("nesterov=True needs a momentum above 0, such as 0.9, and no dampening")

    def start(self, p: Any, group: Group) -> dict[str, Any]:
        """Begin with a buffer of 0, where the first gradient is taken as it is."""
        return {} if not group["momentum"] or group["dampening"] else {"momentum_buffer": np.zeros(p.shape, p.dtype)}

    def rule(self, p: Any, grad: Any, state: Mapping[str, Any], group: Group) -> tuple[Any, dict[str, Any]]:
        """Turn one parameter."""
        if group["weight_decay"]:
            grad = grad + p * group["weight_decay"]
        momentum = group["momentum"]
        if not momentum:
            return p - grad * group["lr"], {}
        buffer = state.get("momentum_buffer")
        buffer = grad if buffer is None else buffer * momentum + grad * (1 - group["dampening"])
        turn = grad + buffer * momentum if group["nesterov"] else buffer
        return p - turn * group["lr"], {"momentum_buffer": buffer}
