"""How classes were told: which is taken for which, class by class, and how sure the network is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..see.svg import clean, cut, short
from ..train import Answers, TargetResult
from ..train.score import accuracy_interval, calibration
from .chart import WIDTH, Axis, Plot, picture
from .markup import figure, folded, quoted, score_text, swatch, table, whole_table

Array = NDArray[Any]
MOST_CELLS = 15  # classes of which each pair's count is written out
NARROW = 5  # classes that need no more than a third of a wide page
MOST_SQUARES = 100  # classes of which each pair is a square
MOST_ROWS = 15  # of mistakes, of classes
SHADES = 5
LONGEST = 24  # columns of a class' name


def classes(result: TargetResult, answers: Answers) -> Iterator[str]:
    """Show how one target's classes were told."""
    assert result.confusion is not None
    matrix = np.asarray(result.confusion)
    if len(result.classes) <= MOST_CELLS:
        yield figure(
            "Which is taken for which", cells(matrix, result.classes),
            "A row is what is true, a column what the network said; right answers are on the diagonal.",
            kind="wide" if len(result.classes) > NARROW else "",
        )  # fmt: skip
    else:
        if len(result.classes) <= MOST_SQUARES:
            yield squares(matrix, result.classes)
        yield mistakes(matrix, result.classes)
    yield by_class(result)
    if answers.probabilities is not None:
        yield reliability(answers.truth, answers.probabilities)


def cells(matrix: Array, names: tuple[str, ...]) -> str:
    """Make the table of counts, shaded by their share of the row."""
    head = '<th scope="col"><span class="soft">true ↓ said →</span></th>'
    heads = [f'<th scope="col" class="n" title="{quoted(name)}">{clean(cut(name, 12))}</th>' for name in names]
    lines = []
    for k, (name, row) in enumerate(zip(names, matrix, strict=True)):
        line = [f'<th scope="row" title="{quoted(name)}">{clean(cut(name, 16))}</th>']
        for j, count in enumerate(row):
            kind = "none" if not count else "hit" if j == k else "miss"
            share = f' style="--share:{count / row.sum():.2f}"' if count else ""
            line.append(f'<td class="n {kind}"{share}>{count:,}</td>')
        lines.append("".join(line))
    return whole_table([head, *heads], lines, "true class, and how often each class was said", "confusion")


def squares(matrix: Array, names: tuple[str, ...]) -> str:
    """Draw a square for each pair of classes, shaded by its share of the row."""
    side = WIDTH / len(names)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    parts = [f'<rect class="ground" width="{short(WIDTH)}" height="{short(WIDTH)}"/>']
    diagonal = np.eye(len(names), dtype=bool)
    for kind, where in (("hit", diagonal), ("miss", ~diagonal)):
        for shade in range(SHADES):
            rows, columns = np.nonzero(where & (shares > shade / SHADES) & (shares <= (shade + 1) / SHADES))
            path = "".join(
                f"M{short(x * side)},{short(y * side)}h{side:.2f}v{side:.2f}h-{side:.2f}z"
                for x, y in zip(columns, rows, strict=True)
            )
            if path:
                parts.append(f'<path class="{kind} shade{shade}" d="{path}"/>')
    right, all_of_them = np.trace(matrix), matrix.sum()
    says = f"Which of {len(names)} classes is taken for which: {right:,} of {all_of_them:,} on the diagonal."
    return figure(
        "Which is taken for which", picture(says, WIDTH, parts),
        f"A row is what is true, a column what the network said, in the order of the classes, "
        f"from {cut(names[0], LONGEST)} to {cut(names[-1], LONGEST)}. The darker, the more of the row.",
    )  # fmt: skip


def mistakes(matrix: Array, names: tuple[str, ...]) -> str:
    """List the pairs that are confused most often."""
    wrong = np.where(np.eye(len(names), dtype=bool), 0, matrix)
    order = np.argsort(-wrong, axis=None, kind="stable")[:MOST_ROWS]
    pairs = [divmod(int(place), len(names)) for place in order if wrong.flat[place]]
    rows = [
        [cut(names[k], LONGEST), cut(names[j], LONGEST), f"{wrong[k, j]:,}", f"{wrong[k, j] / matrix[k].sum():.0%}"]
        for k, j in pairs
    ]
    found = table(["true", "said", "times", "of the class"], rows, numbers=[2, 3])
    return figure("The most frequent mistakes", found if rows else "<p>There are none.</p>")


def by_class(result: TargetResult) -> str:
    """List each class's figures; of many classes, the weakest first and the rest folded."""
    def rows(found: Any) -> list[list[str]]:
        return [
            [cut(c.name, LONGEST), *(share(x) for x in (c.precision, c.recall, c.f1)), f"{c.count:,}"] for c in found
        ]

    head, numbers = ["class", "precision", "recall", "F1", "count"], range(1, 5)
    says = "Precision: how many answers of this class are right. Recall: how many of its examples are found."
    if len(result.by_class) <= MOST_ROWS:
        return figure("Class by class", table(head, rows(result.by_class), numbers), says)
    weakest = sorted(result.by_class, key=lambda c: (math.isnan(c.f1), c.f1))[:MOST_ROWS]
    rest = folded(f"All {len(result.by_class)} classes", table(head, rows(result.by_class), numbers))
    return figure("The weakest classes", table(head, rows(weakest), numbers) + rest, says)


def share(x: float) -> str:
    """Write a share in percent; a dash where there is none.

    >>> share(0.5), share(float("nan"))
    ('50.0%', '–')
    """
    return score_text("accuracy", x)


def reliability(truth: Array, probabilities: Array) -> str:
    """Draw how often answers are right against how sure the network was, and how many there are."""
    known = np.all(np.isfinite(probabilities), axis=1)
    truth, probabilities = truth[known], probabilities[known].astype(np.float64)
    bins = calibration(truth, probabilities)
    if not bins:
        return ""
    sure, right, counts = (np.array(values) for values in zip(*bins, strict=True))
    ranges = [accuracy_interval(np.ones(n), np.arange(n) < round(n * share)) for _, share, n in bins]
    means = [share(float(np.average(shares, weights=counts))) for shares in (sure, right)]
    said = f"On average it was {means[0]} sure, and right {means[1]} of the time."
    left = np.minimum(np.floor(sure * 10 + 1e-6), 9) / 10
    low = float(left.min())
    plot = Plot(
        f"How often answers are right, by how sure the network was. {said}",
        Axis(low, 1.0, "how sure it was", share=True), Axis(0.0, 1.0, "how often right", share=True),
    )  # fmt: skip
    plot.boxes(left, left + 0.1, np.zeros(len(bins)), counts / counts.max() / 4, "counts")
    plot.line([low, 1.0], [low, 1.0], "rule")
    plot.whiskers(sure, *zip(*ranges, strict=True))
    for x, y, count in zip(sure, right, counts, strict=True):
        plot.dots([x], [y], "network", 5 + 7 * math.sqrt(count / counts.max()))
    keys = [
        (swatch('<path class="dots network" d="M13,5h0"/>'), "answers, 95% intervals"),
        (swatch('<path class="line rule" d="M1,5H25"/>'), "as sure as right"),
        (swatch('<path class="counts" d="M7,1H19V9H7z"/>'), f"how many, up to {counts.max():,}"),
    ]
    rows = [[share(s), share(r), f"{n:,}"] for s, r, n in bins]
    more = folded("The same in numbers", table(["how sure", "right", "answers"], rows, numbers=range(3)))
    return figure("How sure it was", plot.svg() + more, said, keys)
