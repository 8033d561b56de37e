"""`nudge runs` as it is typed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nudge import Run, cli
from nudge.train import RunFolder

Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Run a command line in a folder with three runs: two that are over, one that is not."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "40")
    for place, (hidden, over) in enumerate((((4,), True), ((5,), True), ((4,), False))):
        run = Run("moons", hidden=hidden, epochs=1)
        folder = RunFolder(run, tmp_path / "runs")
        if over:
            with folder:
                run.fit()
                folder.finish()
        os.utime(folder.path / "config.json", (1e9 + place, 1e9 + place))

    def call(*words: str) -> tuple[int, str, str]:
        status = cli.run(["runs", *words])
        return status, *capsys.readouterr()

    return call


def test_runs_are_listed_newest_first(typed: Typed) -> None:
    status, out, err = typed()
    assert (status, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert lines[0][:4] == ["run", "data", "target", "score"]
    assert [line[0] for line in lines[1:]] == ["runs/moons-3", "runs/moons-2", "runs/moons-1"]
    assert lines[1][1:4] == ["moons", "class", "begun"]
    assert 0 < float(lines[2][3]) <= 1


def test_compared_runs_show_the_knobs_in_which_they_differ(typed: Typed) -> None:
    out = typed("runs/moons-1", "runs/moons-2")[1]
    assert "--hidden" in out
    assert "--epochs" not in out
    assert "--hidden" not in typed("runs/moons-1", "runs/moons-3")[1]


def test_json(typed: Typed) -> None:
    found = json.loads(typed("--json")[1])["runs"]
    assert [one["state"] for one in found] == ["begun", "finished", "finished"]
    assert found[1]["knobs"]["hidden"] == [5]
    assert found[1]["results"]["targets"][0]["metric"] == "accuracy"
    assert found[0]["results"] is None


def test_what_is_spoiled_does_not_hide_the_others(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "runs" / "moons-2" / "results.json").write_text("{")
    status, out, err = typed()
    assert status == 0
    assert "runs/moons-1" in out
    assert "moons-2" in err
    assert "is no JSON" in err


def test_what_cannot_be_done_is_said(typed: Typed, tmp_path: Path) -> None:
    assert typed("--out", "none") == (2, "", "nudge: there is no folder none: `nudge train` makes it\n")
    (tmp_path / "empty").mkdir()
    assert typed("--out", "empty")[:2] == (0, "there is no run in empty\n")
    status, _, err = typed("runs/moons-1", "runs/moons-9")
    assert status == 2
    assert "moons-9 is no run's folder" in err
