"""The errors nudge raises: one small family, each also of the built-in kind a caller would expect.

A message says what was given, what was expected, and the nearest thing to do.

>>> issubclass(ShapeError, ValueError) and issubclass(ShapeError, Error)
True
"""

from __future__ import annotations

from collections.abc import Iterable


class Error(Exception):
    """Anything that nudge itself objects to."""


class ShapeError(Error, ValueError):
    """Shapes or axes that do not fit together."""


class DTypeError(Error, TypeError):
    """A dtype that an operation cannot take."""


class GraphError(Error, RuntimeError):
    """A walk over the graph that cannot be made: freed, spoiled in place, not differentiable."""


class IndexingError(Error, IndexError):
    """An index outside of what is there."""


class UsageError(Error, ValueError):
    """An option, formula, name or file that cannot be used as given."""


class TraceError(Error, TypeError):
    """A traced value asked for something that only a real number has."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Name the known word closest to a misspelt one, as the tail of a message.

    >>> nearest("moon", ["moons", "digits"])
    '; did you mean moons?'
    >>> nearest("zzz", ["moons", "digits"])
    '; known: digits, moons'
    """
    import difflib  # slow to import, and needed only when something has gone wrong

    known = sorted(known)
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; known: {', '.join(known)}"
