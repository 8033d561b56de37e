"""A run's folder: configuration, preprocessing, best weights, log, and what it takes to go on; each file whole."""

from __future__ import annotations

import itertools
import json
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from ..config import TrainConfig
from ..errors import UsageError
from ..io import json_line, load_with_notes, save, write_atomically, write_json
from ..version import __version__
from .events import Checkpoint, Evaluated, Event, Finished, Progress
from .predictor import WEIGHTS, read_about
from .run import RESULTS, Run

LOG, STATE, IN_USE = "log.jsonl", "state.safetensors", "in-use"
PAUSE = 1.0  # seconds between two saves at least: they are synced, and a small run is quicker than the disk


class RunFolder:
    """Keeps a run on disk: a watcher that writes when the run says that it is time.

    Used as a context, it holds the folder, so that no other process writes there. What is needed to predict is there
    from before the first step on.
    """

    def __init__(self, run: Run, parent: str | Path = "runs", *, path: Path | None = None) -> None:
        """Make the folder `parent/name-N`, N the first number that is free, or take `path`, which is there.

        Raises UsageError where that cannot be.
        """
        self.run, self.loop = run, run.loop
        self.path = _made(Path(parent), run.name) if path is None else path
        self.began = time.perf_counter()
        self.history: list[dict[str, Any]] = []
        self.lines: list[str] = []  # the history, as it is written
        self.losses: list[float] = []
        self.saved, self.unsaved = -PAUSE, False
        if path is None:
            run.save(self.path)
        self.loop.watchers.append(self)

    def __enter__(self) -> RunFolder:
        """Hold the folder. Raises UsageError where another process does."""
        mark = self.path / IN_USE
        try:
            with mark.open("x") as file:
                file.write(str(os.getpid()))
        except FileExistsError:
            owner = mark.read_text().strip()
            if owner.isdigit() and _runs(int(owner)):
                raise UsageError(f"{self.path} is in use by process {owner}") from None
            mark.write_text(str(os.getpid()))  # left by one that was killed
        except OSError as error:
            raise UsageError(f"{self.path} cannot be written: {error.strerror}") from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Save what is not saved yet, and let the folder go."""
        try:
            if self.unsaved:
                self.save()
        finally:
            (self.path / IN_USE).unlink(missing_ok=True)

    def __call__(self, event: Event) -> None:
        """Log the event; save where the run calls for it."""
        if isinstance(event, Progress):
            self.losses += event.losses
        elif isinstance(event, Evaluated):
            train_loss = sum(self.losses) / len(self.losses) if self.losses else None
            self.log({**event.as_dict(), "train_loss": train_loss, "lr": self.loop.lr})
            self.losses.clear()
        else:
            self.log(event.as_dict())
        if isinstance(event, (Checkpoint, Finished)):
            self.unsaved = True
            if isinstance(event, Finished) or time.perf_counter() - self.saved >= PAUSE:
                self.save()

    def log(self, entry: dict[str, Any]) -> None:
        """Add a line, with the seconds since the beginning."""
        self.history.append({**entry, "seconds": round(time.perf_counter() - self.began, 3)})
        self.lines.append(f"{json_line(self.history[-1])}\n")

    def save(self) -> None:
        """Write the best weights so far, the log, and the state from which the run can go on."""
        notes = {"nudge": __version__, "epoch": str(self.loop.best.epoch)}
        save(self.loop.best.weights, self.path / WEIGHTS, notes)
        self.write_log()
        tensors, state = self.loop.state()
        save(tensors, self.path / STATE, {"nudge": __version__, "state": json_line(state)})
        self.saved, self.unsaved = time.perf_counter(), False

    def write_log(self) -> None:
        """Write the log."""
        write_atomically(self.path / LOG, "".join(self.lines).encode())

    def finish(self) -> None:
        """Write the results; the state to go on from has had its day."""
        results = self.run.results
        self.log({"event": "scored", "score": results.score})
        self.write_log()
        write_json(self.path / RESULTS, results.as_dict())
        (self.path / STATE).unlink(missing_ok=True)

    @classmethod
    def resume(cls, path: str | Path) -> RunFolder:
        """Take up an interrupted run from its folder: the same data are read again, and it goes on bit for bit.

        Raises:
            UsageError: no run's folder, a run that is over, or data that are gone or have changed.
        """
        folder = Path(path)
        said = read_about(folder)
        if not (folder / STATE).is_file():
            raise UsageError(f"{folder} has nothing to go on with: {_why(folder)}")
        if said["data"] is None:
            raise UsageError(f"{folder} was trained on data from memory, which nobody can read again")
        run = Run(said["data"], TrainConfig.from_dict(said["knobs"]))
        if run.data.fingerprint != said["fingerprint"]:
            raise UsageError(f"{said['data']} has changed since {folder} was begun: train anew")
        tensors, notes = load_with_notes(folder / STATE)
        run.loop.load_state(tensors, _parsed(notes.get("state", ""), folder / STATE))
        kept = cls(run, path=folder)
        for line in (folder / LOG).read_text("utf-8").splitlines():
            entry = _parsed(line, folder / LOG)
            if entry["epoch"] <= run.loop.epoch and entry["event"] != "finished":
                kept.history.append(entry)
                kept.lines.append(f"{line}\n")
        return kept


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


def _runs(process: int) -> bool:
    """Tell whether a process is alive."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _why(folder: Path) -> str:
    return "the run is over" if (folder / RESULTS).is_file() else f"it has no {STATE}"


def _parsed(text: str, path: Path) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise UsageError(f"{path} is not what nudge writes: it is no JSON") from None
