"""What is known of a run from its folder, without its network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..config import TrainConfig
from ..errors import UsageError
from ..io import read_json
from .folder import STATE
from .predictor import CONFIG, PREPROCESSING, read_about
from .results import Results
from .run import RESULTS


@dataclass(frozen=True)
class Kept:
    """A run's folder, at a glance."""

    path: Path
    made: float  # seconds since 1970
    data: str | None  # a path or a set's name
    targets: tuple[str, ...]
    config: TrainConfig
    results: Results | None

    @property
    def state(self) -> str:
        """Say how far it came."""
        if self.results is not None:
            return "finished"
        return "interrupted" if (self.path / STATE).is_file() else "begun"

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain data, fit for JSON."""
        return {
            "run": self.path.as_posix(),
            "made": self.made,
            "data": self.data,
            "targets": list(self.targets),
            "state": self.state,
            "knobs": self.config.as_dict(),
            "results": None if self.results is None else self.results.as_dict(),
        }


def kept(path: Path) -> Kept:
    """Look into a run's folder. Raises UsageError for what is none."""
    said = read_about(path)
    try:
        return Kept(
            path=path,
            made=(path / CONFIG).stat().st_mtime,
            data=said["data"],
            targets=tuple(entry["target"] for entry in read_json(path / PREPROCESSING)["targets"]),
            config=TrainConfig.from_dict(said["knobs"]),
            results=Results.from_dict(read_json(path / RESULTS)) if (path / RESULTS).is_file() else None,
        )
    except (KeyError, TypeError) as error:
        raise UsageError(f"{path} is not what nudge writes ({error})") from None
