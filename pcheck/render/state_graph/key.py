"""The key beside a picture of a state graph: the meaning of its colours and letters."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pcheck.render.state_graph.marks import centred_text, state_shape
from pcheck.render.svg.elements import svg_group, tag
from pcheck.render.svg.measure import monospaced_width
from pcheck.render.svg.points import Point
from pcheck.render.text.paragraphs import wrap

if TYPE_CHECKING:
    import networkx as nx

KEY_LINE, INDENT = 15, 24  # the distance of two lines, and the room for letters and signs
MAX_LINE_LETTERS = 64
ALPHABET = string.ascii_lowercase + string.ascii_uppercase
SIGN_RADIUS = 9


class GraphKey:
    """The key of a graph.

    Each label of a step has a letter, unless there are more labels than letters.
    """

    def __init__(self, graph: nx.MultiDiGraph[str]) -> None:
        labels = dict.fromkeys(about["label"] for _, _, about in graph.edges(data=True))
        self.letters = dict(zip(labels, ALPHABET)) if len(labels) <= len(ALPHABET) else {}
        self.steps = [(letter, wrapped_lines(label)) for label, letter in self.letters.items()]
        self.signs = [(kinds, wrapped_lines(meaning)) for kinds, meaning in _signs(graph)]
        texts = [line for _, lines in [*self.signs, *self.steps] for line in lines]
        self.width = INDENT + widest_line(texts)
        self.height = len(texts) * KEY_LINE + len(self.signs) * KEY_LINE / 2

    def draw(self, at: Point) -> Iterator[str]:
        """Yield the elements of the key; its first sign or letter is at `at`."""
        for kinds, lines in self.signs:
            yield _sign(kinds, at)
            yield from stacked_texts(at.to(INDENT, 0), lines)
            at = at.to(0, (len(lines) + 0.5) * KEY_LINE)
        for letter, lines in self.steps:
            yield centred_text(at, letter, "letter")
            yield from stacked_texts(at.to(INDENT, 0), lines)
            at = at.to(0, len(lines) * KEY_LINE)


def wrapped_lines(text: str, width: int = MAX_LINE_LETTERS) -> list[str]:
    """Return a text in lines of at most `width` letters; an empty text is one line."""
    return wrap(text, width) or [text]


def widest_line(lines: Iterable[str]) -> float:
    """Return the width of the widest line, or 0 without lines."""
    return max(map(monospaced_width, lines), default=0.0)


def stacked_texts(at: Point, lines: Iterable[str], kind: str | None = None) -> Iterator[str]:
    """Yield each line as a text below the line before."""
    for number, line in enumerate(lines):
        yield centred_text(at.to(0, number * KEY_LINE), line, kind)


def _signs(graph: nx.MultiDiGraph[str]) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the marks of the graph that need an explanation, each with its meaning."""
    yield ("state", "first"), "initial state"
    states = [about for _, about in graph.nodes(data=True)]
    steps = [about for _, _, about in graph.edges(data=True)]
    for element, kind, mark, attributes in (
        ("state", "good", "reaches", states),
        ("state", "wrong", "violates", states),
        ("step", "wrong", "violates", steps),
    ):
        lists = dict.fromkeys(about[mark] for about in attributes if mark in about)
        names = dict.fromkeys(name for each in lists for name in each.split(", "))
        if names:
            yield (element, kind), f"{mark} {', '.join(names)}"
    if graph.graph.get("trace"):
        yield ("step", "trace"), graph.graph["trace"]


def _sign(kinds: tuple[str, str], at: Point) -> str:
    if "step" in kinds:
        mark = tag("path", class_="line", d=f"M{at.to(-SIGN_RADIUS, 0)} L{at.to(SIGN_RADIUS, 0)}")
    else:
        mark = state_shape(kinds, at, SIGN_RADIUS)
    return svg_group(" ".join(kinds), [mark])
