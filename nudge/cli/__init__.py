"""The terminal's door: `nudge COMMAND ...`, a command a file.

Commands are imported when they are called, so that `nudge --help` stays quick. What a command finds goes to standard
output (with `--json`, exactly one object), everything else to standard error. Exit status: 0 for success, 1 where
something was found wrong, 2 for a usage error, 130 for Ctrl-C.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from cyclopts import (
    App,
    CycloptsError,
    MissingArgumentError,
    UnknownCommandError,
    UnknownOptionError,
    UnusedCliTokensError,
)

from ..errors import Error, UsageError, nearest

if TYPE_CHECKING:
    from rich.console import Console

# What each command does, and an example.
COMMANDS = {
    "train": ("Train a network, and score it on what it has not seen.", "nudge train houses.csv --target price"),
    "predict": ("Say what a trained network makes of new rows.", "nudge predict runs/houses-1 new.csv"),
    "runs": ("List what has been trained, or compare it.", "nudge runs runs/houses-1 runs/houses-2"),
    "data": ("List the data sets that come with nudge, or write one as CSV.", "nudge data houses > houses.csv"),
    "derive": (
        "Measure a formula's slope by smaller and smaller nudges.",
        'nudge derive "3*x**2 - 4*x + 5" --at x=3',
    ),
    "explain": (
        "Walk backward through a formula, node by node, in words.",
        'nudge explain "tanh(x*w + b)" --at x=2,w=-3,b=6.9',
    ),
    "draw": (
        "Draw a formula's graph: values, gradients, local slopes.",
        'nudge draw "tanh(x*w + b)" --at x=2,w=-3,b=6.9 -o neuron.svg',
    ),
    "grade": ("Compare your own Value with nudge's, stage by stage.", "nudge grade my_engine.py"),
}
OPTIONS = ("--help", "--version", "--debug")
ABOUT = "See how backpropagation works by nudging a knob, and train networks with it."
EPILOGUE = "`nudge COMMAND --help` tells more; `--debug`, anywhere, shows an error's traceback."


def build() -> App:
    """Make the application, without importing any command."""
    app = App(
        name="nudge",
        help=ABOUT,
        help_epilogue=EPILOGUE,
        help_format="plaintext",
        version=version,
        version_format="plaintext",
        suppress_keyboard_interrupt=False,
    )
    for place, (name, (says, example)) in enumerate(COMMANDS.items()):
        path = f"nudge.cli.{name}:{name}"
        app.command(path, name=name, help=says, help_epilogue=f"Example: {example}", sort_key=place)
    return app


def version() -> str:
    """Say what runs here: versions, the processor and its features, the cache folder."""
    from .. import machine

    numbers = machine.versions()
    others = ", ".join(f"{name} {number}" for name, number in numbers.items() if name != "nudge")
    return "\n".join(
        [
            f"nudge {numbers['nudge']}",
            f"with  {others}",
            f"CPU   {machine.cpu_name()}: {', '.join(machine.cpu_features()) or 'features unknown'}",
            f"cache {machine.cache_dir()}",
        ]
    )


def main(tokens: Sequence[str] | None = None) -> NoReturn:
    """Run the command line `tokens` (default: what the shell gave) and exit with its status."""
    words = list(sys.argv[1:] if tokens is None else tokens)
    debug = "--debug" in words
    make_streams_safe()
    sys.exit(run([word for word in words if word != "--debug"], debug))


def make_streams_safe() -> None:
    """Let a terminal that lacks a sign show a question mark, and a closed stream swallow what is printed."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w"))
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def run(words: list[str], debug: bool = False) -> int:
    """Run one command and return the exit status; errors are told in a line or two unless `debug`."""
    try:
        status = build()(words, exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
    except KeyboardInterrupt:
        tell("interrupted")
        return 130
    except BrokenPipeError:
        # The reader has gone, as `head` does; what is left in the buffer must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if debug:
            raise
        tell(describe(error, words))
        return 2 if isinstance(error, CycloptsError | UsageError) else 1
    return int(status or 0)


def describe(error: Exception, words: Sequence[str]) -> str:
    """Put an error into words for whoever typed the command line."""
    match error:
        case UnknownCommandError():
            word = (error.unused_tokens or words)[0]
            kind, known = ("option", OPTIONS) if word.startswith("-") else ("command", tuple(COMMANDS))
            return f"there is no {kind} {word}{nearest(word, known)}"
        case UnusedCliTokensError():
            said = f"there is no use for {' '.join(error.unused_tokens or ())} here."
        case UnknownOptionError(app=App() as app, token=token):
            names = [name for argument in app.assemble_argument_collection() for name in argument.names]
            options = [name for name in (*names, "--help") if name.startswith("--")]
            return f"there is no option {token.keyword}{nearest(token.keyword or '', options)}"
        case MissingArgumentError(argument=argument, keyword=keyword):
            said = f"{keyword} needs a value." if keyword else f"{argument.name if argument else 'a word'} is missing."
        case _:
            said = str(error)
    if isinstance(error, CycloptsError):
        command = " ".join(["nudge", *(error.command_chain or ()), "--help"])
        return f"{said} `{command}` lists what there is."
    if isinstance(error, Error):
        return str(error)
    if isinstance(error, OSError):
        return ": ".join(map(str, filter(None, (error.filename, error.strerror or error))))
    kind = type(error).__name__
    return f"this is a bug in nudge ({kind}: {error}); the same command with --debug shows where"


def tell(text: str) -> None:
    """Say something beside the result, on standard error."""
    print(f"nudge: {text}", file=sys.stderr)


def console() -> Console:
    """Open standard output for styled text; without colour where NO_COLOR is set or no terminal listens."""
    from rich.console import Console

    return Console(highlight=False, emoji=False, soft_wrap=True)


def print_json(result: dict[str, Any]) -> None:
    """Print a result as one JSON object; NaN and the infinities, which JSON lacks, as null."""
    from ..io import json_line

    print(json_line(result))
