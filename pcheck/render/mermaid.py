"""A run as a sequence diagram in Mermaid's language, which GitHub, GitLab and many editors draw.

A delivery is an arrow at the step that delivers. What never arrives has no such step and is drawn
where it was sent: with a cross if it is lost, and with an open head where losing is a step of its
own and this one was not lost, so that whoever counts the arrows finds every message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from pcheck.language.names import Id
from pcheck.language.printing import show
from pcheck.render.text.paragraphs import wrap
from pcheck.semantics.node import StepKind, delivered
from pcheck.traces.finding import Finding
from pcheck.traces.timeline import Event, Flight

NARROW, ARROW, WIDE = 44, 60, 90  # characters in a line: beside one lane, of a message, across all
PALE_RED = "rgba(255, 0, 0, 0.15)"  # on a dark page it is a dark red, and light text is still read
NAMELESS = "#160;"  # a blank that Mermaid does not trim away

# What means something to Mermaid, wherever it stands in a text: the ends of statements, entities
# and the two characters that it marks them with, markup, formulas ($$), comments (%%), and words
# after which it looks for colours or for how to wrap.
SYNTAX = re.compile(r"[#;<>&\"$%\\\ufb02\u00b6]|(?=style|classDef)[sc]|(?<=wrap):")


def mermaid(shown: Finding) -> str:
    return "\n".join(_Diagram(shown).lines()) + "\n"


class _Diagram:
    def __init__(self, shown: Finding) -> None:
        self.shown, self.timeline = shown, shown.timeline
        lanes = dict.fromkeys((*self.timeline.lanes, *(each.node for each in self.timeline.events)))
        self.names = {lane: f"n{at}" for at, lane in enumerate(lanes or ("",), start=1)}
        names = list(self.names.values())
        self.all = ",".join(dict.fromkeys((names[0], names[-1])))

    def lines(self) -> Iterator[str]:
        yield "sequenceDiagram"
        yield f"    title {_text(self.shown.title, WIDE)}"
        for lane, name in self.names.items():
            yield f"    participant {name} as {_text(lane, NARROW)}"
        for event in self.timeline.events:
            yield from self._step(event)
            for line in event.milestones:
                yield _note(self.all, line, WIDE)
        yield _note(self.all, self.shown.ending, WIDE)

    def _step(self, event: Event) -> Iterator[str]:
        """Where the correct protocol differs, it stands on red."""
        if event.number not in self.shown.notes:
            yield from self._event(event)
            return
        yield f"    rect {PALE_RED}"
        yield from (f"    {line}" for line in self._event(event))
        yield "    end"

    def _event(self, event: Event) -> Iterator[str]:
        name, beside = self.names[event.node], "\n".join(self._beside(event))
        if event.src is None:
            yield _note(name, f"{event.number}. {event.label}\n{beside}")
        else:
            arrow = f"{self.names[event.src]}{'-x' if event.kind is StepKind.LOSE else '->>'}{name}"
            yield f"    {arrow}: {_text(self._message(event), ARROW)}"
            if beside:
                yield _note(name, beside)
        for flight in self.timeline.flights:
            if flight.sent == event.number and flight.end is None:
                yield self._never(flight)

    def _message(self, event: Event) -> str:
        """What is lost, or delivered, and then which way it went."""
        what = f"lost: {show(event.message)}"
        if event.kind is StepKind.DELIVER:
            label = delivered(Id(event.src or ""), Id(event.node), event.message)
            what = f"{show(event.message)}{event.label.removeprefix(label)}"
        when = f"\n(sent in step {event.sent_in})" if event.sent_in is not None else ""
        return f"{event.number}. {what}{when}"

    def _beside(self, event: Event) -> Iterator[str]:
        """What follows for its node; of what it sends, only that which no arrow will show."""
        if event.number in self.shown.notes:
            yield self.shown.notes[event.number]
        yield from event.changes
        for nth, sent in enumerate(event.sends):
            rest = self.timeline.sent_again(event.number, nth)
            if rest or not sent.to:
                yield str(replace(sent, to=rest))

    def _never(self, flight: Flight) -> str:
        arrow, what = "--)" if self.timeline.losing_is_a_step else "-x", self.timeline.what_is_lost
        ends = f"{self.names[flight.src]}{arrow}{self.names[flight.dst]}"
        return f"    {ends}: {_text(f'{what}: {show(flight.message)}', ARROW)}"


def _note(over: str, text: str, width: int = NARROW) -> str:
    return f"    Note over {over}: {_text(text, width)}"


def _text(text: str, width: int) -> str:
    """As one line of Mermaid's, in which the lines of the text are told apart."""
    lines = [short for line in text.splitlines() for short in wrap(line, width)]
    return "<br/>".join(SYNTAX.sub(_entity, line) for line in lines) or NAMELESS


def _entity(found: re.Match[str]) -> str:
    return f"#{ord(found[0])};"
