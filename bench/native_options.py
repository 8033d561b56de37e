"""What `python -m bench native` can be told. Imports nothing that counts processors."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence

FIRST = {  # the rows, and how many seconds the first step may take, compiling included
    "moons": 0.5, "digits": 0.5, "makemore": 0.5, "cnn": 1.5, "gru": 1.5, "gpt": 1.5, "middle": 0.5, "wide": 0.5,
}  # fmt: skip
ROWS = tuple(FIRST)


@dataclasses.dataclass(frozen=True)
class Options:
    """The options, parsed."""

    threads: int
    only: list[str]
    names: str | None
    text: str | None


def parse(args: Sequence[str]) -> Options:
    """Read them; a mistake ends the process, and says what there is."""
    parser = argparse.ArgumentParser(prog="python -m bench native", description="Whole training steps, beside peers.")
    parser.add_argument("--threads", type=int, default=1, help="how many threads, each on a processor of its own")
    parser.add_argument("--only", default="", help=f"rows, with commas between: {', '.join(ROWS)}")
    parser.add_argument("--names", help="a file of names, one a line, for makemore")
    parser.add_argument("--text", help="a text for GRU and GPT; without it, Python's own help")
    given = parser.parse_args(args)
    only = [name for name in given.only.split(",") if name]
    unknown = [name for name in only if name not in ROWS]
    if unknown:
        parser.error(f"no row named {', '.join(unknown)}; there are {', '.join(ROWS)}")
    return Options(given.threads, only, given.names, given.text)
