"""The state graph as Graphviz reads it: checked with Graphviz itself, where there is one."""

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

graphviz = pytest.mark.skipif(shutil.which("dot") is None, reason="there is no Graphviz")
STATE, STEP = re.compile(r"^  (s\d+) \[(.*)\]$", re.M), re.compile(r"^  (s\d+) -> (s\d+) \[", re.M)
SVG = "{http://www.w3.org/2000/svg}"


def laid_out(text: str, form: str) -> str:
    done = subprocess.run(["dot", f"-T{form}"], input=text, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def states(graph: nx.MultiDiGraph[str]) -> dict[str, str]:
    return dict(STATE.findall(dot(graph)))


def test_each_state_and_each_step_is_there_once() -> None:
    graph = two_by_two()
    assert [*states(graph)] == [*graph]
    assert Counter(STEP.findall(dot(graph))) == Counter(graph.edges())


def test_it_begins_with_what_it_is() -> None:
    label = re.search(r"^  label=(.*)$", dot(short()), re.M)
    assert label is not None
    told = "the shortest run to agreement"
    assert label[1] == rf'"a title\l40 states, 60 steps\lbold: {told}\l"'


def test_a_state_that_violates_something_is_red_and_has_corners() -> None:
    graph = short()
    red = {state for state, looks in states(graph).items() if "octagon" in looks}
    assert red == {state for state, about in graph.nodes.items() if "violates" in about}
    assert all('color="#b42318"' in states(graph)[state] for state in red)


def test_the_first_state_is_black_and_the_run_is_bold() -> None:
    graph = short()
    bold = {state for state, looks in states(graph).items() if 'penwidth="3"' in looks}
    assert bold == {state for state, about in graph.nodes.items() if about["on_trace"]}
    assert [state for state, looks in states(graph).items() if '"black"' in looks] == ["s0"]
    assert len(re.findall(r'^  s\d+ -> .*penwidth="3"', dot(graph), re.M)) == 8


def test_few_states_leave_room_for_labels_and_many_only_for_the_run() -> None:
    step = re.compile(r"^  s\d+ -> s\d+ \[(.*)\]$", re.M)
    assert all(looks.startswith("label=") for looks in step.findall(dot(short())))
    assert all(looks.startswith("tooltip=") for looks in step.findall(dot(two_by_two())))
    told = [looks for looks in step.findall(dot(crossed())) if looks.startswith("label=")]
    assert len(told) == 8
    assert all("penwidth" in looks for looks in told)


def test_a_string_has_no_escapes_or_entities_but_those_that_are_meant() -> None:
    assert quoted('a "b" \\N\n<&lt;> \N{GREEK SMALL LETTER ALPHA}\\') == (
        r'"a \"b\" \\N\l<&amp;lt;> &#945;\\"'
    )


@graphviz
def test_graphviz_puts_each_depth_into_a_rank() -> None:
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
def test_graphviz_reads_every_text_as_it_was_written() -> None:
    root = ElementTree.fromstring(laid_out(dot(drawable(nasty)), "svg"))
    words = ["".join(each.itertext()) for each in root.iter(f"{SVG}text")]
    assert words.count(OTHER) == 4
    assert [f"{number} {NASTY}" in words for number in range(4)] == [True] * 4
    tips = [value for each in root.iter() for name, value in each.attrib.items() if "title" in name]
    assert any("violates small <\\x00>, " in tip for tip in tips)
