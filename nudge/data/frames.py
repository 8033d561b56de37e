"""A data frame, or columns or records of Python and NumPy, opened as a relation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import UsageError
from .csvfile import named
from .source import Source, relation

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def frame(connection: DuckDBPyConnection, data: Any) -> Source:
    """Open a data frame, or arrays, or records."""
    import duckdb

    module = type(data).__module__.partition(".")[0]
    if module == "polars" and hasattr(data, "collect"):
        data = data.collect()
    own = getattr(data, "column_names" if module == "pyarrow" else "columns", None)
    if module not in ("pandas", "polars", "pyarrow") or own is None:
        source = Source(connection, "the data", (), (), ())
        columns = columns_of(data)
    elif not len(own):
        raise UsageError(f"the {module} frame has no columns")
    else:
        source = Source(connection, f"the {module} frame", (), (), ())
        names, _ = named(own, source.where)
        try:
            connection.register("given", data)
            source = relation(source, "given", names)
        except (duckdb.Error, ImportError, UsageError):  # types that DuckDB lacks; Polars without PyArrow
            columns = {name: np.asarray(data[key]) for name, key in zip(names, own, strict=True)}
        else:
            dtypes = map(str, data.dtypes) if module == "pandas" else names
            kinds = zip(source.kinds, dtypes, strict=True)
            return replace(source, kinds=tuple("category" if dtype == "category" else kind for kind, dtype in kinds))
    arrays = {name: plain(values, name) for name, values in columns.items()}
    lengths = {name: len(values) for name, values in arrays.items()}
    if len(set(lengths.values())) > 1:
        some = ", ".join(f"{name} has {length:,}" for name, length in list(lengths.items())[:5])
        raise UsageError(f"columns are not of one length: {some}")
    connection.register("given", {f"c{k}": values for k, values in enumerate(arrays.values())})
    return relation(source, "given", list(arrays))


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
    names, _ = named([str(name) for name, _ in columns], "the data")
    return dict(zip(names, (values for _, values in columns), strict=True))


def plain(values: Any, name: str) -> np.ndarray[Any, Any]:
    """Put a column into an array of numbers, flags, moments, or texts and None.

    Raises:
        UsageError: it is no column of such values.
    """
    if isinstance(values, (str, bytes)) or not (hasattr(values, "__len__") and hasattr(values, "__getitem__")):
        raise UsageError(f"column {name} is of type {type(values).__name__}: expected a value for each row, in order")
    if isinstance(values, np.ma.MaskedArray):
        values = values.tolist()
    array = values if isinstance(values, np.ndarray) else objects(values)
    if array.ndim != 1:
        raise UsageError(f"column {name} has shape {array.shape}: expected one value for each row")
    # DuckDB 1.4 reads the wrong values of an array with gaps in memory, or of the other byte order.
    if array.dtype.kind in "iuf":
        usual = array.dtype.newbyteorder("=") if array.dtype.itemsize in (4, 8) else np.float64
        return np.ascontiguousarray(array, usual)
    if array.dtype.kind in "Mb":
        return np.ascontiguousarray(array, "datetime64[us]" if array.dtype.kind == "M" else np.bool_)
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
