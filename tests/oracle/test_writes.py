"""Random programs that write in place, on PyTorch and on nudge: the same values, gradients and refusals."""

import random

import numpy as np
import pytest
import torch

import nudge
from tests.writes import Program


def run(program, library):
    """Run a program and walk back; give the value and gradients, or None where the walk was refused."""
    leaves = [library.tensor(x, requires_grad=True) for x in program.leaves]
    total = program(library, library.tensor, *leaves)
    try:
        total.backward()
    except RuntimeError:
        return None
    return [total.item(), *(np.zeros(x.shape) if x.grad is None else x.grad.numpy() for x in leaves)]


@pytest.mark.parametrize("seed", range(150))
def test_a_program(seed):
    program = Program(random.Random(seed), 14)
    for theirs, ours in zip(run(program, torch), run(program, nudge), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-12)


def test_what_pytorch_accepts_is_accepted_and_what_it_refuses_is_refused():
    refused = apart = 0
    for seed in range(600):
        program = Program(random.Random(seed), 1 + seed % 6, spoils=True)
        theirs, ours = run(program, torch), run(program, nudge)
        refused += ours is None
        if theirs is None:
            apart += ours is not None
            continue
        for a, b in zip(theirs, ours, strict=True):
            np.testing.assert_allclose(b, a, rtol=1e-11, atol=1e-12)
    assert 100 < refused < 500
    # Where all that was there is overwritten, nudge drops its history, and so has nothing to refuse.
    assert apart < 5
