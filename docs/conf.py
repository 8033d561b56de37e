"""Sphinx: MyST pages, no generated stubs, every warning an error in `.ci/run`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from nudge.version import __version__ as release  # noqa: E402, F401

project = "nudge"
author = "nudge contributors"
copyright = f"2026, {author}"  # noqa: A001
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
# A doctest ends with an empty line, which the page need not show.
highlight_options = {"pycon": {"stripnl": True}, "python": {"stripnl": True}}
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["nudge.css"]
html_title = f"nudge {release}"
