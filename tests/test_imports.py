"""Importing nudge stays light: NumPy is enough to train, and nothing else is loaded until it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Whatever is neither Python's own nor NumPy looks as if it were not installed.
BLOCK = """
import sys

class Block:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top not in ("numpy", "nudge"):
            raise ModuleNotFoundError(f"No module named {name!r} (blocked)", name=name)

sys.meta_path.insert(0, Block())
"""

TRAIN = """
import nudge
from nudge import nn, optim

nudge.manual_seed(0)
x = nudge.randn(32, 2)
model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = optim.SGD(model.parameters(), lr=0.1)
losses = []
for _ in range(20):
    loss = ((model(x) - x[:, :1]) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
assert losses[-1] < losses[0] / 2, losses
"""

# What the interpreter loads at its start (an editable install, a site's customisation) is not nudge's doing, and what
# has no spec is no module of a file: Cython leaves such in sys.modules.
REPORT = """
import sys

before = set(sys.modules)
import {module}
loaded = {{name for name in set(sys.modules) - before if getattr(sys.modules[name], "__spec__", None)}}
print(*({{name.partition(".")[0] for name in loaded}} - sys.stdlib_module_names))
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    """Run a program in an interpreter of its own, warnings being errors."""
    return subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("module", ["rich", "llvmlite", "hypothesis"])
def test_the_block_blocks(module: str) -> None:
    done = run(f"{BLOCK}\nimport {module}")
    assert f"No module named {module!r} (blocked)" in done.stderr


def test_numpy_alone_is_enough_to_train() -> None:
    done = run(BLOCK + TRAIN)
    assert done.returncode == 0, done.stderr


def test_numpys_warnings_of_infinities_stay_numpys_own() -> None:
    done = run("import nudge; print(nudge.ones(1) / 0, nudge.tensor(-1.0).log())")
    assert (done.returncode, done.stdout) == (0, "tensor([inf]) tensor(nan)\n"), done.stderr
    assert "RuntimeWarning" in run("import nudge, numpy; numpy.ones(1) / 0").stderr


@pytest.mark.parametrize("module", ["nudge", "nudge.nn", "nudge.optim", "nudge.scalar", "nudge.func"])
def test_importing_loads_no_library_but_numpy(module: str) -> None:
    done = run(REPORT.format(module=module))
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == {"nudge", "numpy"}
