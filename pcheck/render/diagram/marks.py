"""The marks and lines of a diagram, and how its words are escaped."""

from __future__ import annotations

from xml.sax.saxutils import escape

from pcheck.render.svg.elements import short, tag
from pcheck.render.svg.points import Point
from pcheck.text import printable

CROSSED = {"crash": 7, "cross": 4}  # the marks of two strokes, and how far they reach
ROUND = {"dot": 5.5, "up": 6, "also": 3.5}  # the round marks, and their radius


def sign(kind: str, at: Point) -> str:
    """Return one of the small marks; `kind` is the last part of its class."""
    if kind in CROSSED:
        return tag("path", class_=f"pc-{kind}", d=_crossed(at, CROSSED[kind]))
    return tag("circle", class_=f"pc-{kind}", cx=at.x, cy=at.y, r=ROUND[kind])


def box(
    at: Point, wide: float, high: float, kind: str | None = None, corner: float | None = None
) -> str:
    """Return a rectangle; `at` is the point at its top left, and `corner` makes it round."""
    return tag("rect", class_=kind, x=at.x, y=at.y, width=wide, height=high, rx=corner)


def words(text: str, at: Point, kind: str | None = None) -> str:
    """Return a text that begins at this point."""
    return tag("text", escaped(text), class_=kind, x=at.x, y=at.y)


def through(*points: Point) -> str:
    """Return the path that leads straight from each of the points to the next."""
    return "M" + "L".join(f"{short(x)} {short(y)}" for x, y in points)


def curve(start: Point, end: Point, bulge: float) -> str:
    """Return the path to a point straight below that bends to one side on its way."""
    ways = start.to(bulge, 0), end.to(bulge, 0), end
    return f"{through(start)}C{' '.join(f'{short(x)} {short(y)}' for x, y in ways)}"


def escaped(text: str) -> str:
    """Return a text as one line in which nothing is markup."""
    return escape(printable(text))


def _crossed(at: Point, arm: float) -> str:
    """Two strokes, one across the other."""
    one = through(at.to(-arm, -arm), at.to(arm, arm))
    return one + through(at.to(-arm, arm), at.to(arm, -arm))
