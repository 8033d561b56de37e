"""The loop: the stream of events, what watches it, that a seed means a result, and that a run can go on."""

from __future__ import annotations

import itertools
import json
import math
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nudge
from nudge import io, nn
from nudge.config import KNOBS, TrainConfig
from nudge.data import Examples, shifted
from nudge.io import json_line
from nudge.train import (
    ALL_PASSES,
    DIVERGED,
    INTERRUPTED,
    NO_IMPROVEMENT,
    Checkpoint,
    Classification,
    Evaluated,
    Event,
    Finished,
    Improved,
    Loop,
    Progress,
    Started,
    predict,
)
from nudge.train.best import Best
from nudge.train.events import Warned

TASK = Classification(("left", "right"))


def sides(n: int = 40, seed: int = 0, width: int = 2) -> Examples:
    """Points left and right of a line."""
    x = np.random.default_rng(seed).uniform(-1, 1, (n, width)).astype(np.float32)
    return Examples(nudge.tensor(x), nudge.tensor((x[:, 0] > 0).astype(np.int64)))


def small(**settings: Any) -> Loop:
    """Make a loop of a small network on two sides of a line."""
    others = {name: settings.pop(name) for name in ("watchers", "notes", "augment") if name in settings}
    at_once = settings.pop("at_once", None)
    nudge.manual_seed(settings.get("seed", 0))
    config = TrainConfig(**{"epochs": 4, "batch_size": 16, "lr": 0.1, "checkpoint_every": 2} | settings)
    layers = [nn.Linear(4, 4), nn.ReLU(), nn.Dropout(config.dropout), nn.Linear(4, 2)]
    loop = Loop(nn.Sequential(*layers), TASK, sides(width=4), sides(20, 1, 4), config, **others)
    loop.at_once = loop.at_once if at_once is None else at_once
    return loop


def weights(model: nn.Module) -> list[float]:
    return [x for p in model.parameters() for x in p.detach().reshape(-1).tolist()]


# -- the stream ------------------------------------------------------------------------------------


def test_the_stream_of_a_short_run() -> None:
    events = list(small(epochs=2))
    kinds = [type(event) for event in events if not isinstance(event, Improved)]
    a_pass = [Progress, Progress, Evaluated]  # the last batch is smaller
    assert kinds == [Started, Evaluated, Checkpoint, *a_pass, *a_pass, Checkpoint, Finished]
    assert events[0] == Started(0, 0, steps=6, epochs=2)
    assert events[-1] == Finished(6, 2, ALL_PASSES)
    assert [(event.step, len(event.losses)) for event in events if isinstance(event, Progress)] == [
        (2, 2), (3, 1), (5, 2), (6, 1)
    ]  # fmt: skip
    assert [event.epoch for event in events if isinstance(event, Evaluated)] == [0, 1, 2]


def test_steps_can_be_looked_at_one_by_one() -> None:
    by_one, at_once = small(epochs=3, dropout=0.2, at_once=1), small(epochs=3, dropout=0.2)
    first = list(by_one)
    assert [event.step for event in first if isinstance(event, Progress)] == list(range(1, 10))
    second = list(at_once)
    assert losses_of(first) == losses_of(second)
    others = [[event for event in events if not isinstance(event, Progress)] for events in (first, second)]
    assert others[0] == others[1]
    assert weights(by_one.model) == weights(at_once.model)


def losses_of(events: list[Event]) -> list[float]:
    return [loss for event in events if isinstance(event, Progress) for loss in event.losses]


def test_notes_are_told_as_the_run_begins() -> None:
    events = list(small(notes=["few examples", "many columns"]))
    assert events[1:3] == [Warned(0, 0, "few examples"), Warned(0, 0, "many columns")]
    assert events[1].as_dict() == {"event": "warned", "step": 0, "epoch": 0, "message": "few examples"}


def test_what_improves_is_lower_than_everything_before() -> None:
    least = math.inf
    for event in small(epochs=10):
        if isinstance(event, Improved):
            assert event.loss < least
            least = event.loss
        elif isinstance(event, Evaluated):
            lowest = min(least, event.loss)
    assert lowest == least


def test_the_seed_decides_everything() -> None:
    first, again, other = small(seed=1), small(seed=1), small(seed=2)
    assert list(first) == list(again)
    assert weights(first.model) == weights(again.model)
    list(other)
    assert weights(first.model) != weights(other.model)


def test_what_the_model_draws_is_drawn_from_the_loops_generator_alone() -> None:
    quiet, busy = small(dropout=0.5), small(dropout=0.5)
    nudge.manual_seed(3)
    expected = [nudge.rand(1).item() for _ in range(10)]
    nudge.manual_seed(3)
    drawn: list[float] = []
    busy.watchers.append(lambda _: drawn.append(nudge.rand(1).item()))
    expected_events = list(quiet)
    assert list(busy) == expected_events != list(small())
    assert drawn[:10] == expected


def test_watchers_see_every_event_before_the_one_who_iterates_and_change_nothing() -> None:
    seen: list[Event] = []
    watched = small(watchers=[seen.append])
    for k, event in enumerate(watched):
        assert seen[k] is event
    plain = small()
    assert list(plain) == seen
    assert weights(plain.model) == weights(watched.model)


def test_the_rate_is_the_schedules() -> None:
    loop = small(epochs=10, lr=0.1, at_once=1)
    rates = [event.lr for event in loop if isinstance(event, Progress)]
    top = int(np.argmax(rates))
    assert rates[top] == pytest.approx(0.1)
    assert rates == sorted(rates[: top + 1]) + sorted(rates[top + 1 :], reverse=True)
    assert top == 8
    assert {event.lr for event in small(schedule="constant") if isinstance(event, Progress)} == {0.1}


def test_the_gradient_is_clipped_where_that_is_asked_for() -> None:
    loop = small(optimizer="sgd", momentum=0.0, schedule="constant", lr=1.0, clip=1e-3, epochs=1, at_once=1)
    before = np.array(weights(loop.model))
    for event in loop:
        if isinstance(event, Progress):
            after = np.array(weights(loop.model))
            assert np.linalg.norm(after - before) == pytest.approx(1e-3, rel=1e-3)
            before = after


# -- its end ---------------------------------------------------------------------------------------


def test_at_the_end_the_model_has_its_best_weights() -> None:
    run, losses = small(epochs=6), []
    run.watchers.append(lambda event: losses.append(event.loss) if isinstance(event, Evaluated) else None)
    assert run.fit() == Finished(18, 6, ALL_PASSES) == run.finished
    assert run.best.loss == min(losses) == run.evaluate(run.validation)[0]
    assert run.best.epoch == int(np.argmin(losses))
    iterated = small(epochs=6)
    list(iterated)
    assert weights(iterated.model) == weights(run.model)


def test_it_ends_early_only_where_the_epochs_are_not_given() -> None:
    wrong = Examples(sides(20, seed=1).inputs, 1 - sides(20, seed=1).targets)  # what is learned is worse and worse
    nudge.manual_seed(0)
    early = Loop(nn.Linear(2, 2), TASK, sides(), wrong, TrainConfig(lr=0.1, patience=3))
    finished = early.fit()
    assert finished.reason == NO_IMPROVEMENT
    assert finished.epoch == early.best.epoch + 3 < early.epochs
    nudge.manual_seed(0)
    full = Loop(nn.Linear(2, 2), TASK, sides(), wrong, TrainConfig(lr=0.1, epochs=20))
    assert full.fit().epoch == 20


def test_a_loop_that_is_over_says_so_when_it_is_iterated_again_and_fit_gives_its_end() -> None:
    loop = small()
    finished = loop.fit()
    assert loop.fit() is finished
    with pytest.raises(nudge.UsageError, match=r"this loop is over \(all passes\): make a new one"):
        list(loop)
    with pytest.raises(StopIteration):
        next(loop)


def spoiled(data: Examples, value: float) -> Examples:
    inputs = data.inputs.numpy().copy()
    inputs[-1, 0] = value
    return Examples(nudge.tensor(inputs), data.targets)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_run_on_what_is_no_number_ends_at_once_and_says_why(value: float) -> None:
    data, fine, model = sides(), sides(20, seed=1), nn.Linear(2, 2)
    run = Loop(model, TASK, spoiled(data, value), fine, TrainConfig(epochs=50, batch_size=8))
    events = list(run)
    steps = next(event.step for event in events if isinstance(event, Progress) and not math.isfinite(event.loss))
    why = f"the loss is not finite after step {steps}: 1 of the inputs to train on are NaN or infinite"
    assert [type(event) for event in events[-5:]] == [Progress, Evaluated, Warned, Checkpoint, Finished]
    assert events[-3] == Warned(steps, 1, why)
    assert events[-1] == Finished(steps, 1, DIVERGED)
    assert run.best.epoch == 0
    assert np.isfinite(weights(model)).all()
    chosen = Loop(nn.Linear(2, 2), TASK, data, spoiled(fine, value), TrainConfig())
    message = "the loss is not finite after step 0: 1 of the inputs to choose by are NaN or infinite"
    assert [e.message for e in chosen if isinstance(e, Warned)] == [message]


def test_a_run_with_too_high_a_rate_says_that_a_lower_one_may_help() -> None:
    run = Loop(nn.Linear(2, 1), Squares(), sides(), sides(20, 1), TrainConfig(lr=10, optimizer="sgd", epochs=500))
    warned = [event.message for event in run if isinstance(event, Warned)]
    assert len(warned) == 1
    assert warned[0].endswith("a lower learning rate than 10 may help, or to clip the gradient")
    assert run.fit().reason == DIVERGED
    assert np.isfinite(weights(run.model)).all()


class Squares:
    """Tell the class as if it were a number."""

    outputs = 1

    def objective(self, outputs: nudge.Tensor, targets: nudge.Tensor) -> nudge.Tensor:
        return nn.functional.mse_loss(outputs.reshape(-1), targets.float())

    loss = objective

    def score(self, outputs: nudge.Tensor, targets: nudge.Tensor) -> float:
        return -self.loss(outputs, targets).item()


# -- on from where it was --------------------------------------------------------------------------


def test_who_breaks_out_goes_on_where_it_was() -> None:
    loop = small()
    first = list(itertools.islice(loop, 7))
    for event in loop:
        second = event
        break
    assert [*first, second, *loop] == list(small())


def pressed(at: int, **settings: Any) -> tuple[Loop, list[Event]]:
    """Press Ctrl-C as a step is told."""
    seen: list[Event] = []

    def press(event: Event) -> None:
        if event.step == at and isinstance(event, Progress):
            loop.watchers.remove(press)
            raise KeyboardInterrupt

    loop = small(watchers=[seen.append, press], at_once=1, **settings)
    with pytest.raises(KeyboardInterrupt):
        loop.fit()
    return loop, seen


def test_ctrl_c_is_told_to_the_watchers_and_the_best_weights_are_loaded() -> None:
    loop, seen = pressed(at=7, epochs=50)
    assert seen[-1] == Finished(7, 3, INTERRUPTED)
    assert loop.evaluate(loop.validation)[0] == loop.best.loss
    assert loop.finished is None


def test_after_ctrl_c_it_goes_on_from_the_last_whole_pass() -> None:
    loop, _ = pressed(at=8, dropout=0.3)
    whole = small(dropout=0.3, at_once=1)
    expected = list(whole)
    assert list(loop) == [Started(6, 2, 12, 4), *(e for e in expected if e.epoch > 2)]
    assert weights(loop.model) == weights(whole.model)


def test_after_ctrl_c_between_two_events_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def press(products: int) -> NoReturn:
        raise KeyboardInterrupt

    loop = small(at_once=1, epochs=50)
    for event in loop:
        if event.step == 8:
            break
    with monkeypatch.context() as patch:
        patch.setattr("nudge.train.loop.blas_threads", press)
        with pytest.raises(KeyboardInterrupt):
            loop.fit()
    assert loop.evaluate(loop.validation)[0] == loop.best.loss
    assert list(loop)[1:] == [e for e in small(at_once=1, epochs=50) if e.epoch > 2]


def test_ctrl_c_within_a_step_spoils_nothing() -> None:
    loop = small(at_once=1)

    class Pressing(nn.Module):
        def forward(self, x: nudge.Tensor) -> nudge.Tensor:
            if self.training and loop.step == 4 and not pressed:
                pressed.append(True)
                raise KeyboardInterrupt
            return x

    pressed: list[bool] = []
    loop.model.append(Pressing())
    with pytest.raises(KeyboardInterrupt):
        list(loop)
    assert loop.state()[1]["step"] == 3
    assert list(loop)[1:] == [event for event in small(at_once=1) if event.epoch > 1]


def through_a_file(state: tuple[dict[str, Any], dict[str, Any]], path: Path) -> tuple[Any, Any]:
    """Write a state as a run's folder does, and read it."""
    io.save(state[0], path, {"state": json_line(state[1])})
    tensors, notes = io.load_with_notes(path)
    return tensors, json.loads(notes["state"])


@settings(max_examples=40)
@given(
    optimizer=st.sampled_from(KNOBS["optimizer"].choices),
    schedule=st.sampled_from(KNOBS["schedule"].choices),
    warmup=st.sampled_from([0.0, 0.3]),
    dropout=st.sampled_from([0.0, 0.4]),
    clip=st.sampled_from([None, 0.5]),
    moved=st.booleans(),
    cut=st.integers(0, 50),
)
def test_a_run_that_goes_on_is_the_one_that_was_never_interrupted(
    tmp_path_factory: pytest.TempPathFactory, moved: bool, cut: int, **knobs: Any
) -> None:
    augment = partial(shifted, size=(2, 2), by=0.5) if moved else None
    others = {"augment": augment, "epochs": 8, "patience": 3, "notes": ["few examples"]}
    whole, begun, resumed = (small(**knobs, **others) for _ in range(3))
    expected = list(whole)
    list(itertools.islice(begun, cut))
    tensors, state = through_a_file(begun.state(), tmp_path_factory.mktemp("state") / "state.safetensors")
    resumed.load_state(tensors, state)
    assert resumed.step == state["step"]
    tail = list(resumed)
    assert tail[0] == Started(state["step"], max(state["next"] - 1, 0), whole.steps, whole.epochs)
    assert tail[1:] == [e for e in expected[1:] if e.epoch >= state["next"] or isinstance(e, Finished)]
    assert weights(resumed.model) == weights(whole.model)
    assert (resumed.best.epoch, resumed.best.loss) == (whole.best.epoch, whole.best.loss)
    same(resumed.state(), whole.state())


def same(state: tuple[dict[str, Any], dict[str, Any]], other: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Assert that two loops stand at the same point, to the bit."""
    assert state[1] == other[1]
    assert state[0].keys() == other[0].keys()
    for name, array in state[0].items():
        assert np.array_equal(array, other[0][name]), name


def test_a_state_is_of_the_last_whole_pass_and_stays_as_it_is() -> None:
    loop = small(epochs=6, at_once=1)
    for event in loop:
        if isinstance(event, Progress) and event.step == 7:
            break
    state = loop.state()
    before = {name: array.copy() for name, array in state[0].items()}
    assert (state[1]["step"], state[1]["next"]) == (6, 3)
    list(loop)
    assert all(np.array_equal(array, state[0][name]) for name, array in before.items())
    loop.load_state(*state)
    assert (loop.step, loop.epoch, loop.finished) == (6, 2, None)
    assert list(loop)[1:] == [event for event in small(epochs=6, at_once=1) if event.epoch > 2]


def test_before_the_first_pass_a_state_is_the_beginning() -> None:
    loop = small(notes=["small"])
    loop.load_state(*small().state())
    assert list(loop) == list(small(notes=["small"]))


def test_what_is_no_state_of_this_loop_is_refused() -> None:
    loop = small()
    with pytest.raises(nudge.UsageError, match="no state of a loop: KeyError"):
        loop.load_state({}, {})
    with pytest.raises(nudge.UsageError, match="the state of a loop of 12 steps, and here are 15"):
        small(epochs=5).load_state(*loop.state())
    arrays, rest = loop.state()
    with pytest.raises(nudge.UsageError, match=r"missing: 0\.weight"):
        loop.load_state({name: array for name, array in arrays.items() if name != "model.0.weight"}, rest)
    with pytest.raises(nudge.UsageError, match="no state of a loop: TypeError"):
        loop.load_state(arrays, {**rest, "best": 3})


# -- the best, and predictions ---------------------------------------------------------------------


def test_best_copies_the_weights() -> None:
    model = nn.Linear(1, 1)
    best = Best(model)
    before = model.weight.item()
    with nudge.no_grad():
        model.weight.add_(1.0)
    best.load()
    assert model.weight.item() == before
    with nudge.no_grad():
        model.weight.add_(1.0)
    best(Improved(1, 1, 0.5, 0.5))
    assert best.weights["weight"].item() == pytest.approx(before + 1)


def test_predictions_are_made_in_evaluation_mode_and_in_parts() -> None:
    class Probe(nn.Module):
        def forward(self, x: nudge.Tensor) -> nudge.Tensor:
            sizes.append((len(x), self.training, nudge.is_grad_enabled()))
            return x * 2

    sizes: list[tuple[int, bool, bool]] = []
    probe = Probe()
    out = predict(probe, nudge.arange(10000).float().reshape(10000, 1))
    assert out.reshape(-1).tolist() == [2.0 * k for k in range(10000)]
    assert sizes == [(4096, False, False), (4096, False, False), (1808, False, False)]
    assert probe.training
