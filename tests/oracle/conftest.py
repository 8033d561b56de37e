"""The oracles, imported by name: where one is missing these tests fail, they never skip."""

import jax  # noqa: F401
import micrograd  # noqa: F401
import sklearn  # noqa: F401
import torch  # noqa: F401
