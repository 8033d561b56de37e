"""What all optimizers share: groups of parameters with their settings, and a state for each parameter.

A rule is a pure function, written in operations: eager it runs on the arrays themselves, at NumPy's speed; in a traced
step on tensors. Either way what it returns is written back into the tensors that are there.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from numbers import Real
from typing import Any

import numpy as np

from .. import memory
from ..errors import UsageError, nearest
from ..mode import Watched, enable_grad, epoch, mode, no_grad
from ..number import Number
from ..tensor import Tensor, wrap

Group = dict[str, Any]


class Optimizer:
    """The base of every optimizer: a subclass says in `rule` how one parameter is turned.

    `param_groups` are dicts of settings, each with its `params`; settings may be changed between steps.
    """

    def __init__(self, params: Iterable[Any], defaults: Mapping[str, Any]) -> None:
        """Take parameters, pairs (name, parameter), or groups: dicts with "params" and settings of their own.

        Raises:
            UsageError: no parameters, the same one twice, what is no leaf tensor, or settings out of range.
        """
        self.defaults = dict(defaults)
        self.param_groups: list[Group] = []
        self.state: dict[Tensor, dict[str, Any]] = Watched()
        if isinstance(params, Tensor):
            raise UsageError("an optimizer takes a list of parameters, not one tensor: put it in a list")
        given = list(params)
        if not given:
            raise UsageError("an optimizer got no parameters (a generator such as model.parameters() can be read once)")
        for group in given if isinstance(given[0], Mapping) else [{"params": given}]:
            self.add_param_group(group)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "state" and type(value) is not Watched:
            value = Watched({p: Watched(state) for p, state in value.items()})
        object.__setattr__(self, name, value)
        epoch.now += 1

    def add_param_group(self, param_group: Mapping[str, Any]) -> None:
        """Add parameters with settings of their own; what they do not set is as for the others."""
        given = param_group["params"]
        params = [given] if isinstance(given, Tensor) else [p[1] if isinstance(p, tuple) else p for p in given]
        unknown = [name for name in param_group if name not in self.defaults and name not in ("params", "initial_lr")]
        if unknown:
            raise UsageError(f"{type(self).__name__} has no setting {unknown[0]}{nearest(unknown[0], self.defaults)}")
        held = {id(p) for group in self.param_groups for p in group["params"]}
        for p in params:
            if not isinstance(p, Tensor) or not p.is_leaf:
                kind = "a tensor made by operations" if isinstance(p, Tensor) else type(p).__name__
                raise UsageError(f"an optimizer turns leaf tensors such as a module's parameters, not {kind}")
            if id(p) in held:
                raise UsageError(f"a parameter of shape {p.shape} was given to the optimizer twice")
            held.add(id(p))
        group = {**self.defaults, **param_group, "params": params}
        self.check(group)
        self.param_groups.append(group)

    def check(self, group: Group) -> None:
        """Raise UsageError for settings out of range."""
        for name in ("lr", "weight_decay", "eps", "momentum"):
            if name in group and not (isinstance(group[name], (Real, Tensor)) and 0 <= group[name] < math.inf):
                raise UsageError(f"{name} = {group[name]!r}: expected a finite number of at least 0")

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients, or set them to 0, before the next backward adds to them."""
        for group in self.param_groups:
            for p in group["params"]:
                p._zero_grad(set_to_none)

    @no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Turn every parameter that has a gradient; a closure computes the loss first, and its result is returned."""
        loss = None if closure is None else enable_grad()(closure)()
        for group in self.param_groups:
            for p in group["params"]:
                grad = p.grad
                if grad is not None:
                    state = self.state.get(p)
                    if type(state) is not Watched:
                        state = self.state[p] = Watched(state or ())
                    self._turn(p, grad, state, group)
        return loss

    def _turn(self, p: Tensor, grad: Tensor, state: dict[str, Any], group: Group) -> None:
        if mode.trace is not None or p._base is not None:
            if not state:
                state.update({name: wrap(memory.at_line(array)) for name, array in self.start(p, group).items()})
            value, kept = self.rule(p, grad, state, group)
            p._write(value)
            for name, new in kept.items():
                state[name] = state[name]._write(new) if name in state else new.clone() if new is grad else new
        else:
            value, kept = self.rule(p._array, grad._array, {name: held._array for name, held in state.items()}, group)
            p._overwrite(value)
            for name, new in kept.items():
                if name in state:
                    state[name]._overwrite(new)
                else:
                    state[name] = wrap(memory.copy(np.asarray(new)))

    def start(self, p: Tensor, group: Group) -> dict[str, Any]:
        """Give arrays that mean the same, as a state, as none, where there are such: so a traced step has one form."""
        return {}

    @abstractmethod
    def rule(self, p: Any, grad: Any, state: Mapping[str, Any], group: Group) -> tuple[Any, dict[str, Any]]:
        """Compute one parameter's new value and state (empty before the first step), of the settings of its group."""

    def state_dict(self) -> dict[str, Any]:
        """Give state and settings, parameters by number in the order of the groups; tensors share memory."""
        number = {p: k for k, p in enumerate(self._listed())}
        return {
            "state": {number[p]: dict(state) for p, state in self.state.items() if state},
            "param_groups": [{**group, "params": [number[p] for p in group["params"]]} for group in self.param_groups],
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Copy state and settings of another, for groups of the same sizes. Raises UsageError where they do not fit."""
        saved, groups = state_dict["state"], state_dict["param_groups"]
        theirs, ours = ([len(group["params"]) for group in listed] for listed in (groups, self.param_groups))
        if theirs != ours:
            raise UsageError(f"this state is of groups of {theirs} parameters, the optimizer's are of {ours}")
        for group in groups:
            for name, value in group.items():
                if value and name not in self.defaults and name not in NOT_RULES:
                    raise UsageError(f"this state was made with {name}={value}, which {type(self).__name__} lacks")
        params = self._listed()
        numbers = [k for group in groups for k in group["params"]]
        self.state = Watched({p: _copied(saved[k], p) for p, k in zip(params, numbers, strict=True) if k in saved})
        for group, other in zip(self.param_groups, groups, strict=True):
            group.update({name: other[name] for name in (*self.defaults, "initial_lr") if name in other})

    def _listed(self) -> list[Tensor]:
        return [p for group in self.param_groups for p in group["params"]]

    def __repr__(self) -> str:
        """Show the groups' settings."""
        shown = [{name: value for name, value in group.items() if name != "params"} for group in self.param_groups]
        return f"{type(self).__name__}({', '.join(map(str, shown))})"


def counted(state: Mapping[str, Any]) -> Any:
    """Count a step: in float64, since 1 − βᵗ would lose half its digits in float32."""
    return state["step"] + 1.0 if state else np.float64(1.0)


def number(count: Any) -> Any:
    """Make a Python number of a count, which leaves a parameter's dtype alone, in a trace too."""
    return Number.of(count) if isinstance(count, Tensor) else float(count)


# Settings that say how PyTorch computes, or for whom; none of them changes what is computed.
NOT_RULES = ("params", "initial_lr", "param_names", "foreach", "fused", "capturable", "differentiable")


def _copied(state: Mapping[str, Any], p: Tensor) -> dict[str, Any]:
    """Copy a parameter's state: arrays of its own shape in its dtype, single numbers in float64."""
    copied: dict[str, Any] = Watched()
    for name, value in state.items():
        array = np.asarray(value)
        dtype = p.dtype if array.shape == p.shape else np.dtype("float64")
        copied[name] = wrap(memory.copy(array.astype(dtype, copy=False)))
    return copied
