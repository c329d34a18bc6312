"""The formats that a state graph can be written in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pcheck.errors import UsageError
from pcheck.render.state_graph.dot import dot
from pcheck.render.state_graph.svg import svg
from pcheck.text import nearest

if TYPE_CHECKING:
    import networkx as nx

MANY, FEW = 10_000, 250  # states: what a program can lay out, and what an eye can follow


@dataclass(frozen=True)
class GraphFormat:
    """`most` is up to how many states it is of use. `is_picture`: nobody reads its text."""

    name: str
    suffixes: tuple[str, ...]
    draw: Callable[[nx.MultiDiGraph[str]], str]
    most: int = MANY
    is_picture: bool = False


def _graphml(graph: nx.MultiDiGraph[str]) -> str:
    from pcheck.search.state_graph import graphml  # which takes some time to load

    return graphml(graph)


DOT = GraphFormat("dot", (".dot", ".gv"), dot)
GRAPHML = GraphFormat("graphml", (".graphml",), _graphml)
SVG = GraphFormat("svg", (".svg",), svg, FEW, is_picture=True)
FORMATS = {each.name: each for each in (GRAPHML, DOT, SVG)}


def format_called(name: str) -> GraphFormat:
    if name not in FORMATS:
        hint = nearest(name, FORMATS) or f"; there is {', '.join(FORMATS)}"
        raise UsageError(f"there is no format {name!r} for a graph{hint}")
    return FORMATS[name]


def format_for(file: str) -> GraphFormat:
    """By how the name of a file ends."""
    for each in FORMATS.values():
        if file.lower().endswith(each.suffixes):
            return each
    endings = ", ".join(suffix for each in FORMATS.values() for suffix in each.suffixes)
    raise UsageError(f"{file} does not say what to write: end it in {endings}, or give --format")
