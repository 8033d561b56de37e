"""What is done to gradients between backward and step."""

from __future__ import annotations

import math
from collections.abc import Iterable

from .. import ops
from ..creation import zeros
from ..errors import GraphError, UsageError
from ..functions import stack
from ..mode import no_grad
from ..tensor import Tensor


@no_grad()
def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
) -> Tensor:
    """Scale all gradients by one factor, so that their norm, as if all were one vector, is at most max_norm.

    Gives the norm that they had (Pascanu et al., 2013). `norm_type` is the p of the p-norm, or math.inf.

    Raises:
        UsageError: a max_norm that is not a number of at least 0.
        GraphError: a norm that is infinite or NaN, if `error_if_nonfinite` asks for that.

    >>> from nudge.creation import tensor
    >>> p = tensor([0.0, 0.0], requires_grad=True)
    >>> p.grad = tensor([30.0, 40.0])
    >>> clip_grad_norm_(p, max_norm=1.0), p.grad
    (tensor(50.), tensor([0.6000, 0.8000]))
    """
    if not max_norm >= 0:
        raise UsageError(f"max_norm = {max_norm}: expected a number of at least 0")
    gradients = _gradients(parameters)
    if not gradients:
        return zeros(())
    total: Tensor = stack([gradient.norm(norm_type) for gradient in gradients]).norm(norm_type)
    if error_if_nonfinite and not math.isfinite(total):
        raise GraphError(f"the gradients' norm is {total.item()}: a loss or a step has left the finite numbers")
    # Multiplied also where nothing is to be clipped, so that no branch depends on a value; 1e-6 keeps 0 from dividing.
    factor = ops.minimum(ops.div(max_norm, ops.add(total, 1e-6)), 1.0)
    for gradient in gradients:
        gradient.mul_(factor)
    return total


@no_grad()
def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float) -> None:
    """Bound each number of the gradients by ±clip_value. Raises UsageError for one that is not at least 0.

    >>> from nudge.creation import tensor
    >>> p = tensor([0.0, 0.0], requires_grad=True)
    >>> p.grad = tensor([0.5, -40.0])
    >>> clip_grad_value_(p, 1.0)
    >>> p.grad
    tensor([ 0.5000, -1.0000])
    """
    if not clip_value >= 0:
        raise UsageError(f"clip_value = {clip_value}: expected a number of at least 0")
    for gradient in _gradients(parameters):
        gradient.clamp_(-clip_value, clip_value)


def _gradients(parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    listed = [parameters] if isinstance(parameters, Tensor) else parameters
    return [p.grad for p in listed if p.grad is not None]
