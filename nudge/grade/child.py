"""The part of the grading that runs the learner's file: a process of its own, which may crash or never end.

`python -m nudge.grade.child FILE RESULTS SECONDS` writes to RESULTS one JSON line for the file, then one as each stage
starts and one as it ends, so that the parent knows what was under way when this process died. If it still runs after
SECONDS, or crashes, faulthandler leaves the lines it stood on in RESULTS.trace.
"""

from __future__ import annotations

import faulthandler
import json
import re
import sys
import traceback
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from numbers import Real
from pathlib import Path
from types import ModuleType
from typing import Any

from .. import scalar
from .stage import Answers, Stage, same
from .stages import STAGES

Record = dict[str, Any]

# What an exception in the learner's code usually means: a pattern of its "Kind: message", and the cause.
MEANINGS = (
    (
        r"'(int|float)' object has no attribute",
        "a plain number where a Value belongs: operators first wrap what is not one, other = other if "
        "isinstance(other, Value) else Value(other), and give a Value back",
    ),
    (r"'NoneType' object has no attribute", "an operation gave None: is its `return out` missing?"),
    (
        r"'NoneType' object is not callable",
        "a _backward was called where it should be stored: out._backward = _backward, without brackets",
    ),
    (r"operand type\(s\) for \+=: 'NoneType'", "grad starts as None: start it at 0.0, so that += can add to it"),
    (
        r"Value(\.__init__)?\(\) (takes|missing)",
        "Value(2.0) is how a value is made: def __init__(self, data), the rest optional",
    ),
    (r"unhashable type: 'Value'", "a class with its own __eq__ needs a __hash__ too, before a set can hold it"),
    (r"OverflowError", "an exponential that ends beyond the largest float, 1.8e308; math.tanh, for one, never does"),
    (r"RecursionError", "two methods that call each other for ever, or a walk that recurses as deep as the graph"),
    (r"relative import", "the file is run by itself here, so write `from engine import Value`, without the dot"),
)


def load(path: Path) -> ModuleType:
    """Import the learner's file as a module that goes by another name than `__main__`."""
    name = "graded"
    loader = SourceFileLoader(name, str(path))
    spec = spec_from_loader(name, loader)
    assert spec is not None
    module = sys.modules[name] = module_from_spec(spec)
    loader.exec_module(module)
    return module


def trouble(error: BaseException, path: Path) -> Record:
    """Describe an exception: what it says, what it usually means, and the last of the learner's lines it came by."""
    said = f"{type(error).__name__}: {error}".removesuffix(": ")
    record: Record = {"error": said, "cause": next((why for what, why in MEANINGS if re.search(what, said)), "")}
    steps = [step for step in traceback.extract_tb(error.__traceback__) if Path(step.filename).parent == path.parent]
    if steps:
        last = steps[-1]
        elsewhere = "" if last.filename == str(path) else f"   (in {Path(last.filename).name})"
        record |= {"line": last.lineno, "source": f"{last.line}{elsewhere}"}
    return record


def missing(stage: Stage, module: ModuleType) -> list[str]:
    """List what a stage needs and the learner's module does not define."""
    absent = [name for name in stage.classes if not hasattr(module, name)]
    if absent:
        return absent
    try:
        value = module.Value(2.0)
    except Exception:  # the first stage reports it
        value = module.Value
    for need in stage.needs:
        owner, _, member = need.rpartition(".")
        if not hasattr(getattr(module, owner) if owner else value, member):
            absent.append(need)
    return absent


def plain(answer: Any) -> Any:
    """Turn an answer into what JSON can hold: numbers as they are, anything else by its kind."""
    if answer is None or isinstance(answer, bool | int | float):
        return answer
    if isinstance(answer, list):
        return [plain(item) for item in answer]
    if isinstance(answer, Real) or hasattr(answer, "__array__"):
        return float(answer)
    return f"a {type(answer).__name__}"


def usual_cause(stage: Stage, name: str, came: Any) -> str:
    """Say what usually makes this answer wrong in this way; an empty text where nothing fits."""
    if isinstance(came, str):
        return f"{name} holds {came} where a plain number belongs: compute with self.data, not with self"
    return next((why for where, what, why in stage.causes if where == name and (what is ... or same(what, came))), "")


def run(stage: Stage, module: ModuleType, path: Path) -> Record:
    """Ask one stage of nudge and of the learner, and compare: a record with a status and all that explains it."""
    if absent := missing(stage, module):
        return {"status": "skipped", "missing": absent}
    wrong = "noted" if stage.note else "wrong"
    wanted = answers(stage, scalar)
    try:
        came = answers(stage, module)
    except (Exception, SystemExit) as error:
        return {"status": wrong, "wanted": wanted} | trouble(error, path)
    for name, value in wanted.items():
        if not same(value, came[name]):
            return {"status": wrong, "wanted": wanted, "came": came, "cause": usual_cause(stage, name, came[name])}
    return {"status": "right", "wanted": wanted, "came": came}


def answers(stage: Stage, module: ModuleType) -> Answers:
    """Ask a stage of the classes of one module."""
    given = stage.ask(*(getattr(module, name) for name in stage.classes))
    return {name: plain(answer) for name, answer in given.items()}


def main(path: Path, say: Callable[[Record], None]) -> None:
    """Load the file and go through the stages, saying how each begins and ends."""
    try:
        module = load(path)
    except (Exception, SystemExit) as error:
        return say({"loaded": False} | trouble(error, path))
    kinds = [name for name, kind in vars(module).items() if isinstance(kind, type)]
    say({"loaded": True, "classes": kinds})
    if "Value" not in kinds:
        return None
    for number, stage in enumerate(STAGES):
        say({"begun": number})
        say({"ended": number} | run(stage, module, path))
    return None


if __name__ == "__main__":
    file, results, seconds = sys.argv[1:]
    with open(results + ".trace", "w") as trace, open(results, "w", encoding="utf-8") as out:
        faulthandler.enable(trace)
        faulthandler.dump_traceback_later(float(seconds), exit=True, file=trace)
        sys.argv = [file]
        sys.path.insert(0, str(Path(file).parent))  # the learner's file can import its neighbours
        main(Path(file), lambda record: print(json.dumps(record), file=out, flush=True))
