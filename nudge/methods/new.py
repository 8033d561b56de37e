"""New tensors in the likeness of this one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import memory, ops
from ..dtype import as_dtype
from ..mode import mode
from ..op import Abstract
from .axes import axes_from_end, spread
from .facts import Facts
from .numbers import array_of
from .shape import reshaped

if TYPE_CHECKING:
    from ..tensor import Tensor


class New(Facts):
    """Tensors of this one's dtype, unless another is given."""

    def new_tensor(self, data: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
        """Copy numbers, a nest of lists or an array into a tensor."""
        if dtype is None and not hasattr(data, "dtype"):
            dtype = self.dtype
        return self._made(memory.copy(array_of(data, dtype)), requires_grad)

    def new_full(self, size: Any, fill_value: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
        """Make a tensor of a shape, filled with one number."""
        array = np.full(size, fill_value, self.dtype if dtype is None else as_dtype(dtype))
        return self._made(memory.at_line(array), requires_grad)

    def _made(self, array: Any, requires_grad: bool) -> Tensor:
        if mode.mapped is None or type(self._array) is not Abstract:
            return self._of(array, requires_grad)
        # Under vmap, each example has its own, to write into.
        each = ops.cast(ops.sum(self, axes=axes_from_end(None, self.ndim)), dtype=array.dtype)
        return reshaped(ops.where(False, each, array), array.shape)

    def new_zeros(self, *size: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
        """Make a tensor of zeros."""
        return self.new_full(spread(size), 0, dtype, requires_grad)

    def new_ones(self, *size: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
        """Make a tensor of ones."""
        return self.new_full(spread(size), 1, dtype, requires_grad)

    def new_empty(self, *size: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
        """Make a tensor to be written."""
        return self.new_full(spread(size), 0, dtype, requires_grad)
