"""The places of labels: each label is along its arrow, near the head, where it hides the least.

The labels are placed one after another, and placed labels do not move. Only sums, products and
square roots are computed, so that the places are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import hypot

from pcheck.render.diagram.segments import Segment, Segments, segment_distance
from pcheck.render.svg.points import Point, distance

HALF_HEIGHT = 6.5  # of a label
MAX_SLOPE, MIN_STEEPNESS = 1.2, 0.35  # of arrows with a label along them, and with one upright
FIRST_DISTANCE, DISTANCE_STEP, MAX_PLACES = 15, 9, 20  # from the head of the arrow
# The costs of a place that hides something, is hidden, is upright or is far from the head.
ON_LABEL, ON_DOT, ON_ARROW, UNDER_ARROW, ON_LANE, OUTSIDE = 80, 30, 9, 18, 5, 1000
UPRIGHT, PER_DISTANCE = 5.0, 0.07
Obstacle = tuple[Segment, float, float]  # with the clearance that it needs and the cost of less


class Places:
    """The places of labels among lanes, arrows and dots, between a left and a right edge."""

    def __init__(
        self,
        lanes: Iterable[float],
        arrows: Iterable[Segment],
        dots: Iterable[Point],
        edges: tuple[float, float],
    ) -> None:
        self.lanes, self.edges = tuple(lanes), edges
        self.arrows, self.dots, self.labels = Segments(), Segments(), Segments()
        self._first: dict[Segment, int] = {}  # the place of each arrow; of equal ones the first
        for place, arrow in enumerate(arrows):
            self.arrows.add(arrow)
            self._first.setdefault(arrow, place)
        for dot in dots:
            self.dots.add((dot, dot))

    def take(self, place: Segment) -> None:
        """Add a label whose place is fixed."""
        self.labels.add(place)

    def take_free(self, places: Iterable[Segment], near: Point) -> Segment:
        """Take the cheapest of these places, and return the place."""
        return self._take_cheapest([(0.0, place) for place in places], near, None)

    def take_beside(self, arrow: Segment, wide: float) -> Segment:
        """Take the cheapest place beside an arrow, along the arrow or upright, and return it."""
        candidates = [(0.0, place) for place in _leaning_places(arrow, wide)]
        candidates += [(UPRIGHT, place) for place in _upright_places(arrow, wide)]
        return self._take_cheapest(candidates, arrow[1], arrow)

    def _take_cheapest(
        self, candidates: list[tuple[float, Segment]], near: Point, own: Segment | None
    ) -> Segment:
        """Take the cheapest place for a label of the arrow `own`, and return the place.

        Each candidate is a cost and a place. Places that are far from `near` cost more.
        """
        obstacles = self._obstacles([place for _, place in candidates], own)
        _, best = min(
            candidates,
            key=lambda each: (
                each[0]
                + PER_DISTANCE * min(distance(end, near) for end in each[1])
                + self._cost_of_lanes(each[1])
                + sum(_cost_of_obstacle(each[1], *obstacle) for obstacle in obstacles)
            ),
        )
        self.take(best)
        return best

    def _obstacles(self, places: list[Segment], own: Segment | None) -> list[Obstacle]:
        """Return the dots, labels and arrows at the heights of these places.

        Arrows that are drawn after the arrow `own` cross the letters of its label.
        """
        heights = [y for place in places for _, y in place]
        low, high = min(heights) - 2 * HALF_HEIGHT, max(heights) + 2 * HALF_HEIGHT
        found: list[Obstacle] = [
            (dot, HALF_HEIGHT + 9, ON_DOT) for _, dot in self.dots.between(low, high)
        ]
        labels = self.labels.between(low, high)
        found += [(label, 2 * HALF_HEIGHT, ON_LABEL) for _, label in labels]
        begin = self._first[own] if own is not None else 0
        for place, arrow in self.arrows.between(low, high):
            if arrow != own:
                cost = UNDER_ARROW if place >= begin else ON_ARROW
                found.append((arrow, HALF_HEIGHT - 1, cost))
        return found

    def _cost_of_lanes(self, place: Segment) -> float:
        """Return the cost of a place that is on lanes or outside of the edges."""
        left, right = place[0].x, place[1].x
        on = sum(left - 3 < x < right + 3 for x in self.lanes)
        return ON_LANE * on + OUTSIDE * (left < self.edges[0] or right > self.edges[1])


def _cost_of_obstacle(place: Segment, obstacle: Segment, clearance: float, cost: float) -> float:
    """Return `cost` if an obstacle is closer to a place than `clearance`, otherwise 0."""
    (x1, y1), (x2, y2) = place  # from left to right
    (x3, y3), (x4, y4) = obstacle
    # Most obstacles are far away, and these comparisons are faster than the distance.
    if (x3 > x2 + clearance and x4 > x2 + clearance) or (
        x3 < x1 - clearance and x4 < x1 - clearance
    ):
        return 0.0
    if min(y3, y4) > max(y1, y2) + clearance or max(y3, y4) < min(y1, y2) - clearance:
        return 0.0
    return cost if segment_distance(obstacle, place) < clearance else 0.0


def _leaning_places(arrow: Segment, wide: float) -> Iterator[Segment]:
    """Yield places along an arrow, above and below the arrow; no text is upside down."""
    (x1, y1), (x2, y2) = arrow
    length = hypot(x2 - x1, y2 - y1)
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    left = 1 if dx > 0 else -1
    if abs(dy) > MAX_SLOPE * abs(dx):
        return
    for far in _distances(length - wide - FIRST_DISTANCE):
        for off in (-HALF_HEIGHT - 2, HALF_HEIGHT + 2):
            near = Point(x2 - dx * far - dy * off * left, y2 - dy * far + dx * off * left)
            opposite = near.to(-dx * wide, -dy * wide)
            yield (opposite, near) if dx > 0 else (near, opposite)


def _upright_places(arrow: Segment, wide: float) -> Iterator[Segment]:
    """Yield horizontal places to the left and right of a steep arrow."""
    (x1, y1), (x2, y2) = arrow
    if y2 - y1 < MIN_STEEPNESS * abs(x2 - x1):
        return
    lean = (x2 - x1) / (y2 - y1)
    gap = 5 + HALF_HEIGHT * abs(lean)
    for far in _distances((y2 - y1) - 2 * FIRST_DISTANCE):
        x, y = x2 - lean * far, y2 - far
        yield Point(x - gap - wide, y), Point(x - gap, y)
        yield Point(x + gap, y), Point(x + gap + wide, y)


def _distances(room: float) -> Iterator[float]:
    """Yield the distances from the head to try: the first one, and all others within the room."""
    for nth in range(MAX_PLACES):
        if nth == 0 or FIRST_DISTANCE + nth * DISTANCE_STEP <= room:
            yield FIRST_DISTANCE + nth * DISTANCE_STEP
