"""The SVG of single marks, lines and texts of a diagram."""

from __future__ import annotations

from html import escape

from pcheck.render.svg.elements import short_number, tag
from pcheck.render.svg.points import Point
from pcheck.text import printable

CROSS_ARMS = {"crash": 7, "cross": 4}  # half the size of each mark that is a cross
CIRCLE_RADII = {"dot": 5.5, "up": 6, "also": 3.5}  # the radius of each mark that is a circle


def mark(kind: str, at: Point) -> str:
    """Return a cross or a circle of the class `pc-kind`."""
    if kind in CROSS_ARMS:
        return tag("path", class_=f"pc-{kind}", d=_cross_path(at, CROSS_ARMS[kind]))
    return tag("circle", class_=f"pc-{kind}", cx=at.x, cy=at.y, r=CIRCLE_RADII[kind])


def rectangle(
    at: Point, wide: float, high: float, kind: str | None = None, corner: float | None = None
) -> str:
    """Return a rectangle with its top left corner at `at`; `corner` is the corner radius."""
    return tag("rect", class_=kind, x=at.x, y=at.y, width=wide, height=high, rx=corner)


def text_line(text: str, at: Point, kind: str | None = None) -> str:
    """Return a text that begins at a point of its baseline."""
    return tag("text", escaped(text), class_=kind, x=at.x, y=at.y)


def straight_path(*points: Point) -> str:
    """Return the path of straight lines from each point to the next."""
    return "M" + "L".join(f"{short_number(x)} {short_number(y)}" for x, y in points)


def curved_path(start: Point, end: Point, bulge: float) -> str:
    """Return the path of a curve that leaves the straight line to one side.

    `bulge` is the horizontal offset of both control points, positive to the right.
    """
    controls = start.to(bulge, 0), end.to(bulge, 0), end
    numbers = " ".join(f"{short_number(x)} {short_number(y)}" for x, y in controls)
    return f"{straight_path(start)}C{numbers}"


def escaped(text: str) -> str:
    """Return a text as one line, with markup characters escaped."""
    return escape(printable(text), quote=False)


def _cross_path(at: Point, arm: float) -> str:
    """Return the path of two diagonal strokes that cross at a point."""
    falling = straight_path(at.to(-arm, -arm), at.to(arm, arm))
    return falling + straight_path(at.to(-arm, arm), at.to(arm, -arm))
