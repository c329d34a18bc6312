"""Line segments, the distance between two of them, and the segments between two heights."""

from __future__ import annotations

from collections.abc import Iterator
from math import hypot

from pcheck.render.svg.points import Point

Segment = tuple[Point, Point]
STRIP_HEIGHT = 100.0


class Segments:
    """Segments in the order of their addition, and in the strips of the plane that they touch.

    A long diagram has many segments, and few of them are near any given height.
    """

    def __init__(self) -> None:
        self._strips: dict[int, list[tuple[int, Segment]]] = {}
        self._count = 0

    def add(self, segment: Segment) -> None:
        """Add a segment at the end."""
        first, last = _strips(*_heights(segment))
        for strip in range(first, last + 1):
            self._strips.setdefault(strip, []).append((self._count, segment))
        self._count += 1

    def between(self, low: float, high: float) -> Iterator[tuple[int, Segment]]:
        """Yield each segment with a point between two heights, and its place in the order."""
        first, last = _strips(low, high)
        for strip in range(first, last + 1):
            for place, segment in self._strips.get(strip, ()):
                top, bottom = _heights(segment)
                is_new = strip == first or _strips(top, bottom)[0] == strip
                if is_new and top < high and bottom > low:
                    yield place, segment


def _heights(segment: Segment) -> tuple[float, float]:
    """Return the least and the greatest height of a segment."""
    (_, y1), (_, y2) = segment
    return (y1, y2) if y1 < y2 else (y2, y1)


def _strips(low: float, high: float) -> tuple[int, int]:
    """Return the first and the last strip that touch the heights from `low` to `high`."""
    return int(low // STRIP_HEIGHT), int(high // STRIP_HEIGHT)


def segment_distance(first: Segment, second: Segment) -> float:
    """Return the smallest distance between points of two segments."""
    if _do_cross(first, second):
        return 0.0
    ends = [(end, second) for end in first] + [(end, first) for end in second]
    return min(_point_distance(end, segment) for end, segment in ends)


def _do_cross(first: Segment, second: Segment) -> bool:
    a, b = first
    c, d = second
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def _turn(a: Point, b: Point, c: Point) -> float:
    """Return a number whose sign is the direction in which the path a, b, c turns at b."""
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)


def _point_distance(point: Point, segment: Segment) -> float:
    """Return the smallest distance between a point and the points of a segment."""
    (x, y), ((x1, y1), (x2, y2)) = point, segment  # plain numbers are faster than Points
    dx, dy = x2 - x1, y2 - y1
    square = dx * dx + dy * dy
    along = ((x - x1) * dx + (y - y1) * dy) / square if square else 0.0
    along = min(1.0, max(0.0, along))
    return hypot(x - (x1 + along * dx), y - (y1 + along * dy))
