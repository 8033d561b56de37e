"""Reports as a browser sets them, with scripts turned off: what a phone shows, and what a wide screen does."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from nudge.report import Story, render
from tests.stories import STORIES

WIDTHS = {"phone": 400, "wide": 1200}
each_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)

# Of each picture its box, and of each of its texts.
MEASURE = """
() => {
    const sides = ({left, top, right, bottom}) => ({left, top, right, bottom});
    return [...document.querySelectorAll("svg[role]")].map(svg => ({
        box: sides(svg.getBoundingClientRect()),
        texts: [...svg.querySelectorAll("text")].map(
            text => ({text: text.textContent, ...sides(text.getBoundingClientRect())})),
    }));
}
"""
# What is cut off at the right without a way to scroll there.
CUT_OFF = """
() => [...document.querySelectorAll("main *")]
    .filter(one => !one.closest(".scroll, pre, svg"))
    .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
    .map(one => one.outerHTML.slice(0, 200))
"""
OPEN = "() => document.querySelectorAll('details').forEach(one => one.open = true)"


@pytest.fixture(scope="module", params=WIDTHS)
def opened(request: pytest.FixtureRequest, browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """Open a page without scripts, and note whatever its console says, and every request."""
    page = browser.new_page(java_script_enabled=False, viewport={"width": WIDTHS[request.param], "height": 900})
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("request", lambda asked: trouble.append(f"a request for {asked.url}"))
    yield page, trouble
    page.close()


@pytest.fixture
def screen(opened: tuple[Page, list[str]]) -> Iterator[Page]:
    """Give the page, on which trouble is an error of the test's."""
    page, trouble = opened
    yield page
    assert trouble == []


@each_story
def test_all_of_a_page_can_be_seen(screen: Page, story: Callable[[], Story]) -> None:
    screen.set_content(render(story()))
    screen.evaluate(OPEN)
    width = screen.viewport_size["width"] if screen.viewport_size else 0
    assert screen.evaluate("document.documentElement.scrollWidth") == width
    assert screen.evaluate(CUT_OFF) == []


@each_story
def test_texts_stay_in_their_pictures_and_apart(screen: Page, story: Callable[[], Story]) -> None:
    screen.set_content(render(story()))
    pictures = screen.evaluate(MEASURE)
    assert pictures
    for picture in pictures:
        box, texts = picture["box"], picture["texts"]
        assert box["right"] - box["left"] > 250
        for k, one in enumerate(texts):
            assert box["left"] - 1 <= one["left"], one
            assert one["right"] <= box["right"] + 1, one
            assert box["top"] - 1 <= one["top"], one
            assert one["bottom"] <= box["bottom"] + 1, one
            for other in texts[:k]:
                # Lines of type touch: a letter's box reaches above the letter and below it.
                apart = one["top"] >= other["bottom"] - 4 or other["top"] >= one["bottom"] - 4
                beside = one["left"] >= other["right"] or other["left"] >= one["right"]
                assert apart or beside, (one, other)


def test_a_page_is_dark_where_the_reader_wants_it(screen: Page) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    screen.set_content(render(STORIES[0]()))
    light = screen.evaluate(ground)
    screen.emulate_media(color_scheme="dark")
    dark = screen.evaluate(ground)
    screen.emulate_media(media="print")
    assert light == screen.evaluate(ground) != dark
