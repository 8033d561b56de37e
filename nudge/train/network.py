"""The network that a configuration asks for, its first weights drawn from the seed."""

from __future__ import annotations

from collections.abc import Sequence

from .. import nn
from ..config import TrainConfig
from ..generator import Generator
from ..random import drawing_from

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "gelu": nn.GELU, "silu": nn.SiLU, "elu": nn.ELU,
    "leaky_relu": nn.LeakyReLU,
}  # fmt: skip


def network(inputs: int, outputs: int, config: TrainConfig) -> nn.Sequential:
    """Build the network of a configuration; the same seed gives the same weights, which are PyTorch's."""
    with drawing_from(Generator().manual_seed(config.seed)):
        return mlp((inputs, *config.hidden, outputs), config.activation, config.dropout)


def mlp(sizes: Sequence[int], activation: str = "relu", dropout: float = 0.0) -> nn.Sequential:
    """Build a multi-layer perceptron: linear layers from size to size, an activation between each two.

    >>> mlp((2, 3, 1), "tanh")
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): Tanh()
      (2): Linear(in_features=3, out_features=1, bias=True)
    )
    """
    layers: list[nn.Module] = []
    for into, out in zip(sizes, sizes[1:], strict=False):
        if layers:
            layers += [ACTIVATIONS[activation](), *([nn.Dropout(dropout)] if dropout else [])]
        layers.append(nn.Linear(into, out))
    return nn.Sequential(*layers)
