"""What came of a run, for whoever reads a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..train import ALL_PASSES, BASELINES, passes
from . import console

if TYPE_CHECKING:
    from rich.console import Console

    from ..train import Results, TargetResult

MOST_CLASSES, MOST_COLUMNS = 12, 8  # that are shown


def show(results: Results, folder: str, page: str) -> None:
    """Print scores beside what they must beat, what the network looked at most, and where everything is."""
    out = console()
    for result in results.targets:
        show_target(out, result, results.examples[2], named=len(results.targets) > 1)
    if results.importance:
        most = results.importance[:MOST_COLUMNS]
        of = f"{len(most)} of {len(results.importance)} columns"
        out.print(f"looked at most (the score lost when a column is shuffled; {of}):")
        for entry in most:
            out.print(f"  {entry.loss:7.3f} ± {entry.spread:.3f}  {entry.column}", markup=False)
    early = "" if results.reason == ALL_PASSES else f" ({results.reason})"
    took = f"{passes(results.epochs)}{early} in {results.seconds:.1f} s"
    out.print(f"{took}; the best weights are of pass {results.best_epoch}")
    out.print(f"saved in {folder}; the report is {page}", markup=False)
    out.print(f"to use it: nudge predict {folder} new.csv", markup=False)


def show_target(out: Console, result: TargetResult, held_out: int, named: bool) -> None:
    """Print one target's score, baselines and figures."""
    of = f" of {result.target}" if named else ""
    out.print(f"{'accuracy' if result.metric == 'accuracy' else 'R²'}{of} on the {held_out:,} held out:", markup=False)
    share = result.metric == "accuracy"
    low, high = (number(bound, share).strip() for bound in result.interval)
    colour = "yellow" if result.beaten else "green"
    out.print(f"  [bold {colour}]{number(result.score, share)}  this network[/] (95 % sure: {low} to {high})")
    for name, score in sorted(result.baselines.items(), key=lambda pair: -pair[1]):
        out.print(f"  {number(score, share)}  {BASELINES[name]}")
    if result.beaten:
        out.print("[yellow]this network does no better than a simpler answer[/]")
    if not share:
        rmse, mae = result.figures["rmse"], result.figures["mae"]
        off = f"off by {amount(rmse)} (root of the mean square), {amount(mae)} (mean)"
        out.print(f"{off}, in the units of {result.target}", markup=False)
    elif len(result.by_class) <= MOST_CLASSES:
        width = max(len("class"), *(len(figures.name) for figures in result.by_class))
        out.print(f"  {'class':{width}}  precision  recall     F1  count")
        for figures in result.by_class:
            row = f"{figures.precision:9.1%}  {figures.recall:6.1%}  {figures.f1:5.1%}  {figures.count:5,}"
            out.print(f"  {figures.name:{width}}  {row}".replace("nan%", "   –"), markup=False)


def amount(value: float) -> str:
    """Write a size with four digits.

    >>> amount(53421.3), amount(2.71828)
    ('53,421', '2.718')
    """
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e15 else f"{value:.4g}"


def number(score: float, share: bool) -> str:
    """Write a score six wide: a share in percent, R² with three digits.

    >>> number(0.5, True), number(-0.25, False)
    (' 50.0%', '-0.250')
    """
    return f"{score:6.1%}" if share else f"{score:6.3f}"
