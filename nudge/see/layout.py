"""Where everything stands in a picture of a graph: layers from left to right, few crossings, straight wires.

A node stands one layer left of the nearest that it feeds, so that each knob is next to what it turns. A wire that
spans layers runs on a track of its own through them; wires of one source share it. The order within a layer comes from
sweeps that put each item at the mean of its neighbours (Sugiyama, Tagawa & Toda 1981), the coordinates from the same
sweeps with the order held. No step is random and none recurses: the same graph gives the same picture.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from operator import attrgetter
from typing import NamedTuple

from ..errors import UsageError
from ..graph import Node, ancestors

MOST_NODES = 10_000
MOST_TRACKS = 100_000
PORT = 24.0  # from one argument's wire to the next, where they enter a box
GAP = 18.0  # between boxes, one above the other
TRACK = 12.0  # as high is the way that a wire takes between boxes
SWEEPS = 8
ADVICE = ": draw a part of it, such as one example's loss or one neuron"


class Size(NamedTuple):
    """How wide and high a node's box has to be for its text, and the room to its left for what stands on its wires."""

    width: float
    height: float
    entry: float = 0.0


@dataclass(eq=False, slots=True)
class Box:
    """A place in a layer: a node's box, or (`node` is None) a track on which wires pass through.

    x, y: its left upper corner. entry: the room to its left, the same all through its layer, where wires run straight.
    inputs, outputs: the wires that enter and leave it.
    """

    node: Node | None
    layer: int
    width: float
    height: float
    entry: float = 0.0
    x: float = 0.0
    y: float = 0.0
    inputs: list[Link] = field(default_factory=list, repr=False)
    outputs: list[Link] = field(default_factory=list, repr=False)

    @property
    def middle(self) -> float:
        """Where its output leaves: the middle of its height."""
        return self.y + self.height / 2

    def offset(self, k: int) -> float:
        """Tell how far below the upper edge the wire of argument k enters."""
        arguments = 1 if self.node is None else len(self.node.args)
        return self.height / 2 + (k - (arguments - 1) / 2) * PORT


@dataclass(frozen=True, slots=True)
class Link:
    """A stretch of wire between neighbouring layers.

    offset: how far below the right box's upper edge it enters. aim: the same, for where the boxes pull each other.
    weight: how strongly they do.
    """

    left: Box
    right: Box
    offset: float
    aim: float
    weight: float


@dataclass(frozen=True, slots=True)
class Wire:
    """An edge, from a node to argument k of another; its last stretch starts at the node's box, or at its track."""

    source: Node
    target: Node
    k: int
    start: Box


@dataclass(frozen=True, slots=True)
class Layout:
    """A graph with a place for everything, and the size of the whole.

    boxes: by node, oldest first. tracks: for a node that feeds others more than a layer on, its box and the places
    after it through which its wires pass.
    """

    boxes: dict[Node, Box]
    wires: list[Wire]
    tracks: dict[Node, list[Box]]
    width: float
    height: float


def layout(root: Node | Sequence[Node], size: Callable[[Node], Size], curve: float = 60.0) -> Layout:
    """Lay out all that `root`, or several of them, were made from.

    size: the room that a node's box needs; more arguments make it higher. curve: the distance between layers, without
    what the boxes need to their left.

    Raises UsageError for a graph of more than MOST_NODES nodes, or of as many tracks as would hide everything.
    """
    roots = [root] if isinstance(root, Node) else root
    nodes = ancestors(roots)[::-1]
    if len(nodes) > MOST_NODES:
        raise UsageError(f"the graph has {len(nodes):,} nodes; at most {MOST_NODES:,} can be drawn{ADVICE}")
    layers, boxes = _layers(nodes, roots, size)
    wires, tracks = _wires(layers, boxes)
    _order(layers)
    _place(layers)
    top = min(layer[0].y for layer in layers)
    left = -curve
    for layer in layers:
        entry, width = max(box.entry for box in layer), max(box.width for box in layer)
        left += curve + entry
        for box in layer:
            box.x, box.y, box.width, box.entry = left, box.y - top, width, entry
        left += width
    bottom = max(layer[-1].y + layer[-1].height for layer in layers)
    return Layout({node: boxes[node] for node in nodes}, wires, tracks, left, bottom)


def _layers(
    nodes: Sequence[Node], roots: Sequence[Node], size: Callable[[Node], Size]
) -> tuple[list[list[Box]], dict[Node, Box]]:
    """Give every node a layer; layers and boxes are in the order in which a reader meets the nodes."""
    depth = dict.fromkeys(nodes, 0)
    for node in reversed(nodes):
        for arg in node.args:
            if isinstance(arg, Node):
                depth[arg] = max(depth[arg], depth[node] + 1)
    last = max(depth.values())
    layers: list[list[Box]] = [[] for _ in range(last + 1)]
    boxes = {}
    for node in _met(roots):
        width, height, entry = size(node)
        box = boxes[node] = Box(node, last - depth[node], width, max(height, PORT * len(node.args)), entry)
        layers[box.layer].append(box)
    return layers, boxes


def _wires(layers: list[list[Box]], boxes: dict[Node, Box]) -> tuple[list[Wire], dict[Node, list[Box]]]:
    """Lay a wire for every edge, and a track through the layers where one needs it; join what they connect."""
    wires, paths, count = [], {node: [box] for node, box in boxes.items()}, 0
    past, spine = _spine(boxes)
    for target, box in boxes.items():
        for k, source in enumerate(target.args):
            if not isinstance(source, Node):
                continue
            path = paths[source]
            while path[-1].layer < box.layer - 1:
                track = Box(None, path[-1].layer + 1, 0.0, TRACK)
                _join(path[-1], track, TRACK / 2, TRACK / 2, 2.0 if len(path) == 1 else 8.0)
                layers[track.layer].append(track)
                path.append(track)
                count += 1
            start = path[box.layer - 1 - path[0].layer]
            if spine[target] is source:
                _join(start, box, box.offset(k), box.height / 2, 1.0 + past[source])
            else:
                _join(start, box, box.offset(k), box.offset(k), 1.0 if start.node else 2.0)
            wires.append(Wire(source, target, k, start))
        if count > MOST_TRACKS:
            raise UsageError(f"the graph's wires pass more than {MOST_TRACKS:,} layers, too many to draw{ADVICE}")
    return wires, {node: path for node, path in paths.items() if len(path) > 1}


def _join(left: Box, right: Box, offset: float, aim: float, weight: float) -> None:
    link = Link(left, right, offset, aim, weight)
    left.outputs.append(link)
    right.inputs.append(link)


def _spine(nodes: Iterable[Node]) -> tuple[dict[Node, int], dict[Node, Node | None]]:
    """Measure each node's longest way from a leaf, and tell through which argument it comes or None.

    These ways are drawn straight, the longer the more: a long chain runs level, and its side branches hang below it.
    """
    past: dict[Node, int] = {}
    spine: dict[Node, Node | None] = {}
    for node in sorted(nodes, key=attrgetter("born")):
        args = {arg: past[arg] for arg in node.args if isinstance(arg, Node)}
        longest = max(args.values(), default=-1)
        past[node] = longest + 1
        through = [arg for arg, length in args.items() if length == longest]
        spine[node] = through[0] if len(through) == 1 else None
    return past, spine


def _met(roots: Sequence[Node]) -> list[Node]:
    """List the nodes as a reader meets them who goes from each root into each argument in turn."""
    met: dict[Node, None] = {}
    todo = list(reversed(roots))
    while todo:
        node = todo.pop()
        if node not in met:
            met[node] = None
            todo.extend(arg for arg in reversed(node.args) if isinstance(arg, Node))
    return list(met)


def _order(layers: list[list[Box]]) -> None:
    """Sort each layer so that few wires cross: sweeps to and fro, the best kept."""
    for layer in layers:
        _stack(layer)
    best, fewest = [list(layer) for layer in layers], _crossings(layers)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        rightwards = sweep % 2 == 1
        for layer in layers if rightwards else reversed(layers):
            _sort(layer, rightwards)
            _stack(layer)
        crossings = _crossings(layers)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in layers], crossings
    layers[:] = best


def _sort(layer: list[Box], by_inputs: bool) -> None:
    """Put the boxes into the order of their neighbours on one side; what has none there keeps its place."""
    joined = [box for box in layer if (box.inputs if by_inputs else box.outputs)]
    wanted = {box: _mean(_pulls(box, by_inputs, not by_inputs)) for box in joined}
    places = [k for k, box in enumerate(layer) if box in wanted]
    for k, box in zip(places, sorted(wanted, key=wanted.__getitem__), strict=True):
        layer[k] = box


def _stack(layer: list[Box]) -> None:
    layer[0].y = 0.0
    for above, box in pairwise(layer):
        box.y = above.y + _apart(above, box)


def _crossings(layers: Sequence[Sequence[Box]]) -> int:
    """Count the wires that cross between neighbouring layers."""
    count = 0
    for layer in layers:
        passed: list[float] = []
        for _, end in sorted((link.left.y, box.y + link.offset) for box in layer for link in box.inputs):
            count += len(passed) - bisect_right(passed, end)
            insort(passed, end)
    return count


def _place(layers: Sequence[list[Box]]) -> None:
    """Move the boxes, their order held, to where their wires run straight."""
    for layer in layers:
        _stack(layer)
    for sweep in range(SWEEPS):
        rightwards = sweep % 2 == 1
        for layer in layers if rightwards else reversed(layers):
            # The first sweep goes by the root alone: the other side does not stand anywhere yet.
            _settle(layer, [_pulls(box, sweep > 0, True) for box in layer])


def _pulls(box: Box, inputs: bool, outputs: bool) -> list[tuple[float, float]]:
    """List where each wire would have the box, with its weight."""
    found = [(link.left.middle - link.aim, link.weight) for link in box.inputs] if inputs else []
    if outputs:
        found += [(link.right.y + link.aim - box.height / 2, link.weight) for link in box.outputs]
    return found or [(box.y, 1.0)]


def _mean(pulls: Sequence[tuple[float, float]]) -> float:
    return sum(at * weight for at, weight in pulls) / sum(weight for _, weight in pulls)


def _settle(layer: Sequence[Box], pulls: Sequence[list[tuple[float, float]]]) -> None:
    """Put the boxes of a layer as near to where they are pulled as they can stand without overlap.

    With each box's room taken off, this is isotonic regression: neighbours that would pass each other merge and stand
    at their common mean.
    """
    rooms = list(accumulate((_apart(above, box) for above, box in pairwise(layer)), initial=0.0))
    groups: list[tuple[float, float, int]] = []
    for pull, room in zip(pulls, rooms, strict=True):
        groups.append((_mean(pull) - room, sum(weight for _, weight in pull), 1))
        while len(groups) > 1 and groups[-2][0] > groups[-1][0]:
            (a, p, m), (b, q, n) = groups[-2:]
            groups[-2:] = [((a * p + b * q) / (p + q), p + q, m + n)]
    moved = [at for at, _, count in groups for _ in range(count)]
    for box, at, room in zip(layer, moved, rooms, strict=True):
        box.y = at + room


def _apart(above: Box, box: Box) -> float:
    """Tell how far the upper edges of two boxes have to be from each other."""
    return above.height + (GAP / 2 if above.node is None or box.node is None else GAP)
