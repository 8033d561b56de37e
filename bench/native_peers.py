"""Who runs a step in the native benchmark, and how: each variant starts from the same weights, and runs k steps."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from .native_workloads import Arrays, Workload

EPS, BETA1, BETA2 = 1e-8, 0.9, 0.999


# -- a tensor for each weight, and an optimizer that turns it ---------------------------------------


class Eager:
    """nudge or PyTorch, a Python call for each operation; `wrap` may make something faster of the step."""

    def __init__(self, torch: Any, F: Any, workload: Workload, wrap: Callable[[Any], Any] = lambda step: step) -> None:
        """Copy the weights, and write the step down."""
        self.torch, self.workload = torch, workload
        self.p = {name: torch.tensor(w, requires_grad=True) for name, w in workload.weights.items()}
        self.data = [torch.tensor(each) for each in workload.data]
        name, settings = workload.optimizer
        self.optimizer = optimizer = getattr(torch.optim, name)(list(self.p.values()), **settings, **F.fastest)

        def step(*data: Any) -> Any:
            loss = workload.loss(F, self.p, *data)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss

        self.step = wrap(step)

    def reset(self) -> None:
        """Go back to the first weights, in place, and forget the optimizer's averages."""
        with self.torch.no_grad():
            for name, w in self.workload.weights.items():
                self.p[name].copy_(self.torch.tensor(w))
            for state in self.optimizer.state.values():
                for tensor in state.values():
                    if tensor is not None:
                        tensor.zero_()

    def run(self, k: int) -> float:
        """Run k steps; return the last one's loss."""
        for _ in range(k):
            loss = self.step(*self.data)
        return float(loss.detach())

    def weights(self) -> Arrays:
        """Give the weights as they are now."""
        return {name: p.detach().numpy().copy() for name, p in self.p.items()}


class Inside(Eager):
    """nudge, with the loop over k steps in machine code too."""

    def run(self, k: int) -> float:
        """Run k steps in one call."""
        return float(self.step.run(k, *self.data))


def nudge_names() -> Any:
    """Gather nudge's functions."""
    import nudge
    import nudge.nn.functional as F
    from nudge.nn.recurrent import gru_step

    def gru(x: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any) -> Any:
        gates, seen = F.linear(x, w_ih, b_ih), [nudge.zeros(x.shape[1], w_hh.shape[1])]
        for at in range(x.shape[0]):
            seen.append(gru_step(gates[at], F.linear(seen[-1], w_hh, b_hh), (seen[-1],))[0])
        return nudge.stack(seen[1:])

    return SimpleNamespace(**{name: getattr(F, name) for name in F.__all__}, gru=gru, fastest={})


def torch_names() -> Any:
    """Gather PyTorch's functions."""
    import torch

    def gru(x: Any, *weights: Any) -> Any:
        start = x.new_zeros(1, x.shape[1], weights[1].shape[1])
        return torch.gru(x, start, weights, True, 1, 0.0, True, False, False)[0]

    return SimpleNamespace(**vars(torch.nn.functional), gru=gru, fastest={"fused": True})


def nudge_eager(workload: Workload) -> Eager:
    """Run nudge as it is without a compiler."""
    import nudge

    return Eager(nudge, nudge_names(), workload)


def nudge_each(workload: Workload) -> Eager:
    """Run nudge's machine code, called from Python for each step."""
    import nudge

    return Eager(nudge, nudge_names(), workload, nudge.compile)


def nudge_inside(workload: Workload) -> Eager:
    """Run nudge's machine code, k steps a call."""
    import nudge

    return Inside(nudge, nudge_names(), workload, nudge.compile)


def torch_eager(workload: Workload) -> Eager:
    """Run PyTorch, its fused optimizers included."""
    import torch

    return Eager(torch, torch_names(), workload)


# -- a step as a pure function of weights and state -------------------------------------------------


def fresh(workload: Workload) -> tuple[Arrays, Any]:
    """Give the first weights, and the optimizer's first state: a count, and two averages a weight."""
    weights = {name: w.copy() for name, w in workload.weights.items()}
    if workload.optimizer[0] == "SGD":
        return weights, ()
    zeros = [{name: np.zeros_like(w) for name, w in weights.items()} for _ in range(2)]
    return weights, (np.zeros((), np.float32), *zeros)


def updated(xp: Any, workload: Workload, p: Any, state: Any, grads: Any) -> tuple[Any, Any]:
    """Turn all weights, by the rules of PyTorch's SGD, Adam and AdamW."""
    settings = workload.optimizer[1]
    lr, decay = settings["lr"], settings.get("weight_decay", 0.0)
    if not state:
        return {name: p[name] - lr * grads[name] for name in p}, state
    t, m, v = state[0] + 1, {}, {}
    first, second = (-xp.expm1(t * math.log(beta)) for beta in (BETA1, BETA2))  # 1 − βᵗ, exact in float32 too
    new = {}
    for name, g in grads.items():
        m[name] = state[1][name] + (g - state[1][name]) * (1 - BETA1)
        v[name] = state[2][name] + (g * g - state[2][name]) * (1 - BETA2)
        spread = xp.sqrt(v[name]) / xp.sqrt(second) + EPS
        new[name] = p[name] * (1 - lr * decay) - lr / first * m[name] / spread
    return new, (t, m, v)


class TorchCompiled:
    """PyTorch's compiler over the whole step, which writes weights and state in place."""

    def __init__(self, workload: Workload) -> None:
        """Trace forward, backward and update into one graph, and compile that."""
        import torch
        from torch.fx.experimental.proxy_tensor import make_fx
        from torch.utils import _pytree as tree

        self.workload, self.torch = workload, torch
        loss = functools.partial(workload.loss, torch_names())
        self.data = [torch.tensor(each) for each in workload.data]
        self.held, self.spec = tree.tree_flatten(tree.tree_map(torch.tensor, fresh(workload)))
        count = len(self.held)

        def step(*flat: Any) -> Any:
            p, state = tree.tree_unflatten(list(flat[:count]), self.spec)
            grads, value = torch.func.grad_and_value(loss)(p, *flat[count:])
            for old, new in zip(flat, tree.tree_leaves(updated(torch, workload, p, state, grads)), strict=False):
                old.copy_(new)
            return value

        self.step = torch.compile(make_fx(step)(*[x.clone() for x in self.held], *self.data))

    def reset(self) -> None:
        """Copy the first weights and state into place."""
        from torch.utils import _pytree as tree

        for held, first in zip(self.held, tree.tree_leaves(fresh(self.workload)), strict=True):
            held.copy_(self.torch.tensor(first))

    def run(self, k: int) -> float:
        """Run k steps, each called from Python."""
        with self.torch.no_grad():
            for _ in range(k):
                loss = self.step(*self.held, *self.data)
        return float(loss)

    def weights(self) -> Arrays:
        """Give the weights as they are now."""
        from torch.utils import _pytree as tree

        return {name: w.numpy().copy() for name, w in tree.tree_unflatten(self.held, self.spec)[0].items()}


class Jax:
    """JAX, one jit over the whole step, its buffers donated; with `scan`, over k steps."""

    def __init__(self, workload: Workload, scan: bool = False) -> None:
        """Write the step down; each length of a scan is compiled when it is first run."""
        import jax
        import jax.numpy as jnp

        self.jax, self.workload, self.scan = jax, workload, scan
        loss = functools.partial(workload.loss, jax_names())
        self.data = jax.device_put(workload.data)

        def step(held: Any, *data: Any) -> Any:
            value, grads = jax.value_and_grad(loss)(held[0], *data)
            return updated(jnp, workload, held[0], held[1], grads), value

        def steps(k: int, held: Any, *data: Any) -> Any:
            held, losses = jax.lax.scan(lambda held, _: step(held, *data), held, length=k)
            return held, losses[-1]

        self.step = jax.jit(step, donate_argnums=0)
        self.steps = jax.jit(steps, static_argnums=0, donate_argnums=1)
        self.reset()

    def reset(self) -> None:
        """Begin with the first weights and state."""
        self.held = self.jax.tree.map(lambda x: self.jax.numpy.array(x, copy=True), fresh(self.workload))
        self.jax.block_until_ready(self.held)

    def run(self, k: int) -> float:
        """Run k steps, and wait for the last."""
        if self.scan:
            self.held, loss = self.steps(k, self.held, *self.data)
        else:
            for _ in range(k):
                self.held, loss = self.step(self.held, *self.data)
        self.jax.block_until_ready(self.held)
        return float(loss)

    def weights(self) -> Arrays:
        """Give the weights as they are now."""
        return {name: np.array(w) for name, w in self.held[0].items()}


def jax_names() -> Any:
    """Write PyTorch's functions with JAX's, as its users do."""
    import jax
    import jax.numpy as jnp
    from jax import lax

    def linear(x: Any, weight: Any, bias: Any = None) -> Any:
        return x @ weight.T if bias is None else x @ weight.T + bias

    def cross_entropy(x: Any, labels: Any) -> Any:
        return (jax.nn.logsumexp(x, -1) - jnp.take_along_axis(x, labels[:, None], -1)[:, 0]).mean()

    def conv2d(x: Any, weight: Any, bias: Any) -> Any:
        return lax.conv(x, weight, (1, 1), "VALID") + bias[:, None, None]

    def max_pool2d(x: Any, size: int) -> Any:
        window = (1, 1, size, size)
        return lax.reduce_window(x, -jnp.inf, lax.max, window, window, "VALID")

    def layer_norm(x: Any, shape: Any, weight: Any, bias: Any) -> Any:
        away = x - x.mean(-1, keepdims=True)
        return away * lax.rsqrt((away * away).mean(-1, keepdims=True) + 1e-5) * weight + bias

    def attention(q: Any, k: Any, v: Any, is_causal: bool) -> Any:
        scores = q @ k.swapaxes(-1, -2) / math.sqrt(q.shape[-1])
        return jax.nn.softmax(jnp.where(jnp.tri(q.shape[-2], dtype=bool), scores, -jnp.inf)) @ v

    def gru(x: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any) -> Any:
        def cell(h: Any, gates: Any) -> Any:
            (rx, zx, nx), (rh, zh, nh) = jnp.split(gates, 3, -1), jnp.split(linear(h, w_hh, b_hh), 3, -1)
            r, z = jax.nn.sigmoid(rx + rh), jax.nn.sigmoid(zx + zh)
            n = jnp.tanh(nx + r * nh)
            h = n + z * (h - n)
            return h, h

        return lax.scan(cell, jnp.zeros((x.shape[1], w_hh.shape[1])), linear(x, w_ih, b_ih), unroll=True)[1]

    return SimpleNamespace(
        linear=linear, cross_entropy=cross_entropy, conv2d=conv2d, max_pool2d=max_pool2d, layer_norm=layer_norm,
        scaled_dot_product_attention=attention, gru=gru, relu=jax.nn.relu, sigmoid=jax.nn.sigmoid, tanh=jnp.tanh,
        gelu=functools.partial(jax.nn.gelu, approximate=False), embedding=lambda x, weight: weight[x],
    )  # fmt: skip
