"""Mending of torn lines: other nodes printed lines of their own between the words of such a line.

A node prints its lines one after another. So a torn line ends before the next line of the node. A
torn line that lists nodes or values is not mended: the log does not show how long the list is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from pcheck.audit.importers.elixir_lines import BEGINNING, LINE, Event, Log, event_of

MAX_TORN_LINES = 20  # torn at the same time: otherwise other texts would take quadratic time


class Word(NamedTuple):
    """A word between the lines that are read."""

    at: int
    text: str

    @property
    def end(self) -> int:
        return self.at + len(self.text)


@dataclass
class Reading:
    """The events of a log in the order of their last words, and the words that are not read."""

    events: list[Event] = field(default_factory=list)
    mended: dict[int, int] = field(default_factory=dict)  # characters, by the end of the event
    unread: list[Word] = field(default_factory=list)
    torn: int = 0  # lines that were torn, mended or not
    blanks: int = 0  # characters between the lines

    def unread_parts(self, text: str) -> list[tuple[int, int]]:
        """Return the beginning and the end of each part that is not read."""
        parts: list[tuple[int, int]] = []
        for word in self.unread:
            if parts and not text[parts[-1][1] : word.at].strip():
                parts[-1] = parts[-1][0], word.end
            else:
                parts.append((word.at, word.end))
        return parts


class _Mender:
    """The torn lines that wait for more words."""

    def __init__(self, text: str, reading: Reading) -> None:
        self._text = text
        self._reading = reading
        self._open: list[list[Word]] = []

    def add(self, words: list[Word]) -> None:
        """Add adjacent words, each to the torn line that the word continues."""
        latest: list[Word] | None = None
        for word in words:
            latest = self._continued_by(word, latest)
            if latest is None:
                self._reading.unread.append(word)
                continue
            latest.append(word)
            if match := LINE.fullmatch(_joined(latest)):
                self._open.remove(latest)
                self._reading.events.append(event_of(match, latest[0].at, word.end))
                self._count(latest)
                latest = None

    def close(self, first: str = "") -> None:
        """Count as unread the words of all torn lines, or of those that begin with `first`."""
        closed = [words for words in self._open if first in ("", words[0].text)]
        self._reading.unread += [word for words in closed for word in words]
        self._open = [words for words in self._open if words not in closed]

    def _count(self, words: list[Word]) -> None:
        """Count the characters of a mended line, with the blanks that no other line interrupts."""
        gaps = [self._text[one.end : other.at] for one, other in pairwise(words)]
        blanks = sum(len(gap) for gap in gaps if not gap.strip())
        self._reading.blanks -= blanks
        self._reading.mended[words[-1].end] = sum(len(word.text) for word in words) + blanks

    def _continued_by(self, word: Word, latest: list[Word] | None) -> list[Word] | None:
        """Return the torn line that the word continues or begins, or None."""
        for words in [latest, *self._open] if latest else self._open:
            if _is_begun([*words, word]):
                return words
        if not _is_begun([word]):
            return None
        self.close(word.text)
        if len(self._open) == MAX_TORN_LINES:
            self._reading.unread += self._open.pop(0)
        self._open.append([])
        self._reading.torn += 1
        return self._open[-1]


def read(log: Log) -> Reading:
    """Read all lines of a log and mend the torn lines of each segment."""
    reading, position = Reading(), 0
    mender = _Mender(log.text, reading)
    for match in LINE.finditer(log.text):
        if words := list(_words(log.text, position, match.start())):
            mender.add(words)
        reading.blanks += log.text.count(" ", position, match.start())
        event = event_of(match, match.start(), match.end())
        mender.close("" if event.kind == "Starting paxos" else event.text.partition(" ")[0])
        reading.events.append(event)
        position = match.end()
    mender.add(list(_words(log.text, position, len(log.text))))
    mender.close()
    reading.blanks += log.text.count(" ", position)
    reading.unread.sort()
    return reading


def _words(text: str, start: int, end: int) -> Iterator[Word]:
    if end - start > 1:
        for match in re.compile(r"[^ ]+").finditer(text, start, end):
            yield Word(match.start(), match[0])


def _joined(words: list[Word]) -> str:
    return " ".join(word.text for word in words)


def _is_begun(words: list[Word]) -> bool:
    return BEGINNING.fullmatch(_joined(words)) is not None
