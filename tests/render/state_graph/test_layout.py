"""The places of states: rows by depth, few crossings, and a minimal distance."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import pytest

from pcheck.render.state_graph.layout import columns, count_crossings, rows, spaced_places
from tests.render.state_graph.graphs import crossed, drawable, short, two_by_two

if TYPE_CHECKING:
    import networkx as nx

Builder: TypeAlias = Callable[[], "nx.MultiDiGraph[str]"]
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


@pytest.mark.parametrize("build", GRAPHS)
def test_each_depth_is_a_row(build: Builder) -> None:
    graph = build()
    assert [sorted(row) for row in rows(graph)] == [sorted(row) for row in as_found(graph)]


def test_crossings_are_counted() -> None:
    steps = {"a": ["x", "y"], "b": ["x", "y"], "c": ["x"]}
    assert count_crossings([["a", "b", "c"], ["x", "y"]], steps) == 3
    assert count_crossings([["c", "a", "b"], ["x", "y"]], steps) == 1


def test_a_planar_graph_is_drawn_without_crossings() -> None:
    graph = short()
    assert count_crossings(as_found(graph), down(graph)) == 14
    assert count_crossings(rows(graph), down(graph)) == 0


def test_a_graph_with_unavoidable_crossings_has_few() -> None:
    graph = two_by_two()
    assert count_crossings(as_found(graph), down(graph)) == 968
    assert count_crossings(rows(graph), down(graph)) < 400


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
def test_places_that_are_too_near_move_as_little_as_possible(
    wanted: list[float], placed: list[float]
) -> None:
    assert spaced_places(wanted) == placed


@pytest.mark.parametrize("build", GRAPHS)
def test_neighbours_have_the_minimal_distance_and_are_in_order(build: Builder) -> None:
    graph = build()
    ordered = rows(graph)
    column = columns(graph, ordered)
    gaps = [column[b] - column[a] for row in ordered for a, b in pairwise(row)]
    assert min(gaps) > 0.999
    assert min(column.values()) == 0


def test_the_only_state_of_a_graph_is_in_the_first_column() -> None:
    graph = drawable("paxos", acceptors=1, proposers=1, rounds=1, crashes=0).subgraph(["s0"])
    assert columns(graph, rows(graph)) == {"s0": 0}
