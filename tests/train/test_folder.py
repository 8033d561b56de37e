"""A run's folder: whole at any time, held by one process, and enough to go on with."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nudge import Run, UsageError, io
from nudge.train import Checkpoint, RunFolder

QUICK: dict[str, Any] = {"epochs": 6, "hidden": (8,), "batch_size": 16, "checkpoint_every": 2, "dropout": 0.1}


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    """Write a small table."""
    r = np.random.default_rng(0)
    lines = [f"{a:.4f},{b:.4f},{'yes' if a > b else 'no'}" for a, b in r.normal(size=(80, 2))]
    path = tmp_path / "pairs.csv"
    path.write_text("a,b,first\n" + "\n".join(lines) + "\n")
    return path


def run(csv: Path, **knobs: Any) -> Run:
    return Run(csv, target="first", **{**QUICK, **knobs})


def files(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_a_folder_holds_all_that_predicting_takes_from_the_start(csv: Path, tmp_path: Path) -> None:
    kept = RunFolder(run(csv), tmp_path / "runs")
    assert kept.path == tmp_path / "runs" / "pairs-1"
    assert files(kept.path) == ["config.json", "preprocessing.json", "weights.safetensors"]
    assert len(Run.load(kept.path).predict(csv)) == 80


def test_when_a_run_is_over_its_results_and_log_are_there(csv: Path, tmp_path: Path) -> None:
    trained = run(csv)
    with RunFolder(trained, tmp_path) as kept:
        assert "in-use" in files(kept.path)
        trained.fit()
        kept.finish()
    assert files(kept.path) == [
        "config.json", "log.jsonl", "preprocessing.json", "results.json", "weights.safetensors",
    ]  # fmt: skip
    log = [json.loads(line) for line in (kept.path / "log.jsonl").read_text().splitlines()]
    assert log == kept.history
    assert [entry["event"] for entry in log if entry["event"] not in ("improved", "warned")] == [
        "started", "evaluated", "checkpoint", "evaluated", "evaluated", "checkpoint", "evaluated", "evaluated",
        "checkpoint", "evaluated", "evaluated", "checkpoint", "finished", "scored",
    ]  # fmt: skip
    evaluated = [entry for entry in log if entry["event"] == "evaluated"]
    assert evaluated[0]["train_loss"] is None
    assert all(entry["train_loss"] > 0 and entry["lr"] > 0 for entry in evaluated[1:])
    again = Run.load(kept.path)
    assert again.score == trained.score
    assert again.predict(csv).tolist() == trained.predict(csv).tolist()


def test_runs_have_folders_of_their_own(csv: Path, tmp_path: Path) -> None:
    made = run(csv)
    assert [RunFolder(made, tmp_path).path.name for _ in range(3)] == ["pairs-1", "pairs-2", "pairs-3"]


def test_a_folder_that_cannot_be_made_is_said(csv: Path, tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(UsageError, match="cannot be made in"):
        RunFolder(run(csv), tmp_path / "runs")


@pytest.mark.parametrize("cut", [2, 4])
def test_a_run_goes_on_from_its_folder_bit_for_bit(csv: Path, tmp_path: Path, cut: int) -> None:
    whole = run(csv)
    with RunFolder(whole, tmp_path) as first:
        whole.fit()
        first.finish()
    broken = run(csv)
    with RunFolder(broken, tmp_path) as kept:
        for event in broken:
            if isinstance(event, Checkpoint) and event.epoch == cut:
                break
    resumed = RunFolder.resume(kept.path)
    with resumed:
        resumed.run.fit()
        resumed.finish()
    mine, theirs = (io.load(one.path / "weights.safetensors") for one in (first, resumed))
    assert {name: value.tolist() for name, value in mine.items()} == {n: v.tolist() for n, v in theirs.items()}
    results = [{**json.loads((one.path / "results.json").read_text()), "seconds": 0} for one in (first, resumed)]
    assert results[0] == results[1]
    logs = [
        [{**entry, "seconds": 0} for entry in one.history if entry["event"] != "started"] for one in (first, resumed)
    ]
    assert logs[0] == logs[1]


def test_a_folder_is_held_by_one_process(csv: Path, tmp_path: Path) -> None:
    made = run(csv)
    with RunFolder(made, tmp_path) as kept:
        with pytest.raises(UsageError, match=f"is in use by process {os.getpid()}"):
            kept.__enter__()
    (kept.path / "in-use").write_text("999999999")  # left by a process that was killed
    with kept:
        assert (kept.path / "in-use").read_text() == str(os.getpid())
    assert "in-use" not in files(kept.path)


def test_a_folder_is_let_go_also_where_it_cannot_be_written(
    csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise UsageError("weights cannot be written: No space left on device")

    trained = run(csv)
    kept = RunFolder(trained, tmp_path)
    monkeypatch.setattr("nudge.train.folder.save", full)
    with pytest.raises(UsageError, match="No space left"), kept:
        trained.fit()
    assert "in-use" not in files(kept.path)


def test_what_cannot_be_gone_on_with_is_said(csv: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no run's folder"):
        RunFolder.resume(tmp_path)
    trained = run(csv)
    with RunFolder(trained, tmp_path) as kept:
        for event in trained:
            if isinstance(event, Checkpoint) and event.epoch == 2:
                break
    state = (kept.path / "state.safetensors").read_bytes()
    text = csv.read_text()
    csv.write_text(text.replace("yes", "no", 1))
    with pytest.raises(UsageError, match="has changed since"):
        RunFolder.resume(kept.path)
    csv.unlink()
    with pytest.raises(UsageError, match=r"pairs\.csv"):
        RunFolder.resume(kept.path)
    csv.write_text(text)
    (kept.path / "state.safetensors").write_bytes(state[: len(state) // 2])
    with pytest.raises(UsageError, match="is no checkpoint"):
        RunFolder.resume(kept.path)
    (kept.path / "state.safetensors").unlink()
    with pytest.raises(UsageError, match="nothing to go on with"):
        RunFolder.resume(kept.path)


def test_data_from_memory_cannot_be_read_again(tmp_path: Path) -> None:
    trained = Run({"x": [k % 7 + 0.5 for k in range(60)], "y": ["a", "b"] * 30}, target="y", **QUICK)
    with RunFolder(trained, tmp_path) as kept:
        for event in trained:
            if isinstance(event, Checkpoint):
                break
    with pytest.raises(UsageError, match="data from memory"):
        RunFolder.resume(kept.path)


def test_checkpoints_hold_numbers_and_notes(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    io.save({"x": np.arange(3.0)}, path, {"a": "ä"})
    tensors, notes = io.load_with_notes(path)
    assert tensors["x"].tolist() == [0, 1, 2]
    assert notes == {"a": "ä"}
