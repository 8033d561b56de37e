"""What a person waits for: imports, the first page of help, the whole first run. Each in a process of its own."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable

from .timing import in_turn, verdict

SMALLEST_HELP = "import cyclopts, sys; app = cyclopts.App(name='x'); app.default(lambda: None); app(['--help'])"
NUDGE = "import sys; from nudge.cli import main; sys.argv[0] = 'nudge'; sys.exit(main())"


def process(*args: str) -> Callable[[], None]:
    """Make a function that runs Python with these arguments, in an empty folder."""

    def run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            env = os.environ | {
                "PYTHONPATH": os.pathsep.join([os.getcwd(), os.environ.get("PYTHONPATH", "")]),
                "PYTHONPYCACHEPREFIX": os.path.join(tempfile.gettempdir(), "nudge-bench-bytecode"),
            }
            env.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its bytecode at hand
            subprocess.run([sys.executable, *args], cwd=folder, env=env, check=True, capture_output=True)

    return run


def difference(title: str, a: list[str], b: list[str], names: tuple[str, str], bound: float) -> bool:
    """Print by how much one process takes longer than the other, in seconds."""
    times = in_turn({names[0]: process(*a), names[1]: process(*b)}, rounds=9, seconds=0)
    more = statistics.median(y - x for x, y in zip(times[names[0]], times[names[1]], strict=True))
    shown = ", ".join(f"{name} {statistics.median(each):.3f} s" for name, each in times.items())
    print(f"{title}\n    {shown}; difference {more:.3f} s   aim: at most {bound} s   {verdict(more <= bound)}")
    return more <= bound


def main() -> bool:
    """Run the three rows."""
    met = difference("import", ["-c", "import numpy"], ["-c", "import nudge"], ("numpy", "nudge"), 0.05)
    met &= difference(
        "help", ["-c", SMALLEST_HELP], ["-c", NUDGE, "--help"], ("the smallest cyclopts help", "nudge --help"), 0.15
    )
    times = in_turn({"nudge": process("-c", NUDGE, "train", "digits")}, rounds=3, seconds=0)
    longest = max(times["nudge"])
    print("nudge train digits, from command to report")
    print(f"    {longest:.2f} s at most   aim: under 5 s   {verdict(longest < 5)}")
    return met and longest < 5
