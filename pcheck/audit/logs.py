"""A log: its files, read line by line, and its events by run and node."""

from __future__ import annotations

import gzip
import io
import json
import sys
import zlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from shutil import copyfileobj
from tempfile import NamedTemporaryFile
from typing import IO, Any

from pcheck.audit.events import EXAMPLE, Event, Events
from pcheck.audit.mapping import Translation
from pcheck.audit.places import Place
from pcheck.errors import UsageError
from pcheck.search.clock import Tick, no_tick

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

    @property
    def size(self) -> int:
        """The number of events of all runs."""
        return sum(len(node.events) for run in self.runs.values() for node in run.values())

    def event(self, number: int) -> Event:
        """Return a distinct event by its number."""
        return self.events.all[number]

    def place(self, log: NodeLog, at: int) -> Place:
        """Return the file and line of an event of a node, from 0."""
        return Place(self.files[log.files[at]], log.lines[at])

    def add(self, run: str, event: Event, file: int, line: int) -> None:
        """Add an event at the end of the log of its node."""
        log = self.runs.setdefault(run, {}).setdefault(event.node, NodeLog())
        log.events.append(event.number)
        log.files.append(file)
        log.lines.append(line)


def read_log(
    files: Sequence[str], translation: Translation | None = None, tick: Tick = no_tick
) -> Log:
    """Return the events of JSON lines, or raise UsageError with file and line.

    With ranked values, the files are read twice: first to find all values.
    """
    if translation is None:
        return _read(files, files, None, tick)
    with NamedTemporaryFile(prefix="pcheck-") as copy:
        if STANDARD_INPUT in files:
            copyfileobj(sys.stdin.buffer, copy)
            copy.flush()
        opened = [copy.name if file == STANDARD_INPUT else file for file in files]
        log = _read(files, opened, translation, tick)
        if not translation.has_ranks:
            return log
        translation.rank()
        return _read(files, opened, translation, tick)


def _read(
    files: Sequence[str], opened: Sequence[str], translation: Translation | None, tick: Tick
) -> Log:
    if files.count(STANDARD_INPUT) > 1:
        raise UsageError("standard input can be read only once")
    log = Log([shown_name(file) for file in files])
    known: dict[str, list[tuple[str, Event]]] = {}  # by the text of a line
    for number, file in enumerate(opened):
        for place, text in lines_of(file, log.files[number]):
            if place.line % TICK_EVERY == 0:
                tick()
            found = known.get(text)
            if found is None:
                found = _events_of(log, place, text, translation)
                if translation is None and len(known) < MAX_KNOWN_LINES:
                    known[text] = found
            for run, event in found:
                log.add(run, event, number, place.line)
    if not log.runs:
        raise UsageError(f"{' '.join(log.files)}: no event; a line of a log is such as {EXAMPLE}")
    return log


def _events_of(
    log: Log, place: Place, text: str, translation: Translation | None
) -> list[tuple[str, Event]]:
    if not text.strip():
        return []
    try:
        found = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise UsageError(f"{place}: not JSON; a line of a log is such as {EXAMPLE}") from None
    if translation is None:
        return [log.events.of(found, place)]
    try:
        translated = list(translation(found))
    except UsageError as error:
        raise UsageError(f"{place}: {error}") from None
    return [log.events.of(each, place) for each in translated]


def _refuse(constant: str) -> None:
    raise ValueError(constant)  # NaN and Infinity are not JSON


def lines_of(file: str, shown: str) -> Iterator[tuple[Place, str]]:
    """Yield the lines of a file, which may be compressed, with their places."""
    try:
        with _opened(file) as lines:
            for number, line in enumerate(lines, start=1):
                yield Place(shown, number), line
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or f"it cannot be read: {error}"
        raise UsageError(f"{shown}: {reason}") from None


def shown_name(file: str) -> str:
    return "standard input" if file == STANDARD_INPUT else file


def _opened(file: str) -> IO[str]:
    """Return the lines of a file; it is opened once, since it may be a pipe."""
    if file == STANDARD_INPUT:
        if sys.stdin is None:
            raise UsageError("standard input is closed")
        raw: Any = io.BufferedReader(sys.stdin.buffer)  # which stays open
    else:
        raw = open(file, "rb")  # noqa: SIM115
    if raw.peek(2)[:2] == GZIP:
        return io.TextIOWrapper(_Compressed(raw), "utf-8-sig")
    return io.TextIOWrapper(raw, "utf-8-sig")


class _Compressed(gzip.GzipFile):
    """A compressed file that closes what it reads."""

    def __init__(self, raw: Any) -> None:
        super().__init__(fileobj=raw)
        self._raw = raw

    def close(self) -> None:
        """Close both."""
        super().close()
        self._raw.close()
