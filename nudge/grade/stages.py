"""All stages: importing the families, in the order in which an engine is usually written, fills the list."""

from . import operations, functions, networks  # noqa: F401, I001  # their order is the stages'
from .stage import STAGES

__all__ = ["STAGES"]
