"""The places of the labels of arrows: each along its arrow near the head, where it hides least.

They are placed one after another, and what is placed stays. Only sums and square roots are taken,
so that the places are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import hypot

from pcheck.render.diagram.segments import Segment, apart
from pcheck.render.svg.points import Point, distance

HALF = 6.5  # their height
LEAN, STEEP = 1.2, 0.35  # how much a label leans at most; from where on it may be upright
FIRST, PACE, MOST = 15, 9, 20  # how far from the head, at first; what is tried, how often
# what it costs to hide something, to be hidden, to stand far off
ON_LABEL, ON_DOT, ON_ARROW, UNDER_ARROW, ON_LANE, OUTSIDE = 80, 30, 9, 18, 5, 1000
UPRIGHT, FAR = 5.0, 0.07
Obstacle = tuple[Segment, float, float]


class Places:
    """The free room between `lanes`, `arrows` and `dots`, within these edges."""

    def __init__(
        self,
        lanes: Iterable[float],
        arrows: Iterable[Segment],
        dots: Iterable[Point],
        edges: tuple[float, float],
    ) -> None:
        self.lanes, self.edges = tuple(lanes), edges
        self.arrows, self.dots = list(arrows), list(dots)
        self.labels: list[Segment] = []

    def take(self, place: Segment) -> None:
        """Note that a label is there."""
        self.labels.append(place)

    def free(self, places: Iterable[Segment], near: Point) -> Segment:
        """Take the freest of some places, and return it."""
        return self._freest([(0.0, each) for each in places], near, None)

    def beside(self, arrow: Segment, wide: float) -> Segment:
        """Take a place near an arrow's end, along the arrow or upright, and return it."""
        tried = [(0.0, each) for each in _leaning(arrow, wide)]
        tried += [(UPRIGHT, each) for each in _upright(arrow, wide)]
        return self._freest(tried, arrow[1], arrow)

    def _freest(
        self, tried: list[tuple[float, Segment]], near: Point, own: Segment | None
    ) -> Segment:
        around = self._around([place for _, place in tried], own)
        _, best = min(
            tried,
            key=lambda each: (
                each[0]
                + FAR * min(distance(end, near) for end in each[1])
                + self._hides(each[1])
                + sum(_hidden(each[1], *other) for other in around)
            ),
        )
        self.take(best)
        return best

    def _around(self, places: list[Segment], own: Segment | None) -> list[Obstacle]:
        """Return what may be near these places: lines, how near they may come, and at what cost."""
        heights = [y for place in places for _, y in place]
        low, high = min(heights) - 2 * HALF, max(heights) + 2 * HALF
        found = [((dot, dot), HALF + 9, ON_DOT) for dot in self.dots]
        found += [(label, 2 * HALF, ON_LABEL) for label in self.labels]
        price = UNDER_ARROW if own is None else ON_ARROW
        for arrow in self.arrows:
            if arrow == own:
                price = UNDER_ARROW  # what is drawn later goes through the letters
            else:
                found.append((arrow, HALF - 1, price))
        return [each for each in found if _is_partly_between(each[0], low, high)]

    def _hides(self, place: Segment) -> float:
        """Return the cost of a place on lanes, or outside of the edges."""
        left, right = place[0].x, place[1].x
        on = sum(left - 3 < x < right + 3 for x in self.lanes)
        return ON_LANE * on + OUTSIDE * (left < self.edges[0] or right > self.edges[1])


def _is_partly_between(segment: Segment, low: float, high: float) -> bool:
    one, other = segment
    return min(one.y, other.y) < high and max(one.y, other.y) > low


def _hidden(place: Segment, other: Segment, room: float, price: float) -> float:
    (x1, y1), (x2, y2) = place  # from left to right
    (x3, y3), (x4, y4) = other
    if (x3 > x2 + room and x4 > x2 + room) or (x3 < x1 - room and x4 < x1 - room):
        return 0.0  # as most are, so that it is worth to look first
    if min(y3, y4) > max(y1, y2) + room or max(y3, y4) < min(y1, y2) - room:
        return 0.0
    return price if apart(other, place) < room else 0.0


def _leaning(arrow: Segment, wide: float) -> Iterator[Segment]:
    """Yield places along the arrow, above or below, and never upside down."""
    (x1, y1), (x2, y2) = arrow
    long = hypot(x2 - x1, y2 - y1)
    dx, dy = (x2 - x1) / long, (y2 - y1) / long
    left = 1 if dx > 0 else -1
    if abs(dy) > LEAN * abs(dx):
        return
    for far in _distances(long - wide - FIRST):
        for off in (-HALF - 2, HALF + 2):
            near = Point(x2 - dx * far - dy * off * left, y2 - dy * far + dx * off * left)
            other = near.to(-dx * wide, -dy * wide)
            yield (other, near) if dx > 0 else (near, other)


def _upright(arrow: Segment, wide: float) -> Iterator[Segment]:
    """Yield places beside a steep arrow, to its left or right."""
    (x1, y1), (x2, y2) = arrow
    if y2 - y1 < STEEP * abs(x2 - x1):
        return
    lean = (x2 - x1) / (y2 - y1)
    gap = 5 + HALF * abs(lean)
    for far in _distances((y2 - y1) - 2 * FIRST):
        x, y = x2 - lean * far, y2 - far
        yield Point(x - gap - wide, y), Point(x - gap, y)
        yield Point(x + gap, y), Point(x + gap + wide, y)


def _distances(room: float) -> Iterator[float]:
    for n in range(MOST):
        if n == 0 or FIRST + n * PACE <= room:
            yield FIRST + n * PACE
