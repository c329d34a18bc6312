"""The links at the top of a page to divergences, milestones and the explanation."""

from __future__ import annotations

from collections.abc import Iterator

from pcheck.render.page.markup import Markup, element, joined
from pcheck.render.page.why import why_title
from pcheck.traces.finding import Finding
from pcheck.traces.timeline import Timeline


def jumps(finding: Finding) -> Markup:
    """Return links to the divergences, the milestones and the explanation."""
    diverges = f"Correct {finding.saved.spec} differs in"
    lines = [
        *_jumps(diverges, [*finding.notes.items()], "refused", finding.saved.refused_at),
        *_jumps("Milestones in", _milestones(finding.timeline), "milestone"),
        element("p", element("a", why_title(finding), href="#why"), class_="jumps"),
    ]
    return element("nav", *lines, id="jumps", aria_label="Important steps")


def _jumps(
    title: str, steps: list[tuple[int, str]], kind: str, refused_at: int | None = None
) -> Iterator[Markup]:
    """Yield a paragraph of links to these steps; each step has a tooltip."""
    if steps:
        links = (
            element(
                "a",
                f"{number}, refused" if number == refused_at else str(number),
                href=f"#step-{number}",
                title=tooltip,
            )
            for number, tooltip in steps
        )
        noun = "step" if len(steps) == 1 else "steps"
        yield element("p", f"{title} {noun} ", *links, class_=f"jumps {kind}")


def _milestones(timeline: Timeline) -> list[tuple[int, str]]:
    return [(event.number, line) for event in timeline.events for line in event.milestones]


def ticks(finding: Finding) -> Markup:
    """Return the marks on the slider, one for each milestone and each divergence."""
    marks = [(number, "milestone") for number, _ in _milestones(finding.timeline)]
    marks += [(number, "refused") for number in finding.notes]
    length = max(len(finding.timeline.events), 1)
    return joined(
        *(
            element("i", class_=kind, style=f"left:{100 * number / length:.2f}%")
            for number, kind in marks
        )
    )
