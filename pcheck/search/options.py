"""The options of a search, validated here for the command line and the library alike."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pcheck.errors import ParameterName, UsageError
from pcheck.search.checkpoint import Checkpoint
from pcheck.search.limits import Limits
from pcheck.search.reductions.reduce import REDUCTIONS, parse_reductions
from pcheck.search.saving import Saving
from pcheck.text import unknown

ENGINES = ("auto", "reference", "compiled")


@dataclass(frozen=True)
class SearchOptions:
    """The engine of a search, its reductions, its limits, and the properties that it must decide.

    `reductions` is `all`, `none`, or a comma-separated list of names; None leaves the choice to the
    engine. A search stops at the first violation, unless `all_properties` are to be decided. Large
    searches of the compiled engine use `threads`, or all cores if None; the answer is the same. If
    `saving` is given, they write checkpoints, and go on from the last one. If `disk` is given, they
    keep their states in a file in this folder, and not in memory.
    """

    engine: str = "auto"
    reductions: str | None = None
    limits: Limits = Limits()
    all_properties: bool = False
    threads: int | None = None
    saving: Saving | None = None
    disk: Path | None = None
    checkpoint: Checkpoint | None = None  # that the engine opened, for `saving`

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            raise UsageError(unknown("engine", self.engine, ENGINES))
        # `demands_reductions` comes first, since it also checks the names of the reductions.
        if self.demands_reductions and self.engine == "reference":
            text = "the reference engine does not apply reductions; leave out"
            raise UsageError(text, ParameterName("reduce"))
        if self.threads is not None and self.threads < 1:
            raise UsageError(ParameterName("threads"), f"must be above 0, got {self.threads}")
        if self.threads is not None and self.engine == "reference":
            text = "the reference engine uses one thread; leave out"
            raise UsageError(text, ParameterName("threads"))
        if self.disk is not None:
            self._check_disk(self.disk)
        if self.saving is not None and self.engine == "reference":
            text = "the reference engine writes no checkpoints; leave out"
            raise UsageError(text, ParameterName("checkpoint"))

    def _check_disk(self, folder: Path) -> None:
        if self.engine == "reference":
            text = "the reference engine keeps all states in memory; leave out"
            raise UsageError(text, ParameterName("disk"))
        if not hasattr(os, "posix_fallocate"):
            text = "states can be kept on a disk on Linux only; leave out"
            raise UsageError(text, ParameterName("disk"))
        if not folder.is_dir() or not os.access(folder, os.W_OK):
            raise UsageError(ParameterName("disk"), f"must be a folder to write to, got {folder}")

    @property
    def reduction_names(self) -> tuple[str, ...]:
        """The names of the reductions that the compiled engine tries."""
        return REDUCTIONS if self.reductions is None else parse_reductions(self.reductions)

    @property
    def facts(self) -> dict[str, str]:
        """The options that a checkpoint depends on, as texts by their names."""
        facts = {
            "--engine": self.engine,
            "--reduce": ",".join(self.reduction_names) or "none",
            "--all-properties": str(self.all_properties),
            "--max-states": self.limits.states,
            "--max-depth": self.limits.depth,
        }
        return {name: str(value) for name, value in facts.items() if value is not None}

    @property
    def demands_reductions(self) -> bool:
        """True if reductions are requested by name, so that only the compiled engine will do."""
        return self.reductions is not None and bool(self.reduction_names)
