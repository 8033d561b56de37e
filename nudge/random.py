"""Random tensors under PyTorch's names, with PyTorch's numbers for the same seed; nudge.generator has how it is done.

Each function draws from `generator`, or from `default_generator` where none is given, and raises what the method of
Generator behind it raises. Under `vmap` its `randomness` says what an example draws. A traced program draws anew at
every run, what the same calls would draw eagerly, and from the generator that is the default when it runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import memory, ops
from .creation import finished
from .draws import TracedGenerator
from .dtype import float32, int64
from .errors import DTypeError, ShapeError, TraceError, UsageError
from .functions import stack
from .generator import Generator
from .mode import mode
from .tensor import Tensor, wrap

Array = NDArray[Any]
Shape = tuple[int, ...]

default_generator = Generator()
default_generator.seed()


def manual_seed(seed: int) -> Generator:
    """Seed the default generator, and return it.

    >>> _ = manual_seed(0)
    >>> rand(2)
    tensor([0.4963, 0.7682])
    """
    return default_generator.manual_seed(seed)


def seed() -> int:
    """Seed the default generator from the operating system, and return the seed."""
    return default_generator.seed()


def initial_seed() -> int:
    """Return the seed of the default generator."""
    return default_generator.initial_seed()


def get_rng_state() -> NDArray[np.uint8]:
    """Return the default generator's position, in 5056 bytes that PyTorch reads too."""
    return default_generator.get_state()


def set_rng_state(state: ArrayLike) -> None:
    """Put the default generator at a position that get_rng_state returned."""
    default_generator.set_state(state)


@contextmanager
def drawing_from(generator: Generator) -> Iterator[None]:
    """Let another generator be the default for a while.

    >>> with drawing_from(Generator().manual_seed(0)):
    ...     print(rand(2))
    tensor([0.4963, 0.7682])
    """
    global default_generator
    before, default_generator = default_generator, _generator(generator)
    _traced.follow()
    try:
        yield
    finally:
        default_generator = before
        _traced.follow()


# -- new tensors -----------------------------------------------------------------------------------


def rand(
    *size: Any, generator: Generator | None = None, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Draw numbers uniform in [0, 1), of shape `size`: sizes, or one tuple of them.

    >>> rand(2, 3).shape, rand((2, 3)).shape
    ((2, 3), (2, 3))
    """
    source, kind = _source(generator), float32 if dtype is None else dtype
    return finished(_drawn(lambda shape: source.uniform(0.0, 1.0, shape, kind), _sizes(size)), requires_grad, device)


def randn(
    *size: Any, generator: Generator | None = None, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Draw normal numbers of mean 0 and standard deviation 1, of shape `size`: sizes, or one tuple of them.

    >>> _ = manual_seed(0)
    >>> randn(2)
    tensor([ 1.5410, -0.2934])
    """
    source, kind = _source(generator), float32 if dtype is None else dtype
    return finished(_drawn(lambda shape: source.normal(0.0, 1.0, shape, kind), _sizes(size)), requires_grad, device)


def randint(
    low: Any = 0, high: Any = None, size: Any = None, *, generator: Generator | None = None, dtype: Any = None,
    device: Any = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Draw integers in [low, high), of shape `size`; with two arguments, a bound and a size, in [0, bound).

    Raises ShapeError where no size is given.

    >>> _ = manual_seed(0)
    >>> randint(10, (5,))
    tensor([4, 9, 3, 0, 3])
    """
    if size is None:
        low, high, size = 0, low, high
    elif high is None:
        low, high = 0, low
    if size is None:
        raise ShapeError(f"randint below {high} needs a size, as in randint({high}, (3,)) or randint(0, {high}, (3,))")
    source, kind = _source(generator), int64 if dtype is None else dtype
    drawn = _drawn(lambda shape: source.randint(low, high, shape, kind), _sizes((size,)))
    return finished(drawn, requires_grad, device)


def randperm(n: int, *, generator: Generator | None = None, dtype: Any = None, device: Any = None) -> Tensor:
    """Draw a permutation of the integers below n, shape (n,).

    >>> _ = manual_seed(0)
    >>> randperm(6)
    tensor([2, 5, 3, 0, 1, 4])
    """
    source, kind = _source(generator), int64 if dtype is None else dtype
    return finished(_drawn(lambda shape: _each(lambda: source.randperm(n, kind), shape, ndim=1), (n,)), False, device)


def rand_like(input: Tensor, *, dtype: Any = None, **options: Any) -> Tensor:
    """Draw as `rand` does, with its options, in the shape and unless told otherwise the dtype of a tensor."""
    return rand(input.shape, dtype=input.dtype if dtype is None else dtype, **options)


def randn_like(input: Tensor, *, dtype: Any = None, **options: Any) -> Tensor:
    """Draw as `randn` does, with its options, in the shape and unless told otherwise the dtype of a tensor."""
    return randn(input.shape, dtype=input.dtype if dtype is None else dtype, **options)


def randint_like(input: Tensor, low: int, high: int | None = None, *, dtype: Any = None, **options: Any) -> Tensor:
    """Draw as `randint` does, with its options, in the shape and unless told otherwise the dtype of a tensor."""
    return randint(low, high, input.shape, dtype=input.dtype if dtype is None else dtype, **options)


def normal(
    mean: Any, std: Any = 1.0, size: Any = None, *, generator: Generator | None = None, dtype: Any = None,
    device: Any = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Draw normal numbers of a mean and a standard deviation: two numbers and a size, or a tensor for one or both.

    No gradient passes to the tensors. Raises ShapeError for two numbers without a size, UsageError for a negative std.

    >>> normal(wrap(np.zeros((2, 1))), wrap(np.ones(3))).shape
    (2, 3)
    """
    source = _source(generator)
    like = next((given for given in (mean, std) if isinstance(given, Tensor)), None)
    if like is None and size is None:
        raise ShapeError(f"normal of mean {mean} and std {std} needs a size, as in normal({mean}, {std}, (3,))")
    kind = dtype if dtype is not None else float32 if like is None else like.dtype
    if like is None:
        drawn = _drawn(lambda shape: source.normal(mean, std, shape, kind), _sizes((size,)))
        return finished(drawn, requires_grad, device)
    means, stds = _numbers(mean), _numbers(std)
    if isinstance(stds, np.ndarray) and not (stds >= 0).all():
        raise UsageError(f"normal numbers need std >= 0, not {stds.min()}")

    def moved(shape: Shape) -> Array | Tensor:
        values: Any = source.normal(0.0, 1.0, shape, kind)
        for op, each in ((ops.mul, stds), (ops.add, means)):
            wide = np.result_type(values.dtype, each.dtype)
            values = op(ops.cast(values, dtype=wide), ops.cast(each, dtype=wide))
        return ops.cast(values, dtype=kind)

    return finished(_drawn(moved, _broadcast(means.shape, stds.shape)), requires_grad, device)


def bernoulli(input: Tensor, p: float | None = None, *, generator: Generator | None = None) -> Tensor:
    """Draw ones and zeros in shape and dtype of `input`, which holds each one's probability, unless `p` holds for all.

    >>> bernoulli(wrap(np.array([0.0, 1.0])))
    tensor([0., 1.], dtype=float64)
    """
    source, dtype = _source(generator), input.dtype
    if p is not None:
        return _drawn(lambda shape: ops.cast(source.bernoulli(p, shape), dtype=dtype), input.shape)
    each = _numbers(input)
    return _drawn(lambda shape: ops.cast(source.bernoulli_array(_stretched(each, shape)), dtype=dtype), each.shape)


def multinomial(
    input: Tensor, num_samples: int, replacement: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Draw indices in proportion to weights: shape (n,) gives (num_samples,), (rows, n) gives (rows, num_samples).

    >>> multinomial(wrap(np.array([0.0, 3.0, 0.0])), 4, replacement=True)
    tensor([1, 1, 1, 1])
    """
    source, weights = _source(generator), _numbers(input)
    return _drawn(
        lambda shape: _each(lambda: source.multinomial(weights, num_samples, replacement), shape, weights.ndim),
        (*weights.shape[:-1], num_samples),
    )


def dropout_mask(p: float, shape: Shape, *, generator: Generator | None = None, dtype: Any = float32) -> Tensor:
    """Draw what dropout multiplies by: 0 with probability p, otherwise 1 / (1 - p).

    >>> _ = manual_seed(0)
    >>> dropout_mask(0.5, (4,))
    tensor([0., 0., 2., 0.])
    """
    source = _source(generator)
    return _drawn(lambda shape: source.dropout_mask(p, shape, dtype), shape)


# -- in place --------------------------------------------------------------------------------------


def uniform_(tensor: Tensor, low: float = 0.0, to: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Overwrite a tensor with numbers uniform in [low, to).

    >>> bool((np.asarray(uniform_(wrap(np.zeros(9)), -1, -0.5)) < -0.5).all())
    True
    """
    source = _source(generator)
    return _fill(tensor, lambda shape: source.uniform(low, to, shape, tensor.dtype))


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Overwrite a tensor with normal numbers."""
    source = _source(generator)
    return _fill(tensor, lambda shape: source.normal(mean, std, shape, tensor.dtype))


def exponential_(tensor: Tensor, lambd: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Overwrite a tensor with exponentially distributed numbers of mean 1 / lambd."""
    source = _source(generator)
    return _fill(tensor, lambda shape: source.exponential(lambd, shape, tensor.dtype))


def random_(tensor: Tensor, low: Any = None, to: Any = None, *, generator: Generator | None = None) -> Tensor:
    """Overwrite a tensor with integers in [low, to), with one bound below it, with none up to what the dtype holds."""
    source = _source(generator)
    if low is None and to is None:
        return _fill(tensor, lambda shape: source.random(shape, tensor.dtype))
    if to is None:
        low, to = 0, low
    return _fill(tensor, lambda shape: source.randint(low or 0, to, shape, tensor.dtype))


def bernoulli_(tensor: Tensor, p: Any = 0.5, *, generator: Generator | None = None) -> Tensor:
    """Overwrite a tensor with ones and zeros, ones with probability p: a number, or a tensor that can be expanded.

    Raises ShapeError where the probabilities do not fit.
    """
    source = _source(generator)
    if not isinstance(p, Tensor):
        return _fill(tensor, lambda shape: ops.cast(source.bernoulli(p, shape), dtype=tensor.dtype))
    each = _numbers(p)
    if _broadcast(each.shape, tensor.shape) != tensor.shape:
        raise ShapeError(f"probabilities of shape {each.shape} do not expand to a tensor of {tensor.shape}")
    return _fill(
        tensor, lambda shape: ops.cast(source.bernoulli_array(_stretched(each, shape)), dtype=tensor.dtype)
    )


# The engine below knows nothing of random numbers: with this module, tensors get their random methods.
for _method in (uniform_, normal_, exponential_, random_, bernoulli_, bernoulli, multinomial):
    setattr(Tensor, _method.__name__, _method)


# -- drawing ---------------------------------------------------------------------------------------


def _generator(given: Any) -> Generator:
    if not isinstance(given, Generator):
        raise DTypeError(f"generator is a nudge.Generator, not {given!r} ({type(given).__name__})")
    return given


class _Traced:
    """The tensors by which traced programs hold generators, one pair for each: a program must know memory by one name.

    The default generator has a pair of its own, which follows it where `drawing_from` puts another in its place, so
    that a program draws from the default of the moment at which it runs.
    """

    def __init__(self, default: Generator) -> None:
        self.default = default
        self.by_default: TracedGenerator | None = None  # made when first needed: numpy.random takes 20 ms to import
        self.pairs: WeakKeyDictionary[Generator, TracedGenerator] = WeakKeyDictionary()

    def source(self, generator: Generator | None) -> TracedGenerator:
        """Find what a traced program draws from."""
        named = default_generator if generator is None else generator
        if generator is None and named is self.default:
            self.by_default = mine = self.by_default or TracedGenerator.of(named)
            other = self.pairs.get(named)
        else:
            self.pairs[named] = mine = self.pairs.get(named) or TracedGenerator.of(named)
            other = self.by_default if named is self.default else None
        if other is not None and other.is_traced:
            raise TraceError(
                "a traced program draws from one generator as the default and by name: give generator= in all of its "
                "draws, or in none"
            )
        return mine

    def follow(self) -> None:
        """Take the present default, but not one that holds only in a part of a traced program."""
        if mode.trace is None and self.default is not default_generator:
            self.default = default_generator
            if self.by_default is not None:
                self.by_default.move(default_generator)


_traced = _Traced(default_generator)


def _source(generator: Generator | None) -> Generator | TracedGenerator:
    if generator is not None:
        _generator(generator)
    if mode.trace is not None:
        return _traced.source(generator)
    return default_generator if generator is None else generator


def _numbers(given: Any) -> Any:
    """Read a tensor's numbers where they can be looked at; in a traced program, the tensor without its history."""
    if mode.trace is None or not isinstance(given, Tensor):
        return np.asarray(given)
    if mode.mapped is not None:
        raise TraceError("draws as a tensor says, under vmap in a traced program: draw outside of the vmap")
    return given.detach()


def _stretched(each: Any, shape: Shape) -> Any:
    return each.expand(shape) if isinstance(each, Tensor) else np.broadcast_to(each, shape)


def _sizes(size: tuple[Any, ...]) -> Shape:
    """Take sizes one by one, or as one tuple; the generator checks them."""
    return tuple(size[0]) if len(size) == 1 and isinstance(size[0], (tuple, list)) else size


def _broadcast(a: Shape, b: Shape) -> Shape:
    try:
        return np.broadcast_shapes(a, b)
    except ValueError:
        raise ShapeError(f"shapes {a} and {b} do not broadcast") from None


def _drawn(draw: Callable[[Shape], Array | Tensor], shape: Shape) -> Tensor:
    """Make the tensor of a draw: for one example, or in front of them for as many as a vmap asks for."""

    def made(shape: Shape) -> Tensor:
        drawn = draw(shape)
        return drawn if isinstance(drawn, Tensor) else wrap(memory.at_line(drawn))

    return made(shape) if mode.mapped is None else mode.mapped.draw(made, shape)


def _each(draw: Callable[[], Array | Tensor], shape: Shape, ndim: int) -> Array | Tensor:
    """Repeat a draw of `ndim` axes for the examples that stand in front of them in `shape`."""
    drawn: list[Any] = [draw() for _ in range(math.prod(shape[: len(shape) - ndim]))]
    return (stack(drawn) if isinstance(drawn[0], Tensor) else np.stack(drawn)).reshape(shape)


def _fill(tensor: Tensor, draw: Callable[[Shape], Array | Tensor]) -> Tensor:
    return tensor._write(_drawn(draw, tensor.shape))
