"""The places of states: in rows, in an order that crosses few lines, and apart from each other."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import pytest

from pcheck.render.state_graph.layout import apart, columns, crossings, rows
from tests.render.state_graph.graphs import crossed, drawable, short, two_by_two

if TYPE_CHECKING:
    import networkx as nx

Made: TypeAlias = Callable[[], "nx.MultiDiGraph[str]"]
GRAPHS = [short, two_by_two, crossed]


def down(graph: nx.MultiDiGraph[str]) -> dict[str, list[str]]:
    depth = {state: about["depth"] for state, about in graph.nodes.items()}
    steps: dict[str, list[str]] = {state: [] for state in graph}
    for before, after in graph.edges():
        if depth[after] > depth[before]:
            steps[before].append(after)
    return steps


def as_found(graph: nx.MultiDiGraph[str]) -> list[list[str]]:
    found: dict[int, list[str]] = {}
    for state, about in graph.nodes.items():
        found.setdefault(about["depth"], []).append(state)
    return [*found.values()]


@pytest.mark.parametrize("made", GRAPHS)
def test_each_depth_is_a_row(made: Made) -> None:
    graph = made()
    assert [sorted(row) for row in rows(graph)] == [sorted(row) for row in as_found(graph)]


def test_crossings_are_counted() -> None:
    steps = {"a": ["x", "y"], "b": ["x", "y"], "c": ["x"]}
    assert crossings([["a", "b", "c"], ["x", "y"]], steps) == 3
    assert crossings([["c", "a", "b"], ["x", "y"]], steps) == 1


def test_a_graph_that_can_be_drawn_without_crossings_is() -> None:
    graph = short()
    assert crossings(as_found(graph), down(graph)) == 14
    assert crossings(rows(graph), down(graph)) == 0


def test_most_crossings_are_gone_from_one_that_can_not() -> None:
    graph = two_by_two()
    assert crossings(as_found(graph), down(graph)) == 968
    assert crossings(rows(graph), down(graph)) < 400


@pytest.mark.parametrize(
    ("wanted", "placed"),
    [
        ([0, 0, 0], [-1, 0, 1]),
        ([0, 5, 9], [0, 5, 9]),
        ([3, 1], [1.5, 2.5]),
        ([0, 0.5, 4, 4], [-0.25, 0.75, 3.5, 4.5]),
        ([2, 1, 0, 7], [0, 1, 2, 7]),
    ],
)
def test_who_comes_too_near_moves_as_little_as_can_be(
    wanted: list[float], placed: list[float]
) -> None:
    assert apart(wanted) == placed


@pytest.mark.parametrize("made", GRAPHS)
def test_neighbours_are_apart_and_in_order(made: Made) -> None:
    graph = made()
    ordered = rows(graph)
    column = columns(graph, ordered)
    gaps = [column[b] - column[a] for row in ordered for a, b in pairwise(row)]
    assert min(gaps) > 0.999
    assert min(column.values()) == 0


def test_a_graph_of_one_state_has_a_place() -> None:
    graph = drawable("paxos", acceptors=1, proposers=1, rounds=1, crashes=0).subgraph(["s0"])
    assert columns(graph, rows(graph)) == {"s0": 0}
