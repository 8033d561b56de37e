"""Columns and records of Python and NumPy, as arrays that DuckDB reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import UsageError
from . import csvfile


def columns_of(data: Any) -> dict[str, Any]:
    """Take what is no frame apart into columns."""
    if isinstance(data, Mapping):
        columns = list(data.items())
    elif isinstance(data, np.ndarray) and data.dtype.names:
        columns = [(name, data[name]) for name in data.dtype.names]
    elif isinstance(data, np.ndarray) and data.ndim == 2:
        columns = [("", data[:, k]) for k in range(data.shape[1])]
    elif isinstance(data, Sequence) and data and all(isinstance(record, Mapping) for record in data):
        names = list(dict.fromkeys(name for record in data for name in record))
        columns = [(name, [record.get(name) for record in data]) for name in names]
    else:
        shape = f" of shape {data.shape}" if isinstance(data, np.ndarray) else ""
        raise UsageError(
            f"{type(data).__name__}{shape} is no table: expected a path, a dict of columns, a list of dicts, "
            "a data frame, or an array of two axes"
        )
    if not columns:
        raise UsageError("the data has no columns")
    names, _ = csvfile.named([str(name) for name, _ in columns], "the data")
    return dict(zip(names, (values for _, values in columns), strict=True))


def plain(values: Any, name: str) -> np.ndarray[Any, Any]:
    """Put a column into an array of numbers, flags, moments, or texts and None.

    Raises:
        UsageError: it is no column of such values.
    """
    if isinstance(values, (str, bytes)) or not (hasattr(values, "__len__") and hasattr(values, "__getitem__")):
        raise UsageError(f"column {name} is a {type(values).__name__}: expected a value for each row, in order")
    array = values if isinstance(values, np.ndarray) else objects(values)
    if array.ndim != 1:
        raise UsageError(f"column {name} has shape {array.shape}: expected one value for each row")
    if array.dtype.kind in "iuf":
        return array if array.dtype.itemsize in (4, 8) else array.astype(np.float64)
    if array.dtype.kind == "M":
        return array.astype("datetime64[us]")
    if array.dtype.kind == "b":
        return array
    if array.dtype.kind not in "OUST":
        raise UsageError(f"column {name} holds {array.dtype}: expected numbers, words or dates")
    items = [None if is_nothing(item) else item for item in array.tolist()]
    known = [item for item in items if item is not None]
    if known and all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in known):
        try:
            return np.array([np.nan if item is None else item for item in items], np.float64)
        except OverflowError:
            raise UsageError(f"column {name} has a number beyond {np.finfo(np.float64).max:.3g}") from None
    return np.array([None if item is None else text(item) for item in items], object)


def is_nothing(item: Any) -> bool:
    """Tell a gap, as Python, NumPy and pandas have them."""
    return item is None or (isinstance(item, float) and item != item) or str(item) in ("NaT", "<NA>")


def text(item: Any) -> str:
    """Write a value as text."""
    return item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item)


def objects(values: Any) -> np.ndarray[Any, Any]:
    """Put values into an array, one each, whatever they are."""
    array = np.asarray(values) if hasattr(values, "__array__") else np.empty(len(values), object)
    if not hasattr(values, "__array__"):
        array[:] = [item.item() if isinstance(item, np.generic) else item for item in values]
    return array
