"""Record in `tensor.json` what PyTorch makes of lines of code: values, dtypes, shapes and gradients.

Run it where PyTorch is installed: `python tests/goldens/tensor.py`. In every line `t` is the library, `x` and `z` are
(3, 4), `p` is (3, 4) and positive, `v` (4,), `b` (2, 3, 4), `w` (2, 4, 3), `s` has no axes; `i` and `k` are integers,
(3, 4) and (4,), `q` booleans (3, 4). A line of statements leaves its result in `y`. Gradients start at fixed weights.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).with_suffix(".json")
DIGITS = 10


def arrays(dtype: str = "float64") -> dict[str, Any]:
    """Return what the lines begin with, by name."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3, 4))
    x[0, 1], x[1, 2] = 0.5, -1.5  # halves, for rounding
    floats = {
        "x": x,
        "z": rng.normal(size=(3, 4)) + 3,
        "p": np.abs(x) + 0.5,
        "v": rng.normal(size=4),
        "b": rng.normal(size=(2, 3, 4)),
        "w": rng.normal(size=(2, 4, 3)),
        "s": np.array(0.7),
    }
    whole = {"i": rng.integers(-5, 6, (3, 4)), "k": np.array([2, -1, 3, 1])}
    return {name: a.astype(dtype) for name, a in floats.items()} | whole | {"q": rng.random((3, 4)) > 0.4}


def run(line: str, library: Any, names: dict[str, Any]) -> list[Any]:
    """Evaluate a line on named tensors, or execute it and take its `y`; return the results."""
    space = {**names, "t": library, "np": np, "math": math}
    if " = " in line:
        exec(line, space)
        y = space["y"]
    else:
        y = eval(line, space)
    return list(y) if isinstance(y, (tuple, list)) else [y]


def tensors(library: Any, dtype: str = "float64") -> dict[str, Any]:
    """Return what the lines begin with as tensors, of which the floats require gradients."""
    names = {name: library.tensor(a) for name, a in arrays(dtype).items()}
    for tensor in names.values():
        if tensor.is_floating_point():
            tensor.requires_grad_()
    return names


def report(line: str, library: Any, dtype: str = "float64") -> dict[str, Any]:
    """Return what a line gives in a library: each result as [kind, shape, numbers], and the gradients by name."""
    names = tensors(library, dtype)
    ys = run(line, library, names)
    rng, total = np.random.default_rng(1), None
    for y in ys:
        if isinstance(y, library.Tensor):
            weights = library.tensor(rng.uniform(0.5, 1.5, tuple(y.shape)).astype(dtype))
            if y.requires_grad:
                part = (y * weights).sum()
                total = part if total is None else total + part
    results = [[*kind_of(y, library), flat(y)] for y in ys]
    if total is not None:
        total.backward()
    grads = {name: x.grad for name, x in names.items() if x.is_floating_point() and x.grad is not None}
    return {"y": results, "grad": {name: flat(g) for name, g in grads.items() if any(flat(g))}}


def kind_of(y: Any, library: Any) -> list[Any]:
    """Return a tensor's dtype, marked where it requires a gradient, and shape; the type of what is no tensor."""
    if not isinstance(y, library.Tensor):
        return [type(y).__name__, []]
    return [str(y.dtype).removeprefix("torch.") + "*" * y.requires_grad, list(y.shape)]


def flat(y: Any) -> list[Any]:
    """Return the numbers of a tensor or a number, in one list."""
    y = y.detach().tolist() if hasattr(y, "detach") else y
    return [float(f"{x:.{DIGITS}g}") if isinstance(x, float) else x for x in np.ravel(np.asarray(y)).tolist()]


def record() -> dict[str, Any]:
    """Return what PyTorch makes of every line."""
    import torch

    return {line: report(line, torch) for line in LINES}


POINTWISE = """
x + z; x - z; x * z; x / z; x ** 2; p ** z; 2 ** x; x.detach() // z.detach(); x % z; -x; +x; abs(x); 1 - x; 1 / z
x + 1; x * 2.5; 3 // z.detach(); 5 % z.detach(); x + v; v - x; x * s; s / z; b + x; b * v; i / 2; i // 2; i % 3; i / k
i // 3.0; i ** 2; i - 1; i * x; q * x; q + i; q / 2; 2 - i; x.exp(); p.log(); p.sqrt(); p.rsqrt(); p.log2(); p.log10()
p.log1p(); x.expm1(); (x * 1e-4).expm1(); x.tanh(); x.sigmoid(); x.relu(); x.sin(); x.cos(); x.tan(); x.erf(); x.abs()
x.neg(); x.sign(); x.floor(); x.ceil(); x.round(); x.trunc(); x.frac(); x.square(); x.round(decimals=1); i.abs()
i.sign(); i.floor(); i.ceil(); i.round(); i.trunc(); i.exp(); i.sqrt().isnan(); i.square(); z.reciprocal()
x.add(z, alpha=2); x.sub(z, alpha=0.5); x.mul(z); x.div(z, rounding_mode='floor'); x.div(z, rounding_mode='trunc')
x.pow(3); p.pow(0.5); i.div(k, rounding_mode='floor'); i.div(k, rounding_mode='trunc'); i.div(2); i.remainder(k)
i.floor_divide(k); x.remainder(z); t.maximum(x, v); t.minimum(x, z); x.clamp(-0.5, 0.5); x.clamp(min=0.1)
x.clamp(max=0); i.clamp(min=-1, max=2); i.clamp(min=1); i.clamp(min=0.5); x.clip(-1, 1); x.clamp(v, z); x.clamp(min=v)
t.where(q, x, z); t.where(q, x, 0.); t.where(q, 1, 0); t.where(x > 0, x, v); x.where(q, z); x.masked_fill(q, 0.)
x.masked_fill(q, -math.inf); i.masked_fill(q, 7); x.masked_fill(q, s.detach()); t.lerp(x, z, 0.3); x.lerp(z, p)
x.addcmul(p, z, value=0.5); x.addcdiv(p, z, value=2); x.nan_to_num(); t.log(x).nan_to_num(nan=1.0)
(1 / (x * 0)).nan_to_num(posinf=9.0); x == z; x != x; x < z; x <= 0; x > 0; x >= z; i == 2; i == k; x.eq(z); x.ge(0)
i < x; q & (x > 0); q | (x > 0); q ^ (x > 0); ~q; q.logical_and(x); x.logical_or(q); i.logical_not(); i.logical_xor(q)
t.log(x).isnan(); (1 / (x * 0)).isinf(); t.log(x).isfinite(); i.isnan(); t.isclose(x, x + 1e-9); t.equal(x, v)
i.isinf(); t.exp(x); t.abs(x); t.pow(x, 2); t.sigmoid(x); t.add(x, 1); t.mul(x, 2); t.div(x, z); t.neg(x); t.square(x)
t.rsqrt(p); t.relu(x); t.clamp(x, 0, 1); t.softmax(x, 1); t.softmax(x, dim=0); x.softmax(-1); x.log_softmax(1)
t.log_softmax(x, dim=-1); x.logsumexp(1); x.logsumexp((0, 1)); x.logsumexp(1, keepdim=True)
(x - math.inf).logsumexp(1); t.logsumexp(b, dim=(0, 2))
"""
REDUCE = """
x.sum(); x.sum(0); x.sum(1, keepdim=True); x.sum((0, 1)); b.sum((0, 2)); x.sum(-1); i.sum(); i.sum(0); q.sum()
q.sum(1); x.sum(axis=1); x.sum(1, keepdims=True); x.sum(dtype=t.float64); i.sum(dtype=t.float32); x.mean(); x.mean(0)
x.mean((0, 1), keepdim=True); b.mean(dim=(1, 2)); i.float().mean(); i.mean(dtype=t.float32); x.prod(); x.prod(0)
x.prod(1, keepdim=True); i.prod(); (x * q).prod(1); x.cumsum(0); x.cumsum(1); i.cumsum(1); q.cumsum(0); b.cumsum(1)
s.sum(); s.sum(0); s.mean(); s.max(); s.cumsum(0); s.var(correction=0); s.logsumexp(0); x.max(); x.min(); i.max()
i.min(); q.max(); x.amax(); x.amax(0); x.amin(1, keepdim=True); x.amax((0, 1)); b.amin((0, 2)); s.amax(0); x.max(0)
x.max(1); x.min(1); x.max(1, keepdim=True); x.max(dim=-1).values; x.min(dim=0).indices; i.max(1); i.min(0); x.max(z)
t.min(x, v); x.argmax(); x.argmax(0); x.argmax(1, keepdim=True); x.argmin(); x.argmin(-1); i.argmin(1)
x.argmax(keepdim=True); s.argmax(); s.max(0); x.var(); x.var(0); x.var(1, correction=0)
x.var(1, unbiased=False, keepdim=True); x.std(); x.std(0); x.std(dim=(0, 1)); b.std((0, 2), keepdim=True)
b.var((1, 2)); (x * 0).std(1); x.std(unbiased=False); x.norm(); x.norm(dim=1); x.norm(2, 0, True); x.norm(1)
x.norm(1, dim=0); x.norm(3); x.norm(p=math.inf); x.norm(p=-math.inf, dim=1); x.detach().norm(0); x.norm('fro')
(x * 0).norm(); b.norm(dim=(1, 2)); t.norm(x); x.norm(0.5, dim=1); q.all(); q.any(); q.all(0); q.any(1, keepdim=True)
x.all(); i.any(); (x > 9).any(); x.count_nonzero(); i.count_nonzero(0); x.all(dim=(0, 1)); t.sum(x); t.sum(x, dim=1)
t.mean(x, 0); t.max(x); t.max(x, 1); t.argmax(x, dim=0); t.all(q); t.any(q); t.var(x, 0); t.std(x, dim=1)
t.cumsum(x, 0); t.prod(x, 1); t.amax(x, dim=0); x[:0].sum(); x[:0].prod(0); x[:, :0].amax(0); x[:0].all()
x[:0].any(1); x[:0].sum(0)
"""
SHAPE = """
x.reshape(4, 3); x.reshape((2, 6)); x.reshape(-1); x.reshape(2, -1); x.view(12); x.view(2, -1, 3); x.view((4, 3))
x.reshape([6, 2]); s.reshape(1, 1); x.T.reshape(-1); x.reshape_as(w[0]); x.view_as(w[0]); x.flatten(); b.flatten(1)
b.flatten(0, 1); b.flatten(start_dim=1, end_dim=2); s.flatten(); x.ravel(); x.unflatten(1, (2, 2))
x.unflatten(0, (-1, 1)); x.unsqueeze(0); x.unsqueeze(-1); x.unsqueeze(1); x.unsqueeze(1).squeeze(1); x[None].squeeze()
x[None].squeeze(0); x.squeeze(0); x[None, :, None].squeeze((0, 2)); s.squeeze(); s.unsqueeze(0); x.T; b.mT; x.t()
v.t(); x.transpose(0, 1); b.transpose(-1, 0); b.swapaxes(0, 2); b.permute(2, 0, 1); b.permute((1, 0, 2))
b.permute(-1, 0, 1); b.movedim(0, 2); b.movedim((0, 1), (1, 2)); b.moveaxis(-1, 0); x.expand(2, 3, 4); v.expand(3, 4)
x.unsqueeze(1).expand(-1, 5, -1); v.expand_as(x); v.broadcast_to(3, 4); v.broadcast_to((2, 3, 4)); s.expand(2, 3)
x.repeat(2, 1); x.repeat(2, 1, 3); v.repeat(3); x.tile((2,)); x.tile(2, 1, 2); x.repeat_interleave(2)
x.repeat_interleave(2, dim=0); x.repeat_interleave(3, 1); x.narrow(1, 1, 2); x.narrow(0, -2, 1); x.select(1, 2)
b.select(-2, -1); x.split(2, dim=1); x.split(2); x.split([1, 3], 1); x.chunk(2, 1); x.chunk(3, dim=1); x.chunk(2)
x.unbind(); x.unbind(1); x.unfold(1, 2, 1); b.unfold(2, 3, 1); x.unfold(0, 2, 1); x.flip(0); x.flip(0, 1)
x.flip((1,)); x.flip(dims=(0,)); x.roll(1, 0); x.roll((1, -2), (0, 1)); x.roll(5); x.roll(-1, 1); t.roll(x, 2, dims=1)
x.tril(); x.triu(); x.tril(1); x.triu(-1); b.tril(-1); b.triu(1); i.tril(); q.triu(); x.diagonal(); x.diagonal(1)
x.diagonal(-1); b.diagonal(0, 1, 2); b.diagonal(dim1=-1, dim2=0); x.diagonal(9); v.diag(); v.diag(1); v.diag(-2)
x.diag(); x.diag(1); x.diag_embed(); x.diag_embed(1); x[:, :3].trace(); t.cat([x, z]); t.cat((x, z), dim=1)
t.cat([x, i]); t.cat([x, q], 1); t.concat([v, v, v]); t.cat([t.tensor([]), x], 0); t.stack([x, z])
t.stack([x, z], dim=1); t.stack((v, v), -1); t.hstack([x, z]); t.vstack([x, v]); t.hstack([v, v]); t.vstack([v, v])
t.broadcast_tensors(x, v); t.broadcast_tensors(b, s); t.meshgrid(v, p[:, 0], indexing='ij')
t.meshgrid(v, p[:, 0], indexing='xy'); t.squeeze(x[None]); t.unsqueeze(x, 0); t.flatten(b, 1); t.transpose(x, 0, 1)
t.permute(b, (2, 0, 1)); t.split(x, 2, dim=1); t.chunk(x, 2, dim=1); t.unbind(x); t.tril(x); t.triu(x); t.diag(v)
t.flip(x, (0,)); t.reshape(x, (2, 6)); t.movedim(b, 0, 1); t.tile(x, (2, 2)); t.repeat_interleave(x, 2, dim=1)
t.narrow(x, 0, 0, 2); t.clone(x); t.numel(x); x.clone(); x.contiguous(); x.T.contiguous(); x.detach(); x.shape
x.size(); x.size(1); x.dim(); x.ndim; x.numel(); len(x); x.T.contiguous().view(12); x.T.clone().sum(0); x.float()
x.double(); x.long(); x.int(); x.bool(); i.float(); i.double(); q.float(); q.long(); i.bool(); x.to(t.float32)
i.to(t.float64); x.type_as(i); i.type_as(x); x.to(z)
"""
LINALG = """
x @ x.T; x @ w[0]; b @ w; b @ w[0]; x @ w; v @ v; x @ v; v @ w[0]; b @ v; v @ w; x.matmul(v); t.matmul(b, w)
x.mm(w[0]); b.bmm(w); x.mv(v); v.dot(v); v.outer(x[0]); t.mm(x, w[0]); t.bmm(b, w); t.dot(v, v); t.outer(v, v)
i @ i.T; t.addmm(x @ x.T, x, w[0]); t.addmm(s, x, w[0], beta=0.5, alpha=2); t.mv(x, v); v.inner(v)
t.einsum('ij,jk->ik', x, w[0]); t.einsum('ij,kj', x, z); t.einsum('ij->ji', x); t.einsum('ij->', x)
t.einsum('ij->j', x); t.einsum('ij,ij->i', x, z); t.einsum('bij,bjk->bik', b, w); t.einsum('bij,bjk->ik', b, w)
t.einsum('...ij,...jk->...ik', b, w); t.einsum('...ij,jk->...ik', b, w[0]); t.einsum('i,j->ij', v, v)
t.einsum('ii->i', x[:, :3]); t.einsum('ii', x[:, :3]); t.einsum('bij,j->bi', b, v)
t.einsum('ij,jk,kl->il', x, w[0], z); t.einsum('bij,bij->b', b, b); t.einsum('i...->...', b)
t.einsum('...i,...i->...', b, x); t.einsum('bij,kj->bik', b, x); t.einsum('ij, jk -> ik', x, w[0])
t.einsum('...->...', x); t.einsum('b...j,...j->b...', b, x); t.einsum('ij,k->ijk', x, v); t.tensordot(x, w[0], dims=1)
t.tensordot(b, b.permute(1, 2, 0), dims=2); t.tensordot(x, z, dims=([0, 1], [0, 1]))
t.tensordot(b, w, dims=([2], [1]))
"""
INDEX = """
x[0]; x[-1]; x[1, 2]; x[:, 1]; x[1:]; x[:2]; x[::2]; x[:, ::3]; x[1:2, 1:3]; x[5:]; x[...]; x[..., 0]; x[0, ...]
x[None]; x[:, None]; x[..., None]; x[None, ..., None, 0]; x[()]; b[0]; b[0, 1]; b[0, 1, 2]; b[:, 1]; b[..., 1, :]
b[1, ..., 2]; b[:, 1:, ::2]; b[None, 1, :, None, 2]; b[-1, -1]; x[[0, 2]]; x[[0, -1]]; x[:, [1, 3]]; x[[0, 1], [2, 3]]
x[[0, 1], :2]; x[1:, [0, 0, 1]]; x[[True, False, True]]; x[t.tensor([2, 0])]; x[np.array([1, 1])]; x[t.tensor(1)]
x[t.tensor(1), t.tensor(2)]; x[t.tensor([[0], [1]]), t.tensor([1, 2])]; x[k[:1] - 1]; b[[0, 1], :, [1, 2]]
b[0, :, [1, 2]]; b[:, 0, [1, 2]]; b[0, [1, 2]]; b[[1], 0]; b[:, [0, 2], [1, 3]]; b[:, [[0], [2]], [1, 3]]
b[[0, 1], None, [1, 2]]; b[..., [0, 1]]; b[[1, 0], ..., 2]; b[None, [1, 0]]; b[:, None, [1, 0]]; b[:, 1, None, [1, 0]]
b[1, None, [0, 1], 2:]; x[True]; x[False]; x[0, True]; s[()]; s[None]; s[...]; i[0]; i[[0, 1]]
q[0]; x[i[:, 0] % 3]; x[i % 3, 0]; v[k]; v[k % 4]; x[range(2)]; x[k.int()[:1] % 3]; x[[]]
x[t.tensor([], dtype=t.int64)]; x.index_select(0, t.tensor([2, 0])); x.index_select(1, k % 4); x.gather(1, i % 4)
x.gather(0, i % 3); x.gather(1, (i % 4)[:2, :2]); t.gather(x, 0, i[:1] % 3); t.take_along_dim(x, i % 4, 1)
x.take_along_dim(i[:, :1] % 4, dim=1); x.take_along_dim(i % 12); x.scatter_add(1, i % 4, z)
x.scatter_add(0, i % 3, z); x.scatter_add(1, (i % 4)[:2, :2], z.detach()); x.index_add(0, t.tensor([0, 2, 0]), z)
x.index_add(1, t.tensor([1, 1]), z[:, :2], alpha=2); x.scatter(1, t.tensor([[0, 1], [2, 3], [1, 0]]), z.detach())
x.scatter(0, t.tensor([[0, 1, 2, 0]]), z[:1]); x.scatter(1, t.tensor([[0], [2], [1]]), 9.)
b.gather(2, t.tensor([[[0, 1], [2, 3], [0, 0]]] * 2)); b.index_select(1, t.tensor([0, 2]))
b.take_along_dim(t.tensor([[[0]], [[1]]]), 1); list(x); [row.sum() for row in x]; tuple(v); [4, 5, 6, 7][t.tensor(2)]
"""
# These look at values, or what comes out depends on them, so that they cannot be traced.
LOOKING = """
s[t.tensor(True)]; t.allclose(x, z); t.equal(x, x); x.allclose(x + 1e-9); x.T.stride(); x.T.is_contiguous(); x[q]; x[~q]
b[:, q]; b[q.T[:2, :3].bool()]; x[x > 0]; x[:, q[0]]; x[q[:, 0]]; x[q[:, 0], 1]; x[q[:, 0], 1:3]; i[i > 0]; q[q]
x[x[:, 0] > 0]; x.masked_select(q); t.masked_select(x, x > 0); q.nonzero(); t.where(q); t.argmax(x[q]); x.tolist()
s.item(); float(s.detach()); int(i[0, 0]); bool(q[0, 0]); 0.5 in x
"""
CREATE = """
t.tensor([1.0, 2.0]); t.tensor([1, 2]); t.tensor([True, False]); t.tensor(3); t.tensor(2.5)
t.tensor([[1, 2.5], [3, 4]]); t.tensor([1, 2], dtype=t.float32); t.tensor(np.ones(2)); t.tensor([]); t.tensor([[]])
t.tensor([1.7, -1.7], dtype=t.int64); t.tensor(np.float32(2)); t.as_tensor(np.arange(3)); t.as_tensor([1.5])
t.from_numpy(np.ones((2, 3), np.float32)); t.tensor([True, 2]); t.tensor([True, 2.5]); t.zeros(3); t.zeros(2, 3)
t.zeros((2, 3)); t.zeros([2]); t.zeros(()); t.ones(2, 3); t.ones(2, dtype=t.int64); t.full((2, 2), 7)
t.full((2,), 0.5); t.full((2,), True); t.full((), 3, dtype=t.float64); t.eye(3); t.eye(2, 4); t.zeros_like(x)
t.ones_like(i); t.full_like(x, 2); t.zeros_like(x, dtype=t.int64); t.empty(2, 3).shape; t.empty_like(x).shape
t.arange(5); t.arange(1, 5); t.arange(1, 10, 3); t.arange(5, 0, -2); t.arange(0, 1, 0.1); t.arange(5.0)
t.arange(3, dtype=t.float64); t.arange(0.5, 3); t.linspace(0, 1, 5); t.linspace(-2, 2, 7); t.linspace(0, 1, 1)
t.linspace(0, 10, 0); x.new_zeros(2, 3); x.new_ones((2,)); i.new_full((2,), 3); x.new_tensor([1, 2])
x.new_empty(3).shape; t.tril_indices(3, 3); t.triu_indices(3, 4, 1); t.is_tensor(x); t.is_tensor(3)
t.promote_types(t.int64, t.float32) == t.float32; t.result_type(x, i) == x.dtype; x.is_floating_point()
t.is_floating_point(i); t.zeros(2, requires_grad=True); t.tensor([1.0], requires_grad=True).requires_grad
t.zeros(2, device='cpu'); x.to('cpu'); x.cpu(); x.itemsize; x.nbytes; x.element_size()
"""
INPLACE = """
y = x.clone(); y.add_(z); y.mul_(2)
y = x.clone(); y += z; y *= v; y -= 1; y /= 2
y = p.clone(); y **= 2; y.sqrt_()
y = x.clone(); y %= z
y = x.clone(); y[0] = 1.0
y = x.clone(); y[0] = v
y = x.clone(); y[:, 1] = z[:, 0]; y[1:, ::2] *= 3
y = x.clone(); y[0] += z[0]; y[0, 0] = s
y = x.clone(); y[q] = 0.0
y = x.clone(); y[q] = s
y = x.clone(); y[[0, 2]] = z[:2]
y = x.clone(); y[[0, 2], [1, 3]] = v[:2]
y = x.clone(); y[:, [1, 2]] = v[:2]
y = x.clone(); y[t.tensor([2, 0])] += 1
y = x.clone(); y[...] = z
y = x.clone(); y[:] = s
y = x.clone(); y[None] = z
y = x.clone(); y[0] = z[:1]
y = b.clone(); y[:, 1, [0, 2]] = w[:, :2, 0]
y = b.clone(); y[0, :, [0, 2]] = v[:2]
y = b.clone(); y[[0, 1], :, [0, 2]] = x[:2, :3]
y = b.clone(); y[..., 0] = x[:2, :3]
y = x.clone(); a = y[1:]; c = a.T; c[0] = v[:2]; c.mul_(2)
y = x.clone(); a = y.view(-1); a[3:6] = z.reshape(-1)[:3]
y = x.clone(); a = y.unsqueeze(0); a.mul_(p)
y = x.clone(); a = y.diagonal(); a.mul_(3)
y = x.clone(); a = y.T; y.mul_(z); y = a * 2
y = x.clone(); a = y[0]; y.zero_(); y = y + a
y = x.clone(); y.narrow(1, 2, 2).mul_(z[:, :2])
y = x.clone(); [y[k].mul_(k + 1.0) for k in range(3)]
y = x.clone(); y.select(1, 2).fill_(7)
y = x * 1; y.exp_(); y = y.log()
y = x * 1; y.relu_(); y = y * z
y = x * 1; y.clamp_(-0.5, 0.5); y.tanh_()
y = x * 1; y.masked_fill_(q, 2.0)
y = x * 1; y.zero_(); y += z
y = x * 1; y.fill_(3.0); y = y + x
y = x * 1; y.copy_(v)
y = x * 1; y.copy_(i)
y = i.clone(); y.copy_(x.detach())
y = i.clone(); y += 2; y[0] = 1.7; y[q] = 9
y = i.clone(); y.mul_(k); y //= 2
y = q.clone(); y &= (x > 0); y |= q; y ^= q
y = x.float().clone(); y.add_(z)
y = x * 1; y.addcmul_(p, z, value=0.5); y.addcdiv_(p, z); y.lerp_(z, 0.25)
y = x * 1; y.neg_().abs_().sin_().cos_().square_().mul_(z)
y = x * 1; y.round_()
y = x * 1; y.scatter_(1, t.tensor([[0], [1], [2]]), 5.0)
y = x * 1; y.scatter_add_(1, i % 4, z); y = y.clone(); y.index_add_(0, t.tensor([0, 0]), z[:2])
y = x * 1; y.tril_(); y.cumsum_(0)
y = t.zeros(3, 4, dtype=x.dtype); y[1] = v; y[:, 2] += s
y = t.zeros(3, 4, dtype=x.dtype); a = y[1:]; a += v; y = y * x
with t.no_grad(): x.mul_(2); y = x.detach()
y = x.detach().clone().requires_grad_(); a = y * 2; a[0] = 0; y = a
y = x.clone(); a = y; y = y + 1; a += 5
y = x.T.clone(); y[1] = 0; y = y.T
"""

# Both raise.
REFUSED = """
x.view(5, 3); x.reshape(5); x.reshape(-1, -1); x.T.view(-1); x + t.ones(5); x @ x; x @ v[:3]; t.cat([x, v]); t.cat([])
t.stack([x, v]); x.sum(2); x.mean(-3); x.sum((0, 0)); x.permute(0); x.permute(0, 0); x.transpose(0, 2); x.expand(3, 5)
x.expand(4); x.squeeze(5); x.unsqueeze(4); x.split([1, 1], 1); x.narrow(0, 2, 2); x.t().t().expand(-1, -1, 4); x[3]
x[0, 0, 0]; x[-4]; x[[3]]; x[t.tensor([0.5])]; x[0.5]; x[t.tensor([True, False])]; x[[0, 1], [0, 1, 2]]; x['a']
x[:, 4]; x[:, [0, 9]]; s[0]; i.mean(); i.requires_grad_(); t.tensor([1], requires_grad=True); -q; q - q; ~x; x & q
x.masked_fill(i, 0.0); t.tensor([[1, 2], [3]]); t.tensor('a'); t.tensor(None); x + 'a'; x + None; 'a' * x; x < 'a'
x ** None; x @ 3; x[0] @ 'a'; t.arange(5, 0); t.arange(0, 5, -1); t.arange(0, 5, 0); t.zeros(-1); t.linspace(0, 1, -1)
t.full((2,), 'a'); x.item(); bool(x); float(x); int(x); x.max(2); x[:0].max(); x[:0].argmax(); x[:0].amin(0)
x.repeat(2); x.gather(2, i); x.gather(0, k); x.gather(1, i + 9); x.index_select(0, t.tensor([5]))
x.scatter_add(1, i + 9, z); x.index_add(0, t.tensor([7]), z[:1]); x.bmm(x); x.mm(v); x.mv(x); v.dot(v[:2]); v.dot(x)
x.outer(v); x.clamp(); x.div(z, rounding_mode='up'); t.einsum('ij,jk', x, z); t.einsum('ij', v)
t.einsum('ij->ijk', x); t.einsum('ij,jk', x); x.flatten(1, 0); x.unflatten(1, (3, 2)); x.chunk(2, 3); x.roll(1, 3)
x.flip(2); v.tril(); b.t(); b.diag(); x.numpy(); t.broadcast_tensors(x, v[:3]); t.meshgrid(v, indexing='zz'); len(s)
iter(s); x.unfold(1, 9, 1); t.where(q, x, v[:3]); [1, 2][x]; x.grad.sum(); x.sum().backward(t.ones(2)); x.backward()
q.sum().backward(); x.detach().sum().backward(); (x * 2).requires_grad_(False); x.detach().retain_grad()
x.detach().register_hook(print); x.add_(1); x[0] = 1; x.mul_(2); x[0].add_(1); x.T.zero_(); x.clone().add_(b)
i.add_(0.5); i.div_(2); q.add_(1); v.clone().expand(3, 4).add_(1); i.clone().pow_(0.5); x.detach().copy_(b)
x.clone()[0].copy_(x); x.grad = v
"""
REFUSED_PROGRAMS = """
y = x.clone(); y[0] = z
y = x.clone(); y[9] = 0
y = x.clone(); y[[0, 7]] = 0
y = x.clone(); y[t.tensor([True, False])] = 0
y = x.clone(); y[:, :2] = v
y = x.exp(); y.add_(1); y.sum().backward()
y = x.clone(); a = y * y; y.add_(1); a.sum().backward()
y = x.clone(); a = (y[0] * z[0]).sum(); y[0, 0] = 5; a.backward()
y = x.clone(); a = y.sigmoid(); a.mul_(2); a.sum().backward()
a = (x * z).sum(); a.backward(); a.backward()
y = x * 2; t.autograd.grad(y.sum(), z)
t.autograd.grad((x * 2).sum(), z)
"""


def split(text: str) -> list[str]:
    """Return the lines of a text in which semicolons divide them as well."""
    return [line.strip() for row in text.strip().split("\n") for line in row.split(";") if line.strip()]


VALUES = split(POINTWISE + REDUCE + SHAPE + LINALG + INDEX)
LOOKS = [*split(LOOKING), "y = x.clone(); y[q] = z[q] * 2", "y = b.clone(); y[:, q] = 0.5"]
WRITES = INPLACE.strip().split("\n")
REFUSALS = split(REFUSED) + REFUSED_PROGRAMS.strip().split("\n")
LINES = VALUES + LOOKS + split(CREATE) + WRITES


def text() -> str:
    """Return the file's text: a line a line."""
    rows = [f"{json.dumps(line)}: {json.dumps(found)}" for line, found in record().items()]
    return "{\n" + ",\n".join(rows) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(text())
