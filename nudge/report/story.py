"""All that a report tells of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..train import Answers, Boundary, Results


@dataclass(frozen=True)
class Story:
    """What came of a run and how, ready to be told: texts are shown as they are."""

    title: str  # what was trained on what: "price, told from houses"
    made: str  # when, in words
    results: Results
    answers: tuple[Answers, ...]  # of each target of the results, on the part held out
    boundary: Boundary | None  # of the first target, where there are two inputs
    history: list[dict[str, Any]]  # the log: each event as plain data, NaN or None where a loss was no number
    understood: list[str]  # what was read and how it was dealt out, a line each
    columns: list[tuple[str, str, str]]  # name, kind, and what became of it
    network: list[tuple[str, int]]  # each layer in words, and its parameters
    knobs: list[tuple[str, str, str]]  # name, value, default: as one would give them
    usage: list[tuple[str, str]]  # what one can do with it, and the lines to type
    notes: list[str]  # what a person should know before trusting the score
