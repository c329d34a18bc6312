"""A run in words, step by step: read aloud, read without a script, and shown beside the picture."""

from __future__ import annotations

from collections.abc import Iterator

from pcheck.render.page.markup import Markup, element, joined
from pcheck.render.shown import Shown
from pcheck.story import Moment, Story


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
    """Who never gets it."""
    never = [
        flight.dst
        for flight in story.flights
        if (flight.sent, flight.nth) == (moment.number, nth) and flight.end is None
    ]
    what = "on its way" if story.losing_is_a_step else "lost"
    return f" ({what}: {', '.join(never)})" if never else ""


def jumps(shown: Shown) -> Markup:
    """Links to the steps that matter."""
    differs = f"The correct {shown.run.spec} differs in"
    lines = [
        *_jumps(differs, [*shown.notes.items()], "refused", shown.run.refused_at),
        *_jumps("Milestones", _milestones(shown.story), "milestone"),
    ]
    return element("nav", *lines, id="jumps", aria_label="Steps that matter") if lines else joined()


def _jumps(
    title: str, places: list[tuple[int, str]], kind: str, refused: int | None = None
) -> Iterator[Markup]:
    if places:
        links = (
            element(
                "a",
                f"step {number}, refused" if number == refused else str(number),
                href=f"#step-{number}",
                title=said,
            )
            for number, said in places
        )
        yield element("p", f"{title} ", *links, class_=f"jumps {kind}")


def _milestones(story: Story) -> list[tuple[int, str]]:
    return [(moment.number, line) for moment in story.moments for line in moment.milestones]


def ticks(shown: Shown) -> Markup:
    """Where on the slider something happens."""
    places = [(number, "milestone") for number, _ in _milestones(shown.story)]
    places += [(number, "refused") for number in shown.notes]
    length = max(len(shown.story.moments), 1)
    return joined(
        *(
            element("i", class_=kind, style=f"left:{100 * number / length:.2f}%")
            for number, kind in places
        )
    )
