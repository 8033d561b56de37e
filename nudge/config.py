"""Every knob of a run, once: its default, range, unit and help.

The terminal's options, a run folder's file, and whatever else asks how a run is set, are read from here.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

from .errors import UsageError, nearest

# Where the number of epochs is not given.
MOST_EPOCHS, PATIENCE = 40, 15


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
    unset: str = ""  # what None means; '' where it may not be None
    unit: str = ""
    example: str = ""

    @property
    def range(self) -> str:
        """Say what is in range, in words.

        >>> Knob(0.5, float, "how far", low=0, high=1, above=True, unit="pixels").range
        'a number above 0, up to 1 (pixels)'
        """
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        what = "a number" if self.kind is float else "whole numbers" if self.many else "a whole number"
        what += f" {'above' if self.above else 'from'} {self.low}, up to {self.high}"
        return f"{what} ({self.unit})" if self.unit else what

    @property
    def shown(self) -> str:
        """Write the default as it may be given, or say what happens without one."""
        if self.default is None:
            return self.unset
        return ",".join(map(str, self.default)) if self.many else str(self.default)

    def parse(self, text: str, name: str) -> Any:
        """Read a value from text. Raises UsageError, which calls the knob `name`."""
        try:
            parts = tuple(self.kind(part) for part in (text.split(",") if self.many else [text]))
        except ValueError:
            raise self.refusal(text, name) from None
        if not all(map(self.holds, parts)):
            raise self.refusal(text, name)
        return parts if self.many else parts[0]

    def check(self, value: Any, name: str) -> Any:
        """Give a value that is in range back, as the knob's kind. Raises UsageError, which calls the knob `name`."""
        if value is None and self.unset:
            return None
        if self.many and isinstance(value, (list, tuple)) and all(map(self.holds, value)):
            return tuple(map(self.kind, value))
        if self.many or not self.holds(value):
            raise self.refusal(str(value), name)
        return self.kind(value)

    def holds(self, value: Any) -> bool:
        """Tell whether one value is of the kind and in range; NaN is not."""
        if self.choices:
            return value in self.choices
        number: Any = math.nan if isinstance(value, bool) or not isinstance(value, Real) else value
        if self.kind is int and not float(number).is_integer():
            return False
        return bool(number <= self.high and (number > self.low if self.above else number >= self.low))

    def refusal(self, given: str, name: str) -> UsageError:
        """Make the error that says what was given, what was expected, and an example."""
        near = nearest(given, self.choices) if self.choices else f", such as {self.example or self.shown}"
        return UsageError(f"{name} {given}: expected {self.range}{near}")


def knob(default: Any, kind: Callable[[Any], Any], help: str, **limits: Any) -> Any:
    """Declare a knob as a dataclass field."""
    return field(default=default, metadata={"knob": Knob(default, kind, help, **limits)})


@dataclass(frozen=True)
class TrainConfig:
    """How a network is built and trained. Raises UsageError for a value out of its knob's range.

    >>> TrainConfig(hidden=[16]).hidden
    (16,)
    >>> TrainConfig(lr=0)
    Traceback (most recent call last):
    nudge.errors.UsageError: lr 0: expected a number above 0, up to 10, such as 0.03
    """

    seed: int = knob(0, int, "decides the split, the first weights and every order", low=0, high=2**63 - 1)
    hidden: tuple[int, ...] = knob(
        (256,), int, "the size of each hidden layer", many=True, low=1, high=65536, unit="units", example="64,32"
    )
    activation: str = knob(
        "relu", str, "what bends the line after each hidden layer", choices=("relu", "tanh", "sigmoid")
    )
    epochs: int | None = knob(
        None, int, "how often the training part is gone through, run in full", low=1, high=1_000_000, unit="passes",
        unset=f"at most {MOST_EPOCHS}, ending early", example=str(MOST_EPOCHS),
    )  # fmt: skip
    patience: int | None = knob(
        None, int, "end after so many passes without improvement", low=1, high=1_000_000, unit="passes",
        unset=f"{PATIENCE}, or none where the epochs are given", example=str(PATIENCE),
    )  # fmt: skip
    lr: float = knob(
        0.03, float, "the highest learning rate; it rises for 3/10 of the run, then falls", low=0, high=10, above=True
    )
    batch_size: int = knob(128, int, "how many examples each step looks at", low=1, high=1_000_000, unit="examples")
    weight_decay: float = knob(0.0, float, "how strongly weights are pulled to 0", low=0, high=1)
    label_smoothing: float = knob(
        0.1, float, "the share of each training target that is spread over all classes", low=0, high=1
    )
    shift: float = knob(
        0.5, float, "how far each training image is moved at random, anew every time", low=0, high=8, unit="pixels"
    )
    validation: float = knob(
        0.16, float, "the share of the examples by which the best weights are chosen", low=0, high=0.5, above=True
    )
    holdout: float = knob(
        0.2, float, "the share of the examples held out, scored once at the end", low=0, high=0.5, above=True
    )
    checkpoint_every: int = knob(
        10, int, "how often the best weights so far are saved", low=1, high=1_000_000, unit="passes"
    )

    def __post_init__(self) -> None:
        """Check every value."""
        for name, knob in KNOBS.items():
            object.__setattr__(self, name, knob.check(getattr(self, name), name))

    @property
    def most_epochs(self) -> int:
        """How many passes there are at most."""
        return MOST_EPOCHS if self.epochs is None else self.epochs

    @property
    def most_patience(self) -> float:
        """How many passes may go by without improvement."""
        if self.patience is not None:
            return self.patience
        return PATIENCE if self.epochs is None else math.inf

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
