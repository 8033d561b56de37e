"""Run the benchmarks that are named, or all; exit 1 where an aim is missed."""

import importlib
import sys

from .timing import machine

ROWS = ("scalar", "eager", "startup")


def main() -> int:
    """Run them in order."""
    wanted = sys.argv[1:] or list(ROWS)
    unknown = [name for name in wanted if name not in ROWS]
    if unknown:
        print(f"no benchmark named {', '.join(unknown)}; there are {', '.join(ROWS)}", file=sys.stderr)
        return 2
    print(machine())
    return 0 if all([importlib.import_module(f"bench.{name}").main() for name in wanted]) else 1


if __name__ == "__main__":
    sys.exit(main())
