"""What a network is trained for: the loss that it lowers, the score people read, a target's way to numbers."""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from ..config import TrainConfig
from ..data import Column, Table
from ..errors import UsageError
from ..nn import functional as F
from ..tensor import Tensor, wrap
from . import score
from .results import Answers

Array = NDArray[Any]
# A number is a class by default where it is whole and takes no more values than this.
MOST_WHOLE_CLASSES = 10
MOST_CLASSES = 1000


class Task(Protocol):
    """What a training loop asks of its task."""

    @property
    def outputs(self) -> int:
        """How many numbers the network gives for an example."""

    def objective(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Compute the number that training lowers."""

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Compute the number by which the best weights are chosen; lower is better."""

    def score(self, outputs: Tensor, targets: Tensor) -> float:
        """Compute the number that people read; higher is better."""


@dataclass(frozen=True)
class Classification:
    """Tell which class an example is of, by one logit for each class.

    >>> task = Classification(("no", "yes"), target="bought")
    >>> task.answers(wrap(np.array([[0.0, 2.0]], np.float32)), np.array([1])).prediction
    array([1])
    """

    classes: tuple[str, ...]
    label_smoothing: float = 0.0
    target: str = "class"
    lowers: str = "cross_entropy"
    weights: tuple[float, ...] | None = None  # how much an example of each class counts
    name: ClassVar[str] = "classification"
    metric: ClassVar[str] = "accuracy"

    @property
    def outputs(self) -> int:
        """How many numbers the network gives for an example."""
        return len(self.classes)

    @property
    def _weight(self) -> Tensor | None:
        return None if self.weights is None else wrap(np.array(self.weights, np.float32))

    def objective(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Compute the mean cross-entropy with smoothed targets, or the hinge of several classes."""
        if self.lowers == "hinge":
            return F.multi_margin_loss(outputs, targets, weight=self._weight)
        return F.cross_entropy(outputs, targets, self._weight, label_smoothing=self.label_smoothing)

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Compute the mean cross-entropy, or the hinge, of what the network is sure of by itself."""
        return F.multi_margin_loss(outputs, targets) if self.lowers == "hinge" else F.cross_entropy(outputs, targets)

    def score(self, outputs: Tensor, targets: Tensor) -> float:
        """Compute the share of examples whose largest logit is that of their class."""
        return score.accuracy(np.asarray(targets), np.argmax(outputs, axis=-1))

    def encode(self, column: Column) -> Array:
        """Give the position of each value's class, int64 (n,); -1 for a gap and for what is no class."""
        words, codes = as_words(column)
        places = {word: k for k, word in enumerate(self.classes)}
        return np.array([*(places.get(word, -1) for word in words), -1], np.int64)[codes]

    def told(self, outputs: Tensor) -> tuple[Array, Array | None]:
        """Read the network's outputs (n, classes): positions of classes, and the probability of each."""
        return np.argmax(outputs, axis=-1), np.asarray(F.softmax(outputs, dim=1))

    def answers(self, outputs: Tensor, truth: Array) -> Answers:
        """Put what is told beside the truth."""
        return Answers(truth, *self.told(outputs))

    def spoken(self, prediction: Array) -> Array:
        """Put positions into words: an array of texts."""
        return np.array(self.classes, dtype=object)[prediction]


@dataclass(frozen=True)
class Regression:
    """Tell a number; the network learns it standardised: (y − mean)/deviation, both of the training part."""

    target: str
    mean: float
    deviation: float
    lowers: str = "mse"
    name: ClassVar[str] = "regression"
    metric: ClassVar[str] = "r2"
    outputs: ClassVar[int] = 1

    def objective(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Compute the mean of the squared, absolute or Huber's error, in standard deviations."""
        return ERRORS[self.lowers](outputs.reshape(-1), targets)

    loss = objective

    def score(self, outputs: Tensor, targets: Tensor) -> float:
        """Compute R²: the share of the targets' variance that is accounted for; NaN where there is none."""
        return score.r2(np.asarray(targets, np.float64), np.asarray(outputs, np.float64).reshape(-1))

    def encode(self, column: Column) -> Array:
        """Standardise, float32 (n,); NaN for a gap."""
        return ((column.values - self.mean) / self.deviation).astype(np.float32)

    def told(self, outputs: Tensor) -> tuple[Array, Array | None]:
        """Read the network's outputs (n, 1): numbers in the target's own units, and no probabilities."""
        return np.asarray(outputs, np.float64).reshape(-1) * self.deviation + self.mean, None

    def answers(self, outputs: Tensor, truth: Array) -> Answers:
        """Put what is told beside the standardised truth, both in the target's own units."""
        return Answers(truth * self.deviation + self.mean, *self.told(outputs))

    def spoken(self, prediction: Array) -> Array:
        """Give numbers as they are."""
        return prediction


ERRORS = {"mse": F.mse_loss, "l1": F.l1_loss, "huber": F.huber_loss}
LOSSES = {"classification": ("cross_entropy", "hinge"), "regression": ("mse", "l1", "huber")}
Head = Classification | Regression


def apart(heads: Sequence[Head], outputs: Tensor) -> Iterator[tuple[Head, Tensor]]:
    """Give each head with its slice of the outputs."""
    start = 0
    for head in heads:
        yield head, outputs[:, start : start + head.outputs]
        start += head.outputs


@dataclass(frozen=True)
class Several:
    """Several targets at once: targets are (n, heads), and each head has its own slice of the outputs."""

    heads: tuple[Head, ...]

    @property
    def outputs(self) -> int:
        """How many numbers the network gives for an example."""
        return sum(head.outputs for head in self.heads)

    def apart(self, outputs: Tensor, targets: Tensor) -> list[tuple[Head, Tensor, Tensor]]:
        """Give each head its part of outputs and targets."""
        columns = [targets[:, k] for k in range(len(self.heads))]
        return [
            (head, mine, column.long() if isinstance(head, Classification) else column)
            for (head, mine), column in zip(apart(self.heads, outputs), columns, strict=True)
        ]

    def objective(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Add what the heads lower."""
        return reduce(operator.add, [head.objective(o, t) for head, o, t in self.apart(outputs, targets)])

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Add the heads' losses."""
        return reduce(operator.add, [head.loss(o, t) for head, o, t in self.apart(outputs, targets)])

    def score(self, outputs: Tensor, targets: Tensor) -> float:
        """Give the mean of the heads' scores."""
        return float(np.mean([head.score(o, t) for head, o, t in self.apart(outputs, targets)]))


def task_of(heads: Sequence[Head]) -> Task:
    """Give the task of one head, or of several."""
    return heads[0] if len(heads) == 1 else Several(tuple(heads))


# -- from a column to a head -----------------------------------------------------------------------


def kind_of(column: Column, task: str | None) -> str:
    """Say whether a target is a class or a number: as told, or by its column's kind.

    Raises UsageError for a target that cannot be what is told.
    """
    number = column.type.kind == "number"
    if task == "regression" and not number:
        some = ", ".join(column.words[:3])
        raise UsageError(f"target {column.name} is no number ({some}, …), so it cannot be the target of a regression")
    if task is not None:
        return task
    if column.type.kind == "date":
        raise UsageError(f"target {column.name} is a date: give --type {column.name}=category, or another target")
    if not number:
        return "classification"
    known = column.values[~np.isnan(column.values)]
    whole = bool((known == np.round(known)).all())
    return "classification" if whole and len(np.unique(known)) <= MOST_WHOLE_CLASSES else "regression"


def head_for(column: Column, task: str, train: Array, config: TrainConfig) -> Head:
    """Make the head of a target, of the kind that `kind_of` says: its classes, or its mean and deviation in `train`.

    Raises:
        UsageError: one class only, far too many, a constant number, or a loss of the other task.
    """
    if config.loss is not None and config.loss not in LOSSES[task]:
        raise UsageError(f"loss {config.loss}: {task} lowers one of {', '.join(LOSSES[task])}")
    if task == "regression":
        seen = column.values[train]
        deviation = float(np.std(seen))
        if not deviation:
            raise UsageError(f"target {column.name} is {seen[0]:g} in all of the rows to train on: nothing to learn")
        return Regression(column.name, float(np.mean(seen)), deviation, config.loss or "mse")
    words, codes = as_words(column)
    counts = np.bincount(codes[codes >= 0], minlength=len(words))
    classes = tuple(word for word, count in zip(words, counts, strict=True) if count)
    if len(classes) < 2:
        only = f"is {classes[0]} in every row" if classes else "has no value"
        raise UsageError(f"target {column.name} {only}: there is nothing to tell apart")
    if len(classes) > MOST_CLASSES:
        raise UsageError(
            f"target {column.name} has {len(classes):,} classes, more than {MOST_CLASSES:,}: "
            "is it the right column, or is it to be --task regression?"
        )
    head = Classification(classes, config.label_smoothing, column.name, config.loss or "cross_entropy")
    if config.class_weight == "balanced":
        seen = np.maximum(np.bincount(head.encode(column)[train], minlength=len(classes)), 1)
        head = dataclasses.replace(head, weights=tuple((len(train) / (len(classes) * seen)).tolist()))
    return head


def as_words(column: Column) -> tuple[Sequence[str], Array]:
    """Give the words of a column, and each value's position among them, -1 for a gap; numbers as they are written."""
    if column.type.words:
        return column.words, column.values
    known = ~np.isnan(column.values)
    found, places = np.unique(column.values[known], return_inverse=True)
    codes = np.full(len(column.values), -1)
    codes[known] = places
    return [f"{value:.15g}" for value in found], codes


def head_from_dict(data: Mapping[str, Any]) -> Head:
    """Make a head again from what `head_as_dict` gave."""
    values: Any = {name: tuple(one) if isinstance(one, list) else one for name, one in data.items()}
    return Classification(**values) if values.pop("task") == Classification.name else Regression(**values)


def head_as_dict(head: Head) -> dict[str, Any]:
    """Give a head as plain data, fit for JSON."""
    return {"task": head.name, **dataclasses.asdict(head)}


def encoded(heads: Sequence[Head], table: Table) -> Array:
    """Give all targets of a table: (n,), or (n, heads) where there are several."""
    columns = [head.encode(table[head.target]) for head in heads]
    return columns[0] if len(columns) == 1 else np.stack([c.astype(np.float32) for c in columns], axis=1)
