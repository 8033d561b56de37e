"""Training: a run is a stream of events; an experiment is a run that ends in an honest score."""

from __future__ import annotations

from .events import Checkpoint, Evaluated, Event, Finished, Improved, Progress, Started
from .experiment import Experiment, Report, mlp
from .folder import RunFolder
from .loop import ALL_PASSES, DIVERGED, INTERRUPTED, NO_IMPROVEMENT, Best, Loop, Watcher, predict
from .task import Classification, Task

__all__ = [
    "ALL_PASSES", "DIVERGED", "INTERRUPTED", "NO_IMPROVEMENT", "Best", "Checkpoint", "Classification", "Evaluated",
    "Event", "Experiment", "Finished", "Improved", "Progress", "Report", "Loop", "RunFolder", "Started", "Task",
    "Watcher", "mlp", "predict",
]  # fmt: skip
