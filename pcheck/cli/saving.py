"""The options of a search that is saved: the folder, and how often."""

from __future__ import annotations

from pathlib import Path

from pcheck.cli.spec_options import Given
from pcheck.errors import UsageError
from pcheck.search.saving import DEFAULT_SECONDS, Saving


def saving_of(given: Given) -> Saving | None:
    """Return where and how often the search is saved, or raise UsageError."""
    folder, seconds = given["checkpoint"], given["checkpoint_every"]
    if folder is None:
        if seconds is not None:
            raise UsageError("--checkpoint-every needs --checkpoint; name a folder with it")
        return None
    return Saving(Path(folder), DEFAULT_SECONDS if seconds is None else seconds)
