"""What the network answers all over the plane of its two inputs, beside what is true."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..see.svg import at, cut, short
from ..train import Boundary
from .chart import Axis, Plot, finite
from .markup import figure, swatch

Array = NDArray[Any]
SHAPES = {
    "circle": "m-3.4,0a3.4,3.4 0 1 0 6.8,0a3.4,3.4 0 1 0 -6.8,0z",
    "square": "m-3.1,-3.1h6.2v6.2h-6.2z",
    "triangle": "m-3.9,3h7.8l-3.9,-6.8z",
    "diamond": "m-4.2,0l4.2,-4.2l4.2,4.2l-4.2,4.2z",
    "bar": "m-1.7,-4.2h3.4v8.4h-3.4z",
}
COLOURS = 8  # of classes; then they come again, with other shapes
LEVELS = 4  # of confidence
ABOUT = 4  # round numbers between which the ground changes: up to 6, of 7 steps in style.css
MOST_POINTS = 400
MOST_KEYS = 12
HEIGHT = 340.0
GROUND = "The ground is what the network answers"
MARKS = "the marks are held-out examples."


def plane(found: Boundary, classes: tuple[str, ...], target: str) -> str:
    """Draw the answers over the plane, and held-out examples on it. `classes`: none for numbers."""
    across, up = found.columns
    x, y = Axis(float(found.x[0]), float(found.x[-1]), across), Axis(float(found.y[0]), float(found.y[-1]), up)
    plot = Plot(f"What the network answers for {target} over {across} and {up}.", x, y, height=HEIGHT)
    some = np.flatnonzero(np.all(np.isfinite(found.points), axis=1))
    some = some[:: -(-len(some) // MOST_POINTS) or 1]
    points, truth = found.points[some], found.truth[some]
    return of_classes(plot, found, points, truth, classes) if classes else of_numbers(plot, found, points, truth)


def of_classes(plot: Plot, found: Boundary, points: Array, truth: Array, classes: tuple[str, ...]) -> str:
    """Draw where each class is answered, the fainter the less sure, and examples by their true class."""
    sure = np.ones(found.answer.shape) if found.confidence is None else np.nan_to_num(found.confidence)
    levels = np.clip(LEVELS * (sure - 1 / len(classes)) / (1 - 1 / len(classes)), 0, LEVELS - 1).astype(int)
    tiles(plot, found, found.answer * LEVELS + levels, {
        code: f"tile c{code // LEVELS % COLOURS} level{code % LEVELS}" for code in range(len(classes) * LEVELS)
    })  # fmt: skip
    shapes, keys = list(SHAPES), []
    for k in np.union1d(truth, found.answer):
        kind, shape = f"point c{k % COLOURS}", shapes[k % len(shapes)]
        marks(plot, points[truth == k], kind, shape)
        keys.append((swatch(f'<path class="{kind}" d="M13,5{SHAPES[shape]}"/>'), cut(classes[k])))
    if len(keys) > MOST_KEYS:
        keys[MOST_KEYS:] = [("", f"and {len(keys) - MOST_KEYS} more")]
    return figure("What it answers where", plot.svg(), f"{GROUND}, the fainter the less sure; {MARKS}", keys)


def of_numbers(plot: Plot, found: Boundary, points: Array, truth: Array) -> str:
    """Draw the answered numbers in steps, and examples by their true number."""
    answered = np.where(np.isfinite(found.answer), found.answer, np.nan)
    edges, labels, unit = Axis.of([*finite(answered), *finite(truth)], room=0.0).ticks(ABOUT)
    tiles(plot, found, np.where(np.isnan(answered), -1, np.digitize(answered, edges)), {
        k: f"tile step{k}" for k in range(len(edges) + 1)
    })  # fmt: skip
    keys = []
    for k, name in enumerate([f"below {labels[0]}", *map(" to ".join, pairwise(labels)), f"from {labels[-1]}"]):
        marks(plot, points[np.digitize(truth, edges) == k], f"point step{k}", "circle")
        keys.append((swatch(f'<path class="tile step{k}" d="M6,0h14v10h-14z"/>'), f"{name} {unit}".strip()))
    return figure("What it answers where", plot.svg(), f"{GROUND}; {MARKS}", keys)


def tiles(plot: Plot, found: Boundary, codes: Array, kinds: dict[int, str]) -> None:
    """Colour the plane, rows of the same code as one box; codes without a kind are left out."""
    across, up = plot.x(between(found.x)), plot.y(between(found.y))
    paths = defaultdict(list)
    for j, row in enumerate(codes):
        starts = np.flatnonzero(np.diff(row, prepend=row[0] - 1))
        for start, end in zip(starts, [*starts[1:], len(row)], strict=True):
            box = f"M{at(across[start], up[j])}H{short(across[end])}V{short(up[j + 1])}H{short(across[start])}z"
            paths[int(row[start])].append(box)
    for code in sorted(paths.keys() & kinds.keys()):
        plot.marks.append(f'<path class="{kinds[code]}" d="{"".join(paths[code])}"/>')


def between(values: Array) -> Array:
    """Give the edges of cells around values, one more than these.

    >>> between(np.array([0.0, 1.0, 3.0]))
    array([0. , 0.5, 2. , 3. ])
    """
    return np.concatenate([values[:1], (values[1:] + values[:-1]) / 2, values[-1:]])


def marks(plot: Plot, points: Array, kind: str, shape: str) -> None:
    """Put a mark at each point, all of them one path."""
    places = zip(plot.x(points[:, 0]), plot.y(points[:, 1]), strict=True)
    path = "".join(f"M{at(x, y)}{SHAPES[shape]}" for x, y in places)
    plot.marks.append(f'<path class="{kind}" d="{path}"/>')
