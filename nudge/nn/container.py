"""Modules that hold others, or parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from ..errors import IndexingError, UsageError, nearest
from ..tensor import Tensor
from .module import Module, Parameter

T = TypeVar("T")
N = TypeVar("N", bound="Numbered[Any]")


class Numbered(Module, Generic[T]):
    """What holds a sequence, each part under its number: "0", "1", …."""

    def admitted(self, value: Any, name: str) -> T:
        """Give what is held for a value. Raises UsageError."""
        if not isinstance(value, Module):
            kind = type(self).__name__
            raise UsageError(f"{kind} holds modules, not {value!r} as its {name}; nn.ReLU() makes one of relu")
        return value  # type: ignore[return-value]

    def held(self) -> dict[str, T]:
        """Give what is held by its name."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Module)}  # type: ignore[misc]

    def append(self: N, value: Any) -> N:
        """Put one more at the end."""
        name = str(len(self))
        setattr(self, name, self.admitted(value, name))
        return self

    def extend(self: N, values: Iterable[Any]) -> N:
        """Put several more at the end."""
        for value in values:
            self.append(value)
        return self

    def __len__(self) -> int:
        return len(self.held())

    def __iter__(self) -> Iterator[T]:
        return iter(self.held().values())

    def __getitem__(self, index: int | slice) -> Any:
        """Give one, or another of this kind with a slice. Raises IndexingError."""
        return type(self)(list(self)[index]) if isinstance(index, slice) else self.held()[self._name(index)]  # type: ignore[call-arg]

    def __setitem__(self, index: int, value: Any) -> None:
        """Put another in its place. Raises IndexingError."""
        name = self._name(index)
        setattr(self, name, self.admitted(value, name))

    def _name(self, index: int) -> str:
        names = list(self.held())
        try:
            return names[index]
        except IndexError:
            raise IndexingError(f"part {index} of a {type(self).__name__} with {len(names)}") from None


class Sequential(Numbered[Module]):
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
            setattr(self, name, self.admitted(module, name))

    def forward(self, input: Any) -> Any:
        """Hand the output of each to the next."""
        for module in self:
            input = module(input)
        return input

    def __getitem__(self, index: int | slice) -> Any:
        """Give a module, or a Sequential of a slice, whose modules keep their names. Raises IndexingError."""
        if isinstance(index, slice):
            return Sequential(dict(list(self.held().items())[index]))
        return super().__getitem__(index)


class ModuleList(Numbered[Module]):
    """A list of modules, whose parameters are the network's; what is done with them, the network says.

    >>> from nudge.nn import Linear
    >>> layers = ModuleList([Linear(2, 2), Linear(2, 1)])
    >>> len(layers), list(layers.state_dict())
    (2, ['0.weight', '0.bias', '1.weight', '1.bias'])
    """

    def __init__(self, modules: Iterable[Module] = ()) -> None:
        """Hold them in order. Raises UsageError for what is no module."""
        self.extend(modules)

    def insert(self, index: int, module: Module) -> None:
        """Put one more before the one at `index`."""
        self._replace([*list(self)[:index], module, *list(self)[index:]])

    def __delitem__(self, index: int | slice) -> None:
        """Take one or a slice out; those behind move up."""
        kept = list(self)
        if not isinstance(index, slice):
            self._name(index)
        del kept[index]
        self._replace(kept)

    def _replace(self, modules: list[Module]) -> None:
        for name in self.held():
            delattr(self, name)
        self.extend(modules)


class ModuleDict(Module):
    """Modules by name, whose parameters are the network's.

    >>> from nudge.nn import Linear
    >>> heads = ModuleDict({"price": Linear(2, 1), "area": Linear(2, 1)})
    >>> list(heads), list(heads.state_dict())[0]
    (['price', 'area'], 'price.weight')
    """

    def __init__(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] = ()) -> None:
        """Hold them. Raises UsageError for what is no module, and for a name with a dot or one a module has already."""
        self.update(modules)

    def update(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]]) -> None:
        """Hold these too, or in place of those of the same name."""
        for name, module in modules.items() if isinstance(modules, Mapping) else modules:
            self[name] = module

    def __setitem__(self, name: str, module: Module) -> None:
        self.add_module(name, module)

    def __getitem__(self, name: str) -> Module:
        """Give the module of that name. Raises UsageError."""
        held = self._held()
        if name not in held:
            raise UsageError(f"a ModuleDict has no module {name!r}{nearest(str(name), held)}")
        return held[name]

    def __delitem__(self, name: str) -> None:
        """Take it out. Raises UsageError."""
        self.pop(name)

    def pop(self, name: str) -> Module:
        """Take one out, and give it. Raises UsageError."""
        module = self[name]
        delattr(self, name)
        return module

    def clear(self) -> None:
        """Take all out."""
        for name in list(self):
            del self[name]

    def keys(self) -> Iterable[str]:
        """Give the names."""
        return self._held().keys()

    def values(self) -> Iterable[Module]:
        """Give the modules."""
        return self._held().values()

    def items(self) -> Iterable[tuple[str, Module]]:
        """Give names and modules."""
        return self._held().items()

    def __contains__(self, name: object) -> bool:
        return name in self._held()

    def __iter__(self) -> Iterator[str]:
        return iter(self._held())

    def __len__(self) -> int:
        return len(self._held())

    def _held(self) -> dict[str, Module]:
        return {name: value for name, value in vars(self).items() if isinstance(value, Module)}


class ParameterList(Numbered[Parameter]):
    """A list of parameters, which are the network's; of a plain tensor it makes one.

    >>> from nudge.creation import ones
    >>> ParameterList([ones(2, 3), ones(4)])
    ParameterList((2, 3), (4,))
    """

    def __init__(self, values: Iterable[Tensor] = ()) -> None:
        """Hold them in order. Raises UsageError for what is no tensor."""
        self.extend(values)

    def admitted(self, value: Any, name: str) -> Parameter:
        """Give a parameter. Raises UsageError."""
        if not isinstance(value, Tensor):
            raise UsageError(f"ParameterList holds parameters and tensors, not {value!r} as its {name}")
        return value if isinstance(value, Parameter) else Parameter(value)

    def held(self) -> dict[str, Parameter]:
        """Give the parameters by their names."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Parameter)}

    def extra_repr(self) -> str:
        """Say the shapes."""
        return ", ".join(str(parameter.shape) for parameter in self)
