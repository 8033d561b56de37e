"""The whole page, for runs of every kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from nudge.report import Story, render, write
from nudge.report.page import STYLE
from nudge.report.told import story_of
from nudge.train import Run, RunFolder
from tests.stories import NASTY, STORIES, diverged, drawn, nasty_names, of_classes, several_targets, three_classes, told

each_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
CSS = STYLE.read_text("utf-8")


def parsed(page: str) -> Element:
    """Read a page as XML, which is stricter than HTML: it fails where a tag is left open or a text is not escaped."""
    assert page.startswith("<!doctype html>\n")
    return ElementTree.fromstring(page.removeprefix("<!doctype html>\n"))


def words(element: Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


@each_story
def test_a_page_is_well_formed_and_needs_nothing_else(story: Callable[[], Story]) -> None:
    page = render(story())
    assert len(page.encode()) < 400_000
    for element in parsed(page).iter():
        assert element.tag not in ("script", "img", "iframe", "object", "use", "image")
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name not in ("src", "href") or value == "data:,"
            assert "url(" not in value
    assert "url(" not in CSS
    assert "@import" not in CSS


@each_story
def test_the_same_story_gives_the_same_page(story: Callable[[], Story]) -> None:
    assert render(story()) == render(story())


@each_story
def test_every_place_in_a_picture_is_a_number(story: Callable[[], Story]) -> None:
    for element in parsed(render(story())).iter():
        for name in ("d", "x", "y", "width", "height", "viewBox", "style"):
            assert not re.search("nan|inf|None", element.get(name, ""))


@each_story
def test_what_is_seen_is_also_said(story: Callable[[], Story]) -> None:
    root = parsed(render(story()))
    levels = [int(element.tag[1]) for element in root.iter() if re.fullmatch("h[1-6]", element.tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
    for parent in root.iter():
        for svg in parent.findall("svg"):
            named = svg.get("role") == "img" and len(svg.get("aria-label", "")) > 10
            assert named or svg.get("aria-hidden") == "true" or parent.tag == "svg"
    for row in root.iter("tr"):
        assert any(cell.tag == "th" and cell.get("scope") for cell in row)


@each_story
def test_every_mark_has_a_look(story: Callable[[], Story]) -> None:
    known = set(re.findall(r"\.([a-z][a-z0-9]*)", CSS))
    for svg in parsed(render(story())).iter("svg"):
        for element in svg.iter():
            assert {*element.get("class", "").split()} <= known
            assert element.tag in ("svg", "g", "text") or element.get("class")


def test_nasty_names_are_texts() -> None:
    root = parsed(render(nasty_names()))
    cells = {cell.text for cell in root.iter("td")}
    assert NASTY[0] in cells
    assert NASTY[1] in cells
    assert NASTY[3] in cells
    assert "two\nlines��" in cells


def test_it_says_where_a_simpler_answer_is_as_good() -> None:
    truth, said = drawn(120, 3)
    for linear, words_of in ((0.99, "does no better"), (0.9, "but by less than"), (0.5, "Clearly ahead")):
        result = of_classes(truth, said, ("a", "b", "c"), score=0.92, interval=(0.85, 0.96),
                            baselines={"commonest": 0.4, "linear": linear})  # fmt: skip
        assert words_of in words(parsed(render(told([result]))))
    equal = of_classes(truth, said, ("a", "b", "c"), score=0.4, baselines={"commonest": 0.4})
    assert "does no better" in words(parsed(render(told([equal]))))


def test_it_shows_the_score_and_what_it_must_beat() -> None:
    story = three_classes()
    result = story.results.targets[0]
    said = words(parsed(render(story)))
    low, high = result.interval
    assert f"{result.score:.1%} of the answers are right 95% sure: {low:.1%} to {high:.1%}, on 120 examples" in said
    for value in result.baselines.values():
        assert f"{value:.1%}" in said


def test_each_target_has_a_section() -> None:
    titles = [element.text for element in parsed(render(several_targets())).iter("h2")]
    assert titles[:5] == [
        "sold", "price", "How it learned", "sold: where it is right and wrong", "price: how far off it is",
    ]  # fmt: skip


def test_a_run_without_a_score_says_so() -> None:
    said = words(parsed(render(diverged())))
    assert "There is no score" in said
    assert "27 answers of 30 cannot be drawn" in said


def test_knobs_that_differ_come_first() -> None:
    root = parsed(render(three_classes()))
    folded = {words(cell) for details in root.iter("details") for cell in details.iter("th")}
    assert "seed" in folded
    assert "lr" not in folded
    assert "lr" in {words(cell) for cell in root.iter("th")}


# -- colours ---------------------------------------------------------------------------------------


def palettes() -> list[dict[str, str]]:
    light, dark = (dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", part)) for part in CSS.split("@media screen")[:2])
    assert light.keys() == dark.keys()
    return [light, dark]


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", palettes(), ids=["light", "dark"])
def test_texts_and_marks_stand_out(colours: dict[str, str]) -> None:
    for ground in ("paper", "raised"):
        for ink in ("ink", "soft"):
            assert contrast(colours[ink], colours[ground]) >= 4.5  # WCAG's AA
    assert contrast(colours["warn-ink"], colours["warn"]) >= 4.5
    for mark in ("blue", "orange", *(f"c{k}" for k in range(8))):
        assert contrast(colours[mark], colours["paper"]) >= 3
    for step in range(7):
        assert contrast(colours["ink"], colours[f"s{step}"]) >= 1.2


# -- from a run ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    run = Run("moons", hidden=(4,), epochs=3, lr=0.02)
    kept = RunFolder(run, parent=tmp_path_factory.mktemp("some runs"))
    run.fit()
    kept.finish()
    return kept


def test_a_run_tells_its_story(folder: RunFolder) -> None:
    story = story_of(folder.run, folder.path, folder.history, datetime(2025, 5, 3, 14, 2))
    assert (story.title, story.made) == ("class, told from moons", "3 May 2025, 14:02")
    assert [name for name, _, _ in story.columns] == ["x", "y", "class"]
    assert story.network == [("Linear, 2 → 4", 12), ("ReLU()", 0), ("Dropout(p=0.1)", 0), ("Linear, 4 → 2", 10)]
    assert {name for name, value, default in story.knobs if value != default} == {"hidden", "epochs", "lr"}
    assert f"nudge predict '{folder.path}' new.csv" in dict(story.usage).values()
    assert story.boundary is not None


def test_a_report_is_written_into_the_folder(folder: RunFolder) -> None:
    page = write(folder.run, folder.path, folder.history)
    assert page == Path(folder.path) / "report.html"
    said = words(parsed(page.read_text("utf-8")))
    for title in ("How it learned", "What it answers where", "Which is taken for which", "What it looks at most"):
        assert title in said
