"""What all tests share: how hard Hypothesis tries, and a cache of their own.

`NUDGE_HYPOTHESIS` names the profile: `dev` (a glance, the default), `ci` (the same examples every time) or `night`.
"""

from __future__ import annotations

import os
import signal
import tempfile

from hypothesis import settings

# A first call may compile, so no example has a deadline.
settings.register_profile("dev", deadline=None, max_examples=25)
settings.register_profile("ci", deadline=None, max_examples=50, derandomize=True, print_blob=True)
settings.register_profile("night", deadline=None, max_examples=5000)
settings.load_profile(os.environ.get("NUDGE_HYPOTHESIS", "ci" if os.environ.get("CI") else "dev"))

# Neither what is in the user's cache nor what these tests leave there may change anything; processes inherit it.
_CACHE = tempfile.TemporaryDirectory(prefix="nudge-tests-")
os.environ["NUDGE_CACHE_DIR"] = _CACHE.name

# A shell that runs this in its background ignores Ctrl-C, and so would all that it starts; some tests press it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
