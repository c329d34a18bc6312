"""The options for what a search writes while it runs: checkpoints, and its states."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

from pcheck.cli.spec_options import Given, option, with_default
from pcheck.errors import UsageError
from pcheck.search.saving import DEFAULT_SECONDS, Saving


def storage_options() -> Iterator[inspect.Parameter]:
    """Yield the options."""
    how = "Search"
    disk = "Keep the states of a large search in a file in DIR."
    yield option("disk", str, how, "--disk DIR", disk)
    folder = "Save the search in DIR; the same command goes on from there."
    yield option("checkpoint", str, how, "--checkpoint DIR", folder)
    often = with_default("Seconds between two checkpoints.", f"{DEFAULT_SECONDS:g}")
    yield option("checkpoint_every", float, how, "--checkpoint-every SECONDS", often)


def disk_of(given: Given) -> Path | None:
    """Return the folder that keeps the states, if there is one."""
    return None if given["disk"] is None else Path(given["disk"])


def saving_of(given: Given) -> Saving | None:
    """Return where and how often the search is saved, or raise UsageError."""
    folder, seconds = given["checkpoint"], given["checkpoint_every"]
    if folder is None:
        if seconds is not None:
            raise UsageError("--checkpoint-every needs --checkpoint; name a folder with it")
        return None
    return Saving(Path(folder), DEFAULT_SECONDS if seconds is None else seconds)
