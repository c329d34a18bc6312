"""Places in a log: the file and the line of an event."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A line of a log, from 1; `file` is as the user wrote it."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"
