"""A run on a live bar, on standard error."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..train import INTERRUPTED, Evaluated, Event, Finished, Progress, Started, score_text

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

    from ..train import Loop


def watched() -> bool:
    """Tell whether standard error is a terminal that can redraw a line."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


@contextmanager
def bar(loop: Loop, metric: str) -> Iterator[None]:
    """Show a loop on a live bar, which vanishes when it is done; nothing where nobody watches."""
    if not watched():
        yield
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Live

    with Live(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[numbers]}"),
        TimeRemainingColumn(compact=True),
        console=Console(stderr=True, highlight=False),
        transient=True,
    ) as live:
        loop.watchers.append(Bar(live, metric))
        yield


class Bar:
    """Shows a run on a progress bar, some ten times a second."""

    PAUSE = 0.1  # seconds

    def __init__(self, progress: RichProgress, metric: str) -> None:
        """Draw on `progress`."""
        self.progress, self.metric = progress, metric
        self.drawn = -self.PAUSE
        self.numbers = ""

    def __call__(self, event: Event) -> None:
        """Draw the event."""
        now = time.perf_counter()
        if isinstance(event, Started):
            self.line = self.progress.add_task("training", total=event.steps, numbers="", completed=event.step)
            self.epochs, self.began, self.first = event.epochs, now, event.step
        elif isinstance(event, Evaluated):
            self.numbers = f"loss {event.loss:.4f}  {score_text(self.metric, event.score)}"
        elif isinstance(event, Progress) and now - self.drawn >= self.PAUSE:
            self.drawn = now
            speed = (event.step - self.first) / (now - self.began)
            numbers = f"pass {event.epoch}/{self.epochs}  {self.numbers}  lr {event.lr:.4f}  {speed:,.0f} steps/s"
            self.progress.update(self.line, completed=event.step, numbers=numbers)
        elif isinstance(event, Finished) and event.reason != INTERRUPTED:
            self.progress.update(self.line, description="scoring", completed=event.step, total=event.step)
