"""Axes as users name them: `dim`, or NumPy's `axis`; from either end; one or several."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeVar

from ..errors import ShapeError, UsageError

T = TypeVar("T")

# PyTorch's parameter, and the name NumPy has for it.
NUMPY_NAMES = {"dim": "axis", "dims": "axis", "dimension": "axis", "keepdim": "keepdims"}


def axis_from_end(dim: Any, ndim: int, what: str = "dim") -> int:
    """Turn an axis counted from either end into one counted from the last. Raises ShapeError where there is none.

    >>> axis_from_end(0, 3), axis_from_end(-1, 3)
    (-3, -1)
    """
    span = max(ndim, 1)
    if not isinstance(dim, int) or not -span <= dim < span:
        raise ShapeError(f"{what} {dim} of a tensor with {ndim} axes: expected {-span} to {span - 1}")
    return dim - span if dim >= 0 else dim


def axes_from_end(dim: Any, ndim: int) -> tuple[int, ...]:
    """Turn None (all), an axis or several into axes counted from the last, in order, without repeats."""
    if dim is None:
        return tuple(range(-ndim, 0))
    if isinstance(dim, int):
        return (axis_from_end(dim, ndim),) if ndim else _of_scalar(dim)
    axes = [axis_from_end(d, ndim) for d in dim]
    if len(set(axes)) != len(axes):
        raise ShapeError(f"dim {tuple(dim)} names an axis twice")
    return tuple(sorted(axes)) if ndim else ()


def _of_scalar(dim: int) -> tuple[int, ...]:
    axis_from_end(dim, 0)
    return ()


def spread(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Read `f(2, 3)` and `f((2, 3))` alike."""
    return tuple(args[0]) if len(args) == 1 and isinstance(args[0], (tuple, list)) else args


def sizes_of(args: tuple[Any, ...], count: int) -> tuple[int, ...]:
    """Read the sizes of a new shape for `count` elements; one of them may be −1, for what is left.

    Raises ShapeError for a negative size or where the rest does not divide.

    >>> sizes_of((2, -1), 6), sizes_of(((3, 2),), 6)
    ((2, 3), (3, 2))
    """
    sizes = spread(args)
    if -1 not in sizes:
        return sizes
    rest = 1
    for size in sizes:
        rest *= size
    rest = -rest
    if sizes.count(-1) > 1 or rest < 0 or (count % rest if rest else True):
        raise ShapeError(f"shape {sizes} for {count} elements: one size may be -1, and the others must divide {count}")
    return tuple(count // rest if size == -1 else size for size in sizes)


def numpy_names(target: T) -> T:
    """Let a function, or every method of a family, take NumPy's `axis` and `keepdims` for its `dim` and `keepdim`."""
    if isinstance(target, type):
        for name, method in list(vars(target).items()):
            if isinstance(method, FunctionType):
                setattr(target, name, numpy_names(method))
        return target
    code = target.__code__  # type: ignore[attr-defined]
    parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    others = {NUMPY_NAMES[own]: own for own in parameters if own in NUMPY_NAMES}
    return _renaming(target, others) if others else target  # type: ignore[arg-type, return-value]


def _renaming(function: Callable[..., Any], others: dict[str, str]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            for other, own in others.items():
                if other in kwargs:
                    if own in kwargs:
                        raise UsageError(
                            f"{function.__name__} was given {own}= and {other}=, which mean the same: give one"
                        )
                    kwargs[own] = kwargs.pop(other)
        return function(*args, **kwargs)

    return call
