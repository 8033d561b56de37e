"""Parts: a module's text as several, which LLVM can compile side by side: each has its share of the functions.

What one part calls of another's is declared in it; what is put in the place of its calls, and is short, stands in each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_NAME = re.compile(r"@([\w.]+)")


class _Item:
    """A function, a declaration or a global: its text, its name, and the names that it mentions."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.name, *mentioned = _NAME.findall(text)
        self.mentions = dict.fromkeys(mentioned)
        self.head = text.partition("{")[0].rstrip() if text.startswith("define") else ""
        self.is_copied = text.startswith("declare") or self.head.endswith(("alwaysinline", "noinline"))
        self.lines = text.count("\n")

    def outside(self) -> str:
        """Say of it, in another part, what it is like."""
        if self.head:
            return re.sub(r"^define (internal )?", "declare ", self.head)
        return re.sub(r"= global (\w+) .*", r"= external global \1", self.text)

    def inside(self) -> str:
        """Give its text such that other parts may call it."""
        return self.text.replace("define internal", "define", 1) if not self.is_copied else self.text


def parted(text: str, count: int) -> list[str]:
    r"""Part a module in `count`, of about as many lines each.

    >>> g = "define internal void @g() {\n  ret void\n}\n"
    >>> step = "define void @step() {\n  call void @g()\n  ret void\n}\n"
    >>> first, second = parted(g + step, 2)
    >>> print(first)
    define void @step() {
      call void @g()
      ret void
    }
    <BLANKLINE>
    declare void @g()
    >>> print(second)
    define void @g() {
      ret void
    }
    """
    items = {item.name: item for item in map(_Item, _statements(text))}
    shares: list[list[_Item]] = [[] for _ in range(count)]
    sizes = [0] * count
    for item in sorted((item for item in items.values() if not item.is_copied), key=lambda item: -item.lines):
        lightest = min(range(count), key=sizes.__getitem__)
        shares[lightest].append(item)
        sizes[lightest] += item.lines
    return [_written(share, items) for share in shares]


def _written(share: list[_Item], items: dict[str, _Item]) -> str:
    """Write a part: its functions, and what those need."""
    found: dict[str, str] = {}
    pending = [item.name for item in share]
    own = set(pending)
    while pending:
        name = pending.pop()
        if name in found or name not in items:
            continue
        item = items[name]
        if name in own or item.is_copied:
            found[name] = item.inside()
            pending += item.mentions
        else:
            found[name] = item.outside()
    return "\n\n".join(found.values())


def _statements(text: str) -> Iterable[str]:
    """Take a module's text apart."""
    held: list[str] = []
    for line in text.splitlines():
        if held or line.startswith("define"):
            held.append(line)
            if line == "}":
                yield "\n".join(held)
                held = []
        elif line.strip():
            yield line
