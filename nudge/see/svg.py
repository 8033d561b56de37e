"""A graph as a self-contained SVG: light and dark, readable without colour, with words for those who cannot see it.

Each card is a node: how it is called and made, its data, its gradient. Each wire enters its card through the edge's
local derivative; its thickness shows how much gradient flows back along it, its colour the sign. Gradients and local
derivatives are handed over: nothing is computed here.
"""

from __future__ import annotations

import math
import re
import textwrap
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import escape

import numpy as np

from .. import words
from ..graph import Node, ancestors
from ..op import Abstract
from .layout import Box, Size, Wire, layout

Edge = tuple[Node, int]  # a node, and which of its arguments

HEAD, ROW, PAD = 30.0, 19.0, 11.0  # of a card: its head, a row, the space at its sides
CURVE = 52.0  # between two layers, the part in which wires curve; then come the local derivatives
MARGIN, LINE = 24.0, 16.0
# Widths of letters: of a name, an operation, a key, a number in a card and one on a wire.
NAME, SYMBOL, KEY, DIGIT, SMALL = 8.4, 9.6, 6.6, 7.3, 6.7
NARROWEST = 360.0
LONGEST = 24  # columns of a name or an operation; the card's title has all of it
DESCRIBED = 40  # nodes told in the description

NOTE = (
    "Data flows to the right. Gradients flow to the left: along a wire flows its local derivative (×) times the grad "
    "of the card it enters; where several wires leave a card, what they bring adds up."
)
STYLE = """
.nudge { --paper: #faf9f7; --card: #fff; --line: #d9d5cd; --ink: #1c2025; --soft: #646a73; --wire: #b5b1a9;
  --op: #5a3fd0; --leaf: #eef3fc; --up: #b1480a; --down: #1b57c2; --bad: #b3001b; }
@media (prefers-color-scheme: dark) { .nudge { --paper: #15171c; --card: #21252c; --line: #3c424d; --ink: #ecebe7;
  --soft: #a5abb5; --wire: #5f6570; --op: #b8a8ff; --leaf: #1f2d45; --up: #ffa660; --down: #8ab7ff; --bad: #ff7c8b; } }
.nudge text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: var(--ink); }
.nudge .number { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  text-anchor: end; }
.nudge .name, .nudge .op { font-weight: 650; }
.nudge .op { fill: var(--op); font-size: 15px; text-anchor: end; }
.nudge .key, .nudge .note { fill: var(--soft); font-size: 11.5px; }
.nudge .paper { fill: var(--paper); }
.nudge .card { fill: var(--card); stroke: var(--line); }
.nudge .leaf .card { fill: var(--leaf); }
.nudge .bad .card { stroke: var(--bad); stroke-width: 2.5; }
.nudge .pill { fill: var(--card); stroke: var(--line); }
.nudge .constant { fill: none; stroke: var(--wire); stroke-dasharray: 3 2; }
.nudge .local { font-size: 11px; text-anchor: middle; }
.nudge path { fill: none; stroke: var(--wire); stroke-linecap: round; }
.nudge path.up { stroke: var(--up); }
.nudge path.down { stroke: var(--down); }
.nudge path.still { stroke-dasharray: 1 5; }
.nudge text.up { fill: var(--up); }
.nudge text.down { fill: var(--down); }
"""


def render(
    root: Node,
    names: Mapping[Node, str],
    grads: Mapping[Node, Any] | None = None,
    local: Mapping[Edge, Any] | None = None,
    carried: Mapping[Edge, Any] | None = None,
) -> str:
    """Draw all that `root` was made from, and return the SVG's text.

    names: what each node is called. grads: each node's gradient. local: each edge's local derivative; None where it is
    a matrix that was never built. carried: what flows back along each edge. Without them, values are drawn alone.

    Raises UsageError for a graph that is too large to be drawn.
    """
    return Drawing(root, names, grads or {}, local or {}, carried or {}).svg()


class Drawing:
    """One graph, laid out, being drawn."""

    def __init__(
        self,
        root: Node,
        names: Mapping[Node, str],
        grads: Mapping[Node, Any],
        local: Mapping[Edge, Any],
        carried: Mapping[Edge, Any],
    ) -> None:
        """Find out how much room the texts need, and lay the nodes out."""
        nodes = ancestors([root])[::-1]
        self.names, self.grads, self.local, self.carried = names, grads, local, carried
        self.broken = words.first_nonfinite(nodes)
        self.most = max((words.length(c) for c in carried.values() if np.all(np.isfinite(c))), default=0.0)
        self.rows = {node: self._rows(node) for node in nodes}
        self.pills = {edge: "×" + slope(edge, derivative) for edge, derivative in local.items()}
        self.pills |= {
            (node, k): cut(words.constant(arg), 12)
            for node in nodes
            for k, arg in enumerate(node.args)
            if not isinstance(arg, Node)
        }
        self.plan = layout(root, self._size, CURVE)

    def svg(self) -> str:
        """Write the whole picture."""
        plan, starting = self.plan, defaultdict(list)
        for wire in plan.wires:
            starting[wire.start].append(wire)
        parts = [self._track(node, path, starting) for node, path in plan.tracks.items()]
        parts += [self._wire(wire) for wire in plan.wires]
        parts += [self._card(node, box) for node, box in plan.boxes.items()]
        width, height = max(plan.width, NARROWEST), plan.height
        for line in textwrap.wrap(NOTE, int(width / 5.7)) if self.local else ():
            height += LINE
            parts.append(write(0, height + LINE, line, "note"))
        frame = [-MARGIN, -MARGIN, width + 2 * MARGIN, height + 2 * MARGIN + (LINE if self.local else 0)]
        x, y, w, h = map(short, frame)
        body = "\n".join(parts)
        key = f"nudge-{zlib.crc32(body.encode()):08x}"  # several pictures may share a page
        root = list(plan.boxes)[-1]
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="nudge" role="img" aria-labelledby="{key}-t {key}-d" '
            f'viewBox="{x} {y} {w} {h}" width="{w}" height="{h}">\n'
            f'<title id="{key}-t">{clean(f"The graph of {self._made(root)}")}</title>\n'
            f'<desc id="{key}-d">{clean(self._description())}</desc>\n<style>{STYLE}</style>\n'
            f'<rect class="paper" x="{x}" y="{y}" width="{w}" height="{h}" rx="14"/>\n{body}\n</svg>\n'
        )

    def _made(self, node: Node) -> str:
        return self.names[node] + (f" = {words.expression(node, self.names)}" if node.op is not None else "")

    def _told(self, node: Node) -> str:
        grad = f", grad {words.brief(self.grads[node])}" if node in self.grads else ""
        broken = ", the first that is not finite" if node is self.broken else ""
        return f"{self._made(node)} = {words.brief(node.data)}{grad}{broken}"

    def _description(self) -> str:
        nodes = list(self.plan.boxes)
        rest = f"; and {len(nodes) - DESCRIBED:,} more" if len(nodes) > DESCRIBED else ""
        return "; ".join(map(self._told, nodes[:DESCRIBED])) + rest

    def _rows(self, node: Node) -> list[tuple[str, str, str]]:
        """List what a card says below its head: (key, value, class)."""
        data = node.data
        if isinstance(data, Abstract):
            return [("shape", str(data.shape), ""), ("dtype", str(data.dtype), "")]
        if np.size(data) == 1:
            rows = [("data", words.number(np.asarray(data).item()), "")]
        else:
            rows = [("shape", str(data.shape), ""), ("data", span(data, words.number), "")]
        if node in self.grads:
            g = self.grads[node]
            one = np.size(g) == 1
            rows.append(("grad", words.brief(g) if one else f"‖{words.number(words.length(g))}‖", sign(g)))
        return rows

    def _head(self, node: Node) -> tuple[str, str]:
        return cut(self.names[node]), "" if node.op is None else cut(node.op.symbol)

    def _size(self, node: Node) -> Size:
        name, symbol = self._head(node)
        head = NAME * columns(name) + SYMBOL * columns(symbol) + 3 * PAD
        rows = max(KEY * columns(key) + DIGIT * columns(value) + 3 * PAD for key, value, _ in self.rows[node])
        pills = [pill_width(self.pills[node, k]) + 3 for k in range(len(node.args)) if (node, k) in self.pills]
        return Size(max(head, rows), HEAD + ROW * len(self.rows[node]) + PAD / 2, max(pills, default=0.0))

    def _card(self, node: Node, box: Box) -> str:
        name, symbol = self._head(node)
        kind = ("leaf" if node.op is None else "step") + (" bad" if node is self.broken else "")
        left, right = box.x + PAD, box.x + box.width - PAD
        top = box.y + (box.height - self._size(node).height) / 2
        rows = []
        for k, (key, value, way) in enumerate(self.rows[node]):
            y = top + HEAD + ROW * (k + 0.7)
            rows += [write(left, y, key, "key"), write(right, y, value, f"number {way}".strip())]
        return (
            f'<g class="{kind}"><title>{clean(self._told(node))}</title>{outline(box, "card", 9)}'
            f"{write(left, top + 21, name, 'name')}{write(right, top + 21, symbol, 'op')}{''.join(rows)}</g>"
            f"{''.join(self._pill(node, k, box) for k in range(len(node.args)))}"
        )

    def _track(self, node: Node, path: list[Box], starting: Mapping[Box, list[Wire]]) -> str:
        """Draw the way that wires of one node share; each stretch as thick as what flows back through it in all."""
        flow, stretches = None, []
        for before, box in reversed(list(pairwise(path))):
            for wire in starting[box]:
                carried = self.carried.get((wire.target, wire.k))
                if carried is not None:
                    flow = carried if flow is None else flow + carried
            line = f"{lead(before, box, box.middle)}H{short(box.x + box.width)}"
            stretches.append(f'<path {self._flow(flow)} d="{line}"/>')
        return f"<g><title>{clean(self.names[node])}</title>{''.join(stretches)}</g>"

    def _wire(self, wire: Wire) -> str:
        target, start = self.plan.boxes[wire.target], wire.start
        title = clean(f"{self.names[wire.source]} → {self.names[wire.target]}")
        way = self._flow(self.carried.get((wire.target, wire.k)))
        line = lead(start, target, target.y + target.offset(wire.k))
        return f'<g><title>{title}</title><path {way} d="{line}"/></g>'

    def _flow(self, carried: Any) -> str:
        """Say how thick and of which colour a wire is, by what flows back along it; dotted where nothing does."""
        if carried is None:
            return 'stroke-width="1.5"'
        size = words.length(carried)
        share = size / self.most if self.most and math.isfinite(size) else 0.0
        way = "still" if size == 0 else sign(carried)
        return f'class="{way}" stroke-width="{1.2 + 3.3 * math.sqrt(share):.2f}"'

    def _pill(self, node: Node, k: int, box: Box) -> str:
        """Draw what stands before the entry of argument k: the edge's local derivative, or a constant."""
        edge = (node, k)
        if edge not in self.pills:
            return ""
        y, width = box.y + box.offset(k), pill_width(self.pills[edge])
        x = box.x - width - 3
        if edge in self.local:
            kind, local, c = "pill", self.local[edge], words.brief(self.carried[edge])
            by = "" if local is None else f"local {words.brief(local)} × "
            title = f"to {self.names[node.args[k]]}: {by}{words.brief(self.grads[node])} {'=' if by else '→'} {c}"
        else:
            kind, title = "constant", f"the constant {words.constant(node.args[k])}"
        return (
            f'<g><title>{clean(title)}</title><rect class="{kind}" x="{short(x)}" y="{short(y - 9)}" '
            f'width="{short(width)}" height="18" rx="9"/>'
            f"{write(x + width / 2, y + 4, self.pills[edge], 'number local')}</g>"
        )


def pill_width(label: str) -> float:
    """Tell how wide a pill is that holds a text."""
    return max(SMALL * columns(label) + 14, 30.0)


def slope(edge: Edge, derivative: Any) -> str:
    """Write a local derivative in few letters: a number, the range of an array, the size of a matrix."""
    if derivative is None:
        node, k = edge
        return f"{np.size(node.data)}×{np.size(node.args[k].data)} matrix"
    return span(derivative, compact)


def span(array: Any, number: Callable[[float], str]) -> str:
    """Write the range of an array's numbers, or the one number where all are equal.

    >>> span(np.array([1.0, 2.5]), compact), span(np.ones(3), compact)
    ('1 … 2.5', '1')
    """
    if not np.size(array):
        return "empty"
    low, high = (number(float(bound)) for bound in (np.min(array), np.max(array)))
    return low if low == high else f"{low} … {high}"


def compact(x: float) -> str:
    """Write a number with four digits, or with two where that would be long.

    >>> compact(0.5), compact(-1.23456), compact(1.23456e-10)
    ('0.5', '−1.235', '1.2e−10')
    """
    text = f"{x:.4g}"
    return (text if len(text) <= 7 else f"{x:.2g}").replace("-", words.MINUS)


def sign(value: Any) -> str:
    """Name the direction of one number, up or down; nothing for 0 and for arrays."""
    if np.size(value) != 1:
        return ""
    x = float(np.asarray(value).item())
    return "up" if x > 0 else "down" if x < 0 else ""


def columns(label: str) -> int:
    """Count how wide a text is, in letters; those of East Asia are two wide."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in label)


def cut(label: str, longest: int = LONGEST) -> str:
    """Shorten a text to as many columns.

    >>> cut("weights", 5)
    'weig…'
    """
    if columns(label) <= longest:
        return label
    while columns(label) >= longest:
        label = label[:-1]
    return label + "…"


def clean(label: str) -> str:
    """Make a text fit for XML: escaped, and without the characters that XML has no way to write."""
    return escape(re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "�", label))


def write(x: float, y: float, label: str, kind: str) -> str:
    """Make a text element; nothing for an empty text."""
    return f'<text class="{kind}" x="{short(x)}" y="{short(y)}">{clean(label)}</text>' if label else ""


def outline(box: Box, kind: str, radius: int) -> str:
    """Make a box's rectangle, its corners round."""
    place = f'x="{short(box.x)}" y="{short(box.y)}" width="{short(box.width)}" height="{short(box.height)}"'
    return f'<rect class="{kind}" {place} rx="{radius}"/>'


def lead(before: Box, box: Box, y: float) -> str:
    """Lead from the right edge of a box to the left edge of one in the next layer, straight where pills stand."""
    start, end = before.x + before.width, box.x - box.entry
    middle = (start + end) / 2
    return f"M{at(start, before.middle)}C{at(middle, before.middle)} {at(middle, y)} {at(end, y)}H{short(box.x)}"


def at(x: float, y: float) -> str:
    """Write a point of a path."""
    return f"{short(x)},{short(y)}"


def short(length: float) -> str:
    """Write a length in tenths of a pixel.

    >>> short(12.0), short(0.25), short(-0.01)
    ('12', '0.2', '0')
    """
    text = f"{length:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text
