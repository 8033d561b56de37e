"""TrainConfig as options of the terminal: one for each knob, read by the knob itself."""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from cyclopts import Parameter

from ..config import KNOBS, Knob, TrainConfig
from ..errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])


def option(name: str) -> str:
    """Name a knob as the terminal does: `--batch-size`."""
    return f"--{name.replace('_', '-')}"


def described(knob: Knob) -> str:
    """Put a knob's help, range and default into a sentence."""
    again = " May be given again." if knob.many or knob.named else ""
    return f"{knob.help[0].upper()}{knob.help[1:]}: {knob.range}. Default: {knob.shown}.{again}"


def with_knobs(command: F) -> F:
    """Give a command an option for every knob of TrainConfig; texts, which the knobs read themselves."""
    signature = inspect.signature(command)
    fixed = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    options = []
    for name, knob in KNOBS.items():
        text = list[str] if knob.many or knob.named else str
        parameter = Parameter(
            name=option(name), help=described(knob), allow_leading_hyphen=True, show_default=False, group=knob.group,
            negative="",
        )  # fmt: skip
        kind = inspect.Parameter.KEYWORD_ONLY
        options.append(inspect.Parameter(name, kind, default=None, annotation=Annotated[text | None, parameter]))
    command.__signature__ = signature.replace(parameters=[*fixed, *options])  # type: ignore[attr-defined]
    return command


def parsed(given: Mapping[str, str | list[str] | None]) -> dict[str, Any]:
    """Read the knobs that were given; what is given again is added. Raises UsageError."""
    values: dict[str, Any] = {}
    for name, texts in given.items():
        if texts is None:
            continue
        knob = KNOBS[name]
        parts = [knob.parse(text, option(name)) for text in ([texts] if isinstance(texts, str) else texts)]
        values[name] = parts[0]
        for part in parts[1:]:
            values[name] = {**values[name], **part} if knob.named else values[name] + part
    return values


def from_file(path: str) -> tuple[str | None, dict[str, Any]]:
    """Read a file of knobs, TOML or JSON, or a run folder's: the data it names, if any, and the knobs by name.

    Raises UsageError where it cannot be read, or holds what is no knob.
    """
    from ..io import read_json
    from ..train import CONFIG

    place = Path(path) / CONFIG if Path(path).is_dir() else Path(path)
    if place.suffix == ".toml":
        try:
            content: Any = tomllib.loads(place.read_text("utf-8"))
        except OSError as error:
            raise UsageError(f"--config {path} cannot be read: {error.strerror}") from None
        except ValueError as error:
            raise UsageError(f"--config {path} is no TOML: {error}") from None
    else:
        content = read_json(place)
    if not isinstance(content, dict):
        raise UsageError(f"--config {path} holds no names and values")
    data = content.pop("data", None)
    knobs = content.get("knobs", content)
    TrainConfig.from_dict(knobs)
    return data, dict(knobs)
