"""Optimizers under PyTorch's names: how far each knob is turned, and which way."""

from __future__ import annotations

from . import lr_scheduler
from .adam import Adam
from .optimizer import Optimizer
from .sgd import SGD

__all__ = ["SGD", "Adam", "Optimizer", "lr_scheduler"]
