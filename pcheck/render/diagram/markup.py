"""The few marks that a diagram is written down with, its numbers rounded."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from pcheck.render.diagram.segments import Point
from pcheck.text import printable

CROSSED = {"crash": 7, "cross": 4}  # how far they reach
ROUND = {"dot": 5.5, "up": 6, "also": 3.5}


def group(what: str, parts: Iterable[str], **about: int | None) -> str:
    told = "".join(f' data-{key}="{value}"' for key, value in about.items() if value is not None)
    return f'<g class="{what}"{told}>{"".join(parts)}</g>'


def frame(x: float, y: float, wide: float, high: float) -> str:
    return f'x="{short(x)}" y="{short(y)}" width="{short(wide)}" height="{short(high)}"'


def centre(x: float, y: float) -> str:
    return f'cx="{short(x)}" cy="{short(y)}"'


def through(*points: Point) -> str:
    return "M" + "L".join(f"{short(x)} {short(y)}" for x, y in points)


def curve(start: Point, end: Point, bulge: float) -> str:
    """To a point straight below, and on the way to one side."""
    pulls = [(x + bulge, y) for x, y in (start, end)]
    return f"{through(start)}C{' '.join(f'{short(x)} {short(y)}' for x, y in (*pulls, end))}"


def crossed(at: Point, arm: float) -> str:
    """Two strokes, one across the other."""
    (x, y) = at
    one = through((x - arm, y - arm), (x + arm, y + arm))
    return one + through((x - arm, y + arm), (x + arm, y - arm))


def sign(kind: str, at: Point) -> str:
    """One of the small marks, by the last part of its class."""
    if kind in CROSSED:
        return f'<path class="pc-{kind}" d="{crossed(at, CROSSED[kind])}"/>'
    return f'<circle class="pc-{kind}" {centre(*at)} r="{ROUND[kind]}"/>'


def short(value: float) -> str:
    """With one digit after the point at most, the same on every machine."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


def escaped(text: str) -> str:
    return escape(printable(text))
