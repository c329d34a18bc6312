"""The state graph in DOT, the language of Graphviz: a rank for each depth, violations in red.

In small graphs every step has its label beside its line. In larger graphs only the steps of the
marked trace have labels. The other steps have tooltips, which `dot -Tsvg` writes into the SVG.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pcheck.render.state_graph.style import GRAPH_COLOURS
from pcheck.render.state_graph.text import mark_texts
from pcheck.render.svg.colours import light
from pcheck.text import counted

if TYPE_CHECKING:
    import networkx as nx

MAX_LABELLED_STATES = 60  # larger graphs have no room for the labels of all steps
START = light(
    """\
  graph [bgcolor=white labelloc=t labeljust=l fontname=monospace fontsize=12]
  node [shape=circle fixedsize=true width=0.42 style=filled fillcolor="@shade" color="@faint" \
fontname=monospace fontsize=10]
  edge [arrowsize=0.6 color="#8b96a3" fontname=monospace fontsize=9]""",
    GRAPH_COLOURS,
)
COLOURS_OF_MARKS = {"reaches": ("hoped", "good"), "violates": ("refused", "wrong")}  # fill, line


def dot(graph: nx.MultiDiGraph[str]) -> str:
    """Return the graph in DOT."""
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: nx.MultiDiGraph[str]) -> Iterator[str]:
    depths: Mapping[str, int] = {state: about["depth"] for state, about in graph.nodes.items()}
    yield "digraph states {"
    yield START
    yield f"  label={quoted(_title(graph))}"
    for state, about in graph.nodes(data=True):
        yield f"  {state} [{_state_attributes(state, about, is_first=depths[state] == 0)}]"
    for _, row in groupby(graph, key=depths.__getitem__):
        yield f"  {{ rank=same; {'; '.join(row)} }}"
    for before, after, about in graph.edges(data=True):
        has_label = len(graph) <= MAX_LABELLED_STATES or about["on_trace"]
        yield f"  {before} -> {after} [{_step_attributes(about, has_label=has_label)}]"
    yield "}"


def _title(graph: nx.MultiDiGraph[str]) -> str:
    counts = f"{counted(len(graph), 'state')}, {counted(graph.number_of_edges(), 'step')}"
    trace = graph.graph.get("trace", "")
    return "\n".join([graph.graph["title"], counts, *([f"bold: {trace}"] if trace else [])]) + "\n"


def _state_attributes(state: str, about: Mapping[str, Any], *, is_first: bool) -> str:
    tooltip = "\n".join([state, about["state"], *mark_texts(about)])
    attributes = {"label": state[1:], "tooltip": tooltip}
    for mark, (fill, line) in COLOURS_OF_MARKS.items():
        if mark in about:
            attributes["fillcolor"] = GRAPH_COLOURS[fill].light
            attributes["color"] = GRAPH_COLOURS[line].light
    if "violates" in about:
        attributes["shape"] = "octagon"  # like a stop sign: red must not be the only mark
    if about["on_trace"] or is_first:
        attributes["penwidth"] = "3"
    if is_first:
        attributes["color"] = "black"
    return _attribute_list(attributes)


def _step_attributes(about: Mapping[str, Any], *, has_label: bool) -> str:
    text = "\n".join([about["label"], *mark_texts(about)])
    attributes = {"label": text} if has_label else {"tooltip": text}
    if about["on_trace"]:
        attributes |= {"color": "black", "penwidth": "3"}
    if "violates" in about:
        attributes["color"] = GRAPH_COLOURS["wrong"].light
    return _attribute_list(attributes)


def _attribute_list(attributes: Mapping[str, str]) -> str:
    return " ".join(f"{name}={quoted(value)}" for name, value in attributes.items())


def quoted(text: str) -> str:
    """Return a quoted string that Graphviz reads as this text.

    Backslashes, quotes and ampersands are escaped. Lines are left-aligned.
    """
    for plain, escape in (("&", "&amp;"), ("\\", "\\\\"), ('"', '\\"'), ("\n", "\\l")):
        text = text.replace(plain, escape)
    return f'"{text.encode("ascii", "xmlcharrefreplace").decode()}"'
