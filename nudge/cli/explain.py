"""`nudge explain`: the backward walk, read aloud."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from . import console, print_json, tell
from .options import At, Expression, Json


def explain(
    formula: Expression,
    /,
    *,
    at: At = "",
    knobs: Annotated[str, Parameter(help="Turn these names only, as in w1,b.", show_default=False)] = "",
    step: Annotated[float, Parameter(help="How far a knob is turned.")] = 0.1,
    up: Annotated[
        bool, Parameter(name="--raise", negative="", show_default=False, help="Advise how to raise it.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Walk backward through a formula, node by node, and say which knob to turn, which way, and what it does."""
    from ..explain import explain as walk
    from ..formula import parse, parse_point

    root = parse(formula).record(parse_point(at))
    chosen = [name for name in map(str.strip, knobs.split(",")) if name]
    found = walk(root, lower=not up, step=step, knobs=chosen or None)
    if as_json:
        print_json(found.to_json())
    else:
        out = console()
        for heading, lines in found.sections():
            out.print(heading, style="bold", markup=False)
            for line in lines:
                out.print(f"  {line}", markup=False)
    if not found.complaint:
        return 0
    tell(f"{found.complaint}: no gradient comes of it, choose another point")
    return 1
