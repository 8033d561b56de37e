"""nudge: an engine of derivatives and a trainer of networks, small enough to read, under PyTorch's names.

>>> import nudge
>>> x = nudge.tensor([1.0, 2.0], requires_grad=True)
>>> (x * x).sum().backward()
>>> x.grad
tensor([2., 4.])
"""

from __future__ import annotations

import importlib
import math
import warnings
from typing import Any

from numpy import finfo, iinfo

from . import functions
from .creation import (
    arange,
    as_tensor,
    empty,
    empty_like,
    eye,
    from_numpy,
    full,
    full_like,
    is_tensor,
    linspace,
    ones,
    ones_like,
    promote_types,
    result_type,
    tensor,
    tril_indices,
    triu_indices,
    zeros,
    zeros_like,
)
from .dtype import bool_, float32, float64, int32, int64
from .errors import DTypeError, Error, GraphError, IndexingError, ShapeError, TraceError, UsageError, nearest
from .functions import (
    broadcast_tensors,
    cat,
    concat,
    concatenate,
    einsum,
    hstack,
    meshgrid,
    stack,
    tensordot,
    vstack,
    where,
)
from .generator import Generator
from .mode import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from .random import (
    bernoulli,
    default_generator,
    get_rng_state,
    initial_seed,
    manual_seed,
    multinomial,
    normal,
    rand,
    rand_like,
    randint,
    randint_like,
    randn,
    randn_like,
    randperm,
    seed,
    set_rng_state,
)
from .tensor import Tensor
from .version import __version__

__all__ = [
    "DTypeError", "Error", "Generator", "GraphError", "IndexingError", "ShapeError", "Tensor", "TraceError",
    "UsageError", "__version__", "arange", "as_tensor", "bernoulli", "bool_", "broadcast_tensors", "cat",
    "concat", "concatenate", "default_generator", "einsum", "empty", "empty_like", "enable_grad", "eye",
    "finfo", "float32", "float64", "from_numpy", "full", "full_like", "get_rng_state", "hstack", "iinfo",
    "initial_seed", "int32", "int64", "is_grad_enabled", "is_tensor", "linspace", "manual_seed", "meshgrid",
    "multinomial", "no_grad", "normal", "ones", "ones_like", "promote_types", "rand", "rand_like", "randint",
    "randint_like", "randn", "randn_like", "randperm", "result_type", "seed", "set_grad_enabled",
    "set_rng_state", "stack", "tensor", "tensordot", "tril_indices", "triu_indices", "vstack", "where", "zeros",
    "zeros_like",
]  # fmt: skip

# An infinity or a NaN is a value, as in PyTorch: what NumPy says of one points at nudge's own lines and helps nobody.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"nudge\.")
globals().update(functions.FUNCTIONS)
e, inf, nan, pi, newaxis = math.e, math.inf, math.nan, math.pi, None
double, long = float64, int64
inference_mode = no_grad
globals().update({"float": float32, "int": int32, "bool": bool_})

# Rooms that are opened when they are first asked for, and functions that live in them.
MODULES = (
    "autograd", "config", "data", "func", "io", "native", "nn", "ops", "optim", "report", "scalar", "see", "train",
)  # fmt: skip
HOME = {
    "Run": "train", "compile": "native.compile", "draw": "see", "fit": "fitting",
    "load": "io", "save": "io", "vmap": "func",
    "get_num_threads": "native.run.processors", "set_num_threads": "native.run.processors",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in MODULES:
        return importlib.import_module(f".{name}", __name__)
    if name in HOME:
        return getattr(importlib.import_module(f".{HOME[name]}", __name__), name)
    raise AttributeError(f"nudge has no {name!r}{nearest(name, __dir__())}")


def __dir__() -> list[str]:
    return sorted({*globals(), *MODULES, *HOME})
