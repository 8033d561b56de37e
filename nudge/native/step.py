"""A step in machine code: build it once from a Python function, call it again and again."""

from __future__ import annotations

import threading
from array import array as Addresses
from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import ShapeError, UsageError
from ..tensor import Tensor, wrap
from .executable import Executable
from .trace.trace import trace


class Step:
    """A traced program in machine code: reads its inputs, updates captured tensors in place, returns its outputs."""

    def __init__(self, step: Callable[..., Any], examples: list[Tensor]) -> None:
        """Trace `step` on the examples' shapes and dtypes, plan, lower, compile."""
        self.program = program = trace(step, examples)
        self.code = Executable(program)
        self.lock = threading.Lock()  # one arena serves all calls

    def __call__(self, *args: Tensor) -> Any:
        """Run on tensors of the examples' shapes and dtypes.

        Raises ShapeError for others, UsageError for more or fewer of them, and IndexingError for an index that is none:
        then nothing has changed.
        """
        if len(args) != len(self.program.inputs):
            raise UsageError(f"{len(args)} arguments were given; this step was built for {len(self.program.inputs)}")
        for k, (arg, node) in enumerate(zip(args, self.program.inputs, strict=True)):
            if arg.shape != node.data.shape or arg.dtype != node.data.dtype:
                raise ShapeError(
                    f"argument {k} is {arg.dtype} of shape {arg.shape}; "
                    f"this step was built for {node.data.dtype} of {node.data.shape}"
                )
        arrays = [np.ascontiguousarray(arg._array) for arg in args]
        targets = [tensor._array for tensor, _ in self.program.captured]
        arrays += [np.ascontiguousarray(array) for array in targets]
        outputs = [np.empty(node.data.shape, node.data.dtype) for node in self.program.outputs]
        with self.lock:
            self.code.run(Addresses("Q", [each.ctypes.data for each in [*arrays, *outputs]]))
        written = {id(tensor) for tensor, _ in self.program.writes}
        for array, (tensor, _) in zip(arrays[len(args) :], self.program.captured, strict=True):
            if id(tensor) in written and array is not tensor._array:
                tensor._array[...] = array
        for k, _ in self.program.rewritten:
            args[k]._overwrite(arrays[k])
        results = [wrap(output) for output in outputs]
        return results[0] if len(results) == 1 else tuple(results) if results else None


def build(step: Callable[..., Any], *examples: Tensor) -> Step:
    """Turn a function of tensors into machine code for arguments like the examples.

    Tensors that it uses from outside are captured: read at each call, and updated in place where the function does so.
    Python numbers are read once, while it is traced.

    >>> w = wrap(np.array([1.0, 2.0]))
    >>> step = build(lambda x: (x * w).sum(), w)
    >>> step(wrap(np.array([3.0, 4.0])))
    tensor(11., dtype=float64)
    """
    return Step(step, list(examples))
