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
from pcheck.semantics.node import Does, delivered
from pcheck.traces.finding import Shown
from pcheck.traces.timeline import Flight, Moment

NARROW, ARROW, WIDE = 44, 60, 90  # characters in a line: beside one lane, of a message, across all
PALE_RED = "rgba(255, 0, 0, 0.15)"  # on a dark page it is a dark red, and light text is still read
NAMELESS = "#160;"  # a blank that Mermaid does not trim away

# What means something to Mermaid, wherever it stands in a text: the ends of statements, entities
# and the two characters that it marks them with, markup, formulas ($$), comments (%%), and words
# after which it looks for colours or for how to wrap.
SYNTAX = re.compile(r"[#;<>&\"$%\\\ufb02\u00b6]|(?=style|classDef)[sc]|(?<=wrap):")


def mermaid(shown: Shown) -> str:
    return "\n".join(_Diagram(shown).lines()) + "\n"


class _Diagram:
    def __init__(self, shown: Shown) -> None:
        self.shown, self.story = shown, shown.story
        lanes = dict.fromkeys((*self.story.lanes, *(each.node for each in self.story.moments)))
        self.names = {lane: f"n{at}" for at, lane in enumerate(lanes or ("",), start=1)}
        names = list(self.names.values())
        self.all = ",".join(dict.fromkeys((names[0], names[-1])))

    def lines(self) -> Iterator[str]:
        yield "sequenceDiagram"
        yield f"    title {_text(self.shown.title, WIDE)}"
        for lane, name in self.names.items():
            yield f"    participant {name} as {_text(lane, NARROW)}"
        for moment in self.story.moments:
            yield from self._step(moment)
            for line in moment.milestones:
                yield _note(self.all, line, WIDE)
        yield _note(self.all, self.shown.ends, WIDE)

    def _step(self, moment: Moment) -> Iterator[str]:
        """Where the correct protocol differs, it stands on red."""
        if moment.number not in self.shown.notes:
            yield from self._event(moment)
            return
        yield f"    rect {PALE_RED}"
        yield from (f"    {line}" for line in self._event(moment))
        yield "    end"

    def _event(self, moment: Moment) -> Iterator[str]:
        name, beside = self.names[moment.node], "\n".join(self._beside(moment))
        if moment.src is None:
            yield _note(name, f"{moment.number}. {moment.label}\n{beside}")
        else:
            arrow = f"{self.names[moment.src]}{'-x' if moment.does is Does.LOSE else '->>'}{name}"
            yield f"    {arrow}: {_text(self._message(moment), ARROW)}"
            if beside:
                yield _note(name, beside)
        for flight in self.story.flights:
            if flight.sent == moment.number and flight.end is None:
                yield self._never(flight)

    def _message(self, moment: Moment) -> str:
        """What is lost, or delivered, and then which way it went."""
        what = f"lost: {show(moment.message)}"
        if moment.does is Does.DELIVER:
            label = delivered(Id(moment.src or ""), Id(moment.node), moment.message)
            what = f"{show(moment.message)}{moment.label.removeprefix(label)}"
        when = f"\n(sent in step {moment.sent_in})" if moment.sent_in is not None else ""
        return f"{moment.number}. {what}{when}"

    def _beside(self, moment: Moment) -> Iterator[str]:
        """What follows for its node; of what it sends, only that which no arrow will show."""
        if moment.number in self.shown.notes:
            yield self.shown.notes[moment.number]
        yield from moment.changes
        for nth, sent in enumerate(moment.sends):
            rest = self.story.sent_again(moment.number, nth)
            if rest or not sent.to:
                yield str(replace(sent, to=rest))

    def _never(self, flight: Flight) -> str:
        arrow, what = "--)" if self.story.losing_is_a_step else "-x", self.story.what_is_lost
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
