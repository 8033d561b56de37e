"""Python's door to training: `nudge.fit`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .report import write
from .train import Run, RunFolder


def fit(data: Any, target: str | tuple[str, ...] | None = None, *, out: str | Path | None = None, **knobs: Any) -> Run:
    """Train a network that tells `target` from the other columns of a table, and score it on what it has not seen.

    `data` is a CSV or Parquet file, a data frame, columns by name, or the name of a set that comes with nudge; the
    knobs are those of `nudge.config.TrainConfig`. With `out`, the run is kept in a folder of its own in that one, as
    `nudge train` keeps it in `runs`.

    Raises:
        UsageError: data that cannot be read or learned from, a column that there is not, a knob out of its range.

    >>> import nudge
    >>> sizes = [k * 7 % 40 for k in range(40)]
    >>> run = nudge.fit({"size": sizes, "price": [3.0 * size + 20 for size in sizes]}, target="price")
    >>> run.score > 0.9, run.predict({"size": [10]}).shape
    (True, (1,))
    """
    if target is not None:
        knobs["target"] = target
    run = Run(data, **knobs)
    if out is None:
        return run.fit()
    into(RunFolder(run, parent=out))
    return run


def into(folder: RunFolder) -> Path:
    """Train a run in its folder, to the results and the report, whose path it gives."""
    with folder:
        folder.run.fit()
        folder.finish()
        return write(folder.run, folder.path, folder.history)
