"""Limits of a search, the clock that enforces them, and the reasons why a search stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import psutil

from pcheck.errors import ParameterName, PcheckError, UsageError
from pcheck.text import counted


@dataclass(frozen=True)
class Limits:
    """The limits at which a search stops; None means unlimited.

    `memory` limits the resident memory of the process, in bytes.
    """

    states: int | None = None
    seconds: float | None = None
    memory: int | None = None

    def __post_init__(self) -> None:
        for name in ("states", "seconds", "memory"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise UsageError(ParameterName(f"max_{name}"), f"must be above 0, got {value:g}")

    def remaining(self, seconds: float) -> Limits:
        """Return the limits of the next search, which counts states anew, `seconds` later."""
        if self.seconds is None:
            return replace(self, states=None)
        return replace(self, states=None, seconds=max(self.seconds - seconds, 0.01))


@dataclass
class Progress:
    """The progress of a search, passed to `on_progress` several times a second."""

    level: int = 0  # every execution of up to `level` steps is explored
    states: int = 0
    transitions: int = 0
    queue: int = 0  # states that are found and not yet expanded
    widths: list[int] = field(default_factory=list)  # new states on each level
    seconds: float = 0.0
    memory: int = 0  # bytes


class Stop(Exception):
    """Raised when a search meets a limit; the text names the limit."""


class TooManyNumbers(PcheckError):
    """Raised when a cluster is too large for the numbers of the compiled engine."""


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


OnProgress = Callable[[Progress], None]


class Clock:
    """The time and memory of a search, measured once a PERIOD.

    A PERIOD is short enough to stop a search in time, and long enough to cost next to nothing.
    """

    PERIOD = 0.1  # seconds between two measurements

    def __init__(self, limits: Limits, on_progress: OnProgress | None) -> None:
        self.limits, self._on_progress = limits, on_progress
        self._process = psutil.Process()
        self._start = time.monotonic()
        self._next = self._start
        self._excluded = 0.0
        self.peak = 0

    def memory(self) -> int:
        """Return the resident memory of the process in bytes, and update `peak`."""
        held = int(self._process.memory_info().rss)
        self.peak = max(self.peak, held)
        return held

    def seconds(self) -> float:
        """Return the time that the search has taken, without excluded time."""
        return time.monotonic() - self._start - self._excluded

    @contextmanager
    def halving(self) -> Iterator[None]:
        """Allow only half of the remaining time, for an attempt that may fail."""
        limits = self.limits
        if limits.seconds is not None:
            passed = time.monotonic() - self._start
            self.limits = replace(limits, seconds=(passed + limits.seconds) / 2)
        try:
            yield
        finally:
            self.limits = limits

    @contextmanager
    def excluding(self) -> Iterator[None]:
        """Exclude the time spent inside from `seconds`, but not from the limit of time."""
        began = time.monotonic()
        try:
            yield
        finally:
            self._excluded += time.monotonic() - began

    def check(self, progress: Progress) -> None:
        """Report `progress`, and raise Stop if the search must stop, at most once a PERIOD."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + self.PERIOD
        progress.seconds, progress.memory = self.seconds(), self.memory()
        if self._on_progress is not None:
            self._on_progress(progress)
        if self.limits.seconds is not None and now - self._start >= self.limits.seconds:
            raise Stop(f"the limit of {self.limits.seconds:g} seconds")
        if self.limits.memory is not None and progress.memory >= self.limits.memory:
            raise Stop(f"the limit of {self.limits.memory / 1e6:,.0f} MB of memory")
