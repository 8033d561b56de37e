"""In-place forms: `x.add_(y)` is `x.add(y)`, written back into x's memory and history; `x += y` is the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .facts import Facts
from .index import Index
from .key import check_fits
from .linalg import Linalg
from .pointwise import Pointwise
from .reduce import Reduce
from .shape import Shape

if TYPE_CHECKING:
    from ..tensor import Tensor

OUT_OF_PLACE: dict[type, str] = {
    Pointwise: """
        abs absolute add addcdiv addcmul ceil clamp clip cos div divide eq erf exp expm1 floor floor_divide frac ge gt
        le lerp log log10 log1p log2 logical_and logical_not logical_or logical_xor lt masked_fill mul multiply
        nan_to_num ne neg negative pow reciprocal relu remainder round rsqrt sigmoid sign sin sqrt square sub subtract
        tan tanh true_divide trunc
    """,
    Reduce: "cumsum",
    Shape: "tril triu",
    Index: "index_add scatter scatter_add",
    Linalg: "addmm",
}
OPERATORS = {
    "iadd": "add",
    "isub": "sub",
    "imul": "mul",
    "itruediv": "div",
    "ifloordiv": "floor_divide",
    "imod": "remainder",
    "ipow": "pow",
}


class InPlace(Facts):
    """Writing into a tensor. Raises GraphError for a leaf that requires a gradient, outside of no_grad."""

    def copy_(self, src: Any) -> Tensor:
        """Overwrite with another tensor's numbers, cast and broadcast."""
        value = self._as_value(src)
        check_fits(value.shape, self.shape)
        return self._write(value)

    def fill_(self, value: Any) -> Tensor:
        """Overwrite with one number."""
        return self.copy_(value)

    def zero_(self) -> Tensor:
        """Overwrite with zeros."""
        return self.fill_(0)

    def __iand__(self, other: Any) -> Tensor:
        return self._write(self & other)

    def __ior__(self, other: Any) -> Tensor:
        return self._write(self | other)

    def __ixor__(self, other: Any) -> Tensor:
        return self._write(self ^ other)


def _written(method: Callable[..., Any], name: str) -> Callable[..., Any]:
    def in_place(self: Any, *args: Any, **kwargs: Any) -> Any:
        return self._apply(method, args, kwargs)

    in_place.__name__ = name
    in_place.__doc__ = f"Do in place: {method.__doc__}"
    return in_place


for family, names in OUT_OF_PLACE.items():
    for name in names.split():
        setattr(InPlace, f"{name}_", _written(vars(family)[name], f"{name}_"))
for operator, name in OPERATORS.items():
    setattr(InPlace, f"__{operator}__", _written(vars(Pointwise)[name], f"__{operator}__"))
