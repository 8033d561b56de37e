"""Data: what comes with nudge, how it is split, and the order in which a run sees it."""

from __future__ import annotations

from .dataset import SETS, Dataset, dataset
from .digits import load_digits
from .examples import Examples
from .features import Features
from .images import shifted
from .kinds import ColumnType
from .loader import DataLoader, Subset, TensorDataset, random_split
from .reader import read_table, stream_table
from .shapes import circles, gaussians, moons, spirals, xor
from .split import Parts, split, split_by_group, split_by_time
from .table import Column, Table

__all__ = [
    "SETS",
    "Column",
    "ColumnType",
    "DataLoader",
    "Dataset",
    "Examples",
    "Features",
    "Parts",
    "Subset",
    "Table",
    "TensorDataset",
    "circles",
    "dataset",
    "gaussians",
    "load_digits",
    "moons",
    "random_split",
    "read_table",
    "shifted",
    "spirals",
    "split",
    "split_by_group",
    "split_by_time",
    "stream_table",
    "xor",
]
