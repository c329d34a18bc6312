"""The legend of a diagram: the meaning of each kind of mark that the diagram contains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pcheck.render.diagram.grid import MARGIN, Grid
from pcheck.render.diagram.style import ARROW_LABEL_SIZE
from pcheck.render.svg.measure import cut, text_width
from pcheck.render.svg.points import Point
from pcheck.semantics.node import StepKind
from pcheck.text import printable
from pcheck.traces.finding import Finding

MARK_WIDTH, ENTRY_GAP, LEGEND_LINE = 22.0, 16.0, 18.0  # LEGEND_LINE: the distance of two lines


@dataclass(frozen=True)
class LegendEntry:
    """A mark and its meaning; the class of the mark is `pc-` followed by `mark`."""

    mark: str
    meaning: str
    at: Point  # the left end of the entry, at half its height


def legend(finding: Finding, grid: Grid, y: float) -> list[LegendEntry]:
    """Return the entries in lines as wide as the diagram; the first line is at height `y`."""
    placed: list[LegendEntry] = []
    x, right = MARGIN, grid.width - MARGIN
    for mark, words in _meanings(finding, grid):
        meaning = cut(printable(words), ARROW_LABEL_SIZE, right - MARGIN - MARK_WIDTH)
        wide = MARK_WIDTH + text_width(meaning, ARROW_LABEL_SIZE)
        if x + wide > right and x > MARGIN:
            x, y = MARGIN, y + LEGEND_LINE
        placed.append(LegendEntry(mark, meaning, Point(x, y)))
        x += wide + ENTRY_GAP
    return placed


def _meanings(finding: Finding, grid: Grid) -> Iterator[tuple[str, str]]:
    """Yield each kind of mark in the diagram with its meaning."""
    timeline = finding.timeline
    kinds = {event.kind for event in timeline.events}
    if kinds - {StepKind.LOSE, StepKind.CRASH, StepKind.RESTART}:
        yield "dot", "a step of the node"
    if any(map(grid.other_changed_lanes, timeline.events)):
        yield "also", "also changed by the step"
    if StepKind.CRASH in kinds:
        yield "crash", "the node crashes"
    if StepKind.RESTART in kinds:
        yield "up", "the node restarts"
    unended = any(flight.end is None for flight in timeline.flights)
    if unended and not timeline.losing_is_a_step:
        yield "cross", "never delivered in this trace"
    elif any(flight.lost is not None for flight in timeline.flights):
        yield "cross", "lost"
    if unended and timeline.losing_is_a_step:
        yield "in-flight", "in flight at the end"
    if finding.notes:
        yield "wrong", f"where correct {finding.saved.spec} differs"
    if any(event.milestones for event in timeline.events):
        yield "true", "a milestone"
