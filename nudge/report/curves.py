"""How a run went, pass by pass: loss, score, learning rate."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..words import plural
from .chart import Axis, Plot, finite
from .markup import figure, folded, number, score_text, swatch, table
from .story import Story

Array = NDArray[Any]
MOST_POINTS = 360  # of a line: it has no more pixels
MOST_ROWS = 200
LOGARITHMIC = 30  # a loss that falls to less than a thirtieth is drawn by its logarithm
LOWEST_R2 = -1.0  # what is worse is not looked at closely
TRAINING, VALIDATION, GUESS = (
    swatch(f'<path class="line {kind}" d="M1,5H25"/>') for kind in ("training", "validation", "rule")
)
BEST = swatch('<path class="dots best" d="M13,5h0"/>')


class History:
    """The passes of a run as columns of numbers, float64 (passes,): NaN where there was none."""

    def __init__(self, story: Story) -> None:
        """Pick them out of the log."""
        entries = [entry for entry in story.history if entry.get("event") == "evaluated"]
        self.epoch, self.training, self.validation, self.score, self.rate = (
            np.array([math.nan if entry.get(name) is None else entry[name] for entry in entries], np.float64)
            for name in ("epoch", "train_loss", "loss", "score", "lr")
        )
        best = np.flatnonzero(self.epoch == story.results.best_epoch)
        self.best = int(best[0]) if len(best) else None
        metrics = {result.metric for result in story.results.targets}
        self.metric = metrics.pop() if len(metrics) == 1 else ""

    def __len__(self) -> int:
        """Count the passes."""
        return len(self.epoch)

    def curves(self, guess: float | None) -> Iterator[str]:
        """Draw how loss, score and learning rate went. `guess`: the loss of a network that knows nothing, if known."""
        if not len(self):
            return
        yield self._losses(guess)
        yield self._scores()
        plot = self._plot("The learning rate", Axis.of([0.0, *self.rate], "learning rate"))
        plot.line(*thinned(self.epoch, self.rate), "rate")
        yield figure("Learning rate", plot.svg(), "How far each step went.")

    def table(self) -> str:
        """List what the curves show, every so many passes where there are many."""
        every = -(-len(self) // MOST_ROWS) or 1
        rows = [
            [f"{self.epoch[k]:.0f}", number(self.training[k]), number(self.validation[k]),
             score_text(self.metric, self.score[k]), number(self.rate[k])]
            for k in range(len(self))
            if k % every == 0 or k in (self.best, len(self) - 1)
        ]  # fmt: skip
        head = ["pass", "training loss", "validation loss", "score", "learning rate"]
        return folded("The same in numbers", table(head, rows, numbers=range(5))) if rows else ""

    def _losses(self, guess: float | None) -> str:
        both = finite([self.training, self.validation])
        log = bool(len(both) and both.min() > 0 and both.max() > LOGARITHMIC * both.min())
        y = Axis.of(both, "loss", log=log)
        plot = self._plot("Training and validation loss", y)
        keys = [(TRAINING, "training"), (VALIDATION, "validation")]
        if guess is not None and y.low < guess < y.high:
            plot.line([plot.x.axis.low, plot.x.axis.high], [guess] * 2, "rule")
            keys.append((GUESS, "knowing nothing"))
        for values, kind in ((self.training, "training"), (self.validation, "validation")):
            plot.line(*thinned(self.epoch, values), kind)
        keys += self._mark(plot, self.validation)
        return figure("Loss", plot.svg(), f"What training lowers{', on a logarithmic scale' * log}.", keys)

    def _scores(self) -> str:
        label = {"accuracy": "right", "r2": "R²"}.get(self.metric, "score")
        seen, share = finite(self.score), self.metric == "accuracy"
        plot = self._plot("The score", Axis.of(seen if share else np.maximum(seen, LOWEST_R2), label, share=share))
        plot.line(*thinned(self.epoch, self.score), "validation")
        keys = [(VALIDATION, "validation"), *self._mark(plot, self.score)]
        return figure("Score", plot.svg(), "On the part by which the best pass is chosen.", keys)

    def _plot(self, says: str, y: Axis) -> Plot:
        return Plot(f"{says} over {plural(len(self), 'pass')}.", Axis.of(self.epoch, "pass", whole=True, room=0.0), y)

    def _mark(self, plot: Plot, values: Array) -> list[tuple[str, str]]:
        """Mark the best pass on a curve, and give the key to the mark."""
        if self.best is None or not math.isfinite(values[self.best]):
            return []
        plot.dots(self.epoch[[self.best]], values[[self.best]], "best")
        return [(BEST, f"best pass: {self.epoch[self.best]:.0f}")]


def guess(story: Story) -> float | None:
    """Give the loss of a network that knows nothing, where that is known: ln C for C classes, 1 for a variance."""
    lowers = next((value for name, value, _ in story.knobs if name == "loss"), "")
    if lowers in ("hinge", "l1", "huber"):
        return None
    return sum(math.log(len(target.classes)) if target.classes else 1.0 for target in story.results.targets)


def thinned(xs: Array, ys: Array) -> tuple[Array, Array]:
    """Keep the lowest and the highest of each stretch of a long curve: as many as can be told apart.

    >>> x, y = thinned(np.arange(10_000.0), np.where(np.arange(10_000) == 5_001, 1.0, 0.0))
    >>> len(x), float(y.max())
    (360, 1.0)
    """
    if len(xs) <= MOST_POINTS:
        return xs, ys
    keep = []
    for stretch in np.array_split(np.arange(len(xs)), MOST_POINTS // 2):
        known = np.isfinite(ys[stretch])
        lowest, highest = np.where(known, ys[stretch], np.inf).argmin(), np.where(known, ys[stretch], -np.inf).argmax()
        keep += sorted([stretch[lowest], stretch[highest]])
    return xs[keep], ys[keep]
