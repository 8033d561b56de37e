"""New tensors in the likeness of this one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..dtype import as_dtype
from .axes import spread
from .facts import Facts
from .numbers import array_of

if TYPE_CHECKING:
    from ..tensor import Tensor


class New(Facts):
    """Tensors of this one's dtype, unless another is given."""

    def new_tensor(self, data: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
        """Copy numbers, a nest of lists or an array into a tensor."""
        if dtype is None and not hasattr(data, "dtype"):
            dtype = self.dtype
        return self._of(np.array(array_of(data, dtype), order="C"), requires_grad)

    def new_full(self, size: Any, fill_value: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
        """Make a tensor of a shape, filled with one number."""
        return self._of(np.full(size, fill_value, self.dtype if dtype is None else as_dtype(dtype)), requires_grad)

    def new_zeros(self, *size: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
        """Make a tensor of zeros."""
        return self.new_full(spread(size), 0, dtype, requires_grad)

    def new_ones(self, *size: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
        """Make a tensor of ones."""
        return self.new_full(spread(size), 1, dtype, requires_grad)

    def new_empty(self, *size: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
        """Make a tensor to be written."""
        return self.new_full(spread(size), 0, dtype, requires_grad)
