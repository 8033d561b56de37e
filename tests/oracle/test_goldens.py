"""The recorded files are what the oracle says today."""

from __future__ import annotations

import runpy
from pathlib import Path

GOLDENS = Path(__file__).parents[1] / "goldens"


def test_promotion_is_as_recorded() -> None:
    script = runpy.run_path(str(GOLDENS / "promotion.py"))
    assert script["text"]() == script["FILE"].read_text()
