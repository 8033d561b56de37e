"""Run the benchmarks that are named, or all; exit 1 where an aim is missed."""

import importlib
import os
import sys
from collections.abc import Sequence

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # one core for everyone, before NumPy looks

from .timing import machine  # noqa: E402

ROWS = ("scalar", "eager", "startup", "tables", "wide", "native")
ON_REQUEST = ("memory",)  # takes minutes and a gigabyte of disk
PEERS = {"micrograd": "micrograd", "torch": "torch", "sklearn": "scikit-learn", "pandas": "pandas"}  # to install


def main() -> int:
    """Run them in order."""
    given = sys.argv[1:]
    if given[:1] == ["native"]:  # the one that has options
        return 0 if met("native", given[1:]) else 1
    wanted = given or list(ROWS)
    unknown = [name for name in wanted if name not in (*ROWS, *ON_REQUEST)]
    if unknown:
        print(f"no benchmark named {', '.join(unknown)}; there are {', '.join((*ROWS, *ON_REQUEST))}", file=sys.stderr)
        return 2
    print(machine())
    return 0 if all([met(name) for name in wanted]) else 1


def met(name: str, options: Sequence[str] | None = None) -> bool:
    """Run one; where a peer is not installed, say so, and that counts as missed."""
    try:
        run = importlib.import_module(f"bench.{name}").main
        return bool(run() if options is None else run(options))
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in PEERS:
            raise
        needed = PEERS[str(error.name).partition(".")[0]]
        print(f"{name} compares with {needed}, which is not installed: pip install {needed}", file=sys.stderr)
        return False


if __name__ == "__main__":
    sys.exit(main())
