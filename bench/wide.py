"""A table of 100,000 rows and 20 columns, read to report: nudge beside scikit-learn with the same network and epochs.

`python -m bench memory` besides trains on 10,000,000 rows of 10 columns, and says how much memory that took.
"""

from __future__ import annotations

import statistics
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

from nudge.fitting import into
from nudge.train import Run, RunFolder

ROWS, COLUMNS, CLASSES = 100_000, 20, 3
HIDDEN, BATCH, EPOCHS = 100, 200, 10
ROUNDS = 3


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


def ours(path: Path, folder: Path) -> dict[str, float]:
    """Read, train, score, report; seconds by stage, and the score."""
    marks = [time.perf_counter()]
    run = Run(path, target="y", hidden=(HIDDEN,), batch_size=BATCH, epochs=EPOCHS, activation="relu")
    marks.append(time.perf_counter())
    run.loop.fit()
    marks.append(time.perf_counter())
    into(RunFolder(run, parent=folder))
    marks.append(time.perf_counter())
    read, trained, rest = np.diff(marks).tolist()
    return {"all": read + trained + rest, "read": read, "train": trained, "score, report": rest, "score": run.score}


def theirs(path: Path) -> dict[str, float]:
    """Do the same as scikit-learn's users do; there is no report."""
    import pandas as pd
    from sklearn.model_selection import train_test_split
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    marks = [time.perf_counter()]
    data = pd.read_csv(path)
    x, y = data.drop(columns="y"), data["y"]
    # As many rows to train on as nudge has: the rest is held out.
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
    read, trained, rest = np.diff(marks).tolist()
    return {"all": read + trained + rest, "read": read, "train": trained, "score, report": rest, "score": score}


def main() -> bool:
    """Print both ways' seconds by stage, and the ratio of the whole; the aim is at most 2."""
    print(f"\n{ROWS:,} rows, {COLUMNS} columns, {COLUMNS - 1}-{HIDDEN}-{CLASSES}, batches of {BATCH}, {EPOCHS} passes")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "wide.csv"
        write(path, ROWS, COLUMNS)
        pairs = [(ours(path, folder), theirs(path)) for _ in range(ROUNDS)]
    for who, found in zip(("nudge", "scikit-learn"), zip(*pairs, strict=True), strict=True):
        stages = "  ".join(f"{stage} {statistics.median(one[stage] for one in found):.2f}" for stage in found[0])
        print(f"    {who:12} seconds: {stages}")
    ratios = sorted(mine["all"] / peer["all"] for mine, peer in pairs)
    met = statistics.median(ratios) <= 2
    span = f"({ratios[0]:.2f} to {ratios[-1]:.2f})"
    print(f"    nudge / scikit-learn = {statistics.median(ratios):.2f}  {span}   aim: 2   {'met' if met else 'MISSED'}")
    return met
