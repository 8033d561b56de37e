"""What `explain` says is so: the arithmetic, the lines, the memory; and timing touches nothing of the user's."""

from __future__ import annotations

import inspect
import json
import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import nudge
import nudge.nn.functional as F
from nudge import native, nn, optim
from nudge.errors import UsageError
from nudge.native.explanation import explain as explanation
from nudge.native.explanation.explain import explain
from nudge.native.explanation.limits import Limits, limits
from tests.native.programs import PROGRAMS

DOCS = Path(__file__).parents[2] / "docs"
BATCH, WIDE, HIDDEN, KINDS = 32, 24, 40, 7


def network():
    nudge.manual_seed(0)
    model = nn.Sequential(nn.Linear(WIDE, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, KINDS))
    return model, nudge.randn(BATCH, WIDE), nudge.randint(0, KINDS, (BATCH,))


def trained():
    model, x, y = network()
    rule = optim.SGD(model.parameters(), lr=0.1)

    def step(x, y):
        rule.zero_grad()
        hidden = F.relu(x @ model[0].weight.T + model[0].bias)
        turned = model[2].weight.T
        scores = hidden @ turned
        scores = scores + model[2].bias
        loss = F.cross_entropy(scores, y)
        loss.backward()
        rule.step()
        return loss

    compiled = nudge.compile(step)
    compiled(x, y)
    return step, compiled, (x, y), model


@pytest.fixture(scope="module")
def found():
    return *trained()[:2], explain(trained()[1])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_product_takes_two_operations_a_step(dtype):
    x, w = nudge.zeros(17, 5, dtype=getattr(nudge, dtype)), nudge.zeros(5, 33, dtype=getattr(nudge, dtype))
    compiled = nudge.compile(lambda x, w: x @ w)
    compiled(x, w)
    (group,) = (group for group in explain(compiled).groups if group.over)
    assert (group.space, group.over, group.flops) == ((17, 33), (5,), 2 * 17 * 33 * 5)
    assert group.wide == (group.flops if dtype == "float64" else 0)
    itemsize = np.dtype(dtype).itemsize
    assert (group.read, group.written) == ((17 * 5 + 5 * 33) * itemsize, 17 * 33 * itemsize)
    assert group.operations == {"@": 1}


def test_what_is_around_a_product_is_counted_too():
    x, w, b = nudge.zeros(16, 8), nudge.zeros(8, 32), nudge.zeros(32)
    compiled = nudge.compile(lambda x, w, b: (x @ w + b) * 3.0)
    compiled(x, w, b)
    (group,) = explain(compiled).groups
    assert group.operations == {"@": 1, "+": 1, "*": 1}
    assert group.flops == 16 * 32 * (2 * 8 + 1 + 1)


def test_a_sum_takes_one_operation_a_number_and_a_choice_none():
    x = nudge.zeros(64, 48)
    for function, flops in ((lambda x: x.sum(1), 64 * 48), (lambda x: nudge.where(x > 0, x, x), 0)):
        compiled = nudge.compile(function)
        compiled(x)
        assert explain(compiled).flops == flops


def test_a_function_costs_what_it_is_lowered_to():
    x = nudge.zeros(100)
    found = []
    for function in (lambda x: x.exp(), lambda x: x.exp() + x.exp() * 2, lambda x: x + 1):
        compiled = nudge.compile(function)
        compiled(x)
        found.append(explain(compiled).flops)
    assert found[0] > 10 * found[2] == 10 * 100
    assert found[1] == found[0] + 200  # equal steps are done once


def test_the_products_of_a_network_and_its_gradients_are_all_there(found):
    _, _, explained = found
    products = Counter()
    for group in explained.groups:
        if "@" in group.operations:
            products[tuple(sorted((*group.space, *group.over)))] += 1
    first, second = tuple(sorted((BATCH, WIDE, HIDDEN))), tuple(sorted((BATCH, HIDDEN, KINDS)))
    assert products == {first: 2, second: 3}  # forward, weight's gradient, and the hidden layer's, of the second alone
    least = 2 * (2 * BATCH * WIDE * HIDDEN) + 3 * (2 * BATCH * HIDDEN * KINDS)
    assert least < explained.flops < 1.5 * least


def test_every_line_that_computes_something_is_there(found):
    step, _, explained = found
    lines, start = inspect.getsourcelines(step)
    computing = ("@", "+", ".T", "F.", "backward()", "rule.step()")
    wanted = [k for k, line in enumerate(lines, start) if any(word in line for word in computing)]
    assert len(wanted) == 7
    said = {line for group in explained.groups for line in group.lines}
    assert said >= {f"{__file__}:{line}" for line in wanted}
    assert all(group.lines for group in explained.groups)


def test_a_line_that_only_turns_something_or_repeats_it_is_there():
    def turned(x):
        y = x.T
        first = y * 2
        again = x.T * 2
        return first + again.reshape(5, 3)

    compiled = nudge.compile(turned)
    compiled(nudge.zeros(3, 5))
    _, start = inspect.getsourcelines(turned)
    (group,) = explain(compiled).groups
    assert set(group.lines) == {f"{__file__}:{start + k}" for k in range(1, 5)}


@pytest.mark.parametrize("name", PROGRAMS)
def test_stores_and_arena_are_the_plans(name):
    step, data = PROGRAMS[name]()
    built = native.build(step, *map(nudge.tensor, data))
    plan, explained = built.code.plan, explain(built)
    at_work = [group for group in plan.groups if group.opaque is None or not group.opaque.patches]
    assert [group.group for group in explained.groups] == at_work
    assert [group.number for group in explained.groups] == list(range(1, len(at_work) + 1))
    for group, planned in zip(explained.groups, at_work, strict=True):
        assert [(one.shape, one.bytes) for one in group.stores] == [(v.shape, v.size) for v in planned.stores]
        assert [(one.where != "arena", one.at) for one in group.stores] == [plan.place(v) for v in planned.stores]
        assert group.written == sum(value.size for value in planned.stores)
        assert group.read <= sum(value.size for value in planned.loads)
        assert group.limit > 0
    assert explained.arena == plan.arena
    assert all(one.at + one.bytes <= plan.arena for one in explained.stores if one.where == "arena" and not one.part)
    assert [size for _, size in explained.copies] == [value.size for value, _ in plan.copies]
    assert explained.ir == len(built.code.text.splitlines())
    text = str(explained)
    assert max(map(len, text.splitlines())) <= 100
    assert text == repr(explained)
    assert f"in {len(at_work)} groups" in text


def test_what_is_computed_twice_is_said():
    def both(x, w):
        mask = x > 0
        return (nudge.where(mask, x, 0.0) @ w).sum(), nudge.where(mask, x, 1.0).sum(0)

    compiled = nudge.compile(both)
    compiled(nudge.ones(32, 8), nudge.ones(8, 16))
    groups = [group for group in explain(compiled).groups if ">" in group.operations]
    assert len(groups) > 1
    assert all(group.again[">"] == 1 for group in groups)


def test_updates_in_place_and_results_are_told_apart(found):
    _, _, explained = found
    places = Counter(one.where for one in explained.stores)
    assert places["in place"] == 4
    assert places["result"] == 1
    updated = {one.shape for one in explained.stores if one.where == "in place"}
    assert updated == {(HIDDEN, WIDE), (HIDDEN,), (KINDS, HIDDEN), (KINDS,)}
    assert explained.results == 4


def test_timing_measures_each_group_and_touches_nothing():
    step, compiled, data, model = trained()
    before = [p.detach().clone() for p in (*model.parameters(), *data)]
    explained = explain(compiled, time=True)
    for old, now in zip(before, (*model.parameters(), *data), strict=True):
        np.testing.assert_array_equal(old.numpy(), now.detach().numpy())
    assert all(0 < group.time < 0.1 for group in explained.groups)
    assert explained.time == pytest.approx(sum(group.time for group in explained.groups))
    assert "took" in str(explained)
    assert "took" not in str(explain(compiled))
    assert explain(compiled).time is None
    expected = step(*data).item()  # eagerly, and it updates
    for p, old in zip(model.parameters(), before, strict=False):
        with nudge.no_grad():
            p.copy_(old)
    assert compiled(*data).item() == pytest.approx(expected, rel=1e-5)


def test_the_picture_has_a_box_for_each_group_and_all_that_is_stored(found):
    _, _, explained = found
    picture = explained.draw()
    tree = ElementTree.fromstring(picture.svg)
    space = "{http://www.w3.org/2000/svg}"
    frames = [rect for rect in tree.iter(f"{space}rect") if rect.get("class") == "frame"]
    assert len(frames) == len(explained.groups)
    boxes = [tuple(float(rect.get(name)) for name in ("x", "y", "width", "height")) for rect in frames]
    for k, (x, y, w, h) in enumerate(boxes):
        assert all(x >= a + c or a >= x + w or y >= b + d or b >= y + h for a, b, c, d in boxes[:k])
    groups = list(tree.iter(f"{space}g"))
    assert sum(each.get("class") == "kept" for each in groups) == len(explained.stores)
    said = {text.text for text in tree.iter(f"{space}text")}
    assert {symbol for group in explained.groups for symbol in group.operations} <= said
    assert explained.draw().svg == picture.svg


def test_the_guides_picture_is_what_its_first_lines_draw(monkeypatch):
    some = Limits({"float32": 1e11, "float64": 5e10}, [(1 << 14, 4e11), (1 << 24, 2e10)])
    monkeypatch.setattr(explanation, "limits", lambda: some)
    block = re.search(r"^```python\n(.*?)^```$", (DOCS / "native.md").read_text("utf-8"), flags=re.M | re.S)[1]
    code = "\n".join(line[4:] for line in block.splitlines() if line.startswith((">>>", "...")))
    names = {}
    exec(compile(code, "step.py", "exec"), names)
    drawn, kept = explain(names["step"]).draw().svg, (DOCS / "native" / "groups.svg").read_text("utf-8")
    assert drawn == kept, "docs/native/groups.svg is out of date"


def test_threads_are_named_where_they_have_something_to_share():
    before = nudge.get_num_threads()
    try:
        nudge.set_num_threads(2)
        found = []
        for size in (8, 256):
            x = nudge.ones(size, size)
            compiled = nudge.compile(lambda x: x @ x)
            compiled(x)
            explained = explain(compiled)
            shared = any(group.shared for group in explained.groups)
            found.append((explained.threads, shared, "shared" in str(explained)))
        assert found == [(1, False, False), (2, True, True)]
    finally:
        nudge.set_num_threads(before)


def test_a_notebook_gets_a_table(found):
    _, _, explained = found
    tree = ElementTree.fromstring(explained._repr_html_().replace("<br>", "<br/>"))
    assert len(tree.findall("tr")) == 1 + len(explained.groups)
    assert "&lt;" not in "".join(tree.itertext())


def test_limits_are_measured_once_and_the_best_is_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("NUDGE_CACHE_DIR", str(tmp_path))
    limits.cache_clear()
    try:
        measured = limits()
        (path,) = (tmp_path / "limits").iterdir()
        assert nudge.__version__ in path.name
        assert 1e9 < measured.peak["float64"] < measured.peak["float32"] < 1e12
        assert measured.bandwidth[0][1] > measured.bandwidth[-1][1] > 1e8
        assert limits() is measured
        kept = json.loads(path.read_text())
        kept["peak"]["float32"], kept["bandwidth"][0][1] = 1e15, 1.0
        path.write_text(json.dumps(kept))
        limits.cache_clear()
        assert limits().peak["float32"] == 1e15
        assert limits().peak["float64"] >= measured.peak["float64"]
        assert limits().bandwidth[0][1] > 1e8
        for spoiled in ("spoiled", "[]", '{"peak": {}, "bandwidth": []}'):
            path.write_text(spoiled)
            limits.cache_clear()
            assert 1e9 < limits().peak["float32"] < 1e13
            assert json.loads(path.read_text())["peak"] == limits().peak
    finally:
        limits.cache_clear()


def test_what_cannot_be_explained_is_refused():
    with pytest.raises(UsageError, match=r"explain takes a compiled function, not 3 \(int\)"):
        explain(3)
    compiled = nudge.compile(lambda x: x * 2)
    with pytest.raises(UsageError, match="call it once"):
        explain(compiled)
    w = nudge.ones(2, requires_grad=True)
    graded = nudge.compile(lambda x: x * w)
    with pytest.warns(UserWarning, match="runs eagerly"):
        graded(nudge.ones(2))
    with pytest.raises(UsageError, match="runs eagerly"):
        explain(graded)


def test_nothing_to_do_is_nothing_to_draw():
    compiled = nudge.compile(lambda x: x)
    compiled(nudge.ones(2))
    explained = explain(compiled)
    assert (explained.groups, explained.flops) == ([], 0)
    assert "0 groups" in str(explained)
    with pytest.raises(UsageError, match="nothing to draw"):
        explained.draw()


def test_it_is_found_where_the_machine_code_is():
    assert native.explain is explain
