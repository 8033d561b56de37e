"""Tensor's methods, line by line: against what PyTorch makes of each, and traced against eager."""

import json
import runpy
from pathlib import Path

import numpy as np
import pytest

import nudge
from nudge import func, native
from nudge.errors import TraceError

GOLDENS = runpy.run_path(str(Path(__file__).parent / "goldens" / "tensor.py"))
RECORDED = json.loads(GOLDENS["FILE"].read_text())
LINES, VALUES, LOOKS, WRITES = (GOLDENS[name] for name in ("LINES", "VALUES", "LOOKS", "WRITES"))
CLOSE = {"rtol": 1e-8, "atol": 1e-9}
CLOSE32 = {"rtol": 2e-6, "atol": 2e-6}


def tensors(found):
    """Keep what is a tensor."""
    return [y for y in found if isinstance(y, nudge.Tensor)]


@pytest.mark.parametrize("line", LINES)
def test_each_line_is_as_pytorch_has_it(line):
    found, recorded = GOLDENS["report"](line, nudge), RECORDED[line]
    assert [y[:2] for y in found["y"]] == [y[:2] for y in recorded["y"]]
    for (kind, _, ours), (_, _, theirs) in zip(found["y"], recorded["y"], strict=True):
        np.testing.assert_allclose(ours, theirs, **CLOSE32 if "float32" in kind else CLOSE)
    assert set(found["grad"]) == set(recorded["grad"])
    for name, theirs in recorded["grad"].items():
        np.testing.assert_allclose(found["grad"][name], theirs, err_msg=f"gradient of {name}", **CLOSE)


def test_the_record_is_of_these_lines():
    assert list(RECORDED) == list(dict.fromkeys(LINES))


@pytest.mark.parametrize("line", VALUES + WRITES)
def test_each_line_maps_over_a_batch(line):
    if "t.zeros(" in line:
        line = line.replace("t.zeros(", "x.new_zeros(")
    names = GOLDENS["arrays"]()
    batch = [np.stack([a, a[..., ::-1] if a.ndim else a + 1]) for a in names.values()]

    def one(*xs):
        return tensors(GOLDENS["run"](line, nudge, {name: x.clone() for name, x in zip(names, xs, strict=True)}))

    expected = [one(*(nudge.tensor(each[k]) for each in batch)) for k in range(2)]
    together = func.vmap(one)(*map(nudge.tensor, batch))
    for k in range(2):
        for a, b in zip(expected[k], together, strict=True):
            assert (a.shape, a.dtype) == (b.shape[1:], b.dtype)
            rtol = 1e-6 if a.dtype == np.float32 else 1e-12
            np.testing.assert_allclose(b[k].detach().numpy(), a.detach().numpy(), rtol=rtol)


@pytest.mark.parametrize("line", LOOKS)
def test_a_line_that_looks_at_values_says_so_when_traced(line):
    names = GOLDENS["arrays"]()
    with pytest.raises(TraceError, match="traced"):
        native.build(
            lambda *xs: tensors(GOLDENS["run"](line, nudge, dict(zip(names, xs, strict=True)))),
            *map(nudge.tensor, names.values()),
        )
