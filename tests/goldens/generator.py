"""Record in `generator.npz` what PyTorch draws, and where its generator stands after every call.

Run it where PyTorch is installed: `python tests/goldens/generator.py`. A sequence is a seed and calls, each a method of
nudge's Generator with its arguments. Under "calls" stands, as JSON, what was called; under "name/i" what call i
returned; under "name/positions", a row a call, where the generator stood after it: see `position`.
"""

from __future__ import annotations

import json
import random
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import torch

FILE = Path(__file__).with_suffix(".npz")
Call = tuple[str, dict[str, Any]]

SIZES = (0, 1, 2, 15, 16, 17, 31, 32, 33, 100)
SHAPES: tuple[tuple[int, ...], ...] = (*((size,) for size in SIZES), (), (2, 0, 3), (3, 5, 7), (1, 16), (5, 3))
FLOATS = ("float32", "float64")
SPANS = [(0, 1), (0, 10), (-5, 5), (0, 2**28 - 1), (0, 2**28), (-(2**31), 2**31), (3, 2**62), (-(2**63), 2**63 - 1)]


def draw(generator: torch.Generator, method: str, arguments: dict[str, Any]) -> np.ndarray[Any, Any]:
    """Return what PyTorch draws where nudge's Generator is asked for `method`."""
    given = dict(arguments)
    dtype = getattr(torch, given.pop("dtype", "float32"))
    shape = given.pop("shape", ())
    if method == "uniform":
        return torch.empty(shape, dtype=dtype).uniform_(given["low"], given["high"], generator=generator).numpy()
    if method == "normal":
        return torch.empty(shape, dtype=dtype).normal_(given["mean"], given["std"], generator=generator).numpy()
    if method == "exponential":
        return torch.empty(shape, dtype=dtype).exponential_(given["rate"], generator=generator).numpy()
    if method == "randint":
        return torch.randint(given["low"], given["high"], shape, dtype=dtype, generator=generator).numpy()
    if method == "random":
        return torch.empty(shape, dtype=dtype).random_(generator=generator).numpy()
    if method == "randperm":
        return torch.randperm(given["n"], dtype=dtype, generator=generator).numpy()
    if method == "bernoulli":
        return torch.empty(shape, dtype=torch.bool).bernoulli_(given["p"], generator=generator).numpy()
    if method == "bernoulli_array":
        probabilities = torch.tensor(given["probabilities"], dtype=dtype)
        return torch.bernoulli(probabilities, generator=generator).bool().numpy()
    if method == "multinomial":
        weights = torch.tensor(given["weights"], dtype=dtype)
        return torch.multinomial(weights, given["num_samples"], given["replacement"], generator=generator).numpy()
    assert method == "dropout_mask", method
    # Dropout takes no generator, so the default one stands in.
    torch.default_generator.set_state(generator.get_state())
    mask = torch.nn.functional.dropout(torch.ones(shape, dtype=dtype), given["p"]).numpy()
    generator.set_state(torch.default_generator.get_state())
    return mask


def position(state: bytes) -> list[float]:
    """Return what a generator's state says: words left and used, checksum of all, whether a normal waits, and it."""
    (left,) = struct.unpack_from("i", state, 8)
    (used,) = struct.unpack_from("Q", state, 16)
    (normal,) = struct.unpack_from("d", state, 5024)
    (is_valid,) = struct.unpack_from("i", state, 5040)
    return [left, used % 624, zlib.crc32(state[24:5016]), is_valid, normal]


def one_of_each(choose: random.Random) -> list[Call]:
    """Return a call of every method, with arguments chosen at random, in random order."""
    some, dtype = list(choose.choice(SHAPES)), choose.choice(FLOATS)
    low, high = sorted(choose.uniform(-3, 3) for _ in range(2))
    weights = [[choose.choice([0.5, 1.0, choose.random()]) for _ in range(6)] for _ in range(3)]
    calls: list[Call] = [
        ("uniform", {"low": low, "high": high, "shape": some, "dtype": dtype}),
        ("normal", {"mean": choose.uniform(-1, 1), "std": choose.random(), "shape": some, "dtype": dtype}),
        ("normal", {"mean": 0.0, "std": 1.0, "shape": [choose.randrange(16)], "dtype": dtype}),
        ("exponential", {"rate": choose.uniform(0.1, 3), "shape": some, "dtype": dtype}),
        ("randint", {"low": choose.randrange(-9, 0), "high": choose.randrange(1, 9), "shape": some, "dtype": "int32"}),
        ("random", {"shape": some, "dtype": choose.choice(["int32", "int64", "bool", *FLOATS])}),
        ("randperm", {"n": choose.randrange(40), "dtype": "int64"}),
        ("bernoulli", {"p": choose.random(), "shape": some}),
        ("bernoulli_array", {"probabilities": [choose.random() for _ in range(9)], "dtype": dtype}),
        ("dropout_mask", {"p": choose.random(), "shape": some, "dtype": dtype}),
        ("multinomial", {"weights": weights, "num_samples": 1, "replacement": choose.random() < 0.5, "dtype": dtype}),
        ("multinomial", {"weights": weights, "num_samples": 5, "replacement": False, "dtype": dtype}),
        ("multinomial", {"weights": weights[0], "num_samples": 9, "replacement": True, "dtype": dtype}),
    ]
    choose.shuffle(calls)
    return calls


def sequences() -> dict[str, tuple[int, list[Call]]]:
    """Return seed and calls under the name of each sequence."""
    known: dict[str, tuple[int, list[Call]]] = {}
    for dtype in FLOATS:
        shapes = [{"shape": list(shape), "dtype": dtype} for shape in SHAPES]
        known[f"unit {dtype}"] = 0, [("uniform", {"low": 0.0, "high": 1.0} | shape) for shape in shapes]
        known[f"uniform {dtype}"] = 2**63 + 5, [("uniform", {"low": -0.3, "high": 0.7} | shape) for shape in shapes]
        known[f"normal {dtype}"] = 1, [("normal", {"mean": 0.0, "std": 1.0} | shape) for shape in shapes]
        known[f"scaled {dtype}"] = -1, [("normal", {"mean": -2.5, "std": 0.01} | shape) for shape in shapes]
        known[f"exponential {dtype}"] = 7, [("exponential", {"rate": 2.5} | shape) for shape in shapes]
    long = {"shape": [1000], "dtype": "float32"}
    known["normal long"] = 1337, [("normal", {"mean": 0.0, "std": 1.0} | long)]
    known["uniform long"] = 1337, [("uniform", {"low": -0.1, "high": 0.1} | long)]
    known["randperm"] = 1337, [("randperm", {"n": n, "dtype": "int64"}) for n in (0, 1, 2, 3, 100, 1000)]
    integers = {"shape": [9], "dtype": "int64"}
    known["randint"] = 2**32 - 1, [("randint", {"low": low, "high": high} | integers) for low, high in SPANS]
    masks = {"shape": [5], "dtype": "float32"}
    known["dropout"] = 5, [("dropout_mask", {"p": p} | masks) for p in (0.0, 0.5, 1.0, 0.1)]
    for seed in range(12):
        known[f"mixed {seed}"] = seed, one_of_each(random.Random(seed))
    return known


def record() -> dict[str, np.ndarray[Any, Any]]:
    """Return the file's arrays under their names."""
    arrays = {"torch": np.array(torch.__version__.partition("+")[0]), "calls": np.array(json.dumps(sequences()))}
    for name, (seed, calls) in sequences().items():
        generator, positions = torch.Generator().manual_seed(seed), []
        for i, (method, arguments) in enumerate(calls):
            arrays[f"{name}/{i}"] = draw(generator, method, arguments)
            positions.append(position(generator.get_state().numpy().tobytes()))
        arrays[f"{name}/positions"] = np.array(positions)
    return arrays


if __name__ == "__main__":
    np.savez_compressed(FILE, **record())
