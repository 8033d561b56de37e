"""The eight networks of the native benchmark: data, weights, loss and optimizer of each, in no library's terms.

A loss is written once, on a namespace `F` that has PyTorch's names; see `native_peers` for whose names those are.
"""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray]
Contraction = tuple[int, int, int, int]  # m, k, n, and how often: 3 with both gradients, 2 with only the weight's
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclasses.dataclass(frozen=True)
class Workload:
    """A training step, and how it is measured."""

    title: str
    weights: Arrays
    data: tuple[np.ndarray, ...]
    loss: Callable[..., Any]  # (F, weights, *data) to a scalar
    optimizer: tuple[str, dict[str, float]]
    contractions: Sequence[Contraction]
    chunk: int  # steps a call where steps are run k at a time, and in each timed stretch
    few: int  # steps after which numbers are compared in each round
    each: bool = False  # whether the aim holds also when Python calls each step

    @property
    def flops(self) -> float:
        """Count the contractions' multiplications and additions: what no schedule can leave out."""
        return float(sum(2 * m * k * n * times for m, k, n, times in self.contractions))

    @property
    def state_bytes(self) -> int:
        """Count the bytes of parameters and optimizer state, each read once and written once."""
        copies = {"SGD": 1}.get(self.optimizer[0], 3)
        return 2 * copies * sum(w.nbytes for w in self.weights.values())


@dataclasses.dataclass(frozen=True)
class Corpus:
    """Where the language rows' letters come from."""

    names: list[str]
    text: str

    @classmethod
    def read(cls, names: str | None = None, text: str | None = None) -> Corpus:
        """Read a file of names, one a line, and a text; without them, take what Python's own help says."""
        from pydoc_data.topics import topics

        said = Path(text).read_text() if text else "\n".join(topics[key] for key in sorted(topics))
        words = Path(names).read_text().split() if names else sorted({w for w in said.split() if w.isalpha()})
        return cls([word.lower() for word in words if set(word.lower()) <= set(LETTERS)], said)

    def letters(self) -> np.ndarray:
        """Number the text's letters, 27 kinds: a to z, and 0 for all else."""
        return np.array([LETTERS.find(c) + 1 for c in self.text.lower()])

    def characters(self, kinds: int) -> np.ndarray:
        """Number the text's characters, the most frequent first, all rarer ones alike."""
        number = {c: k for k, (c, _) in enumerate(Counter(self.text).most_common(kinds - 1))}
        return np.array([number.get(c, kinds - 1) for c in self.text])

    def blocks(self, size: int) -> tuple[np.ndarray, np.ndarray]:
        """Give every letter of every name, 0 at its end, and the `size` letters before it."""
        x, y = [], []
        for name in self.names:
            before = [0] * size
            for number in [*(LETTERS.index(c) + 1 for c in name), 0]:
                x.append(before)
                y.append(number)
                before = [*before[1:], number]
        return np.array(x), np.array(y)


def uniform(rng: np.random.Generator, *shape: int, fan: int | None = None) -> np.ndarray:
    """Draw a weight as PyTorch's layers do: within ±1/√fan."""
    bound = 1 / math.sqrt(fan or math.prod(shape[1:]))
    return rng.uniform(-bound, bound, shape).astype(np.float32)


def dense(rng: np.random.Generator, sizes: Sequence[int]) -> Arrays:
    """Draw the weights w0, b0, w1, b1, … of layers of these sizes."""
    drawn = {}
    for k, (into, out) in enumerate(zip(sizes, sizes[1:], strict=False)):
        drawn[f"w{k}"], drawn[f"b{k}"] = uniform(rng, out, into), uniform(rng, out, fan=into)
    return drawn


def layers(F: Any, p: dict[str, Any], x: Any, activation: Callable[[Any], Any]) -> Any:
    """Go through w0, b0, … with an activation between them."""
    count = len(p) // 2
    for k in range(count):
        x = F.linear(x, p[f"w{k}"], p[f"b{k}"])
        x = activation(x) if k < count - 1 else x
    return x


def moons(corpus: Corpus) -> Workload:
    """Two classes in the plane: hinge loss, and the weights' squares."""
    rng = np.random.default_rng(0)

    def loss(F: Any, p: dict[str, Any], x: Any, y: Any) -> Any:
        squares = sum((w * w).sum() for w in p.values())
        return F.relu(1 - y * layers(F, p, x, F.relu)).mean() + 1e-4 * squares

    angle, side = rng.uniform(0, math.pi, 100), rng.integers(0, 2, 100)
    x = np.stack([np.cos(angle) * (1 - 2 * side) + side, np.sin(angle) * (1 - 2 * side) + side / 2], 1)
    data = (x + rng.normal(scale=0.1, size=x.shape)).astype(np.float32), (2.0 * side - 1).astype(np.float32)[:, None]
    sizes = (2, 16, 16, 1)
    return Workload(
        "moons 2-16-16-1, batch 100, hinge + L2, SGD", dense(rng, sizes), data, loss, ("SGD", {"lr": 0.02}),
        contractions(100, sizes), chunk=1000, few=10, each=True,
    )  # fmt: skip


def contractions(batch: int, sizes: Sequence[int], first: int = 2) -> list[Contraction]:
    """List those of dense layers; what is data needs no gradient."""
    pairs = enumerate(zip(sizes, sizes[1:], strict=False))
    return [(batch, into, out, first if k == 0 else 3) for k, (into, out) in pairs]


def classifier(
    title: str, sizes: Sequence[int], batch: int, activation: str, optimizer: tuple[str, dict[str, float]],
    **measured: Any,
) -> Workload:  # fmt: skip
    """Dense layers and cross-entropy on made-up pictures."""
    rng = np.random.default_rng(0)

    def loss(F: Any, p: dict[str, Any], x: Any, y: Any) -> Any:
        return F.cross_entropy(layers(F, p, x, getattr(F, activation)), y)

    data = rng.uniform(size=(batch, sizes[0])).astype(np.float32), rng.integers(0, sizes[-1], batch)
    return Workload(title, dense(rng, sizes), data, loss, optimizer, contractions(batch, sizes), **measured)


def digits(corpus: Corpus) -> Workload:
    """The net of many first courses."""
    title = "digits 784-16-16-10 sigmoid, batch 32, cross-entropy, SGD"
    return classifier(title, (784, 16, 16, 10), 32, "sigmoid", ("SGD", {"lr": 0.1}), chunk=500, few=10, each=True)


def makemore(corpus: Corpus) -> Workload:
    """The next letter of a name from the three before it (Bengio et al., 2003)."""
    rng = np.random.default_rng(0)
    x, y = corpus.blocks(3)
    chosen = rng.integers(0, len(x), 32)

    def loss(F: Any, p: dict[str, Any], x: Any, y: Any) -> Any:
        read = F.embedding(x, p["emb"]).reshape(32, 30)
        return F.cross_entropy(F.linear(F.tanh(F.linear(read, p["w0"], p["b0"])), p["w1"], p["b1"]), y)

    sizes = (30, 200, 27)
    weights = {"emb": rng.normal(size=(27, 10)).astype(np.float32), **dense(rng, sizes)}
    return Workload(
        "makemore MLP: emb 27x10, block 3, hidden 200, batch 32, SGD", weights, (x[chosen], y[chosen]), loss,
        ("SGD", {"lr": 0.1}), contractions(32, sizes, first=3), chunk=200, few=10, each=True,
    )  # fmt: skip


def cnn(corpus: Corpus) -> Workload:
    """Two convolutions, each with a pool of two, and a dense layer."""
    rng = np.random.default_rng(0)

    def loss(F: Any, p: dict[str, Any], x: Any, y: Any) -> Any:
        x = F.max_pool2d(F.relu(F.conv2d(x, p["k0"], p["c0"])), 2)
        x = F.max_pool2d(F.relu(F.conv2d(x, p["k1"], p["c1"])), 2)
        return F.cross_entropy(F.linear(x.reshape(64, 400), p["w0"], p["b0"]), y)

    weights = {
        "k0": uniform(rng, 8, 1, 3, 3), "c0": uniform(rng, 8, fan=9),
        "k1": uniform(rng, 16, 8, 3, 3), "c1": uniform(rng, 16, fan=72), **dense(rng, (400, 10)),
    }  # fmt: skip
    data = rng.uniform(size=(64, 1, 28, 28)).astype(np.float32), rng.integers(0, 10, 64)
    return Workload(
        "CNN 8-16 3x3 on 28x28, batch 64, SGD", weights, data, loss, ("SGD", {"lr": 0.05}),
        [(64 * 26 * 26, 9, 8, 2), (64 * 11 * 11, 72, 16, 3), (64, 400, 10, 3)], chunk=20, few=5,
    )  # fmt: skip


def gru(corpus: Corpus) -> Workload:
    """The next letter at each of 16 places."""
    rng = np.random.default_rng(0)
    x, y = stretches(rng, corpus.letters(), 16, 32)

    def loss(F: Any, p: dict[str, Any], x: Any, y: Any) -> Any:
        read = F.embedding(x, p["emb"])
        seen = F.gru(read, p["w_ih"], p["w_hh"], p["b_ih"], p["b_hh"])
        return F.cross_entropy(F.linear(seen, p["w0"], p["b0"]).reshape(512, 27), y.reshape(512))

    weights = {
        "emb": rng.normal(size=(27, 32)).astype(np.float32), "w_ih": uniform(rng, 192, 32, fan=64),
        "w_hh": uniform(rng, 192, 64), "b_ih": uniform(rng, 192, fan=64), "b_hh": uniform(rng, 192, fan=64),
        **dense(rng, (64, 27)),
    }  # fmt: skip
    return Workload(
        "GRU 64, T 16, batch 32, Adam", weights, (x.T.copy(), y.T.copy()), loss, ("Adam", {"lr": 1e-3}),
        [(512, 32, 192, 3), (512, 64, 192, 3), (512, 64, 27, 3)], chunk=20, few=5,
    )  # fmt: skip


def stretches(rng: np.random.Generator, numbers: np.ndarray, length: int, batch: int) -> tuple[np.ndarray, np.ndarray]:
    """Cut a batch of stretches out of a text, and the same one place later: (batch, length) each."""
    starts = rng.integers(0, len(numbers) - length, batch)
    return tuple(np.stack([numbers[s + k : s + k + length] for s in starts]) for k in (0, 1))


def gpt(corpus: Corpus) -> Workload:
    """The next character at each of 32 places, by four blocks of attention and dense layers."""
    rng = np.random.default_rng(0)
    kinds, places, batch, width, heads, blocks = 65, 32, 16, 64, 4, 4
    x, y = stretches(rng, corpus.characters(kinds), places, batch)

    def split(x: Any) -> Any:
        return x.reshape(batch, places, heads, width // heads).swapaxes(1, 2)

    def loss(F: Any, p: dict[str, Any], x: Any, y: Any) -> Any:
        h = F.embedding(x, p["tokens"]) + p["places"]
        for k in range(blocks):
            read = F.linear(F.layer_norm(h, (width,), p[f"n{k}"], p[f"m{k}"]), p[f"qkv{k}"])
            q, k_, v = (split(read[..., at : at + width]) for at in range(0, 3 * width, width))
            seen = F.scaled_dot_product_attention(q, k_, v, is_causal=True)
            h = h + F.linear(seen.swapaxes(1, 2).reshape(batch, places, width), p[f"out{k}"])
            read = F.layer_norm(h, (width,), p[f"r{k}"], p[f"s{k}"])
            h = h + F.linear(F.gelu(F.linear(read, p[f"up{k}"], p[f"u{k}"])), p[f"down{k}"], p[f"d{k}"])
        h = F.layer_norm(h, (width,), p["n"], p["m"])
        return F.cross_entropy(F.linear(h, p["head"]).reshape(batch * places, kinds), y.reshape(batch * places))

    def normal(*shape: int) -> np.ndarray:
        return rng.normal(scale=0.05, size=shape).astype(np.float32)

    one, zero = np.ones(width, np.float32), np.zeros(width, np.float32)
    weights = {"tokens": normal(kinds, width), "places": normal(places, width), "head": normal(kinds, width)}
    weights |= {"n": one, "m": zero}
    for k in range(blocks):
        weights |= {f"n{k}": one, f"m{k}": zero, f"r{k}": one, f"s{k}": zero}
        weights |= {f"qkv{k}": normal(3 * width, width), f"out{k}": normal(width, width)}
        weights |= {f"up{k}": normal(4 * width, width), f"u{k}": np.zeros(4 * width, np.float32)}
        weights |= {f"down{k}": normal(width, 4 * width), f"d{k}": zero}
    n = batch * places
    attention = (batch * heads * places, width // heads, places, 3)  # in full: the mask's half is computed by all
    block = [(n, width, 3 * width, 3), attention, attention, (n, width, width, 3), (n, width, 8 * width, 3)]
    return Workload(
        "GPT 4 layers, 4 heads, width 64, T 32, batch 16, AdamW", weights, (x, y), loss,
        ("AdamW", {"lr": 1e-3, "weight_decay": 0.01}),
        [*block * blocks, (n, width, kinds, 3)], chunk=5, few=3,
    )  # fmt: skip


def middle(corpus: Corpus) -> Workload:
    """A middle-sized classifier."""
    title = "784-128-10 relu, batch 64, cross-entropy, Adam"
    return classifier(title, (784, 128, 10), 64, "relu", ("Adam", {"lr": 1e-3}), chunk=100, few=10)


def wide(corpus: Corpus) -> Workload:
    """A classifier whose weights and optimizer state are 22 MB."""
    title = "784-1024-1024-10 relu, batch 256, cross-entropy, Adam"
    return classifier(title, (784, 1024, 1024, 10), 256, "relu", ("Adam", {"lr": 1e-4}), chunk=5, few=3)


WORKLOADS: dict[str, Callable[[Corpus], Workload]] = {
    "moons": moons, "digits": digits, "makemore": makemore, "cnn": cnn,
    "gru": gru, "gpt": gpt, "middle": middle, "wide": wide,
}  # fmt: skip
