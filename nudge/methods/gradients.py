"""Gradients: who wants one, who has one, and what keeps a history or lets go of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import autograd, ops
from ..arraynode import ArrayNode, Storage, Withheld
from ..dtype import is_float
from ..errors import DTypeError, GraphError, ShapeError
from ..graph import NO_PARAMS
from ..mode import epoch, mode, no_grad
from ..op import Abstract, Operation
from .facts import Facts

if TYPE_CHECKING:
    from ..tensor import Tensor

CUT: dict[str, Any] = {}  # stands in a chain of views where a detach() does


class HookHandle:
    """What register_hook returns."""

    def __init__(self, hooks: list[Callable[[Tensor], Any]], hook: Callable[[Tensor], Any]) -> None:
        """Hold a hook and the list that it stands in."""
        self._hooks, self._hook = hooks, hook

    def remove(self) -> None:
        """Take the hook away; once is enough."""
        if self._hook in self._hooks:
            self._hooks.remove(self._hook)
        epoch.now += 1
        self._hooks = []  # the same function may have been registered again, under a handle of its own


class Gradients(Facts):
    """Whether a gradient is wanted, the gradient, and the history that leads to it."""

    _node: ArrayNode | None
    _base: Any
    _chain: tuple[tuple[Operation, dict[str, Any]], ...]

    @property
    def requires_grad(self) -> bool:
        """Whether a gradient is computed for it."""
        node = self._fresh()
        return node is not None and node.requires_grad

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        self.requires_grad_(wanted)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Ask for a gradient. Raises DTypeError for integers and booleans, GraphError for a result of operations."""
        if mode.trace is not None:
            mode.trace.lift((self,))
        node = self._fresh()
        if node is not None and node.op is not None and node.requires_grad:
            if requires_grad:
                return self  # type: ignore[return-value]
            raise GraphError("only a leaf can stop requiring a gradient: use detach() to cut a result off")
        if requires_grad and not is_float(self.dtype):
            raise DTypeError(
                f"a tensor of {self.dtype} cannot require a gradient: only floats can be nudged; cast with .float()"
            )
        self._base, self._chain = None, ()
        if node is not None and type(self._array) is Abstract:  # in a traced program a leaf still has a value
            self._node = ArrayNode(ops.alias, (node,), NO_PARAMS, self._array, self._storage, requires_grad)
            self._node.keeps_grad = requires_grad
        elif requires_grad:
            self._node = ArrayNode(None, (), NO_PARAMS, self._array, self._storage, True)
        else:
            self._node = None
        epoch.now += 1
        return self  # type: ignore[return-value]

    @property
    def is_leaf(self) -> bool:
        """Whether it was made by the user and not by a recorded operation."""
        node = self._fresh()
        return node is None or node.is_leaf or not node.requires_grad

    @property
    def grad(self) -> Tensor | None:
        """The gradient that backward() left here: on leaves, and where retain_grad() was called.

        Raises GraphError where a compiled step computed one and did not store it.
        """
        if mode.trace is not None:
            mode.trace.lift((self,))
        node = self._fresh()
        return None if node is None else node.known_grad()

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None and value.shape != self.shape:
            raise ShapeError(f"a gradient of shape {value.shape} was given to a tensor of shape {self.shape}")
        if value is not None and value.dtype != self.dtype:
            raise DTypeError(f"a gradient of {value.dtype} was given to a tensor of {self.dtype}")
        if mode.trace is not None:
            mode.trace.lift((self,))
        self.node.grad = value

    def _zero_grad(self, set_to_none: bool) -> None:
        """Forget the gradient, or set it to 0 where there is one."""
        if mode.trace is not None:
            mode.trace.lift((self,))
        node = self._fresh()
        if node is None:
            return
        if set_to_none:
            node.grad = None
        elif isinstance(node.grad, Withheld) and not node.grad.is_stored:
            node.grad = self._of(np.zeros(self.shape, self.dtype))
        elif (grad := node.known_grad()) is not None:
            node.grad = (grad.detach() if grad.requires_grad else grad).zero_()

    def retain_grad(self) -> None:
        """Keep the gradient of this intermediate result too."""
        if not self.requires_grad:
            raise GraphError("retain_grad() on a tensor that does not require a gradient")
        self.node.keeps_grad = True

    def register_hook(self, hook: Callable[[Tensor], Any]) -> HookHandle:
        """Call `hook(grad)` when the gradient is known; it may return another; `remove()` of the result ends it."""
        if not self.requires_grad:
            raise GraphError("a hook on a tensor that does not require a gradient would never be called")
        hooks = self.node.hooks = self.node.hooks or []
        hooks.append(hook)
        epoch.now += 1
        return HookHandle(hooks, hook)

    def backward(self, gradient: Any = None, retain_graph: bool | None = None, create_graph: bool = False) -> None:
        """Compute the gradients of every leaf this was made from; see nudge.autograd.backward."""
        this: Any = self
        autograd.backward(this, gradient, retain_graph, create_graph)

    @property
    def _is_cut(self) -> bool:
        """Whether a detach() stands between it and its base, in a traced program, where that is a view too."""
        return any(params is CUT for _, params in self._chain)

    def detach(self) -> Tensor:
        """Share the memory, but not the history."""
        if mode.trace is not None:
            mode.trace.lift((self,))
        return ArrayNode.Handle(self._array, None, self._storage) if type(self._array) is not Abstract else _cut(self)

    def detach_(self) -> Tensor:
        """Forget the history."""
        node = self.detach()._node if mode.trace is not None else None  # in a traced program it still has a value
        self._base, self._chain, self._node = None, (), node
        epoch.now += 1
        return self  # type: ignore[return-value]

    @property
    def data(self) -> Tensor:
        """The same memory without history; assigning rebinds the tensor to other memory."""
        return self.detach()

    @data.setter
    def data(self, value: Tensor) -> None:
        if mode.trace is not None:
            with no_grad():  # to a traced program memory has one name, which it keeps
                self.copy_(value)
            return
        node, storage = self._fresh(), Storage()
        storage.touch(sys._getframe(1))
        self._array, self._storage, self._base, self._chain = value._array, storage, None, ()
        if node is not None and node.op is None:
            node.data, node.storage = value._array, storage
        else:
            self._node = None
        epoch.now += 1


def _cut(tensor: Any) -> Tensor:
    """Detach under a trace: a view that passes no gradient."""
    with no_grad():
        view: Tensor = ops.alias(tensor)
    view._chain = (*view._chain[:-1], (ops.alias, CUT))
    return view
