"""Graph to machine code: trace a step, plan its memory, lower it to LLVM's text, run it in place on the same arrays.

Nothing in here knows an operation by name: what a row of the table says of itself (`lower`, `index`,
`combine`, `step`) is all there is.
"""

from .step import Step, build

__all__ = ["Step", "build"]
