"""Columns become numbers: by what the training part shows, and by nothing else."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudge import UsageError
from nudge.data import Features, Table, read_table
from nudge.data.features import BUCKETS, COMMON, MOST_WORDS


def table(**columns: Any) -> Table:
    return read_table(columns)


def test_a_number_is_centred_scaled_and_its_tails_bent() -> None:
    values = [0.0, 1.0, 2.0, 3.0, 4.0]
    made = Features.fit(table(x=values), ["x"])(table(x=[2.0, 4.0, 1e9]))
    z = np.array([0.0, 1.0, 1e9 / 2])
    assert np.allclose(made[:, 0], z / np.sqrt(1 + (z / 3) ** 2))
    assert made.max() <= 3


@given(st.lists(st.floats(-1e300, 1e300), min_size=2, max_size=30).filter(lambda v: min(v) < max(v)))
def test_whatever_the_numbers_what_comes_is_bounded(values: list[float]) -> None:
    made = Features.fit(table(x=values), ["x"])(table(x=values))
    assert np.isfinite(made).all()
    assert (np.abs(made) <= 3).all()


def test_a_gap_is_the_middle_and_raises_a_flag_only_where_training_had_gaps() -> None:
    features = Features.fit(table(x=[1.0, 2.0, 3.0, None], y=[1.0, 2.0, 3.0, 4.0]), ["x", "y"])
    assert features.labels == ("x", "x is missing", "y")
    made = features(table(x=[None, 3.0], y=[None, 2.5]))
    assert made[0].tolist() == [0, 1, 0]
    assert made[1].tolist()[1:] == [0, 0]


def test_a_category_has_a_slot_for_each_word_and_none_for_what_was_not_met() -> None:
    features = Features.fit(table(c=["b", "a", "b", None]), ["c"])
    assert features.labels == ("c = a", "c = b", "c is missing")
    new = table(c=["b", "new", None, "new"])
    assert features(new).tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 1], [0, 0, 0]]
    assert features.unseen(new) == {"c": {"new": 2}}


def test_a_gap_where_training_had_none_has_no_slot() -> None:
    features = Features.fit(table(c=["b", "a", "b"]), ["c"])
    assert features(table(c=["a", None])).tolist() == [[1, 0], [0, 0]]


def test_of_very_many_words_the_rare_ones_are_hashed_alike_in_every_table() -> None:
    common, rare = [f"c{k}" for k in range(3)] * COMMON, [f"w{k}" for k in range(MOST_WORDS)]
    features = Features.fit(table(c=common + rare), ["c"])
    assert len(features.labels) == 3 + BUCKETS
    assert features.labels[:3] == ("c = c0", "c = c1", "c = c2")
    assert features.parts[0].says() == f"a slot for each of 3 words; rarer words share {BUCKETS}"
    one, other = features(table(c=["w7", "zzz"])), features(table(c=["aaa", "w7"]))
    assert one[:, 3:].sum(axis=1).tolist() == [1, 1]
    assert (one[0] == other[1]).all()
    assert not features.unseen(table(c=["zzz"]))


def test_a_moment_has_trend_season_weekday_and_hour() -> None:
    days = read_table({"d": ["2024-01-01", "2024-07-01", "2024-12-31"]})
    features = Features.fit(days, ["d"])
    monday = features(days)[0]
    assert len(features.labels) == 10
    assert monday[features.labels.index("d weekday 0")] == 1
    assert np.isclose(monday[1] ** 2 + monday[2] ** 2, 1)
    timed = read_table({"d": ["2024-01-01 06:00:00", "2024-01-02 18:00:00", None]})
    features = Features.fit(timed, ["d"])
    made = features(timed)
    assert features.labels[-3:] == ("d day sin", "d day cos", "d is missing")
    assert np.allclose(made[:, -3:], [[1, 0, 0], [-1, 0, 0], [0, 0, 1]], atol=1e-6)
    assert not made[2, :-1].any()


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([5.0] * 12, "constant"),
        (["same"] * 12, "constant"),
        ([None] * 12, "all gaps"),
        (list(range(12)), "a counter of the rows"),
        (list(range(40, 16, -2)), "a counter of the rows"),
        ([f"name {k}" for k in range(12)], "another word in every row"),
    ],
)
def test_what_tells_nothing_is_dropped_and_it_is_said_why(values: list[Any], why: str) -> None:
    other = np.random.default_rng(0).normal(size=12)
    features = Features.fit(table(x=values, other=other), ["x", "other"])
    assert features.dropped == {"x": why}
    assert features.labels == ("other",)


@pytest.mark.parametrize(
    "values",
    [
        [3, 1, 2, 4, 6, 5, 8, 7, 10, 9, 12, 11],  # whole and all different, but in no order
        [0.5 * k for k in range(12)],
        [None, *[5.0] * 11],  # whether it is there may tell something
        [k * 1000 for k in range(12)],
    ],
)
def test_what_may_tell_something_is_kept(values: list[Any]) -> None:
    assert not Features.fit(table(x=values), ["x"]).dropped


def test_nothing_left_is_an_error_that_says_why() -> None:
    with pytest.raises(UsageError, match=r"no column is left to learn from \(a: constant; b: all gaps\)"):
        Features.fit(table(a=[1, 1], b=[None, None]), ["a", "b"])
    with pytest.raises(UsageError, match="there is none beside the target"):
        Features.fit(table(a=[1, 2]), [])


def test_pixels_stay_together() -> None:
    features = Features.fit(table(p=[0.0, 0.0], q=[0.0, 16.0]), ["p", "q"], scale=16.0)
    assert features(table(p=[8.0], q=[16.0])).tolist() == [[0.5, 1.0]]


def test_features_go_through_json() -> None:
    rows = table(n=[1.0, 2.0, None], c=["a", "b", None], d=["2020-01-01", "2021-01-01", None], t=["x", "y", "x"])
    features = Features.fit(rows, ["n", "c", "d", "t"])
    again = Features.from_dict(json.loads(json.dumps(features.as_dict())))
    assert again == features
    assert (again(rows) == features(rows)).all()
    assert sum(place.stop - place.start for place in again.slices.values()) == len(again.labels)
