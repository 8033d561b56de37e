"""What a tensor tells of itself: shape, dtype, its numbers, how it prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..dtype import as_dtype, float32
from ..errors import ShapeError, TraceError
from ..op import Abstract
from ..ops import cast

if TYPE_CHECKING:
    from ..tensor import Tensor


class Facts:
    """Shape, dtype and values."""

    _array: Any

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of its axes."""
        return self._array.shape  # type: ignore[no-any-return]

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of its elements."""
        return self._array.dtype  # type: ignore[no-any-return]

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return len(self._array.shape)

    def dim(self) -> int:
        """Tell how many axes it has."""
        return len(self._array.shape)

    def numel(self) -> int:
        """Tell how many elements it has."""
        return int(self._array.size)

    def size(self, dim: int | None = None) -> Any:
        """Tell the shape, or the size of one axis."""
        return self.shape if dim is None else self.shape[dim]

    def __len__(self) -> int:
        """Tell the size of the first axis."""
        if not self.shape:
            raise ShapeError("len() of a tensor without axes")
        return self.shape[0]

    def _real(self, what: str) -> Any:
        if type(self._array) is Abstract:
            raise TraceError(
                f"{what} of a traced tensor (shape {self.shape}, {self.dtype}): while a program is traced it has no value; "
                "use where() instead of a branch on it"
            )
        return self._array

    def numpy(self) -> Any:
        """Give the NumPy array behind it, on the same memory."""
        if self.requires_grad:  # type: ignore[attr-defined]
            raise TraceError("numpy() of a tensor that requires a gradient would lose it: say t.detach().numpy()")
        return self._real("the numbers")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """Let NumPy read it: `np.asarray(t)` shares the memory."""
        array = self._real("the numbers")
        return np.array(array, dtype=dtype, copy=copy) if dtype is not None or copy else array

    def item(self) -> Any:
        """Give the one number it holds, as Python's. Raises ShapeError where there are more."""
        if self._array.size != 1:
            raise ShapeError(f"item() of a tensor with {self._array.size} elements (shape {self.shape}): expected 1; tolist() gives all")
        return self._real("item()").item()

    def tolist(self) -> Any:
        """Give its numbers as nested Python lists."""
        return self._real("tolist()").tolist()

    def __bool__(self) -> bool:
        """Tell whether its one element holds."""
        return bool(self.item())

    def __float__(self) -> float:
        """Give its one element."""
        return float(self.item())

    def __int__(self) -> int:
        """Give its one element."""
        return int(self.item())

    def __repr__(self) -> str:
        """Show the numbers, and dtype and history where they matter."""
        if type(self._array) is Abstract:
            return f"tensor(traced, shape={self.shape}, dtype={self.dtype})"
        body = np.array2string(self._array, precision=4, separator=", ", prefix="tensor(", threshold=200)
        notes = "" if self.dtype in (float32, np.int64, np.bool_) else f", dtype={self.dtype}"
        node = self._fresh()  # type: ignore[attr-defined]
        if node is not None and node.requires_grad:
            notes += ", requires_grad=True" if node.op is None else f", made by {node.op.name}"
        return f"tensor({body}{notes})"

    def to(self, dtype: Any) -> Tensor:
        """Cast to a dtype; itself where it has it already."""
        dtype = as_dtype(dtype)
        return self if dtype == self.dtype else cast(self, dtype=dtype)  # type: ignore[return-value,no-any-return]
