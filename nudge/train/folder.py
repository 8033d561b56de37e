"""A run's folder: the best weights, the configuration, and a log, each file whole at any time."""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..io import save, write_atomically
from ..version import __version__
from .events import Checkpoint, Evaluated, Event, Finished, Progress
from .loop import Best


class RunFolder:
    """Keeps a run on disk: a watcher that writes when the run says that it is time.

    `config.json`, the best weights so far (`weights.safetensors`) and `log.jsonl` are there from before the first step
    on, and at no time half-written.
    """

    def __init__(self, best: Best, name: str, about: dict[str, Any], parent: str | Path = "runs") -> None:
        """Make the folder `parent/name-N`, N the first number that is free. Raises UsageError where that cannot be."""
        self.best, self.path = best, _made(Path(parent), name)
        self.began = time.perf_counter()
        self.lines: list[str] = []
        self.losses: list[float] = []
        text = json.dumps({"nudge": __version__, **about}, indent=2)
        write_atomically(self.path / "config.json", f"{text}\n".encode())

    def __call__(self, event: Event) -> None:
        """Log the event; save where the run calls for it."""
        if isinstance(event, Progress):
            self.losses.append(event.loss)
        elif isinstance(event, Evaluated):
            train_loss = sum(self.losses) / len(self.losses) if self.losses else None
            self.log({**event.as_dict(), "train_loss": train_loss})
            self.losses.clear()
        else:
            self.log(event.as_dict())
        if isinstance(event, (Checkpoint, Finished)):
            self.save()

    def log(self, entry: dict[str, Any]) -> None:
        """Add a line, with the seconds since the beginning."""
        self.lines.append(json.dumps({**entry, "seconds": round(time.perf_counter() - self.began, 3)}))

    def save(self) -> None:
        """Write the best weights so far and the log."""
        notes = {"nudge": __version__, "epoch": str(self.best.epoch)}
        save(self.best.weights, self.path / "weights.safetensors", notes)
        write_atomically(self.path / "log.jsonl", "".join(f"{line}\n" for line in self.lines).encode())


def _made(parent: Path, name: str) -> Path:
    try:
        parent.mkdir(parents=True, exist_ok=True)
        for number in itertools.count(1):
            path = parent / f"{name}-{number}"
            try:
                path.mkdir()
            except FileExistsError:
                continue
            return path
    except OSError as error:
        raise UsageError(f"the run's folder cannot be made in {parent}: {error.strerror}") from None
    raise AssertionError("unreachable")
