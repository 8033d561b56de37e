"""`nudge grade`: a learner's own engine, compared with nudge's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

from cyclopts import Parameter

from . import console, print_json
from .options import Json

if TYPE_CHECKING:
    from rich.console import Console

    from ..grade import Report, Result

STYLES = {"right": "green", "wrong": "bold red", "noted": "yellow"}


def grade(
    file: Annotated[
        Path, Parameter(help="A Python file with a class Value (and Neuron, Layer, MLP, if you have them).")
    ],
    /,
    *,
    seconds: Annotated[float, Parameter(help="Stop the file when it has run so long.")] = 10.0,
    as_json: Json = False,
) -> int:
    """Compare your own Value with nudge's, stage by stage; what you have not defined yet is skipped."""
    from ..grade import grade as run

    report = run(file, seconds)
    if as_json:
        print_json(to_json(report))
    else:
        show(report, console())
    return 0 if report.passed else 1


def to_json(report: Report) -> dict[str, object]:
    """Put the report into one object."""
    from ..grade import Status

    stages = [
        {
            "title": result.title,
            "status": result.status,
            "code": result.code,
            "expected": result.wanted,
            "came": result.came,
            "missing": result.missing,
            "cause": result.cause,
            "error": result.error,
            "line": result.line,
        }
        for result in report.results
    ]
    counts = {status: len(report.of(status)) for status in get_args(Status)}
    return {"file": str(report.path), "passed": report.passed, **counts, "stages": stages}


def show(report: Report, out: Console) -> None:
    """Print the stages, the first wrong one in full (where none is, what is worth knowing), and the sum of it."""
    for result in report.results:
        if result.status in ("right", "wrong", "noted"):
            out.print(f"{result.status:9}", style=STYLES[result.status], end="")
            out.print(result.title, markup=False)
    if skipped := report.of("skipped"):
        absent = ", ".join(dict.fromkeys(result.missing[0] for result in skipped))
        out.print(f"{'skipped':9}{len(skipped)} stages, for want of {absent}", style="dim", markup=False)
    if unreached := report.of("unreached"):
        out.print(f"{'':9}{len(unreached)} stages not reached", style="dim")
    if wrong := report.of("wrong"):
        detail(out, f"First wrong: {wrong[0].title}", wrong[0])
    else:
        for result in report.of("noted"):
            detail(out, f"Not counted, but worth knowing: {result.title}", result)
    out.print()
    out.print(summary(report), style="bold")


def detail(out: Console, heading: str, result: Result) -> None:
    """Print one stage: its lines, what was expected, what came, and the usual cause."""
    out.print(f"\n{heading}\n", style="bold", markup=False)
    out.print(indented(result.code), style="cyan", markup=False)
    if result.came:
        out.print()
        show_comparison(result, out)
    if result.error:
        out.print(f"\n{result.error}", style="red", markup=False)
    if result.line:
        out.print(indented(f"line {result.line}: {result.source}"), markup=False)
    if result.cause:
        out.print(f"\nUsual cause: {result.cause}", markup=False, soft_wrap=False)


def indented(text: str) -> str:
    """Move every line to the right.

    >>> indented("a")
    '    a'
    """
    return "\n".join(f"    {line}" for line in text.splitlines())


def show_comparison(result: Result, out: Console) -> None:
    """Print a line an answer: what was expected beside what came."""
    from ..grade.stage import same

    names = max(map(len, result.wanted))
    numbers = max(len(number(wanted)) for wanted in ("expected", *result.wanted.values()))
    row = f"    {{:{names}}}   {{:{numbers}}}   {{}}".format
    out.print(row("", "expected", "came"), style="dim")
    for name, wanted in result.wanted.items():
        came = result.came[name]
        out.print(row(name, number(wanted), number(came)), style="" if same(wanted, came) else "bold red", markup=False)


def number(value: Any) -> str:
    """Write an answer: floats short, lists by commas, anything else as it is.

    >>> number(2.0), number("a Value"), number(None)
    ('2', 'a Value', 'None')
    """
    if isinstance(value, list):
        return ", ".join(map(number, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def summary(report: Report) -> str:
    """Sum the report up in a line."""
    right, wrong, noted, skipped = (len(report.of(status)) for status in ("right", "wrong", "noted", "skipped"))
    if wrong:
        return f"{right} right, {wrong} wrong: mend the first that is wrong, and grade again"
    if not report.passed:
        return "no operation is defined yet: begin with __add__, and grade again"
    return (
        f"{right} right" + (f", {noted} noted" if noted else "") + (f", {skipped} not defined yet" if skipped else "")
    )
