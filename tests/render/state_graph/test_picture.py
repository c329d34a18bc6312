"""The picture of a state graph, parsed as XML; nothing in the picture may overlap."""

from __future__ import annotations

import re
from functools import cache
from itertools import combinations, pairwise
from math import hypot
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from pcheck.render.state_graph.picture import graph_svg
from pcheck.render.state_graph.style import FILLS, GRAPH_COLOURS
from pcheck.render.svg.colours import COLOUR_NAME, dark, light
from tests.render.state_graph.graphs import (
    NASTY,
    OTHER,
    crossed,
    drawable,
    nasty,
    plain,
    short,
    two_by_two,
)

if TYPE_CHECKING:
    import networkx as nx

SVG = "{http://www.w3.org/2000/svg}"
CHOSEN = "a1 <- p2: Accept(vote=Vote(ballot=2, value=v2))"


@cache
def drawn(graph: nx.MultiDiGraph[str]) -> ElementTree.Element:
    return ElementTree.fromstring(graph_svg(graph))


def groups(root: ElementTree.Element, *kinds: str) -> list[ElementTree.Element]:
    """Return the groups of the graph, which have tooltips; the groups of the key have none."""
    return [
        each
        for each in root.iter(f"{SVG}g")
        if {*kinds} <= {*each.attrib["class"].split()} and each.find(f"{SVG}title") is not None
    ]


def title(element: ElementTree.Element) -> str:
    return element.findtext(f"{SVG}title") or ""


def names(elements: list[ElementTree.Element]) -> list[str]:
    return [title(each).splitlines()[0] for each in elements]


def words(root: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in root.iter(f"{SVG}text")]


def places(root: ElementTree.Element) -> list[tuple[float, float]]:
    """Return the place of the number of each state."""
    texts = [each.find(f"{SVG}text") for each in groups(root, "state")]
    return [
        (float(each.attrib["x"]), float(each.attrib["y"])) for each in texts if each is not None
    ]


def test_every_state_is_drawn_and_every_connected_pair_has_a_line() -> None:
    graph = drawable(nasty)
    root = drawn(graph)
    assert names(groups(root, "state")) == [*graph]
    pairs = {f"{before} to {after}" for before, after in graph.edges()}
    assert sorted(names(groups(root, "step"))) == sorted(pairs)
    assert len(pairs) < graph.number_of_edges()


def test_a_tooltip_has_the_fields_and_the_violations_of_a_state() -> None:
    graph = short()
    tooltips = {title(each) for each in groups(drawn(graph), "state", "wrong")}
    assert tooltips == {
        f"{state}\n{about['state']}\nviolates agreement: v1 and v2 are both chosen"
        f"\nreaches {about['reaches']}"
        for state, about in graph.nodes.items()
        if "violates" in about
    }


def test_the_trace_is_marked_and_listed_beside_the_rows() -> None:
    graph = short()
    root = drawn(graph)
    on_trace = [state for state, about in graph.nodes.items() if about["on_trace"]]
    steps = groups(root, "step", "trace")
    assert names(groups(root, "state", "trace")) == on_trace
    assert sorted(names(steps)) == sorted(f"{a} to {b}" for a, b in pairwise(on_trace))
    assert groups(root, "step")[-8:] == steps  # on top of all other steps
    assert words(root).count(CHOSEN) == 2  # beside the rows and in the key


def test_a_state_that_violates_a_property_is_an_octagon() -> None:
    root = drawn(short())
    wrong = groups(root, "wrong")
    assert [
        each for each in groups(root, "state") if each.find(f"{SVG}polygon") is not None
    ] == wrong
    assert len(wrong) == 5


def test_the_key_explains_exactly_the_marks_of_the_graph() -> None:
    texts = words(drawn(drawable(nasty)))
    first, last = texts.index("initial state"), texts.index("a")
    assert texts[first + 1 : last] == [
        'reaches a "name"',
        "violates small <\\x00>, \\N",
        "violates grows",
        "the shortest trace to small <\\x00>, \\N",
    ]
    assert "reaches" not in " ".join(words(drawn(drawable(plain))))


def test_the_key_contains_every_letter() -> None:
    graph = two_by_two()
    root = drawn(graph)
    key = [each.text for each in root.iter(f"{SVG}text") if each.get("class") == "letter"]
    labels = list(dict.fromkeys(about["label"] for *_, about in graph.edges(data=True)))
    assert key == list("abcdefghijklmnopqr")
    assert [each for each in words(root) if each in labels] == labels
    for step in groups(root, "step"):
        letter, label = step.findtext(f"{SVG}text"), title(step).splitlines()[1]
        assert letter == key[labels.index(label)]


@pytest.mark.slow
def test_with_too_many_labels_no_step_has_a_letter() -> None:
    graph = two_by_two().copy()
    for number, (*_, about) in enumerate(graph.edges(data=True)):
        about["label"] = f"step {number}"
    root = drawn(graph)
    assert [step for step in groups(root, "step") if step.find(f"{SVG}text") is not None] == []
    assert [each for each in words(root) if each.startswith("step ")] == []


@pytest.mark.parametrize("build", [short, two_by_two, crossed])
def test_states_do_not_overlap_and_are_inside_the_picture(build: type) -> None:
    root = drawn(build())
    at = places(root)
    assert min(hypot(x - u, y - v) for (x, y), (u, v) in combinations(at, 2)) > 50
    wide, high = float(root.attrib["width"]), float(root.attrib["height"])
    assert all(20 < x < wide - 20 and 20 < y < high - 20 for x, y in at)


@pytest.mark.parametrize("build", [short, two_by_two, crossed])
def test_every_text_ends_inside_the_picture(build: type) -> None:
    root = drawn(build())
    ends = [
        float(each.attrib["x"]) + len(each.text or "") * 6.6 for each in root.iter(f"{SVG}text")
    ]
    assert max(ends) <= float(root.attrib["width"])


def test_every_depth_is_a_row_and_the_initial_state_is_on_top() -> None:
    graph = crossed()
    heights: dict[int, set[float]] = {}
    for about, (_, y) in zip(graph.nodes.values(), places(drawn(graph)), strict=True):
        heights.setdefault(about["depth"], set()).add(y)
    assert {len(each) for each in heights.values()} == {1}
    assert [*heights.values()] == sorted(heights.values(), key=min)


def test_texts_are_escaped() -> None:
    graph = drawable(nasty)
    root = drawn(graph)
    titles = [title(each) for each in groups(root, "step")]
    assert f"s0 to s1\n0 {NASTY}\n{OTHER}" in titles
    assert {each.tag.removeprefix(SVG) for each in root.iter()} == set(
        "svg title style defs marker path rect text g circle polygon".split()
    )
    assert graph_svg(graph).isascii()


def test_a_picture_refers_to_no_other_file() -> None:
    text = graph_svg(short())
    assert re.findall(r"https?://[^\"]*", text) == ["http://www.w3.org/2000/svg"]
    assert set(re.findall(r"url\(([^)]*)\)", text)) == {"#arrow", "#dark"}
    assert "<script" not in text


def test_light_and_dark_rules_colour_the_same_elements() -> None:
    assert GRAPH_COLOURS.keys() == {*COLOUR_NAME.findall(FILLS)}
    text, on_light, on_dark = graph_svg(short()), *(f(FILLS, GRAPH_COLOURS) for f in (light, dark))
    assert COLOUR_NAME.findall(on_light + on_dark) == []
    assert text.index(on_light) < text.index("prefers-color-scheme: dark") < text.index(on_dark)
    assert "var(" not in text  # which some programs do not support


@pytest.mark.slow
def test_equal_graphs_have_equal_pictures() -> None:
    assert graph_svg(crossed()) == graph_svg(crossed().copy())
