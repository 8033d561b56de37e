"""`nudge train`: a network, from data to an honest score, under one's eyes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from ..config import TrainConfig
from ..errors import UsageError
from . import print_json, tell
from .knobs import from_file, parsed, with_knobs
from .options import Json

if TYPE_CHECKING:
    from ..train import Results, Run


@with_knobs
def train(
    data: str | None = None,
    /,
    *,
    config: Annotated[str | None, Parameter(show_default=False)] = None,
    resume: Annotated[str | None, Parameter(show_default=False)] = None,
    out: str = "runs",
    dry_run: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    json: Json = False,
    **given: Any,
) -> int:
    """Train a network, and score it once on what it has not seen.

    nudge train houses.csv --target price

    Parameters
    ----------
    data
        A CSV or Parquet file, or a set that comes with nudge (`nudge data` lists them).
    config
        A file of knobs, TOML or JSON, or a run's folder; options given beside it come first.
    resume
        A run's folder: go on with a run that was interrupted, as if it had not been.
    out
        The folder in which the run gets one of its own.
    dry_run
        Say what was understood, and the network; train nothing.
    """
    from ..fitting import into
    from ..train import Event, RunFolder, Warned, score_text, understood
    from .bar import bar
    from .summary import show

    knobs = parsed(given)
    if resume is not None and (data is not None or config is not None or knobs):
        raise UsageError("--resume goes on with a run as it was begun: it takes neither data nor knobs")
    folder = None if resume is None else RunFolder.resume(resume)
    run = begun(data, config, knobs) if folder is None else folder.run
    for line in understood(run):
        print(line, file=sys.stderr)
    notes = run.data.notes
    for note in notes:
        tell(note)
    if dry_run:
        return 0

    def warn(event: Event) -> None:
        if isinstance(event, Warned) and event.message not in notes:
            tell(event.message)

    run.loop.watchers.append(warn)
    folder = folder or RunFolder(run, parent=out)
    metric = run.heads[0].metric
    try:
        with bar(run.loop, metric):
            page = into(folder)
    except KeyboardInterrupt:
        best = run.loop.best
        kept = f"of pass {best.epoch} ({score_text(metric, best.score)} on the part to choose by)"
        tell(f"interrupted; the best weights so far, {kept}, are in {folder.path}")
        tell(f"`nudge train --resume {folder.path}` goes on")
        return 130
    if json:
        print_json({**as_json(run.results), "run": folder.path.as_posix()})
    else:
        show(run.results, folder.path.as_posix(), page.as_posix())
    return 0


def begun(data: str | None, config: str | None, knobs: dict[str, Any]) -> Run:
    """Make a run of what was typed; knobs come before those of the file `config`."""
    from ..train import Run

    if config is not None:
        named, values = from_file(config)
        data, knobs = data or named, {**values, **knobs}
    if data is None:
        raise UsageError("DATA is missing: a CSV or Parquet file, or a set that comes with nudge, such as digits")
    made = TrainConfig(**knobs)
    try:
        return Run(data, made)
    except MemoryError:
        hidden = ",".join(map(str, made.hidden))
        raise UsageError(f"so much data, or a network of --hidden {hidden}, does not fit into memory") from None


def as_json(results: Results) -> dict[str, Any]:
    """Give results in the form that programs read, each score also under its metric's name."""
    each = [
        {
            "task": result.task,
            "metric": result.metric,
            "score": result.score,
            result.metric: result.score,
            **({"rmse": result.figures["rmse"]} if result.task == "regression" else {}),
            "interval": list(result.interval),
            "baselines": result.baselines,
        }
        for result in results.targets
    ]
    about = {"epochs": results.epochs, "seconds": results.seconds, "seed": results.seed}
    if len(each) == 1:
        return {**each[0], **about}
    named = [{"target": result.target, **values} for result, values in zip(results.targets, each, strict=True)]
    return {"task": "several", "score": results.score, "targets": named, **about}
