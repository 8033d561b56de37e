"""Datasets and loaders, where PyTorch has them."""

from __future__ import annotations

from ..data.loader import DataLoader, Dataset, Subset, TensorDataset, default_collate, random_split

__all__ = ["DataLoader", "Dataset", "Subset", "TensorDataset", "default_collate", "random_split"]
