"""The list of the steps of a trace, for screen readers, for browsers without scripts and for the
panel beside the picture.
"""

from __future__ import annotations

from collections.abc import Iterator

from pcheck.render.page.markup import Markup, element, joined
from pcheck.traces.finding import Finding
from pcheck.traces.timeline import Event, Timeline


def step_list(finding: Finding, prefix: str = "") -> Markup:
    """Return the list of all steps; the anchor of a step is `step-` and its number.

    On a page with several lists, each needs a `prefix` of its own for its anchors.
    """
    steps = (_step(finding, event, prefix) for event in finding.timeline.events)
    return element("ol", *steps, id=f"{prefix}steps", class_="steps")


def step_link(number: int, prefix: str = "") -> Markup:
    """Return a link to a step in the list."""
    return element("a", str(number), href=f"#{prefix}step-{number}", class_="step")


def _step(finding: Finding, event: Event, prefix: str) -> Markup:
    finding.timeline.tick()
    return element(
        "li",
        *_lines(finding, event, prefix),
        id=f"{prefix}step-{event.number}",
        value=event.number,
        data_node=event.node,
        class_="refused" if event.number in finding.notes else None,
    )


def _lines(finding: Finding, event: Event, prefix: str) -> Iterator[Markup]:
    sent_in = joined()
    if event.sent_in is not None:
        sent_in = joined(" (sent in step ", step_link(event.sent_in, prefix), ")")
    yield element("p", element("strong", event.label), sent_in)
    note = finding.notes.get(event.number)
    if note is not None:
        yield element("p", note, class_="note")
    if event.effects:
        yield element("p", ", ".join(event.effects), class_="changes")
    for nth, sent in enumerate(event.sends):
        yield element("p", f"{sent}{_lost(finding.timeline, event, nth)}", class_="sends")
    for line in event.milestones:
        yield element("p", line, class_="milestone")
    if event.number == len(finding.timeline.events):
        yield element("p", f"{finding.ending}.", class_="wrong" if finding.is_violation else "good")


def _lost(timeline: Timeline, event: Event, nth: int) -> str:
    """Return the receivers that a message never reaches, in brackets, or an empty text."""
    never = timeline.unreached_receivers(event.number, nth)
    return f" ({timeline.unreached_words} to {', '.join(never)})" if never else ""
