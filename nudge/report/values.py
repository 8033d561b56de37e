"""How numbers were told: against the truth, and what is left over, in the target's units."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..train import Answers, TargetResult
from ..words import plural
from .chart import LARGEST, Axis, Plot
from .markup import figure, number, swatch

Array = NDArray[Any]
MOST_DOTS = 1500  # more are drawn as squares, the darker the more there are
FEWEST, ACROSS = 7, 48  # columns, squares
SHADES = 5
RULE = swatch('<path class="line rule" d="M1,5H25"/>')


def values(result: TargetResult, answers: Answers) -> Iterator[str]:
    """Show how one target's numbers were told."""
    truth, said = (np.asarray(numbers, np.float64) for numbers in (answers.truth, answers.prediction))
    known = (np.abs(truth) < LARGEST) & (np.abs(said) < LARGEST)
    if not known.all():
        lost = plural(int(np.sum(~known)), "answer")
        yield f'<p class="warning">{lost} of {len(known):,} cannot be drawn: not a number, or without bound.</p>'
    truth, said = truth[known], said[known]
    if not len(truth):
        return
    off, target = said - truth, result.target
    half, most = np.quantile(np.abs(off), [0.5, 0.9])
    both = Axis.of([truth, said])
    plot = Plot(
        f"{target}: what the network said against the truth, {plural(len(truth), 'example')}.",
        Axis(both.low, both.high, f"{target}, true"), Axis(both.low, both.high, f"{target}, said"),
    )  # fmt: skip
    scatter(plot, truth, said)
    plot.line([both.low, both.high], [both.low, both.high], "rule")
    ways = f"Half of the answers are off by less than {number(half)}, nine in ten by less than {number(most)}."
    yield figure("Said against true", plot.svg(), ways, [(RULE, "said = true")])
    yield residuals(target, said, off)
    yield histogram(target, off)


def residuals(target: str, said: Array, off: Array) -> str:
    """Draw how far answers are off against what they are."""
    x, y = Axis.of(said, f"{target}, said"), Axis.of([*off, 0.0], "off by (said − true)")
    plot = Plot(f"{target}: how far answers are off against what they are.", x, y)
    scatter(plot, said, off)
    plot.line([x.low, x.high], [0, 0], "rule")
    ways = "A slope or a bend in this cloud is something that the network has not learned yet."
    return figure("Off by, against said", plot.svg(), ways, [(RULE, "right")])


def histogram(target: str, off: Array) -> str:
    """Draw how often answers are off by how much."""
    x = Axis.of([*off, 0.0], f"{target}, off by (said − true)")
    width = 2 * float(np.subtract(*np.quantile(off, [0.75, 0.25]))) / len(off) ** (1 / 3)  # Freedman and Diaconis'
    bins = int(np.clip((x.high - x.low) / width, FEWEST, ACROSS)) if width else FEWEST
    counts, edges = np.histogram(off, bins=bins, range=(x.low, x.high))
    mean = float(off.mean())
    y = Axis(0.0, 1.05 * counts.max(), "answers", whole=True)
    plot = Plot(f"{target}: how many answers are off by how much.", x, y)
    plot.boxes(edges[:-1], edges[1:], np.zeros(len(counts)), counts, "column")
    plot.line([0, 0], [0, y.high], "rule")
    lean = "too high" if mean > 0 else "too low"
    return figure("Off by how much", plot.svg(), f"On average {number(abs(mean))} {lean}.", [(RULE, "right")])


def scatter(plot: Plot, xs: Array, ys: Array) -> None:
    """Draw points as dots; where they are many, as squares shaded by how many lie there."""
    if len(xs) <= MOST_DOTS:
        plot.dots(xs, ys, "few" if len(xs) <= 300 else "many")
        return
    x, y = plot.x.axis, plot.y.axis
    counts, lefts, lows = np.histogram2d(xs, ys, bins=ACROSS, range=[(x.low, x.high), (y.low, y.high)])
    levels = np.ceil(SHADES * np.log1p(counts) / np.log1p(counts.max()))
    for shade in range(SHADES):
        i, j = np.nonzero(levels == shade + 1)
        if len(i):
            plot.boxes(lefts[i], lefts[i + 1], lows[j], lows[j + 1], f"cloud shade{shade}")
