"""The machine as `nudge --version` tells it."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

import pytest

from nudge import machine
from nudge.version import __version__


def test_the_cache_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NUDGE_CACHE_DIR", str(tmp_path))
    assert machine.cache_dir() == tmp_path


def test_an_empty_choice_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUDGE_CACHE_DIR", "")
    assert machine.cache_dir().name == "nudge"


@pytest.mark.parametrize(
    ("system", "variables", "expected"),
    [
        ("linux", {}, "home/.cache/nudge"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "home/.cache/nudge"),
        ("linux", {"XDG_CACHE_HOME": "{tmp}/xdg"}, "xdg/nudge"),
        ("darwin", {}, "home/Library/Caches/nudge"),
        ("win32", {}, "home/AppData/Local/nudge"),
        ("win32", {"LOCALAPPDATA": "{tmp}/local"}, "local/nudge"),
    ],
)
def test_the_cache_folder_is_where_the_platform_keeps_such_things(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, system: str, variables: dict[str, str], expected: str
) -> None:
    for name in ("NUDGE_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(tmp=tmp_path))
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    assert machine.cache_dir() == tmp_path / expected


def test_without_llvmlite_the_processor_is_still_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    assert machine.cpu_name()
    assert machine.cpu_features() == ()


def test_versions_are_those_installed() -> None:
    import numpy as np

    found = machine.versions()
    assert found["nudge"] == __version__
    assert found["numpy"] == np.__version__


def test_a_missing_distribution_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", absent)
    assert machine.versions()["llvmlite"] == "missing"
