"""An interrupt, as Ctrl-C makes it, at a chosen report of the progress."""

from __future__ import annotations

from itertools import count

from pcheck.search.clock import OnProgress, Progress


def interrupting(nth: int) -> OnProgress:
    """Return a function that raises KeyboardInterrupt when it is called for the nth time."""
    calls = count(1)

    def on_progress(_: Progress) -> None:
        if next(calls) == nth:
            raise KeyboardInterrupt

    return on_progress
