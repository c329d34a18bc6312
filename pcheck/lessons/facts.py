"""The facts about the run of a lesson: its setup, and when something was true."""

from __future__ import annotations

from collections.abc import Iterator

from pcheck.loading.setup import Setup
from pcheck.render.text.header import Header
from pcheck.scenarios.running import Record, Searched

SHOWN_FACTS = "size", "start"  # of those that a report has


def facts_of(setup: Setup) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of what a reader needs to know of the setup of a run."""
    if setup.bug is not None:
        kind = "variant" if setup.bug.safe else "bug"
        yield kind, f"{setup.bug.name}: {setup.bug.summary}"
    yield from ((name, text) for name, text, _ in Header(setup).facts() if name in SHOWN_FACTS)


def when(record: Record) -> str:
    """Return after how many steps the fact of a record was true."""
    steps = record.last if isinstance(record, Searched) else record.steps
    return f"after step {steps}" if steps else "at first"
