"""What nudge runs on: the processor, the folder for cached object code, and the versions that matter to both."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

from .version import __version__


def cpu_name() -> str:
    """Return LLVM's name for this processor, such as `znver3`; the architecture alone where llvmlite is missing."""
    try:
        from llvmlite import binding
    except ImportError:
        return platform.machine()
    return str(binding.get_host_cpu_name())


def cpu_features() -> tuple[str, ...]:
    """Return the names of the instruction sets that LLVM finds on this processor, sorted.

    Empty where llvmlite is missing, and on the targets for which LLVM cannot ask.

    >>> cpu_features() == tuple(sorted(cpu_features()))
    True
    """
    try:
        from llvmlite import binding
    except ImportError:
        return ()
    return tuple(sorted(name for name, present in binding.get_host_cpu_features().items() if present))


def cache_dir() -> Path:
    """Return the folder for what can be made again: `NUDGE_CACHE_DIR`, or nudge's part of the user's cache folder.

    The folder need not exist yet.
    """
    if chosen := os.environ.get("NUDGE_CACHE_DIR"):
        return Path(chosen).expanduser().absolute()
    return _user_cache_dir(sys.platform) / "nudge"


def _user_cache_dir(system: str) -> Path:
    if system == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) if local else Path.home() / "AppData" / "Local"
    if system == "darwin":
        return Path.home() / "Library" / "Caches"
    chosen = Path(os.environ.get("XDG_CACHE_HOME", ""))
    # The XDG specification has a relative path ignored.
    return chosen if chosen.is_absolute() else Path.home() / ".cache"


def versions() -> dict[str, str]:
    """Return the versions of nudge, Python, NumPy and llvmlite, importing neither of the last two.

    >>> list(versions())
    ['nudge', 'python', 'numpy', 'llvmlite']
    """
    return {
        "nudge": __version__,
        "python": platform.python_version(),
        "numpy": _installed("numpy"),
        "llvmlite": _installed("llvmlite"),
    }


def _installed(distribution: str) -> str:
    from importlib import metadata  # takes 25 ms to load, which whoever asks for a folder alone does not need

    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "missing"
