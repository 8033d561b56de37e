"""The terminal's frame, and `derive` and `grade` as they are typed."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nudge import cli

ENGINE = Path(__file__).parent / "engines" / "correct.py"
ROOT = Path(__file__).parents[1]


def command(*words):
    """The command line that runs nudge in a process of its own."""
    return [sys.executable, "-c", "from nudge.cli import main; main()", *words]


def environment(**changes):
    """This environment, with nudge importable."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **changes}


def run(capsys, *words):
    """Exit status, standard output and standard error of a command line."""
    status = cli.run(list(words))
    out, err = capsys.readouterr()
    return status, out, err


def test_help_lists_the_commands_without_importing_them():
    code = (
        "import sys; from nudge.cli import run; run(['--help']); print([m for m in sys.modules if 'nudge.cli.' in m])"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert all(name in done.stdout for name in cli.COMMANDS)
    assert done.stdout.endswith("[]\n")


def test_help_of_a_command(capsys):
    status, out, err = run(capsys, "derive", "--help")
    assert (status, err) == (0, "")
    assert "--at" in out
    assert 'Example: nudge derive "3*x**2 - 4*x + 5" --at x=3' in out


def test_alone_it_shows_help(capsys):
    status, out, _ = run(capsys)
    assert status == 0
    assert "Usage: nudge COMMAND" in out


def test_version(capsys):
    status, out, _ = run(capsys, "--version")
    assert status == 0
    assert out.startswith("nudge ")
    assert all(word in out for word in ("python", "numpy", "llvmlite", "CPU", "cache"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["derve", "x"], "there is no command derve; did you mean derive?"),
        (["zzz"], f"there is no command zzz; known: {', '.join(sorted(cli.COMMANDS))}"),
        (["--hlp"], "there is no option --hlp; did you mean --help?"),
        (["derive", "x", "--jsn"], "there is no option --jsn; did you mean --json?"),
        (["derive", "--jsn", "x"], "there is no option --jsn; did you mean --json?"),
        (["grade", "x.py", "--secnds", "3"], "there is no option --secnds; did you mean --seconds?"),
        (["derive"], "FORMULA is missing"),
        (["derive", "x", "--at"], "--at needs a value"),
        (["derive", "x", "--at", "x=1", "y=2"], "there is no use for y=2 here"),
        (["derive", "x", "--at", "x=1", "--at", "x=2"], "--at specified multiple times"),
        (["grade", "x.py", "--seconds", "soon"], 'unable to convert "soon" into float'),
        (["grade", "none.py"], "there is no file none.py"),
        (["derive", "x"], "x needs a value for x; none is given (--at x=1)"),
        (["derive", "x", "--at", "y=1"], "x has no variable y"),
        (["derive", "tahn(x)", "--at", "x=1"], "did you mean tanh?\n    tahn(x)\n    ^"),
        (["derive", "[bold]", "--at", "x=1"], "a list has no place here"),
        (["derive", "x", "--json"], "needs a value for x"),
        (["explain", "x", "--at", "x=1", "--knobs", "y"], "there is no variable y"),
        (["explain", "x", "--at", "x=1", "--step", "nan"], "step is nan: expected a number above 0"),
        (["draw", "x", "--at", "x=1", "-o", "x.png"], "expected one that ends in .svg, such as x.svg"),
        (["draw", "x", "--at", "x=1", "-o", "none/x.svg"], "cannot be written: No such file or directory"),
        (["explain", "x", "--at", "x=1", "--rais"], "there is no option --rais; did you mean --raise?"),
    ],
)
def test_usage_errors(words, said, capsys):
    status, out, err = run(capsys, *words)
    assert (status, out) == (2, "")
    assert err.startswith("nudge: ")
    assert said in err
    assert "Traceback" not in err


def test_debug_shows_the_traceback_wherever_it_stands():
    for words in (["--debug", "derive", "x"], ["derive", "--debug", "x"], ["derive", "x", "--debug"]):
        done = subprocess.run(command(*words), env=environment(), capture_output=True, text=True)
        assert done.returncode == 1
        assert "Traceback" in done.stderr
        assert "UsageError" in done.stderr


def test_an_error_of_ours_is_no_traceback(capsys, monkeypatch):
    monkeypatch.setattr(cli, "version", lambda: 1 / 0)
    status, out, err = run(capsys, "--version")
    assert (status, out) == (1, "")
    assert err.startswith("nudge: this is a bug in nudge (ZeroDivisionError: division by zero)")


def test_a_file_that_cannot_be_had_is_no_bug(capsys, monkeypatch):
    def refuse():
        raise PermissionError(13, "Permission denied", "net.svg")

    monkeypatch.setattr(cli, "version", refuse)
    assert run(capsys, "--version")[::2] == (1, "nudge: net.svg: Permission denied\n")


def test_derive(capsys):
    status, out, err = run(capsys, "derive", "3*x**2 - 4*x + 5", "--at", "x=3")
    assert (status, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert ["1", "17", "3", "14", "0"] in lines
    assert ["1e-14", "14.2109", "0.2", "14.2109", "0.2"] in lines
    assert ["1e-16", "0", "14", "0", "14"] in lines
    assert ["the", "rule", "14", "14"] in lines
    assert "rounding takes over" in out
    assert out.endswith("rising here: to lower it, turn x down\n")


def test_derive_says_which_variable_it_took(capsys):
    assert "nudged is y, the first of y, x; --by x nudges another" in run(capsys, "derive", "y*x", "--at", "x=3,y=2")[1]
    assert "nudged is" not in run(capsys, "derive", "y*x", "--at", "x=3,y=2", "--by", "x")[1]


def test_derive_takes_a_formula_that_begins_with_a_minus(capsys):
    assert "f is -9" in run(capsys, "derive", "-x**2", "--at", "x=3")[1]
    assert "f is 9" in run(capsys, "derive", "--at", "x=3", "--(x**2)")[1]


def test_derive_json(capsys):
    status, out, err = run(capsys, "derive", "x*y", "--at", "x=3,y=2", "--by", "y", "--json")
    found = json.loads(out)
    assert (status, err) == (0, "")
    assert (found["value"], found["rule"], found["by"], found["direction"]) == (6.0, 3.0, "y", "rising")
    assert len(found["slopes"]) == 17
    assert set(found["slopes"][0]) == {"h", "forward", "central"}
    assert found["nonfinite"] is None


@pytest.mark.parametrize(
    ("formula", "at", "value", "said"),
    [
        ("2 + log(x)", "x=-1", "nan", "log(x) makes nan of -1"),
        ("1/(x - 1)", "x=1", "inf", "1/(x - 1) makes inf of 1 and 0"),
    ],
)
def test_derive_where_the_value_is_not_finite(formula, at, value, said, capsys):
    status, out, err = run(capsys, "derive", formula, "--at", at)
    assert status == 1
    assert f"f is {value}" in out
    assert said in err
    status, out, err = run(capsys, "derive", formula, "--at", at, "--json")
    assert status == 1
    assert json.loads(out)["value"] is None
    assert json.loads(out)["nonfinite"]["made"] == value


def test_derive_at_a_kink(capsys):
    status, out, _ = run(capsys, "derive", "abs(x)", "--at", "x=0")
    assert status == 0
    assert "nudged up the slope is 1, nudged down -1; the rule says 0" in out
    assert "no limit" in run(capsys, "derive", "sqrt(x)", "--at", "x=0")[1]


NEURON = ["tanh(x1*w1 + x2*w2 + b)", "--at", "x1=2,x2=0,w1=-3,w2=1,b=6.881373587019543"]


def test_explain(capsys):
    status, out, err = run(capsys, "explain", *NEURON)
    assert (status, err) == (0, "")
    assert "= 0.7071" in out
    assert "0.5000 × 1 = 0.5000" in out
    assert "x1 −1.5, w1 1.0, x2 0.5, w2 0.0, b 0.5" in out
    assert "to lower it, w1 down: h = −0.1: predicted −0.1000, actual −0.1147, gap (curvature) −0.0147" in out


def test_explain_narrowed_and_turned_round(capsys):
    status, out, _ = run(capsys, "explain", *NEURON, "--knobs", "w1,b", "--step", "0.01", "--raise")
    assert status == 0
    assert [line.split(":")[0] for line in out.splitlines() if "predicted" in line] == [
        "  to raise it, w1 up",
        "  to raise it, b up",
    ]
    assert "h = 0.01" in out


def test_explain_json(capsys):
    status, out, err = run(capsys, "explain", *NEURON, "--json")
    assert (status, err) == (0, "")
    assert json.loads(out)["gradients"]["w1"] == pytest.approx(1.0)


def test_explain_where_the_value_is_not_finite(capsys):
    status, out, err = run(capsys, "explain", "2*log(x)", "--at", "x=-1")
    assert status == 1
    assert "nan" in out
    assert "log(x) is nan, made of −1" in err


def test_draw(capsys, tmp_path):
    status, printed, err = run(capsys, "draw", *NEURON)
    assert (status, err) == (0, "")
    assert printed.startswith("<svg ")
    assert printed.endswith("</svg>\n")
    file = tmp_path / "neuron.svg"
    status, out, err = run(capsys, "draw", *NEURON, "-o", str(file))
    assert (status, out) == (0, "")
    assert f"wrote {file}" in err
    assert file.read_text(encoding="utf-8") == printed


def test_draw_where_the_value_is_not_finite(capsys):
    status, out, err = run(capsys, "draw", "2*log(x)", "--at", "x=-1")
    assert status == 1
    assert "nan" in out
    assert "log(x) is nan, made of −1" in err


def test_grade(capsys):
    status, out, err = run(capsys, "grade", str(ENGINE))
    assert (status, err) == (0, "")
    assert "wrong" not in out
    assert "right    a + a: one value, used twice" in out


def test_grade_shows_the_first_wrong_stage(capsys, tmp_path):
    file = tmp_path / "engine.py"
    file.write_text(ENGINE.read_text().replace("other.grad += out.grad", "other.grad = out.grad"))
    status, out, err = run(capsys, "grade", str(file))
    assert (status, err) == (1, "")
    assert out.count("First wrong") == 1
    assert "First wrong: a + a: one value, used twice\n\n    a = Value(3.0)\n    b = a + a\n    b.backward()\n" in out
    assert ["a.grad", "2", "1"] in [line.split() for line in out.splitlines()]
    assert "Usual cause: `=` where `+=` belongs, in __add__" in out


def test_grade_says_what_it_skipped(capsys, tmp_path):
    file = tmp_path / "engine.py"
    file.write_text("class Value:\n    def __init__(self, data):\n        self.data = data\n")
    status, out, _ = run(capsys, "grade", str(file))
    assert status == 1
    assert "stages, for want of grad, __add__, __mul__," in out
    assert "no operation is defined yet" in out


def test_grade_json(capsys):
    status, out, err = run(capsys, "grade", str(ENGINE), "--json")
    found = json.loads(out)
    assert (status, err) == (0, "")
    assert found["passed"] is True
    assert found["right"] == len(found["stages"])
    assert found["wrong"] == 0
    assert found["stages"][0]["expected"] == {"a.data": 2.0}


def test_no_colour_where_none_is_wanted(tmp_path):
    words = command("derive", "x**2", "--at", "x=3")
    plain = subprocess.run(words, env=environment(FORCE_COLOR="1", NO_COLOR="1"), capture_output=True, check=True)
    colour = subprocess.run(words, env=environment(FORCE_COLOR="1", TERM="xterm"), capture_output=True, check=True)
    assert b"\x1b[32m" in colour.stdout
    assert b"\x1b[32m" not in plain.stdout
    assert b"\x1b" not in subprocess.run(words, env=environment(), capture_output=True, check=True).stdout


def test_an_ascii_terminal_gets_question_marks():
    words = command("derive", "x**2", "--at", "x=3")
    done = subprocess.run(words, env=environment(PYTHONIOENCODING="ascii"), capture_output=True, text=True)
    assert done.returncode == 0
    assert "(f(x+h) ? f(x)) / h" in done.stdout


def test_interrupt_exits_130(capsys, monkeypatch):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "version", interrupted)
    assert run(capsys, "--version") == (130, "", "nudge: interrupted\n")


if os.name == "posix":  # elsewhere a terminal's Ctrl-C cannot be sent to one process group

    def test_ctrl_c_ends_a_grading(tmp_path):
        file = tmp_path / "engine.py"
        file.write_text("open('started', 'w').close()\nwhile True: pass\n")
        process = subprocess.Popen(
            command("grade", str(file)),
            env=environment(),
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        deadline = time.monotonic() + 20
        while not (tmp_path / "started").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=5)
        assert (process.returncode, err) == (130, "nudge: interrupted\n")


@pytest.mark.parametrize(
    "words", [["derive", "x", "--at", "x=3"], ["derive", "x", "--at", "x=3", "--json"], ["--help"]]
)
def test_a_reader_that_went_away_is_no_error(words):
    process = subprocess.Popen(
        command(*words), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, pipesize=4096
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=30) == 1
    process.stderr.close()


def test_json_has_no_nan(capsys):
    cli.print_json({"a": [1.0, float("nan")], "b": {"c": float("inf")}, "d": "é"})
    assert capsys.readouterr().out == '{"a": [1.0, null], "b": {"c": null}, "d": "é"}\n'


def test_main_exits_with_the_status(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with pytest.raises(SystemExit) as caught:
        cli.main(["derve"])
    assert caught.value.code == 2
