"""Numbers as users give them, read as arrays of a dtype that tensors hold."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dtype import as_dtype, float32
from ..errors import DTypeError, ShapeError
from ..op import Operand


def array_of(data: Any, dtype: Any = None) -> Any:
    """Read numbers as an array of a dtype that tensors hold."""
    if isinstance(data, Operand):
        array = np.asarray(data.detach())
    elif isinstance(data, (np.ndarray, np.generic)):
        array = np.asarray(data)
    else:
        array = _array_of_nest(data)
    wanted = as_dtype(array.dtype) if dtype is None else as_dtype(dtype)
    return array if array.dtype == wanted else array.astype(wanted)


def _array_of_nest(data: Any) -> Any:
    try:
        array = np.array(data)
    except (ValueError, TypeError) as error:
        raise ShapeError(f"a nest of lists of uneven lengths is no tensor: {error}") from None
    if array.dtype == object or array.dtype.kind not in "biuf":
        raise DTypeError(f"a tensor of {data!r}: expected numbers, or nested lists of them")
    first = data
    while isinstance(first, (list, tuple)) and first:
        first = first[0]
    if array.size == 0 or (array.dtype == np.float64 and not hasattr(first, "dtype")):
        return array.astype(float32)
    return array
