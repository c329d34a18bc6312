"""The messages of a diagram: each goes straight from the event that sends it to that of its end.

One that never arrives is a stub beside its sender, and one that comes back to its own lane bulges
out of it.
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
from pcheck.render.diagram.style import LABEL
from pcheck.render.svg.measure import cut, width
from pcheck.render.svg.points import Point, distance
from pcheck.text import printable
from pcheck.traces.timeline import Flight

STUBS = ((18, 20), (22, 9), (9, 25), (30, 16), (34, 4), (26, 26))  # how far off one may end
NEXT, ROW = 12.0, 15.0  # how far on the next copy of the same ends, and the next message
BESIDE = 17.0  # the lane, where a way ends that does not get there
BULGE, WIDEST = 40.0, 0.75  # of a curve: where it is drawn to, and how much of that it reaches
LONGEST = 190.0  # label


class Tip(Enum):
    HEAD = "head"
    LOST = "lost"
    UNDER_WAY = "under way"


@dataclass(frozen=True)
class Label:
    """A text at an arrow; `place` is the line through the middle of its letters."""

    text: str
    place: Segment


@dataclass(frozen=True)
class Arrow:
    """One way that a message goes."""

    start: Point
    end: Point
    tip: Tip = Tip.HEAD
    bulge: float = 0.0
    label: Label | None = None

    @property
    def direction(self) -> Point:
        """The direction in which the arrow ends, as a step of length 1."""
        if self.bulge:
            return Point(-1.0 if self.bulge > 0 else 1.0, 0.0)
        (x1, y1), (x2, y2) = self.start, self.end
        long = distance(self.start, self.end)
        return Point((x2 - x1) / long, (y2 - y1) / long)


class Arrows:
    """All ways of each message, with their labels: the labels with a choice of place come last."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.of = {flight: list(self._ways(flight)) for flight in grid.timeline.flights}
        drawn = [each for found in self.of.values() for each in found]
        acting = (band.event for band in grid.bands if band.event.node in grid.x)
        dots = [grid.at(event.node, event.number) for event in acting]
        lines = [(each.start, each.end) for each in drawn if not each.bulge]
        self.places = Places(grid.x.values(), lines, dots, (MARGIN, grid.column - GAP))
        for each in drawn:
            if each.label is not None:
                self.places.take(each.label.place)
        self._add_stubs()
        self._add_labels()

    def _ways(self, flight: Flight) -> Iterator[Arrow]:
        """Yield the ways of a message to each step that delivers it, and to one that loses it."""
        grid, side = self.grid, self.grid.side(flight)
        start, own = grid.at(flight.src, flight.sent), flight.src == flight.dst
        for number in flight.delivered:
            end = grid.at(flight.dst, number)
            yield _loop(start, end, side, _text(flight)) if own else Arrow(start, end)
        if flight.lost is not None:
            end = grid.at(flight.dst, flight.lost).to(BESIDE * (side if own else -side), 0)
            yield Arrow(start, end, Tip.LOST)

    def _add_stubs(self) -> None:
        """Add what never arrives: copies of a message side by side, and the names of receivers."""
        groups: dict[tuple[int, int, int], list[Flight]] = {}
        for flight in self.grid.timeline.flights:
            if flight.end is None:
                key = flight.sent, flight.nth, self.grid.side(flight)
                groups.setdefault(key, []).append(flight)
        tip = Tip.UNDER_WAY if self.grid.timeline.losing_is_a_step else Tip.LOST
        rows: Counter[tuple[int, int]] = Counter()
        for (sent, _, side), copies in groups.items():
            rows[sent, side] += 1
            start, names = self.grid.at(copies[0].src, sent), self._names(copies)
            wide = NEXT * len(copies) + width(names, LABEL)
            tried = _stubs(start, side, wide, rows[sent, side])
            left, right = self.places.free(tried, start)
            end, far = (left, right) if side > 0 else (right, left)
            for flight in copies:
                self.of[flight] = [Arrow(start, end, tip)]
                start, end = end, end.to(side * NEXT, 0)
            label = Label(names, _ordered(end.to(-side * 3, 0), far))
            self.of[copies[-1]] = [replace(*self.of[copies[-1]], label=label)]

    def _names(self, copies: list[Flight]) -> str:
        """Return the receivers' names in full, or shortened as above the lanes."""
        full = printable(", ".join(flight.dst for flight in copies))
        drawn = ", ".join(self.grid.names[flight.dst] for flight in copies)
        return full if width(full, LABEL) <= LONGEST else cut(drawn, LABEL, LONGEST)

    def _add_labels(self) -> None:
        """Add the labels, first those with the least choice: a long one at a short arrow."""
        bare = [
            (flight, at, (way.start, way.end), width(_text(flight), LABEL))
            for flight, ways in self.of.items()
            for at, way in enumerate(ways)
            if way.label is None and flight.end is not None
        ]
        for flight, at, arrow, wide in sorted(bare, key=lambda each: distance(*each[2]) - each[3]):
            label = Label(_text(flight), self.places.beside(arrow, wide))
            self.of[flight][at] = replace(self.of[flight][at], label=label)


def _loop(start: Point, end: Point, side: int, text: str) -> Arrow:
    beside = start.x + side * (BULGE * WIDEST + 5)
    near = Point(beside, max((start.y + end.y) / 2, end.y - 24))
    far = near.to(side * width(text, LABEL), 0)
    return Arrow(start, end, bulge=side * BULGE, label=Label(text, _ordered(near, far)))


def _stubs(start: Point, side: int, wide: float, rows: int) -> Iterator[Segment]:
    """Yield places for the crosses and the names behind them, if there are so many rows already."""
    below = [(STUBS[0][0], STUBS[0][1] + ROW * row) for row in range(1, rows)]
    for right, down in (*STUBS, *below):
        near = start.to(side * right, down)
        yield _ordered(near, near.to(side * wide, 0))


def _ordered(one: Point, other: Point) -> Segment:
    """Return the segment that leads from left to right."""
    return (one, other) if one.x <= other.x else (other, one)


def _text(flight: Flight) -> str:
    return cut(printable(brief(flight.message)), LABEL, LONGEST)
