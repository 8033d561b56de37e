"""`nudge predict`: what a trained network says of new rows."""

from __future__ import annotations

import csv
import io
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from ..errors import UsageError
from . import tell
from .data import texts
from .options import no_option

if TYPE_CHECKING:
    from ..data import Table
    from ..train import Predictions, Predictor

ROWS = 65_536  # at once
FORMATS = ("csv", "jsonl")
Flag = Parameter(negative="", show_default=False)


def predict(
    run: str,
    file: Annotated[str, Parameter(allow_leading_hyphen=True, validator=no_option)],
    /,
    *,
    output: Annotated[str | None, Parameter(name=("--output", "-o"), show_default=False)] = None,
    format: str = "csv",
    keep: Annotated[list[str] | None, Parameter(negative="", show_default=False)] = None,
    probabilities: Annotated[bool, Flag] = False,
) -> int:
    """Say what a trained network makes of new rows, a line for each, in their order.

    nudge predict runs/houses-1 new.csv -o prices.csv

    Parameters
    ----------
    run
        A run's folder, such as `nudge train` makes.
    file
        A CSV or Parquet file with the columns that the run was trained on; - reads standard input.
    output
        The file to write; standard output by default.
    format
        csv, or jsonl: one JSON object a line.
    keep
        A column of the file to hand through, before the prediction; may be given again.
    probabilities
        Add the probability of each class.
    """
    from ..train import Run, unseen_lines

    if format not in FORMATS:
        raise UsageError(f"--format {format}: expected one of {', '.join(FORMATS)}")
    predictor = Run.load(run).predictor
    kept = [name for text in keep or () for name in next(csv.reader([text]), [])]
    unseen: dict[str, Counter[str]] = defaultdict(Counter)
    with read(file) as path, written(output) as out:
        put: Callable[[dict[str, Any]], None] | None = None
        for table in predictor.stream(path, ROWS, keep=kept):
            said = predictor(table)
            columns = laid_out(table, said, predictor, kept, probabilities)
            put = put or (csv_writer(out, list(columns)) if format == "csv" else json_writer(out))
            put(columns)
            for column, words in said.unseen.items():
                unseen[column].update(words)
    for line in unseen_lines({column: dict(words.most_common()) for column, words in unseen.items()}):
        tell(line)
    return 0


def laid_out(table: Table, said: Predictions, predictor: Predictor, keep: list[str], sure: bool) -> dict[str, Any]:
    """Put what is kept, told and believed side by side, by the names that the output's columns have."""
    from ..train import Classification

    columns: dict[str, Any] = {name: texts(table.kept[name]) for name in keep}
    alone = len(predictor.heads) == 1
    for head in predictor.heads:
        columns["prediction" if alone else f"prediction {head.target}"] = said.said[head.target].tolist()
        if sure and isinstance(head, Classification):
            names = [f"p({name})" if alone else f"p({head.target}={name})" for name in head.classes]
            columns.update(zip(names, said.probabilities[head.target].T.tolist(), strict=True))
    return columns


def csv_writer(out: IO[str], header: list[str]) -> Callable[[dict[str, Any]], None]:
    """Write the header; give what writes columns as lines."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    return lambda columns: writer.writerows(zip(*map(short, columns.values()), strict=True))


def json_writer(out: IO[str]) -> Callable[[dict[str, Any]], None]:
    """Give what writes columns as one JSON object a line."""
    from ..io import json_line

    def put(columns: dict[str, Any]) -> None:
        for row in zip(*columns.values(), strict=True):
            out.write(json_line(dict(zip(columns, row, strict=True))) + "\n")

    return put


def short(column: list[Any]) -> list[Any]:
    """Write numbers with seven digits, which is what float32 knows."""
    return [f"{value:.7g}" if isinstance(value, float) else value for value in column]


@contextmanager
def read(file: str) -> Iterator[Path]:
    """Give the file's path; what comes by standard input lies in a temporary file."""
    if file != "-":
        yield Path(file)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "standard-input.csv"
        with path.open("wb") as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy)
        yield path


@contextmanager
def written(output: str | None) -> Iterator[IO[str]]:
    """Give where to write: standard output, or a file that has its name only when all is in it."""
    from ..io import writing

    if output is None:
        yield sys.stdout
        return
    with writing(output) as file:
        text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
        yield text
        text.detach()
