"""What an operation is: one record, four kinds, the table of all of them, and the dispatch.

Each operation is defined once, in `nudge/ops`, by decorating its NumPy body with its kind:

- *elementwise*: one scalar function over a broadcast index space; a `slope` (dy/dx) per argument;
- *view*: reads its input through an index map, from output index to input index;
- *reduction*: accumulates into its output through an index map, from input index to output index;
- *kernel*: a small loop nest of its own, given by a signature such as `(m,k),(k,n)->(m,n)` and a step.

Conventions that every row obeys: axes count from the end, so leading axes are batch; reductions keep
their dimensions; arguments are promoted to one dtype before the body runs; one output.
"""

from __future__ import annotations

import re
import time
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .dtype import bool_, float32, int64, is_float, promote
from .errors import DTypeError, ShapeError
from .graph import NO_PARAMS

DType = np.dtype[Any]
Shape = tuple[int, ...]
TABLE: dict[str, Operation] = {}
LOADED = time.time()  # a source that was changed after this is not what runs here


class Abstract:
    """A shape and a dtype in the place of a value: what flows through a traced program."""

    __slots__ = ("dtype", "shape")

    def __init__(self, shape: Shape, dtype: DType) -> None:
        """Stand in for an array."""
        self.shape, self.dtype = shape, dtype

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """How many elements it stands for."""
        return int(np.prod(self.shape, dtype=int))


class Operand:
    """A value that takes part in an operation by recording it: a scalar's Value, a Tensor."""

    __slots__ = ()
    node: Any
    detach: Any

    @abstractmethod
    def record(self, op: Operation, args: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """Run `op` on `args`, of which this is one, and keep the step in the graph."""


class Interval(NamedTuple):
    """Where an argument makes sense, open at both ends: what the property tests draw from."""

    low: float = -np.inf
    high: float = np.inf
    hole: float | None = None


REAL, POSITIVE, NONZERO = Interval(), Interval(low=0), Interval(hole=0)


def as_is(dtype: DType) -> DType:
    """Compute in the dtype that the arguments met in."""
    return dtype


def to_float(dtype: DType) -> DType:
    """Compute in a float: integers and booleans become float32."""
    return dtype if is_float(dtype) else float32


def to_int64(dtype: DType) -> DType:
    """Sum integers and booleans in int64, floats as they are."""
    return dtype if is_float(dtype) else int64


def no_bool(dtype: DType) -> DType:
    """Compute in the arguments' dtype, refusing booleans, for which the operation has no meaning."""
    if dtype == bool_:
        raise DTypeError("has no meaning for booleans: use ^ or ~ (logical_xor, logical_not), or cast with .int()")
    return dtype


def truth(_: DType) -> DType:
    """Answer in booleans."""
    return bool_


def position(_: DType) -> DType:
    """Answer in positions (int64)."""
    return int64


@dataclass(eq=False)
class Operation:
    """One row of the table. Calling it runs it: the dispatch is `__call__`, and there is no other."""

    body: Callable[..., Any]  # on NumPy arrays
    vjp: Any = None  # per argument: (g, y, *args, **params) -> gradient, linear in g; None where not differentiable
    slope: Any = None  # elementwise, per argument: (y, *args) -> dy/dx, a constant, a mask, or None
    scalar: Callable[..., Any] | None = None  # the same on Python floats
    lower: Callable[..., Any] | None = None  # elementwise: the same on scalar registers
    shape: Callable[..., Shape] | None = None  # (*shapes, **params) -> the output's; kernel: if its signature cannot
    index: Callable[..., Any] | None = None  # view, reduction: the index map
    combine: Callable[..., Any] | None = None  # (builder, so far, next) -> so far; None assigns; kernel: two states
    identity: Any = None  # reduction: what to begin with: a number, or 'lowest' or 'highest' of the dtype
    signature: str = ""  # the core axes of each argument, and for a kernel of the output
    init: Callable[..., Any] | None = None  # kernel: (builder) -> the state before the inner loop
    step: Callable[..., Any] | None = None  # kernel: (builder, state, position, *args) -> state
    loops: Callable[..., Any] | None = None  # kernel: (builder, inputs, output, **params), instead of init and step
    scan: bool = False  # kernel: emit the state at each position of the last axis, not once after it
    types: Callable[[DType], DType] = as_is  # where the arguments met -> what is computed in
    result: Callable[[DType], DType] = as_is  # computed in -> the output's dtype
    data: slice | None = None  # which arguments are promoted together (default: all)
    variadic: bool = False  # any number of arguments; rules then take all at once, or `k`
    composed: bool = False  # the body is written with Python's operators, so a picture can take it apart
    dunder: str = ""  # the Python operator it stands behind: 'add' makes __add__ and __radd__
    symbol: str = ""  # how it is written
    says: str = ""  # what it does to a gradient, in words
    domain: tuple[Interval, ...] = (REAL,)  # elementwise: where each argument makes sense
    samples: tuple[Any, ...] = ()  # other kinds: ((shapes or index arrays), params) that show it at work

    def __post_init__(self) -> None:
        """Take name and documentation from the body, and enter the table."""
        self.name = self.body.__name__
        self.__doc__ = self.body.__doc__
        if not callable(self.vjp) or self.variadic:
            self.rules = self.vjp
        else:
            self.rules = (self.vjp,)
        rules = self.slope if self.slope is not None else self.rules
        self.differentiable = callable(rules) or any(rule is not None for rule in rules or ())
        self.core = self._core()
        self.is_view = isinstance(self, View) and not self.signature  # its output may share its input's memory
        self.reads: dict[Any, frozenset[int]] = {}
        TABLE[self.name] = self

    def __repr__(self) -> str:
        """Name the row: `<nudge operation tanh>`."""
        return f"<nudge operation {self.name}>"

    def __call__(self, *args: Any, **params: Any) -> Any:
        """Run the body on arrays, the scalar on floats; an operand among the arguments records instead."""
        numbers = self.scalar is not None
        for arg in args:
            kind = type(arg)
            if kind is float or kind is int or kind is bool:
                continue
            numbers = False
            if kind is not np.ndarray and isinstance(arg, Operand):  # to find that it is none takes a while
                return arg.record(self, args, params)
        return self.on_floats(args) if numbers else self.body(*args, **params)

    def on_floats(self, args: Sequence[Any]) -> Any:
        """Run on Python floats; where Python would raise, follow IEEE 754 instead (1/0 is inf, log(-1) is nan)."""
        assert self.scalar is not None
        try:
            return self.scalar(*args)
        except (ArithmeticError, ValueError):
            with np.errstate(all="ignore"):
                return float(self.body(*map(np.float64, args)))

    def computes_in(self, args: Sequence[Any]) -> DType:
        """Find the dtype that the promoted arguments are computed in. Raises DTypeError where there is none."""
        try:
            return self.types(promote(args if self.data is None else args[self.data]))
        except DTypeError as error:
            raise DTypeError(f"{self.name} {error}") from None

    def infer(self, *args: Any, **params: Any) -> Abstract:
        """Tell the output's shape and dtype from the arguments'. Raises ShapeError where they do not fit."""
        return Abstract(
            self.infer_shape([np.shape(arg) if np.isscalar(arg) else arg.shape for arg in args], params),
            self.infer_dtype(args, params),
        )

    def infer_dtype(self, args: Sequence[Any], params: dict[str, Any]) -> DType:
        """Tell the output's dtype."""
        return params["dtype"] if "dtype" in params else self.result(self.computes_in(args))

    def infer_shape(self, shapes: Sequence[Shape], params: dict[str, Any]) -> Shape:
        """Tell the output's shape."""
        assert self.shape is not None
        return self.shape(*shapes, **params)

    def _core(self) -> tuple[int, ...]:
        """Count the trailing axes of each argument that belong to one example; all before them are batch."""
        return tuple(len(axes) for axes in parse_signature(self.signature)[0])


class Elementwise(Operation):
    """One scalar function, at every index of the arguments' broadcast shape."""

    def infer_shape(self, shapes: Sequence[Shape], params: dict[str, Any]) -> Shape:
        """Broadcast."""
        return broadcast(self.name, shapes)


class View(Operation):
    """Reads its first argument: `y[i] = x[index(i, *args, **params)]`; linear in it."""


class Reduction(Operation):
    """Accumulates its first argument: `y[index(i, *args, **params)] = combine(…, x[i])` over every i of x."""


class Kernel(Operation):
    """A loop over the output's core axes around a loop over those the output lacks, which carries a state."""

    def infer_shape(self, shapes: Sequence[Shape], params: dict[str, Any]) -> Shape:
        """Match the core axes by letter, broadcast the rest."""
        if self.shape is not None:
            return self.shape(*shapes, **params)
        inputs, output = parse_signature(self.signature)
        sizes: dict[str, int] = {"1": 1}
        batches = []
        for shape, letters in zip(shapes, inputs, strict=True):
            if len(shape) < len(letters):
                raise ShapeError(f"{self.name} needs at least {len(letters)} axes ({','.join(letters)}), got {shape}")
            batches.append(shape[: len(shape) - len(letters)])
            for letter, size in zip(letters, shape[len(shape) - len(letters) :], strict=True):
                if sizes.setdefault(letter, size) != size:
                    given = " and ".join(map(str, shapes))
                    raise ShapeError(
                        f"{self.name} {self.signature} of shapes {given}: {letter} is {sizes[letter]} in one "
                        f"and {size} in the other; they must be equal"
                    )
        return broadcast(self.name, batches) + tuple(sizes[letter] for letter in output)


def parse_signature(signature: str) -> tuple[list[list[str]], list[str]]:
    """Split '(m,k),(k,n)->(m,n)' into [['m','k'],['k','n']] and ['m','n']."""
    left, _, right = signature.partition("->")
    groups = [[letter for letter in group.split(",") if letter] for group in re.findall(r"\(([^)]*)\)", left)]
    return groups, [letter for letter in right.strip("()").split(",") if letter]


def broadcast(name: str, shapes: Sequence[Shape]) -> Shape:
    """Find the shape that all of them stretch to, or raise a ShapeError that names the axis.

    >>> broadcast("add", [(3, 1), (4,)])
    (3, 4)
    """
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        given = " and ".join(map(str, shapes))
        raise ShapeError(
            f"{name}: shapes {given} do not broadcast: from the right, each pair of sizes must be equal or have a 1"
        ) from None


def elementwise(**parts: Any) -> Callable[[Callable[..., Any]], Elementwise]:
    """Make a NumPy body an elementwise row of the table."""
    return lambda body: Elementwise(body, **parts)


def view(**parts: Any) -> Callable[[Callable[..., Any]], View]:
    """Make a NumPy body a view row of the table."""
    return lambda body: View(body, **{"data": slice(0, 1)} | parts)


def reduction(**parts: Any) -> Callable[[Callable[..., Any]], Reduction]:
    """Make a NumPy body a reduction row of the table."""
    return lambda body: Reduction(body, **{"data": slice(0, 1)} | parts)


def kernel(signature: str, **parts: Any) -> Callable[[Callable[..., Any]], Kernel]:
    """Make a NumPy body a kernel row of the table."""
    return lambda body: Kernel(body, signature=signature, **parts)


def install_operators(cls: type) -> None:
    """Give a class of operands Python's operators, each made from its row."""

    def forward(op: Operation) -> Callable[..., Any]:
        if len(op.domain) == 1 and op.slope is not None:
            return lambda self: self.record(op, (self,), NO_PARAMS)
        return lambda self, other: self.record(op, (self, other), NO_PARAMS)

    def reflected(op: Operation) -> Callable[..., Any]:
        return lambda self, other: self.record(op, (other, self), NO_PARAMS)

    for op in TABLE.values():
        if op.dunder:
            setattr(cls, f"__{op.dunder}__", forward(op))
            if op.dunder in _REFLECTED:
                setattr(cls, f"__r{op.dunder}__", reflected(op))


_REFLECTED = {"add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"}
