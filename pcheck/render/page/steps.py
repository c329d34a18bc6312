"""A run in words, step by step: read aloud, read without a script, and shown beside the picture."""

from __future__ import annotations

from collections.abc import Iterator

from pcheck.render.page.markup import Markup, element, joined
from pcheck.traces.finding import Shown
from pcheck.traces.timeline import Moment, Story


def step_list(shown: Shown) -> Markup:
    return element("ol", *(_step(shown, moment) for moment in shown.story.moments), id="steps")


def step_link(number: int) -> Markup:
    return element("a", str(number), href=f"#step-{number}", class_="step")


def _step(shown: Shown, moment: Moment) -> Markup:
    return element(
        "li",
        *_lines(shown, moment),
        id=f"step-{moment.number}",
        value=moment.number,
        data_node=moment.node,
        class_="refused" if moment.number in shown.notes else None,
    )


def _lines(shown: Shown, moment: Moment) -> Iterator[Markup]:
    since = joined()
    if moment.sent_in is not None:
        since = joined(" (sent in step ", step_link(moment.sent_in), ")")
    yield element("p", element("strong", moment.label), since)
    note = shown.notes.get(moment.number)
    if note is not None:
        yield element("p", note, class_="note")
    if moment.changes:
        yield element("p", ", ".join(moment.changes), class_="changes")
    for nth, sent in enumerate(moment.sends):
        yield element("p", f"{sent}{_lost(shown.story, moment, nth)}", class_="sends")
    for line in moment.milestones:
        yield element("p", line, class_="milestone")
    if moment.number == len(shown.story.moments):
        yield element("p", f"{shown.ends}.", class_="good" if shown.good else "wrong")


def _lost(story: Story, moment: Moment, nth: int) -> str:
    """Return the receivers that never get a message, in brackets."""
    never = story.without_end(moment.number, nth)
    return f" ({story.what_is_lost}: {', '.join(never)})" if never else ""
