"""The marks and texts that a picture of a state graph is made of."""

from __future__ import annotations

from collections.abc import Collection
from html import escape

from pcheck.render.state_graph.lines import RADIUS
from pcheck.render.svg.elements import tag
from pcheck.render.svg.points import Point

CORNER = 0.4142  # of an octagon: half a side, for a radius of 1


def title(*lines: str) -> str:
    """Return the text that a pointer which rests on something is told."""
    return tag("title", _in_ascii("\n".join(lines)))


def text(at: Point, words: str, kind: str | None = None) -> str:
    """Return words that are centred upon their line."""
    return tag("text", _in_ascii(words), class_=kind, x=_tenths(at.x), y=_tenths(at.y + 3.5))


def shape(kinds: Collection[str], at: Point, radius: int = RADIUS) -> str:
    """Return a circle, or an octagon for what is wrong: a stop sign is seen without its red."""
    if "wrong" not in kinds:
        return tag("circle", class_="shape", cx=_tenths(at.x), cy=_tenths(at.y), r=radius)
    far, near = radius, radius * CORNER
    right = [(far, -near), (far, near), (near, far), (-near, far)]
    corners = [at.to(x, y) for x, y in right] + [at.to(-x, -y) for x, y in right]
    return tag("polygon", class_="shape", points=" ".join(map(str, corners)))


def arrowhead(name: str) -> str:
    """Return the arrowhead of this name, by which lines refer to it."""
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


def _in_ascii(words: str) -> str:
    """Return a text in which nothing is markup, for whatever encoding it is written in."""
    return escape(words).encode("ascii", "xmlcharrefreplace").decode()


def _tenths(value: float) -> str:
    return f"{value:.1f}"
