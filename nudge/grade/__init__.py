"""Grade a learner's own engine: its `Value` against nudge's, stage by stage.

The file is run in a process of its own with a time limit, so that a crash or an endless loop in it is reported, not
suffered.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ..errors import UsageError, nearest

Status = Literal["right", "wrong", "noted", "skipped", "unreached"]


@dataclass(frozen=True)
class Result:
    """How one stage went.

    status: right, wrong, noted (differs, but is not counted as wrong), skipped (needs what is not defined), or
        unreached (the process ended before).
    wanted, came: the named numbers that nudge and the learner's engine answered.
    cause: what usually makes such an answer. error, line, source: the exception, where there was one.
    """

    title: str
    code: str
    status: Status
    wanted: dict[str, Any] = field(default_factory=dict)
    came: dict[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    cause: str = ""
    error: str = ""
    line: int | None = None
    source: str = ""


@dataclass(frozen=True)
class Report:
    """All stages of one file, in order."""

    path: Path
    results: tuple[Result, ...]

    def of(self, status: Status) -> list[Result]:
        """List the results that have this status."""
        return [result for result in self.results if result.status == status]

    @property
    def passed(self) -> bool:
        """Whether all that is defined is right, and that is more than a number and its gradient."""
        without_operation = 2  # so many stages come first
        return not self.of("wrong") and any(result.status == "right" for result in self.results[without_operation:])


def grade(path: str | os.PathLike[str], seconds: float = 10.0) -> Report:
    """Run the engine in a Python file through every stage, in a process of its own.

    seconds: after so many the file is stopped, and the line it stood on is part of the report.

    Raises UsageError where there is nothing to grade: no such file, a syntax error, an exception on import, no class
    Value.
    """
    file = Path(path)
    check_source(file)
    if not 0 < seconds < float("inf"):
        raise UsageError(f"seconds is {seconds}: expected a time above 0, such as 10")
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder, "results")
        code = run_child(file.resolve(), results, seconds)
        # A process that died may have left half a line, or nothing.
        lines = text_of(results).split("\n")[:-1]
        trace = text_of(Path(folder, "results.trace"))
    records = [json.loads(line) for line in lines]
    end = how_it_ended(code, trace, file.resolve(), seconds)
    check_loaded(file, records[0] if records else {"loaded": False} | end)
    return Report(file, tuple(collect(records[1:], end)))


def text_of(file: Path) -> str:
    """Read what was left in a file; an empty text where there is none."""
    return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""


def check_source(file: Path) -> None:
    """Raise UsageError unless `file` is Python source that can be parsed."""
    if not file.exists():
        beside = [other.name for other in file.parent.glob("*.py")] if file.parent.is_dir() else []
        raise UsageError(f"there is no file {file}{nearest(file.name, beside) if beside else ''}")
    if file.is_dir():
        raise UsageError(f"{file} is a folder: name the Python file in it that has the class Value")
    if file.suffix == ".ipynb":
        raise UsageError(f"{file} is a notebook: save its code as a .py file first (File, Save as, Executable Script)")
    try:
        ast.parse(file.read_bytes(), str(file))
    except SyntaxError as error:
        at = f", line {error.lineno}" if error.lineno else ""
        raise UsageError(f"{file}{at}: {error.msg}{pointed(error)}") from None
    except (OSError, ValueError, RecursionError, MemoryError) as error:
        raise UsageError(f"{file} cannot be read as Python: {type(error).__name__} {error}") from None


def pointed(error: SyntaxError) -> str:
    """Show the line of a syntax error with a caret under the place."""
    if not error.text:
        return ""
    line = error.text.rstrip()
    indent = len(line) - len(line.lstrip())
    return f"\n    {line.strip()}\n    {' ' * max((error.offset or 1) - 1 - indent, 0)}^"


def run_child(file: Path, results: Path, seconds: float) -> int:
    """Run the grading in a process of its own and wait for its end; return its exit status."""
    package = str(Path(__file__).parents[2])
    paths = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    # -P: a file in the working folder must not stand before nudge's own modules or Python's.
    command = [sys.executable, "-P", "-m", "nudge.grade.child", str(file), str(results), str(seconds)]
    try:
        return subprocess.run(
            command,
            env=os.environ | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=seconds + 10,
        ).returncode
    except subprocess.TimeoutExpired:
        return -1


def how_it_ended(code: int, trace: str, file: Path, seconds: float) -> dict[str, Any]:
    """Describe the end of a process that did not get through, from its exit status and faulthandler's trace."""
    if trace.startswith("Timeout") or code == -1:
        said, cause = f"still running after {seconds:g} s", "a loop or a recursion that does not end"
    elif code < 0:
        said = f"the interpreter crashed (signal {-code})"
        cause = "a recursion without end under a raised recursion limit, or a fault in a library written in C"
    else:
        said, cause = f"the process ended with status {code}", "os._exit, called by the file or by what it uses"
    end: dict[str, Any] = {"error": said, "cause": cause}
    name = re.escape(str(file).encode("ascii", "backslashreplace").decode())
    if stood := re.search(rf'File "{name}", line (\d+)', trace):
        line = int(stood[1])
        end |= {"line": line, "source": file.read_text(errors="replace").splitlines()[line - 1].strip()}
    return end


def check_loaded(file: Path, record: dict[str, Any]) -> None:
    """Raise UsageError unless the file could be imported and defines Value."""
    if not record["loaded"]:
        where = f"\n    line {record['line']}: {record['source']}" if "line" in record else ""
        why = f"\n{record['cause']}" if record["cause"] else ""
        raise UsageError(f"{file} cannot be imported: {record['error']}{where}{why}")
    classes = record["classes"]
    if "Value" not in classes:
        defines = f"it defines {', '.join(classes)}" if classes else "it defines no class at all"
        raise UsageError(f"{file} has no class Value, which is what is graded; {defines}")


def collect(records: list[dict[str, Any]], end: dict[str, Any]) -> Iterator[Result]:
    """Give a result for every stage, the one under way when the process ended included."""
    from .stages import STAGES

    ended = {record.pop("ended"): record for record in records if "ended" in record}
    for number, stage in enumerate(STAGES):
        if number == len(ended) and records:
            record = {"status": "wrong"} | end
        else:
            record = ended.get(number, {"status": "unreached"})
        yield Result(stage.title, stage.code, **record | {"missing": tuple(record.get("missing", ()))})
