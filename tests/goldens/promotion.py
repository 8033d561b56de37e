"""Record PyTorch's result dtypes in `promotion.json`: every operation over every pair of operands that nudge has.

Run it where PyTorch is installed: `python tests/goldens/promotion.py`. The operands are a tensor with an axis
(`float32[2]`), a tensor without (`float32[]`) and a Python number (`float`); where PyTorch raises, `error` stands.
"""

from __future__ import annotations

import itertools
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

FILE = Path(__file__).with_suffix(".json")
DTYPES = ("bool", "int32", "int64", "float32", "float64")
NUMBERS = {"bool": True, "int": 1, "float": 1.0}

BINARY: dict[str, Callable[[Any, Any], torch.Tensor]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "floor_divide": lambda a, b: a // b,
    "remainder": lambda a, b: a % b,
    "pow": lambda a, b: a**b,
    "maximum": torch.maximum,
    "minimum": torch.minimum,
    "where": lambda a, b: torch.where(torch.tensor([True, False]), a, b),
    "eq": lambda a, b: a == b,
    "lt": lambda a, b: a < b,
}
UNARY: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "exp": torch.exp,
    "log": torch.log,
    "sqrt": torch.sqrt,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "sin": torch.sin,
    "cos": torch.cos,
    "erf": torch.erf,
    "abs": torch.abs,
    "neg": torch.neg,
    "sign": torch.sign,
    "floor": torch.floor,
    "sum": torch.sum,
    "prod": torch.prod,
    "mean": torch.mean,
    "max": torch.max,
    "min": torch.min,
    "cumsum": lambda a: torch.cumsum(a, 0),
    "argmax": torch.argmax,
}


def operands() -> dict[str, Any]:
    """Return one operand of every kind under its name."""
    with_axis = {f"{name}[2]": torch.ones(2, dtype=getattr(torch, name)) for name in DTYPES}
    without = {f"{name}[]": torch.ones((), dtype=getattr(torch, name)) for name in DTYPES}
    return with_axis | without | NUMBERS


def result(run: Callable[..., torch.Tensor], *args: Any) -> str:
    """Return the name of the result's dtype, or `error`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return str(run(*args).dtype).removeprefix("torch.")
    except (RuntimeError, TypeError):
        return "error"


def record() -> dict[str, dict[str, str]]:
    """Return, for each operation, the result dtype under the operands' names joined by a comma."""
    known = operands()
    tensors = {name: value for name, value in known.items() if isinstance(value, torch.Tensor)}
    # Of two Python numbers Python makes a Python number: no business of PyTorch's.
    pairs = [pair for pair in itertools.product(known, repeat=2) if set(pair) & set(tensors)]
    table = {name: {f"{a},{b}": result(run, known[a], known[b]) for a, b in pairs} for name, run in BINARY.items()}
    table["matmul"] = {
        f"{a},{b}": result(torch.matmul, torch.ones((2, 2), dtype=getattr(torch, a)), tensors[f"{b}[2]"])
        for a, b in itertools.product(DTYPES, repeat=2)
    }
    return table | {name: {a: result(run, value) for a, value in tensors.items()} for name, run in UNARY.items()}


def text() -> str:
    """Return the file's text: what was recorded, and with which version."""
    return json.dumps({"torch": torch.__version__.partition("+")[0], "dtypes": record()}, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(text())
