"""The state graph as an SVG picture: a row for each depth, violations in red.

The picture is meant for small graphs, in which a reader can follow each line. A step is marked by a
letter, which the key beside the graph explains. The tooltip of a state shows the fields of its
nodes. The picture contains no references to other files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from pcheck.render.state_graph.key import (
    INDENT,
    KEY_LINE,
    GraphKey,
    stacked_texts,
    widest_line,
    wrapped_lines,
)
from pcheck.render.state_graph.layout import columns, rows
from pcheck.render.state_graph.lines import RADIUS, StepLine, step_line
from pcheck.render.state_graph.marks import arrowhead, centred_text, state_shape, tooltip
from pcheck.render.state_graph.style import GRAPH_STYLE
from pcheck.render.state_graph.text import mark_texts
from pcheck.render.svg.elements import CLOSING, opening_tag, svg_group, tag
from pcheck.render.svg.measure import MONOSPACED_COLUMN
from pcheck.render.svg.points import Point
from pcheck.text import counted

if TYPE_CHECKING:
    import networkx as nx

COLUMN_DISTANCE, ROW_DISTANCE = 54, 84  # of adjacent states
EDGE, PART_GAP = 24, 40  # EDGE is around the picture, PART_GAP between its parts
TITLE_SCALE, MAX_TITLE_LETTERS = 8.0 / MONOSPACED_COLUMN, 100  # the title has larger letters


def graph_svg(graph: nx.MultiDiGraph[str]) -> str:
    """Return a picture of the graph as an SVG document."""
    return "\n".join(_Picture(graph).draw()) + "\n"


class _Picture:
    """The picture; from left to right: depths, the marked trace, the graph and its key."""

    def __init__(self, graph: nx.MultiDiGraph[str]) -> None:
        self.graph, self.key, self.trace = graph, GraphKey(graph), _marked_trace(graph)
        self.title = wrapped_lines(graph.graph["title"], MAX_TITLE_LETTERS)
        self.top = EDGE + KEY_LINE * (len(self.title) + 2) + RADIUS
        ordered = rows(graph)
        column = columns(graph, ordered)
        trace_width = widest_line(line for lines in self.trace for line in lines)
        left = EDGE + INDENT + (trace_width + PART_GAP if trace_width else 0) + RADIUS
        self.right = left + max(column.values()) * COLUMN_DISTANCE + RADIUS + PART_GAP
        self.at = {
            state: Point(left + column[state] * COLUMN_DISTANCE, self._row(depth))
            for depth, row in enumerate(ordered)
            for state in row
        }
        self.rows = [[self.at[state] for state in row] for row in ordered]
        self.taken: set[tuple[float, float]] = set()  # the cells with letters: see _is_free

    def draw(self) -> Iterator[str]:
        """Yield the elements from back to front."""
        wide, high = self._size()
        yield opening_tag(round(wide), round(high))
        yield tooltip(self.graph.graph["title"])
        yield tag("style", GRAPH_STYLE)
        yield tag("defs", arrowhead("arrow"), arrowhead("dark"))
        yield tag("rect", class_="paper", width="100%", height="100%")
        yield from self._head()
        yield from self._margin()
        yield from self.key.draw(Point(self.right, self.top))
        yield from self._steps()
        for number, (state, about) in enumerate(self.graph.nodes.items()):
            yield self._state(number, state, about)
        yield CLOSING

    def _size(self) -> tuple[float, float]:
        wide = max(self.right + self.key.width, EDGE + widest_line(self.title) * TITLE_SCALE)
        deep = max(len(self.rows) - 1, len(self.trace) - 0.5)
        return wide + EDGE, max(self._row(deep), self.top + self.key.height) + RADIUS + EDGE

    def _row(self, depth: float) -> float:
        return self.top + depth * ROW_DISTANCE

    def _head(self) -> Iterator[str]:
        yield from stacked_texts(Point(EDGE, EDGE + 5), self.title, "title")
        states, steps = len(self.graph), self.graph.number_of_edges()
        counts = f"{counted(states, 'state')}, {counted(steps, 'step')}"
        below = Point(EDGE, EDGE + 8 + len(self.title) * KEY_LINE)
        yield centred_text(below, f"{counts}: point at one for its details", "faint")

    def _margin(self) -> Iterator[str]:
        for depth in range(len(self.rows)):
            yield centred_text(Point(EDGE, self._row(depth)), str(depth), "faint")
        for number, lines in enumerate(self.trace):
            middle = self._row(number + 0.5) - (len(lines) - 1) * KEY_LINE / 2
            yield from stacked_texts(Point(EDGE + INDENT, middle), lines)

    def _steps(self) -> Iterator[str]:
        """Yield one line for each pair of states; the lines of the marked trace are on top."""
        edges = self.graph.edges(data=True)
        on_trace = {(before, after) for before, after, about in edges if about["on_trace"]}
        pairs = dict.fromkeys((before, after) for before, after, _ in edges)
        for before, after in sorted(pairs, key=on_trace.__contains__):
            yield self._step(before, after)

    def _step(self, before: str, after: str) -> str:
        """Return the line for all steps from one state to another."""
        steps = list(self.graph.get_edge_data(before, after).values())
        kinds = dict.fromkeys(kind for each in steps for kind in _kinds(each))
        texts = [text for each in steps for text in (each["label"], *mark_texts(each))]
        letters = "".join(self.key.letters.get(each["label"], "") for each in steps)
        path, spots = self._line(before, after)
        head = "dark" if "trace" in kinds else "arrow"
        return svg_group(
            " ".join(["step", *kinds]),
            [
                tooltip(f"{before} to {after}", *texts),
                tag("path", class_="near", d=path),
                tag("path", class_="line", d=path, marker_end=f"url(#{head})"),
                centred_text(self._take_free(spots), letters) if letters else "",
            ],
        )

    def _line(self, before: str, after: str) -> StepLine:
        depth = {state: self.graph.nodes[state]["depth"] for state in (before, after)}
        between = self.rows[depth[after] : depth[before] + 1]
        ends = self.at[before], self.at[after]
        return step_line(*ends, (each for row in between for each in row if each not in ends))

    def _take_free(self, spots: Sequence[Point]) -> Point:
        """Take the first spot that is clear of other letters, otherwise the first spot."""
        spot = next(filter(self._is_free, spots), spots[0])
        self.taken.add((spot.x // 7, spot.y // 9))
        return spot

    def _is_free(self, spot: Point) -> bool:
        """Return whether no letter is in the cell of the spot or next to it.

        A cell is about as large as a letter.
        """
        x, y = spot.x // 7, spot.y // 9
        return self.taken.isdisjoint(product((x - 1, x, x + 1), (y - 1, y, y + 1)))

    def _state(self, number: int, state: str, about: Mapping[str, Any]) -> str:
        kinds = ["state", *_kinds(about), *(["first"] if number == 0 else [])]
        details, at = tooltip(state, about["state"], *mark_texts(about)), self.at[state]
        inside = [details, state_shape(kinds, at), centred_text(at, str(number))]
        return svg_group(" ".join(kinds), inside)


def _marked_trace(graph: nx.MultiDiGraph[str]) -> list[list[str]]:
    """Return the lines of each step of the marked trace; step k leads from depth k to k + 1."""
    steps = [(before, about) for before, _, about in graph.edges(data=True) if about["on_trace"]]
    steps.sort(key=lambda step: graph.nodes[step[0]]["depth"])
    return [wrapped_lines(about["label"]) for _, about in steps]


def _kinds(about: Mapping[str, Any]) -> Iterator[str]:
    """Yield the classes that mark a state or a step."""
    if about["on_trace"]:
        yield "trace"
    if "reaches" in about:
        yield "good"
    if "violates" in about:
        yield "wrong"
