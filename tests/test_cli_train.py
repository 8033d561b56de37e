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

import pytest

from nudge import cli, io
from nudge.config import KNOBS
from nudge.train import mlp

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
    assert "1,797 handwritten digits" in err
    assert "parts (seed 3): 1,149 to train on, 288 to choose by, 360 held out" in err
    assert "network: 64 → 8 → 10, relu, 610 parameters" in err
    assert "2 passes" in err
    assert out.startswith("accuracy on the 360 held out:")
    assert re.search(r"\d\d\.\d%  this network\n +\d\d\.\d%  linear.*\n +\d\d\.\d%  always", out)
    assert "runs/digits-1".replace("/", os.sep) in out
    assert sorted(os.listdir(tmp_path / "runs" / "digits-1")) == ["config.json", "log.jsonl", "weights.safetensors"]


def test_a_network_that_is_not_worth_it_is_called_so(typed: Typed) -> None:
    _, bad, err = typed("digits", "--epochs", "1", "--hidden", "1")
    _, good, _ = typed("digits", "--epochs", "20")
    assert "does no better than a simpler answer" in bad
    assert "; 1 pass\n" in err
    assert "simpler" not in good


def test_with_json_standard_output_is_one_object(typed: Typed, tmp_path: Path) -> None:
    status, out, err = typed("digits", "--json", "--seed", "4", *QUICK)
    result = json.loads(out)
    assert status == 0
    assert out.count("\n") == 1
    assert list(result) == ["task", "metric", "score", "accuracy", "baselines", "epochs", "seconds", "seed", "run"]
    assert (result["task"], result["metric"], result["epochs"], result["seed"]) == ("classification", "accuracy", 2, 4)
    assert 0 < result["baselines"]["commonest"] < 0.15 < result["baselines"]["linear"]
    assert result["run"] == "runs/digits-1"
    assert "handwritten" in err
    log = [json.loads(line) for line in (tmp_path / result["run"] / "log.jsonl").read_text().splitlines()]
    assert log[-1]["event"] == "scored"
    assert log[-1]["score"] == result["score"]


def test_what_is_saved_builds_the_network_again(typed: Typed, tmp_path: Path) -> None:
    typed("digits", *QUICK)
    folder = tmp_path / "runs" / "digits-1"
    config = json.loads((folder / "config.json").read_text())
    model = mlp((config["inputs"], *config["knobs"]["hidden"], len(config["classes"])), config["knobs"]["activation"])
    model.load_state_dict(io.load(folder / "weights.safetensors"))
    assert config["data"] == "digits"


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
        (("digit",), "there is no data set digit; did you mean digits?"),
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

    monkeypatch.setattr("nudge.train.Experiment.__init__", none_left)
    status, _, err = typed("digits", "--hidden", "65536,65536")
    assert status == 2
    assert "--hidden 65536,65536: so large a network" in err


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
        assert re.search(r"interrupted; the best weights so far, of pass \d+ .* are in runs/digits-1\n$", err)
        assert "Traceback" not in err
        assert json.loads(log.read_text().splitlines()[-1])["reason"] == "interrupted"
        assert io.load(log.with_name("weights.safetensors"))["0.weight"].shape == (256, 64)
