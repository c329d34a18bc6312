"""The SVG of single marks and texts in a picture of a state graph."""

from __future__ import annotations

from collections.abc import Collection
from html import escape

from pcheck.render.state_graph.lines import RADIUS
from pcheck.render.svg.elements import tag
from pcheck.render.svg.points import Point

HALF_SIDE = 0.4142  # half a side of an octagon whose inner radius is 1


def tooltip(*lines: str) -> str:
    """Return the text that a browser shows while the pointer rests on an element."""
    return tag("title", _in_ascii("\n".join(lines)))


def centred_text(at: Point, text: str, kind: str | None = None) -> str:
    """Return a text whose letters have their middle at the height of `at`."""
    return tag("text", _in_ascii(text), class_=kind, x=_tenths(at.x), y=_tenths(at.y + 3.5))


def state_shape(kinds: Collection[str], at: Point, radius: int = RADIUS) -> str:
    """Return a circle, or an octagon if a state violates a property.

    The octagon is recognisable without its red colour, like a stop sign.
    """
    if "wrong" not in kinds:
        return tag("circle", class_="shape", cx=_tenths(at.x), cy=_tenths(at.y), r=radius)
    far, near = radius, radius * HALF_SIDE
    right = [(far, -near), (far, near), (near, far), (-near, far)]
    corners = [at.to(x, y) for x, y in right] + [at.to(-x, -y) for x, y in right]
    return tag("polygon", class_="shape", points=" ".join(map(str, corners)))


def arrowhead(name: str) -> str:
    """Return the definition of an arrowhead; lines refer to the arrowhead by its name."""
    return tag(
        "marker",
        tag("path", d="M0,0 L6,3 L0,6 Z"),
        id=name,
        class_=name,
        viewBox="0 0 6 6",
        refX=3,
        refY=3,
        markerWidth=7,
        markerHeight=7,
        markerUnits="userSpaceOnUse",
        orient="auto",
    )


def _in_ascii(text: str) -> str:
    """Return a text with markup and all non-ASCII characters escaped.

    The file can then be written in any encoding.
    """
    return escape(text).encode("ascii", "xmlcharrefreplace").decode()


def _tenths(value: float) -> str:
    return f"{value:.1f}"
