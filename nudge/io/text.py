"""JSON, as others can read it: NaN and the infinities, which JSON lacks, become null."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..files import write_atomically


def without_nonfinite(value: Any) -> Any:
    """Put None in the place of every float that is not finite.

    >>> without_nonfinite({"a": [1.0, math.nan]})
    {'a': [1.0, None]}
    """
    if isinstance(value, dict):
        return {key: without_nonfinite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_nonfinite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def json_line(value: Any) -> str:
    """Write a value on one line."""
    return json.dumps(without_nonfinite(value), ensure_ascii=False, allow_nan=False)


def write_json(path: str | os.PathLike[str], value: Any) -> None:
    """Write a file of JSON, whole or not at all. Raises UsageError where it cannot be written."""
    text = json.dumps(without_nonfinite(value), ensure_ascii=False, allow_nan=False, indent=2)
    write_atomically(path, f"{text}\n".encode())


def read_json(path: str | os.PathLike[str]) -> Any:
    """Read a file of JSON. Raises UsageError where it is missing or is none."""
    try:
        return json.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{os.fspath(path)} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"{os.fspath(path)} is no JSON: {error}") from None
