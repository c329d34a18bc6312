"""Crashes of a cluster: how many there may be, what a node loses, and what waits for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pcheck import Actor, Cluster, Group, group
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.trace import follow
from tests.runs import runs
from tests.semantics.small_clusters import (
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
def test_a_crash_takes_the_volatile_fields_once_and_leaves_the_others(network: str) -> None:
    all_runs = {
        ("a1 writes", "a1 crashes", "a1 restarts", "a1 writes"),
        ("a1 crashes", "a1 restarts", "a1 writes"),
    }
    # (pages, note): (0, 0) up; (1, 5) up; and after a crash (0, 0) and (1, 0), each down and up,
    # and (1, 5) up
    assert explored({A: lambda i: Writer()}, network, crashes=1) == (all_runs, (7, 7, 3))


@pytest.mark.parametrize("network", EVERY)
def test_a_volatile_field_becomes_what_it_was_at_depth_0(network: str) -> None:
    roles: dict[Group, Callable[[int], Actor]] = {A: lambda i: Writer(pages=3, note=5)}
    model = ClusterModel(Cluster(roles, properties=[seeing("note")]), NETWORKS[network], 1)
    assert runs(model) == {("a1 crashes", "a1 restarts")}
    path = follow(model, ("a1 crashes",))
    assert model.columns(path.states[0]) == {"a1": {"pages": "3", "note": "5"}}
    assert model.columns(path.states[1]) == {"a1": {"": "down", "pages": "3", "note": "5"}}


@pytest.mark.parametrize("network", EVERY)
@pytest.mark.parametrize(
    ("crashes", "expected"),
    # the nodes that are down, and the crashes so far: none, 0; with a budget of 1 also
    # {1}, 1; {2}, 1; none, 1; with a budget of 2 also {1, 2}, 2; {1}, 2; {2}, 2; none, 2
    [(0, (1, 0, 0)), (1, (4, 4, 2)), (2, (8, 12, 4))],
)
def test_a_budget_is_of_crashes_of_any_nodes(
    network: str, crashes: int, expected: tuple[int, int, int]
) -> None:
    _, found = explored({group("a", 2): lambda i: Idle()}, network, crashes)
    assert found == expected


@pytest.mark.parametrize("network", EVERY)
def test_no_run_has_more_crashes_than_the_budget(network: str) -> None:
    all_runs, _ = explored({group("a", 2): lambda i: Idle()}, network, crashes=2)
    assert {sum("crashes" in label for label in run) for run in all_runs} == {2}
    assert ("a1 crashes", "a1 restarts", "a1 crashes", "a1 restarts") in all_runs
    assert ("a1 crashes", "a2 crashes", "a2 restarts", "a1 restarts") in all_runs


def next_labels(model: ClusterModel, *labels: str) -> set[str]:
    """Return the labels of the steps that may follow a run."""
    path = follow(model, labels)
    assert path.labels == labels
    return {label for label, _ in model.steps(path.states[-1])}


@pytest.mark.parametrize("network", EVERY)
def test_a_node_that_is_down_takes_no_step_but_what_is_sent_to_it_waits(network: str) -> None:
    model = ClusterModel(Cluster(DIALOGUE, properties=[seeing()]), NETWORKS[network], 1)
    lost = {NO_ASK} if network in ("lossy", "fifo") else set()
    assert next_labels(model, "b1 crashes") == {ASKS, "b1 restarts"}
    assert next_labels(model, "b1 crashes", ASKS) == {"b1 restarts"} | lost
    assert next_labels(model, "b1 crashes", ASKS, "b1 restarts") == {HEARS} | lost
    assert next_labels(model, ASKS, "b1 crashes", "b1 restarts") == {HEARS} | lost
    assert next_labels(model, "a1 crashes") == {"a1 restarts"}
