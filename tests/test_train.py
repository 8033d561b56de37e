"""Runs: what is kept, and that a seed means a result."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nudge
from nudge import io, nn
from nudge.config import TrainConfig
from nudge.data import Dataset, Examples, dataset
from nudge.train import (
    Best,
    Checkpoint,
    Classification,
    Experiment,
    Loop,
    RunFolder,
    mlp,
)  # fmt: skip

TASK = Classification(("left", "right"))


def sides(n: int = 40, seed: int = 0) -> Examples:
    """Points left and right of a line."""
    x = np.random.default_rng(seed).uniform(-1, 1, (n, 2)).astype(np.float32)
    return Examples(nudge.tensor(x), nudge.tensor((x[:, 0] > 0).astype(np.int64)))


def small(**settings: Any) -> Loop:
    """Make a run of a small network on two sides of a line."""
    watchers = settings.pop("watchers", ())
    nudge.manual_seed(settings.get("seed", 0))
    config = TrainConfig(**{"epochs": 4, "batch_size": 16, "lr": 0.1, "checkpoint_every": 2} | settings)
    return Loop(mlp((2, 4, 2)), TASK, sides(), sides(20, seed=1), config, watchers=watchers)


def weights(model: nn.Module) -> list[float]:
    return [x for p in model.parameters() for x in p.detach().reshape(-1).tolist()]


def test_scores_of_a_classification() -> None:
    outputs, targets = nudge.tensor([[2.0, 1.0], [0.0, 3.0], [1.0, 0.0]]), nudge.tensor([0, 1, 1])
    assert TASK.score(outputs, targets) == pytest.approx(2 / 3)
    assert TASK.commonest(nudge.tensor([1, 1, 0]), targets) == pytest.approx(2 / 3)
    smoothed = Classification(("left", "right"), label_smoothing=0.2)
    assert smoothed.loss(outputs, targets).item() == TASK.loss(outputs, targets).item()
    assert smoothed.objective(outputs, targets).item() != TASK.objective(outputs, targets).item()


# -- the folder ------------------------------------------------------------------------------------


def test_a_folder_holds_the_best_weights_the_configuration_and_the_log(tmp_path: Path) -> None:
    run = small(epochs=4)
    folder = RunFolder(run.best, "sides", {"knobs": run.config.as_dict()}, tmp_path / "runs")
    run.watchers.append(folder)
    run.fit()
    assert sorted(os.listdir(folder.path)) == ["config.json", "log.jsonl", "weights.safetensors"]
    config = json.loads((folder.path / "config.json").read_text())
    assert TrainConfig.from_dict(config["knobs"]) == run.config
    again = mlp((2, 4, 2))
    again.load_state_dict(io.load(folder.path / "weights.safetensors"))
    assert weights(again) == weights(run.model)
    log = [json.loads(line) for line in (folder.path / "log.jsonl").read_text().splitlines()]
    assert [entry["event"] for entry in log if entry["event"] != "improved"] == [
        "started", "evaluated", "checkpoint", "evaluated", "evaluated", "checkpoint", "evaluated", "evaluated",
        "checkpoint", "finished",
    ]  # fmt: skip
    evaluated = [entry for entry in log if entry["event"] == "evaluated"]
    assert evaluated[0]["train_loss"] is None
    assert all(entry["train_loss"] > 0 for entry in evaluated[1:])


def test_the_best_weights_outlast_a_process_that_is_killed(tmp_path: Path) -> None:
    run = small(epochs=9, checkpoint_every=2)
    folder = RunFolder(run.best, "sides", {}, tmp_path)
    run.watchers.append(folder)
    for event in run:
        if isinstance(event, Checkpoint) and event.epoch == 2:
            break
    assert io.load(folder.path / "weights.safetensors")["0.weight"].tolist() == run.best.weights["0.weight"].tolist()


def test_every_run_has_a_folder_of_its_own(tmp_path: Path) -> None:
    best = Best(mlp((2, 2)))
    paths = [RunFolder(best, "sides", {}, tmp_path).path.name for _ in range(3)]
    assert paths == ["sides-1", "sides-2", "sides-3"]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(nudge.UsageError, match="cannot be made in"):
        RunFolder(Best(mlp((2, 2))), "sides", {}, tmp_path / "runs")


# -- the experiment --------------------------------------------------------------------------------


def few(n: int = 200) -> Dataset:
    """Take some of the digits."""
    digits = dataset("digits")
    return Dataset("digits", digits.about, digits.examples.take(slice(0, n)), digits.classes, digits.image)


def test_what_is_held_out_is_seen_by_nobody_until_the_end() -> None:
    experiment = Experiment(few(), TrainConfig(epochs=2, hidden=(8,)))
    held_out, spoiled = experiment.held_out, Experiment(few(), TrainConfig(epochs=2, hidden=(8,)))
    spoiled.held_out = Examples(held_out.inputs * float("nan"), held_out.targets)
    assert list(experiment.loop) == list(spoiled.loop)
    assert weights(experiment.model) == weights(spoiled.model)


def test_an_experiment_reports_score_and_baselines_and_repeats_them() -> None:
    reports = [Experiment(few(), TrainConfig(epochs=2, hidden=(8,), seed=3)).fit().as_dict() for _ in range(2)]
    seconds = [report.pop("seconds") for report in reports]
    assert reports[0] == reports[1]
    assert min(seconds) > 0
    assert list(reports[0]) == ["task", "metric", "score", "accuracy", "baselines", "epochs", "seed"]
    assert reports[0]["score"] == reports[0]["accuracy"]
    assert list(reports[0]["baselines"]) == ["commonest", "linear"]
    assert (reports[0]["epochs"], reports[0]["seed"]) == (2, 3)


def test_the_knobs_do_not_bend_the_yardstick() -> None:
    config = TrainConfig(epochs=1, hidden=(2,), lr=1e-6)
    bad, good = (Experiment(few(), c).fit().baselines for c in (config, TrainConfig(epochs=2, hidden=(8,))))
    assert bad == good


def test_an_experiment_starts_from_pytorchs_weights_and_leaves_the_common_generator_alone() -> None:
    nudge.manual_seed(11)
    expected = nudge.randn(3).tolist()
    nudge.manual_seed(11)
    experiment = Experiment(few(), TrainConfig(seed=5, hidden=(8,)))
    assert nudge.randn(3).tolist() == expected
    nudge.manual_seed(5)
    assert weights(experiment.model) == weights(nn.Sequential(nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 10)))


def test_digits_are_learned_beyond_the_line() -> None:
    report = Experiment(dataset("digits"), TrainConfig(seed=100)).fit()
    assert report.score >= 0.96
    assert report.score > report.baselines["linear"] > report.baselines["commonest"]
    assert report.baselines["commonest"] < 0.12
