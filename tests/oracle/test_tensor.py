"""The same code on PyTorch and on nudge: values, dtypes, gradients, hooks, and when it raises."""

import json
import runpy
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

import nudge

GOLDENS = runpy.run_path(str(Path(__file__).parents[1] / "goldens" / "tensor.py"))
BOTH = pytest.mark.parametrize("t", [torch, nudge], ids=["torch", "nudge"])


def test_the_record_is_what_pytorch_says_today():
    recorded = json.loads(GOLDENS["FILE"].read_text())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        today = GOLDENS["record"]()
    assert list(recorded) == list(today)
    for line, found in today.items():
        assert [y[:2] for y in found["y"]] == [y[:2] for y in recorded[line]["y"]], line
        for a, b in zip(found["y"], recorded[line]["y"], strict=True):
            np.testing.assert_allclose(a[2], b[2], rtol=1e-6, atol=1e-6, err_msg=line)
        for name, g in recorded[line]["grad"].items():
            np.testing.assert_allclose(found["grad"][name], g, rtol=1e-8, atol=1e-9, err_msg=line)


@pytest.mark.parametrize("line", GOLDENS["VALUES"] + GOLDENS["WRITES"])
def test_each_line_does_the_same_in_float32(line):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs, ours = (GOLDENS["report"](line, library, "float32") for library in (torch, nudge))
    assert [y[:2] for y in ours["y"]] == [y[:2] for y in theirs["y"]]
    for a, b in zip(ours["y"], theirs["y"], strict=True):
        np.testing.assert_allclose(a[2], b[2], rtol=3e-5, atol=3e-5)
    assert set(ours["grad"]) == set(theirs["grad"])
    for name, g in theirs["grad"].items():
        np.testing.assert_allclose(ours["grad"][name], g, rtol=3e-4, atol=3e-4)


# -- what both refuse, with an exception of the same kind ------------------------------------------

RAISES = """
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
PROGRAMS_RAISE = """
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
# PyTorch makes a RuntimeError of most; nudge raises the kind that a caller would expect.
KINDS = (RuntimeError, ValueError, TypeError, IndexError, AttributeError, NotImplementedError)


@pytest.mark.parametrize("line", GOLDENS["split"](RAISES) + PROGRAMS_RAISE.strip().split("\n"))
@BOTH
def test_both_raise(line, t):
    names = {name: t.tensor(a) for name, a in GOLDENS["arrays"]().items()}
    for x in names.values():
        if x.is_floating_point():
            x.requires_grad_()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(KINDS if t is torch or "x.grad.sum()" in line else nudge.Error):
            exec(line, {**names, "t": t})


# -- gradients: leaves, hooks, retaining -----------------------------------------------------------


def leaf(t, *values):
    return t.tensor(values or (1.0, 2.0, 3.0), requires_grad=True)


@BOTH
def test_leaves_accumulate(t):
    x = leaf(t)
    for _ in range(2):
        (x * x).sum().backward()
    assert x.grad.tolist() == [4.0, 8.0, 12.0]
    x.grad = None
    (x * 3).sum().backward()
    assert x.grad.tolist() == [3.0, 3.0, 3.0]
    x.grad.zero_()
    assert x.grad.tolist() == [0.0, 0.0, 0.0]


@BOTH
def test_what_is_a_leaf(t):
    x = leaf(t)
    y = x * 2
    assert [x.is_leaf, y.is_leaf, y.detach().is_leaf, t.ones(2).is_leaf] == [True, False, True, True]
    assert [x.requires_grad, y.requires_grad, y.detach().requires_grad, (x > 1).requires_grad] == [
        True,
        True,
        False,
        False,
    ]
    with t.no_grad():
        z = x * 2
        assert [z.requires_grad, z.is_leaf, t.is_grad_enabled()] == [False, True, False]
        with t.enable_grad():
            assert (x * 2).requires_grad
    with t.set_grad_enabled(False):
        assert not (x * 2).requires_grad


@BOTH
def test_retain_grad(t):
    x = leaf(t)
    y = x * 2
    z = y * y
    y.retain_grad()
    z.sum().backward()
    assert y.grad.tolist() == [4.0, 8.0, 12.0]
    assert x.grad.tolist() == [8.0, 16.0, 24.0]


@BOTH
def test_retain_graph(t):
    x = leaf(t)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.tolist() == [4.0, 8.0, 12.0]


@BOTH
def test_hooks_see_and_change_gradients(t):
    x, seen = leaf(t), []
    y = x * 2
    handle = y.register_hook(lambda g: seen.append(("y", g.tolist())))
    x.register_hook(lambda g: g * 10)
    y.register_hook(lambda g: g + 1)
    (y * y).sum().backward()
    assert seen == [("y", [4.0, 8.0, 12.0])]
    assert x.grad.tolist() == [100.0, 180.0, 260.0]
    handle.remove()
    (x * 2).sum().backward()
    assert len(seen) == 1


@BOTH
def test_a_gradient_can_be_given(t):
    x = leaf(t)
    (x * x).backward(t.tensor([1.0, 0.0, 2.0]))
    assert x.grad.tolist() == [2.0, 0.0, 12.0]
    (x * x).backward(gradient=t.tensor([1.0, 0.0, 2.0]))
    assert x.grad.tolist() == [4.0, 0.0, 24.0]


@BOTH
def test_second_derivatives(t):
    x = leaf(t)
    (first,) = t.autograd.grad((x**3).sum(), x, create_graph=True)
    (second,) = t.autograd.grad(first.sum(), x)
    assert first.tolist() == [3.0, 12.0, 27.0]
    assert second.tolist() == [6.0, 12.0, 18.0]
    assert x.grad is None
    (unused,) = t.autograd.grad(leaf(t).sum(), x, allow_unused=True)
    assert unused is None


@BOTH
def test_data_and_detach_share_memory(t):
    x = leaf(t)
    x.data[0] = 5.0
    x.detach()[1] = 6.0
    with t.no_grad():
        x[2] = 7.0
        x += 1
    assert x.tolist() == [6.0, 7.0, 8.0]
    assert x.is_leaf
    x.data = t.tensor([0.0, 1.0])
    (x * x).sum().backward()
    assert x.grad.tolist() == [0.0, 2.0]
    x.requires_grad_(False)
    assert not (x * 2).requires_grad


@BOTH
def test_views_share_memory_both_ways(t):
    x = t.zeros(2, 3)
    row, turned, flat, copy = x[1], x.T, x.view(-1), x[[0, 1]]
    row += 1
    turned[0, 0] = 7
    flat[2] = 8
    copy.zero_()
    assert x.tolist() == [[7.0, 0.0, 8.0], [1.0, 1.0, 1.0]]
    array = x.numpy()
    array[0, 1] = 9
    assert x[0, 1].item() == 9
    assert np.shares_memory(np.asarray(x), array)
    assert t.from_numpy(array)[0, 1] == 9


# -- programs as people write them -----------------------------------------------------------------


def word_model(t):
    """A character model as lectures write it: embedding, hidden layer, batch norm and updates by hand."""
    g = t.Generator().manual_seed(2147483647)
    text = "emma olivia ava isabella sophia charlotte mia amelia harper evelyn "
    letters = sorted(set(text))
    codes = t.tensor([letters.index(c) for c in text])
    block, n = 3, len(letters)
    xs = t.stack([codes[i : i + block] for i in t.arange(len(codes) - block)])
    ys = codes[block:]
    table = t.randn((n, 4), generator=g)
    w1 = t.randn((block * 4, 20), generator=g) * (5 / 3) / ((block * 4) ** 0.5)
    gain, bias = t.ones((1, 20)), t.zeros((1, 20))
    w2, b2 = t.randn((20, n), generator=g) * 0.1, t.zeros(n)
    parameters = [table, w1, gain, bias, w2, b2]
    for p in parameters:
        p.requires_grad = True
    losses = []
    for k in range(25):
        ix = t.randint(0, len(xs), (16,), generator=g)
        batch, target = xs[ix], ys[ix]
        hidden = table[batch].view(-1, block * 4) @ w1
        mean, var = hidden.mean(0, keepdim=True), hidden.var(0, keepdim=True, unbiased=True)
        hidden = (gain * (hidden - mean) * (var + 1e-5) ** -0.5 + bias).tanh()
        logits = hidden @ w2 + b2
        logits = logits - logits.max(1, keepdim=True).values
        counts = logits.exp()
        log_probabilities = (counts / counts.sum(1, keepdims=True)).log()
        loss = -log_probabilities[range(16), target].mean()
        for p in parameters:
            p.grad = None
        loss.backward()
        for p in parameters:
            p.data += -(0.1 if k < 20 else 0.01) * p.grad
        losses.append(loss.item())
    out = []
    context = [0] * block
    for _ in range(20):
        with t.no_grad():
            hidden = (table[t.tensor([context])].view(1, -1) @ w1).tanh()
            chances = t.softmax(hidden @ w2 + b2, dim=1)
        out.append(t.multinomial(chances, num_samples=1, generator=g).item())
        context = context[1:] + [out[-1]]
    return losses, out


def attention(t):
    """Masked self-attention with several heads, forward and backward, written out."""
    t.manual_seed(1337)
    x = t.randn(2, 5, 8, requires_grad=True)
    wq, wk, wv = (t.randn(8, 8, requires_grad=True) for _ in range(3))
    tril = t.tril(t.ones(5, 5))
    q, k, v = ((x @ w).view(2, 5, 2, 4).transpose(1, 2) for w in (wq, wk, wv))
    scores = q @ k.transpose(-2, -1) * 4**-0.5
    scores = scores.masked_fill(tril[:5, :5] == 0, float("-inf"))
    y = (t.softmax(scores, dim=-1) @ v).transpose(1, 2).contiguous().view(2, 5, 8)
    (y**2).sum().backward()
    return [y.tolist(), x.grad.tolist(), wq.grad.tolist(), wv.grad.tolist()], []


@pytest.mark.parametrize("program", [word_model, attention])
def test_programs_give_the_same_numbers(program):
    (theirs, drawn), (ours, drawn_too) = program(torch), program(nudge)
    for a, b in zip(theirs, ours, strict=True):
        np.testing.assert_allclose(b, a, rtol=2e-4, atol=2e-4)
    assert drawn == drawn_too
