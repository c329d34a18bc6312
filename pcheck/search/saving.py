"""The place where a long search is saved, so that the same command can go on with it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pcheck.errors import ParameterName, UsageError

DEFAULT_SECONDS = 300.0


@dataclass(frozen=True)
class Saving:
    """The folder of a checkpoint, and the seconds between two of them.

    `origin` are facts about the model, as texts by name. A checkpoint serves only a search with the
    same facts.
    """

    folder: Path
    seconds: float = DEFAULT_SECONDS
    origin: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not (self.seconds > 0 and math.isfinite(self.seconds)):
            text = f"must be above 0, got {self.seconds:g}"
            raise UsageError(ParameterName("checkpoint_every"), text)
