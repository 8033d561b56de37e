"""Axes as users name them: `dim`, or NumPy's `axis`; from either end; one or several."""

from __future__ import annotations

from typing import Any

from ..errors import ShapeError


def axis_from_end(dim: int, ndim: int, what: str = "dim") -> int:
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
    axes = [axis_from_end(d, ndim) for d in (dim if isinstance(dim, (tuple, list)) else (dim,))]
    if len(set(axes)) != len(axes):
        raise ShapeError(f"dim {tuple(dim)} names an axis twice")
    return tuple(sorted(axes))
