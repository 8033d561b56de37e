"""Every knob of a run, once: its default, range, unit and help.

The terminal's options, a run folder's file, and whatever else asks how a run is set, are read from here.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

from .errors import UsageError, nearest

# What a column may be said to be.
COLUMN_KINDS = ("number", "category", "text", "date")
DATA, NETWORK, TRAINING, SPLIT = "Data", "Network", "Training", "Parts"


@dataclass(frozen=True)
class Knob:
    """What may be asked of one setting."""

    default: Any
    kind: Callable[[Any], Any]  # int, float or str
    help: str
    low: float = -math.inf
    high: float = math.inf
    above: bool = False  # whether `low` itself is out of range
    choices: tuple[str, ...] = ()
    many: bool = False  # several values: a tuple, "64,32" in text
    named: bool = False  # a value for each of several names: a dict, "zip=category,since=date" in text
    unset: str = ""  # what None means; '' where it may not be None
    unit: str = ""
    example: str = ""
    group: str = TRAINING

    @property
    def range(self) -> str:
        """Say what is in range, in words.

        >>> Knob(0.5, float, "how far", low=0, high=1, above=True, unit="pixels").range
        'a number above 0, up to 1 (pixels)'
        """
        if self.choices:
            one = f"one of {', '.join(self.choices)}"
            return f"COLUMN=KIND, the kind {one}" if self.named else one
        if self.kind is str:
            return "names of columns" if self.many else "the name of a column"
        what = "a number" if self.kind is float else "whole numbers" if self.many else "a whole number"
        what += f" {'above' if self.above else 'from'} {self.low}, up to {self.high}"
        return f"{what} ({self.unit})" if self.unit else what

    @property
    def shown(self) -> str:
        """Write the default as it may be given, or say what happens without one."""
        return self.unset if self.default is None else self.text(self.default)

    def text(self, value: Any) -> str:
        """Write a value as `parse` reads it; None as what happens without one."""
        if value is None:
            return self.unset
        if self.many or self.named:
            parts = [f"{name}={one}" for name, one in value.items()] if self.named else list(map(str, value))
            return _csv_line(parts) if parts else "none"
        return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)

    def parse(self, text: str, name: str) -> Any:
        """Read a value from text, several from a line of CSV, "none" of them as such.

        Raises UsageError, which calls the knob `name`.
        """
        parts = next(csv.reader([text]), []) or [""] if self.many or self.named else [text]
        if parts == ["none"] and (self.many or self.named):
            parts = []
        try:
            if self.named:
                pairs = [part.rpartition("=") for part in parts]
                value: Any = {column: self.kind(one) for column, _, one in pairs}
                if "" in value:
                    raise self.refusal(text, name)
            else:
                value = tuple(map(self.kind, parts)) if self.many else self.kind(text)
        except ValueError:
            raise self.refusal(text, name) from None
        try:
            return self.check(value, name)
        except UsageError:
            raise self.refusal(text, name) from None

    def check(self, value: Any, name: str) -> Any:
        """Give a value that is in range back, as the knob's kind. Raises UsageError, which calls the knob `name`."""
        if value is None and self.unset:
            return None
        if self.named and isinstance(value, Mapping) and all(map(self.holds, value.values())):
            return dict(value)
        if self.many and not isinstance(value, (list, tuple)) and self.holds(value):
            value = (value,)  # one is some
        if self.many and isinstance(value, (list, tuple)) and all(map(self.holds, value)):
            return tuple(map(self.kind, value))
        if self.many or self.named or not self.holds(value):
            raise self.refusal(str(value), name)
        return self.kind(value)

    def holds(self, value: Any) -> bool:
        """Tell whether one value is of the kind and in range; NaN is not."""
        if self.choices:
            return value in self.choices
        if self.kind is str:
            return isinstance(value, str) and bool(value)
        number: Any = math.nan if isinstance(value, bool) or not isinstance(value, Real) else value
        if self.kind is int and not float(number).is_integer():
            return False
        return bool(number <= self.high and (number > self.low if self.above else number >= self.low))

    def refusal(self, given: str, name: str) -> UsageError:
        """Make the error that says what was given, what was expected, and an example."""
        near = f", such as {self.example or self.shown}"
        if self.choices and not self.named:
            near = nearest(given, self.choices)
        return UsageError(f"{name} {given}: expected {self.range}{near}")


def _csv_line(parts: Iterable[str]) -> str:
    """Write one line of CSV."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(parts)
    return line.getvalue()


def knob(default: Any, kind: Callable[[Any], Any], help: str, **limits: Any) -> Any:
    """Declare a knob as a dataclass field."""
    made = Knob(default, kind, help, **limits)
    if isinstance(default, dict):
        return field(default_factory=dict, metadata={"knob": made})
    return field(default=default, metadata={"knob": made})


@dataclass(frozen=True)
class TrainConfig:
    """How a network is built and trained. Raises UsageError for a value out of its knob's range.

    >>> TrainConfig(hidden=[16]).hidden
    (16,)
    >>> TrainConfig(lr=0)
    Traceback (most recent call last):
    nudge.errors.UsageError: lr 0: expected a number above 0, up to 10, such as 0.01
    """

    target: tuple[str, ...] | None = knob(
        None, str, "what is to be told from the other columns", many=True, unset="a shipped set's own",
        example="price", group=DATA,
    )  # fmt: skip
    task: str | None = knob(
        None, str, "whether a class or a number is told", choices=("classification", "regression"),
        unset="by the target's kind", group=DATA,
    )  # fmt: skip
    type: dict[str, str] = knob(
        {}, str, "what columns are, where it should not be inferred", choices=COLUMN_KINDS, named=True,
        example="zip=category", group=DATA,
    )  # fmt: skip
    ignore: tuple[str, ...] = knob(
        (), str, "what is not to be looked at", many=True, example="name,comment", group=DATA
    )
    missing: str = knob(
        "fill", str, "what is done about gaps in features: the median or a category of their own, or an error",
        choices=("fill", "error"), group=DATA,
    )  # fmt: skip
    shift: float = knob(
        0.5, float, "how far each training image is moved at random, anew every time", low=0, high=8, unit="pixels",
        group=DATA,
    )  # fmt: skip
    split_by: str | None = knob(
        None, str, "examples that agree here stay in one part", unset="each example by itself", example="patient",
        group=SPLIT,
    )  # fmt: skip
    time: str | None = knob(
        None, str, "the latest examples by this column are held out, those before them are chosen by",
        unset="parts are drawn at random", example="date", group=SPLIT,
    )  # fmt: skip
    validation: float = knob(
        0.16, float, "the share of the examples by which the best weights are chosen", low=0, high=0.5, above=True,
        group=SPLIT,
    )  # fmt: skip
    holdout: float = knob(
        0.2, float, "the share of the examples held out, scored once at the end", low=0, high=0.5, above=True,
        group=SPLIT,
    )  # fmt: skip
    hidden: tuple[int, ...] = knob(
        (128, 64), int, "the size of each hidden layer", many=True, low=1, high=65536, unit="units", example="64,32",
        group=NETWORK,
    )  # fmt: skip
    activation: str = knob(
        "relu", str, "what bends the line after each hidden layer",
        choices=("relu", "tanh", "sigmoid", "gelu", "silu", "elu", "leaky_relu"), group=NETWORK,
    )  # fmt: skip
    dropout: float = knob(
        0.1, float, "the share of each hidden layer's outputs left out at random", low=0, high=0.95, group=NETWORK
    )
    seed: int = knob(0, int, "decides the parts, the first weights and every order", low=0, high=2**63 - 1)
    loss: str | None = knob(
        None, str, "what is lowered", choices=("cross_entropy", "hinge", "mse", "l1", "huber"),
        unset="cross_entropy for classes, mse for numbers",
    )  # fmt: skip
    label_smoothing: float = knob(
        0.1, float, "the share of each training target that is spread over all classes (cross_entropy)", low=0, high=1
    )
    class_weight: str = knob(
        "none", str, "whether rare classes weigh as much in the loss as common ones", choices=("none", "balanced")
    )
    optimizer: str = knob(
        "adam", str, "the rule by which knobs are turned", choices=("adam", "adamw", "sgd", "rmsprop", "adagrad")
    )
    lr: float = knob(0.01, float, "the highest learning rate", low=0, high=10, above=True)
    momentum: float = knob(0.9, float, "how much of the last step goes into the next (sgd)", low=0, high=0.999)
    schedule: str = knob(
        "onecycle", str, "how the learning rate goes: up for 3/10 of the run and down, down, in three steps, or not",
        choices=("onecycle", "cosine", "step", "constant"),
    )  # fmt: skip
    warmup: float = knob(
        0.0, float, "the share of the run in which the rate rises first (not onecycle, which has its own)",
        low=0, high=0.9,
    )  # fmt: skip
    weight_decay: float = knob(0.0, float, "how strongly weights are pulled to 0", low=0, high=1)
    clip: float | None = knob(
        None, float, "the norm that the gradient is held to", low=0, high=1_000_000, above=True, example="1",
        unset="it is left alone",
    )  # fmt: skip
    batch_size: int | None = knob(
        None, int, "how many examples each step looks at", low=1, high=1_000_000, unit="examples",
        unset="by the number of examples", example="128",
    )  # fmt: skip
    epochs: int | None = knob(
        None, int, "how often the training part is gone through, run in full", low=1, high=1_000_000, unit="passes",
        unset="by the number of examples, ending early", example="40",
    )  # fmt: skip
    patience: int | None = knob(
        None, int, "end after so many passes without improvement", low=1, high=1_000_000, unit="passes",
        unset="3/8 of the passes, or none where the epochs are given", example="15",
    )  # fmt: skip
    checkpoint_every: int = knob(
        10, int, "how often what a run needs to go on is saved", low=1, high=1_000_000, unit="passes"
    )

    def __post_init__(self) -> None:
        """Check every value."""
        for name, knob in KNOBS.items():
            object.__setattr__(self, name, knob.check(getattr(self, name), name))

    def batch_size_for(self, n: int) -> int:
        """Give how many of `n` examples each step looks at.

        >>> [TrainConfig().batch_size_for(n) for n in (100, 1_000, 1_000_000)]
        [128, 128, 4096]
        """
        if self.batch_size is not None:
            return self.batch_size
        return min(max(128, 2 ** round(math.log2(max(n, 1) / 250))), 4096)

    def epochs_for(self, n: int) -> int:
        """Give how many passes over `n` examples there are at most: enough for a fair number of steps."""
        if self.epochs is not None:
            return self.epochs
        return min(max(40, round(1000 * self.batch_size_for(n) / max(n, 1))), 200)

    def patience_for(self, n: int) -> float:
        """Give how many passes over `n` examples may go by without improvement."""
        if self.patience is not None:
            return self.patience
        return math.ceil(self.epochs_for(n) * 3 / 8) if self.epochs is None else math.inf

    def as_dict(self) -> dict[str, Any]:
        """Give every value by name, fit for JSON."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TrainConfig:
        """Take values by name. Raises UsageError for a name that is no knob."""
        for name in values:
            if name not in KNOBS:
                raise UsageError(f"there is no knob {name}{nearest(name, KNOBS)}")
        return cls(**values)


KNOBS: dict[str, Knob] = {f.name: f.metadata["knob"] for f in dataclasses.fields(TrainConfig)}
