"""Limits of a search, and the reasons why a search stopped."""

from __future__ import annotations

from dataclasses import dataclass

from pcheck.errors import ParameterName, UsageError
from pcheck.text import counted


@dataclass(frozen=True)
class Limits:
    """The limits at which a search stops; None means unlimited.

    `memory` limits the resident memory of the process, in bytes. `entries` limits the rows and
    receptions in the tables of the compiled engine, which Python fills in.
    """

    states: int | None = None
    seconds: float | None = None
    memory: int | None = None
    entries: int | None = None
    depth: int | None = None  # steps

    def __post_init__(self) -> None:
        for name in ("states", "seconds", "memory", "depth"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise UsageError(ParameterName(f"max_{name}"), f"must be above 0, got {value:g}")


class Stop(Exception):
    """Raised when a search meets a limit; the text names the limit."""


# A search that one of these exceptions stops still reports what it has found.
STOPPING_EXCEPTIONS = Stop, KeyboardInterrupt, MemoryError


INTERRUPT = "an interrupt"


def stop_reason(error: BaseException) -> str:
    """Return the words for what stopped a search: a limit, an interrupt or a lack of memory."""
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPT
    return "a lack of memory" if isinstance(error, MemoryError) else str(error)


def stop_phrase(reason: str) -> str:
    """Return a stop reason with its preposition: `at the limit of 5 states`, `by Ctrl-C`."""
    if reason == INTERRUPT:
        return "by Ctrl-C"
    return f"at {reason}" if reason.startswith("the limit") else f"by {reason}"


def state_limit(states: int) -> str:
    """Return the words for a limit on the number of states: `the limit of 5 states`."""
    return f"the limit of {counted(states, 'state')}"


def depth_limit(depth: int) -> str:
    """Return the words for a limit on the number of steps: `the limit of 5 steps`."""
    return f"the limit of {counted(depth, 'step')}"


def entry_limit(entries: int) -> str:
    """Return the words for a limit on the number of entries in tables."""
    return f"the limit of {entries:,} entries in tables"
