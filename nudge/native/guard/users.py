"""Users: what is the user's own, and what a library's, whose insides are taken as they are."""

from __future__ import annotations

import functools
import site
import sys
import sysconfig
from typing import Any

LIBRARIES = frozenset(sys.stdlib_module_names - {"__main__"}) | {"nudge", "numpy", "builtins"}
INSTALLED = tuple(sysconfig.get_path(kind) for kind in ("stdlib", "purelib", "platlib")) + (site.getusersitepackages(),)


def is_user(thing: Any) -> bool:
    """Tell whether a function or class is the user's, and not a library's."""
    module = getattr(thing, "__module__", None)
    return isinstance(module, str) and is_users_module(module)


@functools.lru_cache(4096)
def is_users_module(module: str) -> bool:
    """Tell whether a module of this name is the user's."""
    if module == "__main__":  # the user's, whoever started it: its file may be pytest's, a profiler's, a debugger's
        return True
    if module.partition(".")[0] in LIBRARIES:
        return False
    file = getattr(sys.modules.get(module), "__file__", None)
    return file is None or not file.startswith(INSTALLED)
