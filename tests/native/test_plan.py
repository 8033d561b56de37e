"""What a plan promises: bytes are shared by values of different times alone, and who reads waits for who writes."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import numpy as np
import pytest

import nudge.nn.functional as F
from nudge.native.ir.target import AVX2
from nudge.native.plan.affine import variable
from nudge.native.plan.values import around
from nudge.native.plan.values import meet as meet_bounds
from tests.native.guarded import overlaps
from tests.native.programs import PROGRAMS
from tests.native.test_budget import NETS
from tests.native.texts import code_of, share_all, text_of

MAKERS = {**PROGRAMS, **{name: make for name, (make, _) in NETS.items()}}


def spans(plan, values):
    """Find which bytes values take: (from outside or in the arena, the first, the one after the last)."""
    found = []
    for value in values:
        outside, at = plan.place(value)
        low, high = value.flat([variable(axis) for axis in value.axes()]).bounds()
        width = value.dtype.itemsize
        found.append((True, at, at + 1) if outside else (False, at + low * width, at + (high + 1) * width))
    return found


def races(plan, text):
    """List the pairs of groups, one of them shared by threads, that touch the same bytes with no barrier between."""
    found, since = [], []
    for line in text[text.index("define void @step") :].splitlines():
        if "call void @meet" in line:
            since = []
        if (call := re.search(r"call void @g\d+\(ptr %p(\d+)_", line)) is None:
            continue
        group, shared = plan.groups[int(call[1])], "%low" in line
        reads, writes = spans(plan, group.loads), spans(plan, group.stores)
        for other, was_shared, read, wrote in since:
            clash = meet(writes, wrote) or meet(writes, read) or meet(reads, wrote)
            if (shared or was_shared) and clash:
                found.append((other, int(call[1])))
        since.append((int(call[1]), shared, reads, writes))
    return found


def meet(some, others):
    return any(a[0] == b[0] and max(a[1], b[1]) < min(a[2], b[2]) for a in some for b in others)


@pytest.mark.parametrize("name", MAKERS)
def test_bytes_and_barriers(name, monkeypatch):
    share_all(monkeypatch)
    code = code_of(monkeypatch, AVX2, *MAKERS[name]())
    assert not overlaps(code.plan)
    assert not races(code.plan, code.text)


def test_a_barrier_that_is_left_out_is_found(monkeypatch):
    share_all(monkeypatch)
    code = code_of(monkeypatch, AVX2, *PROGRAMS["mlp"]())
    head, body = code.text.split("body:\n")
    barrier = "  call void @meet()\n"
    parts = re.split(r"  call void @meet\(.*\n", body)
    assert len(parts) > 3
    needed = 0
    checks = [k for k in range(1, len(parts) - 1) if "%wrong" in parts[k]]  # waits for what all have found
    assert checks == [1]
    for k in range(1, len(parts) - 1):
        less = barrier.join([*parts[: k - 1], parts[k - 1] + parts[k], *parts[k + 1 :]])
        needed += bool(races(code.plan, f"{head}body:\n{less}"))
    needed += len(checks)
    assert needed == len(parts) - 2, "each barrier but the last, before the next step, keeps two groups apart"


PRINT = """
import hashlib, pytest
from nudge.native.ir.target import AVX2
from tests.native.programs import PROGRAMS
from tests.native.texts import text_of
for name in ("mlp", "mixer"):
    print(hashlib.sha256(text_of(pytest.MonkeyPatch(), AVX2, *PROGRAMS[name]()).encode()).hexdigest())
"""


def test_another_process_writes_the_same_text():
    said = {
        subprocess.run(
            [sys.executable, "-c", PRINT], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True,
            check=True, timeout=60,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(said) == 1
    assert len(next(iter(said)).split()) == 2


def test_an_activations_gradient_keeps_one_slope(monkeypatch):
    def step(x, w, v):
        w = w.clone().requires_grad_()
        hidden = F.gelu(x @ w)
        (hidden @ v).square().sum().backward()
        return w.grad

    arrays = [np.ones(shape, np.float32) for shape in ((32, 24), (24, 40), (40, 16))]
    plan = code_of(monkeypatch, AVX2, step, arrays).plan
    kept = [value for group in plan.groups for value in group.stores if value.shape == (32, 40)]
    assert len(kept) == 3, "the activation, its slope, and the gradient at the layer's result"


def test_statistics_of_a_gradients_rows_join_it(monkeypatch):
    def step(q, k, v):
        q = q.clone().requires_grad_()
        F.scaled_dot_product_attention(q, k, v).square().sum().backward()
        return q.grad

    plan = code_of(monkeypatch, AVX2, step, [np.ones((2, 3, 32, 8), np.float32)] * 3).plan
    (group,) = [group for group in plan.groups if any("sum" in repr(value) for value in group.members if value.fold)
                and not any("exp" in repr(value) for value in group.members)]  # fmt: skip
    assert group.fold is not None


def test_a_biass_gradient_does_not_turn_its_layer(monkeypatch):
    plan = code_of(monkeypatch, AVX2, *NETS["moons"][0]()).plan
    assert any(group.fold for group in plan.groups)
    assert not any(group.column is not None and group.column.extent == 100 for group in plan.groups if group.fold)


def test_rows_of_a_loss_stand_in_a_vectors_lanes_through_a_view_too(monkeypatch):
    def step(x, w, y):
        w = w.clone().requires_grad_()
        scores = x @ w
        loss = F.cross_entropy(scores.reshape(-1, 27), y.reshape(-1))
        loss.backward()
        return loss, w.grad

    arrays = [np.ones((16, 32, 64), np.float32), np.ones((64, 27), np.float32), np.zeros((16, 32), np.int64)]
    plan = code_of(monkeypatch, AVX2, step, arrays).plan
    (group,) = [group for group in plan.groups if any("log" in repr(value) for value in group.members)]
    assert group.crosses
    assert {"max", "sum"} <= {repr(value).split("[")[0].split()[1] for value in group.members if value.fold}


def test_parts_of_vectors_are_stored_when_all_beside_them_is_read(monkeypatch):
    def step(w, x, h):
        return w - h.T @ x

    arrays = [np.ones((40, 30), np.float32), np.ones((32, 30), np.float32), np.ones((32, 40), np.float32)]
    text = text_of(monkeypatch, AVX2, step, arrays)
    blocks = [block for block in re.split(r"^\w+:$", text, flags=re.M) if "call void @llvm.masked.store" in block]
    assert blocks
    for block in blocks:
        assert "load" not in block[block.index("call void @llvm.masked.store") :]


def test_squares_are_gone_through_alike(monkeypatch):
    def step(x, y):
        return x + 1.0, y * 2.0, x.T @ y

    text = text_of(monkeypatch, AVX2, step, [np.ones((32, 32), np.float32)] * 2)
    assert "gather" not in text
    assert "scatter" not in text


def test_bounds_of_a_place_without_axes_meet():
    assert around([[], []]) == []
    assert meet_bounds(around([[]]), [])
    assert around([None, None]) is None
    assert not meet_bounds(None, [])
    assert around([[(0, 3)], None, [(5, 6)]]) == [(0, 6)]
