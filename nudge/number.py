"""Number: a Python number in a traced program, such as a learning rate, which may be another at the next run.

It meets tensors as a Python number does (it leaves their dtype alone), and it knows what it is now. Where the program
asks for that (to take a branch, to call `math.sqrt`), the answer holds for this trace, which keeps the question.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from .dtype import NUMBERS, float32
from .methods.inplace import OPERATORS
from .mode import mode
from .op import Operation
from .tensor import Tensor

DIVISIONS = ("truediv", "floordiv", "mod")
# How a number was made: its place among the program's numbers, or an operation on others.
Recipe = int | tuple[Operation, tuple[Any, ...], dict[str, Any]]


class Number(Tensor):
    """A tensor without axes that stands for a Python number."""

    __slots__ = ("recipe", "value")
    value: Any  # None where only the run will tell
    recipe: Recipe | None

    @classmethod
    def of(cls, tensor: Tensor, value: Any = None, recipe: Recipe | None = None) -> Number:
        """Let a tensor count as a Python number."""
        number = cls(tensor._array, tensor.node, tensor._storage)
        number.value, number.recipe = value, recipe
        return number

    def record(self, op: Operation, args: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """Keep the step; of numbers alone it makes a number again."""
        made = super().record(op, args, params)
        if params or type(made) is Number or not all(type(arg) in NUMBERS for arg in args):
            return made
        if op.dunder in DIVISIONS and _is_known(args[1]) and not args[1]:
            raise ZeroDivisionError(f"{op.name} of {args[0]!r} by 0")
        if any(type(arg) is Number and arg.recipe is None for arg in args):
            return Number.of(made)
        return Number.of(made, op(*_values(args)), (op, args, params))

    def _known(self, how: str) -> Any:
        """Answer a question of the program's; Raises TraceError where only the run will tell."""
        if self.recipe is None or mode.trace is None:
            return self._real(how)
        answer = ANSWERS[how](self.value)
        mode.trace.questions.append((self, how, answer))
        return answer

    def __bool__(self) -> bool:
        """Tell whether it is other than 0, for this trace."""
        return bool(self._known("whether it holds"))

    def item(self) -> Any:
        """Give its value, for this trace."""
        return self._known("the number")

    def __index__(self) -> int:
        """Give its value, where that is a whole number, for this trace."""
        return self._known("the number").__index__()

    def __hash__(self) -> int:
        """Find it among numbers, for this trace."""
        return hash(self._known("the number"))

    def __format__(self, spec: str) -> str:
        """Format its value, for this trace."""
        return format(self.item(), spec)

    def __repr__(self) -> str:
        """Show its value."""
        return repr(self.value)


def _out_of_place(name: str) -> Callable[[Number, Any], Any]:
    return lambda self, other: getattr(operator, name)(self, other)


for _in_place in OPERATORS:  # a number never changes: `x += 1` gives x another one
    setattr(Number, f"__{_in_place}__", _out_of_place(_in_place[1:]))


def _is_known(number: Any) -> bool:
    return type(number) is not Number or number.recipe is not None


def _values(args: Sequence[Any]) -> list[Any]:
    return [arg.value if type(arg) is Number else arg for arg in args]


def evaluate(recipe: Recipe, numbers: Sequence[float]) -> Any:
    """Compute a number anew of those that a program is given."""
    if isinstance(recipe, int):
        return numbers[recipe]
    op, args, params = recipe
    given = [
        evaluate(arg.recipe, numbers) if isinstance(arg, Number) and arg.recipe is not None else arg for arg in args
    ]
    return op(*given, **params)


ANSWERS: dict[str, Any] = {"whether it holds": bool, "the number": lambda value: value}
NUMBERS[Number] = float32
