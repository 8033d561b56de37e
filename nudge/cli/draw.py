"""`nudge draw`: a formula's graph as a picture."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from . import tell
from .options import At, Expression


def draw(
    formula: Expression,
    /,
    *,
    at: At = "",
    out: Annotated[
        Path | None, Parameter(name=["--out", "-o"], help="The SVG file to write; without it, the picture is printed.")
    ] = None,
) -> int:
    """Draw a formula's graph as an SVG: data, gradients, and the local derivative on every edge."""
    from ..explain import explain
    from ..formula import parse, parse_point
    from ..see import draw as picture_of

    root = parse(formula).record(parse_point(at))
    picture = picture_of(root)
    if out is None:
        sys.stdout.buffer.write(picture.svg.encode())  # UTF-8 whatever the terminal speaks, as the format wants it
    else:
        tell(f"wrote {picture.save(out)}")
    complaint = explain(root).complaint
    if not complaint:
        return 0
    tell(f"{complaint}: no gradient comes of it, choose another point")
    return 1
