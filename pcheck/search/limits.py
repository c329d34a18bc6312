"""Limits of a search, the clock that enforces them, and how a search that was stopped says so."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import psutil

from pcheck.errors import ParameterName, UsageError
from pcheck.text import counted


@dataclass(frozen=True)
class Limits:
    """Where a search gives up. None is no limit; memory is what the process holds, in bytes."""

    states: int | None = None
    seconds: float | None = None
    memory: int | None = None

    def __post_init__(self) -> None:
        for name in ("states", "seconds", "memory"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise UsageError(ParameterName(f"max_{name}"), f"must be above 0, got {value:g}")


@dataclass
class Progress:
    """How far a search is: given to whoever watches it, some times a second."""

    level: int = 0  # every run of so many steps has been looked at
    states: int = 0
    transitions: int = 0
    queue: int = 0
    widths: list[int] = field(default_factory=list)  # new states on each level
    seconds: float = 0.0
    memory: int = 0


class Stop(Exception):
    """A limit was met: says which."""


ENDS = Stop, KeyboardInterrupt, MemoryError  # a search: with what it has found so far


INTERRUPT = "an interrupt"


def ended_by(end: BaseException) -> str:
    """How a search says what ended it."""
    if isinstance(end, KeyboardInterrupt):
        return INTERRUPT
    return "a lack of memory" if isinstance(end, MemoryError) else str(end)


def state_limit(states: int) -> str:
    """How a search says that it ended because it met so many states."""
    return f"the limit of {counted(states, 'state')}"


OnProgress = Callable[[Progress], None]


class Clock:
    """Looks at time and memory now and then: often enough to stop in time, too seldom to cost."""

    PERIOD = 0.1  # seconds between two looks

    def __init__(self, limits: Limits, on_progress: OnProgress | None) -> None:
        self.limits, self._watch = limits, on_progress
        self._process = psutil.Process()
        self._start = time.monotonic()
        self._next = self._start
        self._waited = 0.0
        self.peak = 0

    def memory(self) -> int:
        held = int(self._process.memory_info().rss)
        self.peak = max(self.peak, held)
        return held

    def seconds(self) -> float:
        return time.monotonic() - self._start - self._waited

    @contextmanager
    def half(self) -> Iterator[None]:
        """Half of the time that is left, for what may be in vain."""
        limits = self.limits
        if limits.seconds is not None:
            passed = time.monotonic() - self._start
            self.limits = replace(limits, seconds=(passed + limits.seconds) / 2)
        try:
            yield
        finally:
            self.limits = limits

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Time that is spent on something else than the search: it counts for the limit alone."""
        began = time.monotonic()
        try:
            yield
        finally:
            self._waited += time.monotonic() - began

    def check(self, progress: Progress) -> None:
        """Stops the search here, if it must end."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + self.PERIOD
        progress.seconds, progress.memory = now - self._start, self.memory()
        if self._watch is not None:
            self._watch(progress)
        if self.limits.seconds is not None and progress.seconds >= self.limits.seconds:
            raise Stop(f"the limit of {self.limits.seconds:g} seconds")
        if self.limits.memory is not None and progress.memory >= self.limits.memory:
            raise Stop(f"the limit of {self.limits.memory / 1e6:,.0f} MB of memory")
