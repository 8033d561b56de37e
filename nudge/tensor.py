"""Tensor: a handle on an array under PyTorch's names, and on the node that made it.

The handle may change what it points at (in-place operations); nodes never do. So an in-place operation
makes a new node and rebinds the handle; a write through a view becomes a new node of the view's base, and
every reader of the graph sees pure steps only.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import ops
from .arraynode import ArrayNode, Storage
from .dtype import NUMBERS, PYTHON, as_dtype
from .errors import DTypeError, Error, ShapeError
from .graph import NO_PARAMS, line_of, user_place
from .methods import METHODS
from .mode import mode, set_grad_enabled
from .op import Abstract, Operand, Operation, as_is, truth


class Tensor(Operand, *METHODS):  # type: ignore[misc]
    """An array that remembers how it was made, where a gradient is wanted.

    >>> x = wrap(np.array([1.0, 2.0])).requires_grad_()
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4.], dtype=float64)
    """

    __array_priority__ = 1000
    __slots__ = ("_array", "_base", "_chain", "_node", "_seen", "_storage")
    _base: Tensor | None  # the tensor whose memory this is a view of
    _chain: tuple[tuple[Operation, dict[str, Any]], ...]  # the views that lead from the base to here
    _seen: int  # the base's epoch when this handle's node was made

    def __init__(self, array: Any, node: ArrayNode | None, storage: Storage) -> None:
        """Make a handle; users call nudge.tensor."""
        self._array, self._node, self._storage = array, node, storage
        self._base, self._chain, self._seen = None, (), 0

    def _binding(self) -> tuple[Any, ...]:
        """Tell what this handle points at."""
        return self._array, self._node, self._storage, self._base, self._chain, self._seen

    def _bind(self, binding: tuple[Any, ...]) -> None:
        """Point at something else."""
        self._array, self._node, self._storage, self._base, self._chain, self._seen = binding

    @staticmethod
    def _of(array: Any, requires_grad: bool = False) -> Tensor:
        """Make a new tensor of an array; a traced program makes it anew at each run."""
        made = wrap(array) if mode.trace is None else wrap(array).clone()
        return made.requires_grad_() if requires_grad else made

    # -- recording ---------------------------------------------------------------------------------

    def record(self, op: Operation, args: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """Run an operation on tensors, numbers and arrays; keep the step where a gradient or a trace wants it."""
        if mode.trace is not None:
            mode.trace.lift(args)
        if op.is_view:
            return self._view(op, params)
        raws = []
        nodes = []
        dtype = None
        mixed = tracked = abstract = scalars = False
        for arg in args:
            if isinstance(arg, Tensor):
                raw = arg._array
                if dtype is None:
                    dtype = raw.dtype
                elif raw.dtype is not dtype:
                    mixed = True
                if type(raw) is Abstract:
                    abstract = True
                node = arg._node if arg._base is None else arg._fresh()
                if node is not None and node.requires_grad:
                    tracked = True
                raws.append(raw)
                nodes.append(node)
            elif type(arg) in PYTHON:
                raws.append(arg)
                nodes.append(arg)
                scalars = True
            elif isinstance(arg, Operand):  # another kind's, such as a Value: it knows what it meets
                return arg.record(op, args, params)
            else:
                return op(*[as_tensor(arg, op) for arg in args], **params)
        if op.data is not None and (mixed or scalars):
            among = {arg._array.dtype for arg in args[op.data] if isinstance(arg, Tensor)}
            numbers = any(isinstance(arg, Tensor) and type(arg) in NUMBERS for arg in args[op.data])
            dtype = among.pop() if len(among) == 1 and not numbers else None
        elif mixed:
            dtype = None
        # One float dtype everywhere is what the body wants, but for the rows of booleans; else look closer.
        if dtype is None or (op.types is truth if dtype.kind == "f" else scalars or op.types is not as_is):
            settled = _settle(op, args)
            if settled is not args:
                return op(*settled, **params)
        out = _explained(op, raws, params) if abstract else _run(op, raws, params)
        storage = Storage()
        tracked = tracked and op.differentiable and out.dtype.kind == "f" and mode.grad
        made = None
        if tracked or abstract:
            if None in nodes:
                nodes = [args[k].node if node is None else node for k, node in enumerate(nodes)]
            made = ArrayNode(op, tuple(nodes), params, out, storage, tracked, user_place(sys._getframe(2)))
        result = _new(Tensor)
        result._array, result._node, result._storage = out, made, storage
        result._base, result._chain, result._seen = None, (), 0
        return result

    def _view(self, op: Operation, params: dict[str, Any]) -> Tensor:
        """Run an operation whose result shows this tensor's memory (or, where it must, a copy), and keep the step."""
        raw = self._array
        node = self._node if self._base is None else self._fresh()
        abstract = type(raw) is Abstract
        out = _explained(op, [raw], params) if abstract else _run(op, (raw,), params)
        result = _new(Tensor)
        lies = self._layout() if abstract else raw
        if _shares_memory(op.body(lies, **params) if abstract else out, lies):
            base = self if self._base is None else self._base
            storage = base._storage
            result._base, result._chain, result._seen = base, (*self._chain, (op, params)), storage.epoch
        else:
            storage = Storage()
            result._base, result._chain, result._seen = None, (), 0
        tracked = node is not None and node.requires_grad and mode.grad
        made = None
        if tracked or abstract:
            place = user_place(sys._getframe(3))
            made = ArrayNode(op, (node or self.node,), params, out, storage, tracked, place)
        result._array, result._node, result._storage = out, made, storage
        return result

    def _layout(self) -> Any:
        """Give an array that lies in memory as this tensor would; what a traced program computes lies in order."""
        if type(self._array) is not Abstract:
            return self._array
        if self._base is None:
            lent = None if mode.trace is None else mode.trace.array_of(self)
            return np.empty(self.shape, np.bool_) if lent is None else lent
        shown = self._base._layout()
        for op, params in self._chain:
            shown = op.body(shown, **params)
        return shown

    def _fresh(self) -> ArrayNode | None:
        """Give the current node; a view whose base was rewritten in the graph is read from it anew."""
        base = self._base
        if base is not None and self._seen != base._storage.epoch:
            read: Tensor = base
            with set_grad_enabled(not self._is_cut):
                for op, params in self._chain:
                    read = op(read, **params)
            self._node, self._seen = read._node, base._storage.epoch
            if isinstance(self._array, Abstract):
                self._array = read._array
        return self._node

    @property
    def node(self) -> ArrayNode:
        """The node that made it; a leaf where nothing was recorded."""
        node = self._fresh()
        if node is None:
            node = self._node = ArrayNode(None, (), NO_PARAMS, self._array, self._storage, False)
        return node


def _shares_memory(out: Any, source: Any) -> bool:
    owner = out.base
    return owner is not None and (owner is source or owner is source.base or np.may_share_memory(out, source))


ArrayNode.Handle = Tensor
_new = Tensor.__new__  # without a call of __init__, in the one place where it counts


def wrap(array: Any) -> Tensor:
    """Make a tensor on an array, without a copy and without history."""
    made = _new(Tensor)
    made._array, made._node, made._storage = array, None, Storage()
    made._base, made._chain, made._seen = None, (), 0
    return made


def of_node(node: ArrayNode) -> Tensor:
    """Make a handle on a node."""
    return node.handle()


def as_tensor(value: Any, op: Operation) -> Any:
    """Take an argument that is no tensor: numbers stay, NumPy's scalars become numbers, arrays become tensors."""
    if isinstance(value, Tensor) or type(value) in PYTHON:
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        as_dtype(value.dtype)
        return wrap(value)
    raise DTypeError(
        f"{op.name} of a tensor and {type(value).__name__} {value!r}: expected a tensor, an array or a number"
    )


def leaf_tensor(leaf: Any) -> Tensor:
    """Take what a transform is given (a tensor, an array, a number, or a Value's number) as a tensor."""
    if isinstance(leaf, Operand) and not isinstance(leaf, Tensor):
        leaf = leaf.node.data
    if type(leaf) in PYTHON:
        return wrap(np.asarray(leaf, PYTHON[type(leaf)]))
    value: Tensor = as_tensor(np.asarray(leaf) if isinstance(leaf, np.generic) else leaf, ops.alias)
    return value


def _run(op: Operation, raws: Sequence[Any], params: dict[str, Any]) -> Any:
    """Run an operation's body on arrays; where it fails, say what did not fit."""
    try:
        out = op.body(*raws, **params)
    except Error:
        raise
    except Exception:
        _explained(op, raws, params)
        raise
    return out if type(out) is np.ndarray else np.asarray(out)


def _settle(op: Operation, args: tuple[Any, ...]) -> Any:
    """Cast the arguments that are promoted to the dtype they meet in; numbers follow, unless there is nothing else."""
    among = range(len(args)) if op.data is None else range(len(args))[op.data]
    dtype = op.computes_in(args)
    alone = not any(isinstance(args[k], Tensor) for k in among)
    settled = list(args)
    for k in among:
        arg = args[k]
        if isinstance(arg, Tensor):
            if arg.dtype != dtype:
                settled[k] = ops.cast(arg, dtype=dtype)
        elif type(arg) is int and dtype.kind == "i" and not -(limit := 1 << 8 * dtype.itemsize - 1) <= arg < limit:
            settled[k] = _beyond(op, arg, dtype)
        elif alone:
            settled[k] = wrap(np.asarray(arg, dtype))
    return args if all(a is b for a, b in zip(args, settled, strict=True)) else tuple(settled)


def _beyond(op: Operation, number: int, dtype: Any) -> float:
    """Give what compares as an integer beyond a dtype's does. Raises OverflowError where it is not only compared."""
    if op.result is not truth:
        raise OverflowError(
            f"{op.name}: {number} does not fit into {dtype}, which the tensors are of: cast them with "
            f"{'.long()' if -(1 << 63) <= number < 1 << 63 else '.double()'}"
        )
    return math.copysign(math.inf, number)


def _explained(op: Operation, raws: Sequence[Any], params: dict[str, Any]) -> Abstract:
    """Infer shape and dtype; what is wrong with them is said with the user's line."""
    try:
        return op.infer(*raws, **params)
    except ShapeError as error:
        line = line_of(user_place(sys._getframe(1)))
        raise ShapeError(f"{error} ({line})" if line else str(error)) from None
