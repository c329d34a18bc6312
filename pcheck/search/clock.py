"""The clock of a check: its time and memory, compared with the limits, and its progress."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache

import psutil

from pcheck.search.limits import Limits, Stop

EXPLORING = "exploring"


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
    activity: str = EXPLORING  # or other work, such as "reconstructing the trace"
    is_reduced: bool = False  # if so, a state stands for many
    spent: Mapping[str, float] = field(default_factory=dict)  # seconds so far for each activity


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
        self._process = _process(os.getpid())
        self._start = time.monotonic()
        self._next = self._start
        self._excluded = 0.0
        self._paused_at: float | None = None
        self.peak = 0
        self.keeps_states_in_a_file = False
        self.reserved = 0  # bytes that later work on the same search will need
        self.spent: dict[str, float] = {}  # seconds for each activity, in the order of their begin
        self._activity, self._since = "", self._start
        self._doing = ""  # an activity that uses the work of others, such as drawing

    def memory(self) -> int:
        """Return the resident memory of the process in bytes, and update `peak`.

        The system takes back the memory that holds parts of a file when others need it.
        """
        info = self._process.memory_info()
        held = int(info.rss - (info.shared if self.keeps_states_in_a_file else 0))
        self.peak = max(self.peak, held)
        return held

    def seconds(self) -> float:
        """Return the time that the search has taken, without excluded time."""
        return self._passed() - self._excluded

    def _passed(self) -> float:
        """Return the time that counts towards the limit: all time but that of pauses."""
        now = time.monotonic() if self._paused_at is None else self._paused_at
        return now - self._start

    def add(self, seconds: float) -> None:
        """Count the seconds that an earlier run spent; they count towards no limit."""
        self._excluded -= seconds

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
        self._note("")

    def begin(self, activity: str) -> None:
        """Report an activity that may not report its progress for a while."""
        self._note(activity)
        if self._on_progress is not None:
            progress = Progress(activity=activity, spent=self.spent)
            progress.seconds, progress.memory = self.seconds(), self.memory()
            self._on_progress(progress)

    @contextmanager
    def doing(self, activity: str) -> Iterator[None]:
        """Report all progress inside as progress of this activity."""
        self._doing = activity
        self._note(activity)
        try:
            yield
        finally:
            self._doing = ""

    def _note(self, activity: str) -> None:
        """Count the time since the last note for the activity of that note."""
        now = time.monotonic()
        if self._activity:
            self.spent[self._activity] = self.spent.get(self._activity, 0.0) + now - self._since
        self._activity, self._since = activity, now

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count the time inside."""
        if self._paused_at is None:
            yield
            return
        self._start += time.monotonic() - self._paused_at
        self._paused_at = None
        self._note("")
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
        if self._doing:
            progress = replace(progress, activity=self._doing)
        self._note(progress.activity)
        progress.seconds, progress.memory = self.seconds(), self.memory()
        progress.spent = self.spent
        if self._on_progress is not None:
            self._on_progress(progress)
        seconds, memory = self._allowed
        if seconds is not None and self._passed() >= seconds:
            raise Stop(f"the limit of {self.limits.seconds:g} seconds")
        if memory is not None and progress.memory + self.reserved >= memory:
            raise Stop(f"the limit of {(self.limits.memory or 0) / 1e6:,.0f} MB of memory")

    def ticking(self, progress: Progress, activity: str) -> Tick:
        """Return a function for work besides exploring, which checks the limits."""
        doing = replace(progress, activity=activity)
        self._note(activity)
        return lambda: self.check(doing)


@cache
def _process(pid: int) -> psutil.Process:
    """Return the process with this number; psutil reads when it began, which takes a while."""
    return psutil.Process(pid)


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
