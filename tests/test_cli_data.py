"""`nudge data`, as it is typed: the list, a set as CSV, and what is refused."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nudge import cli
from nudge.cli.data import moment, number, texts
from nudge.data import SETS, dataset, read_table

COMMAND = [sys.executable, "-c", "from nudge.cli import main; main()", "data"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}


def run(capsys, *words):
    """Exit status, standard output and standard error of a command line."""
    status = cli.run(list(words))
    out, err = capsys.readouterr()
    return status, out, err


def test_alone_it_lists_every_set_on_a_line(capsys):
    status, out, err = run(capsys, "data")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert [line.split()[0] for line in lines[1 : len(SETS) + 1]] == list(SETS)
    assert lines[0].split() == ["set", "rows", "columns", "target", "licence"]
    assert lines[2].split()[:6] == ["houses", "2,536", "17", "price", "CC0", "1.0"]
    assert max(map(len, lines)) < 100
    assert "`nudge data houses > houses.csv` writes a set" in out


def test_the_list_as_json(capsys):
    status, out, err = run(capsys, "data", "--json")
    assert (status, err) == (0, "")
    sets = {one["name"]: one for one in json.loads(out)["sets"]}
    assert list(sets) == list(SETS)
    for name in ("penguins", "digits", "spirals"):
        found = dataset(name)
        assert sets[name] == {
            "name": name,
            "rows": len(found.table),
            "columns": len(found.table.columns),
            "target": found.target,
            "licence": SETS[name].licence,
            "drawn": SETS[name].draw is not None,
            "about": found.about,
        }


@pytest.mark.parametrize("name", SETS)
def test_what_is_written_reads_back_the_same(name, capsys, tmp_path):
    status, out, err = run(capsys, "data", name)
    assert (status, err) == (0, "")
    path = tmp_path / f"{name}.csv"
    path.write_text(out, newline="")
    ours, back = dataset(name).table, read_table(path)
    assert list(back.columns) == list(ours.columns)
    for column, again in zip(ours.columns.values(), back.columns.values(), strict=True):
        assert (again.type, again.words) == (column.type, column.words)
        assert np.array_equal(again.values, column.values, equal_nan=True)


def test_lines_end_in_lf_and_numbers_are_short():
    done = subprocess.run(COMMAND + ["penguins"], env=ENVIRONMENT, capture_output=True, check=True)
    lines = done.stdout.split(b"\n")
    assert lines[0] == b"island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex,year,species"
    assert lines[1] == b"Torgersen,39.1,18.7,181,3750,male,2007,Adelie"
    assert lines[4] == b"Torgersen,,,,,,2007,Adelie"
    assert (len(lines), lines[-1]) == (346, b"")
    assert b"\r" not in done.stdout


def test_a_shape_is_drawn_as_asked(capsys):
    status, out, _ = run(capsys, "data", "moons", "--n", "50", "--noise", "0", "--seed", "7")
    assert status == 0
    assert out.startswith("x,y,class\n")
    rows = [line.split(",") for line in out.splitlines()[1:]]
    assert len(rows) == 50
    upper = [math.hypot(float(x), float(y)) for x, y, word in rows if word == "upper"]
    assert len(upper) == 25
    assert max(abs(radius - 1) for radius in upper) < 2e-6
    assert out != run(capsys, "data", "moons", "--n", "50", "--noise", "0")[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("data house", "there is no data set house; did you mean houses?"),
        ("data houses --n 5", "houses is there as it is: only moons, circles, xor, gaussians, spirals are drawn"),
        ("data digits --noise 0.1 --seed 3", "and take --noise and --seed"),
        ("data --seed 3", "name the set that --seed is for, as in `nudge data moons --seed …`"),
        ("data wine --json", "--json is for the list of sets; `nudge data wine` writes CSV"),
        ("data moons --n 1", "n is 1: expected 2 points or more, one of each class"),
        ("data moons --n 1.5", "--n: 1.5 is no whole number"),
        ("data moons --seed x", "--seed: x is no whole number"),
        ("data moons --noise -1", "noise is -1.0: expected a number from 0 on"),
        ("data moons --noise nan", "noise is nan: expected a number from 0 on"),
        ("data moons --n 99999999999999", "99999999999999 points do not fit into memory"),
        ("data moons --nosie 1", "there is no option --nosie; did you mean --noise?"),
    ],
)
def test_what_is_refused(words, said, capsys):
    status, out, err = run(capsys, *words.split())
    assert (status, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_reader_that_has_gone_is_no_trouble():
    process = subprocess.Popen(COMMAND + ["bikes"], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout.readline().startswith(b"date,hour,season")
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 1


def test_numbers_and_moments_as_text():
    assert [number(v) for v in (0.0, -0.5, 1e15, 2.0**60, 0.1 + 0.2, 1e-7)] == [
        "0", "-0.5", "1000000000000000", "1.152921504606847e+18", "0.30000000000000004", "1e-07",
    ]  # fmt: skip
    assert [moment(v) for v in (-86400.0, 0.0, 3600.0, math.nan)] == [
        "1969-12-31", "1970-01-01", "1970-01-01 01:00:00", "",
    ]  # fmt: skip
    table = read_table({"when": ["2024-05-06 07:08:09", None], "word": [None, "a,b"]})
    assert list(texts(table["when"])) == ["2024-05-06 07:08:09", ""]
    assert list(texts(table["word"])) == ["", "a,b"]
