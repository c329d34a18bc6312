"""The reference explorer on state graphs written by hand: visited states, counts and traces."""

from __future__ import annotations

import random

import networkx as nx
import pytest

from pcheck.search.outcome import Verdict
from pcheck.search.reference import explore
from tests.runs import counts
from tests.search.drawn import CHAIN, Graph, found, never, once

# Visited states and counts


def test_states_are_visited_in_the_order_of_depth() -> None:
    graph = Graph({"A": "B C", "B": "F D", "C": "E B", "F": "G", "D": "C", "E": "A"})
    search = explore(graph)
    assert graph.expanded == ["A", "B", "C", "F", "D", "E", "G"]
    assert (counts(search), search.widths) == ((7, 9, 3), (1, 2, 3, 1))


def test_parallel_steps_steps_back_and_loops_are_counted() -> None:
    search = explore(Graph({"A": "B B", "B": "A B C", "C": ""}))
    assert (counts(search), search.widths, search.complete) == ((3, 5, 2), (1, 1, 1), True)


def test_a_graph_of_one_state_has_no_steps() -> None:
    search = explore(Graph({"A": ""}))
    assert (counts(search), search.widths, search.verdict) == ((1, 0, 0), (1,), Verdict.HOLDS)


@pytest.mark.parametrize("seed", range(30))
def test_levels_and_traces_on_random_graphs_equal_those_of_networkx(seed: int) -> None:
    dice = random.Random(seed)
    names = [f"S{i}" for i in range(dice.randint(1, 25))]
    edges = {name: " ".join(dice.choices(names, k=dice.randint(0, 3))) for name in names}
    edges = {name: " ".join(dict.fromkeys(to.split())) for name, to in edges.items()}
    drawn = nx.DiGraph([(name, to) for name, all_to in edges.items() for to in all_to.split()])
    drawn.add_nodes_from(names)
    distance: dict[str, int] = nx.single_source_shortest_path_length(drawn, "S0")
    search = explore(Graph(edges, *map(once, names)))
    steps = sum(len(edges[name].split()) for name in distance)
    assert counts(search) == (len(distance), steps, max(distance.values()))
    lengths = {name: len(discovery.trace) for name, discovery in search.discoveries.items()}
    assert lengths == {f"once_{name}": far for name, far in distance.items()}


# Traces


def test_the_first_discovery_is_kept_while_another_property_is_still_open() -> None:
    """Stateright 0.31 replaced the discovery by a longer one."""
    properties = (never("X"), once("X"), once("Y"), never("Z"))
    search = explore(Graph(CHAIN, *properties), all_properties=True)
    assert found(search) == {
        "never_X": ("at X", "A X.1"),
        "once_X": (None, "A X.1"),
        "once_Y": (None, "A X.1 Y.1"),
        "never_Z": ("at Z", "A B C X.2 D Z"),
    }


def test_a_trace_is_a_shortest_one_if_a_longer_one_exists() -> None:
    search = explore(Graph({"A": "B C", "B": "D", "C": "X", "D": "X"}, never("X")))
    assert found(search) == {"never_X": ("at X", "A C X")}
    assert search.discoveries["never_X"].trace.labels == ("A C", "C X")


def test_a_trace_takes_the_first_of_two_parallel_steps() -> None:
    search = explore(Graph({"A": "B B", "B": "X X"}, never("X")))
    assert search.discoveries["never_X"].trace.labels == ("A B", "B X")
