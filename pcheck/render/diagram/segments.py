"""Straight lines, and how near they come to each other."""

from __future__ import annotations

from math import hypot

from pcheck.render.svg.points import Point

Segment = tuple[Point, Point]


def apart(one: Segment, other: Segment) -> float:
    """Return how near two segments come to each other."""
    if _cross(one, other):
        return 0.0
    ends = [(end, other) for end in one] + [(end, one) for end in other]
    return min(_from_segment(end, segment) for end, segment in ends)


def _cross(one: Segment, other: Segment) -> bool:
    a, b = one
    c, d = other
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)


def _from_segment(point: Point, segment: Segment) -> float:
    (x, y), ((x1, y1), (x2, y2)) = point, segment  # numbers, not points: this is asked so often
    dx, dy = x2 - x1, y2 - y1
    square = dx * dx + dy * dy
    along = ((x - x1) * dx + (y - y1) * dy) / square if square else 0.0
    along = min(1.0, max(0.0, along))
    return hypot(x - (x1 + along * dx), y - (y1 + along * dy))
