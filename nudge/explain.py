"""The backward walk in words: node by node, `local × upstream = contribution`; then each knob, turned.

The walk is autograd's, kept in a table of its own: explaining touches no `.grad` and runs no hook. What is said of an
operation stands in its row of the table.

>>> from nudge.scalar import Value
>>> x = Value(3.0, label="x")
>>> print(explain(x * x))
forward
  x = 3
  v1 = x * x = 9
backward: local × upstream = contribution
  v1 begins with 1: a nudge of it moves it as much
  at * (v1 = x * x): multiply switches: each input gets the gradient times the other
    x  3 × 1 = 3  grad 0 → 3
    x  3 × 1 = 3  grad 3 → 6, used again: adds up
gradients
  x 6.0
knobs
  to lower it, x down: h = −0.1: predicted −0.6000, actual −0.5900, gap (curvature) 0.0100
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from . import words
from .autograd import contributions, multiply, slope_at
from .errors import GraphError, TraceError, UsageError, nearest
from .graph import Node, ancestors, descendants
from .op import Abstract, Operation

LONGEST = 400  # as many lines of a part are printed
WIDTH = 100  # as many characters a line are filled with names and numbers
LISTED = 100  # arrays of as many elements are listed whole in JSON


@dataclass(frozen=True, slots=True)
class Flow:
    """What one edge carries backward, from a node to its argument k: `local × upstream = contribution`.

    to: that argument. local: the edge's own derivative; None where it is a matrix that the rule applies without
    building it (an operation that is not elementwise, on more than one number). upstream: the node's gradient. before,
    after: the argument's gradient, before and after the contribution was added.
    """

    node: Node
    k: int
    to: Node
    local: Any
    upstream: Any
    contribution: Any
    before: Any
    after: Any


def flows(root: Node) -> tuple[list[Flow], dict[Node, Any]]:
    """Walk backward from one number: what each edge carries, in the order of the walk, and every node's gradient.

    Raises GraphError where nothing requires a gradient or the graph was freed, ShapeError for more than one number.
    """
    if not root.requires_grad:
        raise GraphError(
            "nothing to walk back to: it was made from nothing that requires a gradient; "
            "create an input with requires_grad=True, or look for a detach() or no_grad() on the way"
        )
    if root.op is not None and not root.args:
        raise GraphError("its graph was freed by backward(): explain or draw it before, or say retain_graph=True")
    grads: dict[Node, Any] = {root: root.seed(None, False)}
    found = []
    for node in ancestors([root]):
        if node.op is None or node not in grads:
            continue
        upstream = grads[node]
        for (arg, c), (k, local) in zip(contributions(node, upstream, False), _edges(node), strict=True):
            before = grads.get(arg)
            grads[arg] = c if before is None else before + c
            found.append(Flow(node, k, arg, local, upstream, c, 0.0 if before is None else before, grads[arg]))
    return found, grads


def _edges(node: Node) -> Iterator[tuple[int, Any]]:
    """Give the arguments that a contribution goes to, each with the local derivative: (k, local)."""
    op = node.op
    y, args = node.values(False)
    slopes = op.slope(y, *args) if op.variadic and op.slope is not None else op.slope
    rules = op.rules if slopes is None else slopes
    # Of one number, what the rule makes of a gradient of 1 is the local derivative itself.
    unit = iter(contributions(node, np.ones_like(y), False)) if slopes is None and np.size(y) == 1 else None
    for k, arg in enumerate(node.args):
        if not isinstance(arg, Node) or not arg.requires_grad or not (callable(rules) or rules[k] is not None):
            continue
        if slopes is None:
            yield k, None if unit is None else next(unit)[1]
            continue
        slope = slope_at(op, k, y, args, node.params) if callable(slopes[k]) else slopes[k]
        yield k, multiply(1.0 if isinstance(slope, (bool, int, float)) else np.ones_like(y), slope)


@dataclass(frozen=True, slots=True)
class Turn:
    """One knob turned: what its gradient predicts, and what happens.

    turn: 'up' or 'down', for an array 'along' or 'against' its gradient; 'flat' where the gradient is 0, 'unknown'
    where it is not finite. h: how far, with its sign; for an array the length of the step. gap: actual − predicted,
    which is curvature; 0 where it is within rounding.
    """

    name: str
    gradient: Any
    turn: str
    h: float
    predicted: float
    actual: float
    gap: float

    def __str__(self) -> str:
        """Say it in a line."""
        if self.turn == "unknown":
            return f"{self.name}: its gradient is {words.brief(self.gradient)}, so no turn can be predicted"
        goal = "" if self.turn == "flat" else f"to {'lower' if self.predicted < 0 else 'raise'} it, "
        how = {"along": "along its gradient", "against": "against its gradient", "flat": "lies flat here"}
        h = f"{self.h:g}".replace("-", words.MINUS)
        predicted, actual, gap = map(words.number, (self.predicted, self.actual, self.gap))
        return (
            f"{goal}{self.name} {how.get(self.turn, self.turn)}: h = {h}: "
            f"predicted {predicted}, actual {actual}, gap (curvature) {gap}"
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One node as it was: its name here, how it was made ('v1 + b'; '' for a variable) and by what, its value."""

    name: str
    expression: str
    op: Operation | None
    value: Any

    def __str__(self) -> str:
        """Write how it came about: 'v2 = v1 + b'; a variable's name alone."""
        return f"{self.name} = {self.expression}" if self.expression else self.name


@dataclass(frozen=True, repr=False)
class Explanation:
    """One number, explained: how it came about, what its gradients are and why, and which knobs move it.

    Everything in it is as it was when it was made, whatever becomes of the graph.

    steps: all that the number was made from and itself, by node, oldest first. flows: the backward walk. grads: every
    node's gradient. turns: the knobs, the largest gradient first. broken: the first node that is not finite, if any.
    complaint: how that came about; '' where all is finite.
    """

    root: Node
    steps: dict[Node, Step]
    flows: list[Flow]
    grads: dict[Node, Any]
    turns: list[Turn]
    broken: Node | None
    complaint: str

    @property
    def gradients(self) -> dict[str, Any]:
        """The gradients of the variables, by name, in order of appearance."""
        leaves = [node for node, step in self.steps.items() if step.op is None and node.requires_grad]
        return {self.steps[node].name: self.grads.get(node, 0.0) for node in leaves}

    def sections(self) -> list[tuple[str, list[str]]]:
        """Give the text in parts: (heading, lines)."""
        parts = [("forward", self._forward())]
        if self.broken is None:
            parts += [
                ("backward: local × upstream = contribution", self._backward()),
                ("gradients", _listed(self.gradients, " ", words.decimal)),
                ("knobs", list(map(str, self.turns)) or ["no variable moves it: all gradients are 0"]),
            ]
        return [(heading, _cut(lines)) for heading, lines in parts]

    def __str__(self) -> str:
        """Write the whole walk out."""
        return "\n".join(
            line for heading, lines in self.sections() for line in [heading, *(f"  {line}" for line in lines)]
        )

    __repr__ = __str__

    def _forward(self) -> list[str]:
        lines = _listed({step.name: step.value for step in self.steps.values() if step.op is None}, " = ", words.number)
        made = [(node, str(step), step.value) for node, step in self.steps.items() if step.op is not None]
        width = min(60, max((len(text) for _, text, _ in made), default=0))
        for node, text, value in made:
            mark = "  ← the first that is not finite" if node is self.broken else ""
            lines.append(f"{text.ljust(width)} = {words.brief(value)}{mark}")
        return lines

    def _backward(self) -> list[str]:
        lines = [f"{self.steps[self.root].name} begins with 1: a nudge of it moves it as much"]
        for node, group in groupby(self.flows, key=lambda flow: flow.node):
            lines.append(f"at {node.op.symbol} ({self.steps[node]}): {node.op.says}")
            rows = [(self.steps[flow.to].name, _sum(flow), flow) for flow in group]
            left, room = max(len(name) for name, _, _ in rows), max(len(text) for _, text, _ in rows)
            for name, text, flow in rows:
                again = ", used again: adds up" if np.any(flow.before) else ""
                grad = f"grad {words.brief(flow.before)} → {words.brief(flow.after)}{again}"
                lines.append(f"  {name.ljust(left)}  {text.ljust(room)}  {grad}")
        return lines

    def to_json(self) -> dict[str, Any]:
        """Put all of it into one dictionary of numbers, texts and lists; long arrays as shape, norm and range."""
        return {
            "value": _plain(self.steps[self.root].value),
            "forward": [
                {"name": step.name, "expression": step.expression or None,
                 "operation": step.op and step.op.name, "value": _plain(step.value)}
                for step in self.steps.values()
            ],
            "backward": [
                {"name": self.steps[flow.node].name, "operation": flow.node.op.name, "says": flow.node.op.says,
                 "to": self.steps[flow.to].name, "local": _plain(flow.local), "upstream": _plain(flow.upstream),
                 "contribution": _plain(flow.contribution), "before": _plain(flow.before), "after": _plain(flow.after)}
                for flow in self.flows
            ],
            "gradients": {name: _plain(g) for name, g in self.gradients.items()},
            "knobs": [
                {"name": turn.name, "gradient": _plain(turn.gradient), "turn": turn.turn, "h": turn.h,
                 "predicted": turn.predicted, "actual": turn.actual, "gap": turn.gap}
                for turn in self.turns
            ],
            "nonfinite": self.broken and {"name": self.steps[self.broken].name, "says": self.complaint},
        }  # fmt: skip


def explain(
    operand: Any,
    *,
    lower: bool = True,
    step: float = 0.1,
    knobs: Collection[str] | None = None,
    names: Mapping[str, Any] | None = None,
) -> Explanation:
    """Explain one number: a Value, a tensor of one element, or its node.

    lower: whether to advise how to lower it, or how to raise it. step: how far the advice turns a knob; an array is
    moved along its gradient by that length. knobs: the names to turn, by default all whose gradient is not 0. names:
    what to call Values and tensors, beside their labels.

    Raises GraphError where nothing requires a gradient or the graph was freed, ShapeError for more than one number,
    DTypeError for what has no graph, TraceError for a traced graph, UsageError for a step that is not above 0 or a knob
    that is not there.
    """
    if not (step > 0 and math.isfinite(step)):
        raise UsageError(f"step is {step:g}: expected a number above 0, such as 0.1")
    root = words.node_of(operand)
    if isinstance(root.data, Abstract):
        raise TraceError("a traced graph has shapes only: explain outside of the trace, where there are numbers")
    walked, grads = flows(root)
    nodes = ancestors([root])[::-1]
    named = words.names(nodes, names)
    steps = {
        node: Step(named[node], words.expression(node, named) if node.op else "", node.op, _kept(node.data))
        for node in nodes
    }
    leaves = [node for node in nodes if node.op is None and node.requires_grad]
    variables = [named[leaf] for leaf in leaves]
    for name in knobs or ():
        if name not in variables:
            raise UsageError(f"there is no variable {name}{nearest(name, variables)}")
    leaves.sort(key=lambda leaf: -words.length(grads.get(leaf, 0.0)))
    turns = [
        _turned(root, nodes, leaf, named[leaf], grads.get(leaf, 0.0), step if not lower else -step)
        for leaf in leaves
        if (named[leaf] in knobs if knobs is not None else np.any(grads.get(leaf, 0.0)))
    ]
    broken = words.first_nonfinite(nodes)
    return Explanation(root, steps, walked, grads, turns, broken, _complaint(broken, steps) if broken else "")


def _turned(root: Node, nodes: Sequence[Node], leaf: Node, name: str, g: Any, h: float) -> Turn:
    """Turn one knob by h: uphill where h is positive, whichever way that is."""
    before, steepness, one = float(root.data), words.length(g), np.size(leaf.data) == 1
    if not math.isfinite(steepness):
        return Turn(name, g, "unknown", math.nan, math.nan, math.nan, math.nan)
    uphill = g / steepness if steepness else np.ones_like(leaf.data) / math.sqrt(np.size(leaf.data))
    after = float(_replayed(root, nodes, leaf, leaf.data + h * uphill))
    shown = h * float(np.sum(uphill)) if one else h
    turn = ("up" if shown > 0 else "down") if one else "along" if h > 0 else "against"
    gap = after - before - h * steepness
    if abs(gap) <= 8 * np.finfo(np.result_type(root.data)).eps * max(abs(before), abs(after)):
        gap = 0.0
    return Turn(name, g, turn if steepness else "flat", shown, h * steepness, after - before, gap)


def _replayed(root: Node, nodes: Sequence[Node], leaf: Node, value: Any) -> Any:
    """Compute the root again with another value at one leaf."""
    values = {leaf: value}
    moved = descendants(nodes, [leaf])
    with np.errstate(all="ignore"):
        for node in nodes:
            if node.op is None or node not in moved:
                continue
            args = [values.get(arg, arg.data) if isinstance(arg, Node) else arg for arg in node.args]
            scalar = type(node.data) is float
            values[node] = node.op.on_floats(list(map(float, args))) if scalar else node.op.body(*args, **node.params)
    return values.get(root, root.data)


def _complaint(node: Node, steps: Mapping[Node, Step]) -> str:
    """Say how a value came about that is not finite."""
    given = [words.brief(arg.data) if isinstance(arg, Node) else words.constant(arg) for arg in node.args]
    made = f", made of {' and '.join(given)}" if given else ""
    return f"{steps[node]} is {words.brief(node.data)}{made}"


def _kept(data: Any) -> Any:
    return data.copy() if isinstance(data, np.ndarray) else data


def _sum(flow: Flow) -> str:
    upstream, contribution = words.brief(flow.upstream), words.brief(flow.contribution)
    if flow.local is None:
        return f"{upstream} → {contribution}"
    return f"{words.brief(flow.local)} × {upstream} = {contribution}"


def _listed(values: Mapping[str, Any], sign: str, write: Callable[[float], str]) -> list[str]:
    """Write names and values: single numbers several to a line, then arrays one to a line."""
    single = {name: np.asarray(value).item() for name, value in values.items() if np.size(value) == 1}
    numbers = [f"{name}{sign}{write(value)}" for name, value in single.items()]
    arrays = [f"{name}{sign}{words.brief(value)}" for name, value in values.items() if name not in single]
    row = ", ".join(text.replace(" ", "\xa0") for text in numbers)  # a line breaks between items only
    lines = textwrap.wrap(row, WIDTH, break_long_words=False, break_on_hyphens=False)
    return [line.replace("\xa0", " ") for line in lines] + arrays


def _cut(lines: list[str]) -> list[str]:
    if len(lines) <= LONGEST:
        return lines
    return [*lines[:LONGEST], f"… and {len(lines) - LONGEST:,} lines more; to_json() has all"]


def _plain(value: Any) -> Any:
    """Put a value into what JSON has.

    >>> _plain(np.float32(0.5)), _plain(np.array([1.0, 2.0])), _plain(None)
    (0.5, [1.0, 2.0], None)
    """
    if value is None or np.size(value) <= LISTED:
        return np.asarray(value).tolist()
    array = np.asarray(value)
    norm, low, high = words.length(array), array.min().item(), array.max().item()
    return {"shape": list(array.shape), "norm": norm, "min": low, "max": high}
