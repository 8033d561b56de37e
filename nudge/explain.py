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
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np

from . import words
from .autograd import contributions, multiply, slope_at
from .errors import GraphError, TraceError, UsageError, nearest
from .graph import Node, ancestors, descendants
from .op import Abstract

LONGEST = 400  # as many lines of a part are printed
WIDTH = 100  # as many characters a line are filled with names and numbers
LISTED = 100  # arrays of as many elements are listed whole in JSON


@dataclass(frozen=True, slots=True)
class Flow:
    """What one edge carries backward, from a node to its argument k: `local × upstream = contribution`.

    local: the edge's own derivative; None where it is a matrix that the rule applies without building it (an operation
    that is not elementwise, on more than one number). upstream: the node's gradient. before, after: the argument's
    gradient, before and after the contribution was added.
    """

    node: Node
    k: int
    local: Any
    upstream: Any
    contribution: Any
    before: Any
    after: Any

    @property
    def to(self) -> Node:
        """The argument that the contribution goes to."""
        to: Node = self.node.args[self.k]
        return to


def flows(root: Node) -> list[Flow]:
    """Walk backward from one number, and list what each edge carries, in the order of the walk.

    Raises GraphError where nothing requires a gradient or the graph was freed, ShapeError for more than one number.
    """
    if not root.requires_grad:
        raise GraphError(
            "nothing to walk back to: it was made from nothing that requires a gradient; "
            "create an input with requires_grad=True, or look for a detach() or no_grad() on the way"
        )
    grads: dict[Node, Any] = {root: root.seed(None, False)}
    found = []
    for node in ancestors([root]):
        if node.op is None or node not in grads:
            continue
        upstream = grads[node]
        for (arg, c), (k, local) in zip(contributions(node, upstream, False), _edges(node), strict=True):
            before = grads.get(arg)
            grads[arg] = c if before is None else before + c
            found.append(Flow(node, k, local, upstream, c, 0.0 if before is None else before, grads[arg]))
    return found


def _edges(node: Node) -> Iterator[tuple[int, Any]]:
    """Give the arguments that a contribution goes to, each with the local derivative: (k, local)."""
    op = node.op
    y, args = node.values(False)
    slopes = op.slope(y, *args) if op.variadic and op.slope is not None else op.slope
    rules = op.rules if slopes is None else slopes
    # Of one number, what the rule makes of a gradient of 1 is the local derivative itself.
    unit = contributions(node, np.ones_like(y), False) if slopes is None and np.size(y) == 1 else None
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


@dataclass(frozen=True, repr=False)
class Explanation:
    """One number, explained: how it came about, what its gradients are and why, and which knobs move it.

    nodes: all it was made from, oldest first. names: what each is called here. flows: the backward walk. lower:
    whether the advice is to lower it, or to raise it. step: how far a knob is turned. knobs: the names that are turned;
    by default all variables whose gradient is not 0.
    """

    root: Node
    nodes: Sequence[Node]
    names: dict[Node, str]
    flows: Sequence[Flow]
    lower: bool
    step: float
    knobs: Collection[str] | None

    @cached_property
    def grads(self) -> dict[Node, Any]:
        """The gradient of every node that the walk reached."""
        return {self.root: self.root.seed(None, False)} | {flow.to: flow.after for flow in self.flows}

    @property
    def gradients(self) -> dict[str, Any]:
        """The gradients of the variables, by name, in order of appearance."""
        return {
            self.names[node]: self.grads.get(node, 0.0) for node in self.nodes if node.op is None and node.requires_grad
        }

    @property
    def nonfinite(self) -> Node | None:
        """The first node that is not finite, if any."""
        return words.first_nonfinite(self.nodes)

    @cached_property
    def turns(self) -> list[Turn]:
        """What a turn of each knob predicts and does, the largest gradient first."""
        leaves = [node for node in self.nodes if self.names[node] in self.gradients]
        leaves.sort(key=lambda node: -words.length(self.grads.get(node, 0.0)))
        return [
            self._turned(node)
            for node in leaves
            if (words.length(self.grads.get(node, 0.0)) if self.knobs is None else self.names[node] in self.knobs)
        ]

    def _turned(self, leaf: Node) -> Turn:
        g, before = self.grads.get(leaf, 0.0), float(self.root.data)
        steepness, one = words.length(g), np.size(leaf.data) == 1
        if not math.isfinite(steepness):
            return Turn(self.names[leaf], g, "unknown", math.nan, math.nan, math.nan, math.nan)
        h = -self.step if self.lower else self.step
        uphill = g / steepness if steepness else np.ones_like(leaf.data) / math.sqrt(np.size(leaf.data))
        after = float(_replayed(self.root, self.nodes, leaf, leaf.data + h * uphill))
        shown = h * float(np.sum(uphill)) if one else h
        turn = ("up" if shown > 0 else "down") if one else "along" if h > 0 else "against"
        gap = after - before - h * steepness
        if abs(gap) <= 8 * np.finfo(np.result_type(self.root.data)).eps * max(abs(before), abs(after)):
            gap = 0.0
        return Turn(self.names[leaf], g, turn if steepness else "flat", shown, h * steepness, after - before, gap)

    def sections(self) -> list[tuple[str, list[str]]]:
        """Give the text in parts: (heading, lines)."""
        parts = [("forward", self._forward())]
        if self.nonfinite is None:
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

    def made(self, node: Node) -> str:
        """Write how a node came about: 'v1 = x * x'; a variable's name alone."""
        name = self.names[node]
        return name if node.op is None else f"{name} = {words.expression(node, self.names)}"

    def complaint(self) -> str:
        """Say which node first became non-finite, and from what; '' where all is finite."""
        node = self.nonfinite
        if node is None:
            return ""
        values = [words.brief(arg.data) if isinstance(arg, Node) else words.constant(arg) for arg in node.args]
        given = " and ".join(values)
        return f"{self.made(node)} is {words.brief(node.data)}" + (f", made of {given}" if given else "")

    def _forward(self) -> list[str]:
        leaves = {self.names[node]: node.data for node in self.nodes if node.op is None}
        lines = _listed(leaves, " = ", words.number)
        texts = {node: self.made(node) for node in self.nodes if node.op is not None}
        width = min(60, max(map(len, texts.values()), default=0))
        broken = self.nonfinite
        for node, text in texts.items():
            mark = "  ← the first that is not finite" if node is broken else ""
            lines.append(f"{text.ljust(width)} = {words.brief(node.data)}{mark}")
        return lines

    def _backward(self) -> list[str]:
        lines = [f"{self.names[self.root]} begins with 1: a nudge of it moves it as much"]
        for node, group in groupby(self.flows, key=lambda flow: flow.node):
            parts = list(group)
            lines.append(f"at {node.op.symbol} ({self.made(node)}): {node.op.says}")
            width = max(len(self.names[flow.to]) for flow in parts)
            sums = [_sum(flow) for flow in parts]
            room = max(map(len, sums))
            for flow, text in zip(parts, sums, strict=True):
                again = ", used again: adds up" if np.any(flow.before) else ""
                grad = f"grad {words.brief(flow.before)} → {words.brief(flow.after)}{again}"
                lines.append(f"  {self.names[flow.to].ljust(width)}  {text.ljust(room)}  {grad}")
        return lines

    def to_json(self) -> dict[str, Any]:
        """Put all of it into one dictionary of numbers, texts and lists; long arrays as shape, norm and range."""
        broken = self.nonfinite
        return {
            "value": _plain(self.root.data),
            "forward": [
                {"name": self.names[node], "expression": words.expression(node, self.names) if node.op else None,
                 "operation": node.op.name if node.op else None, "value": _plain(node.data)}
                for node in self.nodes
            ],
            "backward": [
                {"name": self.names[flow.node], "operation": flow.node.op.name, "says": flow.node.op.says,
                 "to": self.names[flow.to], "local": _plain(flow.local), "upstream": _plain(flow.upstream),
                 "contribution": _plain(flow.contribution), "before": _plain(flow.before), "after": _plain(flow.after)}
                for flow in self.flows
            ],
            "gradients": {name: _plain(g) for name, g in self.gradients.items()},
            "knobs": [
                {"name": turn.name, "gradient": _plain(turn.gradient), "turn": turn.turn, "h": turn.h,
                 "predicted": turn.predicted, "actual": turn.actual, "gap": turn.gap}
                for turn in self.turns
            ],
            "nonfinite": broken and {"name": self.names[broken], "says": self.complaint()},
        }


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
    walked = flows(root)
    nodes = ancestors([root])[::-1]
    explanation = Explanation(root, nodes, words.names(nodes, names), walked, lower, step, knobs)
    for name in knobs or ():
        if name not in explanation.gradients:
            raise UsageError(f"there is no variable {name}{nearest(name, explanation.gradients)}")
    return explanation


def _replayed(root: Node, nodes: Sequence[Node], leaf: Node, value: Any) -> Any:
    """Compute the root again with another value at one leaf."""
    values = {leaf: value}
    with np.errstate(all="ignore"):
        moved = descendants(nodes, [leaf])
        for node in nodes:
            if node.op is None or node not in moved:
                continue
            args = [values.get(arg, arg.data) if isinstance(arg, Node) else arg for arg in node.args]
            scalar = type(node.data) is float
            values[node] = node.op.on_floats(list(map(float, args))) if scalar else node.op.body(*args, **node.params)
    return values.get(root, root.data)


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
    return {
        "shape": list(array.shape), "norm": words.length(array), "min": array.min().item(), "max": array.max().item()
    }
