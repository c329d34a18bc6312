"""Straight lines, and how near they come to each other."""

from __future__ import annotations

from math import hypot

Point = tuple[float, float]
Segment = tuple[Point, Point]


def apart(one: Segment, other: Segment) -> float:
    """How near two segments come."""
    if _cross(one, other):
        return 0.0
    ends = [(end, other) for end in one] + [(end, one) for end in other]
    return min(from_segment(end, segment) for end, segment in ends)


def _cross(one: Segment, other: Segment) -> bool:
    a, b = one
    c, d = other
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def from_segment(point: Point, segment: Segment) -> float:
    (x1, y1), (x2, y2) = segment
    dx, dy = x2 - x1, y2 - y1
    square = dx * dx + dy * dy
    along = ((point[0] - x1) * dx + (point[1] - y1) * dy) / square if square else 0.0
    along = min(1.0, max(0.0, along))
    return distance(point, (x1 + along * dx, y1 + along * dy))


def distance(one: Point, other: Point) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])
