"""Sphinx: MyST pages and notebooks, which are run; every warning is an error in `.ci/run`."""

from nudge.version import __version__ as release

project = "nudge"
author = "nudge contributors"
copyright = f"2026, {author}"
extensions = ["myst_nb"]
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"nudge {release}"
