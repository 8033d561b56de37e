"""A table of 10,000,000 rows and 10 columns, trained on in the terminal: the most memory that took; the aim is 4 GB."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .timing import verdict
from .wide import write

ROWS, COLUMNS, AIM = 10_000_000, 10, 4.0


def main() -> bool:
    """Train for one pass in a process of its own, and print how much it held at most."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "long.csv"
        write(path, ROWS, COLUMNS)
        size = path.stat().st_size / 1e9
        command = [sys.executable, "-m", "nudge", "train", str(path), "--target", "y", "--epochs", "1", "--json"]
        start = time.perf_counter()
        process = subprocess.Popen([*command, "--out", name], env={**os.environ, "PYTHONPATH": os.getcwd()})
        _, status, usage = os.wait4(process.pid, 0)
    most, seconds = usage.ru_maxrss / 1e6, time.perf_counter() - start
    met = status == 0 and most < AIM
    print(f"\n{ROWS:,} rows, {COLUMNS} columns, {size:.2f} GB of CSV, one pass: {seconds:.0f} s")
    print(f"    at most {most:.2f} GB held   aim: under {AIM:g} GB   {verdict(met)}")
    return met
