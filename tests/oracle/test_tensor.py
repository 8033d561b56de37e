"""The same code on PyTorch and on nudge: values, dtypes, gradients, hooks, and when it raises."""

import inspect
import json
import runpy
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

import nudge

GOLDENS = runpy.run_path(str(Path(__file__).parents[1] / "goldens" / "tensor.py"))
BEHAVIOUR = runpy.run_path(str(Path(__file__).parents[1] / "test_tensor_behaviour.py"))


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


# -- what both do ----------------------------------------------------------------------------------

# PyTorch makes a RuntimeError of most; nudge raises the kind that a caller would expect.
KINDS = (RuntimeError, ValueError, TypeError, IndexError, AttributeError, NotImplementedError)


@pytest.mark.parametrize("line", GOLDENS["REFUSALS"])
def test_pytorch_refuses_the_same(line):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(KINDS):
            exec(line, {**GOLDENS["tensors"](torch), "t": torch})


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, f in BEHAVIOUR.items()
        if name.startswith("test_") and inspect.signature(f).parameters.keys() == {"t"}
    ],
)
def test_pytorch_passes_the_same_tests(name):
    BEHAVIOUR[name](torch)


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
