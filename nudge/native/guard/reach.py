"""Reach: go through all that a function can read from Python, and make a term of each thing.

A function reads its closure, its defaults and the globals that its code names, and so do the functions that it can
call; what it finds there are objects, whose attributes and items it can read. Libraries are taken as they are.
"""

from __future__ import annotations

import builtins
import collections
import functools
import gc
import io
import random
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from ...errors import TraceError
from ...generator import Generator
from ...nn import Module
from ...op import Operation
from ...optim import Optimizer
from ...scalar import Value
from ...tensor import Tensor
from .contents import OPEN, contents, dict_of, drop, fill, fill_slot, just_holds, slots, undefine
from .guards import ATOMS, Guards, marked
from .names import BY_TEXT, codes, imported, named, spelled
from .users import is_user, is_users_module
from .watch import GONE, Cell, Defaults, Items, Many, Names, Pairs, Part, Space

COMPILER = "nudge.native.compile"
COMPUTED = BY_TEXT | {"getattr", "attrgetter"}  # through these a code reads attributes without naming them
VIEWS: tuple[type, ...] = (type({}.keys()), type({}.values()), type({}.items()))
MANY = 64  # items, from which on a container is compared in one go


class Reach:
    """Collects terms, from a function on."""

    def __init__(self, guards: Guards) -> None:
        """Collect into `guards`."""
        self.guards = guards
        guards.space |= {"GONE": GONE, "contents": contents, "marked": marked, "same": _same}  # of the terms' texts
        # By identity, and kept alive, so that identities stay. What is built in is taken as it is.
        self.seen: dict[int, Any] = {id(vars(builtins)): vars(builtins)}
        self.globals: set[tuple[int, str]] = set()
        self.owners: set[int] = set()  # of objects whose dict is watched: their identities
        self.spaces: dict[int, tuple[str, Names]] = {}  # namespaces, each with its name among the terms
        self.modules: list[tuple[types.ModuleType, str]] = []  # of the user's, each with its name among the terms
        self.classes: list[type] = []
        self.words: set[str] = set()  # all names of attributes and globals in codes
        self.asked: set[str] = set()  # texts in codes that ask for attributes by text
        self.pending: collections.deque[tuple[Any, str]] = collections.deque()
        self.optimizers: list[tuple[Optimizer, str]] = []
        self.values: list[Value] = []
        self.copies: list[tuple[Any, Any, str]] = []  # containers, what they held, and their names
        self.arrays: list[tuple[np.ndarray, bytes]] = []  # with the bytes that they held
        self.generators: list[Any] = []  # of random numbers, Python's and NumPy's

    def go(self, *roots: tuple[Any, str]) -> None:
        """Reach whatever can be read from some roots, each with its name."""
        self.pending.extend(roots)
        while self.pending:
            value, name = self.pending.popleft()
            plain = isinstance(value, ATOMS) and not is_user(type(value))  # which a member of the user's Enum is not
            if not plain and id(value) not in self.seen:
                self.seen[id(value)] = value
                if isinstance(value, Value):
                    self.values.append(value)
                elif isinstance(value, Tensor):
                    self.tensor(value, name)
                else:
                    self._open(value, name)
            if not self.pending:
                self._look_into_modules()
                self._look_at_shadows()

    def tensor(self, tensor: Tensor, name: str) -> None:
        """Reach what a tensor has beside its numbers: its hooks, and a parameter's attributes."""
        node = tensor._fresh()
        self.pending += [(hook, f"a hook of {name}") for hook in (node.hooks if node is not None else None) or ()]
        attributes = getattr(tensor, "__dict__", None)
        if attributes:
            self._dict(attributes, name)

    def restore(self) -> None:
        """Give containers back what they held."""
        for numbers, bytes_ in self.arrays:
            if numbers.tobytes() != bytes_:
                numbers[...] = np.frombuffer(bytes_, numbers.dtype).reshape(numbers.shape)
        for container, held, _ in self.copies:
            if isinstance(container, set):
                container.symmetric_difference_update(container ^ held)
            elif isinstance(container, (list, collections.deque)):
                if len(container) != len(held) or any(a is not b for a, b in zip(container, held, strict=True)):
                    container.clear()
                    container.extend(held)
            elif len(container) != len(held) or any(container.get(k, self) is not v for k, v in held.items()):
                container.clear()
                container.update(held)

    def settle_optimizers(self) -> None:
        """Make terms of the optimizers' states, as a trace has left them."""
        for optimizer, name in self.optimizers:
            if "defaults" in self.words:
                self._dict(optimizer.defaults, f"{name}.defaults")
            self._dict(optimizer.state, f"{name}.state", cold=True)
            for p, state in optimizer.state.items():
                self._dict(state, f"{name}.state of a parameter of shape {p.shape}", cold=True)

    # -- kinds -------------------------------------------------------------------------------------

    def _open(self, value: Any, name: str) -> None:
        if isinstance(value, types.FunctionType):
            self._function(value, name)
        elif isinstance(value, types.ModuleType):
            if is_users_module(value.__name__):
                self.modules.append((value, name))
        elif isinstance(value, types.MethodType):
            self.pending += [(value.__func__, name), (value.__self__, name.rpartition(".")[0] or name)]
        elif isinstance(value, (types.BuiltinMethodType, types.MethodWrapperType)):
            self.pending.append((value.__self__, name.rpartition(".")[0] or name))
        elif isinstance(value, (types.MappingProxyType, *VIEWS)):
            self.pending += [(held, name) for held in gc.get_referents(value)]
        elif isinstance(value, (bytearray, memoryview)):
            at, held = self.guards.name(value), self.guards.name(bytes(value))
            self.guards.add(f"(bytes({at}) == {held})", name, True)
        elif isinstance(value, functools.partial):
            self.pending += [(value.func, name), (value.args, name), (value.keywords, name)]
        elif isinstance(value, type):
            self._class(value)
        elif isinstance(value, (staticmethod, classmethod)):
            self.pending.append((value.__func__, name))
        elif isinstance(value, property):
            self.pending += [(part, name) for part in (value.fget, value.fset) if part is not None]
        elif isinstance(value, (tuple, frozenset)):
            self.pending += [(item, f"{name}[{k}]") for k, item in enumerate(value)]
        elif isinstance(value, (list, collections.deque)):
            self._list(value, name)
        elif isinstance(value, dict):
            self._dict(value, name)
        elif isinstance(value, set):
            at, held = self.guards.name(value), self.guards.name(marked(value))
            self.guards.add(f"(marked({at}) == {held})", name, True)
            self.copies.append((value, set(value), name))
            self.pending.append((frozenset(value), name))
        elif isinstance(value, np.ndarray):
            at, bytes_ = self.guards.name(value), value.tobytes()
            now, then = f"({at}.shape, {at}.dtype, {at}.tobytes())", (value.shape, value.dtype, bytes_)
            self.guards.add(f"({now} == {self.guards.name(then)})", name, True)
            self.guards.terms[-1].content = value
            if not value.dtype.hasobject:
                self.arrays.append((value, bytes_))
        elif isinstance(value, Optimizer):
            self._optimizer(value, name)
        elif isinstance(value, io.IOBase):
            pass  # a log that stands open beside, most likely
        elif isinstance(value, Iterator):
            raise TraceError(
                f"{name} is a {type(value).__name__}, which a compiled step would read once and never again: pass what "
                "it gives as an argument"
            )
        elif isinstance(value, random.Random) or type(value).__module__.startswith("numpy.random"):
            self.generators.append(value)
        elif not isinstance(value, (Generator, Operation)):
            self._object(value, name)

    def _function(self, f: types.FunctionType, name: str) -> None:
        cells = dict(zip(f.__code__.co_freevars, f.__closure__ or (), strict=True))
        for variable, cell in cells.items():
            held = contents(cell)
            put = functools.partial(fill, cell)
            self.guards.add(f"contents({self.guards.name(cell)})", variable, held, put, part=Cell(cell))
            self._used(held, variable, named(f.__code__).closure.get(variable))
        if is_users_module(f.__globals__.get("__name__", "")):  # `functools.wraps` copies only the module's name
            if f.__defaults__ or f.__kwdefaults__:
                at, part = self.guards.name(f), Defaults(f)
                for kind in ("__defaults__", "__kwdefaults__"):
                    held = getattr(f, kind)
                    self.guards.add(f"{at}.{kind}", f"the defaults of {f.__qualname__}", held, part=part)
                    self.pending.append((held, f"a default of {f.__qualname__}"))
            self._globals(f)
            if vars(f):
                self._dict(vars(f), name)

    def _globals(self, f: types.FunctionType) -> None:
        space = f.__globals__
        for name, attributes in named(f.__code__).globals.items():
            self._named(space, name, name)
            if name in space:
                self._used(space[name], name, attributes)
        for name in sorted(spelled(f.__code__) & space.keys()):
            self._named(space, name, name)
            self.pending.append((space[name], name))
        for name in imported(f.__code__):
            if name in sys.modules:  # all of a.b.c where that is the name
                self.pending += [(sys.modules[each], each) for each in _and_packages(name) if each in sys.modules]
        for code in codes(f.__code__):
            self.words.update(code.co_names)
            if not COMPUTED.isdisjoint(code.co_names):
                self.asked.update(text for text in code.co_consts if isinstance(text, str) and text.isidentifier())

    def _used(self, value: Any, name: str, attributes: frozenset[str] | None) -> None:
        """Reach a variable's value, or no more than some attributes, where it is an object that just holds them."""
        if attributes is not None and just_holds(value, attributes):
            self._attributes(value, name, sorted(attributes))
            for base in filter(is_user, type(value).__mro__):  # which could come to compute them
                for attribute in sorted(attributes):
                    self._named(dict_of(base), attribute, f"{base.__name__}.{attribute}", base)
        else:
            self.pending.append((value, name))

    def _look_into_modules(self) -> None:
        """Reach what the user's modules hold under names that codes use, or under any, where a code computes names."""
        computed = not COMPUTED.isdisjoint(self.words)
        for module, name in self.modules:
            held = vars(module)
            found = self.words & held.keys()
            if computed:
                found |= {key for key, value in held.items() if key[:2] != "__" and not isinstance(value, Iterator)}
            self._attributes(module, name, [each for each in sorted(found) if (id(held), each) not in self.globals])

    def _look_at_shadows(self) -> None:
        """Watch that no class comes to define what codes use and a class behind it defines, or what they ask for."""
        for cls in self.classes:
            for k, base in enumerate(cls.__mro__):
                behind = {key for other in cls.__mro__[k + 1 :] if other is not object for key in vars(other)}
                for word in sorted((self.words & behind) | self.asked) if is_user(base) else ():
                    if word not in vars(base):
                        self._named(dict_of(base), word, f"{base.__name__}.{word}", base)

    def _attributes(self, value: Any, name: str, attributes: Iterable[str]) -> None:
        space = self._space(value, name)
        for attribute in attributes:
            self._named(space, attribute, f"{name}.{attribute}")
            self.pending.append((space[attribute], f"{name}.{attribute}"))

    def _space(self, value: Any, name: str) -> dict[str, Any]:
        """Give the dict of an object's attributes, and watch that it stays the one."""
        space = vars(value)
        if not isinstance(value, (types.ModuleType, Module)) and id(value) not in self.owners:
            self.owners.add(id(value))
            self.guards.add(f"vars({self.guards.name(value)})", f"{name}.__dict__", space, part=Space(value))
        return space

    def _named(self, space: dict[str, Any], key: str, name: str, owner: type | None = None) -> None:
        """Make a term of what a name means in a namespace, or in that of a class, once."""
        if (id(space), key) in self.globals:
            return
        self.globals.add((id(space), key))
        if id(space) not in self.spaces:
            self.spaces[id(space)] = self.guards.name(space), Names(space)
        at, part = self.spaces[id(space)]
        part.keys.append(key)
        if key in space:
            put: Callable[[Any], object] = functools.partial(space.__setitem__, key)
            put = put if owner is None else functools.partial(setattr, owner, key)
            self.guards.add(f"{at}[{key!r}]", name, space[key], put, part=part)
        else:  # which may be a builtin's: a global of that name would hide it
            put = functools.partial(drop, space, key) if owner is None else functools.partial(undefine, owner, key)
            self.guards.add(f"{at}.get({key!r}, GONE)", name, GONE, put, part=part)

    def _class(self, cls: type) -> None:
        self.classes.append(cls)
        if is_user(type(cls)):
            self.pending.append((type(cls), type(cls).__name__))
        for base in cls.__mro__:
            if not is_user(base) or (base is not cls and id(base) in self.seen):
                continue
            self.seen[id(base)] = base
            for attribute, held in list(vars(base).items()):
                if attribute.startswith("__") and not isinstance(held, types.FunctionType):
                    continue
                if not isinstance(held, (types.MemberDescriptorType, types.GetSetDescriptorType)):
                    self._named(dict_of(base), attribute, f"{base.__name__}.{attribute}", base)
                self.pending.append((held, f"{base.__name__}.{attribute}"))

    def _list(self, items: Any, name: str) -> None:
        at, many = self.guards.name(items), list(items) if len(items) > MANY else None
        part = _part(items, many)
        self.guards.add(f"len({at})", name, len(items), part=part)
        self.copies.append((items, list(items), name))
        if many is not None:
            self._together(at, name, many, part)
        for k, held in enumerate(items):
            if len(items) <= MANY:
                put = functools.partial(items.__setitem__, k)
                self.guards.add(f"{at}[{k}]", f"{name}[{k}]", held, put, part=part)
            self.pending.append((held, f"{name}[{k}]"))

    def _dict(self, items: dict[Any, Any], name: str, cold: bool = False, is_setting: bool = False) -> None:
        at, many = self.guards.name(items), len(items) > MANY
        keys, values = list(items), list(items.values())
        part = None if cold else _part(items, [both for pair in items.items() for both in pair] if many else None)
        self.guards.add(f"len({at})", name, len(items), cold=cold, part=part)
        self.copies.append((items, dict(items), name))
        if many:
            self._together(f"{at}.values()", name, values, part, cold)
            self._together(at, name, keys, part, cold)
        for key, held in zip(keys, values, strict=True):
            if many:
                self.pending.append((held, name))
            else:
                shown = repr(key) if isinstance(key, ATOMS) else f"<{type(key).__name__}>"
                self._item(items, at, key, f"{name}[{shown}]", part, cold, is_setting)
            if not isinstance(key, Tensor):
                self.pending.append((key, name))

    def _together(self, text: str, name: str, held: list[Any], part: Part | None, cold: bool = False) -> None:
        self.guards.add(f"same({text}, {self.guards.name(held)})", name, True, cold=cold, part=part)

    def _item(
        self, items: dict[Any, Any], at: str, key: Any, name: str, part: Part | None, cold: bool = False,
        is_setting: bool = False,
    ) -> None:
        index = repr(key) if type(key) in (str, int) else self.guards.name(key)
        put, held, text = functools.partial(items.__setitem__, key), items[key], f"{at}[{index}]"
        if hasattr(type(items), "__missing__"):  # which would make what is missing
            text = f"dict.get({at}, {index}, GONE)"
        self.guards.add(text, name, held, put, cold, is_setting, part)
        self.pending.append((held, name))

    def _object(self, value: Any, name: str) -> None:
        """Look at an object's attributes, and at its class, unless a library keeps its own affairs there."""
        module = isinstance(value, Module)
        if type(value).__module__ == COMPILER:
            self.pending.append((value.function, name))
            return
        ours = module or type(value).__module__.startswith("nudge.")
        if not (ours or is_user(type(value)) or isinstance(value, OPEN)):
            return
        if hasattr(value, "__dict__"):
            attributes = self._space(value, name)
            at, part = self.guards.name(attributes), None if module else Pairs(attributes)
            self.guards.add(f"len({at})", name, len(attributes), cold=module, part=part)
            self.copies.append((attributes, dict(attributes), name))
            for attribute in list(attributes):
                if module and attribute == "_persistence":  # never changed, only replaced
                    continue
                self._item(attributes, at, attribute, f"{name}.{attribute}", part, cold=module)
        at = ""
        for slot in slots(type(value)):
            at = at or self.guards.name(value)
            held, put = getattr(value, slot, GONE), functools.partial(fill_slot, value, slot)
            self.guards.add(f"getattr({at}, {slot!r}, GONE)", f"{name}.{slot}", held, put)
            self.pending.append((held, f"{name}.{slot}"))
        self.pending.append((type(value), type(value).__name__))

    def _optimizer(self, optimizer: Optimizer, name: str) -> None:
        self.optimizers.append((optimizer, name))
        attributes = vars(optimizer)
        at = self.guards.name(attributes)
        states: list[dict[Any, Any]] = [*optimizer.state.values(), optimizer.state]
        for state in states:
            self.copies.append((state, dict(state), f"{name}.state"))
        self.seen |= {id(held): held for state in optimizer.state.values() for held in state.values()}
        for attribute in list(attributes):
            if attribute not in ("param_groups", "defaults"):
                self.guards.add(f"{at}[{attribute!r}]", f"{name}.{attribute}", attributes[attribute], cold=True)
                if attribute != "state":
                    self.pending.append((attributes[attribute], f"{name}.{attribute}"))
        self.guards.add(f"len({at})", name, len(attributes), cold=True)
        self.guards.add(f"{at}['param_groups']", f"{name}.param_groups", optimizer.param_groups, cold=True)
        self.seen[id(optimizer.param_groups)] = optimizer.param_groups
        at, part = self.guards.name(optimizer.param_groups), Items(optimizer.param_groups)
        self.guards.add(f"len({at})", f"{name}.param_groups", len(optimizer.param_groups), part=part)
        for k, group in enumerate(optimizer.param_groups):
            self.seen[id(group)] = group
            self.guards.add(f"{at}[{k}]", f"{name}.param_groups[{k}]", group, part=part)
            self._dict(group, f"{name}.param_groups[{k}]", is_setting=True)
        self.pending.append((type(optimizer), type(optimizer).__name__))


def _and_packages(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[: k + 1]) for k in range(len(parts))]


def _part(items: Any, many: list[Any] | None) -> Part | None:
    """Watch a list or dict, if it is nothing more than that."""
    if type(items) not in (list, dict):
        return None
    return Many(items, many) if many is not None else Items(items) if type(items) is list else Pairs(items)


def _same(items: Iterable[Any], held: list[Any]) -> bool:
    now: list[Any] = list(items)
    return len(now) == len(held) and all(a is b for a, b in zip(now, held, strict=True))
