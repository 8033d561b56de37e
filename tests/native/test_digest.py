"""A program is known again in another process, and never taken for another one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

import nudge
import nudge.native.plan.plan
from nudge import native
from nudge.errors import IndexingError
from nudge.native.executable import wiring
from nudge.native.run import cache as home
from nudge.native.run import digest, jit
from nudge.native.trace.trace import trace
from nudge.op import TABLE
from nudge.tensor import wrap
from tests.native.test_cache import SPOILED


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("NUDGE_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache" / "native"


def named(step, *arrays):
    given, roots = wiring(trace(step, [wrap(array) for array in arrays]))
    return digest.program_key(roots, given, ["somewhere"])


x, z = np.arange(6.0).reshape(2, 3), np.ones((2, 3))


def writes(x, z):
    x.add_(z)


def writes_the_other(x, z):
    z.add_(x)


APART = [
    (lambda x, z: x + z, x, z),
    (lambda x, z: x - z, x, z),
    (lambda x, z: z - x, x, z),
    (lambda x, z: x + x, x, z),
    (lambda x, z: (x + z, x), x, z),
    (lambda x, z: (x, x + z), x, z),
    (lambda x, z: x + z, x[:1], z[:1]),
    (lambda x, z: x + z, x.astype("float32"), z),
    (lambda x, z: x + 1.0, x, z),
    (lambda x, z: x + 2.0, x, z),
    (lambda x, z: x * 0.0, x, z),
    (lambda x, z: x * -0.0, x, z),
    (lambda x: x + 1.0, x),
    (lambda x, z: x.sum(0), x, z),
    (lambda x, z: x.sum(1), x, z),
    (lambda x, z: x.reshape(3, 2), x, z),
    (lambda x, z: x.reshape(6, 1), x, z),
    (lambda x, z: x.permute(1, 0), x, z),
    (writes, x, z),
    (writes_the_other, x, z),
]


def test_what_decides_a_program_decides_its_name() -> None:
    names = [named(*program) for program in APART]
    assert None not in names
    assert len(set(names)) == len(APART)
    assert names == [named(*program) for program in APART]


def test_constants_of_other_types_are_others() -> None:
    found = [True, 1, 1.0, np.float32(1), np.int64(1), "1", None, (1,), [1], {"1": 1}, slice(1), np.dtype("int64")]
    assert len({digest.told(constant) for constant in found}) == len(found)
    for odd in (object(), np.ones(3), {1, 2}):
        with pytest.raises(digest.Nameless):
            digest.told(odd)


def test_where_it_runs_is_in_its_name() -> None:
    given, roots = wiring(trace(lambda x: x + 1, [wrap(x)]))
    first, second = (digest.program_key(roots, given, [where]) for where in ("here", "there"))
    assert first != second


def test_what_is_known_is_not_planned_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first = native.build(lambda x: (x * x).sum(), wrap(x))
    home._cache_in.cache_clear()  # as another process would begin
    monkeypatch.setattr(nudge.native.plan.plan, "plan", None)
    again = native.build(lambda x: (x * x).sum(), wrap(x))
    assert first(wrap(x)).item() == again(wrap(x)).item() == 55.0
    monkeypatch.undo()
    assert again.code.text == first.code.text


def test_what_is_known_can_be_explained_and_tells_where_an_index_was_wrong() -> None:
    def step(x, at):
        return x[at]

    at = np.array([0, 1])
    for _ in range(2):
        built = native.build(step, wrap(x), wrap(at))
        with pytest.raises(IndexingError, match=r"the index at \[1\] is 7, where 0 to 1 are expected"):
            built(wrap(x), wrap(np.array([0, 7])))
        assert len(native.explain(built).groups) == 1


@pytest.mark.parametrize("spoil", SPOILED)
def test_what_was_spoiled_or_lost_is_made_anew(folder: Path, spoil) -> None:
    native.build(lambda x: x * 3, wrap(x))
    paths = sorted(folder.iterdir())
    assert len(paths) == 2
    for path in paths:
        path.write_bytes(spoil(path.read_bytes()))
    assert (native.build(lambda x: x * 3, wrap(x))(wrap(x)).numpy() == x * 3).all()
    for path in paths:
        path.unlink()
        assert (native.build(lambda x: x * 3, wrap(x))(wrap(x)).numpy() == x * 3).all()
        assert path.exists()


def test_operations_of_others_have_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert named(lambda x: x.tanh(), x) is not None
    monkeypatch.setattr(TABLE["tanh"].body, "__module__", "elsewhere")
    assert named(lambda x: x.tanh(), x) is None
    made: list[int] = []
    monkeypatch.setattr(jit, "_compiled", lambda *args, old=jit._compiled: (made.append(1), old(*args))[1])
    for _ in range(2):
        assert native.build(lambda x: x.tanh(), wrap(x))(wrap(x)).numpy() == pytest.approx(np.tanh(x))
    assert made == [1], "the text alone tells"


def test_sources_decide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "nudge"
    shutil.copytree(digest.PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(digest, "LOADED", float("inf"))
    names = [digest.sources(package)]
    for path in ("native/lower/tile.py", "ops/shape.py", "dtype.py"):
        (package / path).write_text((package / path).read_text() + "\n")
        digest.sources.cache_clear()
        names.append(digest.sources(package))
    assert len(set(names)) == len(names)


def test_sources_that_changed_since_they_were_read_have_no_name(tmp_path: Path) -> None:
    with pytest.raises(digest.Nameless):
        digest.sources(tmp_path)
    (tmp_path / "op.py").write_text("")
    os.utime(tmp_path / "op.py", (0, 0))  # a copy may have kept the time of what it is a copy of
    with pytest.raises(digest.Nameless):
        digest.sources(tmp_path)
