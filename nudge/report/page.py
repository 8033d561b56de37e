"""The report as one page: what comes first, what is folded away."""

from __future__ import annotations

from pathlib import Path

from ..see.svg import clean
from ..train import ALL_PASSES, Answers, TargetResult
from ..version import __version__
from ..words import plural
from .classes import classes
from .curves import History, guess
from .markup import NONE, folded, table
from .plane import plane
from .scores import hero, importance
from .story import Story
from .values import values

STYLE = Path(__file__).with_name("style.css")
MOST_COLUMNS = 40
PARTS = ("to learn from", "to choose the best pass by", "held out: looked at once, for the score")


def render(story: Story) -> str:
    """Write the report: one HTML page that needs no other file, no network and no script.

    The same story gives the same text.
    """
    results = story.results
    several = len(results.targets) > 1
    heroes = "".join(hero(result, results.examples[2], several) for result in results.targets)
    warnings = "".join(f'<p class="warning">{clean(note)}</p>' for note in story.notes)
    sections = [
        f'<section aria-label="Score">{heroes}{warnings}</section>',
        section("How it learned", learned(story)),
        *(section(heading(result, several), told(story, result, answers))
          for result, answers in zip(results.targets, story.answers, strict=True)),
        section("What it looks at most", importance(results.importance) if results.importance else ""),
        section("What it learned from", data(story)),
        section("The network", network(story)),
        section("How it was set", knobs(story)),
        section("How to use it", usage(story)),
    ]  # fmt: skip
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8"/>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
        '<meta name="color-scheme" content="light dark"/>\n<link rel="icon" href="data:,"/>\n'
        f"<title>{clean(story.title)}</title>\n<style>\n{STYLE.read_text('utf-8')}</style>\n</head>\n<body>\n<main>\n"
        f"<header><h1>{clean(story.title)}</h1><p>{clean(story.made)}</p></header>\n"
        f"{''.join(f'{part}{chr(10)}' for part in sections)}"
        f"<footer>Written by nudge {__version__}. This page holds all that it shows.</footer>\n"
        "</main>\n</body>\n</html>\n"
    )


def section(title: str, content: str) -> str:
    """Put content under a title; nothing where there is none."""
    return f"<section><h2>{clean(title)}</h2>{content}</section>" if content else ""


def learned(story: Story) -> str:
    """Tell how training went."""
    results, history = story.results, History(story)
    bar = "".join(f'<span style="flex-grow:{size}"></span>' for size in results.examples)
    parts = "".join(f"<li><b>{size:,}</b> {name}</li>" for size, name in zip(results.examples, PARTS, strict=True))
    passes = plural(results.epochs, "pass")
    why = f"{passes}, as many as it was given" if results.reason == ALL_PASSES else f"{passes}: {results.reason}"
    return (
        f"<p>It ended after {clean(why)}. The best weights, of pass {results.best_epoch:,}, are those that are kept. "
        f"All of it took {results.seconds:,.1f} seconds; the seed was {results.seed}.</p>"
        f'<div class="parts" aria-hidden="true">{bar}</div><ul class="parts">{parts}</ul>'
        f'<div class="figures">{"".join(history.curves(guess(story)))}</div>{history.table()}'
    )


def heading(result: TargetResult, several: bool) -> str:
    """Name the section of one target."""
    kind = "Where it is right and wrong" if result.classes else "How far off it is"
    return f"{result.target}: {kind[0].lower()}{kind[1:]}" if several else kind


def told(story: Story, result: TargetResult, answers: Answers) -> str:
    """Show how one target was told."""
    figures = [*(classes if result.classes else values)(result, answers)]
    if story.boundary is not None and result is story.results.targets[0]:
        figures.insert(0, plane(story.boundary, result.classes, result.target))
    return f'<div class="figures">{"".join(figures)}</div>'


def data(story: Story) -> str:
    """Say what the data were, and what became of each column."""
    lines = "".join(f"<p>{clean(line)}</p>" for line in story.understood)
    head = ["column", "what it is", "what became of it"]
    shown, rest = story.columns[:MOST_COLUMNS], story.columns[MOST_COLUMNS:]
    more = folded(f"and {plural(len(rest), 'column')} more", table(head, rest)) if rest else ""
    return f"{lines}{table(head, shown) if shown else ''}{more}"


def network(story: Story) -> str:
    """List layers and their parameters."""
    total = sum(parameters for _, parameters in story.network)
    rows = [[name, f"{parameters:,}" if parameters else NONE] for name, parameters in story.network]
    return table(["layer", "parameters"], [*rows, ["in all", f"{total:,}"]], numbers=[1]) if rows else ""


def knobs(story: Story) -> str:
    """List what was set otherwise than by default; fold the rest."""
    changed = [row for row in story.knobs if row[1] != row[2]]
    rest = [row[:2] for row in story.knobs if row[1] == row[2]]
    head = ["knob", "value", "default"]
    shown = table(head, changed) if changed else "<p>Everything as it is by default.</p>"
    return shown + (folded(f"{plural(len(rest), 'knob')} as by default", table(head[:2], rest)) if rest else "")


def usage(story: Story) -> str:
    """Give the lines to type."""
    return "".join(
        f"<p>{clean(what)}</p><pre tabindex=\"0\"><code>{clean(lines)}</code></pre>" for what, lines in story.usage
    )
