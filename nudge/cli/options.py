"""Options that several commands take, each described once."""

from __future__ import annotations

import re
from typing import Annotated

from cyclopts import ArgumentCollection, Parameter, Token, UnknownOptionError


def no_option(_: object, word: str) -> None:
    """Tell a misspelt option from a formula that begins with a minus."""
    if re.fullmatch(r"--[a-z][a-z-]*", word):
        nothing = ArgumentCollection()  # type: ignore[no-untyped-call]
        raise UnknownOptionError(token=Token(keyword=word), argument_collection=nothing)


Expression = Annotated[
    str,
    Parameter(
        name="FORMULA",
        allow_leading_hyphen=True,
        validator=no_option,
        help="Numbers, names, + - * / **, brackets, and functions such as tanh, exp, log, relu, maximum.",
    ),
]
At = Annotated[str, Parameter(name="--at", show_default=False, help="A value for each name, as in x=3,y=-1e-2.")]
Json = Annotated[
    bool, Parameter(name="--json", negative="", show_default=False, help="Print one JSON object, and nothing else.")
]
