"""Object code on disk: used again, never trusted, bounded, and not needed."""

from __future__ import annotations

import multiprocessing
import os
import warnings
from pathlib import Path

import numpy as np
import pytest

from nudge import native
from nudge.native.run import cache as home
from nudge.native.run import jit
from nudge.native.run.cache import ObjectCache, key
from nudge.tensor import wrap


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_step_is_compiled_once_for_all_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUDGE_CACHE_DIR", str(tmp_path))
    made: list[int] = []
    compiled = jit._compiled
    monkeypatch.setattr(jit, "_compiled", lambda *args: (made.append(1), compiled(*args))[1])
    x = wrap(np.arange(4.0))
    first = native.build(lambda x: (x * x).sum(), x)
    assert len(made) == 1
    home._cache_in.cache_clear()  # as another process would begin
    again = native.build(lambda x: (x * x).sum(), x)
    assert len(made) == 1
    assert first(x).item() == again(x).item() == 14.0
    native.build(lambda x: (x * x * x).sum(), x)
    assert len(made) == 2
    assert len(entries(tmp_path / "native")) == 4, "of each program its object code, and by which name it has that"


def test_what_decides_the_code_is_in_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUDGE_CACHE_DIR", str(tmp_path))
    seen: list[tuple[str, ...]] = []
    monkeypatch.setattr(jit, "key", lambda parts: (seen.append(tuple(parts)), key(seen[-1]))[1])
    native.build(lambda x: x + 1, wrap(np.ones(3)))
    text, cpu, features, llvm, levels, nudge_version = seen[0]
    assert "define" in text
    assert cpu
    assert "LLVM" in llvm
    assert len({key(seen[0]), *(key((*seen[0][:k], "other", *seen[0][k + 1 :])) for k in range(6))}) == 7


SPOILED = [lambda b: b[:-1], lambda b: b"", lambda b: b[:60] + b"\xff" + b[61:], lambda b: b + b"x"]


@pytest.mark.parametrize("spoil", SPOILED)
def test_a_spoiled_entry_is_noticed_and_made_anew(tmp_path: Path, spoil: object) -> None:
    cache = ObjectCache(tmp_path)
    code = bytes(range(256))
    assert cache.get("a", lambda: code) == code
    path = tmp_path / "a.o"
    path.write_bytes(spoil(path.read_bytes()))  # type: ignore[operator]
    assert cache.get("a", lambda: code) == code
    assert cache.get("a", lambda: b"never made") == code


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    cache = ObjectCache(tmp_path, most=3500)
    for at, name in enumerate("abc"):
        cache.get(name, lambda: bytes(1000))
        os.utime(tmp_path / f"{name}.o", (at, at))
    cache.get("a", lambda: b"never made")
    cache.get("d", lambda: bytes(1000))
    assert entries(tmp_path) == ["a.o", "c.o", "d.o"]
    cache.get("e", lambda: bytes(9000))  # too large for all, yet in use
    assert entries(tmp_path) == ["e.o"]


def test_without_a_disk_it_is_kept_in_memory_and_said_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = ObjectCache(tmp_path / "file" / "cache")
    with pytest.warns(UserWarning, match="NUDGE_CACHE_DIR names another folder"):
        assert cache.get("a", lambda: b"code") == b"code"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cache.get("a", lambda: b"never made") == b"code"
        assert cache.get("b", lambda: b"more") == b"more"


def _many(folder: str) -> bool:
    cache = ObjectCache(Path(folder), most=20_000)
    codes = [(f"n{k % 40}", bytes([k % 40]) * 1000) for k in range(400)]
    return all(cache.get(name, lambda code=code: code) == code for name, code in codes)


def test_processes_side_by_side(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(_many, [str(tmp_path)] * 2) == [True, True]
    assert all(name.endswith(".o") for name in entries(tmp_path))
