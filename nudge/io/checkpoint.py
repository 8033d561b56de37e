"""Checkpoints: tensors by name, as safetensors, which hold numbers only: loading one runs nobody's code."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import UsageError
from ..files import write_atomically
from ..tensor import Tensor, wrap


def save(tensors: Mapping[str, Any], path: str | os.PathLike[str], metadata: Mapping[str, str] | None = None) -> None:
    """Write tensors or arrays by name, such as a `state_dict()`, and notes beside them, in the place of an older file.

    Raises UsageError for what is no tensor, or where the file cannot be written.
    """
    from safetensors.numpy import save as serialize

    for name, value in tensors.items():
        if not isinstance(value, (Tensor, np.ndarray)):
            raise UsageError(f"{name} is {type(value).__name__}: a checkpoint holds tensors by name, as a state_dict")
    arrays = {name: np.ascontiguousarray(np.asarray(value)).reshape(value.shape) for name, value in tensors.items()}
    write_atomically(path, serialize(arrays, dict(metadata or {})))


def load(path: str | os.PathLike[str]) -> dict[str, Tensor]:
    """Read the tensors of a checkpoint. Raises UsageError where the file is missing or is none."""
    return load_with_notes(path)[0]


def load_with_notes(path: str | os.PathLike[str]) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Read a checkpoint's tensors, and the notes beside them. Raises as `load`."""
    from safetensors import SafetensorError
    from safetensors.numpy import load as deserialize

    try:
        data = Path(path).read_bytes()
        tensors = {name: wrap(array) for name, array in deserialize(data).items()}
    except OSError as error:
        raise UsageError(f"{os.fspath(path)} cannot be read: {error.strerror}") from None
    except SafetensorError as error:
        raise UsageError(f"{os.fspath(path)} is no checkpoint that safetensors can read: {error}") from None
    # The format: eight bytes, little-endian, with the length of the JSON that follows.
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    return tensors, header.get("__metadata__", {})
