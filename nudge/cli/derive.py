"""`nudge derive`: what a derivative is, by its limit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from . import console, print_json, tell
from .options import At, Expression, Json

if TYPE_CHECKING:
    from rich.console import Console

    from ..derive import Derivation


def derive(
    formula: Expression,
    /,
    *,
    at: At = "",
    by: Annotated[str | None, Parameter(help="The name that is nudged; if not given, the formula's first.")] = None,
    as_json: Json = False,
) -> int:
    """Measure a formula's slope by smaller and smaller nudges, and print it beside the slope by the rules."""
    from ..derive import derive as measure
    from ..formula import brief, parse_point

    found = measure(formula, parse_point(at), by)
    if as_json:
        print_json(to_json(found))
    else:
        show(found, named=by is not None)
    if found.nonfinite is None:
        return 0
    step = found.nonfinite
    given = " and ".join(f"{number:g}" for number in step.given)
    tell(f"{brief(step.text)} makes {step.made:g} of {given}: no slope can be taken here, choose another point")
    return 1


def to_json(found: Derivation) -> dict[str, object]:
    """Put what was found into one object."""
    step = found.nonfinite
    return {
        "formula": found.formula.text,
        "at": found.at,
        "by": found.by,
        "value": found.value,
        "slopes": [{"h": s.h, "forward": s.forward, "central": s.central} for s in found.slopes],
        "rule": found.rule,
        "smooth": found.smooth,
        "direction": found.direction,
        "advice": found.advice,
        "nonfinite": step and {"node": step.text, "given": step.given, "made": str(step.made)},
    }


def show(found: Derivation, named: bool) -> None:
    """Print what was found: the value, the table of nudges, the rule and the advice."""
    out = console()
    point = ", ".join(f"{name} = {value:g}" for name, value in found.at.items())
    out.print(f"f = {found.formula.text}", markup=False)
    out.print(f"at {point}, f is [bold]{found.value:.6g}[/]")
    names = found.formula.names
    if len(names) > 1 and not named:
        out.print(f"nudged is {found.by}, the first of {', '.join(names)}; --by {names[1]} nudges another")
    if found.nonfinite:
        return
    x = found.by
    out.print(f"\nforward: (f({x}+h) − f({x})) / h", f"central: (f({x}+h) − f({x}−h)) / 2h\n", sep="\n", markup=False)
    show_slopes(found, out)
    out.print(f"\n{remark(found)}\n[bold]{found.advice}[/]")


def show_slopes(found: Derivation, out: Console) -> None:
    """Print a line a nudge, the closest in bold and those that rounding spoils in grey, and the rule's slope below."""
    row = "{:8}{:>12}{:>8}{:>14}{:>8}".format
    out.print(row("h", "forward", "off by", "central", "off by"), style="dim")
    best = found.best
    for slope in found.slopes:
        style = "bold" if slope == best else "dim" if best and slope.h < best.h else ""
        cells = [f"{slope.h:g}"]
        for measured in (slope.forward, slope.central):
            off = abs(measured - found.rule)
            cells += [f"{measured:.6g}", f"{off:.3g}" if off >= 1 else f"{off:.1g}"]
        out.print(row(*cells), style=style)
    out.print(row("the rule", f"{found.rule:.6g}", "", f"{found.rule:.6g}", "").rstrip(), style="green")


def remark(found: Derivation) -> str:
    """Say what the table shows: the limit and then rounding, or that there is no limit."""
    if math.isinf(found.rule):
        return "the finer the nudge, the steeper: there is no limit here"
    if not found.smooth:
        up, down = found.sides
        return (
            f"a kink or a jump: nudged up the slope is {up:.6g}, nudged down {down:.6g}; the rule says {found.rule:.6g}"
        )
    assert found.best is not None
    if found.best.h == found.slopes[0].h:
        return "as straight as a line here: every nudge shows its slope, until rounding takes over"
    return f"down to h = {found.best.h:g} forward nears its limit, {found.rule:.6g}; below that, rounding takes over"
