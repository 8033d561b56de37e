"""Data: what comes with nudge, how it is split, and the order in which a run sees it."""

from __future__ import annotations

from .dataset import Dataset, dataset
from .digits import load_digits
from .examples import Examples
from .images import shifted
from .kinds import ColumnType
from .reader import read_table, stream_table
from .split import split
from .table import Column, Table

__all__ = [
    "Column",
    "ColumnType",
    "Dataset",
    "Examples",
    "Table",
    "dataset",
    "load_digits",
    "read_table",
    "shifted",
    "split",
    "stream_table",
]
