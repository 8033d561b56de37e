"""The score beside what it must beat, in words and as bars; and what the network looks at."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..see.svg import clean
from ..train import BASELINES, Importance, TargetResult
from ..words import plural
from .chart import Bar, bars
from .markup import folded, number, score_text, table

MEANINGS = {
    "accuracy": "of the answers are right",
    "r2": "R²: 1 is perfect, 0 is no better than the mean",
    "balanced_accuracy": "right, if each class counted alike",
    "log_loss": "log loss (0: certain and right)",
    "rmse": "off by, in the target's units (root mean square)",
    "mae": "off by, in the target's units (mean)",
}
SHARES = ("accuracy", "balanced_accuracy")
LOWEST_R2 = -1.0  # a bar goes no further
MOST_BARS = 12


def hero(result: TargetResult, held_out: int, named: bool) -> str:
    """Show one target's score large, what it means, and what it must beat."""
    low, high = result.interval
    sure = f"95% sure: {score_text(result.metric, low)} to {score_text(result.metric, high)}, "
    facts = [
        (score_text("accuracy", value) if name in SHARES else number(value), MEANINGS.get(name, name.replace("_", " ")))
        for name, value in result.figures.items()
    ]
    return (
        f'<div class="hero"><div>{f"<h2>{clean(result.target)}</h2>" if named else ""}'
        f'<p class="score">{score_text(result.metric, result.score)}</p><p>{MEANINGS[result.metric]}</p>'
        f'<p class="soft">{sure if math.isfinite(low) and math.isfinite(high) else ""}'
        f"on {plural(held_out, 'example')} held out</p>{verdict(result)}</div><div>{baselines(result)}"
        f'<dl class="facts">{"".join(f"<div><dt>{clean(name)}</dt><dd>{text}</dd></div>" for text, name in facts)}</dl>'
        "</div></div>"
    )


def verdict(result: TargetResult) -> str:
    """Say in words whether the network is worth having.

    >>> verdict(TargetResult("y", "regression", "r2", 0.5, (0.4, 0.6), {"mean": 0.0, "linear": 0.7}, {}))
    '<p class="warning">This network does no better than a simpler answer: ... without hidden layers has 0.700.</p>'
    """
    known = {name: value for name, value in result.baselines.items() if not math.isnan(value)}
    if math.isnan(result.score):
        return '<p class="warning">There is no score: the answers are no numbers, or the truth does not vary.</p>'
    if not known:
        return ""
    name = max(known, key=known.__getitem__)
    best = f"{BASELINES.get(name, name)} has {score_text(result.metric, known[name])}"
    if known[name] >= result.score:
        return f'<p class="warning">This network does no better than a simpler answer: {best}.</p>'
    if known[name] >= result.interval[0]:
        return f'<p class="verdict">Ahead of any simpler answer, but by less than these examples can prove: {best}.</p>'
    return f'<p class="verdict">Clearly ahead of any simpler answer: {best}.</p>'


def baselines(result: TargetResult) -> str:
    """Draw the score and its interval above what it must beat."""
    own = score_text(result.metric, result.score)
    rows = [Bar("this network", result.score, own, *result.interval, kind="network strong")]
    for name, value in sorted(result.baselines.items(), key=lambda pair: -pair[1]):
        rows.append(Bar(BASELINES.get(name, name), value, score_text(result.metric, value)))
    ends = [end for row in rows for end in (row.value, row.low) if math.isfinite(end)]
    low = 0.0 if result.metric == "accuracy" else max(min([0.0, *ends]), LOWEST_R2)
    says = "; ".join(f"{row.name}: {row.text}" for row in rows)
    return f"<figure>{bars(f'Scores. {says}.', rows, low, 1.0)}</figure>"


def importance(found: Sequence[Importance]) -> str:
    """Draw how much of the score each column is worth."""
    rows = [
        Bar(f.column, f.loss, score_text("", f.loss), f.loss - f.spread, f.loss + f.spread, "network") for f in found
    ]
    shown, ends = rows[:MOST_BARS], [end for row in rows for end in (row.low, row.high) if math.isfinite(end)]
    says = "; ".join(f"{row.name}: {row.text}" for row in shown)
    drawn = bars(f"Score lost when a column is shuffled. {says}.", shown, min([0.0, *ends]), max([1e-9, *ends]))
    ways = "The score lost when a column's values are shuffled among the held-out examples, and how much that varies."
    more = table(
        ["column", "score lost", "standard deviation"],
        [[f.column, score_text("", f.loss), score_text("", f.spread)] for f in found],
        numbers=[1, 2],
    )
    return f"<p>{ways}</p><figure>{drawn}</figure>{folded('The same in numbers', more)}"
