"""Charts as SVG: round ticks, scales, a plot with its axes, and marks to put on it.

A plot is 360 units wide, about as many as it has pixels on a phone and in a row of three on a wide page, so that its
letters keep their size. Colours are the page's: a mark names its kind, and `style.css` says how that looks.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..see.svg import at, columns, cut, short, write
from ..words import MINUS
from .markup import number, power, quoted

Array = NDArray[Any]
WIDTH, HEIGHT = 360.0, 250.0
LETTER = 7.4  # the width of one, generously
TOP, RIGHT, BOTTOM = 22.0, 20.0, 40.0  # the space around a plot, in which ticks and labels stand
BAR, BAR_ROW = 8.0, 34.0  # how thick a bar is, and how high with the text above it
LARGEST = 1e300  # beyond it, differences overflow
MOST_IN_LABEL = 40


# -- numbers on a line -----------------------------------------------------------------------------


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Choose round numbers in a range: multiples of 1, 2 or 5 times a power of ten.

    >>> ticks(0.0, 10.0), ticks(-3e-12, 4e-12, 3)
    ([0.0, 2.0, 4.0, 6.0, 8.0, 10.0], [-2e-12, 0.0, 2e-12, 4e-12])
    """
    size = 10.0 ** math.floor(math.log10((high - low) / about))
    step = min((size, 2 * size, 5 * size, 10 * size), key=lambda step: abs((high - low) / step - about))
    return [k * step for k in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def powers(low: float, high: float) -> list[float]:
    """Choose ticks of a logarithmic range: powers of ten, or some; 2 and 5 where these are few.

    >>> powers(0.03, 30), powers(1.0, 1e12), powers(0.1, 0.6)
    ([0.1, 1.0, 10.0], [1.0, 1000.0, 1000000.0, 1000000000.0, 1000000000000.0], [0.1, 0.2, 0.5])
    """
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    every = max(1, math.ceil((last - first) / 5))
    factors = (1, 2, 5) if last - first <= 2 else (1,)
    found = [factor * 10.0**k for k in range(first, last + 1, every) for factor in factors]
    return [value for value in found if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]


def labelled(values: Sequence[float], share: bool = False) -> tuple[list[str], str]:
    """Write ticks alike, with the decimals they need; where they are long, a power of ten is set apart.

    >>> labelled([0.0, 0.5, 1.0]), labelled([0.0, 0.25], share=True), labelled([-2e6, 0.0, 2e6])
    ((['0.0', '0.5', '1.0'], ''), (['0%', '25%'], ''), (['−2', '0', '2'], '×10⁶'))
    """
    largest = max(map(abs, values), default=0.0)
    exponent, unit = 0, "%" if share else ""
    if share:
        values = [100 * value for value in values]
    elif largest and not 1e-3 <= largest < 1e6:
        exponent = math.floor(math.log10(largest) + 1e-9)
        values = [value / 10.0**exponent for value in values]
    gap = min(np.diff(values), default=largest or 1.0)
    decimals = next((d for d in range(12) if all(abs(v - round(v, d)) <= 1e-4 * gap for v in values)), 12)
    texts = [f"{round(value, decimals) + 0.0:,.{decimals}f}{unit}".replace("-", MINUS) for value in values]
    return texts, f"×{power(exponent)}" if exponent else ""


def finite(values: Any) -> Array:
    """Give the numbers that can be drawn, float64 (n,)."""
    numbers = np.asarray(values, np.float64).ravel()
    return numbers[np.abs(numbers) < LARGEST]


@dataclass(frozen=True)
class Axis:
    """What an axis shows: a range of numbers, and what they are."""

    low: float
    high: float
    label: str = ""
    log: bool = False
    share: bool = False  # written in percent
    whole: bool = False  # has ticks at whole numbers only

    @classmethod
    def of(
        cls, values: Any, label: str = "", *, log: bool = False, share: bool = False, whole: bool = False,
        room: float = 0.05,
    ) -> Axis:
        """Make an axis that has all values that can be drawn, and some room; (0, 1) where there are none."""
        numbers = finite(values)
        low, high = (float(numbers.min()), float(numbers.max())) if len(numbers) else (0.0, 1.0)
        if log:
            low, high = math.log10(low), math.log10(high)
        largest = max(abs(low), abs(high))
        if high - low > 1e-6 * largest:
            room *= high - low
        else:  # numbers that are as good as equal are no reason to look closer
            room = 0.1 * largest or 0.5
        low, high = low - room, high + room
        return cls(*((10**low, 10**high) if log else (low, high)), label, log, share, whole)

    def ticks(self, about: int = 5) -> tuple[list[float], list[str], str]:
        """Choose round numbers on it; give them, their labels, and the power of ten that these are in."""
        found = powers(self.low, self.high) if self.log else ticks(self.low, self.high, about)
        if self.log:
            return found, [number(value).removeprefix("1×") for value in found], ""
        found = [value for value in found if value == round(value)] if self.whole else found
        return found, *labelled(found, self.share)


class Scale(NamedTuple):
    """Where an axis' numbers lie: its low end at `start`, its high end at `end`."""

    axis: Axis
    start: float
    end: float

    def __call__(self, values: Any) -> Array:
        """Give places, float64, of values."""
        numbers, low, high = np.asarray(values, np.float64), self.axis.low, self.axis.high
        if self.axis.log:
            numbers, low, high = np.log10(np.maximum(numbers, 1e-300)), math.log10(low), math.log10(high)
        return self.start + (numbers - low) / (high - low) * (self.end - self.start)


# -- the plot --------------------------------------------------------------------------------------


class Plot:
    """A picture with two axes, being drawn: marks are added one above the other, and cut off at its edges.

    `says` describes the picture to those who do not see it.
    """

    def __init__(self, says: str, x: Axis, y: Axis, *, height: float = HEIGHT) -> None:
        """Draw the axes, with as much space at the left as the numbers there take."""
        self.says, self.height, self.marks = says, height, list[str]()
        values, texts, unit = y.ticks()
        self.left = 10 + LETTER * max(map(columns, texts), default=0)
        self.right, self.top, self.bottom = WIDTH - RIGHT, TOP if y.label or unit else 8.0, height - BOTTOM
        self.x, self.y = Scale(x, self.left, self.right), Scale(y, self.bottom, self.top)
        self.axes = [write(0, 11, titled(y.label, unit), "label")]
        for text, place in zip(texts, self.y(values), strict=True):
            self.axes += [line(self.left, place, self.right, place, "grid")]
            self.axes += [write(self.left - 7, place + 4, text, "end")]
        values, texts, unit = next(found for found in map(x.ticks, range(7, 0, -1)) if self._fit(found[1]))
        for text, place in zip(texts, self.x(values), strict=True):
            self.axes += [line(place, self.bottom, place, self.bottom + 4, "axis")]
            self.axes += [write(place, self.bottom + 17, text, "middle")]
        self.axes += [line(self.left, self.bottom, self.right, self.bottom, "axis")]
        self.axes += [write((self.left + self.right) / 2, height - 5, titled(x.label, unit), "label middle")]

    def _fit(self, labels: Sequence[str]) -> bool:
        """Tell whether labels find room beside each other below the plot."""
        widest = max(map(columns, labels), default=0)
        return len(labels) <= 2 or len(labels) * LETTER * (widest + 1) < self.right - self.left

    def line(self, xs: Any, ys: Any, kind: str) -> None:
        """Draw a line through points, broken where one of them is no number."""
        pen, path = "M", []
        for x, y in zip(self.x(xs), self.y(ys), strict=True):
            if good := abs(x) < LARGEST and abs(y) < LARGEST:
                path.append(pen + at(x, y))
            pen = "L" if good else "M"
        self.marks.append(f'<path class="line {kind}" d="{"".join(path)}"/>')

    def dots(self, xs: Any, ys: Any, kind: str, size: float = 0.0) -> None:
        """Draw points, all of them one mark; `size`: across, where it is not their kind's."""
        places = zip(self.x(xs), self.y(ys), strict=True)
        own = f' style="stroke-width:{short(size)}"' if size else ""
        self.marks.append(f'<path class="dots {kind}"{own} d="{"".join(f"M{at(x, y)}h0" for x, y in places)}"/>')

    def whiskers(self, xs: Any, lows: Any, highs: Any) -> None:
        """Draw upright intervals, all of them one mark."""
        places = zip(self.x(xs), self.y(lows), self.y(highs), strict=True)
        path = "".join(f"M{at(x - 3, low)}h6m-3,0V{short(high)}m-3,0h6" for x, low, high in places)
        self.marks.append(f'<path class="whisker" d="{path}"/>')

    def boxes(self, lefts: Any, rights: Any, lows: Any, highs: Any, kind: str) -> None:
        """Draw upright boxes, all of them one mark."""
        sides = zip(self.x(lefts), self.x(rights), self.y(lows), self.y(highs), strict=True)
        path = "".join(
            f"M{at(left, low)}H{short(right)}V{short(high)}H{short(left)}z" for left, right, low, high in sides
        )
        self.marks.append(f'<path class="{kind}" d="{path}"/>')

    def svg(self) -> str:
        """Write the picture."""
        slack = 5.0  # marks have a thickness
        x, y = short(self.left - slack), short(self.top - slack)
        w, h = short(self.right - self.left + 2 * slack), short(self.bottom - self.top + 2 * slack)
        inner = f'<svg x="{x}" y="{y}" width="{w}" height="{h}" viewBox="{x} {y} {w} {h}">{"".join(self.marks)}</svg>'
        return picture(self.says, self.height, [*self.axes, inner])


def titled(label: str, unit: str) -> str:
    """Write what an axis shows, with its power of ten."""
    label = cut(label, MOST_IN_LABEL)
    return f"{label} ({unit})" if label and unit else label or unit


def line(x: float, y: float, x2: float, y2: float, kind: str) -> str:
    """Draw a straight line."""
    return f'<path class="{kind}" d="M{at(x, y)}L{at(x2, y2)}"/>'


def picture(says: str, height: float, parts: Iterable[str]) -> str:
    """Write a picture of such parts."""
    return (
        f'<svg role="img" aria-label="{quoted(says)}" viewBox="0 0 {short(WIDTH)} {short(height)}">'
        f"{''.join(parts)}</svg>"
    )


# -- bars ------------------------------------------------------------------------------------------


class Bar(NamedTuple):
    """A bar that starts at 0, its name and number above it, and how sure the number is."""

    name: str
    value: float
    text: str
    low: float = math.nan
    high: float = math.nan
    kind: str = ""


def bars(says: str, rows: Sequence[Bar], low: float, high: float) -> str:
    """Draw bars below each other, from 0 in the range low to high; what leaves the range ends at its edge."""
    scale = Scale(Axis(low, high), 0.0, WIDTH)
    zero = float(scale(0.0))
    parts = []
    for k, row in enumerate(rows):
        top = k * BAR_ROW
        name = cut(row.name, int(WIDTH / LETTER) - columns(row.text) - 3)
        middle = top + 23
        parts.append(write(0, top + 13, name, f"name {row.kind}"))
        parts.append(write(WIDTH, top + 13, row.text, f"name end {row.kind}"))
        parts.append(line(0, middle, WIDTH, middle, "track"))
        value, least, most = scale(np.clip([row.value, row.low, row.high], low, high))
        if math.isfinite(value):
            start, length = min(zero, value), abs(value - zero)
            parts.append(
                f'<rect class="bar {row.kind}" x="{short(start)}" y="{short(middle - BAR / 2)}" '
                f'width="{short(length)}" height="{short(BAR)}"/>'
            )
        if least < most:
            ends = f"M{at(least, middle - 5)}v10M{at(most, middle - 5)}v10"
            parts.append(f'<path class="whisker" d="M{at(least, middle)}H{short(most)}{ends}"/>')
        if low < 0 < high:
            parts.append(line(zero, middle - 6, zero, middle + 6, "axis"))
    return picture(says, BAR_ROW * len(rows), parts)
