"""The node behind a tensor: what made an array, the memory that it shares, and whether that was overwritten since."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from . import autograd, ops
from .errors import GraphError, ShapeError
from .graph import NO_PARAMS, Node, Place, line_of, tick, user_place
from .mode import mode, no_grad
from .op import Abstract, Kernel, Operation, Reduction

if TYPE_CHECKING:
    from .tensor import Tensor

NEVER = -1


class Storage:
    """What all tensors on the same memory share: when, and by which line, it was last written."""

    written = NEVER
    epoch = 0  # how many writes changed the graph
    place: Place | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Leave the line behind, which is of this process."""
        return {name: value for name, value in vars(self).items() if name != "place"}

    def touch(self, frame: FrameType | None = None) -> None:
        """Note a write, and where the user's code stood."""
        self.written = clock.latest = tick()
        self.place = user_place(frame)


class Clock:
    """When anything was last written; an object of its own, since to change an attribute of a class is slow."""

    __slots__ = ("latest",)

    def __init__(self) -> None:
        """Begin before any write."""
        self.latest = NEVER


clock = Clock()


class Withheld:
    """Stands for a gradient that has to be asked for."""

    is_stored = False

    def read(self) -> Tensor | None:
        """Give the gradient, or say why it cannot be had."""
        raise GraphError(
            "this gradient was computed in a compiled step, which did not store it: nudge.compile(step, "
            "keep_grads=True) stores gradients; to begin with none, set p.grad = None or call zero_grad()"
        )


class Unstored(Withheld):
    """Stands for one that no compiled step has stored."""

    def __reduce__(self) -> str:
        """Be the one there is, in another process too."""
        return "UNSTORED"


UNSTORED = Unstored()


class ArrayNode(Node):
    """A step that made an array."""

    __slots__ = ("grad", "hooks", "keeps_grad", "label", "params", "place", "requires_grad", "storage")
    Handle: ClassVar[Any]  # what users hold: Tensor, which is made of nodes and sets this

    def __init__(
        self,
        op: Operation | None,
        args: tuple[Any, ...],
        params: dict[str, Any],
        data: Any,
        storage: Storage,
        requires_grad: bool,
        place: Place | None = None,
    ) -> None:
        """Record a step and where the user's code stood, or a leaf (op None)."""
        self.op, self.args, self.params, self.data, self.storage = op, args, params, data, storage
        self.requires_grad, self.place = requires_grad, place
        self.keeps_grad = op is None
        self.hooks: list[Callable[[Tensor], Any]] | None = None
        self.grad: Tensor | Withheld | None = None
        self.label = ""
        self.born = tick()

    @property
    def line(self) -> str:
        """The user's line that made it."""
        return line_of(self.place)

    @property
    def maker(self) -> Operation:
        """The operation that a user would name: a reduction, where this step only drops the axes that it kept."""
        arg = self.args[0] if self.args else None
        if self.op.is_view and isinstance(arg, ArrayNode) and isinstance(arg.op, (Reduction, Kernel)):
            kept, left = ([n for n in node.data.shape if n != 1] for node in (arg, self))
            if kept == left and len(self.data.shape) < len(arg.data.shape):
                return arg.op
        return self.op

    @property
    def is_leaf(self) -> bool:
        """Whether gradients end here; in a traced program an operation may give a leaf its value, but no gradient."""
        if self.op is None or type(self.data) is not Abstract:
            return self.op is None
        return self.keeps_grad and not any(isinstance(arg, Node) and arg.requires_grad for arg in self.args)

    def values(self, record: bool) -> tuple[Any, Sequence[Any]]:
        """Give the rules arrays, or handles where the walk is recorded or there are no values yet."""
        if clock.latest > self.born:
            self._refuse_spoiled()
        if record or type(self.data) is Abstract:
            return self.handle(), [arg.handle() if isinstance(arg, ArrayNode) else arg for arg in self.args]
        values = []
        for arg in self.args:  # quicker than a comprehension, which is a call
            values.append(arg.data if isinstance(arg, ArrayNode) else arg)
        return self.data, values

    def _refuse_spoiled(self) -> None:
        """Raise if a value that a derivative reads was overwritten since; naming both lines."""
        held = (self, *self.args)
        if not any(isinstance(node, ArrayNode) and node.storage.written > self.born for node in held):
            return
        for k, arg in enumerate(self.args):
            if not isinstance(arg, ArrayNode) or not arg.requires_grad:
                continue
            for j in _reads(self, k):
                spoiled = self if j < 0 else self.args[j]
                if isinstance(spoiled, ArrayNode) and spoiled.storage.written > self.born:
                    what = "its result" if j < 0 else f"its argument {j}, of shape {spoiled.data.shape},"
                    raise GraphError(
                        f"the derivative of {self.op.name} ({self.line or 'line unknown'}) reads {what} but that was "
                        f"overwritten in place at {line_of(spoiled.storage.place) or 'a later line'}: "
                        "write to a clone(), or after backward()"
                    )

    def reads_memory(self, storage: Storage, since: int) -> bool:
        """Tell whether the derivative of this step, or of an earlier one after `since`, reads that memory."""
        pending = [self]
        for node in pending:
            if node.op is None or node.born < since:
                continue
            for k, arg in enumerate(node.args):
                if isinstance(arg, ArrayNode):
                    pending.append(arg)
                    held = [node.args[j] for j in _reads(node, k) if j >= 0] if arg.requires_grad else []
                    if any(isinstance(read, ArrayNode) and read.storage is storage for read in held):
                        return True
        return False

    def handle(self) -> Tensor:
        """Make a handle on this node."""
        return self.Handle(self.data, self, self.storage)

    def _wrap(self, array: Any) -> Tensor:
        return self.Handle(array, None, Storage())

    def as_operand(self, g: Any) -> Tensor:
        """Hand a gradient to the user."""
        return g if isinstance(g, self.Handle) else self._wrap(np.array(g, self.data.dtype))

    def seed(self, g: Any, record: bool) -> Any:
        """Begin a walk: 1 for a single element, else what is given, which must have this node's shape."""
        shape, dtype = self.data.shape, self.data.dtype
        if g is None:
            if self.data.size != 1:
                raise ShapeError(
                    f"backward from a tensor of shape {shape}: a gradient can start at one number only; "
                    "take .sum() or .mean() first, or pass gradient= of the same shape"
                )
            g = np.ones(shape, dtype)
        elif not isinstance(g, self.Handle):
            g = np.array(g, dtype)
        if g.shape != shape:
            raise ShapeError(f"the gradient given has shape {g.shape}, the output {shape}; they must be equal")
        if g.dtype != dtype:
            g = ops.cast(g, dtype=dtype)
        if record or type(self.data) is Abstract or (isinstance(g, self.Handle) and type(g._array) is Abstract):
            return g if isinstance(g, self.Handle) else self._wrap(g)
        return g._array.copy() if isinstance(g, self.Handle) else g

    def receive(self, g: Any) -> None:
        """Take the gradient of a finished walk into `.grad`; add it to what is there."""
        if not self.keeps_grad or not self.requires_grad:
            return
        held = self.known_grad()
        if isinstance(g, self.Handle):
            if held is not None and mode.trace is not None and mode.trace.is_outside(held):
                with no_grad():
                    held.add_(g)
            else:
                self.grad = g.clone() if held is None else held + g
        elif held is None:
            self.grad = self._wrap(np.array(g, order="C"))  # laid out as most tensors are, for quick updates
        else:
            held._array += g
            held._storage.touch()

    def known_grad(self) -> Tensor | None:
        """Give the gradient that stands here. Raises GraphError where it was not stored."""
        if isinstance(self.grad, Withheld):
            self.grad = self.grad.read()
        return self.grad

    def run_hooks(self, g: Any) -> Any:
        """Show the gradient to the tensor's hooks, each of which may return another."""
        for hook in self.hooks or ():
            shown = self.as_operand(g)
            changed = hook(shown)
            if changed is None:
                continue
            if not isinstance(changed, self.Handle) or changed.shape != shown.shape:
                given = f"shape {changed.shape}" if isinstance(changed, self.Handle) else type(changed).__name__
                raise ShapeError(f"a hook returned {given}; expected None or another gradient, of shape {shown.shape}")
            g = changed if isinstance(g, self.Handle) else changed._array
        return g

    def free(self) -> None:
        """Let go of the arguments, so that their memory is free before the last handle is; a trace keeps its graph."""
        if self.op is None:
            return
        if type(self.data) is not Abstract:
            self.args = ()
        elif mode.trace is not None:
            mode.trace.passed.add(self)


def _reads(node: ArrayNode, k: int) -> frozenset[int]:
    key = (k, len(node.args))
    if key not in node.op.reads:

        def stand_in(data: Any) -> Tensor:
            return ArrayNode(None, (), NO_PARAMS, Abstract(data.shape, data.dtype), Storage(), False).handle()

        def stand_ins() -> tuple[Any, Any, list[Any]]:
            # Numbers too, since a rule may take another way where they have a certain value (x**0).
            args = [stand_in(arg.data if isinstance(arg, ArrayNode) else np.asarray(arg)) for arg in node.args]
            return stand_in(node.data), stand_in(node.data), args

        node.op.reads[key] = autograd.reads(node.op, stand_ins, k, node.params)
    return node.op.reads[key]
