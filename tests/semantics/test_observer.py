"""The observer: the messages and fields that properties and milestones see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from pcheck import (
    UP,
    Action,
    Actor,
    Cluster,
    Group,
    Id,
    Seen,
    action,
    broadcast,
    group,
    milestone,
)
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.trace import follow
from tests.semantics.small_clusters import (
    A1,
    A2,
    ASKS,
    B1,
    DIALOGUE,
    ECHO,
    EVERY,
    HEARS,
    LEARNS,
    A,
    Answer,
    Ask,
    B,
    Crier,
    Idle,
    Writer,
    explored,
    seeing,
)


@pytest.mark.parametrize("network", EVERY)
def test_an_observation_holds_the_current_values_of_the_fields(network: str) -> None:
    two = group("a", 2)
    roles: dict[Group, Callable[[int], Actor]] = {
        two: lambda i: Writer(pages=10 * i),
        B: lambda i: Idle(),
    }
    cluster = Cluster(roles, properties=[seeing("pages", "Writer.note")])
    model = ClusterModel(cluster, NETWORKS[network], 1)
    trace = follow(model, ("a2 writes", "a2 crashes", "a1 writes"))
    seen = [model.observe(state) for state in trace.states]
    assert [[value for _, value in each.field("pages")] for each in seen] == [
        [10, 20],
        [10, 1],
        [10, 1],
        [1, 1],
    ]
    assert [each.field("Writer.note") for each in seen] == [
        [(A1, 0), (A2, 0)],
        [(A1, 0), (A2, 5)],
        [(A1, 0), (A2, 0)],
        [(A1, 5), (A2, 0)],
    ]


@pytest.mark.parametrize("network", EVERY)
def test_an_observation_holds_which_nodes_are_up(network: str) -> None:
    """A field that is called up has nothing to do with UP."""

    @dataclass(frozen=True)
    class Lift(Actor):
        up: int = 7

    roles: dict[Group, Callable[[int], Actor]] = {group("a", 2): lambda i: Lift()}
    model = ClusterModel(Cluster(roles, properties=[seeing(UP, "up")]), NETWORKS[network], 2)
    labels = "a2 crashes", "a1 crashes", "a2 restarts", "a1 restarts"
    seen = [model.observe(state) for state in follow(model, labels).states]
    assert [(each.up(A1), each.up(A2)) for each in seen] == [
        (True, True),
        (True, False),
        (False, False),
        (False, True),
        (True, True),
    ]
    assert seen[0] == seen[-1] != seen[1] != seen[2]
    assert seen[1].field("up") == [(A1, 7), (A2, 7)]


def test_up_adds_no_states() -> None:
    without, with_up = (explored(DIALOGUE, "lossy", 1, sees=sees) for sees in [(), (UP,)])
    assert without == with_up


def test_a_milestone_and_an_explanation_see_which_nodes_are_up() -> None:
    @milestone(sees=[UP])
    def downs(seen: Seen) -> dict[Id, str]:
        return {node: f"{node} is down" for node in seen.group("a") if not seen.up(node)}

    cluster = Cluster({A: lambda i: Idle()}, [seeing()], milestones=[downs])
    model = ClusterModel(cluster, NETWORKS["set"], 1)
    states = follow(model, ("a1 crashes", "a1 restarts")).states
    history = [model.history(state, frozenset()) for state in states]
    assert [downs.lines(seen) for seen in history] == [{}, {A1: "a1 is down"}, {}]
    unwatched = ClusterModel(Cluster({A: lambda i: Idle()}, [seeing()]), NETWORKS["set"], 1)
    whole = [unwatched.history(state, frozenset()) for state in follow(unwatched, ()).states]
    assert [seen.up(A1) for seen in whole] == [True]


def test_watched_fields_add_no_states() -> None:
    without, with_fields = (
        explored(DIALOGUE, "lossy", sees=sees) for sees in [(), ("asked", "answered", "me")]
    )
    assert without == with_fields


def test_a_property_can_see_a_fixed_field() -> None:
    model = ClusterModel(Cluster(ECHO, properties=[seeing("limit")]), NETWORKS["set"], 0)
    assert model.observe(model.initial()).field("limit") == [(B1, 3)]


def test_the_observation_holds_the_footprints_of_all_declared_properties() -> None:
    properties = [seeing(Ask, name="one"), seeing(Answer, "answered", name="two")]
    model = ClusterModel(Cluster(DIALOGUE, properties), NETWORKS["once"], 0)
    trace = follow(model, (ASKS, HEARS, LEARNS))
    observations = [model.observe(state) for state in trace.states]
    assert [
        (len(s.sent(Ask)), len(s.sent(Answer)), s.field("answered")[0][1]) for s in observations
    ] == [
        (0, 0, False),
        (1, 0, False),
        (1, 1, False),
        (1, 1, True),
    ]
    assert observations[-1].sent(Ask) == [(A1, Ask())]
    assert observations[-1].sent(Answer) == [(B1, Answer())]
    assert observations[-1].group("b") == B


def test_a_watched_message_class_includes_its_subclasses() -> None:
    @dataclass(frozen=True)
    class Plea(Ask):
        pass

    class Pleader(Crier):
        def actions(self) -> Iterator[Action]:
            yield action("pleads", self.but(cried=True), broadcast(self.to, Plea()))

    nobody = group("z", 0)
    model = ClusterModel(
        Cluster({A: lambda i: Pleader(to=nobody)}, [seeing(Ask)]), NETWORKS["set"], crashes=0
    )
    trace = follow(model, ("a1 pleads",))
    assert model.observe(trace.states[-1]).sent(Ask) == [(A1, Plea())]


def test_a_milestone_sees_the_fields_that_it_declares() -> None:
    @milestone(sees=["pages"])
    def written(seen: Seen) -> dict[Id, str]:
        return {node: f"{node} wrote {pages}" for node, pages in seen.field("pages")}

    cluster = Cluster({A: lambda i: Writer(pages=2)}, [seeing()], milestones=[written])
    model = ClusterModel(cluster, NETWORKS["set"], 0)
    observation = model.history(model.initial(), frozenset())
    assert written.lines(observation) == {A1: "a1 wrote 2"}
