"""From a run to its report."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..config import KNOBS
from ..io import write_atomically
from ..train import Run, understood
from .page import render
from .story import Story

PAGE = "report.html"


def write(run: Run, folder: Path, history: Sequence[dict[str, Any]]) -> Path:
    """Write the report of a run that is over into its folder, and give its path. `history` is the run's log."""
    path = folder / PAGE
    write_atomically(path, render(story(run, folder, history)).encode())
    return path


def story(run: Run, folder: Path, history: Sequence[dict[str, Any]]) -> Story:
    """Gather all that the report tells."""
    judged, prepared = run.judged(), run.data
    targets = ", ".join(head.target for head in run.heads)
    lines = understood(run)
    return Story(
        title=f"{targets}, told from {run.name}",
        made=time.strftime("%d %B %Y, %H:%M"),
        results=judged.results,
        answers=judged.answers,
        boundary=judged.boundary,
        history=list(history),
        understood=[lines[0], *lines[-3:]],
        columns=list(prepared.columns),
        network=layers(run),
        knobs=[(name, knob.text(getattr(run.config, name)), knob.shown) for name, knob in KNOBS.items()],
        usage=[
            ("In the terminal", f"nudge predict {folder.as_posix()} new.csv"),
            ("In Python", f'import nudge\n\nrun = nudge.Run.load("{folder.as_posix()}")\nrun.predict("new.csv")'),
        ],
        notes=list(prepared.notes),
    )


def layers(run: Run) -> list[tuple[str, int]]:
    """Name each layer, with its number of parameters."""
    return [(repr(layer), sum(p.numel() for p in layer.parameters())) for layer in run.model.children()]
