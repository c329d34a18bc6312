"""The texts beside the lanes: the label and the changes of each step, and messages without arrows.

A message is written in words if the message has no receiver, if the network merges the message with
an equal undelivered message, or if no step delivers or loses the message.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pcheck.language.printing import show
from pcheck.render.diagram.style import HEADING_SIZE, LABEL_SIZE, TEXT_SIZE
from pcheck.render.svg.measure import break_text, text_width
from pcheck.render.svg.points import Point
from pcheck.text import printable
from pcheck.traces.timeline import Event, Timeline

LINE_HEIGHT, HANGING_INDENT = 16.0, 12.0  # the indent is that of continuation lines
BOLD_KINDS = {"heading", "label", "reached", "ends"}
SIZES = {"heading": HEADING_SIZE, "label": LABEL_SIZE, "ends": LABEL_SIZE}


@dataclass(frozen=True)
class StyledText:
    """A text and its kind: `heading`, `about`, `label`, `note`, `change`, `reached` or `ends`."""

    text: str
    kind: str

    @property
    def size(self) -> float:
        return SIZES.get(self.kind, TEXT_SIZE)

    @property
    def width(self) -> float:
        """The width of the text on one line."""
        return text_width(printable(self.text), self.size, bold=self.kind in BOLD_KINDS)


@dataclass(frozen=True)
class TextLine:
    """One line of a styled text and the point at which the line begins."""

    text: str
    kind: str
    at: Point


def step_texts(timeline: Timeline, event: Event, note: str | None) -> Iterator[StyledText]:
    """Yield the texts beside a step: its label, its note, its changes and its messages in words."""
    timeline.tick()
    yield StyledText(event.label, "label")
    if note is not None:
        yield StyledText(note, "note")
    if event.effects:
        yield StyledText(", ".join(event.effects), "change")
    for nth, sent in enumerate(event.sends):
        again = timeline.merged_receivers(event.number, nth)
        if again:
            yield StyledText(f"{replace(sent, to=again)} again", "change")
        elif not sent.to:
            yield StyledText(str(sent), "change")
        never = timeline.unreached_receivers(event.number, nth)
        if never:
            what = f"{timeline.unreached_words}: {show(sent.message)} to {', '.join(never)}"
            yield StyledText(what, "change")


def milestone_texts(event: Event) -> Iterator[StyledText]:
    """Yield the milestones that a step reaches."""
    for milestone in event.milestones:
        yield StyledText(milestone, "reached")


def text_lines(texts: Iterable[StyledText], at: Point, max_width: float) -> list[TextLine]:
    """Return the texts as lines of at most `max_width`; the first line begins at `at`."""
    lines: list[TextLine] = []
    room = max_width - HANGING_INDENT
    for each in texts:
        text, bold = printable(each.text), each.kind in BOLD_KINDS
        for nth, line in enumerate(break_text(text, each.size, room, bold=bold)):
            begin = at.to(HANGING_INDENT if nth else 0, LINE_HEIGHT * len(lines))
            lines.append(TextLine(line, each.kind, begin))
    return lines
