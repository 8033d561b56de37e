"""`nudge runs`: what has been trained, and how runs differ."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from ..config import KNOBS
from ..errors import UsageError
from . import console, print_json, tell
from .knobs import option
from .options import Json

WIDE = 1000

if TYPE_CHECKING:
    from ..train import Kept


def runs(*folders: str, out: Annotated[str, Parameter(name="--out")] = "runs", json: Json = False) -> int:
    """List the runs in a folder, newest first; or compare some: where their knobs differ, and how they fared.

    nudge runs runs/houses-1 runs/houses-2

    Parameters
    ----------
    folders
        The folders of runs to compare.
    out
        The folder whose runs are listed.
    """
    from ..train import kept

    found = [kept(Path(folder)) for folder in folders] if folders else listed(Path(out))
    if json:
        print_json({"runs": [one.as_dict() for one in found]})
    elif not found:
        console().print(f"there is no run in {out}")
    else:
        show(found, compare=bool(folders))
    return 0


def listed(folder: Path) -> list[Kept]:
    """Look into every run in a folder, the newest first; one that is spoiled is told, and left out."""
    from ..train import CONFIG, kept

    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}: `nudge train` makes it")
    found = []
    for path in folder.iterdir():
        if (path / CONFIG).is_file():
            try:
                found.append(kept(path))
            except UsageError as error:
                tell(str(error))
    return sorted(found, key=lambda one: one.made, reverse=True)


def show(found: list[Kept], compare: bool) -> None:
    """Print runs as a table; compared ones with the knobs in which they differ."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("run", "data", "target", "score", "95 %", "linear", "passes", "seconds", "made"):
        table.add_column(name, justify="right" if name in ("score", "linear", "passes", "seconds") else "left")
    differ = [name for name in KNOBS if len({repr(getattr(one.config, name)) for one in found}) > 1] if compare else []
    for name in differ:
        table.add_column(option(name))
    for one in found:
        made = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.made))
        knobs = [KNOBS[name].text(getattr(one.config, name)) for name in differ]
        table.add_row(one.path.as_posix(), one.data or "memory", ", ".join(one.targets), *cells(one), made, *knobs)
    out = console()
    out.width = max(out.width, WIDE)  # a terminal wraps lines better than a table its cells
    out.print(table)


def cells(one: Kept) -> list[str]:
    """Write a run's score, interval, linear baseline, passes and seconds."""
    results: Any = one.results
    if results is None:
        return [one.state, "", "", "", ""]
    first = results.targets[0]
    low, high = first.interval
    alone = len(results.targets) == 1
    return [
        f"{results.score:.4f}",
        f"{low:.3f}–{high:.3f}" if alone else "",
        f"{first.baselines['linear']:.4f}" if alone else "",
        str(results.epochs),
        f"{results.seconds:.1f}",
    ]
