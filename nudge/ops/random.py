"""Random numbers as operations: the generator's state goes in as a value, and comes out as it stands afterwards."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dtype import int32, int64
from ..fma import fused_multiply_add
from ..op import REAL, elementwise, kernel, position

# The Mersenne Twister's numbers, as signed integers of 32 bits.
SIZE, FAR = 624, 397
MATRIX, UPPER, LOWER = 0x9908B0DF - 2**32, -(2**31), 2**31 - 1
STATE = SIZE + 1  # the words, and how many of them are used
LANES = 16  # of a vector; a processor with narrower ones takes several

_NO_GRADIENT = "a whole number: no gradient passes"


def _words(_: Any) -> Any:
    return int32


def _bits(b: Any, how: str, x: Any, constant: int) -> Any:
    return b.bits(how, x, b.constant(constant, x))


def _each(b: Any, n: Any, body: Any) -> None:
    """Run `body(position, lanes)` over n neighbours, side by side as far as they fill vectors."""
    whole = n // LANES
    with b.loop(whole) as k:
        body(k * LANES, LANES)
    with b.loop(n - whole * LANES) as k:
        body(k + whole * LANES, 0)


def _twist(b: Any, key: Any) -> None:
    """Make the next 624 words, in place: each of its own upper bit, the next one's lower bits, and one far ahead."""

    def mix(at: Any, following: Any, far: Any, lanes: int) -> None:
        own, lower = (_bits(b, "and", key.read((k,), lanes), mask) for k, mask in ((at, UPPER), (following, LOWER)))
        joined = b.bits("or", own, lower)
        odd = _bits(b, "and", b.neg(_bits(b, "and", joined, 1)), MATRIX)
        key.write((at,), b.bits("xor", b.bits("xor", key.read((far,), lanes), _bits(b, "lshr", joined, 1)), odd))

    # Neighbours do not read what a vector before them still has to write: `far` is more than LANES away.
    _each(b, SIZE - FAR, lambda k, lanes: mix(k, k + 1, k + FAR, lanes))
    _each(b, FAR - 1, lambda k, lanes: mix(k + (SIZE - FAR), k + (SIZE - FAR + 1), k, lanes))
    mix(b.position(SIZE - 1), b.position(0), b.position(FAR - 1), 0)


def _temper(b: Any, word: Any) -> Any:
    """Mix a word's bits, as they leave the generator."""
    for how, by, mask in (("lshr", 11, -1), ("shl", 7, 0x9D2C5680), ("shl", 15, 0xEFC60000), ("lshr", 18, -1)):
        word = b.bits("xor", word, _bits(b, "and", _bits(b, how, word, by), mask - 2**32 if mask > 0 else mask))
    return word


def _stream_loops(b: Any, args: Any, out: Any, *, n: int) -> None:
    (state,) = args
    none, end, wanted = b.position(0), b.position(SIZE), b.position(n)
    _each(b, SIZE, lambda k, lanes: out.write((k,), state.read((k,), lanes)))
    used = b.minimum(b.maximum(b.cast(state.read((end,)), int64), none), end)
    with b.fold(-(-n // SIZE) + 1, (used, none)) as (_, (used, drawn), finish):
        over = b.logical_and(b.eq(used, end), b.lt(drawn, wanted))
        with b.loop(b.cast(over, int64)):
            _twist(b, out)
        used = b.select(over, none, used)
        count = b.minimum(b.sub(end, used), b.sub(wanted, drawn))

        def leave(k: Any, lanes: int, used: Any = used, drawn: Any = drawn) -> None:
            out.write((drawn + k + STATE,), _temper(b, out.read((used + k,), lanes)))

        _each(b, count, leave)
        finish((used + count, drawn + count))
    out.write((end,), b.cast(finish.state[0], int32))


_STATE = (np.arange(STATE) * 2654435769 % 2**32).astype(np.uint32).view(np.int32)
_STATE[-1] = 600


@kernel(
    "(s)->(n)", shape=lambda state, *, n: (*state[:-1], STATE + n), loops=_stream_loops, types=_words, symbol="random",
    samples=(((_STATE,), {"n": 0}), ((_STATE,), {"n": 30}), ((_STATE,), {"n": 1300})), says=_NO_GRADIENT,
)
def stream(state: Any, *, n: int) -> Any:
    """Draw n words of 32 bits from the Mersenne Twister: its 625 numbers as they stand afterwards, then the words."""
    bits = np.random.MT19937()
    out = np.empty((*state.shape[:-1], STATE + n), np.int32)
    for at in np.ndindex(state.shape[:-1]):
        before: Any = {"key": state[at][:SIZE].astype(np.uint32), "pos": int(np.clip(state[at][SIZE], 0, SIZE))}
        bits.state = {"bit_generator": "MT19937", "state": before}
        words = bits.random_raw(n).astype(np.uint32)
        after: Any = bits.state["state"]
        out[at] = np.concatenate([after["key"], np.array([after["pos"]], np.uint32), words]).view(np.int32)
    return out


def _shuffled_loops(b: Any, args: Any, out: Any) -> None:
    (words,) = args
    n = out.shape[-1]
    with b.loop(n) as k:
        out.write((k,), k)
    with b.loop(n - 1) as k:
        partner = k + _bits(b, "and", b.cast(words.read((k,)), int64), 2**32 - 1) % (n - k)
        mine, other = out.read((k,)), out.read((partner,))
        out.write((k,), other)
        out.write((partner,), mine)


@kernel(
    "(w)->(n)", shape=lambda words: (*words[:-1], words[-1] + 1), loops=_shuffled_loops, types=_words, result=position,
    samples=(((_STATE[:20],), {}), ((_STATE[:20].reshape(2, 10),), {})), symbol="shuffle", says=_NO_GRADIENT,
)
def shuffled(words: Any) -> Any:
    """Shuffle 0 … n by n random words: element k changes places with one of those that come after, or itself."""
    n = words.shape[-1] + 1
    partner = np.broadcast_to(np.arange(n), (*words.shape[:-1], n)).copy()
    partner[..., :-1] += (words.astype(np.int64) & (2**32 - 1)) % np.arange(n, 1, -1)
    for at in np.ndindex(words.shape[:-1]):
        partner[at] = fisher_yates(partner[at])
    return partner


def fisher_yates(partner: Any) -> Any:
    """Return arange(n) after its elements i and partner[i] >= i changed places, for i = 0, 1, … n - 1.

    The swaps depend on one another, but what each one moves can be looked up. Swap i brings to place partner[i] what
    stood at place i, and takes away for good what the swap before it brought there. So the element that stands at place
    i when its turn comes is the one of the last swap that reached i, if any did. Following these links to their ends
    takes a logarithmic number of rounds over the whole array; a Python loop takes six to eight times as long.
    """
    origin = np.arange(len(partner))
    steps = np.flatnonzero(partner != origin)
    bits = len(partner).bit_length()
    ordered = np.sort(partner[steps] << bits | steps)  # by place, then by time
    place, step = ordered >> bits, ordered & ((1 << bits) - 1)
    first, last = np.diff(place, prepend=-1) != 0, np.diff(place, append=-1) != 0
    origin[place[last]] = step[last]
    while not np.array_equal(further := origin[origin], origin):
        origin = further
    origin[step] = np.where(first, place, origin[np.roll(step, 1)])
    return origin


@elementwise(
    slope=(lambda y, a, x, z: x, lambda y, a, x, z: a, 1.0),
    scalar=lambda a, x, z: float(fma(*map(np.float64, (a, x, z)))), lower=lambda b, a, x, z: b.fma(a, x, z),
    symbol="fma", domain=(REAL, REAL, REAL), says="multiply switches, add distributes, as the two do that it joins",
)
def fma(a: Any, x: Any, z: Any) -> Any:
    """Multiply and add, a·x + z, rounded once."""
    rounded_twice = a * x + z
    if rounded_twice.dtype.kind != "f":
        return rounded_twice
    once = fused_multiply_add(np.asarray(a), x, z)
    return np.where(np.isnan(once), rounded_twice, once)
