"""What was made before, object code and which program has it: on disk, for every process of this user; else in memory.

An entry is named by the digest of all that decides the code, and holds the digest of its content, so that one that is
spoiled is noticed and made anew. It is there whole or not at all; processes side by side may write the same entry.
"""

from __future__ import annotations

import functools
import hashlib
import os
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path

from ... import machine
from ...errors import UsageError
from ...files import write_atomically

FORMAT = b"nudge object 1\n"
DIGEST = hashlib.sha256().digest_size
MOST_BYTES = 256 * 2**20  # on disk


def key(parts: Iterable[str]) -> str:
    """Name what these texts decide.

    >>> key(["define", "znver3"]) == key(["define", "znver3"]) != key(["definez", "nver3"])
    True
    """
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)}:{part}".encode())
    return digest.hexdigest()


class ObjectCache:
    """Object code by name.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     cache = ObjectCache(Path(folder))
    ...     first, second = cache.get("a", lambda: b"code"), cache.get("a", lambda: b"never made")
    >>> first == second == b"code"
    True
    """

    def __init__(self, folder: Path, most: int = MOST_BYTES) -> None:
        """Keep entries in `folder`, which is made when there is something to keep, up to `most` bytes of them."""
        self.folder, self.most = folder, most
        self.memory: dict[str, bytes] | None = None  # in the place of the disk, where that cannot be written

    def get(self, name: str, make: Callable[[], bytes]) -> bytes:
        """Give the code of a name, made where there is none."""
        found = self._read(name) if self.memory is None else self.memory.get(name)
        if found is None:
            found = make()
            self._keep(name, found)
        return found

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.o"

    def _read(self, name: str) -> bytes | None:
        path = self._path(name)
        try:
            content = path.read_bytes()
            os.utime(path)  # the least recently used go first
        except OSError:
            return None
        code = content[len(FORMAT) + DIGEST :]
        return code if content == _packed(code) else None

    def _keep(self, name: str, code: bytes) -> None:
        if self.memory is None:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                write_atomically(self._path(name), _packed(code), sync=False)
            except (OSError, UsageError) as error:
                warnings.warn(
                    f"object code cannot be kept in {self.folder}, and is made anew by every process ({error}): "
                    "NUDGE_CACHE_DIR names another folder",
                    stacklevel=2,
                )
                self.memory = {}
            else:
                self._tidy(self._path(name))
                return
        self.memory[name] = code

    def _tidy(self, newest: Path) -> None:
        """Remove what was not used for longest, until the rest fits; what another process removes first is gone too."""
        entries = []
        for path in self.folder.glob("*.o"):
            try:
                entries.append((path.stat().st_mtime, path.stat().st_size, path))
            except OSError:
                continue
        total = sum(size for _, size, _ in entries)
        for _, size, path in sorted(entries):
            if total <= self.most:
                break
            if path != newest:
                path.unlink(missing_ok=True)
                total -= size


def _packed(code: bytes) -> bytes:
    return FORMAT + hashlib.sha256(code).digest() + code


@functools.cache
def _cache_in(folder: Path) -> ObjectCache:
    return ObjectCache(folder)


def cache() -> ObjectCache:
    """Give the cache in the folder that `NUDGE_CACHE_DIR`, or the platform, names."""
    return _cache_in(machine.cache_dir() / "native")
