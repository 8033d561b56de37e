"""`nudge train`: a network, from data to an honest score, under one's eyes."""

from __future__ import annotations

import inspect
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from cyclopts import Parameter

from ..config import KNOBS, Knob, TrainConfig
from ..errors import UsageError
from . import console, print_json, tell

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

    from ..train import Event, Experiment, Loop, Report, RunFolder

F = TypeVar("F", bound=Callable[..., Any])


def option(name: str) -> str:
    """Name a knob as the terminal does: `--batch-size`."""
    return f"--{name.replace('_', '-')}"


def described(knob: Knob) -> str:
    """Put a knob's help, range and default into a sentence."""
    return f"{knob.help[0].upper()}{knob.help[1:]}: {knob.range}. Default: {knob.shown}."


def with_knobs(command: F) -> F:
    """Give a command an option for every knob of TrainConfig; texts, which the knobs read themselves."""
    signature = inspect.signature(command)
    fixed = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    options = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                str | None,
                Parameter(name=option(name), help=described(knob), allow_leading_hyphen=True, show_default=False),
            ],
        )
        for name, knob in KNOBS.items()
    ]
    command.__signature__ = signature.replace(parameters=[*fixed, *options])  # type: ignore[attr-defined]
    return command


@with_knobs
def train(data: str, /, *, json: bool = False, **given: str | None) -> int:
    """Train a network, and score it once on what it has not seen.

    nudge train digits --hidden 64,32 --seed 1

    Parameters
    ----------
    data
        A data set that comes with nudge: digits.
    json
        Print one JSON object.
    """
    texts = {name: text for name, text in given.items() if text is not None}
    config = TrainConfig(**{name: KNOBS[name].parse(text, option(name)) for name, text in texts.items()})

    from ..data import dataset
    from ..train import DIVERGED, Experiment, RunFolder

    try:
        experiment = Experiment(dataset(data), config)
    except MemoryError:
        hidden = ",".join(map(str, config.hidden))
        raise UsageError(f"--hidden {hidden}: so large a network does not fit into this machine's memory") from None
    run = experiment.loop
    folder = RunFolder(run.best, data, about(experiment))
    run.watchers.append(folder)
    for line in understood(experiment):
        print(line, file=sys.stderr)
    try:
        with bar(run) if watched() else nullcontext():
            report = experiment.fit()
        folder.log({"event": "scored", **report.as_dict()})
        folder.save()
    except KeyboardInterrupt:
        tell(f"interrupted; {kept(experiment)} are in {folder.path}")
        return 130
    if report.reason == DIVERGED:
        tell(f"the loss is no longer a number: a smaller --lr than {config.lr:g} may help")
    if json:
        print_json({**report.as_dict(), "run": folder.path.as_posix()})
    else:
        show(report, experiment, folder)
    return 0


def about(experiment: Experiment) -> dict[str, Any]:
    """Give what it takes to build the network again, and to train it again."""
    return {
        "data": experiment.data.name,
        "task": experiment.task.name,
        "inputs": experiment.train.inputs.shape[1],
        "classes": experiment.task.classes,
        "knobs": experiment.config.as_dict(),
    }


def understood(experiment: Experiment) -> list[str]:
    """Say what is about to be trained, on what, and how."""
    config, data = experiment.config, experiment.data
    train, validation, held_out = (len(part) for part in (experiment.train, experiment.validation, experiment.held_out))
    sizes = [experiment.train.inputs.shape[1], *config.hidden, experiment.task.outputs]
    count = sum(p.numel() for p in experiment.model.parameters())
    end = passes(experiment.loop.epochs)
    if experiment.loop.patience < experiment.loop.epochs:
        end = f"at most {end}, ending after {experiment.loop.patience} without improvement"
    moved = f", images moved by up to {config.shift:g} pixels" if data.image and config.shift else ""
    return [
        f"{data.name}: {len(data.examples):,} {data.about}, {len(data.classes)} classes",
        f"parts (seed {config.seed}): {train:,} to train on, {validation:,} to choose by, {held_out:,} held out",
        f"network: {' → '.join(map(str, sizes))}, {config.activation}, {count:,} parameters",
        f"training: Adam, rate up to {config.lr:g} and down again, "
        f"batches of {experiment.loop.batch_size}{moved}; {end}",
    ]


def passes(number: int) -> str:
    """Count passes: "1 pass", "2 passes"."""
    return f"{number} pass" if number == 1 else f"{number} passes"


def kept(experiment: Experiment) -> str:
    """Name the weights that a run has kept."""
    best = experiment.loop.best
    return f"the best weights so far, of pass {best.epoch} ({best.score:.1%} right on the part to choose by),"


def show(report: Report, experiment: Experiment, folder: RunFolder) -> None:
    """Print the score beside what it must beat, and where everything is."""
    from ..train import ALL_PASSES

    out = console()
    better = report.score > max(report.baselines.values())
    out.print(f"{report.metric} on the {len(experiment.held_out)} held out:")
    out.print(f"  [bold {'green' if better else 'yellow'}]{report.score:6.1%}  this network[/]")
    out.print(f"  {report.baselines['linear']:6.1%}  linear: the same without hidden layers")
    out.print(f"  {report.baselines['commonest']:6.1%}  always the commonest class")
    if not better:
        out.print("[yellow]this network does no better than a simpler answer[/]")
    early = "" if report.reason == ALL_PASSES else f" ({report.reason})"
    out.print(
        f"{passes(report.epochs)}{early} in {report.seconds:.1f} s; "
        f"the best weights, of pass {experiment.loop.best.epoch}, are in {folder.path}"
    )


# -- the bar ---------------------------------------------------------------------------------------


def watched() -> bool:
    """Tell whether standard error is a terminal that can redraw a line."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


@contextmanager
def bar(run: Loop) -> Iterator[None]:
    """Show a run on a live bar on standard error, which vanishes when it is done."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[numbers]}"),
        TimeRemainingColumn(compact=True),
        console=Console(stderr=True, highlight=False),
        transient=True,
    ) as progress:
        run.watchers.append(Bar(progress))
        yield


class Bar:
    """Shows a run on a progress bar, some ten times a second."""

    PAUSE = 0.1  # seconds

    def __init__(self, progress: RichProgress) -> None:
        """Draw on `progress`."""
        self.progress = progress
        self.drawn = -self.PAUSE
        self.numbers = ""

    def __call__(self, event: Event) -> None:
        """Draw the event."""
        from ..train import INTERRUPTED, Evaluated, Finished, Progress, Started

        if isinstance(event, Started):
            self.line = self.progress.add_task("training", total=event.steps, numbers="")
            self.epochs = event.epochs
        elif isinstance(event, Evaluated):
            self.numbers = f"loss {event.loss:.4f}  {event.score:.1%} right"
        elif isinstance(event, Progress) and time.perf_counter() - self.drawn >= self.PAUSE:
            self.drawn = time.perf_counter()
            numbers = f"pass {event.epoch}/{self.epochs}  {self.numbers}  rate {event.lr:.4f}"
            self.progress.update(self.line, completed=event.step, numbers=numbers)
        elif isinstance(event, Finished) and event.reason != INTERRUPTED:
            self.progress.update(self.line, description="scoring", completed=event.step, total=event.step)
