"""Pictures of the graph: `draw` gives a self-contained SVG, with values, gradients and local derivatives."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import words
from ..errors import UsageError
from ..graph import ancestors
from ..op import Abstract

NOTEBOOK = 200  # with more nodes, a notebook shows the numbers instead


@dataclass(frozen=True, repr=False)
class Picture:
    """A drawn graph: shown by notebooks as it is, saved with `save`; `svg` is its text."""

    svg: str

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        """Tell what it is."""
        return f"<picture of a graph, {len(self.svg):,} characters of SVG: save(path) writes it>"

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture to a file, whole or not at all.

        Raises UsageError for a name that does not end in .svg, and where the file cannot be written.
        """
        path = Path(path)
        if path.suffix.lower() != ".svg":
            raise UsageError(f"{path} is no name for an SVG: expected one that ends in .svg, such as {path.stem}.svg")
        part = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            part.write_text(self.svg, encoding="utf-8")
            part.replace(path)
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}") from None
        finally:
            with contextlib.suppress(OSError):
                part.unlink()
        return path


def draw(operand: Any, *, unfold: bool = False, names: Mapping[str, Any] | None = None) -> Picture:
    """Draw all that a Value or a tensor was made from: data, gradients, and the local derivative on each edge.

    unfold: show an operation that is composed of others, such as a neuron's weighted sum, as what it is composed of.
    names: what to call Values and tensors, beside their labels; `dict(model.named_parameters())`, for one.

    The gradients are those of this one number, from a walk that touches no `.grad`. A tensor of more than one element,
    one without gradients and a traced one are drawn without them.

    Raises UsageError for a graph that is too large to be drawn, and GraphError for one that was freed.
    """
    # Imported when called: layout and SVG read the graph alone, and stand below the walk that explains it.
    from ..explain import flows
    from .svg import render
    from .unfold import unfolded

    node = words.node_of(unfolded(operand, names) if unfold else operand)
    number = not isinstance(node.data, Abstract) and np.size(node.data) == 1
    walked, grads = flows(node) if number and node.requires_grad else ([], {})
    local = {(flow.node, flow.k): flow.local for flow in walked}
    carried = {(flow.node, flow.k): flow.contribution for flow in walked}
    return Picture(render(node, words.names(reversed(ancestors([node])), names), grads, local, carried))


def shown(operand: Any) -> str | None:
    """Draw an operand for a notebook; None, for which it shows the numbers, where there is no history, or too much."""
    node = words.node_of(operand)
    if not node.args or len(ancestors([node])) > NOTEBOOK:
        return None
    return draw(operand).svg
