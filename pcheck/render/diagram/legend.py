"""The legend of a diagram: the meaning of each mark that is in it, in as few lines as fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pcheck.render.diagram.grid import MARGIN, Grid
from pcheck.render.diagram.style import LABEL
from pcheck.render.svg.measure import cut, width
from pcheck.render.svg.points import Point
from pcheck.semantics.node import StepKind
from pcheck.text import printable
from pcheck.traces.finding import Finding

MARK, APART, LEAD = 22.0, 16.0, 18.0  # room for a mark; between two; from line to line


@dataclass(frozen=True)
class Entry:
    """A mark with its meaning; `mark` is the last part of the class of what is explained."""

    mark: str
    words: str
    at: Point  # the left end of the middle of its line


def legend(shown: Finding, grid: Grid, y: float) -> list[Entry]:
    """Return the entries side by side, with a new line where there is no more room."""
    placed: list[Entry] = []
    x, right = MARGIN, grid.width - MARGIN
    for mark, words in _entries(shown, grid):
        text = cut(printable(words), LABEL, right - MARGIN - MARK)
        wide = MARK + width(text, LABEL)
        if x + wide > right and x > MARGIN:
            x, y = MARGIN, y + LEAD
        placed.append(Entry(mark, text, Point(x, y)))
        x += wide + APART
    return placed


def _entries(shown: Finding, grid: Grid) -> Iterator[tuple[str, str]]:
    timeline = shown.timeline
    does = {event.kind for event in timeline.events}
    if does - {StepKind.LOSE, StepKind.CRASH, StepKind.RESTART}:
        yield "dot", "a step of that node"
    if any(map(grid.others, timeline.events)):
        yield "also", "changes in the same step"
    if StepKind.CRASH in does:
        yield "crash", "it crashes"
    if StepKind.RESTART in does:
        yield "up", "it restarts"
    unended = any(flight.end is None for flight in timeline.flights)
    if unended and not timeline.losing_is_a_step:
        yield "cross", "lost: never delivered in this run"
    elif any(flight.lost is not None for flight in timeline.flights):
        yield "cross", "lost"
    if unended and timeline.losing_is_a_step:
        yield "under-way", "still on its way at the end"
    if shown.notes:
        yield "wrong", f"where the correct {shown.saved.spec} differs"
    if any(event.milestones for event in timeline.events):
        yield "true", "what has just become true"
