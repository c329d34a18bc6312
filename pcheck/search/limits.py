"""Limits of a search, the clock that enforces them, and the reasons why a search stopped."""

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
    activity: str = ""  # what is done after the search, such as "reconstructing the trace"


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


OnProgress = Callable[[Progress], None]
Allowed = tuple[float | None, float | None]  # seconds and bytes; None means unlimited
Tick = Callable[[], None]  # called often by long work; may raise one of STOPPING_EXCEPTIONS


def no_tick() -> None:
    """Let work without limits go on."""


class Clock:
    """The time and memory of a check, measured once a PERIOD.

    A PERIOD is short enough to stop a search in time, and long enough to cost next to nothing. The
    work on a trace after the search has the same limits. If little is left of a limit, the limit is
    extended for this work, once and a little, because the trace of a violation is the answer.
    """

    PERIOD = 0.1  # seconds between two measurements
    MORE_SECONDS, MORE_BYTES = 1.0, 100_000_000  # the least extensions

    def __init__(self, limits: Limits, on_progress: OnProgress | None) -> None:
        self.limits, self._on_progress = limits, on_progress
        self._allowed: Allowed = limits.seconds, limits.memory  # for the work that is done now
        self._extended_seconds = _Extension(limits.seconds, self.MORE_SECONDS)
        self._extended_memory = _Extension(limits.memory, self.MORE_BYTES)
        self._process = psutil.Process()
        self._start = time.monotonic()
        self._next = self._start
        self._excluded = 0.0
        self._paused_at: float | None = None
        self.peak = 0

    def memory(self) -> int:
        """Return the resident memory of the process in bytes, and update `peak`."""
        held = int(self._process.memory_info().rss)
        self.peak = max(self.peak, held)
        return held

    def seconds(self) -> float:
        """Return the time that the search has taken, without excluded time."""
        return self._passed() - self._excluded

    def _passed(self) -> float:
        """Return the time that counts towards the limit: all time but that of pauses."""
        now = time.monotonic() if self._paused_at is None else self._paused_at
        return now - self._start

    @contextmanager
    def halving(self) -> Iterator[None]:
        """Allow only half of the remaining time, for an attempt that may fail."""
        seconds = self.limits.seconds
        if seconds is not None:
            seconds = (self._passed() + seconds) / 2
        with self._allowing((seconds, self.limits.memory)):
            yield

    @contextmanager
    def extending(self) -> Iterator[None]:
        """Extend the limits if little is left of them, to show what the search found."""
        seconds = self._extended_seconds.limit_at(self._passed())
        memory = self._extended_memory.limit_at(self.memory())
        with self._allowing((seconds, memory)):
            yield

    @contextmanager
    def _allowing(self, limits: Allowed) -> Iterator[None]:
        """Allow other limits than those that a Stop names."""
        allowed, self._allowed = self._allowed, limits
        try:
            yield
        finally:
            self._allowed = allowed

    def pause(self) -> None:
        """Count no time from now on, except inside `running`."""
        self._paused_at = time.monotonic()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count the time inside."""
        if self._paused_at is None:
            yield
            return
        self._start += time.monotonic() - self._paused_at
        self._paused_at = None
        try:
            yield
        finally:
            self.pause()

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
        seconds, memory = self._allowed
        if seconds is not None and self._passed() >= seconds:
            raise Stop(f"the limit of {self.limits.seconds:g} seconds")
        if memory is not None and progress.memory >= memory:
            raise Stop(f"the limit of {(self.limits.memory or 0) / 1e6:,.0f} MB of memory")

    def ticking(self, progress: Progress, activity: str) -> Tick:
        """Return a function for long work after the search, which checks the limits."""
        doing = replace(progress, activity=activity)
        return lambda: self.check(doing)


class _Extension:
    """A limit that is extended once, by a tenth or by `least`, when less than this is left."""

    def __init__(self, limit: float | None, least: float) -> None:
        self._limit, self._least = limit, least
        self._extended: float | None = None

    def limit_at(self, used: float) -> float | None:
        """Return the limit for work that begins when so much is used."""
        if self._limit is None or self._extended is not None:
            return self._extended
        more = max(self._least, self._limit / 10)
        if used + more <= self._limit:
            return self._limit
        self._extended = used + more
        return self._extended
