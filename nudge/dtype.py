"""The five dtypes, and PyTorch's promotion between them, in one place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .errors import DTypeError, nearest

DType = np.dtype[Any]
float32, float64 = np.dtype("float32"), np.dtype("float64")
int64, int32, bool_ = np.dtype("int64"), np.dtype("int32"), np.dtype("bool")

# Promotion is the later of two in this order, whatever their widths: int64 with float32 is float32.
ORDER = (bool_, int32, int64, float32, float64)
RANK = {dtype: rank for rank, dtype in enumerate(ORDER)}
CATEGORY = {bool_: 0, int32: 1, int64: 1, float32: 2, float64: 2}
NAMES = {dtype.name: dtype for dtype in ORDER} | {"float": float32, "double": float64, "long": int64, "int": int32}
PYTHON = {bool: bool_, int: int64, float: float32}
NUMBERS: dict[type, DType] = {**PYTHON}  # what is promoted as a Python number is; nudge.number adds its own


def as_dtype(given: Any) -> DType:
    """Read a dtype from a NumPy dtype, a name ('float32', 'long') or a Python type.

    Raises DTypeError for one that tensors do not hold.

    >>> as_dtype("float"), as_dtype(int)
    (dtype('float32'), dtype('int64'))
    """
    if isinstance(given, type) and given in PYTHON:
        return PYTHON[given]
    if isinstance(given, str) and given in NAMES:
        return NAMES[given]
    try:
        dtype: DType = np.dtype(given)
    except TypeError:
        raise DTypeError(f"{given!r} is not a dtype{nearest(str(given), NAMES)}") from None
    if dtype not in RANK:
        raise DTypeError(f"dtype {dtype} is not one that tensors hold; known: {', '.join(d.name for d in ORDER)}")
    return dtype


def is_float(dtype: np.dtype[Any]) -> bool:
    """Say whether a dtype is a float, and so can carry gradients."""
    return CATEGORY[dtype] == 2


def promote(args: Iterable[Any]) -> np.dtype[Any]:
    """Find the dtype in which arrays (anything with dtype and ndim) and Python numbers meet, as PyTorch does.

    Arrays with dimensions decide; 0-d arrays, and after them Python numbers, count only where they are
    of a higher category (bool < integer < float) than what came before.

    >>> promote([np.zeros(2, "int64"), 1.5])
    dtype('float32')
    """
    best: list[np.dtype[Any] | None] = [None, None, None]
    for arg in args:
        kind = type(arg)
        if kind in NUMBERS:
            tier, dtype = 2, NUMBERS[kind]
        else:
            tier, dtype = (0 if arg.ndim else 1), arg.dtype
        held = best[tier]
        if held is None or RANK[dtype] > RANK[held]:
            best[tier] = dtype
    result: np.dtype[Any] | None = None
    for dtype_ in best:
        if dtype_ is not None and (result is None or CATEGORY[dtype_] > CATEGORY[result]):
            result = dtype_
    assert result is not None, "promotion of nothing"
    return result
