"""The arrows of a diagram: each message is an arrow from its sending event to its final event.

A message that no step delivers or loses is a short stub beside its sender. A message from a node to
itself is a curve beside the lane of the node.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from pcheck.language.printing import brief
from pcheck.render.diagram.grid import GAP, MARGIN, Grid
from pcheck.render.diagram.placing import Places
from pcheck.render.diagram.segments import Segment
from pcheck.render.diagram.style import ARROW_LABEL_SIZE
from pcheck.render.svg.measure import cut, text_width
from pcheck.render.svg.points import Point, distance
from pcheck.semantics.node import StepKind
from pcheck.text import printable
from pcheck.traces.flights import Flight

STUB_ENDS = ((18, 20), (22, 9), (9, 25), (30, 16), (34, 4), (26, 26))  # offsets from the sender
NEXT_COPY, NEXT_STUB = 12.0, 15.0  # offsets of the next copy of a message, and of its next stub
LOSS_DISTANCE = 17.0  # from the lane of the receiver to the cross of a lost message
CURVE_BULGE, CURVE_REACH = 40.0, 0.75  # offset of control points; the part that a curve reaches
MAX_LABEL_WIDTH = 190.0
ABOVE = 7.0  # the distance of the middle of a label from a level arrow below it


class Tip(Enum):
    """The end of an arrow: a head, the cross of a loss, or nothing while in flight."""

    HEAD = "head"
    LOST = "lost"
    IN_FLIGHT = "in flight"


@dataclass(frozen=True)
class Label:
    """A text beside an arrow; `place` is the line through the middle of its letters."""

    text: str
    place: Segment


@dataclass(frozen=True)
class Arrow:
    """An arrow from the event that sends a message to one event that delivers or loses it."""

    start: Point
    end: Point
    tip: Tip = Tip.HEAD
    bulge: float = 0.0
    label: Label | None = None

    @property
    def direction(self) -> Point:
        """The direction of the arrow at its end, as a vector of length 1."""
        if self.bulge:
            return Point(-1.0 if self.bulge > 0 else 1.0, 0.0)
        (x1, y1), (x2, y2) = self.start, self.end
        length = distance(self.start, self.end)
        return Point((x2 - x1) / length, (y2 - y1) / length)


class Arrows:
    """The arrows of each message, with their labels.

    Labels whose place is fixed are placed first. Labels with a choice of places avoid them.
    """

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.of = {flight: list(self._arrows(flight)) for flight in grid.timeline.flights}
        drawn = [arrow for arrows in self.of.values() for arrow in arrows]
        acting = (band.event for band in grid.bands if band.event.node in grid.x)
        dots = [grid.at(event.node, event.number) for event in acting]
        lines = [(each.start, each.end) for each in drawn if not each.bulge]
        self.places = Places(grid.x.values(), lines, dots, (MARGIN, grid.column - GAP))
        for each in drawn:
            if each.label is not None:
                self.places.take(each.label.place)
        self._add_stubs()
        self._add_labels()

    def _arrows(self, flight: Flight) -> Iterator[Arrow]:
        """Yield an arrow for each step that delivers a message and for the step that loses it."""
        grid, side = self.grid, self.grid.side(flight)
        start, is_loop = grid.at(flight.src, flight.sent), flight.src == flight.dst
        for number in flight.delivered:
            end = grid.at(flight.dst, number)
            yield _loop(start, end, side, _text(flight)) if is_loop else Arrow(start, end)
        if flight.lost is not None:
            end = grid.at(flight.dst, flight.lost).to(
                LOSS_DISTANCE * (side if is_loop else -side), 0
            )
            yield Arrow(start, end, Tip.LOST)

    def _add_stubs(self) -> None:
        """Add a stub for each message that no step delivers or loses.

        The stubs of one message to several receivers are side by side. Their label names the
        receivers.
        """
        groups: dict[tuple[int, int, int], list[Flight]] = {}
        for flight in self.grid.timeline.flights:
            if flight.end is None:
                key = flight.sent, flight.nth, self.grid.side(flight)
                groups.setdefault(key, []).append(flight)
        tip = Tip.IN_FLIGHT if self.grid.timeline.losing_is_a_step else Tip.LOST
        rows: Counter[tuple[int, int]] = Counter()
        for (sent, _, side), copies in groups.items():
            self.grid.timeline.tick()
            rows[sent, side] += 1
            start, names = self.grid.at(copies[0].src, sent), self._names(copies)
            wide = NEXT_COPY * len(copies) + text_width(names, ARROW_LABEL_SIZE)
            tried = _stub_places(start, side, wide, rows[sent, side])
            left, right = self.places.take_free(tried, start)
            end, far = (left, right) if side > 0 else (right, left)
            for flight in copies:
                self.of[flight] = [Arrow(start, end, tip)]
                start, end = end, end.to(side * NEXT_COPY, 0)
            label = Label(names, _ordered(end.to(-side * 3, 0), far))
            self.of[copies[-1]] = [replace(*self.of[copies[-1]], label=label)]

    def _names(self, copies: list[Flight]) -> str:
        """Return the names of the receivers, shortened as above the lanes if they are too long."""
        full = printable(", ".join(flight.dst for flight in copies))
        drawn = ", ".join(self.grid.names[flight.dst] for flight in copies)
        if text_width(full, ARROW_LABEL_SIZE) <= MAX_LABEL_WIDTH:
            return full
        return cut(drawn, ARROW_LABEL_SIZE, MAX_LABEL_WIDTH)

    def _add_labels(self) -> None:
        """Add the missing labels, the longest labels at the shortest arrows first.

        These labels have the smallest choice of places.
        """
        unlabelled = [
            (flight, index, (arrow.start, arrow.end), text_width(_text(flight), ARROW_LABEL_SIZE))
            for flight, arrows in self.of.items()
            for index, arrow in enumerate(arrows)
            if arrow.label is None and flight.end is not None
        ]
        unlabelled.sort(key=lambda each: distance(*each[2]) - each[3])
        for flight, index, segment, wide in unlabelled:
            self.grid.timeline.tick()
            label = Label(_text(flight), self.places.take_beside(segment, wide))
            self.of[flight][index] = replace(self.of[flight][index], label=label)


def _loop(start: Point, end: Point, side: int, text: str) -> Arrow:
    """Return the curved arrow of a message from a node to itself, with its label."""
    beside = start.x + side * (CURVE_BULGE * CURVE_REACH + 5)
    near = Point(beside, max((start.y + end.y) / 2, end.y - 24))
    far = near.to(side * text_width(text, ARROW_LABEL_SIZE), 0)
    return Arrow(start, end, bulge=side * CURVE_BULGE, label=Label(text, _ordered(near, far)))


def _stub_places(start: Point, side: int, wide: float, row: int) -> Iterator[Segment]:
    """Yield the possible places of stubs and their label, for the stub in this row of a sender.

    Rows are counted from 1. Later rows have additional places below.
    """
    first_right, first_down = STUB_ENDS[0]
    below = [(first_right, first_down + NEXT_STUB * further) for further in range(1, row)]
    for right, down in (*STUB_ENDS, *below):
        near = start.to(side * right, down)
        yield _ordered(near, near.to(side * wide, 0))


def _ordered(first: Point, second: Point) -> Segment:
    """Return the segment between two points, from left to right."""
    return (first, second) if first.x <= second.x else (second, first)


def _text(flight: Flight) -> str:
    return cut(printable(brief(flight.message)), ARROW_LABEL_SIZE, MAX_LABEL_WIDTH)


def arrows_from_before(grid: Grid) -> Iterator[Arrow]:
    """Yield an arrow for each delivery of a message that was in flight before the first step."""
    arrived = {number for flight in grid.timeline.flights for number in flight.delivered}
    for band in grid.bands:
        event = band.event
        is_known = event.src in grid.x and event.node in grid.x and event.src != event.node
        if event.kind is StepKind.DELIVER and is_known and event.number not in arrived:
            end, text = grid.at(event.node, event.number), printable(brief(event.message))
            start = Point(grid.x[str(event.src)], end.y)
            left, right = sorted((start.x, end.x))
            place = Point(left + ABOVE, end.y - ABOVE), Point(right, end.y - ABOVE)
            text = cut(text, ARROW_LABEL_SIZE, right - left - 2 * ABOVE)
            yield Arrow(start, end, label=Label(text, place))
