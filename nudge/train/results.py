"""What came of a run: the score on what was held out, and everything by which a person judges it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class ClassFigures:
    """How one class fared on the part held out."""

    name: str
    precision: float  # NaN where it was never said
    recall: float  # NaN where it never occurred
    f1: float
    count: int  # how often it occurred


@dataclass(frozen=True)
class Answers:
    """One target's answers on the part held out, n examples."""

    truth: Array  # classification: int64 (n,), positions in `classes`; regression: float64 (n,), in the target's units
    prediction: Array  # the same
    probabilities: Array | None = None  # classification: float32 (n, classes)


@dataclass(frozen=True)
class TargetResult:
    """How well one target is told."""

    target: str
    task: str  # "classification" or "regression"
    metric: str  # "accuracy" or "r2"
    score: float
    interval: tuple[float, float]  # 95 %, of the score
    baselines: dict[str, float]  # "commonest" or "mean", and "linear": the same metric on the same examples
    figures: dict[str, float]  # more metrics: "balanced_accuracy", "log_loss"; "rmse", "mae" in the target's units
    classes: tuple[str, ...] = ()
    by_class: tuple[ClassFigures, ...] = ()
    confusion: Array | None = None  # int64 (classes, classes): rows are the truth, columns the prediction

    def as_dict(self) -> dict[str, Any]:
        """Give all of it as plain data, fit for JSON."""
        return {**dataclasses.asdict(self), "confusion": None if self.confusion is None else self.confusion.tolist()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> TargetResult:
        """Make it again from what `as_dict` gave; what JSON could not write is NaN."""
        values = {**_numbers(data), "baselines": _numbers(data["baselines"]), "figures": _numbers(data["figures"])}
        values["by_class"] = tuple(ClassFigures(**_numbers(entry)) for entry in data["by_class"])
        values["interval"] = tuple(np.nan if bound is None else bound for bound in data["interval"])
        values["classes"] = tuple(data["classes"])
        values["confusion"] = None if data["confusion"] is None else np.array(data["confusion"])
        return cls(**values)

    @property
    def beaten(self) -> tuple[str, float] | None:
        """Name the baseline that is better than the network, and its score; None where none is."""
        name = max(self.baselines, key=self.baselines.__getitem__)
        return (name, self.baselines[name]) if self.baselines[name] > self.score else None


@dataclass(frozen=True)
class Importance:
    """How much of the score is lost when one column's values are shuffled among the held-out examples."""

    column: str
    loss: float  # mean of the drop in score
    spread: float  # standard deviation over the shufflings


@dataclass(frozen=True)
class Boundary:
    """What the network answers all over the plane of its two inputs."""

    columns: tuple[str, str]  # x, y
    x: Array  # float64 (p,)
    y: Array  # float64 (q,)
    answer: Array  # (q, p): class positions (int64) or values (float64)
    confidence: Array | None  # (q, p): the probability of the answered class
    points: Array  # float64 (m, 2): held-out examples
    truth: Array  # (m,): their classes or values


@dataclass(frozen=True)
class Results:
    """What came of a run."""

    targets: tuple[TargetResult, ...]
    importance: tuple[Importance, ...]  # the most important first
    examples: tuple[int, int, int]  # to train on, to choose by, held out
    epochs: int  # passes over the training part
    best_epoch: int
    reason: str  # why the run ended
    seconds: float
    seed: int

    @property
    def score(self) -> float:
        """The score; the mean over the targets where there are several."""
        return float(np.mean([result.score for result in self.targets]))

    def as_dict(self) -> dict[str, Any]:
        """Give all of it as plain data, fit for JSON."""
        return {**dataclasses.asdict(self), "targets": [result.as_dict() for result in self.targets]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Results:
        """Make it again from what `as_dict` gave."""
        values = dict(data)
        values["targets"] = tuple(TargetResult.from_dict(entry) for entry in data["targets"])
        values["importance"] = tuple(Importance(**_numbers(entry)) for entry in data["importance"])
        values["examples"] = tuple(data["examples"])
        return cls(**values)


BASELINES = {  # what they answer, in words
    "linear": "the same without hidden layers",
    "commonest": "always the commonest class",
    "mean": "always the mean",
}


def _numbers(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: np.nan if value is None else value for name, value in data.items()}


def score_text(metric: str, score: float) -> str:
    """Write a score in a few characters.

    >>> score_text("accuracy", 0.5), score_text("r2", 0.25)
    ('50.0% right', 'R² 0.250')
    """
    return f"{score:.1%} right" if metric == "accuracy" else f"R² {score:.3f}"
