"""Training: a loop is a stream of events; a run is a loop that begins at a table and ends in an honest score."""

from __future__ import annotations

from .best import Best
from .events import Checkpoint, Evaluated, Event, Finished, Improved, Progress, Started, Warned
from .folder import RunFolder
from .forward import predict
from .kept import Kept, kept
from .loop import ALL_PASSES, DIVERGED, INTERRUPTED, NO_IMPROVEMENT, Loop, Watcher
from .network import mlp
from .predictor import CONFIG, Predictions, Predictor, unseen_lines
from .results import (
    BASELINES,
    Answers,
    Boundary,
    ClassFigures,
    Importance,
    Results,
    TargetResult,
    score_text,
)
from .run import Run
from .task import Classification, Regression, Several, Task
from .understood import passes, summary, understood

__all__ = [
    "ALL_PASSES", "BASELINES", "CONFIG", "DIVERGED", "INTERRUPTED", "NO_IMPROVEMENT", "Answers", "Best", "Boundary",
    "Checkpoint", "ClassFigures", "Classification", "Evaluated", "Event", "Finished", "Importance", "Improved", "Kept",
    "Loop", "Predictions", "Predictor", "Progress", "Regression", "Results", "Run", "RunFolder", "Several", "Started",
    "TargetResult", "Task", "Warned", "Watcher", "kept", "mlp", "passes", "predict", "score_text", "summary",
    "understood", "unseen_lines",
]  # fmt: skip
