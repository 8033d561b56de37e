"""Pictures: well-formed, the same every time, nothing over anything else, and every number the walk's own."""

import random
import re
import time
import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest

import nudge
from nudge import ops
from nudge.errors import DTypeError, GraphError, TraceError, UsageError
from nudge.explain import flows
from nudge.formula import parse
from nudge.graph import ancestors
from nudge.native.trace.trace import trace
from nudge.scalar import MLP, Neuron, Value
from nudge.see import NOTEBOOK, Picture, draw
from nudge.see.layout import MOST_NODES, Size, layout
from nudge.see.unfold import unfolded
from nudge.tensor import wrap

SVG = "{http://www.w3.org/2000/svg}"
NEURON = {"x1": 2.0, "w1": -3.0, "x2": 0.0, "w2": 1.0, "b": 6.881373587019543}


def neuron():
    return parse("tanh(x1*w1 + x2*w2 + b)").record(NEURON)


def read(picture):
    """Parse a picture; the parser raises for what is not well-formed."""
    return ET.fromstring(picture.svg)


def texts(root, kind=None):
    return [text.text for text in root.iter(SVG + "text") if kind is None or kind in text.get("class").split()]


def cards(root):
    """List the text of each card, in order."""
    groups = [group for group in root.iter(SVG + "g") if group.find(f"{SVG}rect[@class='card']") is not None]
    return [[text.text for text in group.iter(SVG + "text")] for group in groups]


def rectangles(root, kind):
    found = [rect for rect in root.iter(SVG + "rect") if rect.get("class") == kind]
    return [tuple(float(rect.get(side)) for side in ("x", "y", "width", "height")) for rect in found]


def tangle(seed, size=60):
    """Build a graph at random, with inputs used often and far away."""
    rng = random.Random(seed)
    values = [Value(rng.uniform(-1, 1)) for _ in range(size // 4)]
    for _ in range(size):
        a, b = rng.choice(values), rng.choice(values[-8:])
        values.append(rng.choice([a + b, a * b, a.tanh(), a - b * 2, ops.dot(a, a, b, b, values[0])]))
    total = values[-1]
    for value in values[-9:-1]:
        total = total + value
    return total


def chain(length):
    w, x = Value(0.9, "w"), Value(1.0, "x")
    for k in range(length):
        x = x * w + k / length
    return x


# -- what it says ----------------------------------------------------------------------------------


def test_the_neuron_of_the_lesson():
    root = read(draw(neuron()))
    assert cards(root) == [
        ["x1", "data", "2", "grad", "−1.5000"],
        ["w1", "data", "−3", "grad", "1.0000"],
        ["x2", "data", "0", "grad", "0.5000"],
        ["w2", "data", "1", "grad", "0"],
        ["b", "data", "6.8814", "grad", "0.5000"],
        ["v1", "*", "data", "−6", "grad", "0.5000"],
        ["v2", "*", "data", "0", "grad", "0.5000"],
        ["v3", "+", "data", "−6", "grad", "0.5000"],
        ["v4", "+", "data", "0.8814", "grad", "0.5000"],
        ["f", "tanh", "data", "0.7071", "grad", "1"],
    ]
    assert sorted(texts(root, "local")) == sorted(["×0.5", "×1", "×1", "×1", "×1", "×−3", "×2", "×1", "×0"])


def test_drawing_touches_no_gradient():
    x = Value(3.0, "x")
    draw(x * x)
    assert x.grad == 0


def test_every_edge_carries_its_local_derivative():
    for seed in range(3):
        value = tangle(seed)
        walked, _ = flows(value)
        titles = [title.text for title in read(draw(value)).iter(SVG + "title")]
        assert sum(title.startswith("to ") for title in titles) == len(walked)
        assert sum(" → " in title and not title.startswith("to ") for title in titles) == len(walked)


def test_words_for_those_who_cannot_see_it():
    root = read(draw(neuron()))
    ids = root.get("aria-labelledby").split()
    title, description = (next(part for part in root.iter() if part.get("id") == name) for name in ids)
    assert root.get("role") == "img"
    assert title.text == "The graph of f = tanh(v4)"
    assert description.text.startswith("x1 = 2, grad −1.5000; ")
    assert description.text.endswith("f = tanh(v4) = 0.7071, grad 1")


def test_constants_stand_at_the_entry_that_they_take():
    root = read(draw(parse("3*x**2 - 4*x + 5").record({"x": 3.0})))
    assert texts(root, "local").count("3") == 1
    assert len(rectangles(root, "constant")) == 4
    assert len(cards(root)) == 6


def test_light_and_dark_and_nothing_from_elsewhere():
    svg = draw(neuron()).svg
    assert "prefers-color-scheme: dark" in svg
    assert not re.search(r"href|url\(|<script|@import|http(?!://www\.w3\.org/2000/svg)", svg)


def test_labels_may_hold_anything():
    label = "a<b> & \"c\" 神経 \x00\x1b\ud800 " + "long" * 20
    root = read(draw(Value(1.0, label) * 2))
    assert cards(root)[0][0].startswith('a<b> & "c" 神経')
    assert any(label[-20:] in title.text for title in root.iter(SVG + "title"))


def test_the_first_node_that_is_not_finite_is_marked():
    root = read(draw(parse("1 + log(x - 5)").record({"x": 3.0})))
    (broken,) = [group for group in root.iter(SVG + "g") if "bad" in (group.get("class") or "")]
    assert [text.text for text in broken.iter(SVG + "text")][:4] == ["v2", "log", "data", "nan"]


def test_tensors_show_shapes_ranges_and_lengths():
    x = wrap(np.arange(12.0).reshape(3, 4)).requires_grad_()
    w = wrap(np.full((4, 2), 0.5)).requires_grad_()
    root = read(draw(ops.tanh(x @ w).sum() * 2, names={"x": x, "w": w}))
    assert cards(root)[0] == ["x", "shape", "(3, 4)", "data", "0 … 11", "grad", f"‖{np.linalg.norm(grad(x, w)):.4f}‖"]
    assert "×6×12 matrix" in texts(root, "local"), "a product of matrices, 6 numbers made of 12"


def grad(x, w):
    y = 2 * (1 - np.tanh(x.detach().numpy() @ w.detach().numpy()) ** 2)
    return y @ w.detach().numpy().T


def test_values_alone_where_no_gradient_starts():
    x = wrap(np.ones((2, 3))).requires_grad_()
    assert not texts(read(draw(x * 2)), "local").count("×2")
    assert "grad" not in texts(read(draw(x * 2)))
    traced = trace(lambda x: ops.tanh(x).sum(), [x]).outputs[0]
    assert cards(read(draw(traced)))[0][1:] == ["shape", "(2, 3)", "dtype", "float64"]


# -- where it stands -------------------------------------------------------------------------------


def test_the_same_graph_gives_the_same_picture():
    first = draw(tangle(7)).svg
    for _ in range(100):
        Value(0.0)  # the clock of creations goes on
    assert draw(tangle(7)).svg == first


def test_a_repeated_input_keeps_both_wires():
    x = Value(3.0, "x")
    plan = layout(x * x, lambda node: Size(100, 50))
    assert [(wire.source, wire.k) for wire in plan.wires] == [(x, 0), (x, 1)]
    target = plan.boxes[plan.wires[0].target]
    assert target.offset(1) - target.offset(0) > 20, "they enter apart"
    assert len(re.findall("<path", draw(x * x).svg)) == 2


GRAPHS = {
    "neuron": neuron,
    "leaf": lambda: Value(1.0),
    "chain": lambda: chain(40),
    "network": lambda: MLP(3, [4, 4, 1])([Value(1.0), Value(2.0), Value(3.0)]),
    **{f"tangle {seed}": (lambda seed=seed: tangle(seed)) for seed in range(6)},
}


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_nothing_overlaps(graph):
    picture = read(draw(graph()))
    boxes = rectangles(picture, "card") + rectangles(picture, "pill") + rectangles(picture, "constant")
    left, top, width, height = map(float, picture.get("viewBox").split())
    for x, y, w, h in boxes:
        assert left < x
        assert top < y
        assert x + w < left + width
        assert y + h < top + height
    for k, (x, y, w, h) in enumerate(boxes):
        for a, b, c, d in boxes[:k]:
            assert x >= a + c or a >= x + w or y >= b + d or b >= y + h


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_wires_pass_between_the_boxes(graph):
    plan = layout(graph(), lambda node: Size(100, 50))
    tracks = [box for path in plan.tracks.values() for box in path if box.node is None]
    layers = {}
    for box in [*plan.boxes.values(), *tracks]:
        layers.setdefault(box.layer, []).append(box)
    for layer in layers.values():
        for above, box in pairwise(sorted(layer, key=lambda box: box.y)):
            assert above.y + above.height <= box.y + 1e-6
    for wire in plan.wires:
        assert wire.start.layer == plan.boxes[wire.target].layer - 1


def test_a_leaf_stands_next_to_what_it_feeds():
    root = neuron()
    plan = layout(root, lambda node: Size(100, 50))
    last = {node.label: plan.boxes[node].layer for node in ancestors([root])}
    assert last["b"] == last["f"] - 2


def test_a_long_chain_runs_level():
    plan = layout(chain(300), lambda node: Size(100, 50))
    assert plan.height < 400


def test_five_thousand_nodes():
    start = time.perf_counter()
    picture = draw(chain(2500))
    took = time.perf_counter() - start
    assert len(cards(read(picture))) == 5002
    assert took < 10


def test_too_large_a_graph_is_refused():
    value = Value(1.0)
    for _ in range(MOST_NODES):
        value = value + 1
    with pytest.raises(UsageError, match=r"the graph has 10,001 nodes; at most 10,000 can be drawn: draw a part"):
        draw(value)
    values = [Value(float(k)) for k in range(400)]
    total = Value(0.0)
    for turn in (values, reversed(values)):
        for value in turn:
            total = total + value
    with pytest.raises(UsageError, match="the graph's wires pass more than 100,000 layers"):
        draw(total)


# -- unfolded --------------------------------------------------------------------------------------


def test_a_weighted_sum_unfolds_into_products_and_sums():
    random.seed(0)
    cell = Neuron(2)
    for name, p in zip(("w1", "w2", "b"), cell.parameters(), strict=True):
        p.label = name
    y = cell([Value(1.0, "x1"), Value(-2.0, "x2")])
    assert [card[1] for card in cards(read(draw(y))) if card[1] != "data"] == ["dot", "relu"]
    opened = [card for card in cards(read(draw(y, unfold=True))) if card[1] != "data"]
    assert [card[1] for card in opened] == ["*", "+", "*", "+", "relu"]
    again = unfolded(y)
    assert again.data == pytest.approx(y.data)
    folded, opened = ({node.label: g for node, g in flows(z)[1].items() if node.label} for z in (y, again))
    assert folded.keys() == {"w1", "w2", "b", "x1", "x2"}
    assert opened == pytest.approx(folded)


def test_tensors_unfold_too():
    b, w, x = (nudge.tensor([1.0, 2.0], requires_grad=True) for _ in range(3))
    y = ops.dot(b, w, x).sum()
    drawn = cards(read(draw(y, unfold=True, names={"w": w})))
    assert [card[1] for card in drawn if card[1] != "shape"][:2] == ["*", "+"]
    assert drawn[1][0] == "w"
    with pytest.raises(TraceError, match="cannot be unfolded"):
        draw(trace(lambda x: x.sum(), [x]).outputs[0], unfold=True)


# -- where it goes ---------------------------------------------------------------------------------


def test_saving_is_whole_or_not_at_all(tmp_path, monkeypatch):
    picture = draw(neuron())
    path = tmp_path / "neuron.svg"
    assert picture.save(path) == path
    assert path.read_text(encoding="utf-8") == picture.svg
    written = type(path).write_text

    def full_disk(self, text, **options):
        written(self, text[:100], **options)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(path), "write_text", full_disk)
    with pytest.raises(UsageError, match="cannot be written: No space left on device"):
        Picture("<svg/>").save(path)
    assert path.read_text(encoding="utf-8") == picture.svg
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "said"),
    [("out.png", "expected one that ends in .svg, such as out.svg"), ("no/such/x.svg", "No such file or directory")],
)
def test_names_that_cannot_be_written(name, said, tmp_path):
    with pytest.raises(UsageError, match=said):
        draw(Value(1.0)).save(tmp_path / name)


def test_notebooks_show_the_picture_where_there_is_one():
    x = nudge.tensor([1.0, 2.0], requires_grad=True)
    loss = (x * x).sum()
    assert Value(1.0)._repr_svg_() is None
    assert x._repr_svg_() is None, "numbers without a history are shown as numbers"
    assert loss._repr_svg_() == draw(loss).svg
    assert (Value(2.0) * 3)._repr_svg_() == draw(Value(2.0) * 3)._repr_svg_()
    assert chain(NOTEBOOK)._repr_svg_() is None, "so large a picture helps nobody in a cell"
    loss.backward()
    assert loss._repr_svg_() is None


def test_what_cannot_be_drawn():
    with pytest.raises(DTypeError, match="got float"):
        nudge.draw(3.0)
    x = nudge.tensor([1.0, 2.0], requires_grad=True)
    loss = (x * x).sum()
    loss.backward()
    with pytest.raises(GraphError, match="freed"):
        draw(loss)
