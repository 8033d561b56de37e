"""The stream of random bits beneath a generator: the Mersenne Twister mt19937, seeded and saved as PyTorch does it.

Matsumoto and Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed uniform pseudo-random number generator"
(1998). NumPy has the same engine; what is PyTorch's is the seeding, the bits that make a float, and the saved state.
"""

from __future__ import annotations

import operator
import os
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import DTypeError, UsageError

DEFAULT_SEED = 67280421310721  # PyTorch's, for a generator that nobody has seeded

# The bytes of torch.Generator.get_state(), so that what either library has saved continues in the other.
STATE = np.dtype(
    [
        ("seed", np.uint64), ("left", np.int32), ("seeded", np.int32), ("next", np.uint64), ("key", np.uint64, 624),
        ("normal_x", np.float64), ("normal_y", np.float64), ("normal_rho", np.float64), ("normal_is_valid", np.int32),
        ("padding", np.int32), ("float_normal", np.float32), ("float_normal_is_valid", np.bool_),
    ],
    align=True,
)  # fmt: skip


def as_int(value: Any, what: str) -> int:
    """Read an integer of any type, NumPy's included; raise DTypeError, naming `what` it is for, for anything else.

    >>> as_int(np.int32(3), "a seed")
    3
    """
    try:
        return operator.index(value)
    except TypeError:
        raise DTypeError(f"{what} is an integer, not {value!r} ({type(value).__name__})") from None


class _Memory:
    """NumPy's own 624 words and the position among them, as they lie in memory (`mt19937_state`); keeps them alive."""

    def __init__(self, bits: np.random.MT19937) -> None:
        self.bits = bits
        self.__array_interface__ = {
            "version": 3, "typestr": np.dtype(np.int32).str, "shape": (625,),
            "data": (bits.ctypes.state_address, False),
        }  # fmt: skip


class Stream:
    """Words of 32 bits in an order that a seed fixes, and the numbers of [0, 1) that their bits make."""

    def __init__(self) -> None:
        """Start at PyTorch's default seed."""
        self._bits: np.random.MT19937 | None = None  # made at the first draw: numpy.random takes 20 ms to import
        self.spare = np.zeros(2)
        self.manual_seed(DEFAULT_SEED)

    def manual_seed(self, seed: int) -> Self:
        """Begin the stream that belongs to a seed, and return the generator.

        As in PyTorch, a negative seed means seed + 2**64, and the low 32 bits alone decide the stream.

        Raises:
            DTypeError: a seed that is no integer.
            UsageError: a seed outside of [-2**63, 2**64).

        >>> Stream().manual_seed(-1).initial_seed() == 2**64 - 1
        True
        """
        seed = as_int(seed, "a seed")
        if not -(2**63) <= seed < 2**64:
            raise UsageError(f"a seed lies in [-2**63, 2**64), which {seed} does not")
        self._seed = seed % 2**64
        self.spare_normal = None
        if self._bits is not None:
            self._begin(self._bits)  # in place, since machine code may hold the memory
        return self

    def initial_seed(self) -> int:
        """Return the seed at which the stream began.

        >>> Stream().manual_seed(7).initial_seed()
        7
        """
        return self._seed

    def seed(self) -> int:
        """Begin at a seed of 64 bits from the operating system, and return it.

        >>> stream = Stream()
        >>> stream.seed() == stream.initial_seed()
        True
        """
        return self.manual_seed(int.from_bytes(os.urandom(8), "big")).initial_seed()

    def get_state(self) -> NDArray[np.uint8]:
        """Return the position in the stream as 5056 bytes, in the layout of `torch.Generator.get_state`.

        >>> stream = Stream()
        >>> state = stream.get_state()
        >>> first = stream.words(5)
        >>> stream.set_state(state)
        >>> bool((first == stream.words(5)).all())
        True
        """
        engine: Any = self._engine().state["state"]
        state = np.zeros((), STATE)
        state["seed"], state["seeded"], state["key"] = self._seed, 1, engine["key"]
        # NumPy counts the words used of the current 624; PyTorch those left, and where it stands among them.
        state["left"], state["next"] = 625 - engine["pos"], engine["pos"] % 624
        if self.spare_normal is not None:
            state["normal_is_valid"], state["normal_y"] = 1, self.spare_normal
        return np.frombuffer(state.tobytes(), np.uint8).copy()

    def set_state(self, state: ArrayLike) -> None:
        """Go to a position that `get_state`, or PyTorch's, has returned: 5056 bytes of dtype uint8.

        Raises:
            DTypeError: anything but bytes.
            UsageError: bytes that are no state.
        """
        raw = np.asarray(state)
        if raw.dtype != np.uint8:
            raise DTypeError(f"a generator's state is an array of dtype uint8, not {raw.dtype}")
        if raw.size != STATE.itemsize:
            raise UsageError(f"a generator's state has {STATE.itemsize} bytes, not {raw.size}; see get_state()")
        fields = np.frombuffer(raw.tobytes(), STATE)[0]
        left = int(fields["left"])
        if not (fields["seeded"] and 0 < left <= 624):
            raise UsageError("these bytes are not the state of a generator; see get_state()")
        self.manual_seed(int(fields["seed"]))
        self._engine().state = {
            "bit_generator": "MT19937",
            "state": {"key": fields["key"].astype(np.uint32), "pos": 625 - left},
        }
        self.spare_normal = float(fields["normal_y"]) if fields["normal_is_valid"] else None

    def __getstate__(self) -> NDArray[np.uint8]:
        """Copy the position, and not the memory."""
        return self.get_state()

    def __setstate__(self, state: NDArray[np.uint8]) -> None:
        """Begin where another stands."""
        Stream.__init__(self)
        self.set_state(state)

    @property
    def spare_normal(self) -> float | None:
        """The second of a pair of normals, where only one was asked for."""
        return float(self.spare[1]) if self.spare[0] else None

    @spare_normal.setter
    def spare_normal(self, value: float | None) -> None:
        self.spare[:] = (0.0, 0.0) if value is None else (1.0, value)

    def memory(self) -> NDArray[np.int32]:
        """Return the stream's own memory, the same at each call: 624 words and the position; to write is to move on.

        The other part of what it holds is `spare`: whether there is a normal kept back, and that normal.

        >>> stream = Stream()
        >>> memory, _ = stream.memory(), stream.words(3)
        >>> int(memory[-1])
        3
        """
        return np.asarray(_Memory(self._engine()))

    def words(self, n: int) -> NDArray[np.uint64]:
        """Return the next n words of 32 bits, shape (n,), each in an element of 64.

        >>> Stream().manual_seed(0).words(2).tolist()
        [2357136044, 2546248239]
        """
        words: NDArray[np.uint64] = self._engine().random_raw(n)
        return words

    def random64(self, n: int) -> NDArray[np.uint64]:
        """Return the next n numbers of 64 bits, shape (n,): two words each, the first one on top."""
        words = self.words(2 * n)
        return words[::2] << np.uint64(32) | words[1::2]

    def unit(self, n: int, dtype: np.dtype[Any]) -> NDArray[Any]:
        """Return n numbers of [0, 1), shape (n,): 24 bits of a word each for float32, 53 bits of two for float64."""
        if dtype == np.float64:
            return (self.random64(n) & np.uint64(2**53 - 1)).view(np.int64) * 2.0**-53
        words = self.words(n).astype(np.uint32)
        words &= np.uint32(2**24 - 1)
        values = words.astype(np.float32)
        values *= np.float32(2.0**-24)
        return values

    def _engine(self) -> np.random.MT19937:
        if self._bits is None:
            self._bits = np.random.MT19937()
            self._begin(self._bits)
        return self._bits

    def _begin(self, bits: np.random.MT19937) -> None:
        # The seeding by init_genrand, which NumPy offers through RandomState alone.
        seeded: Any = np.random.RandomState(self._seed % 2**32).get_state(legacy=False)
        bits.state = seeded
