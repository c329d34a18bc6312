"""The formats in which a state graph can be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pcheck.render.format_table import Format, FormatTable
from pcheck.render.state_graph.dot import dot
from pcheck.render.state_graph.picture import graph_svg

if TYPE_CHECKING:
    import networkx as nx

MAX_LAID_OUT_STATES = 10_000  # larger graphs take too long to lay out
MAX_DRAWN_STATES = 250  # larger pictures are illegible


@dataclass(frozen=True)
class GraphFormat(Format["nx.MultiDiGraph[str]"]):
    """A format for state graphs of at most `max_states` states."""

    max_states: int = MAX_LAID_OUT_STATES

    @property
    def is_picture(self) -> bool:
        """True if the format is a finished picture, so that no other program lays out the graph."""
        return self.max_states < MAX_LAID_OUT_STATES


def _graphml(graph: nx.MultiDiGraph[str]) -> str:
    from pcheck.search.state_graph import graphml  # networkx takes some time to load

    return graphml(graph)


DOT = GraphFormat("dot", (".dot", ".gv"), dot)
GRAPHML = GraphFormat("graphml", (".graphml",), _graphml)
SVG = GraphFormat("svg", (".svg",), graph_svg, for_a_program=True, max_states=MAX_DRAWN_STATES)
GRAPH_FORMATS: FormatTable[GraphFormat] = FormatTable(GRAPHML, DOT, SVG, noun="graph format")
