"""A log: its files, read line by line, and its events by run and node."""

from __future__ import annotations

import gzip
import io
import json
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from pcheck.audit.events import EXAMPLE, Event, Events
from pcheck.audit.places import Place
from pcheck.errors import UsageError
from pcheck.search.clock import Tick, no_tick

Translate = Callable[[Any], Iterable[Any]]  # from an object of a log to events
STANDARD_INPUT = "-"
MAX_KNOWN_LINES = 100_000
GZIP = b"\x1f\x8b"
TICK_EVERY = 1_000


@dataclass
class NodeLog:
    """The events of one node in one run, in order; only numbers, since a log may be long."""

    events: array[int] = field(default_factory=lambda: array("I"))
    files: array[int] = field(default_factory=lambda: array("H"))
    lines: array[int] = field(default_factory=lambda: array("I"))


@dataclass
class Log:
    """The events of all runs, and the distinct ones by number."""

    files: Sequence[str]
    events: Events = field(default_factory=Events)
    runs: dict[str, dict[str, NodeLog]] = field(default_factory=dict)

    def event(self, number: int) -> Event:
        return self.events.all[number]

    def place(self, log: NodeLog, at: int) -> Place:
        return Place(self.files[log.files[at]], log.lines[at])

    def add(self, run: str, event: Event, file: int, line: int) -> None:
        log = self.runs.setdefault(run, {}).setdefault(event.node, NodeLog())
        log.events.append(event.number)
        log.files.append(file)
        log.lines.append(line)


def read_log(files: Sequence[str], translate: Translate | None = None, tick: Tick = no_tick) -> Log:
    """Return the events of JSON lines, or raise UsageError with file and line.

    `translate` returns the events that an object of the log stands for.
    """
    log = Log(files)
    known: dict[str, list[tuple[str, Event]]] = {}  # by the text of a line
    for number, file in enumerate(files):
        for place, text in lines_of(file):
            if place.line % TICK_EVERY == 0:
                tick()
            found = known.get(text)
            if found is None:
                found = _events_of(log, place, text, translate)
                if len(known) < MAX_KNOWN_LINES:
                    known[text] = found
            for run, event in found:
                log.add(run, event, number, place.line)
    if not log.runs:
        raise UsageError(f"{' '.join(files)}: no event; a line of a log is such as {EXAMPLE}")
    return log


def _events_of(
    log: Log, place: Place, text: str, translate: Translate | None
) -> list[tuple[str, Event]]:
    if not text.strip():
        return []
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError(f"{place}: not JSON; a line of a log is such as {EXAMPLE}") from None
    if translate is None:
        return [log.events.of(found, place)]
    try:
        translated = list(translate(found) or ())
    except UsageError as error:
        raise UsageError(f"{place}: {error}") from None
    return [log.events.of(each, place) for each in translated]


def lines_of(file: str) -> Iterator[tuple[Place, str]]:
    """Yield the lines of a file, which may be compressed, with their places."""
    shown = "standard input" if file == STANDARD_INPUT else file
    try:
        with _opened(file) as lines:
            for number, line in enumerate(lines, start=1):
                yield Place(shown, number), line
    except (OSError, EOFError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or f"it cannot be read: {error}"
        raise UsageError(f"{shown}: {reason}") from None


def _opened(file: str) -> IO[str]:
    if file == STANDARD_INPUT:
        raw: Any = io.BufferedReader(sys.stdin.buffer)
    else:
        raw = open(file, "rb")  # noqa: SIM115  # the caller closes it
    if raw.peek(2)[:2] == GZIP:
        raw = gzip.GzipFile(fileobj=raw)
    return io.TextIOWrapper(raw, "utf-8")
