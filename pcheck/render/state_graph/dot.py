"""The state graph for Graphviz: a rank for each depth, and what is wrong in red.

A step has its label beside it while there are few; among many only the run that is marked has, and
what the others are called is told by `dot -Tsvg` where the pointer rests on them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pcheck.render.state_graph.style import GRAPH_COLOURS
from pcheck.render.state_graph.text import said
from pcheck.render.svg.colours import light
from pcheck.text import counted

if TYPE_CHECKING:
    import networkx as nx

MAX_LABELLED_STATES = 60  # up to here there is room for words
START = light(
    """\
  graph [bgcolor=white labelloc=t labeljust=l fontname=monospace fontsize=12]
  node [shape=circle fixedsize=true width=0.42 style=filled fillcolor="@shade" color="@faint" \
fontname=monospace fontsize=10]
  edge [arrowsize=0.6 color="#8b96a3" fontname=monospace fontsize=9]""",
    GRAPH_COLOURS,
)
LOOKS = {"reaches": ("hoped", "good"), "violates": ("refused", "wrong")}  # filled, drawn in


def dot(graph: nx.MultiDiGraph[str]) -> str:
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: nx.MultiDiGraph[str]) -> Iterator[str]:
    depths: Mapping[str, int] = {state: about["depth"] for state, about in graph.nodes.items()}
    yield "digraph states {"
    yield START
    yield f"  label={quoted(_title(graph))}"
    for state, about in graph.nodes(data=True):
        yield f"  {state} [{_looks_of_state(state, about, first=depths[state] == 0)}]"
    for _, row in groupby(graph, key=depths.__getitem__):
        yield f"  {{ rank=same; {'; '.join(row)} }}"
    for before, after, about in graph.edges(data=True):
        told = len(graph) <= MAX_LABELLED_STATES or about["on_trace"]
        yield f"  {before} -> {after} [{_looks_of_step(about, told=told)}]"
    yield "}"


def _title(graph: nx.MultiDiGraph[str]) -> str:
    counts = f"{counted(len(graph), 'state')}, {counted(graph.number_of_edges(), 'step')}"
    run = graph.graph.get("run", "")
    return "\n".join([graph.graph["title"], counts, *([f"bold: {run}"] if run else [])]) + "\n"


def _looks_of_state(state: str, about: Mapping[str, Any], *, first: bool) -> str:
    looks = {"label": state[1:], "tooltip": "\n".join([state, about["state"], *said(about)])}
    for mark in ("reaches", "violates"):
        if mark in about:
            looks["fillcolor"], looks["color"] = (GRAPH_COLOURS[each].light for each in LOOKS[mark])
    if "violates" in about:
        looks["shape"] = "octagon"  # as a sign that says stop: red is not all that tells
    if about["on_trace"] or first:
        looks["penwidth"] = "3"
    if first:
        looks["color"] = "black"
    return _written(looks)


def _looks_of_step(about: Mapping[str, Any], *, told: bool) -> str:
    text = "\n".join([about["label"], *said(about)])
    looks = {"label": text} if told else {"tooltip": text}
    if about["on_trace"]:
        looks |= {"color": "black", "penwidth": "3"}
    if "violates" in about:
        looks["color"] = GRAPH_COLOURS["wrong"].light
    return _written(looks)


def _written(looks: Mapping[str, str]) -> str:
    return " ".join(f"{name}={quoted(value)}" for name, value in looks.items())


def quoted(text: str) -> str:
    """Return a string in which Graphviz finds no escape and no entity but those that are meant."""
    for plain, meant in (("&", "&amp;"), ("\\", "\\\\"), ('"', '\\"'), ("\n", "\\l")):
        text = text.replace(plain, meant)
    return f'"{text.encode("ascii", "xmlcharrefreplace").decode()}"'
