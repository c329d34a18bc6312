"""The parts of SVG that a picture of a state graph is made of."""

from __future__ import annotations

from collections.abc import Collection
from html import escape

from pcheck.render.state_graph.lines import RADIUS, Point

CORNER = 0.4142  # of an octagon: half a side, for a radius of 1


def title(*lines: str) -> str:
    """What the pointer is told."""
    return f"<title>{_safe(chr(10).join(lines))}</title>"


def text(at: Point, words: str, kind: str = "") -> str:
    """Centred upon its line."""
    given = f' class="{kind}"' if kind else ""
    return f'<text{given} x="{at.x:.1f}" y="{at.y + 3.5:.1f}">{_safe(words)}</text>'


def shape(kinds: Collection[str], at: Point, radius: int = RADIUS) -> str:
    """Round; or as a sign that says stop, so that red is not all that tells what is wrong."""
    if "wrong" not in kinds:
        return f'<circle class="shape" cx="{at.x:.1f}" cy="{at.y:.1f}" r="{radius}"/>'
    far, near = radius, radius * CORNER
    right = [(far, -near), (far, near), (near, far), (-near, far)]
    corners = [at.to(x, y) for x, y in right] + [at.to(-x, -y) for x, y in right]
    return f'<polygon class="shape" points="{" ".join(map(str, corners))}"/>'


def group(kinds: Collection[str], *inside: str) -> str:
    return f'<g class="{" ".join(kinds)}">{"".join(inside)}</g>'


def arrowhead(name: str) -> str:
    return (
        f'<marker id="{name}" class="{name}" viewBox="0 0 6 6" refX="3" refY="3" markerWidth="7" '
        'markerHeight="7" markerUnits="userSpaceOnUse" orient="auto">'
        '<path d="M0,0 L6,3 L0,6 Z"/></marker>'
    )


def _safe(words: str) -> str:
    """In ASCII, for whatever it is written to."""
    return escape(words).encode("ascii", "xmlcharrefreplace").decode()
