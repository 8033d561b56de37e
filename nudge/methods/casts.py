"""Copies: in another dtype, or as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..arraynode import UNSTORED
from ..dtype import as_dtype, bool_, float32, float64, int32, int64
from ..errors import GraphError, UsageError
from ..ops import alias, cast
from .facts import Facts

if TYPE_CHECKING:
    from ..tensor import Tensor

DEVICES = ("cpu", "cuda", "mps", "xpu")


class Casts(Facts):
    """The same numbers, otherwise."""

    def to(self, *wanted: Any, dtype: Any = None, device: Any = None, copy: Any = False) -> Tensor:
        """Cast to a dtype, or to that of another tensor; itself where it has it already.

        A device may be given, and must be the CPU. Raises UsageError for another.
        """
        for want in (*wanted, device):
            if isinstance(want, Facts):
                dtype = want.dtype
            elif isinstance(want, str) and want.partition(":")[0] in DEVICES:
                if want != "cpu":
                    raise UsageError(f"device {want!r}: tensors live on the 'cpu'")
            elif want is not None and not isinstance(want, bool):
                dtype = want
        dtype = self.dtype if dtype is None else as_dtype(dtype)
        return cast(self, dtype=dtype) if copy or dtype != self.dtype else self  # type: ignore[return-value]

    def type(self, dtype: Any = None) -> Any:
        """Cast to a dtype; without one, tell the dtype's name."""
        return self.dtype.name if dtype is None else self.to(dtype)

    def type_as(self, other: Tensor) -> Tensor:
        """Cast to another tensor's dtype."""
        return self.to(other.dtype)

    def float(self) -> Tensor:
        """Cast to float32."""
        return self.to(float32)

    def double(self) -> Tensor:
        """Cast to float64."""
        return self.to(float64)

    def long(self) -> Tensor:
        """Cast to int64; floats are cut towards zero."""
        return self.to(int64)

    def int(self) -> Tensor:
        """Cast to int32; floats are cut towards zero."""
        return self.to(int32)

    def bool(self) -> Tensor:
        """Cast to booleans: whether each element differs from 0."""
        return self.to(bool_)

    def cpu(self) -> Tensor:
        """Itself: tensors live on the CPU."""
        return self  # type: ignore[return-value]

    def clone(self) -> Tensor:
        """Copy, keeping the history: the gradient passes to the original."""
        return cast(self, dtype=self.dtype)

    def contiguous(self) -> Tensor:
        """Lay the elements out in order; itself where they are so already."""
        return self if self._layout().flags.c_contiguous else self.clone()  # type: ignore[return-value]

    def __copy__(self) -> Tensor:
        """Make another handle on the same memory."""
        return alias(self)

    def __deepcopy__(self, memo: dict[Any, Any]) -> Tensor:
        """Copy memory and gradient of a leaf. Raises GraphError for a result of operations."""
        if not self.is_leaf:
            raise GraphError("deepcopy of a tensor that operations made: only leaves can be; clone() keeps the history")
        copy: Any = object.__new__(type(self))  # a module's parameter stays one
        memo[id(self)] = copy
        copy._bind(self.detach().clone()._binding())
        copy.requires_grad_(self.requires_grad)
        node = self._fresh()
        if node is not None and node.grad is UNSTORED:
            copy.node.grad = UNSTORED
        elif self.grad is not None:
            copy.grad = self.grad.detach().clone()
        return copy
