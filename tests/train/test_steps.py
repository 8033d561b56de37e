"""Training steps: machine code and Python take the same ones, and Python takes those that cannot be machine code."""

from __future__ import annotations

import itertools
import math
import signal
import time
from collections import deque
from functools import partial
from typing import Any

import numpy as np
import pytest

import nudge
from nudge import nn
from nudge.config import TrainConfig
from nudge.data import Examples, shifted
from nudge.generator import Generator
from nudge.io import save
from nudge.train import DIVERGED, Classification, Evaluated, Event, Finished, Improved, Loop, Progress, Warned, steps
from nudge.train.forward import AT_ONCE, Forward, predict
from nudge.train.steps import MOST, is_worth_it

PIXELS = (4, 4)
TASK = Classification(("dark", "light"), label_smoothing=0.1)


@pytest.fixture
def native(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUDGE_NATIVE", "require")


@pytest.fixture
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let machine code be made for the shortest of runs, and Python take over."""
    monkeypatch.delenv("NUDGE_NATIVE", raising=False)
    monkeypatch.setattr(steps, "WORTH", 0)


def images(n: int, seed: int) -> Examples:
    x = np.random.default_rng(seed).uniform(0, 1, (n, 16)).astype(np.float32)
    return Examples(nudge.tensor(x), nudge.tensor((x[:, :8].mean(1) > x[:, 8:].mean(1)).astype(np.int64)))


def loop(*more: nn.Module, augment: Any = None, watchers: Any = (), **knobs: Any) -> Loop:
    """Make a loop over 39 images: two batches of 16, and one of 7."""
    config = TrainConfig(**{"epochs": 4, "batch_size": 16, "checkpoint_every": 2} | knobs)
    nudge.manual_seed(0)
    model = nn.Sequential(nn.Linear(16, 6), nn.Tanh(), nn.Dropout(config.dropout), *more, nn.Linear(6, 2))
    return Loop(model, TASK, images(39, 0), images(20, 1), config, augment=augment, watchers=watchers)


def weights(run: Loop) -> list[float]:
    return [x for p in run.model.parameters() for x in p.detach().reshape(-1).tolist()]


def losses(events: list[Event]) -> list[float]:
    return [loss for event in events if isinstance(event, Progress) for loss in event.losses]


def traces(run: Loop) -> int:
    compiled = run._steps._compiled
    return 0 if compiled is None else compiled.traces


def warnings(events: list[Event]) -> list[str]:
    return [event.message for event in events if isinstance(event, Warned)]


KNOBS: list[dict[str, Any]] = [
    {"dropout": 0.3},
    {"optimizer": "sgd", "schedule": "cosine", "warmup": 0.3, "clip": 0.3, "dropout": 0.0},
    {"optimizer": "adamw", "schedule": "step", "weight_decay": 0.1, "dropout": 0.3, "augment": True},
]


@pytest.mark.parametrize("knobs", KNOBS, ids=str)
def test_machine_code_takes_pythons_steps(knobs: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    knobs = dict(knobs)
    augment = partial(shifted, size=PIXELS, by=0.5) if knobs.pop("augment", False) else None
    runs, streams = [], []
    for how in ("0", "require"):
        monkeypatch.setenv("NUDGE_NATIVE", how)
        runs.append(loop(augment=augment, epochs=6, **knobs))
        streams.append(list(runs[-1]))
    assert traces(runs[0]) == 0
    assert traces(runs[1]) == 2  # one for each size of batch, once
    quiet = [[event for event in events if not isinstance(event, Improved)] for events in streams]
    for event, other in zip(*quiet, strict=True):
        assert (type(event), event.step, event.epoch) == (type(other), other.step, other.epoch)
        if isinstance(event, Progress) and isinstance(other, Progress):
            assert event.lr == other.lr
            np.testing.assert_allclose(event.losses, other.losses, rtol=2e-5)
        elif isinstance(event, Evaluated) and isinstance(other, Evaluated):
            np.testing.assert_allclose(event.loss, other.loss, rtol=2e-5)
    np.testing.assert_allclose(*map(weights, runs), rtol=1e-4, atol=1e-5)
    assert np.array_equal(*(run.generator.get_state() for run in runs))


@pytest.mark.usefixtures("native")
def test_the_same_bits_however_many_steps_are_taken_in_one_go_and_by_however_many_threads() -> None:
    augment = partial(shifted, size=PIXELS, by=0.5)
    before, found = nudge.get_num_threads(), []
    try:
        for threads, at_once in ((1, 256), (1, 1), (2, 256)):
            nudge.set_num_threads(threads)
            run = loop(augment=augment, dropout=0.2)
            run.at_once = at_once
            found.append((losses(list(run)), weights(run)))
    finally:
        nudge.set_num_threads(before)
    assert all(one == found[0] for one in found)


@pytest.mark.usefixtures("native")
def test_a_run_that_goes_on_is_to_the_bit_the_one_that_was_never_interrupted() -> None:
    whole = loop(dropout=0.2)
    expected = list(whole)
    for cut in (2, 13):
        begun, resumed = loop(dropout=0.2), loop(dropout=0.2)
        list(itertools.islice(begun, cut))
        resumed.load_state(*begun.state())
        then = begun.state()[1]["next"]
        tail = list(resumed)
        assert tail[1:] == [e for e in expected[1:] if e.epoch >= then or isinstance(e, Finished)]
        assert weights(resumed) == weights(whole)
        assert list(begun) == expected[cut:]


class Branching(nn.Module):
    """Does what only a run can know."""

    def forward(self, x: nudge.Tensor) -> nudge.Tensor:
        return x * 2 if x.mean().item() > 1e6 else x


def in_numpy(inputs: nudge.Tensor, generator: Generator) -> nudge.Tensor:
    """Add noise, as one may who thinks of arrays."""
    return nudge.tensor(inputs.numpy() + generator.normal(0.0, 0.01, inputs.shape))


@pytest.mark.usefixtures("allowed")
def test_a_model_that_branches_on_values_is_trained_in_python_and_a_warning_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = loop(Branching(), dropout=0.2)
    events = list(run)
    (said,) = warnings(events)
    assert said.startswith("the steps run one by one in Python, not as machine code: ")
    assert "\n" not in said
    assert "test_steps.py" in said
    monkeypatch.setenv("NUDGE_NATIVE", "0")
    plain = loop(dropout=0.2)
    assert [event for event in events if not isinstance(event, Warned)] == list(plain)


@pytest.mark.usefixtures("allowed")
def test_what_changes_the_inputs_may_be_python_where_the_step_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    run = loop(augment=in_numpy, dropout=0.2)
    events = list(run)
    (said,) = warnings(events)
    assert said.startswith("the inputs of each step are changed in Python, not in machine code: ")
    assert traces(run) == 2
    monkeypatch.setenv("NUDGE_NATIVE", "0")
    plain = loop(augment=in_numpy, dropout=0.2)
    np.testing.assert_allclose(losses(events), losses(list(plain)), rtol=2e-5)


@pytest.mark.usefixtures("native")
@pytest.mark.parametrize("how", [{"augment": in_numpy}, {"model": Branching()}], ids=["augment", "model"])
def test_no_fallback_is_taken_where_machine_code_is_required(how: dict[str, Any]) -> None:
    run = loop(how["model"]) if "model" in how else loop(augment=how["augment"])
    with pytest.raises(nudge.UsageError, match="NUDGE_NATIVE=require, and a run cannot be all machine code: "):
        list(run)


@pytest.mark.usefixtures("allowed")
def test_an_error_of_the_programs_own_is_its_own() -> None:
    with pytest.raises(nudge.ShapeError, match="6"):
        list(loop(nn.Linear(5, 6)))


def test_machine_code_is_made_for_sizes_of_batches_that_come_often_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NUDGE_NATIVE", raising=False)
    run = loop()
    assert run._steps.times == {16: 8, 7: 4}
    list(run)
    assert traces(run) == 0
    monkeypatch.setattr(steps, "WORTH", 5 * steps.OVERHEAD)
    run = loop()
    list(run)
    assert traces(run) == 1
    monkeypatch.setenv("NUDGE_NATIVE", "0")
    assert not is_worth_it(10**9, 10**9)


@pytest.mark.usefixtures("native")
def test_a_loss_that_is_not_finite_ends_the_run_at_its_step() -> None:
    run = loop(epochs=50, dropout=0.0)
    spoiled = run.train.inputs.numpy().copy()
    spoiled[5] = math.inf
    run = Loop(run.model, TASK, Examples(nudge.tensor(spoiled), run.train.targets), run.validation, run.config)
    events = list(run)
    found = next(event for event in events if isinstance(event, Progress) and not math.isfinite(event.loss))
    assert all(map(math.isfinite, found.losses[:-1]))
    assert warnings(events) == [
        f"the loss is not finite after step {found.step}: 16 of the inputs to train on are NaN or infinite"
    ]
    assert events[-1] == Finished(found.step, 1, DIVERGED)
    assert np.isfinite(weights(run)).all()


@pytest.mark.usefixtures("native")
def test_ctrl_c_ends_it_within_a_second_and_it_goes_on_from_the_last_whole_pass() -> None:
    def press(*_: Any) -> None:
        signal.raise_signal(signal.SIGINT)

    run, whole = loop(epochs=100_000, patience=100_000), loop(epochs=100_000, patience=100_000)
    next(event for event in run if isinstance(event, Progress))
    before = signal.signal(signal.SIGALRM, press)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        began = time.perf_counter()
        with pytest.raises(KeyboardInterrupt):
            run.fit()
        assert 0.2 <= time.perf_counter() - began < 1.2
    finally:
        signal.signal(signal.SIGALRM, before)
    step = run.state()[1]["step"]
    assert step % 3 == 0
    on = list(itertools.islice(run, 20))[1:]
    later = itertools.dropwhile(lambda event: event.step <= step, whole)
    assert on == list(itertools.islice(later, 19))


def test_ctrl_c_halfway_between_modes_leaves_the_network_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    def halfway(self: nn.Module) -> None:
        next(iter(self.children())).training = self.training = False
        raise KeyboardInterrupt

    run, whole = loop(dropout=0.5), loop(dropout=0.5)
    found = list(itertools.islice(run, 5))
    with monkeypatch.context() as patch:
        patch.setattr(nn.Module, "eval", halfway)
        with pytest.raises(KeyboardInterrupt):
            deque(run, maxlen=0)
    assert all(module.training for module in run.model.modules())
    step = run.state()[1]["step"]
    later = [event for event in whole if event.step > step]
    assert [event for event in run if event.step > step] == later
    assert len(found) + len(later) > 8


def test_a_part_that_is_frozen_stays_so() -> None:
    frozen = nn.Dropout(0.5).eval()
    run = loop(frozen)
    run.fit()
    assert [module for module in run.model.modules() if not module.training] == [frozen]


@pytest.mark.usefixtures("native")
def test_what_a_watcher_changes_is_seen_by_the_next_steps() -> None:
    def fixed(event: Event) -> None:
        if isinstance(event, Evaluated) and event.epoch == 1:
            with nudge.no_grad():
                run.model[0].weight.zero_()
            run.model[0].weight.requires_grad_(False)

    run = loop(epochs=2, watchers=[fixed], patience=100)
    for event in run:
        if isinstance(event, Finished):
            break
        after = run.model[0].weight.detach().numpy().copy()
    assert not after.any()


@pytest.mark.usefixtures("native")
def test_steps_that_are_asked_for_beyond_the_most_are_taken_in_several_goes() -> None:
    run = loop(batch_size=1, epochs=8)
    run.train = Examples(run.train.inputs[:1].expand(300, 16), run.train.targets[:1].expand(300))
    run.at_once = 1000
    assert [len(rows) for rows in run._in_goes()] == [MOST, 300 - MOST]


@pytest.mark.usefixtures("native")
def test_examples_are_evaluated_in_parts_of_few_sizes() -> None:
    n = 2 * AT_ONCE + 39
    inputs = images(n, 0).inputs
    model = nn.Sequential(nn.Linear(16, 6), nn.Tanh(), nn.Dropout(0.5), nn.Linear(6, 2))
    forward = Forward(model, {n: 3})
    assert forward.native == {AT_ONCE, 39}
    outputs = [forward(inputs) for _ in range(3)]
    assert forward._compiled.traces == 2
    np.testing.assert_allclose(outputs[0].numpy(), predict(model, inputs).numpy(), rtol=1e-5, atol=1e-6)
    assert np.array_equal(outputs[0].numpy(), outputs[2].numpy())
    forward(inputs[:5])
    assert forward._compiled.traces == 2
    assert model.training


@pytest.mark.usefixtures("allowed")
def test_a_network_that_can_only_be_evaluated_in_python_is() -> None:
    class Careful(nn.Module):
        def forward(self, x: nudge.Tensor) -> nudge.Tensor:
            return x if self.training or x.isfinite().all().item() else x * 0

    run = loop(Careful())
    (said,) = warnings(list(run))
    assert said.startswith("the network is evaluated in Python, not as machine code: ")
    assert traces(run) == 2


def test_a_state_holds_what_machine_code_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    states = []
    for how in ("0", "require"):
        monkeypatch.setenv("NUDGE_NATIVE", how)
        run = loop(dropout=0.2)
        list(run)
        states.append(run.state()[0])
        save(states[-1], tmp_path / "state.safetensors")
    assert states[0].keys() == states[1].keys()
    for name, array in states[0].items():
        np.testing.assert_allclose(states[1][name], array, rtol=1e-3, atol=1e-5, err_msg=name)
