"""The key beside a picture of a state graph: the meaning of its colours and of its letters."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pcheck.render.state_graph.marks import shape, text
from pcheck.render.svg.elements import group, tag
from pcheck.render.svg.measure import monospaced
from pcheck.render.svg.points import Point
from pcheck.render.text.paragraphs import wrap

if TYPE_CHECKING:
    import networkx as nx

LINE, INDENT = 15, 24  # from line to line, and before words
MOST_LETTERS = 64  # of one line
ALPHABET = string.ascii_lowercase + string.ascii_uppercase
SMALL = 9


class Key:
    """The key of a graph: a letter for each label, or none if there are too many labels."""

    def __init__(self, graph: nx.MultiDiGraph[str]) -> None:
        labels = dict.fromkeys(about["label"] for _, _, about in graph.edges(data=True))
        enough = len(labels) <= len(ALPHABET)
        self.letters = dict(zip(labels, ALPHABET)) if enough else {}
        self.steps = [(letter, wrapped(label)) for label, letter in self.letters.items()]
        self.signs = [(kinds, wrapped(words)) for kinds, words in _signs(graph)]
        told = [words for _, lines in [*self.signs, *self.steps] for words in lines]
        self.width = INDENT + widest(told)
        self.height = len(told) * LINE + len(self.signs) * LINE / 2

    def drawn(self, at: Point) -> Iterator[str]:
        for kinds, lines in self.signs:
            yield _sign(kinds, at)
            yield from paragraph(at.to(INDENT, 0), lines)
            at = at.to(0, (len(lines) + 0.5) * LINE)
        for letter, lines in self.steps:
            yield text(at, letter, "letter")
            yield from paragraph(at.to(INDENT, 0), lines)
            at = at.to(0, len(lines) * LINE)


def wrapped(words: str, width: int = MOST_LETTERS) -> list[str]:
    return wrap(words, width) or [words]


def widest(lines: Iterable[str]) -> float:
    return max(map(monospaced, lines), default=0.0)


def paragraph(at: Point, lines: Iterable[str], kind: str | None = None) -> Iterator[str]:
    for number, words in enumerate(lines):
        yield text(at.to(0, number * LINE), words, kind)


def _signs(graph: nx.MultiDiGraph[str]) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the marks that a reader cannot guess, each with its meaning."""
    yield ("state", "first"), "the first state"
    states = [about for _, about in graph.nodes(data=True)]
    steps = [about for _, _, about in graph.edges(data=True)]
    for what, kind, does, some in (
        ("state", "good", "reaches", states),
        ("state", "wrong", "violates", states),
        ("step", "wrong", "violates", steps),
    ):
        several = dict.fromkeys(about[does] for about in some if does in about)
        names = dict.fromkeys(name for each in several for name in each.split(", "))
        if names:
            yield (what, kind), f"{does} {', '.join(names)}"
    if graph.graph.get("run"):
        yield ("step", "run"), graph.graph["run"]


def _sign(kinds: tuple[str, str], at: Point) -> str:
    if "step" in kinds:
        mark = tag("path", class_="line", d=f"M{at.to(-SMALL, 0)} L{at.to(SMALL, 0)}")
    else:
        mark = shape(kinds, at, SMALL)
    return group(" ".join(kinds), [mark])
