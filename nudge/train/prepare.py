"""From a file, a frame or a shipped set to examples: everything that is decided before the first weight is drawn."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..config import TrainConfig
from ..data import (
    SETS,
    ColumnType,
    Dataset,
    Examples,
    Features,
    Parts,
    Table,
    dataset,
    read_table,
    split,
    split_by_group,
    split_by_time,
)
from ..errors import UsageError, nearest
from ..generator import Generator
from ..tensor import wrap
from .task import Classification, Head, encoded, head_for, kind_of

Array = NDArray[Any]
RARE = 0.2  # of an even share: a class that has less is worth a word


class Described(NamedTuple):
    """One column, in words."""

    column: str
    kind: str
    use: str  # what becomes of it


@dataclass(frozen=True)
class Prepared:
    """Three parts of examples, and how they were made."""

    name: str
    source: str | None  # a path or a set's name, by which the data can be found again
    origin: str  # what was read, in words
    fingerprint: str
    types: dict[str, ColumnType]  # of the columns that are looked at
    features: Features
    heads: tuple[Head, ...]
    parts: Parts  # positions in the table
    train: Examples
    validation: Examples
    held_out: Examples
    groups: Array | None  # of the held-out examples, where they are not independent
    plane: Array | None  # float64 (n, 2): the two numbers of each held-out example, where these are all that is seen
    image: tuple[int, int] | None
    columns: tuple[Described, ...]
    notes: tuple[str, ...]  # what a person should know before the first step


def prepare(data: Any, config: TrainConfig, generator: Generator) -> Prepared:
    """Read, choose target and features, split, and fit all that is fitted on the training part alone.

    `data` is a path, the name of a shipped set, or whatever `read_table` takes. The generator draws the parts.

    Raises:
        UsageError: data that cannot be read, columns that there are not, or too little to learn from.
    """
    found = opened(data, config)
    table, source, notes = found.table, found.source, []
    targets = chosen_targets(table, config, found.target)
    ignored = [table[name].name for name in config.ignore]
    if config.split_by is not None:
        ignored.append(table[config.split_by].name)
    if config.split_by is not None and config.time is not None:
        raise UsageError("parts are made either by split_by or by time, not by both")

    needed = [*targets, *([config.time] if config.time is not None else [])]
    rows = np.flatnonzero(~np.any([table[name].gap for name in needed], axis=0))
    if len(rows) < len(table):
        notes.append(f"{len(table) - len(rows):,} of {len(table):,} rows have no {' or '.join(needed)}: left out")
    kinds = [kind_of(table[name], config.task) for name in targets]
    parts, groups = dealt(table, rows, targets, kinds, config, generator)

    names = [name for name in table.columns if name not in (*targets, *ignored)]
    if config.missing == "error":
        refuse_gaps(table, names, rows)
    train = table.take(parts.train)
    heads = tuple(
        head_for(table[name], kind, parts.train, config) for name, kind in zip(targets, kinds, strict=True)
    )
    scale = None if found.image is None else max(float(train[name].values.max()) for name in names) or 1.0
    features = Features.fit(train, names, scale=scale)
    notes += [note for head in heads if isinstance(head, Classification) for note in rare(head, train)]

    seen = [table[part.column] for part in features.parts]
    plane = None
    if len(seen) == 2 and all(column.type.kind == "number" for column in seen):
        plane = np.stack([column.values[parts.held_out] for column in seen], axis=1)
    examples = []
    for part in parts:
        piece = table.take(part)
        examples.append(Examples(wrap(features(piece)), wrap(encoded(heads, piece))))
    return Prepared(
        name=table.name,
        source=source,
        origin=table.origin,
        fingerprint=table.fingerprint,
        types={part.column: table[part.column].type for part in features.parts},
        features=features,
        heads=heads,
        parts=parts,
        train=examples[0],
        validation=examples[1],
        held_out=examples[2],
        groups=groups,
        plane=plane,
        image=found.image,
        columns=tuple(described(table, features, heads, ignored)),
        notes=tuple(notes),
    )


class Opened(NamedTuple):
    """Data, and what is known of it."""

    table: Table
    source: str | None
    target: str | None = None
    image: tuple[int, int] | None = None


def opened(data: Any, config: TrainConfig) -> Opened:
    """Read data: a text is a file where there is one of that name, otherwise a shipped set."""
    if config.type and isinstance(data, (Dataset, Table)):
        raise UsageError("type: the table has been read, and its columns are what they are; say it to read_table")
    if isinstance(data, Dataset):
        return Opened(data.table, None, data.target, data.image)
    if isinstance(data, Table):
        return Opened(data, None)
    if isinstance(data, str) and not Path(data).exists():
        if data in SETS:
            given = dataset(data, types=config.type)
            return Opened(given.table, data, given.target, given.image)
        if not Path(data).suffix and os.path.basename(data) == data:
            raise UsageError(f"there is no file and no shipped set {data}{nearest(data, SETS)}")
    table = read_table(data, types=config.type)
    return Opened(table, os.fspath(data) if isinstance(data, (str, os.PathLike)) else None)


def chosen_targets(table: Table, config: TrainConfig, own: str | None) -> list[str]:
    """Name the columns to be told. Raises UsageError where none is given, or one is not there."""
    given = config.target if config.target is not None else (own,) if own else ()
    if not given:
        raise UsageError(
            f"which column is to be told from the others? give a target, one of: {', '.join(table.columns)}"
        )
    if len(set(given)) < len(given):
        raise UsageError(f"target {', '.join(given)}: a column is named twice")
    return [table[name].name for name in given]


def refuse_gaps(table: Table, names: Iterable[str], rows: Array) -> None:
    """Raise UsageError where a feature has a gap."""
    for name in names:
        missing = rows[table[name].gap[rows]]
        if len(missing):
            raise UsageError(
                f"column {name} has {len(missing):,} gaps, the first in row {missing[0] + 1:,}: "
                "fill them, leave the column out (ignore), or let them be filled (missing fill)"
            )


def dealt(
    table: Table, rows: Array, targets: list[str], kinds: list[str], config: TrainConfig, generator: Generator
) -> tuple[Parts, Array | None]:
    """Deal rows out to three parts; give positions in the table, and the groups of those held out if there are any."""
    groups = None
    if config.time is not None:
        if table[config.time].type.kind not in ("date", "number"):
            raise UsageError(f"time {config.time} is a {table[config.time].type.kind}: expected a date or a number")
        parts = split_by_time(table[config.time].values[rows], config.validation, config.holdout)
    elif config.split_by is not None:
        groups = np.unique(table[config.split_by].values[rows], return_inverse=True)[1]
        parts = split_by_group(groups, config.validation, config.holdout, generator)
        groups = groups[parts.held_out]
    else:
        labels = np.zeros(len(rows), np.int64)
        if len(targets) == 1 and kinds[0] == "classification":
            labels = np.unique(table[targets[0]].values[rows], return_inverse=True)[1]
        parts = split(labels, config.validation, config.holdout, generator)
    return Parts(*(rows[part] for part in parts)), groups


def rare(head: Classification, train: Table) -> list[str]:
    """Say which classes are rare in the training part, or not in it at all."""
    counts = np.bincount(head.encode(train[head.target]), minlength=len(head.classes))
    notes = []
    absent = [name for name, count in zip(head.classes, counts, strict=True) if not count]
    if absent:
        notes.append(f"{head.target}: none of the examples to train on is {' or '.join(absent[:5])}")
    least = int(np.argmin(counts))
    if 0 < counts[least] < RARE * len(train) / len(counts):
        share = f"{head.classes[least]} is {counts[least] / len(train):.1%} of the examples to train on"
        notes.append(
            f"{head.target} is unbalanced, {share}: look at the figures by class, not at accuracy alone "
            "(class_weight balanced gives rare classes weight)"
        )
    return notes


def described(table: Table, features: Features, heads: Iterable[Head], ignored: list[str]) -> Iterable[Described]:
    """Say of every column what it is and what becomes of it."""
    use = {part.column: part.says() for part in features.parts}
    use |= {name: f"dropped: {why}" for name, why in features.dropped.items()}
    use |= dict.fromkeys(ignored, "not looked at")
    use |= {head.target: f"target of a {head.name}" for head in heads}
    for name, column in table.columns.items():
        yield Described(name, column.describe(), use[name])
