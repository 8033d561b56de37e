"""Levels: a program of thousands of small equal steps, rewritten as fewer steps on rows of them.

What scalar code builds is a graph of single numbers (or, under vmap, of one number for each example). Steps of the same
operation that do not wait for one another form a level, and become one step whose first axis counts them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ... import ops
from ...arraynode import ArrayNode, Storage
from ...functions import cat
from ...graph import NO_PARAMS, Node, ancestors
from ...mode import no_grad
from ...op import Abstract, Elementwise
from ...tensor import Tensor, of_node, wrap

ENOUGH = 150  # steps, from which on a program is rewritten, if more than half of them vanish
FEW = 4  # pieces that are joined one by one; more are gathered from their sources

Place = tuple[Tensor, int]  # a tensor, and which of its rows


class Levels:
    """Rewrites the steps behind some nodes."""

    def __init__(self, roots: Iterable[Node]) -> None:
        """Look at all that the roots are made of."""
        roots = list(roots)
        self.order = ancestors(roots)[::-1]
        shapes = Counter(node.data.shape for node in self.order if isinstance(node.op, Elementwise))
        self.shape: tuple[int, ...] = shapes.most_common(1)[0][0] if shapes else ()
        self.members = {node for node in self.order if self._is_member(node)}
        self.totals = self._totals(roots)
        self.places: dict[Node, Place] = {}
        self.handles: dict[Node, Tensor] = {}
        self.joined: dict[tuple[int, ...], Tensor] = {}
        self.constants: list[tuple[Tensor, ArrayNode]] = []  # which rows are gathered, and numbers

    def _is_member(self, node: Node) -> bool:
        return (
            isinstance(node.op, Elementwise)
            and node.data.shape == self.shape
            and all(arg.data.shape in ((), self.shape) for arg in node.args if isinstance(arg, Node))
        )

    def _totals(self, roots: list[Node]) -> dict[Node, list[Node]]:
        """Find additions of additions, and what each adds up; those within are members no more."""
        uses = Counter(arg for node in self.order for arg in node.args if isinstance(arg, Node))
        uses.update(roots)
        adds = {
            node
            for node in self.members
            if node.op.slope == (1.0, 1.0)  # what grows with each of its arguments by as much, adds
            and all(isinstance(arg, Node) and arg.data.shape == self.shape for arg in node.args)
        }
        terms: dict[Node, list[Node]] = {}
        for node in self.order:
            if node in adds:
                terms[node] = []
                for arg in node.args:
                    inner = terms.pop(arg) if arg in terms and uses[arg] == 1 else None
                    terms[node] += [arg] if inner is None else inner
                    if inner is not None:
                        self.members.discard(arg)
        return {node: found for node, found in terms.items() if len(found) > 2}

    def rewrite(self) -> bool:
        """Do it, where there is enough to gain."""
        if len(self.order) < ENOUGH:
            return False
        groups = self._levels()
        if 2 * sum(len(nodes) - 1 for nodes in groups.values()) < len(self.order):
            return False
        self._found()
        with no_grad():
            for key in sorted(groups, key=lambda key: key[0]):
                self._row_of(groups[key])
        return True

    def _levels(self) -> dict[Any, list[Node]]:
        """Find steps that are equal and do not wait for one another; a key begins with the level."""
        levels: dict[Node, int] = {}
        groups: dict[Any, list[Node]] = defaultdict(list)
        for node in self.order:
            args = self.totals.get(node, node.args)
            levels[node] = max((levels[arg] for arg in args if isinstance(arg, Node)), default=0) + 1
            if node in self.members:
                kinds = tuple((arg.data.dtype, arg.data.shape) if isinstance(arg, Node) else None for arg in args)
                groups[levels[node], node.op, repr(node.params), node.data.dtype, kinds].append(node)
        return groups

    def _found(self) -> None:
        """Give places to what stands beside each other already, and put the rest that members read there."""
        loose: dict[Any, list[Node]] = defaultdict(list)
        args = {arg for node in self.members for arg in self.totals.get(node, node.args) if isinstance(arg, Node)}
        read = args - self.members
        for node in self.order:
            if node in read and (place := _place_of(node)) is not None:
                self.places[node] = self.handle(place[0]), place[1]
            elif node in read and not any(arg in self.members for arg in ancestors([node])):
                loose[node.data.shape, node.data.dtype].append(node)
        for nodes in loose.values():
            if len(nodes) > 1:
                rows = cat([of_node(node)[None] for node in nodes])  # type: ignore[arg-type]
                self.places |= {node: (rows, k) for k, node in enumerate(nodes)}

    def _row_of(self, nodes: list[Node]) -> None:
        """Make one step of equal ones."""
        first = nodes[0]
        if first in self.totals:
            count = len(self.totals[first])
            rows = self.rows([term for node in nodes for term in self.totals[node]], apart=True)
            made = ops.sum(rows.reshape(len(nodes), count, *self.shape), axes=(-1 - len(self.shape),))
            made = made.reshape(len(nodes), *self.shape)
            self.places |= {node: (made, k) for k, node in enumerate(nodes)}
            return
        if len(nodes) == 1:
            args = [self.handle(arg) if isinstance(arg, Node) else arg for arg in first.args]
            self.handles[first] = first.op(*args, **first.params)
            return
        columns = zip(*(node.args for node in nodes), strict=True)
        args = [self._argument(k, column, first) for k, column in enumerate(columns)]
        made = first.op(*args, **first.params)
        if made.ndim == len(self.shape):  # all of them read the same, so they are the same
            self.handles |= dict.fromkeys(nodes, made)
        else:
            self.places |= {node: (made, k) for k, node in enumerate(nodes)}

    def _argument(self, k: int, column: Sequence[Any], first: Node) -> Any:
        if isinstance(column[0], Node):
            return self.rows(column)
        if all(type(part) is type(column[0]) and part == column[0] for part in column):
            return column[0]
        op, given = first.op, [arg.data if isinstance(arg, Node) else arg for arg in first.args]
        promoted = op.data is None or k in range(len(given))[op.data]
        numbers = np.array(column, op.computes_in(given) if promoted else None)
        return self._constant(numbers.reshape(-1, *(1,) * len(self.shape)))

    def rows(self, nodes: Sequence[Node], apart: bool = False) -> Any:
        """Stand nodes side by side along a first axis; where all are one, give it without that axis, unless `apart`."""
        if not apart and all(node is nodes[0] for node in nodes):
            return self.handle(nodes[0])
        places = [self._place(node) for node in nodes]
        pieces: list[tuple[Tensor, int, int]] = []  # a source, the first row, and how many
        for source, row in places:
            if pieces and pieces[-1][0] is source and pieces[-1][1] + pieces[-1][2] == row:
                pieces[-1] = (source, pieces[-1][1], pieces[-1][2] + 1)
            else:
                pieces.append((source, row, 1))
        if len(pieces) <= FEW:
            made = [ops.narrow(source, -source.ndim, row, count) for source, row, count in pieces]
            found = made[0] if len(made) == 1 else cat(made)
        else:
            found = self._gathered(places)
        return found.reshape(len(nodes), *found.shape[1:], *(1,) * (len(self.shape) + 1 - found.ndim))

    def _gathered(self, places: list[Place]) -> Tensor:
        sources = {id(source): source for source, _ in places}
        starts, total = {}, 0
        for key, source in sources.items():
            starts[key] = total
            total += source.shape[0]
        if tuple(sources) not in self.joined:
            self.joined[tuple(sources)] = cat([*sources.values()]) if len(sources) > 1 else next(iter(sources.values()))
        source = self.joined[tuple(sources)]
        index = self._constant(np.array([starts[id(source)] + row for source, row in places], np.int64))
        flat = source.reshape(total, -1)
        return ops.gather(flat, index).reshape(len(places), *source.shape[1:])

    def _place(self, node: Node) -> Place:
        if node not in self.places:
            self.places[node] = (self.handle(node)[None], 0)
        return self.places[node]

    def handle(self, node: Node) -> Tensor:
        """Give a node as it stands in the rewritten program."""
        if node not in self.handles:
            if node in self.members:
                source, row = self.places[node]
                self.handles[node] = source[row]
            elif any(isinstance(arg, Node) for arg in node.args):
                given = [self.handle(arg) if isinstance(arg, Node) else arg for arg in node.args]
                same = all(not isinstance(a, Node) or h.node is a for a, h in zip(node.args, given, strict=True))
                self.handles[node] = of_node(node) if same else node.op(*given, **node.params)  # type: ignore[arg-type]
            else:
                self.handles[node] = of_node(node)  # type: ignore[arg-type]
        return self.handles[node]

    def _constant(self, numbers: Any) -> Tensor:
        node = ArrayNode(None, (), NO_PARAMS, Abstract(numbers.shape, numbers.dtype), Storage(), False)
        self.constants.append((wrap(numbers), node))
        return of_node(node)


def _place_of(node: Node) -> tuple[Node, int] | None:
    """Find where in a vector a number stands that was only looked at since."""
    index: tuple[Any, ...] = ()
    while node.op is not None and node.op.is_view and not node.data.shape or len(index) and node.op is not None:
        if not node.op.is_view or len(node.args) != 1:
            return None
        index = node.op.index(index, node.args[0].data, **node.params)
        node = node.args[0]
    return (node, int(index[0])) if len(index) == 1 and node.op is None else None
