"""Points of a picture, and how far apart they are."""

from __future__ import annotations

from math import hypot
from typing import NamedTuple


class Point(NamedTuple):
    """A place in a picture: `x` grows to the right and `y` downwards."""

    x: float
    y: float

    def to(self, x: float, y: float) -> Point:
        """Return the point that is so far to the right of this one and so far below it."""
        return Point(self.x + x, self.y + y)

    def towards(self, other: Point, part: float) -> Point:
        """Return the point after this part of the way to another: 0 is here, and 1 is there."""
        return self.to((other.x - self.x) * part, (other.y - self.y) * part)

    def near(self, other: Point, far: float) -> Point:
        """Return the point at this distance from here, in the direction of another."""
        return self.towards(other, far / distance(self, other))

    def __str__(self) -> str:
        return f"{self.x:.1f},{self.y:.1f}"


def distance(one: Point, other: Point) -> float:
    """Return how far two points are apart."""
    return hypot(other.x - one.x, other.y - one.y)
