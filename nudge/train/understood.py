"""What a run has understood, in a few lines: the data, its columns, the parts, the network, the training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import nn

if TYPE_CHECKING:
    from .prepare import Prepared
    from .run import Run

MOST_LINES = 40  # of columns


def understood(run: Run) -> list[str]:
    """Say what is about to be trained, on what, and how, each column on a line of its own."""
    origin, *others = summary(run)
    return [origin, *columns(run.data), *others]


def summary(run: Run) -> list[str]:
    """Say the same without the columns."""
    prepared = run.data
    train, validation, held_out = (len(part) for part in prepared.parts)
    dealt = f"seed {run.config.seed}"
    if run.config.time is not None:
        dealt = f"by {run.config.time}, the latest held out"
    elif run.config.split_by is not None:
        dealt = f"by {run.config.split_by}, seed {run.config.seed}"
    return [
        prepared.origin,
        f"parts ({dealt}): {train:,} to train on, {validation:,} to choose by, {held_out:,} held out",
        f"network: {network_line(run)}",
        f"training: {training_line(run)}",
    ]


def columns(prepared: Prepared) -> list[str]:
    """List the columns, an image's pixels on one line."""
    if prepared.image is not None:
        rows, across = prepared.image
        heads = ", ".join(f"{head.target} ({head.name})" for head in prepared.heads)
        return [f"  images of {rows}×{across} pixels; target {heads}"]
    shown = prepared.columns if len(prepared.columns) <= MOST_LINES else prepared.columns[: MOST_LINES - 1]
    name, kind = (max(len(column[k]) for column in shown) for k in (0, 1))
    lines = [f"  {column.column:{name}}  {column.kind:{kind}}  {column.use}" for column in shown]
    left = len(prepared.columns) - len(shown)
    return [*lines, *([f"  and {left:,} more columns"] if left else [])]


def network_line(run: Run) -> str:
    """Say how large the network is."""
    linear = [layer for layer in run.model.modules() if isinstance(layer, nn.Linear)]
    sizes = [linear[0].in_features, *(layer.out_features for layer in linear)]
    count = sum(p.numel() for p in run.model.parameters())
    dropout = f", dropout {run.config.dropout:g}" if run.config.dropout else ""
    return f"{' → '.join(map(str, sizes))}, {run.config.activation}{dropout}, {count:,} parameters"


def training_line(run: Run) -> str:
    """Say how it is trained."""
    config, loop = run.config, run.loop
    end = passes(loop.epochs)
    if loop.patience < loop.epochs:
        end = f"at most {end}, ending after {loop.patience:g} without improvement"
    lowers = run.heads[0].lowers.replace("_", " ")
    rate = {
        "onecycle": f"rate up to {config.lr:g} and down again",
        "constant": f"rate {config.lr:g}",
    }.get(config.schedule, f"rate from {config.lr:g} down ({config.schedule})")
    moved = ""
    if run.data.image and config.shift:
        moved = f", images moved by up to {config.shift:g} pixels"
    return f"{lowers} by {config.optimizer}, {rate}, batches of {loop.batch_size}{moved}; {end}"


def passes(number: int) -> str:
    """Count passes: "1 pass", "2 passes"."""
    return f"{number} pass" if number == 1 else f"{number} passes"
