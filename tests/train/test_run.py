"""Runs on tables: what is understood, what is held out, what comes out, and that it can be had again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nudge
from nudge import Run, UsageError, nn
from nudge.config import TrainConfig
from nudge.data import Dataset, dataset
from nudge.io import json_line
from nudge.train import Evaluated, Finished, Results, Started, understood

QUICK: dict[str, Any] = {"epochs": 3, "hidden": (8,)}


def columns(n: int = 120, seed: int = 0) -> dict[str, Any]:
    """Make a table of every kind of column."""
    r = np.random.default_rng(seed)
    size = r.normal(size=n)
    town = r.choice(["oslo", "rome", "lima"], n)
    price = 100 + 20 * size + 10 * (town == "rome") + r.normal(size=n)
    return {
        "size": [None if k % 17 == 0 else x for k, x in enumerate(size)],
        "town": town.tolist(),
        "since": [f"2020-01-{1 + k % 28:02d}" for k in range(n)],
        "who": [f"p{k // 4}" for k in range(n)],
        "same": [1] * n,
        "price": price.tolist(),
        "dear": np.where(price > 100, "yes", "no").tolist(),
    }


def weights(run: Run) -> list[float]:
    return [x for p in run.model.parameters() for x in p.detach().reshape(-1).tolist()]


def few() -> Dataset:
    digits = dataset("digits")
    return Dataset("digits", digits.about, digits.table.take(slice(0, 200)), "digit", digits.image)


def test_a_run_tells_numbers_in_their_own_units() -> None:
    run = Run(columns(400), target="price", ignore=("dear", "who"), epochs=60).fit()
    result = run.results.targets[0]
    assert (result.task, result.metric, result.target) == ("regression", "r2", "price")
    assert run.score == result.score > 0.7
    assert result.interval[0] < result.score < result.interval[1] <= 1
    assert 0.5 < result.figures["mae"] < 5
    assert result.baselines["mean"] < 0.05
    told = run.predict(columns(50, seed=1))
    assert told.dtype == np.float64
    assert np.corrcoef(told, columns(50, seed=1)["price"])[0, 1] > 0.8


def test_a_run_tells_classes_in_words_with_probabilities() -> None:
    run = Run(columns(400), target="dear", ignore=("price", "who"), epochs=30).fit()
    assert run.score > 0.85
    new = columns(50, seed=1)
    assert set(run.predict(new)) == {"yes", "no"}
    probabilities = run.predict_proba(new)
    assert probabilities.shape == (50, 2)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    assert (np.array(["no", "yes"])[probabilities.argmax(axis=1)] == run.predict(new)).all()


def test_several_targets_are_told_at_once() -> None:
    run = Run(columns(400), target=("price", "dear"), ignore="who", epochs=60).fit()
    assert [result.metric for result in run.results.targets] == ["r2", "accuracy"]
    assert min(result.score for result in run.results.targets) > 0.8
    assert run.score == pytest.approx(np.mean([result.score for result in run.results.targets]))
    told = run.predict(columns(5, seed=1))
    assert list(told) == ["price", "dear"]
    assert run.predict_proba(columns(5, seed=1)).shape == (5, 2)


def test_the_same_seed_is_the_same_run_and_another_is_another() -> None:
    one, same, other = (Run(columns(), target="dear", seed=seed, dropout=0.2, **QUICK).fit() for seed in (1, 1, 2))
    assert weights(one) == weights(same) != weights(other)
    first, second = (json_line({**run.results.as_dict(), "seconds": 0}) for run in (one, same))
    assert first == second
    assert (one.parts.held_out == same.parts.held_out).all()


def test_first_weights_are_pytorchs_and_the_common_generator_is_left_alone() -> None:
    nudge.manual_seed(11)
    expected = nudge.randn(3).tolist()
    nudge.manual_seed(11)
    run = Run(few(), seed=5, hidden=(8,))
    assert nudge.randn(3).tolist() == expected
    nudge.manual_seed(5)
    model = nn.Sequential(nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 10))
    assert weights(run) == [x for p in model.parameters() for x in p.detach().reshape(-1).tolist()]


def test_what_is_held_out_changes_nothing_but_the_score() -> None:
    table = columns()
    run = Run(table, target="price", **QUICK)
    spoiled = {name: list(values) for name, values in table.items()}
    for row in run.parts.held_out:
        spoiled["size"][row], spoiled["town"][row], spoiled["price"][row] = -1e6, "oslo", 1e6
    other = Run(spoiled, target="price", **QUICK)
    assert run.data.features == other.data.features
    assert run.heads == other.heads
    assert list(run) == list(other)
    assert weights(run) == weights(other)
    assert run.score != other.score


def test_the_yardstick_is_not_bent_by_the_knobs() -> None:
    bad, good = (Run(few(), **knobs).fit() for knobs in ({"epochs": 1, "hidden": (2,), "lr": 1e-6}, QUICK))
    assert bad.results.targets[0].baselines == good.results.targets[0].baselines
    assert bad.results.targets[0].beaten is not None


def test_digits_are_learned_beyond_the_line() -> None:
    result = Run("digits", seed=100).fit().results.targets[0]
    assert result.score >= 0.96
    assert result.score > result.baselines["linear"] > result.baselines["commonest"]


def test_a_run_is_a_stream_of_events() -> None:
    run = Run(columns(), target="dear", **QUICK)
    with pytest.raises(UsageError, match="has not been trained yet"):
        _ = run.score
    events = list(run)
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Finished)
    assert sum(isinstance(event, Evaluated) for event in events) == 4
    assert run.score > 0


# -- what is understood ----------------------------------------------------------------------------


def test_it_says_what_it_understood() -> None:
    text = "\n".join(understood(Run(columns(), target="price", ignore="dear", **QUICK)))
    for part in (
        "120 rows, 7 columns",
        "size   number, 8 gaps",
        "gaps filled with the median, and flagged",
        "town   category: 3 words (lima, oslo, rome)",
        "a slot for each of 3 words",
        "trend, season, weekday",
        "dropped: constant",
        "target of a regression",
        "not looked at",
        "parts (seed 0): 76 to train on, 20 to choose by, 24 held out",
        "8 → 1, relu, dropout 0.1",
        "mse by adam, rate up to 0.01 and down again, batches of 128; 3 passes",
    ):
        assert part in text


def test_what_a_number_is_is_guessed_and_can_be_said() -> None:
    table = {"x": [k * 1.5 % 7 for k in range(40)], "y": [k % 2 for k in range(40)]}
    assert Run(table, target="y").heads[0].name == "classification"
    assert Run(table, target="y", task="regression").heads[0].name == "regression"
    assert Run(table, target="x").heads[0].name == "regression"
    assert Run({**table, "z": ["1", "2"] * 20}, target="y", type={"z": "category"}).data.types["z"].kind == "category"


def test_classes_of_numbers_are_in_order_and_in_words() -> None:
    table = {"x": [k * 1.5 % 7 for k in range(60)], "y": [(10, 2, 1.5)[k % 3] for k in range(60)]}
    run = Run(table, target="y", task="classification")
    assert run.heads[0].classes == ("1.5", "2", "10")


def test_rows_without_a_target_are_left_out_and_counted() -> None:
    table = columns()
    table["dear"][3] = table["dear"][4] = None
    run = Run(table, target="dear", **QUICK)
    assert run.data.notes == ("2 of 120 rows have no dear: left out",)
    assert not {3, 4} & {int(row) for part in run.parts for row in part}


def test_a_rare_class_is_noticed_and_can_be_given_weight() -> None:
    x = np.random.default_rng(0).normal(size=200)
    table = {"x": x, "y": ["rare" if k % 25 == 0 else "usual" for k in range(200)]}
    run = Run(table, target="y", class_weight="balanced")
    assert "y is unbalanced, rare is 3.1% of the examples" in run.data.notes[0]
    assert run.heads[0].weights == pytest.approx((128 / (2 * 4), 128 / (2 * 124)))


def test_parts_by_time_and_by_group() -> None:
    table = columns()
    run = Run(table, target="price", time="since", **QUICK)
    days = [int(day[-2:]) for day in table["since"]]
    latest = [max(days[row] for row in part) for part in run.parts]
    assert latest[0] < latest[1] < latest[2] == 28
    run = Run(table, target="price", split_by="who", **QUICK)
    groups = [{table["who"][row] for row in part} for part in run.parts]
    assert not groups[0] & groups[1]
    assert not groups[1] & groups[2]
    assert not groups[0] & groups[2]
    assert "who" not in run.data.types
    narrow = Run(table, target="price", **QUICK).fit().results.targets[0].interval
    assert run.fit().results.targets[0].interval != narrow


@pytest.mark.parametrize(
    ("knobs", "says"),
    [
        ({}, "which column is to be told from the others? give a target, one of: size, town, since"),
        ({"target": "prise"}, "there is no column prise; did you mean price?"),
        ({"target": ("price", "price")}, "named twice"),
        ({"target": "same"}, "target same is 1 in every row"),
        ({"target": "same", "task": "regression"}, "target same is 1 in all of the rows to train on"),
        ({"target": "since"}, "target since is a date"),
        ({"target": "town", "task": "regression"}, "target town is no number"),
        ({"target": "price", "loss": "hinge"}, "loss hinge: regression lowers one of mse, l1, huber"),
        ({"target": "town", "loss": "mse"}, "loss mse: classification lowers one of cross_entropy, hinge"),
        ({"target": "price", "ignore": "prise"}, "there is no column prise"),
        ({"target": "price", "time": "town"}, "time town is a category: expected a date or a number"),
        ({"target": "price", "time": "since", "split_by": "who"}, "either by split_by or by time"),
        ({"target": "price", "split_by": "same"}, "1 groups are too few"),
        ({"target": "price", "missing": "error"}, "column size has 8 gaps, the first in row 1"),
        ({"target": "price", "lr": -1}, "lr -1: expected"),
        ({"target": "price", "lrr": 1}, "there is no knob lrr; did you mean lr?"),
    ],
)
def test_what_cannot_be_is_said(knobs: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError) as error:
        Run(columns(), **knobs)
    assert says in str(error.value)


def test_two_rows_are_too_few_and_a_name_that_is_nothing_is_said() -> None:
    with pytest.raises(UsageError, match="2 examples are too few"):
        Run({"x": [1.0, 2.0], "y": ["a", "b"]}, target="y")
    with pytest.raises(UsageError, match="no file and no shipped set moon; did you mean moons?"):
        Run("moon")


# -- keeping ---------------------------------------------------------------------------------------


def test_a_run_comes_back_from_its_folder(tmp_path: Path) -> None:
    run = Run(columns(), target=("price", "dear"), dropout=0.1, **QUICK).fit()
    again = Run.load(run.save(tmp_path / "run"))
    new = columns(20, seed=3)
    assert again.predict(new)["price"].tolist() == run.predict(new)["price"].tolist()
    assert again.predict(new)["dear"].tolist() == run.predict(new)["dear"].tolist()
    assert json_line(again.results.as_dict()) == json_line(run.results.as_dict())
    assert again.config == run.config
    assert repr(again) == repr(run)
    with pytest.raises(UsageError, match="was loaded to predict"):
        again.fit()
    with pytest.raises(UsageError, match="does not hold its data"):
        _ = again.parts


def test_what_is_no_run_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no run's folder"):
        Run.load(tmp_path)
    folder = Run(columns(), target="dear", **QUICK).fit().save(tmp_path / "run")
    (folder / "preprocessing.json").write_text('{"columns": {}}')
    with pytest.raises(UsageError, match="is not what nudge writes"):
        Run.load(folder)
    (folder / "preprocessing.json").write_text("{")
    with pytest.raises(UsageError, match="is no JSON"):
        Run.load(folder)


def test_words_that_were_not_met_are_warned_of_and_missing_columns_are_named() -> None:
    run = Run(columns(), target="price", ignore=("dear", "who"), **QUICK).fit()
    new = columns(10)
    new["town"][2] = "paris"
    with pytest.warns(UserWarning, match=r"column town has words not met in training.*: paris \(1\)"):
        run.predict(new)
    del new["town"], new["size"]
    with pytest.raises(UsageError) as error:
        run.predict(new)
    assert "size" in str(error.value)
    assert "town" in str(error.value)


def test_results_go_through_json() -> None:
    results = Run(columns(), target="dear", **QUICK).fit().results
    text = json_line(results.as_dict())
    assert json_line(Results.from_dict(json.loads(text)).as_dict()) == text


def test_a_configuration_and_knobs_beside_it() -> None:
    run = Run(columns(), TrainConfig(target="dear", lr=0.5), lr=0.25)
    assert (run.config.target, run.config.lr) == (("dear",), 0.25)
