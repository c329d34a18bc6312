"""The lines of a picture of a state graph: straight down, otherwise bent out of the way.

Between two rows nothing stands in the way. A step that leads up may have whole rows to pass, and
one within a row has its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pcheck.render.svg.points import Point, distance

RADIUS, TIP = 14, 4  # of a state, and how far from it the middle of an arrowhead is
BULGES = 24, -24, 44, -44, 70, -70  # to the side, at most: the first that is free will do
FREE = RADIUS + 5
SPOTS = 0.36, 0.28, 0.44, 0.52, 0.6


class Line(NamedTuple):
    """The path of a line, and the spots where its letter may stand, the best first."""

    path: str
    spots: tuple[Point, ...]


def line(a: Point, b: Point, others: Iterable[Point]) -> Line:
    """Return the line from one state to another, past all others."""
    if a == b:
        return _loop(a)
    if a.y == b.y:
        return _arc(a, b)
    if a.y < b.y:
        path = f"M{a.near(b, RADIUS)} L{b.near(a, RADIUS + TIP)}"
        return Line(path, tuple(a.towards(b, part) for part in SPOTS))
    return _way_up(a, b, list(others))


def _loop(a: Point) -> Line:
    end = a.to(RADIUS + TIP, 3)
    path = f"M{a.to(6, 1 - RADIUS)} C{a.to(12, -36)} {a.to(44, -12)} {end}"
    return Line(path, (a.to(27, -20),))


def _arc(a: Point, b: Point) -> Line:
    """Return the line over the states between two, if it leads to the right, or else under them."""
    side = 1 if b.x > a.x else -1
    high = -side * min(54.0, 20 + abs(b.x - a.x) * 0.2)
    start, end = a.to(side * 9, -side * 11), b.to(-side * 11, -side * (11 + TIP))
    path = f"M{start} C{a.to(side * 12, high)} {b.to(-side * 16, high)} {end}"
    return Line(path, (Point((a.x + b.x) / 2, a.y + 0.75 * high - side * 2),))


def _way_up(a: Point, b: Point, others: list[Point]) -> Line:
    away = distance(a, b)
    aside = Point((b.y - a.y) / away, (a.x - b.x) / away)
    middle, knee = a.towards(b, 0.5), a
    best = -1.0
    for bulge in BULGES:
        bent = middle.to(2 * bulge * aside.x, 2 * bulge * aside.y)
        free = min([FREE, *(_from_bent(a, bent, b, each) for each in others)])
        if free > best:
            best, knee = free, bent
    path = f"M{a.near(knee, RADIUS)} Q{knee} {b.near(knee, RADIUS + TIP)}"
    return Line(path, tuple(_on(a, knee, b, part) for part in (0.5, 0.4, 0.6)))


def _from_bent(a: Point, knee: Point, b: Point, other: Point) -> float:
    """Return how near a bent line comes to a point."""
    at = [_on(a, knee, b, part) for part in (0.2, 0.35, 0.5, 0.65, 0.8)]
    return min(distance(each, other) for each in at)


def _on(a: Point, knee: Point, b: Point, part: float) -> Point:
    """Return a point of a bent line (de Casteljau)."""
    return a.towards(knee, part).towards(knee.towards(b, part), part)
