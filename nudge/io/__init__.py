"""Files: what is written is written whole or not at all."""

from __future__ import annotations

from .checkpoint import load, save, write_atomically

__all__ = ["load", "save", "write_atomically"]
