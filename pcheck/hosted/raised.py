"""A hosted object that raised an exception: the node does nothing more until it restarts."""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pcheck.blame import OWN_FOLDER
from pcheck.language.property import always
from pcheck.language.seen import History, Seen

ADAPTERS = OWN_FOLDER / "hosted"


@dataclass(frozen=True)
class Raised:
    """An exception that left a handler, with the lines that Python was in, the outermost first.

    The lines name files without their folders, so that they are the same on every machine.
    """

    error: str
    lines: tuple[str, ...]

    def __pcheck_show__(self, show: object) -> str:
        return f"raised {self.error}"


def raised_by(error: BaseException) -> Raised:
    """Return what a handler raised, without the lines of pcheck itself."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).parent != ADAPTERS
    ]
    text = str(error).partition("\n")[0]
    name = type(error).__name__
    return Raised(f"{name}: {text}" if text else name, tuple(map(_line, frames)))


def _line(frame: traceback.FrameSummary) -> str:
    code = linecache.getline(frame.filename, frame.lineno or 0).strip()
    return f"{Path(frame.filename).name}:{frame.lineno}: {frame.name}: {code}"


def _explained(history: History) -> Iterator[str]:
    """Yield the lines of the traceback."""
    for node, message in history.seen.sent(Raised)[:1]:
        yield f"{node} raised {message.error}:"
        yield from (f"  {line}" for line in message.lines)


@always(sees=[Raised], explain=_explained)
def nothing_raises(seen: Seen) -> str | None:
    """No node raises an exception."""
    for node, message in seen.sent(Raised):
        return f"{node} raised {message.error}"
    return None
