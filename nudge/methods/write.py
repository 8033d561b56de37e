"""Writing into a tensor: new numbers in the memory that its views share, and a new node, a pure step, of its base."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import ops
from ..arraynode import ArrayNode
from ..dtype import CATEGORY, is_float
from ..errors import DTypeError, GraphError, ShapeError, TraceError
from ..graph import NO_PARAMS, tick
from ..mode import epoch, mode, set_grad_enabled
from ..op import Abstract, Operation
from .facts import Facts

if TYPE_CHECKING:
    from ..tensor import Tensor


class Write(Facts):
    """The one way in which a tensor changes."""

    def _apply(self, method: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Tensor:
        """Overwrite this tensor with what a method makes of it, or of a copy where a derivative needs what was."""
        start = tick()
        value = method(self, *args, **kwargs)
        node = value._node
        if node is not None and node.requires_grad and node.reads_memory(self._storage, start):
            value = method(self.clone(), *args, **kwargs)
        if value.shape != self.shape:
            raise ShapeError(
                f"an in-place result of shape {value.shape} does not fit into a tensor of shape {self.shape}"
            )
        return self._write(value)

    def _write(self, value: Any, at: Any = ..., whole: Callable[[Any], Any] | None = None) -> Tensor:
        """Overwrite this tensor, and the part of its base that it shows, with a value that broadcasts to it.

        With `at`, NumPy's key, only what stands there; `whole` makes the new tensor of that where the step is recorded.
        """
        node = self._fresh()
        if value._array.dtype is not self._array.dtype and value.dtype != self.dtype:
            if CATEGORY[value.dtype] > CATEGORY[self.dtype]:
                raise DTypeError(f"an in-place result of {value.dtype} cannot be stored in a tensor of {self.dtype}")
            value = ops.cast(value, dtype=self.dtype)
        if mode.trace is not None:
            mode.trace.lift((self,))
        base: Any = self if self._base is None else self._base
        root = base._fresh()
        recorded = mode.grad and not self._is_cut
        _check_writable(self, value, node, root, recorded)
        traced = type(self._array) is Abstract
        step = None
        if traced or (recorded and any(n is not None and n.requires_grad for n in (root, value._fresh()))):
            with set_grad_enabled(recorded):
                value = value.expand(self.shape) if whole is None else whole(value)
                plain = value._node is None or not value._node.requires_grad
                history = recorded and root is not None and root.requires_grad
                if plain and (history or type(value._array) is not Abstract):
                    value = ops.where(False, self, value)  # a constant takes a place that had a history, and keeps it
                at, step = ..., value if self is base else _scattered(base, self._chain, value)
        if not traced:
            self._array[at] = value._array
        storage = base._storage
        storage.touch(sys._getframe(1))
        if step is not None:
            storage.epoch += 1
            _rebind(base, root, step.node, of_its_own=step is not value, leaf=not recorded)
            self._fresh()
        elif root is not None and not root.requires_grad:
            base._node = None
        return self  # type: ignore[return-value]

    def _overwrite(self, array: Any) -> None:
        """Write numbers where no history is kept: under no_grad, outside of a trace, and not through a view."""
        self._array[...] = array
        self._storage.touch(sys._getframe(1))


def refuse_unwritable(array: Any) -> None:
    """Raise GraphError for an array that cannot be written."""
    if not array.flags.writeable:
        raise GraphError(
            "this tensor cannot be written: it shows one element in many places (expand, unfold), or memory that is "
            "only to be read, such as what a transform was given: clone() it"
        )


def _check_writable(
    x: Any, value: Any, node: ArrayNode | None, root: ArrayNode | None, recorded: bool
) -> None:
    """Raise where a tensor with its current node, on a base with a root node, cannot take a value."""
    if type(x._array) is not Abstract:
        if type(value._array) is Abstract:
            raise TraceError(
                f"a traced value of shape {value.shape} is written into a tensor of shape {x.shape} that was made "
                "outside (under vmap it has one value for all examples): make it inside, with new_zeros() of a mapped "
                "tensor"
            )
    refuse_unwritable(x._layout())
    if root is None or not root.requires_grad:
        return
    if recorded and (root.is_leaf or (node is not None and node.op is None)):
        raise GraphError(
            "a leaf that requires a gradient is changed in place, so its gradient would be of what it was: "
            "do it under no_grad(), or on a clone()"
        )
    if not recorded and not root.is_leaf and type(root.data) is Abstract:
        raise TraceError(
            f"the numbers of a result ({root.line}) are changed behind its history's back, under no_grad() or through "
            "detach(); a traced program has no numbers apart from their history: change a clone()"
        )


def _rebind(base: Any, root: ArrayNode | None, made: ArrayNode, of_its_own: bool, leaf: bool) -> None:
    """Make a node the one that tells how the base's present numbers came about; a leaf stays one if it was."""
    storage, wanted = base._storage, root is not None and root.requires_grad
    if made.op is None or not of_its_own or (leaf and wanted):
        requires_grad = wanted if leaf else made.requires_grad
        made = ArrayNode(ops.alias, (made,), NO_PARAMS, base._array, storage, requires_grad, storage.place)
    made.data, made.storage, made.born = base._array, storage, tick()
    if root is not None and leaf and wanted:
        made.keeps_grad, made.grad, made.hooks = True, root.grad, root.hooks
        if mode.trace is not None:
            mode.trace.heirs[root] = made
    elif root is not None and root.op is not None and root.keeps_grad:
        made.keeps_grad, root.keeps_grad = True, False
    base._node = made
    epoch.now += 1


def _scattered(base: Any, chain: tuple[tuple[Operation, dict[str, Any]], ...], value: Any) -> Any:
    """Write `value` where a chain of views looks, as a pure step: where(written, scattered, base)."""
    shapes = [Abstract(base.shape, base.dtype)]
    for op, params in chain:
        shapes.append(op.infer(shapes[-1], **params))
    mask: Any = np.ones(value.shape, base.dtype if is_float(base.dtype) else np.float32)
    for (op, params), x in zip(reversed(chain), reversed(shapes[:-1]), strict=True):
        value, mask = (op.rules[0](g, None, x, **params) for g in (value, mask))
    return ops.where(mask != 0, value, base)
