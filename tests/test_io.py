"""Checkpoints: what is saved comes back, and what was there stays whole."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nudge
from nudge import io, nn


def test_tensors_of_every_dtype_and_shape_come_back(tmp_path: Path) -> None:
    state = {
        "float32": nudge.randn(2, 3),
        "float64": np.linspace(0, 1, 5),
        "int64": np.arange(6).reshape(2, 3).T,
        "int32": np.array(7, np.int32),
        "bool": np.array([True, False]),
        "empty": np.zeros((0, 4), np.float32),
    }
    io.save(state, tmp_path / "a.safetensors", {"epoch": "3"})
    loaded = io.load(tmp_path / "a.safetensors")
    assert loaded.keys() == state.keys()
    for name, value in state.items():
        assert loaded[name].dtype == value.dtype
        np.testing.assert_array_equal(loaded[name].numpy(), np.asarray(value))


def test_a_network_is_saved_and_loaded(tmp_path: Path) -> None:
    ours, theirs = nn.Linear(2, 3), nn.Linear(2, 3)
    io.save(ours.state_dict(), tmp_path / "w")
    theirs.load_state_dict(io.load(tmp_path / "w"))
    np.testing.assert_array_equal(ours.weight.detach().numpy(), theirs.weight.detach().numpy())


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w"
    io.write_atomically(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(nudge.UsageError, match=r"w cannot be written: No space left on device"):
        io.write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["w"]


def test_ctrl_c_while_writing_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w"
    io.write_atomically(path, b"old")

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        io.write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["w"]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda at: io.load(at / "none"), "none cannot be read"),
        (lambda at: io.load(at), "cannot be read"),
        (lambda at: io.save({}, at / "no" / "such" / "folder"), "cannot be written"),
        (lambda at: io.save({"state": {}}, at / "w"), "state is dict: a checkpoint holds tensors"),
    ],
)
def test_what_cannot_be_is_said(call: Any, says: str, tmp_path: Path) -> None:
    with pytest.raises(nudge.UsageError, match=says):
        call(tmp_path)


def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    for content in (b"", b"hello", b"\xff" * 100):
        (tmp_path / "w").write_bytes(content)
        with pytest.raises(nudge.UsageError, match="no checkpoint"):
            io.load(tmp_path / "w")
