"""Line segments and the distance between two of them."""

from __future__ import annotations

from math import hypot

from pcheck.render.svg.points import Point

Segment = tuple[Point, Point]


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
