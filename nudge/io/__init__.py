"""Files: what is written is written whole or not at all."""

from __future__ import annotations

from ..files import write_atomically, writing
from .checkpoint import load, load_with_notes, save
from .text import json_line, read_json, without_nonfinite, write_json

__all__ = [
    "json_line", "load", "load_with_notes", "read_json", "save", "without_nonfinite", "write_atomically", "write_json",
    "writing",
]  # fmt: skip
