"""The resources of the machine that a search may use."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from pcheck.search.compiled.threads import Threads


class Resources(NamedTuple):
    """The threads, and the folder of a disk that keeps the states, if one is to keep them."""

    threads: Threads
    disk: Path | None = None
