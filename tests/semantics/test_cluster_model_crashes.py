"""Crashes of a cluster: the budget of crashes, the fields that are reset, and the messages kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pcheck import Actor, Cluster, Group, group
from pcheck.search.reference import explore
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.trace import follow
from tests.runs import complete_traces, counts
from tests.semantics.small_clusters import (
    A2,
    ASKS,
    DIALOGUE,
    EVERY,
    HEARS,
    NO_ASK,
    A,
    Idle,
    Writer,
    explored,
    seeing,
)


@pytest.mark.parametrize("network", EVERY)
def test_a_crash_resets_the_volatile_fields_and_keeps_the_others(network: str) -> None:
    executions = {
        ("a1 writes", "a1 crashes", "a1 restarts", "a1 writes"),
        ("a1 crashes", "a1 restarts", "a1 writes"),
    }
    # (pages, note) without a crash: (0, 0) up and (1, 5) up; after a crash: (0, 0) and (1, 0), each
    # down and up, and (1, 5) up
    assert explored({A: lambda i: Writer()}, network, crashes=1) == (executions, (7, 7, 3))


@pytest.mark.parametrize("network", EVERY)
def test_a_volatile_field_gets_its_value_of_the_initial_state(network: str) -> None:
    roles: dict[Group, Callable[[int], Actor]] = {A: lambda i: Writer(pages=3, note=5)}
    model = ClusterModel(Cluster(roles, properties=[seeing("note")]), NETWORKS[network], 1)
    assert complete_traces(model) == {("a1 crashes", "a1 restarts")}
    trace = follow(model, ("a1 crashes",))
    assert model.columns(trace.states[0]) == {"a1": {"pages": "3", "note": "5"}}
    assert model.columns(trace.states[1]) == {"a1": {"": "down", "pages": "3", "note": "5"}}


@pytest.mark.parametrize("network", EVERY)
@pytest.mark.parametrize(
    ("crashes", "expected"),
    # States as (nodes down, crashes so far): ({}, 0); with a budget of 1 also ({1}, 1), ({2}, 1)
    # and ({}, 1); with a budget of 2 also ({1, 2}, 2), ({1}, 2), ({2}, 2) and ({}, 2)
    [(0, (1, 0, 0)), (1, (4, 4, 2)), (2, (8, 12, 4))],
)
def test_the_budget_counts_the_crashes_of_all_nodes(
    network: str, crashes: int, expected: tuple[int, int, int]
) -> None:
    _, found = explored({group("a", 2): lambda i: Idle()}, network, crashes)
    assert found == expected


@pytest.mark.parametrize("network", EVERY)
@pytest.mark.parametrize(("crashes", "expected"), [(0, (1, 0, 0)), (1, (3, 2, 2)), (2, (5, 4, 4))])
def test_only_the_crash_nodes_crash(
    network: str, crashes: int, expected: tuple[int, int, int]
) -> None:
    """A node that crashes and restarts as often as it may has one state for each step."""
    cluster = Cluster({group("a", 2): lambda i: Idle()}, properties=[seeing()])
    model = ClusterModel(cluster, NETWORKS[network], crashes, [A2])
    assert complete_traces(model) == {("a2 crashes", "a2 restarts") * crashes}
    assert counts(explore(model)) == expected
    assert ([node.may_crash for node in model.nodes], model.crash_nodes) == (
        [False, crashes > 0],
        (A2,),
    )


@pytest.mark.parametrize("network", EVERY)
def test_each_execution_has_at_most_as_many_crashes_as_the_budget(network: str) -> None:
    executions, _ = explored({group("a", 2): lambda i: Idle()}, network, crashes=2)
    assert {sum("crashes" in label for label in labels) for labels in executions} == {2}
    assert ("a1 crashes", "a1 restarts", "a1 crashes", "a1 restarts") in executions
    assert ("a1 crashes", "a2 crashes", "a2 restarts", "a1 restarts") in executions


def next_labels(model: ClusterModel, *labels: str) -> set[str]:
    """Return the labels of the steps that may follow the trace with these labels."""
    trace = follow(model, labels)
    assert trace.labels == labels
    return {label for label, _ in model.steps(trace.states[-1])}


@pytest.mark.parametrize("network", EVERY)
def test_a_node_that_is_down_takes_no_step_but_keeps_the_messages_sent_to_it(network: str) -> None:
    model = ClusterModel(Cluster(DIALOGUE, properties=[seeing()]), NETWORKS[network], 1)
    lost = {NO_ASK} if network in ("lossy", "fifo") else set()
    assert next_labels(model, "b1 crashes") == {ASKS, "b1 restarts"}
    assert next_labels(model, "b1 crashes", ASKS) == {"b1 restarts"} | lost
    assert next_labels(model, "b1 crashes", ASKS, "b1 restarts") == {HEARS} | lost
    assert next_labels(model, ASKS, "b1 crashes", "b1 restarts") == {HEARS} | lost
    assert next_labels(model, "a1 crashes") == {"a1 restarts"}
