"""The formats that a state graph can be written in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pcheck.render.format_table import Format, FormatTable
from pcheck.render.state_graph.dot import dot
from pcheck.render.state_graph.picture import graph_svg

if TYPE_CHECKING:
    import networkx as nx

MAX_STATES = 10_000  # that a program can lay out
MAX_DRAWN_STATES = 250  # that an eye can follow


@dataclass(frozen=True)
class GraphFormat(Format["nx.MultiDiGraph[str]"]):
    """A format for graphs of at most so many states."""

    max_states: int = MAX_STATES

    @property
    def is_picture(self) -> bool:
        """True if the graph is laid out already, for an eye to follow."""
        return self.max_states < MAX_STATES


def _graphml(graph: nx.MultiDiGraph[str]) -> str:
    from pcheck.search.state_graph import graphml  # which takes some time to load

    return graphml(graph)


DOT = GraphFormat("dot", (".dot", ".gv"), dot)
GRAPHML = GraphFormat("graphml", (".graphml",), _graphml)
SVG = GraphFormat("svg", (".svg",), graph_svg, for_a_program=True, max_states=MAX_DRAWN_STATES)
GRAPH_FORMATS: FormatTable[GraphFormat] = FormatTable(GRAPHML, DOT, SVG, purpose=" for a graph")
