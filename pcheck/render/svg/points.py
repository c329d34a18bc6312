"""Points of a picture and their distances."""

from __future__ import annotations

from math import hypot
from typing import NamedTuple


class Point(NamedTuple):
    """A point of a picture; `x` grows to the right and `y` grows downwards."""

    x: float
    y: float

    def to(self, x: float, y: float) -> Point:
        """Return the point at distance `x` to the right of this point and `y` below it."""
        return Point(self.x + x, self.y + y)

    def towards(self, other: Point, part: float) -> Point:
        """Return the point after a part of the line to `other`: 0 is this point, 1 is `other`."""
        return self.to((other.x - self.x) * part, (other.y - self.y) * part)

    def step_towards(self, other: Point, length: float) -> Point:
        """Return the point at this distance in the direction of `other`."""
        return self.towards(other, length / distance(self, other))

    def __str__(self) -> str:
        return f"{self.x:.1f},{self.y:.1f}"


def distance(first: Point, second: Point) -> float:
    """Return the distance of two points."""
    return hypot(second.x - first.x, second.y - first.y)
