"""The links at the top of a page: to the steps that matter, and to why the run goes wrong."""

from __future__ import annotations

from collections.abc import Iterator

from pcheck.render.page.markup import Markup, element, joined
from pcheck.render.page.why import why_title
from pcheck.traces.finding import Finding
from pcheck.traces.timeline import Timeline


def jumps(shown: Finding) -> Markup:
    """Return links to the steps that matter, and to the explanation."""
    differs = f"The correct {shown.saved.spec} differs in"
    lines = [
        *_jumps(differs, [*shown.notes.items()], "refused", shown.saved.refused_at),
        *_jumps("Milestones", _milestones(shown.timeline), "milestone"),
        element("p", element("a", why_title(shown), href="#why"), class_="jumps"),
    ]
    return element("nav", *lines, id="jumps", aria_label="What matters")


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


def _milestones(timeline: Timeline) -> list[tuple[int, str]]:
    return [(event.number, line) for event in timeline.events for line in event.milestones]


def ticks(shown: Finding) -> Markup:
    """Return the marks on the slider, one where each milestone and each difference is."""
    places = [(number, "milestone") for number, _ in _milestones(shown.timeline)]
    places += [(number, "refused") for number in shown.notes]
    length = max(len(shown.timeline.events), 1)
    return joined(
        *(
            element("i", class_=kind, style=f"left:{100 * number / length:.2f}%")
            for number, kind in places
        )
    )
