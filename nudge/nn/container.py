"""Modules that hold others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import IndexingError, UsageError
from .module import Module


class Sequential(Module):
    """One module after another, named "0", "1", …, or as in the one mapping that is given.

    >>> from nudge.nn import Linear, ReLU
    >>> model = Sequential(Linear(2, 3), ReLU(), Linear(3, 1))
    >>> list(model.state_dict())
    ['0.weight', '0.bias', '2.weight', '2.bias']
    """

    def __init__(self, *modules: Module | Mapping[str, Module]) -> None:
        """Hold them in order. Raises UsageError for what is no module."""
        given: Mapping[str, Any] = {str(k): module for k, module in enumerate(modules)}
        if len(modules) == 1 and isinstance(modules[0], Mapping):
            given = modules[0]
        for name, module in given.items():
            if not isinstance(module, Module):
                raise UsageError(f"Sequential holds modules, not {module!r} as its {name}; nn.ReLU() makes one of relu")
            setattr(self, name, module)

    def forward(self, input: Any) -> Any:
        """Hand the output of each to the next."""
        for module in self:
            input = module(input)
        return input

    def append(self, module: Module) -> Sequential:
        """Put one more module at the end."""
        setattr(self, str(len(self)), module)
        return self

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __iter__(self) -> Iterator[Module]:
        return (value for value in vars(self).values() if isinstance(value, Module))

    def __getitem__(self, index: int | slice) -> Any:
        """Give a module, or a Sequential of a slice. Raises IndexingError."""
        named = {name: value for name, value in vars(self).items() if isinstance(value, Module)}
        if isinstance(index, slice):
            return Sequential(dict(list(named.items())[index]))
        try:
            return list(named.values())[index]
        except IndexError:
            raise IndexingError(f"module {index} of a Sequential with {len(named)}") from None
