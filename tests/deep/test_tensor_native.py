"""Every line of the tensor's record, as machine code, twice over."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

import nudge
from nudge import native

GOLDENS = runpy.run_path(str(Path(__file__).parents[1] / "goldens" / "tensor.py"))


@pytest.mark.parametrize("line", GOLDENS["VALUES"] + GOLDENS["WRITES"])
def test_machine_code_gives_what_eager_does(line: str) -> None:
    names = GOLDENS["arrays"]()
    inputs = [nudge.tensor(a) for a in names.values()]

    def step(*xs: nudge.Tensor) -> list[nudge.Tensor]:
        found = GOLDENS["run"](line, nudge, {name: x.clone() for name, x in zip(names, xs, strict=True)})
        return [y for y in found if isinstance(y, nudge.Tensor)]

    expected = step(*inputs)
    if expected:
        built = native.build(step, *inputs)
        for found in (built(*inputs), built(*inputs)):
            for a, b in zip(expected, [found] if isinstance(found, nudge.Tensor) else found, strict=True):
                assert (a.shape, a.dtype) == (b.shape, b.dtype)
                rtol = 1e-6 if a.dtype == np.float32 else 1e-12
                np.testing.assert_allclose(b.detach().numpy(), a.detach().numpy(), rtol=rtol)
