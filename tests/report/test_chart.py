"""Round ticks, axes and the marks on a plot."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudge.report.chart import Axis, Bar, Plot, Scale, bars, labelled, ticks
from nudge.report.curves import MOST_POINTS, thinned
from nudge.report.markup import number

numbers = st.floats(-1e15, 1e15).map(lambda x: x if abs(x) > 1e-15 else 0.0)


@given(st.lists(numbers, min_size=1, max_size=20))
def test_an_axis_has_all_numbers_and_a_few_round_ticks(values: list[float]) -> None:
    axis = Axis.of(values)
    assert axis.low < min(values) <= max(values) < axis.high
    found, labels, _ = axis.ticks()
    assert 2 <= len(found) <= 9
    assert all(axis.low - 1e-6 * abs(axis.low) <= tick <= axis.high + 1e-6 * abs(axis.high) for tick in found)
    assert len({*labels}) == len(labels)


@given(st.lists(st.floats(1e-30, 1e30), min_size=1, max_size=20))
def test_a_logarithmic_axis_has_all_numbers(values: list[float]) -> None:
    axis = Axis.of(values, log=True)
    assert 0 < axis.low < min(values) <= max(values) < axis.high
    assert len(axis.ticks()[0]) <= 9


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9), st.integers(1, 8))
def test_ticks_are_about_as_many_as_asked_for(low: float, width: float, about: int) -> None:
    assert about / 2 - 1 <= len(ticks(low, low + width, about)) <= 2 * about + 1


def test_numbers_that_are_as_good_as_equal_are_not_looked_at_closely() -> None:
    for values in ([7.0], [7.0, 7.0 + 1e-9], [-7.0]):
        axis = Axis.of(values)
        assert axis.high - axis.low == pytest.approx(1.4)
    assert (Axis.of([0.0]).low, Axis.of([math.nan, math.inf]).low) == (-0.5, -0.05)


def test_passes_are_whole() -> None:
    assert Axis.of([0, 1, 2], whole=True, room=0.0).ticks()[0] == [0.0, 1.0, 2.0]


def test_labels_that_would_be_long_have_their_power_of_ten_apart() -> None:
    assert labelled([0.0, 2e12, 4e12]) == (["0", "2", "4"], "×10¹²")
    assert labelled([-1e-12, 0.0, 1e-12]) == (["−1", "0", "1"], "×10⁻¹²")
    assert labelled([0.0, 50_000.0]) == (["0", "50,000"], "")
    assert labelled([0.0, 0.125], share=True) == (["0.0%", "12.5%"], "")


def test_a_scale_goes_from_end_to_end() -> None:
    assert Scale(Axis(10.0, 20.0), 300.0, 100.0)([10, 15, 20]).tolist() == [300.0, 200.0, 100.0]
    assert Scale(Axis(1.0, 100.0, log=True), 0.0, 100.0)([1, 10, 100]).tolist() == [0.0, 50.0, 100.0]


def test_a_line_breaks_where_there_is_no_number() -> None:
    plot = Plot("a line", Axis(0.0, 4.0), Axis(0.0, 1.0))
    plot.line(range(5), [0.0, 1.0, math.nan, 0.0, math.inf], "training")
    path = re.findall('class="line training" d="(.*?)"', plot.svg())[0]
    assert re.findall("[ML]", path) == ["M", "L", "M"]


def test_a_long_curve_keeps_its_spikes() -> None:
    xs = np.arange(5000.0)
    ys = np.where(xs == 1234, 9.0, np.where(xs % 7 == 0, math.nan, 0.0))
    x, y = thinned(xs, ys)
    assert len(x) <= MOST_POINTS
    assert np.all(np.diff(x) >= 0)
    assert x[np.nanargmax(y)] == 1234


def test_bars_end_at_the_edge_of_their_range() -> None:
    drawn = bars("bars", [Bar("far off", -50.0, "−50"), Bar("fine", 0.5, "0.5", 0.4, 0.6)], -1.0, 1.0)
    boxes = [(float(x), float(w)) for x, w in re.findall('<rect class="bar ?" x="(.*?)" .*?width="(.*?)"', drawn)]
    assert boxes == [(0.0, 180.0), (180.0, 90.0)]


@given(st.floats())
def test_any_number_is_short(x: float) -> None:
    assert 0 < len(number(x)) <= 14
