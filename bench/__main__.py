"""Run the benchmarks that are named, or all; exit 1 where an aim is missed."""

import importlib
import os
import sys

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # one core for everyone, before NumPy looks

from .timing import machine  # noqa: E402

ROWS = ("scalar", "eager", "startup", "tables", "wide")
ON_REQUEST = ("memory",)  # takes minutes and a gigabyte of disk


def main() -> int:
    """Run them in order."""
    wanted = sys.argv[1:] or list(ROWS)
    unknown = [name for name in wanted if name not in (*ROWS, *ON_REQUEST)]
    if unknown:
        print(f"no benchmark named {', '.join(unknown)}; there are {', '.join((*ROWS, *ON_REQUEST))}", file=sys.stderr)
        return 2
    print(machine())
    return 0 if all([importlib.import_module(f"bench.{name}").main() for name in wanted]) else 1


if __name__ == "__main__":
    sys.exit(main())
