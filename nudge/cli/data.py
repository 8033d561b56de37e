"""`nudge data`: the sets that come with nudge, listed, or one of them as CSV."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter, Token

from ..errors import UsageError
from . import console, print_json
from .options import Json

if TYPE_CHECKING:
    from ..data import Column, Table

DAY = 86_400  # seconds
WHOLE = 2**53  # float64 holds the whole numbers up to here


def whole(_: object, tokens: Sequence[Token]) -> int:
    """Read a whole number, where cyclopts would round one."""
    try:
        return int(tokens[0].value)
    except ValueError:
        raise ValueError(f"{tokens[0].value} is no whole number.") from None


def data(
    name: str | None = None,
    /,
    *,
    n: Annotated[int | None, Parameter(name="--n", converter=whole)] = None,
    noise: float | None = None,
    seed: Annotated[int | None, Parameter(converter=whole)] = None,
    as_json: Json = False,
) -> int:
    """List the sets that come with nudge, or write one as CSV.

    Parameters
    ----------
    name
        The set to write; all are listed if none is given.
    n
        How many points of a shape to draw.
    noise
        How far they spread: the standard deviation of what is added to each coordinate.
    seed
        What they are drawn from, 0 if not given: the same seed, the same points.
    """
    from ..data import SETS, dataset

    given = [option for option, value in (("--n", n), ("--noise", noise), ("--seed", seed)) if value is not None]
    if name is None:
        if given:
            raise UsageError(f"name the set that {given[0]} is for, as in `nudge data moons {given[0]} …`")
        listed(as_json)
        return 0
    if as_json:
        raise UsageError(f"--json is for the list of sets; `nudge data {name}` writes CSV")
    if given and name in SETS and SETS[name].draw is None:
        shapes = ", ".join(key for key, entry in SETS.items() if entry.draw)
        raise UsageError(f"{name} is there as it is: only {shapes} are drawn, and take {' and '.join(given)}")
    try:
        write(dataset(name, seed or 0, n=n, noise=noise).table)
    except MemoryError:
        raise UsageError(f"{n} points do not fit into memory") from None
    return 0


# -- one set ---------------------------------------------------------------------------------------


def write(table: Table) -> None:
    """Write a table to standard output: UTF-8, lines ending in LF, gaps empty."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(zip(*map(texts, table.columns.values()), strict=True))


def texts(column: Column) -> Iterable[str]:
    """Write a column's values, numbers with as few digits as give them back."""
    if column.type.words:
        words = [*column.words, ""]
        return [words[code] for code in column.values.tolist()]
    if column.type.kind == "date":
        return [moment(seconds) for seconds in column.values.tolist()]
    return [number(value) for value in column.values.tolist()]


def number(value: float) -> str:
    """Write a number as short as it can be read back; a gap is nothing.

    >>> number(3.0), number(0.1), number(float("nan"))
    ('3', '0.1', '')
    """
    if value != value:
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < WHOLE else repr(value)


def moment(seconds: float) -> str:
    """Write seconds since 1970 UTC as a day, with the time where it is not midnight; a gap is nothing.

    >>> moment(86400.0), moment(90061.0)
    ('1970-01-02', '1970-01-02 01:01:01')
    """
    import numpy as np

    if seconds != seconds:
        return ""
    unit = "D" if seconds % DAY == 0 else "s"
    return str(np.datetime64(int(seconds), "s").astype(f"datetime64[{unit}]")).replace("T", " ")


# -- the list --------------------------------------------------------------------------------------


def listed(as_json: bool) -> None:
    """Print a line a set: its size, what is told from it, its licence, what it is."""
    found = about()
    if as_json:
        print_json({"sets": found})
        return
    out = console()
    row = "{:10}{:>6}  {:>7}  {:8} {:14} {}".format
    out.print(row("set", "rows", "columns", "target", "licence", "").rstrip(), style="dim")
    for one in found:
        counts = f"{one['rows']:,}", one["columns"]
        licence = one["licence"] or "(drawn)"
        out.print(row(one["name"], *counts, one["target"], licence, one["about"]), markup=False)
    out.print("\n`nudge data houses > houses.csv` writes a set, `nudge train houses` trains on it.", markup=False)
    out.print("What is drawn takes --n, --noise and --seed.", markup=False)


def about() -> list[dict[str, Any]]:
    """Say what is known of every set."""
    from ..data.dataset import SETS, size

    found = []
    for name, entry in SETS.items():
        rows, columns = size(name)
        told = {"target": entry.target, "licence": entry.licence, "drawn": entry.draw is not None, "about": entry.about}
        found.append({"name": name, "rows": rows, "columns": columns, **told})
    return found
