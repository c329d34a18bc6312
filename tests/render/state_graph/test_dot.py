"""The state graph in DOT, checked with Graphviz if Graphviz is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from pcheck.render.state_graph.dot import dot, quoted
from tests.render.state_graph.graphs import (
    NASTY,
    OTHER,
    crossed,
    drawable,
    nasty,
    short,
    two_by_two,
)

if TYPE_CHECKING:
    import networkx as nx

graphviz = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
STATE, STEP = re.compile(r"^  (s\d+) \[(.*)\]$", re.M), re.compile(r"^  (s\d+) -> (s\d+) \[", re.M)
SVG = "{http://www.w3.org/2000/svg}"


def laid_out(text: str, form: str) -> str:
    done = subprocess.run(["dot", f"-T{form}"], input=text, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def states(graph: nx.MultiDiGraph[str]) -> dict[str, str]:
    return dict(STATE.findall(dot(graph)))


def test_every_state_and_every_step_is_written_once() -> None:
    graph = two_by_two()
    assert [*states(graph)] == [*graph]
    assert Counter(STEP.findall(dot(graph))) == Counter(graph.edges())


def test_the_label_has_title_counts_and_trace() -> None:
    label = re.search(r"^  label=(.*)$", dot(short()), re.M)
    assert label is not None
    trace = "the shortest trace to agreement"
    assert label[1] == rf'"a title\l40 states, 60 steps\lbold: {trace}\l"'


def test_a_state_that_violates_a_property_is_a_red_octagon() -> None:
    graph = short()
    red = {state for state, attributes in states(graph).items() if "octagon" in attributes}
    assert red == {state for state, about in graph.nodes.items() if "violates" in about}
    assert all('color="#b42318"' in states(graph)[state] for state in red)


def test_the_initial_state_is_black_and_the_trace_is_bold() -> None:
    graph = short()
    bold = {state for state, attributes in states(graph).items() if 'penwidth="3"' in attributes}
    assert bold == {state for state, about in graph.nodes.items() if about["on_trace"]}
    assert [state for state, attributes in states(graph).items() if '"black"' in attributes] == [
        "s0"
    ]
    assert len(re.findall(r'^  s\d+ -> .*penwidth="3"', dot(graph), re.M)) == 8


def test_in_a_large_graph_only_the_trace_has_labels() -> None:
    step = re.compile(r"^  s\d+ -> s\d+ \[(.*)\]$", re.M)
    assert all(attributes.startswith("label=") for attributes in step.findall(dot(short())))
    assert all(attributes.startswith("tooltip=") for attributes in step.findall(dot(two_by_two())))
    labelled = [
        attributes for attributes in step.findall(dot(crossed())) if attributes.startswith("label=")
    ]
    assert len(labelled) == 8
    assert all("penwidth" in attributes for attributes in labelled)


def test_escapes_and_entities_in_a_string_are_escaped() -> None:
    assert quoted('a "b" \\N\n<&lt;> \N{GREEK SMALL LETTER ALPHA}\\') == (
        r'"a \"b\" \\N\l<&amp;lt;> &#945;\\"'
    )


@graphviz
def test_graphviz_draws_each_depth_as_a_rank() -> None:
    graph = crossed()
    heights: dict[int, set[str]] = {}
    for line in laid_out(dot(graph), "plain").splitlines():
        if line.startswith("node "):
            _, name, _, height, *_ = line.split()
            heights.setdefault(graph.nodes[name]["depth"], set()).add(height)
    assert {len(each) for each in heights.values()} == {1}
    ranks = [float(min(heights[depth])) for depth in sorted(heights)]
    assert ranks == sorted(ranks, reverse=True)


@graphviz
def test_graphviz_reads_every_text_unchanged() -> None:
    root = ElementTree.fromstring(laid_out(dot(drawable(nasty)), "svg"))
    words = ["".join(each.itertext()) for each in root.iter(f"{SVG}text")]
    assert words.count(OTHER) == 4
    assert [f"{number} {NASTY}" in words for number in range(4)] == [True] * 4
    tips = [value for each in root.iter() for name, value in each.attrib.items() if "title" in name]
    assert any("violates small <\\x00>, " in tip for tip in tips)
