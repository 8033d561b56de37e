"""Frames: a picture of what was grouped, such as the loops of a compiled step: a box around each group's own graph."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from ..graph import Node, tick
from .layout import Box, Layout, Size, Wire, layout
from .svg import (
    CURVE,
    HEAD,
    KEY,
    LINE,
    MARGIN,
    NAME,
    NARROWEST,
    PAD,
    ROW,
    STYLE,
    SYMBOL,
    clean,
    columns,
    cut,
    lead,
    outline,
    short,
    write,
)  # fmt: skip

RIM = 16.0  # between a frame and what is in it
TITLE = 48.0  # of a frame: the room for its two lines of text
FRAMES = """
.nudge .frame { fill: var(--paper); stroke: var(--op); stroke-width: 1.6; }
.nudge .kept .card { stroke: var(--op); stroke-width: 2.5; }
.nudge .again .card { stroke-dasharray: 4 3; }
"""


class Part(Node):
    """Something to be drawn, and what it is made of: a card, or a frame of cards."""

    def __init__(self, args: Sequence[Part]) -> None:
        """Take what stands before it."""
        self.op, self.args, self.data, self.born = None, tuple(args), None, tick()

    def values(self, record: bool) -> tuple[Any, Sequence[Any]]:
        """Give nothing: there are no numbers here, and no walk that would ask for them."""
        return None, ()

    def seed(self, g: Any, record: bool) -> Any:
        """Hand it on."""
        return g

    def receive(self, g: Any) -> None:
        """Let it be."""

    def as_operand(self, g: Any) -> Any:
        """Hand it on."""
        return g


class Card(Part):
    """A card: its symbol, what is said below, the title that a pointer shows, and its kind (a class of the style)."""

    def __init__(self, symbol: str, note: str, title: str, kind: str, args: Sequence[Part] = ()) -> None:
        """Take the texts."""
        super().__init__(args)
        self.symbol, self.note, self.title, self.kind = cut(symbol), note, title, kind

    def size(self) -> Size:
        """Tell how much room the texts need."""
        width = max(SYMBOL * columns(self.symbol), KEY * columns(self.note)) + 2 * PAD
        return Size(max(width, 56.0), HEAD + ROW * bool(self.note))

    def drawn(self, box: Box) -> str:
        """Draw it in its place."""
        x, top = box.x + PAD, box.y + (box.height - self.size().height) / 2
        return (
            f'<g class="{self.kind}"><title>{clean(self.title)}</title>{outline(box, "card", 9)}'
            f"{write(x, top + 21, self.symbol, 'name')}{write(x, top + HEAD + 9, self.note, 'key')}</g>"
        )


@dataclass(eq=False)
class Frame(Part):
    """A frame around cards: its title, what is said below, and the frames whose results it reads."""

    title: str
    note: str
    cards: list[Card]
    before: list[Frame]
    plan: Layout = field(init=False)

    def __post_init__(self) -> None:
        """Lay the cards out."""
        super().__init__(self.before)
        read = {arg for card in self.cards for arg in card.args}
        self.plan = layout([card for card in self.cards if card not in read], _room, CURVE / 2)

    __hash__ = Part.__hash__

    def size(self) -> Size:
        """Tell how much room it needs."""
        text = max(NAME * columns(self.title), KEY * columns(self.note))
        return Size(max(self.plan.width, text) + 2 * RIM, self.plan.height + TITLE + RIM)

    def drawn(self, box: Box) -> str:
        """Draw it in its place."""
        x, y = box.x + RIM, box.y + (box.height - self.size().height) / 2
        return (
            f'<g><title>{clean(f"{self.title}: {self.note}")}</title>{outline(box, "frame", 12)}'
            f"{write(x, y + 20, self.title, 'name')}{write(x, y + 36, self.note, 'key')}"
            f'<g transform="translate({short(x)} {short(y + TITLE)})">{graph(self.plan)}</g></g>'
        )


def graph(plan: Layout) -> str:
    """Draw the wires of a layout, and then its parts."""
    starting: dict[Box, list[Wire]] = defaultdict(list)
    parts = []
    for wire in plan.wires:
        starting[wire.start].append(wire)
    for path in plan.tracks.values():
        for before, box in pairwise(path):
            parts.append(f"{lead(before, box, box.middle)}H{short(box.x + box.width)}")
    for wire in plan.wires:
        target = plan.boxes[wire.target]
        parts.append(lead(wire.start, target, target.y + target.offset(wire.k)))
    wires = f'<path stroke-width="1.5" d="{"".join(parts)}"/>' if parts else ""
    drawn = [part.drawn(box) for part, box in plan.boxes.items() if isinstance(part, (Card, Frame))]
    return wires + "".join(drawn)


def _room(part: Any) -> Size:
    room: Size = part.size()
    return room


def render(frames: Sequence[Frame], title: str, note: str) -> str:
    """Draw frames, at least one, and return the SVG's text. Raises UsageError where there are too many to be drawn."""
    read = {arg for frame in frames for arg in frame.args}
    plan = layout([frame for frame in frames if frame not in read], _room, CURVE)
    body = f"{graph(plan)}{write(0, plan.height + 2 * LINE, note, 'note')}"
    key = f"nudge-{zlib.crc32(body.encode()):08x}"
    width = max(plan.width, NARROWEST, KEY * columns(note)) + 2 * MARGIN
    height = plan.height + 2 * MARGIN + 2 * LINE
    x, w, h = short(-MARGIN), short(width), short(height)
    told = "; ".join(f"{frame.title}: {frame.note}" for frame in frames)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="nudge" role="img" aria-labelledby="{key}-t {key}-d" '
        f'viewBox="{x} {x} {w} {h}" width="{w}" height="{h}">\n'
        f'<title id="{key}-t">{clean(title)}</title>\n<desc id="{key}-d">{clean(told)}</desc>\n'
        f"<style>{STYLE}{FRAMES}</style>\n"
        f'<rect class="paper" x="{x}" y="{x}" width="{w}" height="{h}" rx="14"/>\n{body}\n</svg>\n'
    )
