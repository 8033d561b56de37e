"""What a tensor tells of itself: shape, dtype, its numbers, how it prints."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..dtype import bool_, float32, int64, is_float
from ..errors import DTypeError, GraphError, ShapeError, TraceError
from ..graph import line_of, user_place
from ..mode import mode
from ..op import Abstract
from .axes import axis_from_end
from .text import text_of

if TYPE_CHECKING:
    from ..tensor import Tensor


class Facts:
    """Shape, dtype and values; what every family builds on."""

    _array: Any
    requires_grad: bool
    if TYPE_CHECKING:  # what the other families define

        def __getattr__(self, name: str) -> Any:
            """Stand for a method of another family."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of its axes."""
        return self._array.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of its elements."""
        return self._array.dtype

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return len(self._array.shape)

    @property
    def itemsize(self) -> int:
        """How many bytes an element takes."""
        return self._array.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """How many bytes its elements take."""
        return self._array.size * self._array.dtype.itemsize

    @property
    def device(self) -> str:
        """Where it lives: 'cpu'."""
        return "cpu"

    def dim(self) -> int:
        """Tell how many axes it has."""
        return len(self._array.shape)

    def numel(self) -> int:
        """Tell how many elements it has."""
        return int(self._array.size)

    nelement = numel

    def element_size(self) -> int:
        """Tell how many bytes an element takes."""
        return self.itemsize

    def size(self, dim: int | None = None) -> Any:
        """Tell the shape, or the size of one axis. Raises ShapeError for an axis that is not there."""
        return self.shape if dim is None else self.shape[axis_from_end(dim, self.ndim)]

    def is_floating_point(self) -> bool:
        """Tell whether its elements are floats, and can have a gradient."""
        return is_float(self.dtype)

    def is_contiguous(self) -> bool:
        """Tell whether its elements lie in memory in order, without gaps."""
        return bool(self._real("the memory").flags.c_contiguous)

    def stride(self, dim: int | None = None) -> Any:
        """Tell how many elements lie between neighbours along each axis, or along one."""
        steps = tuple(step // self.itemsize for step in self._real("the memory").strides)
        return steps if dim is None else steps[axis_from_end(dim, self.ndim)]

    def data_ptr(self) -> int:
        """Tell the address of its first element."""
        return int(self._real("the memory").ctypes.data)

    # -- values ------------------------------------------------------------------------------------

    def _real(self, what: str, instead: str = "keep it a tensor, or return it and look at it outside") -> Any:
        if type(self._array) is Abstract or mode.trace is not None:
            line = line_of(user_place(sys._getframe(1)))
            error = TraceError(
                f"{what} of a traced tensor (shape {self.shape}, {self.dtype}{f', {line}' if line else ''}): while a "
                f"program is traced it has no value; {instead}"
            )
            if mode.trace is not None and mode.trace.refused is None:
                mode.trace.refused = error
            raise error
        return self._array

    def numpy(self) -> Any:
        """Give the NumPy array behind it, on the same memory. Raises GraphError where that would lose a gradient."""
        if self.requires_grad:
            raise GraphError("numpy() of a tensor that requires a gradient would lose it: say t.detach().numpy()")
        return self._real("the numbers")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """Let NumPy read it: `np.asarray(t)` shares the memory."""
        array = self._real("the numbers")
        return np.array(array, dtype=dtype, copy=copy) if dtype is not None or copy else array

    def item(self) -> Any:
        """Give the one number it holds, as Python's. Raises ShapeError where there are more."""
        self._check_single()
        return self._real("item()").item()

    def _check_single(self) -> None:
        if self._array.size != 1:
            raise ShapeError(
                f"item() of a tensor with {self._array.size} elements (shape {self.shape}): expected 1; "
                "tolist() gives all"
            )

    def tolist(self) -> Any:
        """Give its numbers as nested Python lists."""
        return self._real("tolist()").tolist()

    def __bool__(self) -> bool:
        """Tell whether its one element holds."""
        self._check_single()
        return bool(self._real("a branch (if, while, and, assert)", "use where() instead of a branch on it").item())

    def __float__(self) -> float:
        """Give its one element."""
        return float(self.item())

    def __int__(self) -> int:
        """Give its one element."""
        return int(self.item())

    def __index__(self) -> int:
        """Give its one integer, so that it counts and indexes."""
        if is_float(self.dtype):
            raise DTypeError(f"a tensor of {self.dtype} used as an index: only integers count; cast with .long()")
        return int(self.item())

    def __len__(self) -> int:
        """Tell the size of the first axis."""
        if not self.shape:
            raise ShapeError("len() of a tensor without axes")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        """Go along the first axis. Raises DTypeError (a TypeError) where there is none."""
        if not self.shape:
            raise DTypeError("a tensor without axes cannot be iterated over; item() gives its number")
        return iter(self.unbind(0))

    def __contains__(self, value: Any) -> bool:
        """Tell whether an element equals the value."""
        return bool((self == value).any())

    def __repr__(self) -> str:
        """Show the numbers, and dtype and history where they matter."""
        if type(self._array) is Abstract:
            return f"tensor(traced, shape={self.shape}, dtype={self.dtype})"
        notes = f", size={self.shape}" if self.ndim > 1 and not self.numel() else ""
        notes += "" if self.dtype in (float32, int64, bool_) else f", dtype={self.dtype}"
        node = self._fresh()
        if node is not None and node.requires_grad:
            notes += ", requires_grad=True" if node.op is None else f", made by {node.maker.name}"
        return f"tensor({text_of(self._array)}{notes})"

    def __format__(self, spec: str) -> str:
        """Format its one number, as in `f"{loss:.3f}"`; without a format, or with more numbers, show the tensor."""
        if type(self._array) is Abstract and mode.trace is not None:
            self._real("the text", "return it, and print it outside")
        if self._array.size == 1 and spec and type(self._array) is not Abstract:
            return format(self._array.item(), spec)
        return format(repr(self), spec)

    def __str__(self) -> str:
        """Show the tensor. Raises TraceError while a program is traced."""
        return format(self)
