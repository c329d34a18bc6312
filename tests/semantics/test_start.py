"""A given start: the state in which a cluster begins, and what can follow it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pcheck import Action, Actor, Cluster, Id, Step, action, group, send, volatile
from pcheck.search.reference import explore
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.results import InvalidResult
from pcheck.semantics.start import GivenMessage, Start
from tests.runs import complete_traces, counts
from tests.semantics.small_clusters import seeing

A1, A2 = Id("a1"), Id("a2")


@dataclass(frozen=True)
class Note:
    n: int


@dataclass(frozen=True)
class Echo(Actor):
    """Remembers the highest note on disk and the last one in memory, and answers the first."""

    highest: int = 0
    last: int = volatile(5)

    def actions(self) -> Iterator[Action]:
        if self.highest == 7:
            yield action("says eight", self.but(highest=8), send(A2, Note(8)))

    def receive(self, msg: object, src: Id) -> Step:
        assert isinstance(msg, Note)
        return self.but(highest=msg.n, last=msg.n) if msg.n > self.highest else None


def model(network: str = "once", crashes: int = 0, **start: Any) -> ClusterModel:
    a = group("a", 2)
    cluster = Cluster({a: lambda i: Echo()}, properties=[seeing(Note)], interchangeable=[a])
    return Start(**start).begin(ClusterModel(cluster, NETWORKS[network], crashes))


def held(found: ClusterModel, state: Any) -> list[tuple[int, int, bool]]:
    return [(each.actor.highest, each.actor.last, each.up) for each in state.nodes]


FIELDS = ((A1, "highest", 7), (A2, "last", 3))


def test_the_given_fields_are_those_of_the_first_state() -> None:
    begun = model(fields=FIELDS, down=frozenset({A2}))
    assert held(begun, begun.initial()) == [(7, 5, True), (0, 3, False)]
    assert (begun.interchangeable, begun.begins_elsewhere) == ((), True)


def test_a_crash_resets_volatile_fields_to_the_values_of_the_spec() -> None:
    """The given 3 is what a2 has in memory now, and not what a2 begins with."""
    begun = model(crashes=1, fields=(*FIELDS, (A2, "highest", 2)))
    after = dict(begun.steps(begun.initial()))["a2 crashes"]
    assert held(begun, after) == [(7, 5, True), (2, 5, False)]


def test_a_node_that_is_given_as_down_restarts_and_is_not_a_crash() -> None:
    """It restarts although no node may crash."""
    begun = model(crashes=0, down=frozenset({A1}))
    ((label, after),) = begun.steps(begun.initial())
    assert (label, held(begun, after), after.crashes) == (
        "a1 restarts",
        [(0, 5, True), (0, 5, True)],
        0,
    )
    assert [label for label, _ in begun.steps(after)] == []


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        ("set", {("a1 <- a2: Note(n=1)", "a1 <- a2: Note(n=2)"), ("a1 <- a2: Note(n=2)",)}),
        ("once", {("a1 <- a2: Note(n=1)", "a1 <- a2: Note(n=2)"), ("a1 <- a2: Note(n=2)",)}),
        (
            "fifo",
            {
                (f"{one}: Note(n=2)", f"{two}: Note(n=1)")
                for one in ("a1 <- a2", "lost: a2 -> a1")
                for two in ("a1 <- a2", "lost: a2 -> a1")
            },
        ),
    ],
)
def test_messages_in_flight_are_delivered_as_the_network_allows(
    network: str, expected: set[tuple[str, ...]]
) -> None:
    """The message 2 was sent first, and then 1."""
    sent = GivenMessage(A2, Note(2), A1), GivenMessage(A2, Note(1), A1)
    assert complete_traces(model(network, sent=sent)) == expected


def test_a_message_that_was_sent_is_seen_and_not_delivered() -> None:
    begun = model(sent=(GivenMessage(A2, Note(1)),))
    assert begun.observe(begun.initial()).sent(Note) == [(A2, Note(1))]
    assert complete_traces(begun) == {()}
    assert [(each.src, each.message) for each in begun.sent_before] == [(A2, Note(1))]


@pytest.mark.parametrize("network", NETWORKS)
def test_a_search_explores_what_follows_the_start(network: str) -> None:
    """One node says 8, the other one takes it, or on lossy networks it is lost."""
    expected = (4, 3, 2) if NETWORKS[network].losing_is_a_step else (3, 2, 2)
    assert counts(explore(model(network, fields=FIELDS))) == expected


def test_a_model_that_is_made_anew_begins_there_too() -> None:
    begun = model(fields=FIELDS, sent=(GivenMessage(A2, Note(1), A1),), down=frozenset({A2}))
    for network in NETWORKS.values():
        anew = begun.anew(network=network)
        assert anew.network is network
        assert anew.columns(anew.initial()) == begun.columns(begun.initial())
        assert [len(each.inbox) for each in anew.initial().nodes] == [1, 0]
        assert len(anew.sent_before) == 1
        assert anew.handler_calls == 0


def test_a_start_leaves_out_nodes_and_fields_that_a_model_does_not_have() -> None:
    unknown = Id("a9")
    begun = model(
        fields=((unknown, "highest", 1), (A1, "height", 1), (A1, "highest", 1)),
        down=frozenset({unknown}),
        sent=(GivenMessage(unknown, Note(1), A1), GivenMessage(A1, Note(2), unknown)),
    )
    assert held(begun, begun.initial()) == [(1, 5, True), (0, 5, True)]
    assert [each.inbox for each in begun.initial().nodes] == [(), ()]
    assert [each.message for each in begun.sent_before] == [Note(2)]


def test_a_value_that_no_state_may_hold_is_refused() -> None:
    with pytest.raises(InvalidResult) as caught:
        model(fields=((A1, "highest", [1]),))
    text = "leads to a state with an unsupported value: highest is a list; use a tuple"
    assert str(caught.value) == text
