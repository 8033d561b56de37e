"""A table of 100,000 rows and 20 columns, read to report, beside scikit-learn with the same network and epochs."""

from __future__ import annotations

import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

import nudge

from .timing import ratio, verdict

ROWS, COLUMNS, CLASSES = 100_000, 20, 3
HIDDEN, BATCH, EPOCHS = 100, 200, 10
ROUNDS = 5
STAGES = {  # of nudge's time: where the function stands that takes it
    "read": ("nudge.train.prepare", "opened"),
    "preprocess": ("nudge.train.run", "prepare"),
    "train": ("nudge.train.run", "Loop.fit"),
    "baseline": ("nudge.train.judge", "logistic_regression"),
    "importance": ("nudge.train.judge", "looked_at"),
    "report": ("nudge.fitting", "write"),
}


def write(path: Path, rows: int, columns: int) -> None:
    """Write a table of numbers whose class is a bent function of some of them."""
    r = np.random.default_rng(7)
    weights = r.normal(size=(columns, CLASSES))
    with path.open("w") as file:
        file.write(",".join([*(f"x{k}" for k in range(columns - 1)), "y"]) + "\n")
        for start in range(0, rows, 100_000):
            x = r.normal(size=(min(100_000, rows - start), columns - 1))
            logits = np.tanh(x) @ weights[:-1] + np.abs(x[:, :1]) * weights[-1] + r.gumbel(size=(len(x), CLASSES))
            formats = ["%.4f"] * (columns - 1) + ["%d"]
            np.savetxt(file, np.column_stack([x, logits.argmax(1)]), fmt=formats, delimiter=",")


def ours(path: Path, folder: Path, **knobs: Any) -> dict[str, float]:
    """Read, train, score, report, as a user does; seconds by stage, and the score."""
    spent = dict.fromkeys(STAGES, 0.0)
    with ExitStack() as watch:
        for stage, (module, name) in STAGES.items():
            holder: Any = import_module(module)
            *inside, name = name.split(".")
            for part in inside:
                holder = getattr(holder, part)
            watch.enter_context(patch.object(holder, name, timed(stage, getattr(holder, name), spent)))
        start = time.perf_counter()
        run = nudge.fit(path, "y", out=folder, hidden=HIDDEN, batch_size=BATCH, epochs=EPOCHS, **knobs)
        whole = time.perf_counter() - start
    return {"all": whole, **spent, "rest": whole - sum(spent.values()), "score": run.score}


def timed(stage: str, function: Callable[..., Any], spent: dict[str, float]) -> Callable[..., Any]:
    """Add the seconds that a function takes to its stage, without those of the stages inside."""

    def run(*args: Any, **kwargs: Any) -> Any:
        inside, start = sum(spent.values()), time.perf_counter()
        found = function(*args, **kwargs)
        spent[stage] += time.perf_counter() - start - (sum(spent.values()) - inside)
        return found

    return run


def theirs(path: Path) -> dict[str, float]:
    """Do the same as scikit-learn's users do; there are no baselines, no importance and no report."""
    import pandas as pd
    from sklearn.model_selection import train_test_split
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    marks = [time.perf_counter()]
    data = pd.read_csv(path)
    x, y = data.drop(columns="y"), data["y"]
    # As many rows to train on as nudge has, and as many held out.
    x, held_x, y, held_y = train_test_split(x, y, train_size=0.64, test_size=0.2, stratify=y, random_state=0)
    marks.append(time.perf_counter())
    in_full = {"max_iter": EPOCHS, "tol": 0, "n_iter_no_change": EPOCHS}
    network = MLPClassifier((HIDDEN,), batch_size=BATCH, random_state=0, **in_full)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = make_pipeline(StandardScaler(), network).fit(x, y)
    marks.append(time.perf_counter())
    score = float(model.score(held_x, held_y))
    marks.append(time.perf_counter())
    read, trained, scored = np.diff(marks).tolist()
    return {"all": marks[-1] - marks[0], "read": read, "train": trained, "rest": scored, "score": score}


def main() -> bool:
    """Print all ways' seconds by stage, and the ratios of the whole; the aim is half, with the same network."""
    print(f"\n{ROWS:,} rows, {COLUMNS} columns, {COLUMNS - 1}-{HIDDEN}-{CLASSES}, batches of {BATCH}, {EPOCHS} passes")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "wide.csv"
        write(path, ROWS, COLUMNS)
        ways: dict[str, Callable[[], dict[str, float]]] = {
            "nudge": lambda: ours(path, folder),
            "no dropout": lambda: ours(path, folder, dropout=0.0),  # scikit-learn's network has none
            "scikit-learn": lambda: theirs(path),
        }
        # The first round is not counted: what is imported late is imported then.
        rounds = [{who: run() for who, run in ways.items()} for _ in range(ROUNDS + 1)][1:]
    for who in ways:
        found = {stage: statistics.median(one[who][stage] for one in rounds) for stage in rounds[0][who]}
        score = found.pop("score")
        shown = "  ".join(f"{stage} {seconds:.2f}" for stage, seconds in found.items())
        print(f"    {who:12} seconds: {shown}   accuracy {score:.3f}")
    times = {who: [one[who]["all"] for one in rounds] for who in ways}
    low, whole, high = ratio(times, "nudge", "scikit-learn")
    print(f"    nudge / scikit-learn = {whole:.2f}  ({low:.2f} to {high:.2f})")
    low, same, high = ratio(times, "no dropout", "scikit-learn")
    bounds = f"({low:.2f} to {high:.2f})   aim: at most 0.5   {verdict(same <= 0.5)}"
    print(f"    no dropout / scikit-learn = {same:.2f}  {bounds}")
    return same <= 0.5
