"""Digest: the name of a traced program, by all that decides what becomes of it, so that it is known again."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...graph import Node, ancestors
from ...op import LOADED, TABLE, Operation
from .cache import key

PACKAGE = Path(__file__).parents[2]
DECIDE = ("*.py", "ops/*.py", "native/**/*.py")  # the package's sources that decide what becomes of a program


class Nameless(Exception):
    """Something that cannot be written down such that no other is written down alike."""


def program_key(roots: Sequence[tuple[Node, int]], given: Sequence[Node], where: Iterable[str]) -> str | None:
    """Name a program that is to run on a kind of processor, `where`; None where it has none.

    So it is where it was made with operations of the user's own, and where the sources on disk are not those that run.
    """
    try:
        return key([sources(PACKAGE), *where, *written(roots, given)])
    except (Nameless, OSError):
        return None


def written(roots: Sequence[tuple[Node, int]], given: Sequence[Node]) -> Iterator[str]:
    """Write a program down, a step a line, oldest first, and then where its results belong. May raise Nameless."""
    number: dict[Node, int] = {}
    for k, node in enumerate(given):
        number[node] = k
        yield f"given {node.data.shape} {node.data.dtype.str}"
    for node in reversed(ancestors(node for node, _ in roots)):
        if node not in number:
            number[node] = len(given) + len(number)
            yield _step(node, number)
    for node, slot in roots:
        yield f"{number[node]} to {slot}"


def _step(node: Node, number: dict[Node, int]) -> str:
    op: Operation = node.op  # of all but what is given
    if TABLE.get(op.name) is not op or not op.body.__module__.startswith(f"{PACKAGE.name}."):
        raise Nameless
    args = " ".join([f"%{number[arg]}" if isinstance(arg, Node) else told(arg) for arg in node.args])
    return f"%{number[node]} = {op.name} {args}, {told(node.params)} {node.data.shape} {node.data.dtype.str}"


def told(constant: Any) -> str:
    """Write a constant or parameter with its type: True, 1 and 1.0 are three, and so are 0.0 and -0.0 two.

    >>> told({"axes": (0, -1), "of": 0.5})
    "{'axes': (int 0, int -1), 'of': float 0.5}"
    """
    kind = type(constant)
    if kind in (bool, int, float, str, type(None), type(Ellipsis)):
        return f"{kind.__name__} {constant!r}"
    if kind is tuple or kind is list:
        return f"({', '.join(map(told, constant))})" if kind is tuple else f"[{', '.join(map(told, constant))}]"
    if kind is dict:
        return f"{{{', '.join(f'{name!r}: {told(value)}' for name, value in constant.items())}}}"
    if kind is slice:
        return f"slice {told((constant.start, constant.stop, constant.step))}"
    if isinstance(constant, np.dtype) and constant.names is None:
        return f"dtype {constant.str}"
    if isinstance(constant, (np.bool_, np.integer, np.floating)) and constant.itemsize <= 8:
        return f"{constant.dtype.str} {constant.item()!r}"
    raise Nameless


@functools.cache
def sources(package: Path) -> str:
    """Name the sources that decide what becomes of a program: another text gives another name.

    Raises Nameless where there are none, or where one was changed after this process had begun to read them.
    """
    digest = hashlib.sha256()
    paths = sorted(path for sources in DECIDE for path in package.glob(sources))
    if not paths:
        raise Nameless
    for path in paths:
        facts = path.stat()
        if max(facts.st_mtime, facts.st_ctime) > LOADED:
            raise Nameless
        digest.update(f"{path.relative_to(package)} {facts.st_size}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
