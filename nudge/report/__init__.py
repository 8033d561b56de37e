"""A run's report: one HTML file that needs nothing else."""

from __future__ import annotations

from .page import render
from .story import Story
from .told import write

__all__ = ["Story", "render", "write"]
