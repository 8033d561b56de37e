"""Stories for reports to tell: runs of every kind, and some that go wrong."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nudge.report import Story
from nudge.train import ALL_PASSES, Answers, Boundary, Importance, Results, TargetResult
from nudge.train import score as scores

Array = NDArray[Any]
NASTY = ("<script>alert(1)</script>", "a & b \"c\" 'd'", "🦊 狐 ثعلب", "x" * 300, "two\nlines\x00\x1b", "")


def falling(k: int) -> float:
    """Give a loss that falls."""
    return 0.1 + math.exp(-k / 5)


def passes(n: int, losses: Callable[[int], float] = falling) -> list[dict[str, Any]]:
    """Make the log of a run of n passes."""
    log: list[dict[str, Any]] = [{"event": "started", "step": 0, "epoch": 0, "steps": 3 * n, "epochs": n}]
    for k in range(n + 1):
        log.append(
            {"event": "evaluated", "step": 3 * k, "epoch": k, "loss": losses(k), "score": 1 - losses(k) / 2,
             "train_loss": None if k == 0 else 0.8 * losses(k), "lr": 0.01 * math.sin(3 * k / max(n, 1)) + 0.01}
        )  # fmt: skip
    return [*log, {"event": "finished", "step": 3 * n, "epoch": n, "reason": ALL_PASSES}]


def told(targets: Sequence[tuple[TargetResult, Answers]], **changed: Any) -> Story:
    """Make a story of such targets."""
    held_out = len(targets[0][1].truth)
    results = Results(
        targets=tuple(result for result, _ in targets),
        importance=changed.pop("importance", (Importance("width", 0.4, 0.02), Importance("height", -0.01, 0.02))),
        examples=(4 * held_out, held_out, held_out), epochs=30, best_epoch=changed.pop("best", 20),
        reason=ALL_PASSES, seconds=1.25, seed=0,
    )  # fmt: skip
    values: dict[str, Any] = {
        "title": f"{results.targets[0].target}, told from flowers",
        "made": "3 May 2025, 14:02",
        "results": results,
        "answers": tuple(answers for _, answers in targets),
        "boundary": None,
        "history": passes(30),
        "understood": ["flowers.csv: 150 rows, 3 columns", "training: cross entropy by adam"],
        "columns": [("width", "number", "around 3.1"), ("id", "text", "dropped: different in every row")],
        "network": [("Linear, 2 → 8", 24), ("ReLU()", 0), ("Linear, 8 → 3", 27)],
        "knobs": [("lr", "0.01", "0.03"), ("seed", "0", "0")],
        "usage": [("Tell new rows:", "nudge predict runs/flowers-1 new.csv")],
        "notes": [],
    }
    return Story(**{**values, **changed})


def of_classes(
    truth: Array, probabilities: Array, classes: tuple[str, ...], target: str = "kind", **changed: Any
) -> tuple[TargetResult, Answers]:
    """Score answers that are classes."""
    said = probabilities.argmax(axis=1)
    matrix = scores.confusion(truth, said, len(classes))
    values: dict[str, Any] = {
        "target": target,
        "task": "classification",
        "metric": "accuracy",
        "score": scores.accuracy(truth, said),
        "interval": scores.accuracy_interval(truth, said),
        "baselines": {"commonest": float(np.bincount(truth).max() / len(truth)), "linear": 0.5},
        "figures": {"balanced_accuracy": 0.9, "log_loss": 0.3},
        "classes": classes,
        "by_class": scores.by_class(matrix, classes),
        "confusion": matrix,
    }
    return TargetResult(**{**values, **changed}), Answers(truth, said, probabilities)


def of_numbers(truth: Array, said: Array, target: str = "price", **changed: Any) -> tuple[TargetResult, Answers]:
    """Score answers that are numbers."""
    values: dict[str, Any] = {
        "target": target,
        "task": "regression",
        "metric": "r2",
        "score": scores.r2(truth, said),
        "interval": scores.r2_interval(truth, said),
        "baselines": {"mean": -0.01, "linear": 0.3},
        "figures": {"rmse": scores.rmse(truth, said), "mae": scores.mae(truth, said)},
    }
    return TargetResult(**{**values, **changed}), Answers(truth, said)


def drawn(n: int, classes: int, seed: int = 0, sure: float = 2.0) -> tuple[Array, Array]:
    """Draw a truth, and probabilities that know something of it."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, n)
    logits = rng.normal(size=(n, classes)) + sure * np.eye(classes)[truth]
    weights = np.exp(logits)
    return truth, (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def around(n: int, unit: float = 1.0, seed: int = 0) -> tuple[Array, Array]:
    """Draw numbers in a unit, and answers not far off."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(50, 20, n)
    return truth * unit, (truth + rng.normal(0, 8, n)) * unit


# -- stories ---------------------------------------------------------------------------------------


def three_classes() -> Story:
    return told([of_classes(*drawn(120, 3), ("setosa", "versicolor", "virginica"))])


def ten_classes() -> Story:
    return told([of_classes(*drawn(360, 10, sure=4.0), tuple("0123456789"))])


def hundred_classes() -> Story:
    return told([of_classes(*drawn(2000, 100, sure=4.0), tuple(f"class {k}" for k in range(100)))])


def thousand_classes() -> Story:
    return told([of_classes(*drawn(3000, 1000, sure=6.0), tuple(f"word {k}" for k in range(1000)))])


def nasty_names() -> Story:
    target = NASTY[0] + NASTY[3]
    return told(
        [of_classes(*drawn(200, len(NASTY), sure=1.0), NASTY, target)],
        title=f"{target}, told from {NASTY[1]}",
        importance=tuple(Importance(name, 0.1, 0.05) for name in NASTY),
        columns=[(name, name, name) for name in NASTY],
        network=[(name, 3) for name in NASTY],
        knobs=[(name, name, "") for name in NASTY],
        usage=[(name, name) for name in NASTY],
        understood=list(NASTY),
        notes=list(NASTY),
    )


def regression() -> Story:
    return told([of_numbers(*around(250))])


def many_numbers() -> Story:
    return told([of_numbers(*around(100_000))])


def tiny_numbers() -> Story:
    return told([of_numbers(*around(80, 1e-12))])


def huge_numbers() -> Story:
    return told([of_numbers(*around(80, 1e12))])


def constant_answers() -> Story:
    truth, _ = around(60)
    return told([of_numbers(truth, np.full(60, 1234.5678))])


def constant_truth() -> Story:
    return told([of_numbers(np.full(5, 7.0), np.full(5, 7.0))])


def two_held_out() -> Story:
    return told([of_classes(*drawn(2, 3), ("a", "b", "c"))])


def never_said() -> Story:
    truth, _ = drawn(50, 3)
    return told([of_classes(truth, np.tile(np.float32([0.2, 0.5, 0.3]), (50, 1)), ("a", "b", "c"))])


def diverged() -> Story:
    truth, said = around(30)
    said[3:] = math.nan
    log = passes(30, lambda k: [2.0, 0.5, 40.0, 1e30, math.inf][k] if k < 5 else math.nan)
    result = of_numbers(truth, said, interval=(math.nan, math.nan), figures={"rmse": math.nan, "mae": math.nan})
    return told([result], history=log, best=2, importance=(Importance("width", math.nan, math.nan),))


def never_finite() -> Story:
    truth, said = drawn(30, 2)
    log = passes(3, lambda k: math.nan)
    return told([of_classes(truth, np.full_like(said, math.nan), ("no", "yes"))], history=log, best=0)


def nothing_logged() -> Story:
    return told(
        [of_classes(*drawn(40, 2), ("no", "yes"))],
        history=[], importance=(), understood=[], columns=[], network=[], knobs=[], usage=[],
    )  # fmt: skip


def several_targets() -> Story:
    return told(
        [of_classes(*drawn(90, 2), ("no", "yes"), "sold"), of_numbers(*around(90), "price")],
        notes=["sold is unbalanced: look at the figures by class"],
    )


def plane_of_classes() -> Story:
    x, y, across, up = plane()
    chances = 1 / (1 + np.exp(-4 * (up - np.sin(2 * across))))
    points = np.random.default_rng(0).uniform(-2, 2, (90, 2))
    truth = (points[:, 1] > np.sin(2 * points[:, 0])).astype(int)
    found = Boundary(
        ("across", "up"), x, y, (chances > 0.5).astype(int), np.maximum(chances, 1 - chances), points, truth
    )
    return told([of_classes(truth, drawn(90, 2)[1], ("below", "above"))], boundary=found)


def plane_of_numbers() -> Story:
    x, y, across, up = plane()
    points = np.random.default_rng(0).uniform(-2, 2, (90, 2))
    points[3] = math.nan
    height = np.where(across > 1.9, math.nan, np.sin(across) * up)
    found = Boundary(("across", "up"), x, y, height, None, points, np.sin(points[:, 0]) * points[:, 1])
    return told([of_numbers(*around(90))], boundary=found)


def plane() -> tuple[Array, Array, Array, Array]:
    x, y = np.linspace(-2, 2, 60), np.linspace(-2, 2, 50)
    return x, y, *np.meshgrid(x, y)


STORIES: list[Callable[[], Story]] = [
    three_classes, ten_classes, hundred_classes, thousand_classes, nasty_names, regression, many_numbers, tiny_numbers,
    huge_numbers, constant_answers, constant_truth, two_held_out, never_said, diverged, never_finite, nothing_logged,
    several_targets, plane_of_classes, plane_of_numbers,
]  # fmt: skip
