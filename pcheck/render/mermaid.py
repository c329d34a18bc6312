"""A trace as a Mermaid sequence diagram, which GitHub, GitLab and many editors draw.

A delivery is an arrow at the step that delivers the message. A message that no step delivers or
loses is an arrow at the step that sends the message. This arrow has a cross if the message is lost.
It has an open head if the network loses messages in steps, so that the message is in flight at the
end. Therefore every message that the network adds to an inbox has an arrow.
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
from pcheck.traces.flights import Flight
from pcheck.traces.timeline import Event

# The maximal numbers of characters in a line of a note at one lane, of a message, and of a note
# across all lanes.
MAX_NOTE_CHARACTERS, MAX_MESSAGE_CHARACTERS, MAX_WIDE_NOTE_CHARACTERS = 44, 60, 90
PALE_RED = "rgba(255, 0, 0, 0.15)"  # translucent: a dark page stays dark and its text legible
LOOP = "    loop for ever"  # until the next `end` of the same depth
EMPTY_TEXT = "#160;"  # a no-break space, which Mermaid does not trim

# Everything that Mermaid interprets inside a text: ends of statements, entities and the two
# characters with which Mermaid marks entities, markup, formulas ($$), comments (%%), and keywords
# that introduce colours or wrapping.
SYNTAX = re.compile(r"[#;<>&\"$%\\\ufb02\u00b6]|(?=style|classDef)[sc]|(?<=wrap):")


def mermaid(finding: Finding) -> str:
    """Return the sequence diagram of the trace of a finding."""
    return "\n".join(_Diagram(finding).lines()) + "\n"


class _Diagram:
    def __init__(self, finding: Finding) -> None:
        self.finding, self.timeline = finding, finding.timeline
        nodes = (event.node for event in self.timeline.events)
        lanes = dict.fromkeys((*self.timeline.lanes, *nodes))
        self.names = {lane: f"n{number}" for number, lane in enumerate(lanes or ("",), start=1)}
        names = list(self.names.values())
        self.all_lanes = ",".join(dict.fromkeys((names[0], names[-1])))

    def lines(self) -> Iterator[str]:
        yield "sequenceDiagram"
        yield f"    title {_text(self.finding.title, MAX_WIDE_NOTE_CHARACTERS)}"
        for lane, name in self.names.items():
            yield f"    participant {name} as {_text(lane, MAX_NOTE_CHARACTERS)}"
        begins = self.finding.saved.repeats_after
        if begins == 0:
            yield LOOP
        for event in self.timeline.events:
            yield from self._step(event)
            for line in event.milestones:
                yield _note(self.all_lanes, line, MAX_WIDE_NOTE_CHARACTERS)
            if event.number == begins:
                yield LOOP
        if begins is not None:
            yield "    end"
        yield _note(self.all_lanes, self.finding.ending, MAX_WIDE_NOTE_CHARACTERS)

    def _step(self, event: Event) -> Iterator[str]:
        """Yield the lines of a step, on red if the correct protocol differs in the step."""
        self.timeline.tick()
        if event.number not in self.finding.notes:
            yield from self._event(event)
            return
        yield f"    rect {PALE_RED}"
        yield from (f"    {line}" for line in self._event(event))
        yield "    end"

    def _event(self, event: Event) -> Iterator[str]:
        """Yield the arrow and the notes of a step, and its messages that are never delivered."""
        name, note = self.names[event.node], "\n".join(self._note_lines(event))
        if event.src is None:
            yield _note(name, f"{event.number}. {event.label}\n{note}")
        else:
            arrow = f"{self.names[event.src]}{'-x' if event.kind is StepKind.LOSE else '->>'}{name}"
            yield f"    {arrow}: {_text(self._message(event), MAX_MESSAGE_CHARACTERS)}"
            if note:
                yield _note(name, note)
        yield from map(self._undelivered, self.timeline.undelivered(event.number))

    def _message(self, event: Event) -> str:
        """Return the text of a delivery or a loss.

        The text of a delivery names the outcome of the step, if the step has several outcomes.
        """
        what = f"lost: {show(event.message)}"
        if event.kind is StepKind.DELIVER:
            label = delivered(Id(event.src or ""), Id(event.node), event.message)
            what = f"{show(event.message)}{event.label.removeprefix(label)}"
        sent_in = f"\n(sent in step {event.sent_in})" if event.sent_in is not None else ""
        return f"{event.number}. {what}{sent_in}"

    def _note_lines(self, event: Event) -> Iterator[str]:
        """Yield the note and the changes of a step, and its messages that no arrow shows."""
        if event.number in self.finding.notes:
            yield self.finding.notes[event.number]
        yield from event.effects
        for nth, sent in enumerate(event.sends):
            without_arrow = self.timeline.merged_receivers(event.number, nth)
            if without_arrow or not sent.to:
                yield str(replace(sent, to=without_arrow))

    def _undelivered(self, flight: Flight) -> str:
        """Return the arrow of a message that no step delivers or loses."""
        arrow, what = (
            "--)" if self.timeline.losing_is_a_step else "-x",
            self.timeline.unreached_words,
        )
        ends = f"{self.names[flight.src]}{arrow}{self.names[flight.dst]}"
        return f"    {ends}: {_text(f'{what}: {show(flight.message)}', MAX_MESSAGE_CHARACTERS)}"


def _note(lanes: str, text: str, width: int = MAX_NOTE_CHARACTERS) -> str:
    return f"    Note over {lanes}: {_text(text, width)}"


def _text(text: str, width: int) -> str:
    """Return a text as one line of Mermaid, with its line breaks as markup."""
    lines = [short for line in text.splitlines() for short in wrap(line, width)]
    return "<br/>".join(SYNTAX.sub(_entity, line) for line in lines) or EMPTY_TEXT


def _entity(found: re.Match[str]) -> str:
    return f"#{ord(found[0])};"
