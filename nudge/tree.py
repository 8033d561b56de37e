"""Nests of tuples, lists and dicts, taken apart into leaves and put together again."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any


def flatten(tree: Any) -> tuple[list[Any], Callable[[Sequence[Any]], Any]]:
    """Split a nest of tuples, lists and dicts into its leaves and the function that puts leaves back.

    >>> leaves, rebuild = flatten({"w": 1, "b": (2, 3)})
    >>> leaves, rebuild([10, 20, 30])
    ([1, 2, 3], {'w': 10, 'b': (20, 30)})
    """
    if isinstance(tree, dict):
        keys, children = list(tree), [flatten(child) for child in tree.values()]
    elif isinstance(tree, (tuple, list)):
        keys, children = [], [flatten(child) for child in tree]
    else:
        return [tree], lambda leaves: leaves[0]
    leaves = [leaf for part, _ in children for leaf in part]

    def rebuild(given: Sequence[Any]) -> Any:
        parts, start = [], 0
        for part, build in children:
            parts.append(build(given[start : start + len(part)]))
            start += len(part)
        if type(tree) is dict:
            return dict(zip(keys, parts, strict=True))
        if isinstance(tree, dict):  # such as an OrderedDict, or what has a default for what is missing
            made = copy.copy(tree)
            for key, part in zip(keys, parts, strict=True):
                made[key] = part
            return made
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)

    return leaves, rebuild


def tree_map(f: Callable[..., Any], tree: Any) -> Any:
    """Apply `f` to every leaf of a nest."""
    leaves, rebuild = flatten(tree)
    return rebuild([f(leaf) for leaf in leaves])
