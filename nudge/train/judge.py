"""The one look at what was held out: scores and their intervals, what they must beat, and what the network looks at."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data import Column, Examples, Table
from ..generator import Generator
from ..tensor import Tensor, wrap
from . import score
from .baseline import linear_regression, logistic_regression
from .forward import predict
from .importance import MOST_EXAMPLES, MOST_ROWS, importance
from .loop import Loop, blas_threads
from .predictor import Predictor
from .prepare import Prepared
from .results import Answers, Boundary, Importance, Results, TargetResult
from .task import Classification, Head, apart, task_of

Array = NDArray[Any]
MOST_IMPORTANT = 100  # columns: with more, no single one tells much
GRID, MARGIN = 120, 0.06  # points along a side of the plane, and how far it reaches beyond the examples
MOST_POINTS = 1500


@dataclass(frozen=True)
class Judged:
    """Results, and what pictures of them are drawn from."""

    results: Results
    answers: tuple[Answers, ...]  # of each target
    boundary: Boundary | None


def judge(prepared: Prepared, predictor: Predictor, loop: Loop, began: float) -> Judged:
    """Score a trained network on the part held out; `began` is the time when all began."""
    with blas_threads(prepared.train.inputs.numel() * loop.task.outputs):
        return _judge(prepared, predictor, loop, began)


def _judge(prepared: Prepared, predictor: Predictor, loop: Loop, began: float) -> Judged:
    held_out = prepared.held_out
    outputs = predict(predictor.model, held_out.inputs)
    answers = [
        head.answers(mine, own(held_out.targets, k, head))
        for k, (head, mine) in enumerate(apart(predictor.heads, outputs))
    ]
    finished = loop.finished
    assert finished is not None
    results = Results(
        targets=tuple(judged(prepared, k, head, answers[k]) for k, head in enumerate(predictor.heads)),
        importance=looked_at(prepared, predictor),
        examples=(len(prepared.train), len(prepared.validation), len(held_out)),
        epochs=finished.epoch,
        best_epoch=loop.best.epoch,
        reason=finished.reason,
        seconds=time.perf_counter() - began,
        seed=loop.config.seed,
    )
    return Judged(results, tuple(answers), plane(prepared, predictor, answers[0]))


def own(targets: Tensor, k: int, head: Head) -> Array:
    """Give the k-th target's own column: positions of classes, or standardised numbers."""
    column = targets.numpy() if targets.ndim == 1 else targets.numpy()[:, k]
    return column.astype(np.int64) if isinstance(head, Classification) else column.astype(np.float64)


def judged(prepared: Prepared, k: int, head: Head, answers: Answers) -> TargetResult:
    """Score one target's answers beside those of the baselines, which see what the network sees."""
    truth, said, groups = answers.truth, answers.prediction, prepared.groups
    known, new = own(prepared.train.targets, k, head), prepared.held_out.inputs.numpy()
    fitted_on = (
        prepared.train.inputs.numpy(), known,
        prepared.validation.inputs.numpy(), own(prepared.validation.targets, k, head),
    )  # fmt: skip
    result = partial(TargetResult, target=head.target, task=head.name, metric=head.metric)
    if isinstance(head, Classification):
        commonest = np.bincount(known).argmax()
        linear = logistic_regression(*fitted_on, len(head.classes))(new)
        matrix = score.confusion(truth, said, len(head.classes))
        assert answers.probabilities is not None
        return result(
            score=score.accuracy(truth, said),
            interval=score.accuracy_interval(truth, said, groups),
            baselines={
                "commonest": score.accuracy(truth, np.full(len(truth), commonest)),
                "linear": score.accuracy(truth, linear),
            },
            figures={
                "balanced_accuracy": score.balanced_accuracy(matrix),
                "log_loss": score.log_loss(truth, answers.probabilities),
            },
            classes=head.classes,
            by_class=score.by_class(matrix, head.classes),
            confusion=matrix,
        )
    linear = linear_regression(*fitted_on)(new) * head.deviation + head.mean
    return result(
        score=score.r2(truth, said),
        interval=score.r2_interval(truth, said, groups),
        baselines={"mean": score.r2(truth, np.full(len(truth), head.mean)), "linear": score.r2(truth, linear)},
        figures={"rmse": score.rmse(truth, said), "mae": score.mae(truth, said)},
    )


def looked_at(prepared: Prepared, predictor: Predictor) -> tuple[Importance, ...]:
    """Measure what each column is worth to the network, on some of the held-out examples; nothing for many columns."""
    places = predictor.features.slices
    if len(places) > MOST_IMPORTANT or prepared.image is not None:
        return ()
    some = every_so_often(prepared.held_out, min(MOST_EXAMPLES, MOST_ROWS // len(places)))
    task = task_of(predictor.heads)

    def told(x: Array) -> float:
        return task.score(predict(predictor.model, wrap(x)), some.targets)

    return importance(told, some.inputs.numpy(), places, Generator().manual_seed(0))


def every_so_often(examples: Examples, most: int) -> Examples:
    """Take at most so many examples, at even distances."""
    return examples.take(slice(None, None, -(-len(examples) // most)))


def plane(prepared: Prepared, predictor: Predictor, answers: Answers) -> Boundary | None:
    """Ask the network all over the plane of its inputs, where these are two numbers; None where they are not."""
    if prepared.plane is None or len(predictor.heads) != 1:
        return None
    names = list(predictor.types)
    sides = [stretched(values) for values in prepared.plane.T]
    across, up = np.meshgrid(*sides)
    columns = {
        name: Column(name, predictor.types[name], values.ravel())
        for name, values in zip(names, (across, up), strict=True)
    }
    outputs = predictor.outputs(Table(prepared.name, columns))
    prediction, probabilities = predictor.heads[0].told(outputs)
    sure = None if probabilities is None else probabilities.max(axis=1).reshape(across.shape)
    shown = slice(None, None, -(-len(answers.truth) // MOST_POINTS))
    return Boundary(
        columns=(names[0], names[1]),
        x=sides[0],
        y=sides[1],
        answer=prediction.reshape(across.shape),
        confidence=sure,
        points=prepared.plane[shown],
        truth=answers.truth[shown],
    )


def stretched(values: Array) -> Array:
    """Give points at even distances over values and a little beyond."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    beyond = MARGIN * (high - low or 1.0)
    return np.linspace(low - beyond, high + beyond, GRID)
