"""Clipping against PyTorch, and a hundred clipped steps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from nudge import nn, optim
from nudge.creation import tensor
from tests.oracle.test_nn import HOMES, array


def with_gradients(make: Any, scale: float) -> list[Any]:
    params = [make(array(*shape), requires_grad=True) for shape in ((3, 4), (5,), (), (2,))]
    for k, p in enumerate(params[:-1]):
        p.grad = make(np.asarray(array(*p.shape, seed=k + 1) * np.float32(scale)))
    return params


@pytest.mark.parametrize("norm_type", [2.0, 1.0, 3.0, math.inf])
@pytest.mark.parametrize("scale", [0.0, 0.01, 100.0])
def test_clipping(scale: float, norm_type: float) -> None:
    ours, theirs = with_gradients(tensor, scale), with_gradients(torch.tensor, scale)
    a = nn.utils.clip_grad_norm_(ours, 1.0, norm_type)
    b = torch.nn.utils.clip_grad_norm_(theirs, 1.0, norm_type)
    assert a.item() == pytest.approx(b.item(), rel=1e-6)
    nn.utils.clip_grad_value_(ours, 0.1)
    torch.nn.utils.clip_grad_value_(theirs, 0.1)
    for p, q in zip(ours[:-1], theirs[:-1], strict=True):
        np.testing.assert_allclose(p.grad.numpy(), q.grad.numpy(), rtol=1e-5)
    assert ours[-1].grad is None


def test_a_hundred_clipped_steps() -> None:
    walked = []
    for (module, make), home in zip(HOMES, (optim, torch.optim), strict=True):
        p = make(array(4, 3), requires_grad=True)
        optimizer = home.AdamW([p], lr=0.05)
        for k in range(100):
            optimizer.zero_grad()
            ((p - make(array(4, 3, seed=k))) ** 2).sum().backward()
            module.utils.clip_grad_norm_([p], 0.5)
            optimizer.step()
        walked.append(p.detach().numpy())
    np.testing.assert_allclose(*walked, rtol=2e-5, atol=2e-6)
