"""Module: a part of a network, with its parameters, buffers and smaller modules.

A module is an object with attributes: what it holds is found by looking at them. So a subclass assigns its
parameters and modules in `__init__`, says in `forward` what it does, and need not call `super().__init__()`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np

from ..errors import ShapeError, UsageError, nearest
from ..methods.gradients import HookHandle
from ..mode import epoch, no_grad
from ..tensor import Tensor, wrap

M = TypeVar("M", bound="Module")
T = TypeVar("T")


class Parameter(Tensor):
    """A tensor that is a knob: a leaf that wants its gradient, and that modules list among their parameters.

    >>> from nudge.creation import tensor
    >>> Parameter(tensor([0.0, 0.0]))
    Parameter containing:
    tensor([0., 0.], requires_grad=True)
    """

    def __init__(self, data: Tensor, requires_grad: bool = True) -> None:
        """Share the memory of `data`. Raises DTypeError for integers that are to have a gradient."""
        super().__init__(data._array, None, data._storage)
        self.requires_grad_(requires_grad)

    def __repr__(self) -> str:
        """Show the numbers, under a heading."""
        return f"Parameter containing:\n{super().__repr__()}"


class IncompatibleKeys(NamedTuple):
    """What a loose `load_state_dict` left aside."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Module:
    """The base of every layer and network.

    >>> from nudge.creation import tensor
    >>> class Half(Module):
    ...     def __init__(self):
    ...         self.scale = Parameter(tensor([0.5]))
    ...     def forward(self, x):
    ...         return x * self.scale
    >>> half = Half()
    >>> half(tensor([4.0])).item(), list(half.state_dict())
    (2.0, ['scale'])
    """

    training = True
    _persistence: Mapping[str, bool] = {}  # of each buffer: whether the state_dict has it
    _forward_pre_hooks: Sequence[Callable[..., Any]] = ()
    _forward_hooks: Sequence[Callable[..., Any]] = ()

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        epoch.now += 1

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        epoch.now += 1

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output. Every subclass has its own."""
        raise UsageError(f"{type(self).__name__} has no forward(): define what it computes of its inputs")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output; see `forward`. Hooks, if any, are called before and after."""
        if not self._forward_pre_hooks and not self._forward_hooks:
            return self.forward(*args, **kwargs)
        for hook in (*self._forward_pre_hooks,):
            changed = hook(self, args)
            if changed is not None:
                args = changed if isinstance(changed, tuple) else (changed,)
        output = self.forward(*args, **kwargs)
        for hook in (*self._forward_hooks,):
            changed = hook(self, args, output)
            output = output if changed is None else changed
        return output

    def register_forward_pre_hook(self, hook: Callable[[Any, tuple[Any, ...]], Any]) -> HookHandle:
        """Call `hook(module, args)` before each forward; it may return other arguments; `remove()` ends it."""
        return self._hooked("_forward_pre_hooks", hook)

    def register_forward_hook(self, hook: Callable[[Any, tuple[Any, ...], Any], Any]) -> HookHandle:
        """Call `hook(module, args, output)` after each forward; it may return another output; `remove()` ends it."""
        return self._hooked("_forward_hooks", hook)

    def _hooked(self, name: str, hook: Callable[..., Any]) -> HookHandle:
        if name not in vars(self):
            setattr(self, name, [])
        hooks = vars(self)[name]
        hooks.append(hook)
        return HookHandle(hooks, hook)

    # -- what it holds -----------------------------------------------------------------------------

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Hold a tensor that is state but no knob, such as a running mean; the state_dict has it if `persistent`.

        None keeps the name, for one that may come later.
        """
        self._persistence = {**self._persistence, name: persistent}
        setattr(self, name, tensor)

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Hold a knob under a name; None keeps the name, for a knob that there is not."""
        setattr(self, name, param)

    def add_module(self, name: str, module: Module) -> None:
        """Hold a module under a name. Raises UsageError for no module, and for a name with a dot or in use."""
        if not isinstance(module, Module):
            raise UsageError(f"{type(self).__name__} holds modules, not {module!r} as its {name}")
        if not name or "." in name:
            raise UsageError(f"a module cannot be named {name!r}: expected text without a dot")
        if hasattr(self, name) and not isinstance(getattr(self, name), Module):
            raise UsageError(f"a module cannot be named {name!r}, which {type(self).__name__} has as something else")
        setattr(self, name, module)

    def get_submodule(self, target: str) -> Module:
        """Give the module inside that has a dotted name. Raises UsageError where there is none."""
        found = dict(self._tree(""))
        if target not in found:
            raise UsageError(f"{type(self).__name__} has no module {target!r}{nearest(target, filter(None, found))}")
        return found[target]

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Go through the modules that stand directly in this one."""
        return _first_times((name, value) for name, value in vars(self).items() if isinstance(value, Module))

    def children(self) -> Iterator[Module]:
        """Go through the modules that stand directly in this one."""
        return (child for _, child in self.named_children())

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """Go through this module, named `prefix`, and all inside, each once, with dotted names."""
        return _first_times(self._tree(prefix))

    def modules(self) -> Iterator[Module]:
        """Go through this module and all inside."""
        return (module for _, module in self.named_modules())

    def named_parameters(self, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, Parameter]]:
        """Go through the knobs, each once, with dotted names such as `layers.0.weight`."""
        return _first_times(
            (name, value)
            for at, module in self._tree(prefix, recurse)
            for name, value in module._own(at)
            if isinstance(value, Parameter)
        )

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Go through the knobs."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(self, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, Tensor]]:
        """Go through the state that is no knob, with dotted names."""
        return _first_times(
            (_dotted(at, name), getattr(module, name))
            for at, module in self._tree(prefix, recurse)
            for name in module._persistence
            if getattr(module, name) is not None
        )

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Go through the state that is no knob."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def _own(self, prefix: str) -> Iterator[tuple[str, Any]]:
        return ((_dotted(prefix, name), value) for name, value in vars(self).items())

    def _tree(self, prefix: str, recurse: bool = True) -> Iterator[tuple[str, Module]]:
        """Go through this module and all inside, a shared one at each of its places."""
        yield prefix, self
        if recurse:
            for name, value in self._own(prefix):
                if isinstance(value, Module):
                    yield from value._tree(name)

    # -- what is done to all of it -----------------------------------------------------------------

    def apply(self: M, fn: Callable[[Module], object]) -> M:
        """Call `fn` on every module inside, the innermost first, and on this one."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def train(self: M, mode: bool = True) -> M:
        """Switch every module inside to training, or to evaluation."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self: M) -> M:
        """Switch every module inside to evaluation."""
        return self.train(False)

    def requires_grad_(self: M, requires_grad: bool = True) -> M:
        """Ask for gradients of all parameters, or freeze them."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the parameters' gradients, or set them to 0, before the next backward adds to them."""
        for parameter in self.parameters():
            parameter._zero_grad(set_to_none)

    # -- state -------------------------------------------------------------------------------------

    def _state(self) -> Iterator[tuple[str, Tensor]]:
        for at, module in self._tree(""):
            yield from ((name, value) for name, value in module._own(at) if isinstance(value, Parameter))
            for name, persistent in module._persistence.items():
                if persistent and getattr(module, name) is not None:
                    yield _dotted(at, name), getattr(module, name)

    def state_dict(self) -> dict[str, Tensor]:
        """Give parameters and persistent buffers by their dotted names; the tensors share memory with the module's."""
        return {name: tensor.detach() for name, tensor in self._state()}

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True) -> IncompatibleKeys:
        """Copy tensors or arrays into parameters and buffers of the same names.

        Loose (`strict=False`), names that only one side has are left aside and returned.

        Raises:
            UsageError: names that are missing or unexpected (unless loose), or other shapes. It lists them all, and
                then nothing was copied.
        """
        own = dict(self._state())
        missing = [name for name in own if name not in state_dict]
        unexpected = [name for name in state_dict if name not in own]
        arrays = {name: np.asarray(state_dict[name]) for name in own if name in state_dict}
        wrong = [f"missing: {name}" for name in missing if strict]
        wrong += [f"unexpected: {name}" for name in unexpected if strict]
        wrong += [
            f"{name} is of shape {own[name].shape} here, and {array.shape} in what is loaded"
            for name, array in arrays.items()
            if array.shape != own[name].shape
        ]
        if wrong:
            raise UsageError(f"this state does not fit {type(self).__name__}:\n  " + "\n  ".join(wrong))
        with no_grad():
            for name, array in arrays.items():
                own[name].copy_(wrap(array))
        return IncompatibleKeys(missing, unexpected)

    # -- printing ----------------------------------------------------------------------------------

    def extra_repr(self) -> str:
        """Say what stands between the brackets when it is printed."""
        return ""

    def __repr__(self) -> str:
        """Show the module and all inside, a line each."""
        inside = [f"  ({name}): {child!r}".replace("\n", "\n  ") for name, child in self.named_children()]
        if not inside:
            return f"{type(self).__name__}({self.extra_repr()})"
        return "\n".join([f"{type(self).__name__}({self.extra_repr()}", *inside, ")"])


def size(name: str, value: Any) -> int:
    """Check a number of features. Raises ShapeError for what is no whole number of at least 1."""
    if not isinstance(value, (int, np.integer)) or value < 1:
        raise ShapeError(f"{name} = {value!r}: expected a whole number of at least 1")
    return int(value)


def _dotted(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


def _first_times(named: Iterator[tuple[str, T]]) -> Iterator[tuple[str, T]]:
    """Let each value through at its first name only."""
    seen = set()
    for name, value in named:
        if id(value) not in seen:
            seen.add(id(value))
            yield name, value
