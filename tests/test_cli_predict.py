"""`nudge predict` as it is typed."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nudge import Run, cli

ROOT = Path(__file__).parents[1]
Typed = Callable[..., tuple[int, str, str]]


def table(n: int, seed: int) -> list[dict[str, Any]]:
    r = np.random.default_rng(seed)
    rows = []
    for k in range(n):
        size, town = round(float(r.normal()), 3), str(r.choice(["oslo", "rome"]))
        rows.append({"id": f"r{k}", "size": size, "town": town, "dear": "yes" if size > 0 else "no", "price": 5 * size})
    return rows


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train three runs: of classes, of numbers, of both."""
    folder = tmp_path_factory.mktemp("runs")
    data = {name: [row[name] for row in table(80, 0)] for name in ("id", "size", "town", "dear", "price")}
    quick: dict[str, Any] = {"epochs": 20, "hidden": (8,), "batch_size": 16}
    targets = (("words", "dear", "price"), ("numbers", "price", "dear"), ("both", ("dear", "price"), ()))
    for name, target, other in targets:
        Run(data, target=target, ignore=other, **quick).fit().save(folder / name)
    write(folder / "new.csv", table(10, 1))
    return folder


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str], runs: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Run a command line where the runs are; give exit status, standard output and standard error."""
    monkeypatch.chdir(runs)

    def run(*words: str) -> tuple[int, str, str]:
        status = cli.run(["predict", *words])
        return status, *capsys.readouterr()

    return run


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_line_for_each_row_in_its_order(typed: Typed, runs: Path) -> None:
    status, out, err = typed("words", "new.csv")
    assert (status, err) == (0, "")
    assert [row["prediction"] for row in rows(out)] == Run.load(runs / "words").predict(runs / "new.csv").tolist()
    status, out, _ = typed("numbers", "new.csv")
    told = Run.load(runs / "numbers").predict(runs / "new.csv")
    assert np.allclose([float(row["prediction"]) for row in rows(out)], told, rtol=1e-6)


def test_columns_are_handed_through_and_probabilities_added(typed: Typed) -> None:
    _, out, _ = typed("words", "new.csv", "--keep", "id,size", "--probabilities")
    found = rows(out)
    assert list(found[0]) == ["id", "size", "prediction", "p(no)", "p(yes)"]
    assert [row["id"] for row in found] == [f"r{k}" for k in range(10)]
    for row in found:
        p = {name: float(row[f"p({name})"]) for name in ("no", "yes")}
        assert sum(p.values()) == pytest.approx(1, abs=1e-5)
        assert max(p, key=lambda name: p[name]) == row["prediction"]


def test_json_lines(typed: Typed) -> None:
    _, out, _ = typed("both", "new.csv", "--format", "jsonl", "--probabilities", "--keep", "id")
    found = [json.loads(line) for line in out.splitlines()]
    assert len(found) == 10
    assert list(found[0]) == ["id", "prediction dear", "p(dear=no)", "p(dear=yes)", "prediction price"]
    assert isinstance(found[0]["prediction price"], float)


def test_a_file_is_written_whole_or_not_at_all(typed: Typed, runs: Path) -> None:
    status, out, err = typed("words", "new.csv", "-o", "out.csv")
    assert (status, out, err) == (0, "", "")
    assert len(rows((runs / "out.csv").read_text())) == 10
    (runs / "bad.csv").write_text("size,town\n1,oslo\nbig,rome\n")
    before = sorted(os.listdir(runs))
    status, _, err = typed("words", "bad.csv", "-o", "never.csv")
    assert status == 2
    assert "column size" in err
    assert "big" in err
    assert sorted(os.listdir(runs)) == before
    status, _, err = typed("words", "new.csv", "-o", "nowhere/out.csv")
    assert status == 2
    assert "nowhere/out.csv cannot be written" in err.replace(os.sep, "/")


def test_standard_input_is_read(runs: Path) -> None:
    command = [sys.executable, "-c", "from nudge.cli import main; main()", "predict", "words", "-"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (runs / "new.csv").open("rb") as file:
        done = subprocess.run(command, cwd=runs, env=environment, stdin=file, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(done.stdout.splitlines()) == 11


def test_words_never_met_are_named_and_counted(typed: Typed, runs: Path) -> None:
    strange = [{**row, "town": "lima"} if k < 3 else row for k, row in enumerate(table(10, 1))]
    write(runs / "strange.csv", strange)
    status, out, err = typed("words", "strange.csv")
    assert (status, len(rows(out))) == (0, 10)
    assert err == "nudge: column town has words not met in training, which count as none: lima (3)\n"


def test_columns_in_another_order_and_more_of_them_change_nothing(typed: Typed, runs: Path) -> None:
    write(runs / "other.csv", [{"more": 1, **dict(reversed(row.items()))} for row in table(10, 1)])
    assert typed("words", "other.csv")[1] == typed("words", "new.csv")[1]


def test_what_cannot_be_done_is_said(typed: Typed, runs: Path) -> None:
    (runs / "few.csv").write_text("id,town\n1,oslo\n")
    (runs / "none.csv").write_text("id,colour\n1,red\n")
    for words, says in (
        (("words", "gone.csv"), "gone.csv"),
        (("words", "few.csv"), "size"),
        (("none", "new.csv"), "none is no run's folder"),
        (("words", "new.csv", "--format", "xml"), "--format xml: expected one of csv, jsonl"),
        (("words", "new.csv", "--keep", "idd"), "did you mean id?"),
        (("words",), "FILE"),
    ):
        status, out, err = typed(*words)
        assert (status, out) == (2, "")
        assert says in err
        assert "Traceback" not in err
    missing = typed("words", "none.csv")[2]
    assert "size" in missing
    assert "town" in missing
