"""Sphinx: MyST pages; every warning is an error in `.ci/run`."""

from nudge.version import __version__ as release

project = "nudge"
author = "nudge contributors"
copyright = f"2026, {author}"
extensions = ["myst_parser"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"nudge {release}"
