"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from .errors import UsageError


def write_atomically(path: str | os.PathLike[str], data: bytes, sync: bool = True) -> None:
    """Write a file whole or not at all. Raises UsageError where it cannot be written."""
    with writing(path, sync) as file:
        file.write(data)


@contextmanager
def writing(path: str | os.PathLike[str], sync: bool = True) -> Iterator[BinaryIO]:
    """Open a file to be there whole or not at all: a temporary one beside it, which is synced and then takes its name.

    Without `sync`, it may be empty after a power cut: for what can be made again. Raises UsageError where it cannot be
    written.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            with temporary.open("wb") as file:
                yield file
                file.flush()
                if sync:
                    os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
