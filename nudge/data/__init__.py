"""Data: what comes with nudge, how it is split, and the order in which a run sees it."""

from __future__ import annotations

from .dataset import Dataset, dataset
from .digits import load_digits
from .examples import Examples
from .images import shifted
from .split import split

__all__ = ["Dataset", "Examples", "dataset", "load_digits", "shifted", "split"]
