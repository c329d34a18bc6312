"""What stands beside the lanes: what each step is and changes, and of what it sends all that no
arrow shows: what is said to nobody, what is sent while the same waits there, what never arrives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pcheck.language.printing import show
from pcheck.render.diagram.measure import HEADING, TEXT, TITLE, width, wrap
from pcheck.text import printable
from pcheck.traces.timeline import Moment, Story

LINE, HANG = 16.0, 12.0  # from line to line; how far what is broken off is indented
BOLD = {"heading", "label", "reached", "ends"}
SIZES = {"heading": HEADING, "label": TITLE, "ends": TITLE}


@dataclass(frozen=True)
class Words:
    """`kind` is what they are: a heading, a label, a note, a change, a milestone."""

    text: str
    kind: str

    @property
    def size(self) -> float:
        return SIZES.get(self.kind, TEXT)

    @property
    def width(self) -> float:
        return width(printable(self.text), self.size, bold=self.kind in BOLD)


@dataclass(frozen=True)
class Line:
    words: str
    kind: str
    x: float
    y: float


def beside(story: Story, moment: Moment, note: str | None) -> Iterator[Words]:
    yield Words(moment.label, "label")
    if note is not None:
        yield Words(note, "note")
    if moment.changes:
        yield Words(", ".join(moment.changes), "change")
    for nth, sent in enumerate(moment.sends):
        again = story.sent_again(moment.number, nth)
        if again:
            yield Words(f"{replace(sent, to=again)} again", "change")
        elif not sent.to:
            yield Words(str(sent), "change")
        never = story.without_end(moment.number, nth)
        if never:
            lost = f"{story.what_is_lost}: {show(sent.message)} to {', '.join(never)}"
            yield Words(lost, "change")


def reached(moment: Moment) -> Iterator[Words]:
    for milestone in moment.milestones:
        yield Words(milestone, "reached")


def set_in(words: Iterable[Words], x: float, y: float, room: float) -> list[Line]:
    """Lines from `y` down, none of them wider than the room."""
    lines: list[Line] = []
    for each in words:
        text, bold = printable(each.text), each.kind in BOLD
        for at, line in enumerate(wrap(text, each.size, room - HANG, bold=bold)):
            lines.append(Line(line, each.kind, x + (HANG if at else 0), y + LINE * len(lines)))
    return lines
