"""Run: from a table to a network and an honest score, as a stream of events."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ..config import TrainConfig
from ..data import shifted
from ..errors import UsageError
from ..generator import Generator
from ..io import read_json, save, write_json
from ..nn import Module
from ..version import __version__
from .events import Event
from .judge import Judged, judge
from .loop import Loop, Watcher
from .network import network
from .predictor import CONFIG, WEIGHTS, Predictions, Predictor, read_about, warn_of_unseen
from .prepare import Prepared, prepare
from .results import Results
from .task import Head, task_of

Array = NDArray[Any]
RESULTS = "results.json"


class Run:
    """A network for a table: iterate over it and each event comes when it happens, or `fit` it in one go.

    `data` is a CSV or Parquet file, a data frame, columns by name, or the name of a set that comes with nudge; the
    knobs are those of TrainConfig. Everything that is drawn depends on the seed: the same data and configuration give
    the same result. The examples are dealt out in three parts: the network learns from one, its best weights are chosen
    by another, and the last, held out, is looked at once, for the score.

    >>> run = Run("moons", hidden=(8,), epochs=20).fit()
    >>> run.score > 0.8, run.results.targets[0].baselines.keys()
    (True, dict_keys(['commonest', 'linear']))
    >>> run.predict({"x": [0.0], "y": [2.0]}).shape
    (1,)
    """

    config: TrainConfig
    name: str
    source: str | None
    predictor: Predictor
    prepared: Prepared | None
    _loop: Loop | None

    def __init__(
        self, data: Any, config: TrainConfig | None = None, /, *, watchers: Sequence[Watcher] = (), **knobs: Any
    ) -> None:
        """Read the data, split it, fit the preprocessing and build the network.

        Raises:
            UsageError: data that cannot be read or learned from, or a knob out of its range.
        """
        self.config = config_with(config, knobs)
        generator = Generator().manual_seed(self.config.seed)
        prepared = prepare(data, self.config, generator)
        self.name, self.source, self.prepared = prepared.name, prepared.source, prepared
        task = task_of(prepared.heads)
        model = network(prepared.train.inputs.shape[1], task.outputs, self.config)
        augment = None
        if prepared.image is not None and self.config.shift:
            augment = partial(shifted, size=prepared.image, by=self.config.shift)
        self.predictor = Predictor(prepared.types, prepared.features, prepared.heads, model)
        self._loop = Loop(
            model, task, prepared.train, prepared.validation, self.config,
            augment=augment, generator=generator, watchers=watchers, notes=prepared.notes,
        )  # fmt: skip
        self._judged: Judged | None = None
        self._results: Results | None = None
        self._began = time.perf_counter()

    # -- training --------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Event]:
        """Train, event by event; at the end the network has its best weights."""
        yield from self.loop

    def fit(self) -> Run:
        """Train to the end and score on what was held out. Ctrl-C passes on, with the best weights in place."""
        self.loop.fit()
        self.judged()
        return self

    @property
    def loop(self) -> Loop:
        """The training loop. Raises UsageError for a run that was loaded, which has none."""
        if self._loop is None:
            raise UsageError(f"{self.name} was loaded to predict: `nudge train --resume` goes on with a run")
        return self._loop

    def judged(self) -> Judged:
        """Score on what was held out, once: results, and what pictures of them are drawn from.

        Raises UsageError where there is nothing to score: the run was loaded from its folder, or has not been trained.
        """
        if self._judged is None:
            if self.loop.finished is None:
                raise UsageError("the run has not been trained yet: call fit(), or iterate over it to its end")
            self.loop.best.load()
            self._judged = judge(self.data, self.predictor, self.loop, self._began)
            self._results = self._judged.results
        return self._judged

    @property
    def results(self) -> Results:
        """What came of it."""
        return self._results if self._results is not None else self.judged().results

    @property
    def score(self) -> float:
        """Accuracy or R² on what was held out; the mean over several targets."""
        return self.results.score

    # -- use -------------------------------------------------------------------------------------------

    @property
    def model(self) -> Module:
        """The network."""
        return self.predictor.model

    @property
    def heads(self) -> tuple[Head, ...]:
        """What is told, one head a target."""
        return self.predictor.heads

    @property
    def data(self) -> Prepared:
        """The examples, and how they were made. Raises UsageError for a run that was loaded, which has none."""
        if self.prepared is None:
            raise UsageError(f"{self.name} was loaded to predict, and does not hold its data")
        return self.prepared

    @property
    def parts(self) -> tuple[Array, Array, Array]:
        """Positions in the table of the examples to train on, to choose by, and held out."""
        return self.data.parts

    def predict(self, data: Any) -> Any:
        """Tell the target of each row of a file or frame: classes as text, or numbers, shape (n,).

        Where there are several targets, a dict of such arrays. Warns of words that were not met in training.

        Raises:
            UsageError: data that cannot be read, or that lack a column.
        """
        return _alone(self._predictions(data).said)

    def predict_proba(self, data: Any) -> Any:
        """Give the probability of each class, float32 (n, classes), in the order of `heads[0].classes`.

        Raises:
            UsageError: as `predict`; or the targets are numbers.
        """
        found = self._predictions(data).probabilities
        if not found:
            raise UsageError("probabilities are of classes, and this run tells numbers")
        return _alone(found)

    def _predictions(self, data: Any) -> Predictions:
        predictions = self.predictor(self.predictor.read(data))
        warn_of_unseen(predictions.unseen)
        return predictions

    # -- keeping ---------------------------------------------------------------------------------------

    def about(self) -> dict[str, Any]:
        """Give what it takes to train it again, fit for JSON."""
        fingerprint = self.prepared.fingerprint if self.prepared else None
        where = {"name": self.name, "data": self.source, "fingerprint": fingerprint}
        return {"nudge": __version__, **where, "knobs": self.config.as_dict()}

    def save(self, path: str | Path) -> Path:
        """Write configuration, preprocessing, weights and results into a folder, which is made where it is not there.

        Raises UsageError where it cannot be written.
        """
        folder = Path(path)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{folder} cannot be made: {error.strerror}") from None
        write_json(folder / CONFIG, self.about())
        self.predictor.save_preprocessing(folder)
        save(self.model.state_dict(), folder / WEIGHTS, {"nudge": __version__})
        if self._results is not None:
            write_json(folder / RESULTS, self._results.as_dict())
        return folder

    @classmethod
    def load(cls, path: str | Path) -> Run:
        """Read a run from its folder: to predict, and to look at its score. Raises UsageError for what is none."""
        folder = Path(path)
        said = read_about(folder)
        run = cls.__new__(cls)
        try:
            run.config, run.name, run.source = TrainConfig.from_dict(said["knobs"]), said["name"], said["data"]
        except (KeyError, TypeError) as error:
            raise UsageError(f"{folder / CONFIG} is not what nudge writes ({error})") from None
        run.predictor = Predictor.load(folder, run.config)
        run.prepared = run._loop = run._judged = run._results = None
        if (folder / RESULTS).is_file():
            run._results = Results.from_dict(read_json(folder / RESULTS))
        return run

    def __repr__(self) -> str:
        """Show what is told, and how well."""
        targets = ", ".join(head.target for head in self.heads)
        score = f"{self._results.targets[0].metric} {self._results.score:.4f}" if self._results else "not yet scored"
        return f"<Run {self.name}: {targets}, {score}>"


def config_with(config: TrainConfig | None, knobs: Mapping[str, Any]) -> TrainConfig:
    """Change some knobs of a configuration. Raises UsageError for a name that is no knob."""
    changed = TrainConfig.from_dict(knobs)
    if config is None:
        return changed
    return dataclasses.replace(config, **{name: getattr(changed, name) for name in knobs})


def _alone(values: dict[str, Array]) -> Any:
    return next(iter(values.values())) if len(values) == 1 else values
