"""`nudge train` as it is typed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nudge import cli, io
from nudge.config import KNOBS

ROOT = Path(__file__).parents[1]
QUICK = ("--epochs", "2", "--hidden", "8")
Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Run a command line in an empty folder; give exit status, standard output and standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        status = cli.run(["train", *words])
        return status, *capsys.readouterr()

    return run


def process(folder: Path, *words: str) -> subprocess.Popen[str]:
    """Run a command line in a folder, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", "from nudge.cli import main; main()", "train", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_says_what_it_understood_and_reports(typed: Typed, tmp_path: Path) -> None:
    status, out, err = typed("digits", "--seed", "3", *QUICK)
    assert status == 0
    assert "digits: 1,797 images" in err
    assert "images of 8×8 pixels; target digit (classification)" in err
    assert "parts (seed 3): 1,149 to train on, 288 to choose by, 360 held out" in err
    assert "network: 64 → 8 → 10, relu, dropout 0.1, 610 parameters" in err
    assert "2 passes" in err
    assert out.startswith("accuracy on the 360 held out:")
    first, *baselines = out.splitlines()[1:4]
    assert re.fullmatch(r" +\d\d\.\d%  this network \(95 % sure: \d\d\.\d% to \d\d\.\d%\)", first)
    assert re.fullmatch(r" +\d\d\.\d%  the same without hidden layers", baselines[0])
    assert re.fullmatch(r" +\d\d\.\d%  always the commonest class", baselines[1])
    assert "precision  recall" in out
    assert "nudge predict runs/digits-1 new.csv" in out
    assert sorted(os.listdir(tmp_path / "runs" / "digits-1")) == [
        "config.json", "log.jsonl", "preprocessing.json", "report.html", "results.json", "weights.safetensors",
    ]  # fmt: skip


def test_a_network_that_is_not_worth_it_is_called_so(typed: Typed) -> None:
    _, bad, err = typed("penguins", "--epochs", "1", "--hidden", "1")
    _, good, _ = typed("moons", "--epochs", "60")
    assert "does no better than a simpler answer" in bad
    assert "; 1 pass\n" in err
    assert "simpler" not in good


def test_numbers_are_reported_in_their_units(typed: Typed) -> None:
    status, out, err = typed("houses", "--epochs", "10")
    assert status == 0
    assert out.startswith("R² on the 508 held out:")
    assert "always the mean" in out
    assert re.search(r"off by \d\d,\d\d\d \(root of the mean square\), \d\d,\d\d\d \(mean\)", out)
    assert "in the units of price" in out
    assert re.search(r"looked at most .*; 8 of 16 columns\):\n +0\.\d+ ± 0\.\d+  living_area_sqft\n", out)
    assert "lot_depth_ft      number, 385 gaps" in err


@pytest.mark.parametrize(
    ("words", "own"),
    [
        (("penguins",), ["task", "metric", "score", "accuracy", "interval", "baselines"]),
        (("houses",), ["task", "metric", "score", "r2", "rmse", "interval", "baselines"]),
        (("penguins", "--target", "species,body_mass_g"), ["task", "score", "targets"]),
    ],
)
def test_with_json_standard_output_is_one_object(typed: Typed, tmp_path: Path, words: Any, own: list[str]) -> None:
    status, out, err = typed(*words, "--json", "--seed", "4", *QUICK)
    result = json.loads(out)
    assert status == 0
    assert out.count("\n") == 1
    assert list(result) == [*own, "epochs", "seconds", "seed", "run"]
    assert (result["epochs"], result["seed"]) == (2, 4)
    assert result["run"] == f"runs/{words[0]}-1"
    assert words[0] in err
    log = [json.loads(line) for line in (tmp_path / result["run"] / "log.jsonl").read_text().splitlines()]
    assert log[-1]["event"] == "scored"
    assert log[-1]["score"] == result["score"]


def test_a_dry_run_trains_nothing_and_writes_nothing(typed: Typed, tmp_path: Path) -> None:
    status, out, err = typed("houses", "--dry-run")
    assert (status, out) == (0, "")
    assert "network: 41 → 128 → 64 → 1" in err
    assert os.listdir(tmp_path) == []


def test_knobs_come_from_a_file_and_from_options_first(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text('data = "penguins"\nhidden = [4]\nepochs = 2\ntype = { year = "category" }\n')
    _, _, err = typed("--config", "small.toml", "--hidden", "6")
    assert "→ 6 →" in err
    assert "year               category: 3 words" in err
    _, _, err = typed("--config", "runs/penguins-1", "--epochs", "3", "--dry-run")
    assert "→ 6 →" in err
    assert "3 passes" in err
    (tmp_path / "odd.json").write_text('{"hiden": [4]}')
    status, _, err = typed("penguins", "--config", "odd.json")
    assert status == 2
    assert "there is no knob hiden; did you mean hidden?" in err
    (tmp_path / "odd.toml").write_text("hidden = [4")
    assert "--config odd.toml is no TOML" in typed("penguins", "--config", "odd.toml")[2]
    assert "--config none.toml cannot be read" in typed("penguins", "--config", "none.toml")[2]


def test_an_option_of_many_may_be_given_again(typed: Typed) -> None:
    _, _, err = typed(
        "penguins", "--ignore", "island", "--ignore", "sex,year", "--type", "flipper_length_mm=category",
        "--type", "body_mass_g=category", "--dry-run",
    )  # fmt: skip
    assert err.count("not looked at") == 3
    assert len(re.findall(r"(flipper_length_mm|body_mass_g) +category", err)) == 2


def test_there_is_neither_bar_nor_colour_without_a_terminal(typed: Typed) -> None:
    _, out, err = typed("digits", *QUICK)
    assert "\x1b" not in out + err
    assert "━" not in out + err


def test_help_has_every_knob_with_its_default(typed: Typed) -> None:
    status, out, _ = typed("--help")
    text = " ".join(out.replace("│", " ").split())
    assert status == 0
    for name, knob in KNOBS.items():
        assert f"--{name.replace('_', '-')} " in text
        assert f"{knob.range}. Default: {knob.shown}." in text
    assert len(re.findall("─ (?:Data|Parts|Network|Training) ─", out)) == 4


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("digits", "--hidden", "0"), "--hidden 0: expected whole numbers from 1"),
        (("digits", "--hidden", "64,"), "--hidden 64,: expected whole numbers"),
        (("digits", "--lr", "nan"), "--lr nan: expected a number above 0, up to 10"),
        (("digits", "--lr=-0.1"), "--lr -0.1: expected a number above 0"),
        (("digits", "--epochs", "-3"), "--epochs -3: expected a whole number from 1"),
        (("digits", "--epochs", "ten"), "--epochs ten: expected a whole number"),
        (("digits", "--activation", "rellu"), "did you mean relu?"),
        (("digits", "--hiden", "3"), "did you mean --hidden?"),
        (("digits", "--lr"), "--lr"),
        (("digit",), "there is no file and no shipped set digit; did you mean digits?"),
        (("none.csv", "--target", "y"), "none.csv"),
        (("penguins", "--target", "specie"), "there is no column specie; did you mean species?"),
        (("penguins", "--type", "year=day"), "--type year=day: expected COLUMN=KIND"),
        (("penguins", "--type", "yaer=date"), "did you mean year?"),
        (("penguins", "--missing", "error"), "has 2 gaps, the first in row 4"),
        (("penguins", "--resume", "runs/x"), "--resume goes on with a run as it was begun"),
        (("--resume", "runs/x"), "is no run's folder"),
        ((), "DATA"),
        (("digits", "moons"), "moons"),
    ],
)
def test_what_cannot_be_done_is_said(typed: Typed, tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    status, out, err = typed(*words)
    assert status == 2
    assert out == ""
    assert says in err
    assert "Traceback" not in err
    assert os.listdir(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_said_before_training(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    status, out, err = typed("digits", *QUICK)
    assert (status, out) == (2, "")
    assert "cannot be made in runs" in err


def test_a_network_beyond_memory_is_said(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("nudge.train.Run.__init__", none_left)
    status, _, err = typed("digits", "--hidden", "65536,65536")
    assert status == 2
    assert "a network of --hidden 65536,65536, does not fit into memory" in err


if sys.platform != "win32":  # where Ctrl-C is no signal that one process sends another

    def test_ctrl_c_keeps_the_best_weights_and_says_where(tmp_path: Path) -> None:
        running = process(tmp_path, "digits", "--epochs", "100000")
        log = tmp_path / "runs" / "digits-1" / "log.jsonl"
        for _ in range(300):
            if log.exists():
                break
            time.sleep(0.1)
        pressed = time.monotonic()
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
        assert time.monotonic() - pressed < 5
        assert (running.returncode, out) == (130, "")
        assert re.search(r"interrupted; the best weights so far, of pass \d+ .* are in runs/digits-1\n", err)
        assert err.endswith("`nudge train --resume runs/digits-1` goes on\n")
        assert "Traceback" not in err
        assert json.loads(log.read_text().splitlines()[-1])["reason"] == "interrupted"
        assert io.load(log.with_name("weights.safetensors"))["0.weight"].shape == (128, 64)

    def test_an_interrupted_run_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
        words = ("moons", "--epochs", "300", "--hidden", "4", "--checkpoint-every", "1")
        whole = process(tmp_path, *words)
        whole.communicate(timeout=60)
        broken = process(tmp_path, *words)
        state = tmp_path / "runs" / "moons-2" / "state.safetensors"
        for _ in range(600):
            if state.exists():
                break
            time.sleep(0.05)
        broken.send_signal(signal.SIGINT)
        broken.communicate(timeout=30)
        assert broken.returncode == 130
        resumed = process(tmp_path, "--resume", "runs/moons-2", "--json")
        out, err = resumed.communicate(timeout=60)
        assert resumed.returncode == 0, err
        paths = (tmp_path / "runs" / name / "results.json" for name in ("moons-1", "moons-2"))
        first, second = (json.loads(path.read_text()) for path in paths)
        assert {**first, "seconds": 0} == {**second, "seconds": 0}
        assert json.loads(out)["run"] == "runs/moons-2"
        again = process(tmp_path, "--resume", "runs/moons-2")
        assert "has nothing to go on with: the run is over" in again.communicate(timeout=30)[1]
        assert again.returncode == 2
