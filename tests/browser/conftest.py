"""A page of a headless Chromium; where there is none these tests fail, they never skip."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the Chromium that `CHROMIUM` names, or Debian's."""
    program = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    with sync_playwright() as playwright:
        # Chromium refuses its sandbox to root, which is who CI runs as.
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a page on which an error of its scripts, or a request of any kind, is an error of the test's."""
    opened = browser.new_page()
    trouble: list[str] = []
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    opened.on("request", lambda request: trouble.append(f"a request for {request.url}"))
    yield opened
    opened.close()
    assert trouble == []
