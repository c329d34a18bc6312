"""The lines of a picture of a state graph.

A line to the next row is straight, because no state is between two rows. A line within a row is an
arc around the states between. A line upwards is bent around the states of the rows between.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pcheck.render.svg.points import Point, distance

RADIUS, TIP = 14, 4  # of a state; the distance of a state and the middle of an arrowhead
BULGES = 24, -24, 44, -44, 70, -70  # offsets of a bent line, in the order of preference
FREE_DISTANCE = RADIUS + 5  # a line at this distance from a state is clear of it
SPOTS = 0.36, 0.28, 0.44, 0.52, 0.6  # the parts of a straight line before its letter


class StepLine(NamedTuple):
    """The path of a line and the possible places of its letter, the best place first."""

    path: str
    spots: tuple[Point, ...]


def step_line(a: Point, b: Point, others: Iterable[Point]) -> StepLine:
    """Return the line from a state at `a` to a state at `b`, clear of the states at `others`."""
    if a == b:
        return _loop(a)
    if a.y == b.y:
        return _arc(a, b)
    if a.y < b.y:
        path = f"M{a.step_towards(b, RADIUS)} L{b.step_towards(a, RADIUS + TIP)}"
        return StepLine(path, tuple(a.towards(b, part) for part in SPOTS))
    return _upward_line(a, b, list(others))


def _loop(a: Point) -> StepLine:
    """Return the line of a step from a state to itself."""
    end = a.to(RADIUS + TIP, 3)
    path = f"M{a.to(6, 1 - RADIUS)} C{a.to(12, -36)} {a.to(44, -12)} {end}"
    return StepLine(path, (a.to(27, -20),))


def _arc(a: Point, b: Point) -> StepLine:
    """Return an arc within a row: above the states between if it goes right, otherwise below."""
    side = 1 if b.x > a.x else -1
    high = -side * min(54.0, 20 + abs(b.x - a.x) * 0.2)
    start, end = a.to(side * 9, -side * 11), b.to(-side * 11, -side * (11 + TIP))
    path = f"M{start} C{a.to(side * 12, high)} {b.to(-side * 16, high)} {end}"
    return StepLine(path, (Point((a.x + b.x) / 2, a.y + 0.75 * high - side * 2),))


def _upward_line(a: Point, b: Point, others: list[Point]) -> StepLine:
    """Return a line to a row above, bent so that other states are as far away as possible."""
    away = distance(a, b)
    aside = Point((b.y - a.y) / away, (a.x - b.x) / away)
    middle, knee = a.towards(b, 0.5), a
    best = -1.0
    for bulge in BULGES:
        bent = middle.to(2 * bulge * aside.x, 2 * bulge * aside.y)
        free = min([FREE_DISTANCE, *(_distance_from_bent(a, bent, b, each) for each in others)])
        if free > best:
            best, knee = free, bent
    path = f"M{a.step_towards(knee, RADIUS)} Q{knee} {b.step_towards(knee, RADIUS + TIP)}"
    return StepLine(path, tuple(_point_of_bent(a, knee, b, part) for part in (0.5, 0.4, 0.6)))


def _distance_from_bent(a: Point, knee: Point, b: Point, other: Point) -> float:
    """Return the approximate distance of a bent line and a point."""
    samples = [_point_of_bent(a, knee, b, part) for part in (0.2, 0.35, 0.5, 0.65, 0.8)]
    return min(distance(each, other) for each in samples)


def _point_of_bent(a: Point, knee: Point, b: Point, part: float) -> Point:
    """Return the point after a part of a bent line (de Casteljau)."""
    return a.towards(knee, part).towards(knee.towards(b, part), part)
