"""The state graph as a picture: a row for each depth, and what is wrong in red.

The picture is for graphs so small that a finger can follow a line. A step is a letter, explained in
the key beside the graph. A pointer that rests on a state shows what its nodes hold. The picture
needs no other program and no other file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from pcheck.render.state_graph.key import INDENT, LINE, Key, paragraph, widest, wrapped
from pcheck.render.state_graph.layout import columns, rows
from pcheck.render.state_graph.lines import RADIUS, Line, line
from pcheck.render.state_graph.marks import arrowhead, shape, text, title
from pcheck.render.state_graph.style import GRAPH_STYLE
from pcheck.render.state_graph.text import said
from pcheck.render.svg.elements import CLOSING, group, opening, tag
from pcheck.render.svg.measure import COLUMN
from pcheck.render.svg.points import Point
from pcheck.text import counted

if TYPE_CHECKING:
    import networkx as nx

ACROSS, DOWN = 54, 84  # from state to state
EDGE, GAP = 24, 40  # around it all, and between its parts
TITLE, TITLE_LETTERS = 8.0 / COLUMN, 100  # how much larger it is, and the most of one line


def graph_svg(graph: nx.MultiDiGraph[str]) -> str:
    """Return a picture of the graph as a document of its own."""
    return "\n".join(_Picture(graph).drawn()) + "\n"


class _Picture:
    """The picture, from left to right: depths, the run that is marked, the graph, and its key."""

    def __init__(self, graph: nx.MultiDiGraph[str]) -> None:
        self.graph, self.key, self.run = graph, Key(graph), _run(graph)
        self.title = wrapped(graph.graph["title"], TITLE_LETTERS)
        self.top = EDGE + LINE * (len(self.title) + 2) + RADIUS
        ordered = rows(graph)
        column = columns(graph, ordered)
        run = widest(words for lines in self.run for words in lines)
        left = EDGE + INDENT + (run + GAP if run else 0) + RADIUS
        self.right = left + max(column.values()) * ACROSS + RADIUS + GAP
        self.at = {
            state: Point(left + column[state] * ACROSS, self._row(depth))
            for depth, row in enumerate(ordered)
            for state in row
        }
        self.rows = [[self.at[state] for state in row] for row in ordered]
        self.taken: set[tuple[float, float]] = set()  # by letters: see _is_free

    def drawn(self) -> Iterator[str]:
        wide, high = self._size()
        yield opening(round(wide), round(high))
        yield title(self.graph.graph["title"])
        yield tag("style", GRAPH_STYLE)
        yield tag("defs", arrowhead("arrow"), arrowhead("dark"))
        yield tag("rect", class_="paper", width="100%", height="100%")
        yield from self._head()
        yield from self._margin()
        yield from self.key.drawn(Point(self.right, self.top))
        yield from self._steps()
        for number, (state, about) in enumerate(self.graph.nodes.items()):
            yield self._state(number, state, about)
        yield CLOSING

    def _size(self) -> tuple[float, float]:
        wide = max(self.right + self.key.width, EDGE + widest(self.title) * TITLE)
        deep = max(len(self.rows) - 1, len(self.run) - 0.5)
        return wide + EDGE, max(self._row(deep), self.top + self.key.height) + RADIUS + EDGE

    def _row(self, depth: float) -> float:
        return self.top + depth * DOWN

    def _head(self) -> Iterator[str]:
        yield from paragraph(Point(EDGE, EDGE + 5), self.title, "title")
        states, steps = len(self.graph), self.graph.number_of_edges()
        counts = f"{counted(states, 'state')}, {counted(steps, 'step')}"
        below = Point(EDGE, EDGE + 8 + len(self.title) * LINE)
        yield text(below, f"{counts}: the pointer tells what each is", "faint")

    def _margin(self) -> Iterator[str]:
        for depth in range(len(self.rows)):
            yield text(Point(EDGE, self._row(depth)), str(depth), "faint")
        for number, lines in enumerate(self.run):
            middle = self._row(number + 0.5) - (len(lines) - 1) * LINE / 2
            yield from paragraph(Point(EDGE + INDENT, middle), lines)

    def _steps(self) -> Iterator[str]:
        """Yield one line for each pair of states, those of the run last: they are on top."""
        edges = self.graph.edges(data=True)
        run = {(before, after) for before, after, about in edges if about["on_trace"]}
        pairs = dict.fromkeys((before, after) for before, after, _ in edges)
        for before, after in sorted(pairs, key=run.__contains__):
            yield self._step(before, after)

    def _step(self, before: str, after: str) -> str:
        """Return the line for all steps from one state to another."""
        steps = list(self.graph.get_edge_data(before, after).values())
        kinds = dict.fromkeys(kind for each in steps for kind in _kinds(each))
        words = [words for each in steps for words in (each["label"], *said(each))]
        letters = "".join(self.key.letters.get(each["label"], "") for each in steps)
        path, spots = self._line(before, after)
        head = "dark" if "run" in kinds else "arrow"
        return group(
            " ".join(["step", *kinds]),
            [
                title(f"{before} to {after}", *words),
                tag("path", class_="near", d=path),
                tag("path", class_="line", d=path, marker_end=f"url(#{head})"),
                text(self._free(spots), letters) if letters else "",
            ],
        )

    def _line(self, before: str, after: str) -> Line:
        depth = {state: self.graph.nodes[state]["depth"] for state in (before, after)}
        between = self.rows[depth[after] : depth[before] + 1]
        ends = self.at[before], self.at[after]
        return line(*ends, (each for row in between for each in row if each not in ends))

    def _free(self, spots: Sequence[Point]) -> Point:
        """Return a spot where there is no other letter, if there is such a spot."""
        spot = next(filter(self._is_free, spots), spots[0])
        self.taken.add((spot.x // 7, spot.y // 9))
        return spot

    def _is_free(self, spot: Point) -> bool:
        """Return whether no letter is near, in a grid that is about as fine as letters are."""
        x, y = spot.x // 7, spot.y // 9
        return self.taken.isdisjoint(product((x - 1, x, x + 1), (y - 1, y, y + 1)))

    def _state(self, number: int, state: str, about: Mapping[str, Any]) -> str:
        kinds = ["state", *_kinds(about), *(["first"] if number == 0 else [])]
        words, at = title(state, about["state"], *said(about)), self.at[state]
        return group(" ".join(kinds), [words, shape(kinds, at), text(at, str(number))])


def _run(graph: nx.MultiDiGraph[str]) -> list[list[str]]:
    """Return the steps of the run that is marked, in lines: the k-th begins at depth k."""
    steps = [(before, about) for before, _, about in graph.edges(data=True) if about["on_trace"]]
    steps.sort(key=lambda step: graph.nodes[step[0]]["depth"])
    return [wrapped(about["label"]) for _, about in steps]


def _kinds(about: Mapping[str, Any]) -> Iterator[str]:
    """Yield the classes that mark a state or a step."""
    if about["on_trace"]:
        yield "run"
    if "reaches" in about:
        yield "good"
    if "violates" in about:
        yield "wrong"
