"""Making tensors: from numbers and arrays, of one value, of ranges."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import memory
from .dtype import NUMBERS, PYTHON, as_dtype, float32, promote
from .errors import DTypeError, ShapeError, UsageError
from .methods.axes import spread
from .methods.numbers import array_of
from .tensor import Tensor, wrap


def tensor(data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Copy numbers, a nest of lists, an array or a tensor (without its history) into a new tensor.

    Python floats become float32, integers int64; arrays keep their dtype. Raises ShapeError for lists of uneven
    lengths, DTypeError for what is not a number.

    >>> tensor([[1.0, 2.0], [3.0, 4.0]])
    tensor([[1., 2.],
            [3., 4.]])
    >>> tensor([1, 2]).dtype
    dtype('int64')
    """
    if isinstance(data, Tensor):
        copy = data.detach().to(dtype=dtype, device=device, copy=True)
        return copy.requires_grad_() if requires_grad else copy
    return finished(memory.copy(array_of(data, dtype)), requires_grad, device)


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """Make a tensor that shares the memory of an array, or is the tensor given, where the dtype allows; else a copy."""
    if isinstance(data, Tensor):
        number = NUMBERS.get(type(data))  # a Python number, in a traced program
        return data.to(dtype=number if dtype is None else dtype, device=device)
    return wrap(array_of(data, dtype)) if device is None else wrap(array_of(data, dtype)).to(device)


def from_numpy(array: Any) -> Tensor:
    """Make a tensor that shares an array's memory. Raises DTypeError for a dtype that tensors do not hold."""
    if not isinstance(array, np.ndarray):
        raise DTypeError(f"from_numpy of {type(array).__name__}: expected a NumPy array; tensor() copies anything")
    as_dtype(array.dtype)
    return wrap(array)


def finished(new: Any, requires_grad: bool, device: Any) -> Tensor:
    """Make the tensor of a new array, or finish one that is there."""
    if device is not None and str(device) != "cpu":
        raise UsageError(f"device {device!r}: tensors live on the 'cpu'")
    made = new if isinstance(new, Tensor) else Tensor._of(memory.at_line(new))
    return made.requires_grad_() if requires_grad else made


# -- of one value ----------------------------------------------------------------------------------


def full(size: Any, fill_value: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor of a shape, filled with one number, of that number's dtype unless told otherwise."""
    shape = _shape(spread((size,)))
    value = fill_value.item() if hasattr(fill_value, "item") else fill_value
    if type(value) not in PYTHON:
        raise DTypeError(f"full of {fill_value!r}: expected one number")
    wanted = PYTHON[type(value)] if dtype is None else as_dtype(dtype)
    return finished(np.full(shape, value, wanted), requires_grad, device)


def zeros(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor of zeros, of float32 unless told otherwise.

    >>> zeros(2, 3).shape, zeros((2, 3)).shape
    ((2, 3), (2, 3))
    """
    return finished(memory.zeros(_shape(spread(size)), _floating(dtype)), requires_grad, device)


def ones(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor of ones, of float32 unless told otherwise."""
    return finished(np.ones(_shape(spread(size)), _floating(dtype)), requires_grad, device)


def empty(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor to be written: its numbers are whatever was in memory."""
    return finished(memory.empty(_shape(spread(size)), _floating(dtype)), requires_grad, device)


def full_like(
    input: Any, fill_value: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make a tensor of another's shape and dtype, filled with one number."""
    return input.new_full(input.shape, fill_value, dtype=dtype, requires_grad=requires_grad).to(device=device)


def zeros_like(input: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor of zeros of another's shape and dtype."""
    return full_like(input, 0, dtype=dtype, device=device, requires_grad=requires_grad)


def ones_like(input: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor of ones of another's shape and dtype."""
    return full_like(input, 1, dtype=dtype, device=device, requires_grad=requires_grad)


def empty_like(input: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor to be written, of another's shape and dtype."""
    return empty(input.shape, dtype=dtype or input.dtype, device=device, requires_grad=requires_grad)


def eye(n: int, m: int | None = None, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Make a matrix with ones on the diagonal, 0 elsewhere."""
    rows, columns = _shape((n, n if m is None else m))
    return finished(np.eye(rows, columns, dtype=_floating(dtype)), requires_grad, device)


def _floating(dtype: Any) -> np.dtype[Any]:
    return float32 if dtype is None else as_dtype(dtype)


def _shape(sizes: tuple[Any, ...]) -> tuple[int, ...]:
    try:
        shape = tuple([size if type(size) is int else size.__index__() for size in sizes])
    except AttributeError:
        raise ShapeError(f"shape {sizes}: expected whole numbers") from None
    if any(size < 0 for size in shape):
        raise ShapeError(f"shape {shape}: expected sizes of 0 or more")
    return shape


# -- of ranges -------------------------------------------------------------------------------------


def arange(
    start: float,
    end: float | None = None,
    step: float = 1,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make the numbers from start (0 if only one is given) up to, but not with, end, a step apart.

    >>> arange(5), arange(1, 2, 0.5)
    (tensor([0, 1, 2, 3, 4]), tensor([1.0000, 1.5000]))
    """
    if end is None:
        start, end = 0, start
    start, end, step = (bound.item() if hasattr(bound, "item") else bound for bound in (start, end, step))
    if not step or (end - start) * step < 0 or not all(map(math.isfinite, (start, end, step))):
        raise UsageError(
            f"arange from {start} to {end} by steps of {step} does not arrive: give a step of the other sign"
        )
    count = -(-(end - start) // step) if isinstance(end - start + step, int) else math.ceil((end - start) / step)
    if dtype is None:
        dtype = float32 if any(isinstance(bound, float) for bound in (start, end, step)) else np.int64
    return finished((start + step * np.arange(count)).astype(as_dtype(dtype)), requires_grad, device)


def linspace(
    start: float, end: float, steps: int, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make `steps` numbers, equally far apart, from start to end, both included."""
    if steps < 0:
        raise UsageError(f"linspace of {steps} steps: expected 0 or more")
    return finished(np.linspace(start, end, steps, dtype=_floating(dtype)), requires_grad, device)


def tril_indices(row: int, col: int, offset: int = 0) -> Tensor:
    """List the positions on and below a diagonal: row numbers, and column numbers, (2, n)."""
    return wrap(np.stack(np.tril_indices(row, offset, col)))


def triu_indices(row: int, col: int, offset: int = 0) -> Tensor:
    """List the positions on and above a diagonal: row numbers, and column numbers, (2, n)."""
    return wrap(np.stack(np.triu_indices(row, offset, col)))


# -- questions -------------------------------------------------------------------------------------


def is_tensor(obj: Any) -> bool:
    """Tell whether something is a tensor."""
    return isinstance(obj, Tensor)


def promote_types(type1: Any, type2: Any) -> np.dtype[Any]:
    """Find the dtype in which tensors of two dtypes meet."""
    return result_type(np.empty(1, as_dtype(type1)), np.empty(1, as_dtype(type2)))


def result_type(*operands: Any) -> np.dtype[Any]:
    """Find the dtype in which tensors and numbers meet."""
    return promote(operands)
