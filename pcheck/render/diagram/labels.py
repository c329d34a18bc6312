"""The words beside the lanes: for each step its label, its changes and those of its messages that
no arrow shows.

No arrow shows a message to nobody, one sent while the same message waits there, and one that never
arrives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pcheck.language.printing import show
from pcheck.render.diagram.style import HEADING, TEXT, TITLE
from pcheck.render.svg.measure import broken, width
from pcheck.render.svg.points import Point
from pcheck.text import printable
from pcheck.traces.timeline import Event, Timeline

LINE, HANG = 16.0, 12.0  # from line to line; how far what is broken off is indented
BOLD_KINDS = {"heading", "label", "reached", "ends"}
SIZES = {"heading": HEADING, "label": TITLE, "ends": TITLE}


@dataclass(frozen=True)
class Words:
    """Words of one kind: a heading, a label, a note, a change, a milestone."""

    text: str
    kind: str

    @property
    def size(self) -> float:
        return SIZES.get(self.kind, TEXT)

    @property
    def width(self) -> float:
        return width(printable(self.text), self.size, bold=self.kind in BOLD_KINDS)


@dataclass(frozen=True)
class TextLine:
    """One line of words, and the point at which it begins."""

    text: str
    kind: str
    at: Point


def beside(timeline: Timeline, event: Event, note: str | None) -> Iterator[Words]:
    yield Words(event.label, "label")
    if note is not None:
        yield Words(note, "note")
    if event.changes:
        yield Words(", ".join(event.changes), "change")
    for nth, sent in enumerate(event.sends):
        again = timeline.sent_again(event.number, nth)
        if again:
            yield Words(f"{replace(sent, to=again)} again", "change")
        elif not sent.to:
            yield Words(str(sent), "change")
        never = timeline.without_end(event.number, nth)
        if never:
            lost = f"{timeline.what_is_lost}: {show(sent.message)} to {', '.join(never)}"
            yield Words(lost, "change")


def reached(event: Event) -> Iterator[Words]:
    for milestone in event.milestones:
        yield Words(milestone, "reached")


def set_in(words: Iterable[Words], at: Point, room: float) -> list[TextLine]:
    """Return the words in lines from a point down, none of them wider than the room."""
    lines: list[TextLine] = []
    for each in words:
        text, bold = printable(each.text), each.kind in BOLD_KINDS
        for nth, line in enumerate(broken(text, each.size, room - HANG, bold=bold)):
            begin = at.to(HANG if nth else 0, LINE * len(lines))
            lines.append(TextLine(line, each.kind, begin))
    return lines
