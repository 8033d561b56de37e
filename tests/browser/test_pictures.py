"""Pictures as a browser sets them: what no count of characters can tell, since letters have the widths of a font."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

import nudge
from nudge.scalar import MLP, Value
from nudge.see import draw


def neuron() -> Value:
    x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(6.9, label="b")
    return (x * w + b).tanh()


def names_of_every_length_and_width() -> Value:
    long = Value(1.0, label="a_name_that_goes_on_for_longer_than_any_card")
    wide = Value(2.0, label="HIDDEN_WEIGHTS")
    other = Value(3.0, label="ширина重み")
    return long * wide + other


def numbers_of_every_length() -> Value:
    total = Value(-1.2345678901234567e-300, label="tiny")
    for number in (-9.87654321e250, 123456789.0, -0.000123456, math.inf, math.nan):
        total = total + Value(number)
    return total


def network() -> Value:
    output = MLP(2, [3, 1])([1.0, -2.0])
    assert isinstance(output, Value)
    return output


def tensors() -> nudge.Tensor:
    x = nudge.ones(64, 784)
    w = nudge.ones(784, 10, requires_grad=True)
    return (x @ w).tanh().mean()


PICTURES = [neuron, names_of_every_length_and_width, numbers_of_every_length, network, tensors]

# Each text beside the box it stands in: the rectangle of its group, or the whole picture.
MEASURE = """
() => [...document.querySelectorAll("svg text")].map(text => {
    const box = text.closest("g")?.querySelector("rect") ?? document.querySelector("svg .paper");
    const sides = ({left, top, right, bottom}) => ({left, top, right, bottom});
    return {text: text.textContent, at: sides(text.getBoundingClientRect()), box: sides(box.getBoundingClientRect())};
})
"""


@pytest.mark.parametrize("picture", PICTURES)
def test_every_text_stays_in_its_box(page: Page, picture: Callable[[], Value | nudge.Tensor]) -> None:
    page.set_content(draw(picture()).svg)
    texts = page.evaluate(MEASURE)
    assert len(texts) > 5
    for text in texts:
        at, box = text["at"], text["box"]
        assert box["left"] <= at["left"], text
        assert at["right"] <= box["right"], text
        assert box["top"] <= at["top"], text
        assert at["bottom"] <= box["bottom"], text


@pytest.mark.parametrize("picture", PICTURES)
def test_no_text_lies_on_another(page: Page, picture: Callable[[], Value | nudge.Tensor]) -> None:
    page.set_content(draw(picture()).svg)
    texts = page.evaluate(MEASURE)
    for k, one in enumerate(texts):
        for other in texts[:k]:
            # Lines of type touch: a letter's box reaches above the letter and below it.
            below = one["at"]["top"] >= other["at"]["bottom"] - 4 or other["at"]["top"] >= one["at"]["bottom"] - 4
            beside = one["at"]["left"] >= other["at"]["right"] or other["at"]["left"] >= one["at"]["right"]
            assert below or beside, (one, other)
