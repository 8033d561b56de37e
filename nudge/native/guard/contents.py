"""Contents: what Python's objects hold, and how it is put back."""

from __future__ import annotations

import argparse
import gc
import inspect
import types
from collections.abc import Iterable
from typing import Any

from ...nn import Module
from ...optim import Optimizer
from ...tensor import Tensor
from .users import is_user
from .watch import GONE

OPEN = (argparse.Namespace, types.SimpleNamespace)  # a library's, and nothing but what the user put in


def just_holds(value: Any, attributes: frozenset[str]) -> bool:
    """Tell whether to read these attributes of an object is to look into its dict, and runs no code of its class."""
    kind = type(value)
    if isinstance(value, (Module, Optimizer, Tensor, type)) or not (isinstance(value, OPEN) or is_user(kind)):
        return False
    if inspect.getattr_static(kind, "__getattribute__") is not object.__getattribute__:
        return False
    computed = any(hasattr(inspect.getattr_static(kind, attribute, None), "__get__") for attribute in attributes)
    return not computed and attributes.issubset(getattr(value, "__dict__", ()))


def contents(cell: types.CellType) -> Any:
    """Give what a closure's variable holds; GONE for nothing."""
    try:
        return cell.cell_contents
    except ValueError:  # a variable that has no value yet
        return GONE


def fill(cell: types.CellType, value: Any) -> None:
    """Have a closure's variable hold a value, or nothing again."""
    if value is GONE:
        del cell.cell_contents
    else:
        cell.cell_contents = value


def fill_slot(thing: Any, slot: str, value: Any) -> None:
    """Have a slot hold a value, or nothing again, if the class is frozen too."""
    if value is GONE:
        object.__delattr__(thing, slot)
    else:
        object.__setattr__(thing, slot, value)


def drop(space: dict[str, Any], name: str, _: Any) -> None:
    """Take a name from a namespace that did not have it."""
    space.pop(name, None)


def undefine(cls: type, name: str, _: Any) -> None:
    """Take an attribute from a class that did not define it."""
    if name in vars(cls):
        delattr(cls, name)


def dict_of(cls: type) -> dict[str, Any]:
    """Give the dict that a class shows a view of."""
    (held,) = gc.get_referents(vars(cls))
    return held


def slots(cls: type) -> Iterable[str]:
    """List the attributes that the user's classes among a class and those behind it keep outside of a dict."""
    for base in cls.__mro__:
        if is_user(base):
            names = vars(base).get("__slots__", ())
            for name in [names] if isinstance(names, str) else names:
                if name not in ("__dict__", "__weakref__"):
                    private = name.startswith("__") and not name.endswith("__")
                    yield f"_{base.__name__.lstrip('_')}{name}" if private else name
