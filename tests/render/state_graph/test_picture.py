"""The state graph as a picture: read back as XML, and nothing in it may lie on something else."""

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
from pcheck.render.svg.colours import NAME, dark, light
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
    """Return the groups of the graph itself, which have a title; those of the key have none."""
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
    """Return the places of the numbers of all states."""
    texts = [each.find(f"{SVG}text") for each in groups(root, "state")]
    return [
        (float(each.attrib["x"]), float(each.attrib["y"])) for each in texts if each is not None
    ]


def test_each_state_is_there_and_one_line_for_each_pair() -> None:
    graph = drawable(nasty)
    root = drawn(graph)
    assert names(groups(root, "state")) == [*graph]
    pairs = {f"{before} to {after}" for before, after in graph.edges()}
    assert sorted(names(groups(root, "step"))) == sorted(pairs)
    assert len(pairs) < graph.number_of_edges()


def test_the_pointer_is_told_what_a_state_holds_and_what_is_wrong_with_it() -> None:
    graph = short()
    told = {title(each) for each in groups(drawn(graph), "state", "wrong")}
    assert told == {
        f"{state}\n{about['state']}\nviolates agreement: v1 and v2 are both chosen"
        f"\nreaches {about['reaches']}"
        for state, about in graph.nodes.items()
        if "violates" in about
    }


def test_the_run_is_marked_and_told_beside_the_rows() -> None:
    graph = short()
    root = drawn(graph)
    on_trace = [state for state, about in graph.nodes.items() if about["on_trace"]]
    steps = groups(root, "step", "run")
    assert names(groups(root, "state", "run")) == on_trace
    assert sorted(names(steps)) == sorted(f"{a} to {b}" for a, b in pairwise(on_trace))
    assert groups(root, "step")[-8:] == steps  # above all others
    assert words(root).count(CHOSEN) == 2  # there, and in the key


def test_what_is_wrong_has_another_shape_too() -> None:
    root = drawn(short())
    wrong = groups(root, "wrong")
    assert [
        each for each in groups(root, "state") if each.find(f"{SVG}polygon") is not None
    ] == wrong
    assert len(wrong) == 5


def test_the_key_says_what_is_marked_and_nothing_else() -> None:
    told = words(drawn(drawable(nasty)))
    first, last = told.index("the first state"), told.index("a")
    assert told[first + 1 : last] == [
        'reaches a "name"',
        "violates small <\\x00>, \\N",
        "violates grows",
        "the shortest run to small <\\x00>, \\N",
    ]
    assert "reaches" not in " ".join(words(drawn(drawable(plain))))


def test_every_letter_is_in_the_key() -> None:
    graph = two_by_two()
    root = drawn(graph)
    key = [each.text for each in root.iter(f"{SVG}text") if each.get("class") == "letter"]
    labels = list(dict.fromkeys(about["label"] for *_, about in graph.edges(data=True)))
    assert key == list("abcdefghijklmnopqr")
    assert [each for each in words(root) if each in labels] == labels
    for step in groups(root, "step"):
        letter, label = step.findtext(f"{SVG}text"), title(step).splitlines()[1]
        assert letter == key[labels.index(label)]


def test_more_labels_than_letters_go_without() -> None:
    graph = two_by_two().copy()
    for number, (*_, about) in enumerate(graph.edges(data=True)):
        about["label"] = f"step {number}"
    root = drawn(graph)
    assert [step for step in groups(root, "step") if step.find(f"{SVG}text") is not None] == []
    assert [each for each in words(root) if each.startswith("step ")] == []


@pytest.mark.parametrize("made", [short, two_by_two, crossed])
def test_no_state_lies_on_another_and_all_are_on_the_sheet(made: type) -> None:
    root = drawn(made())
    at = places(root)
    assert min(hypot(x - u, y - v) for (x, y), (u, v) in combinations(at, 2)) > 50
    wide, high = float(root.attrib["width"]), float(root.attrib["height"])
    assert all(20 < x < wide - 20 and 20 < y < high - 20 for x, y in at)


@pytest.mark.parametrize("made", [short, two_by_two, crossed])
def test_every_text_ends_on_the_sheet(made: type) -> None:
    root = drawn(made())
    ends = [
        float(each.attrib["x"]) + len(each.text or "") * 6.6 for each in root.iter(f"{SVG}text")
    ]
    assert max(ends) <= float(root.attrib["width"])


def test_a_row_is_a_depth_and_the_first_is_on_top() -> None:
    graph = crossed()
    heights: dict[int, set[float]] = {}
    for about, (_, y) in zip(graph.nodes.values(), places(drawn(graph)), strict=True):
        heights.setdefault(about["depth"], set()).add(y)
    assert {len(each) for each in heights.values()} == {1}
    assert [*heights.values()] == sorted(heights.values(), key=min)


def test_whatever_a_text_holds_it_stays_text() -> None:
    graph = drawable(nasty)
    root = drawn(graph)
    titles = [title(each) for each in groups(root, "step")]
    assert f"s0 to s1\n0 {NASTY}\n{OTHER}" in titles
    assert {each.tag.removeprefix(SVG) for each in root.iter()} == set(
        "svg title style defs marker path rect text g circle polygon".split()
    )
    assert graph_svg(graph).isascii()


def test_it_needs_nothing_else() -> None:
    text = graph_svg(short())
    assert re.findall(r"https?://[^\"]*", text) == ["http://www.w3.org/2000/svg"]
    assert set(re.findall(r"url\(([^)]*)\)", text)) == {"#arrow", "#dark"}
    assert "<script" not in text


def test_day_and_night_colour_the_same_things() -> None:
    assert GRAPH_COLOURS.keys() == {*NAME.findall(FILLS)}
    text, by_day, by_night = graph_svg(short()), *(f(FILLS, GRAPH_COLOURS) for f in (light, dark))
    assert NAME.findall(by_day + by_night) == []
    assert text.index(by_day) < text.index("prefers-color-scheme: dark") < text.index(by_night)
    assert "var(" not in text  # which some programs do not know


def test_the_same_graph_gives_the_same_picture() -> None:
    assert graph_svg(crossed()) == graph_svg(crossed().copy())
