"""A run in words, step by step: read aloud, read without a script, and shown beside the picture."""

from __future__ import annotations

from collections.abc import Iterator

from pcheck.render.page.markup import Markup, element, joined
from pcheck.traces.finding import Finding
from pcheck.traces.timeline import Event, Timeline


def step_list(shown: Finding) -> Markup:
    return element("ol", *(_step(shown, event) for event in shown.timeline.events), id="steps")


def step_link(number: int) -> Markup:
    return element("a", str(number), href=f"#step-{number}", class_="step")


def _step(shown: Finding, event: Event) -> Markup:
    return element(
        "li",
        *_lines(shown, event),
        id=f"step-{event.number}",
        value=event.number,
        data_node=event.node,
        class_="refused" if event.number in shown.notes else None,
    )


def _lines(shown: Finding, event: Event) -> Iterator[Markup]:
    since = joined()
    if event.sent_in is not None:
        since = joined(" (sent in step ", step_link(event.sent_in), ")")
    yield element("p", element("strong", event.label), since)
    note = shown.notes.get(event.number)
    if note is not None:
        yield element("p", note, class_="note")
    if event.changes:
        yield element("p", ", ".join(event.changes), class_="changes")
    for nth, sent in enumerate(event.sends):
        yield element("p", f"{sent}{_lost(shown.timeline, event, nth)}", class_="sends")
    for line in event.milestones:
        yield element("p", line, class_="milestone")
    if event.number == len(shown.timeline.events):
        yield element("p", f"{shown.ending}.", class_="good" if shown.is_witness else "wrong")


def _lost(timeline: Timeline, event: Event, nth: int) -> str:
    """Return the receivers that never get a message, in brackets."""
    never = timeline.without_end(event.number, nth)
    return f" ({timeline.what_is_lost}: {', '.join(never)})" if never else ""
