"""What a run leaves: columns' ways to numbers, a network, and its outputs' way back; all of it plain data on disk."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ..config import TrainConfig
from ..data import ColumnType, Features, Table, read_table, stream_table
from ..errors import UsageError
from ..io import load, read_json, write_json
from ..nn import Module
from ..tensor import Tensor, wrap
from .forward import predict
from .network import network
from .task import Head, apart, head_as_dict, head_from_dict

Array = NDArray[Any]
PREPROCESSING, CONFIG, WEIGHTS = "preprocessing.json", "config.json", "weights.safetensors"


@dataclass(frozen=True)
class Predictions:
    """What a network says of some rows, by target."""

    said: dict[str, Array]  # classes in words (object), or numbers (float64): shape (n,)
    probabilities: dict[str, Array]  # float32 (n, classes), of the targets that are classes
    unseen: dict[str, dict[str, int]]  # by column, words not met in training, and how often they occur
    kept: dict[str, Any] = field(default_factory=dict)  # columns handed through


@dataclass(frozen=True)
class Predictor:
    """Tells targets from tables, in the way that a run has found."""

    types: dict[str, ColumnType]  # of the columns that are looked at
    features: Features
    heads: tuple[Head, ...]
    model: Module

    def outputs(self, table: Table) -> Tensor:
        """Compute the network's outputs, (rows, outputs)."""
        return predict(self.model, wrap(self.features(table)))

    def __call__(self, table: Table) -> Predictions:
        """Say what the targets of a table's rows are; its columns must have the types that the run has seen."""
        outputs = self.outputs(table)
        said: dict[str, Array] = {}
        probabilities: dict[str, Array] = {}
        for head, mine in apart(self.heads, outputs):
            prediction, sure = head.told(mine)
            said[head.target] = head.spoken(prediction)
            if sure is not None:
                probabilities[head.target] = sure
        return Predictions(said, probabilities, self.features.unseen(table))

    def read(self, data: Any) -> Table:
        """Read what is to be told from: a file or frame with the columns that the run has seen, others ignored."""
        if isinstance(data, Table):
            return data
        return read_table(data, types=self.types, need=tuple(self.types))

    def stream(self, path: str | Path, rows: int, keep: Sequence[str] = ()) -> Iterator[Table]:
        """Read a file some rows at a time, so that it may be longer than memory."""
        return stream_table(path, self.types, rows=rows, keep=keep)

    def as_dict(self) -> dict[str, Any]:
        """Give all but the weights as plain data, fit for JSON."""
        return {
            "columns": {name: column.as_dict() for name, column in self.types.items()},
            "features": self.features.as_dict(),
            "targets": [head_as_dict(head) for head in self.heads],
        }

    def save_preprocessing(self, folder: Path) -> None:
        """Write everything but configuration and weights into a run's folder."""
        write_json(folder / PREPROCESSING, self.as_dict())

    @classmethod
    def load(cls, folder: Path, config: TrainConfig) -> Predictor:
        """Read what a run has left in its folder. Raises UsageError where that is missing or spoiled."""
        data = read_json(folder / PREPROCESSING)
        try:
            types = {name: ColumnType.from_dict(entry) for name, entry in data["columns"].items()}
            features = Features.from_dict(data["features"])
            heads = tuple(head_from_dict(entry) for entry in data["targets"])
            model = network(len(features.labels), sum(head.outputs for head in heads), config)
        except (KeyError, TypeError, AttributeError) as error:
            raise UsageError(f"{folder / PREPROCESSING} is not what nudge writes ({error})") from None
        model.load_state_dict(load(folder / WEIGHTS))
        return cls(types, features, heads, model)


def read_about(folder: Path) -> Any:
    """Read what a run's folder says of itself. Raises UsageError for a folder that is none."""
    if not (folder / CONFIG).is_file():
        raise UsageError(f"{folder} is no run's folder: it has no {CONFIG}")
    return read_json(folder / CONFIG)


def warn_of_unseen(unseen: dict[str, dict[str, int]]) -> None:
    """Warn of words that the network has never met."""
    for line in unseen_lines(unseen):
        warnings.warn(line, UserWarning, stacklevel=3)


def unseen_lines(unseen: dict[str, dict[str, int]]) -> list[str]:
    """Say, by column, which words were not met in training, and how often they occur."""
    lines = []
    for column, words in unseen.items():
        some = ", ".join(f"{word} ({count})" for word, count in list(words.items())[:5])
        more = f" and {len(words) - 5} more" if len(words) > 5 else ""
        lines.append(f"column {column} has words not met in training, which count as none: {some}{more}")
    return lines
