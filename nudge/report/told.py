"""From a run to its story, and the page in its folder."""

from __future__ import annotations

import shlex
from datetime import datetime
from pathlib import Path
from typing import Any

from .. import nn
from ..config import KNOBS
from ..io import write_atomically
from ..train import Run, summary, understood
from .page import render
from .story import Story

PAGE = "report.html"


def write(run: Run, folder: Path, history: list[dict[str, Any]]) -> Path:
    """Write a trained run's report into its folder, and give the page's path. `history`: the log.

    Raises UsageError where it cannot be written.
    """
    page = folder / PAGE
    write_atomically(page, render(story_of(run, folder, history, datetime.now())).encode())
    return page


def story_of(run: Run, folder: Path, history: list[dict[str, Any]], now: datetime) -> Story:
    """Gather all that is told of a trained run, kept in a folder."""
    judged, prepared = run.judged(), run.data
    lines = summary(run) if prepared.image is None else understood(run)
    path = folder.as_posix()
    load = f"import nudge\n\nrun = nudge.Run.load({path!r})\nrun.predict('new.csv')"
    return Story(
        title=f"{' and '.join(head.target for head in run.heads)}, told from {run.name}",
        made=f"{now.day} {now:%B %Y, %H:%M}",
        results=judged.results,
        answers=judged.answers,
        boundary=judged.boundary,
        history=history,
        understood=[line.strip() for line in lines],
        columns=[] if prepared.image is not None else [(c.column, c.kind, c.use) for c in prepared.columns],
        network=[(layer(module), sum(p.numel() for p in module.parameters())) for module in run.model.children()],
        knobs=[(name, knob.text(getattr(run.config, name)), knob.shown) for name, knob in KNOBS.items()],
        usage=[
            ("Tell the target of new rows, which need the same columns:", f"nudge predict {shlex.quote(path)} new.csv"),
            ("The same in Python:", load),
            ("Train it again, perhaps with other knobs:", f"nudge train --config {shlex.quote(path)}"),
        ],
        notes=[entry["message"] for entry in history if entry["event"] == "warned"],
    )


def layer(module: nn.Module) -> str:
    """Name a layer, and say how wide it is.

    >>> layer(nn.Linear(2, 3)), layer(nn.ReLU())
    ('Linear, 2 → 3', 'ReLU()')
    """
    return f"Linear, {module.in_features} → {module.out_features}" if isinstance(module, nn.Linear) else repr(module)
