"""The grading in a process of its own, as the terminal does it: what crashes, never ends, or cannot be read."""

import os
from pathlib import Path

import pytest

from nudge.errors import UsageError
from nudge.grade import grade
from nudge.grade.stages import STAGES

CORRECT = Path(__file__).parent / "engines" / "correct.py"
SOURCE = CORRECT.read_text()


def test_right_file():
    assert grade(CORRECT).passed


@pytest.mark.parametrize(
    ("old", "new", "title", "error", "source"),
    [
        (
            "        self.grad = 1.0\n",
            "        while True:\n            pass\n",
            "add, walked backward",
            "still running after 1.5 s",
            ("pass", "while True:"),
        ),
        ("t = math.tanh(self.data)", "__import__('os')._exit(3)", "tanh", "the process ended with status 3", ("",)),
        (
            "t = math.tanh(self.data)",
            "__import__('ctypes').string_at(0)",
            "tanh",
            "crashed" if os.name == "posix" else "status",
            ("__import__('ctypes').string_at(0)",),
        ),
    ],
    ids=["endless", "exit", "crash"],
)
def test_a_process_that_dies(old, new, title, error, source, tmp_path):
    file = tmp_path / "engine.py"
    file.write_text(SOURCE.replace(old, new))
    report = grade(file, seconds=1.5)
    (wrong,) = report.of("wrong")
    assert wrong.title == title
    assert error in wrong.error
    assert wrong.source in source
    assert report.of("unreached")
    assert len(report.results) == len(STAGES)


def test_output_and_input_of_the_file_are_cut_off(tmp_path, capfd):
    file = tmp_path / "engine.py"
    file.write_text("print('x' * 1_000_000)\n" + SOURCE)
    assert grade(file).passed
    assert capfd.readouterr() == ("", "")
    file.write_text("name = input()\n" + SOURCE)
    with pytest.raises(UsageError, match=r"EOFError.*\n    line 1: name = input\(\)"):
        grade(file)


def test_neighbours_can_be_imported_and_nothing_is_shadowed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    (tmp_path / "engine.py").write_text(SOURCE)
    (tmp_path / "random.py").write_text("raise RuntimeError\n")
    (tmp_path / "nudge.py").write_text("raise RuntimeError\n")
    (tmp_path / "mine.py").write_text("from engine import Value\n")
    report = grade("mine.py")
    assert report.passed
    assert "Neuron" in {result.missing[0] for result in report.of("skipped")}
    assert not (tmp_path / "__pycache__").exists()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            "class Value:\n    def __init__(self)\n        pass\n",
            r"line 2: expected ':'\n    def __init__\(self\)\n +\^",
        ),
        ("import torhc\n", r"No module named 'torhc'\n    line 1: import torhc"),
        ("1/0\n", r"ZeroDivisionError: division by zero\n    line 1: 1/0"),
        ("from .engine import Value\n", "without the dot"),
        ("import sys; sys.exit(0)\n", "SystemExit"),
        ("", "it defines no class at all"),
        ("class Scalar: pass\nclass Tensor: pass\n", "it defines Scalar, Tensor"),
        ("x = '\0'\n", "cannot be read|null bytes"),
        ("x = " + "-" * 5000 + "1\n", "cannot be read|nested"),
        ("while True: pass\n", "still running after 1.5 s\n    line 1: while True: pass"),
    ],
)
def test_nothing_to_grade(source, said, tmp_path):
    file = tmp_path / "engine.py"
    file.write_text(source)
    with pytest.raises(UsageError, match=said):
        grade(file, seconds=1.5)


def test_no_such_file(tmp_path):
    (tmp_path / "engine.py").write_text(SOURCE)
    with pytest.raises(UsageError, match=r"there is no file .*engin.py; did you mean engine.py\?"):
        grade(tmp_path / "engin.py")
    with pytest.raises(UsageError, match="there is no file"):
        grade(tmp_path / "none" / "engine.py")
    with pytest.raises(UsageError, match="is a folder"):
        grade(tmp_path)
    (tmp_path / "lesson.ipynb").write_text("{}")
    with pytest.raises(UsageError, match="is a notebook"):
        grade(tmp_path / "lesson.ipynb")


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), float("inf")])
def test_seconds_out_of_range(seconds):
    with pytest.raises(UsageError, match="expected a time above 0"):
        grade(CORRECT, seconds)
