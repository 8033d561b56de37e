"""The lesson keeps its word: its engine is short and right, the terminal and the pictures are what nudge makes.

What stands behind `>>>` in it is run by pytest itself, as every doctest.
"""

import re
import shlex
from pathlib import Path
from types import SimpleNamespace

import pytest

from nudge import cli
from nudge.grade import grade

LESSON = Path(__file__).parents[1] / "docs" / "backprop.md"
PICTURES = LESSON.parent / "pictures"
TEXT = LESSON.read_text(encoding="utf-8")
FENCES = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, flags=re.M | re.S)
ENGINE = "\n".join(
    line[4:]
    for language, block in FENCES
    if language == "python" and block.startswith(">>> # engine.py\n")
    for line in block.splitlines()[1:]
    if line.startswith((">>>", "..."))
)
TYPED = [block.removeprefix("$ ").partition("\n") for language, block in FENCES if language == "console"]
DRAWN = {shlex.split(command)[-1] for command, _, _ in TYPED if command.startswith("nudge draw ")}


@pytest.fixture
def terminal(tmp_path, monkeypatch, capsys):
    """A terminal without colours in a folder with the reader's engine.py: runs a command, gives what it prints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    Path("engine.py").write_text(ENGINE, encoding="utf-8")

    def run(command):
        program, *words = shlex.split(command)
        assert program == "nudge"
        cli.run(words)
        printed = capsys.readouterr()
        return [line.rstrip() for line in (printed.out + printed.err).rstrip().splitlines()]

    return run


@pytest.fixture
def engine():
    names = {"__name__": "engine"}
    exec(ENGINE, names)
    return SimpleNamespace(**names)


def test_every_block_is_run():
    assert {language for language, _ in FENCES} == {"python", "console"}
    assert all(block.startswith(">>> " if language == "python" else "$ nudge ") for language, block in FENCES)


@pytest.mark.parametrize(("command", "printed"), [(c, p) for c, _, p in TYPED], ids=[c for c, _, _ in TYPED])
def test_the_terminal_answers_what_the_lesson_prints(terminal, command, printed):
    assert terminal(command) == printed.splitlines()


def test_every_picture_is_drawn_by_a_line_of_the_lesson():
    shown = re.findall(r"!\[.+\]\(pictures/(.+)\)", TEXT)
    assert shown
    assert set(shown) == DRAWN == {path.name for path in PICTURES.iterdir()}


@pytest.mark.parametrize("command", [c for c, _, _ in TYPED if c.startswith("nudge draw ")])
def test_the_pictures_are_what_nudge_draws(terminal, command):
    terminal(command)
    name = shlex.split(command)[-1]
    same = Path(name).read_text("utf-8") == (PICTURES / name).read_text("utf-8")
    assert same, f"docs/pictures/{name} is out of date; there, run: {command}"


def test_the_engine_has_fewer_than_100_lines():
    assert 50 < len(ENGINE.splitlines()) < 100


def test_the_engine_is_graded_all_right(tmp_path):
    path = tmp_path / "engine.py"
    path.write_text(ENGINE, encoding="utf-8")
    report = grade(path, seconds=60)
    assert report.passed
    assert report.of("noted") == []
    assert {name for result in report.of("skipped") for name in result.missing} == {"exp", "log", "sigmoid"}


def test_the_engine_on_micrograds_example(engine):
    a, b = engine.Value(-4.0), engine.Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    assert f"{g.data:.4f} {a.grad:.4f} {b.grad:.4f}" == "24.7041 138.8338 645.5773"


def test_the_engine_walks_a_long_chain_and_lets_go_of_it(engine):
    x = y = engine.Value(1.0)
    for _ in range(100_000):
        y = y + x
    y.backward()
    assert x.grad == 100_001
    del y


def test_the_engine_accumulates_in_leaves_only(engine):
    x = engine.Value(3.0)
    middle = x * x
    y = middle * middle
    y.backward()
    y.backward()
    assert (x.grad, middle.grad) == (2 * 4 * 3.0**3, 2 * 9.0)


def test_the_engine_divides_and_subtracts_from_both_sides(engine):
    x = engine.Value(4.0)
    y = 2 / x - (6 - x) / 2 + (x - 1)
    y.backward()
    assert (y.data, x.grad) == (2.5, -2 / 16 + 0.5 + 1)


TABLES = LESSON.with_name("tables.md").read_text(encoding="utf-8")
CONSOLES = re.findall(r"^```console\n(.*?)^```$", TABLES, flags=re.M | re.S)
SAID = [block.removeprefix("$ ").partition("\n") for block in CONSOLES]


@pytest.mark.parametrize(("command", "printed"), [(c, p) for c, _, p in SAID], ids=[c for c, _, _ in SAID])
def test_the_terminal_answers_what_the_guide_prints(terminal, command, printed):
    assert terminal(command) == printed.splitlines()


def test_the_guide_shows_only_pictures_that_are_there():
    shown = re.findall(r"!\[.+\]\(reports/(.+)\)", TABLES)
    assert set(shown) == {path.name for path in LESSON.with_name("reports").iterdir()}


@pytest.mark.parametrize("command", re.findall(r"^nudge (?:train|predict|runs) [^#\n]*--[^#\n]*", TABLES, flags=re.M))
def test_the_guides_options_exist(command):
    words = shlex.split(command)
    help_text = cli.build()[words[1]]
    names = {name for argument in help_text.assemble_argument_collection() for name in argument.names}
    assert {word.split("=")[0] for word in words if word.startswith("--")} <= names
