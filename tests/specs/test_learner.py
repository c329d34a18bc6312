"""Learners that ignore messages: a check of such learners is violated, whatever else holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pcheck import Actor, Bug, Cluster, Id, Property, Result, Seen, Step, Value, bug, check, group
from pcheck.checking import answer
from pcheck.language.decorators import BUG
from pcheck.loading.setup import prepare
from pcheck.loading.spec import of_builder
from pcheck.search.outcome import Outcome, Verdict
from specs import learner, log
from specs.decisions import another_node_is_told, something_is_decided
from specs.elected_leader import Node, elected_leader
from specs.learner import Learner, a_learner_is_told, some_value_learned
from specs.log import Replica, a_replica_is_told, all_is_executed
from specs.multi_paxos import multi_paxos
from specs.paxos import paxos
from tests.specs.test_consensus import seen as with_learners
from tests.specs.test_log import seen as with_replicas

V1, V2 = Value("v1"), Value("v2")
LEARNERS = {"acceptors": 2, "proposers": 1, "rounds": 1, "learners": 2}
REPLICAS = {"acceptors": 1, "leaders": 1, "slots": 2, "replicas": 2}
NODES = {"nodes": 2, "leaders": 1}


@bug(1, breaks=some_value_learned)
class IgnoresEverything(Learner):
    """A learner ignores every message."""

    def receive(self, msg: object, src: Id) -> Step:
        return None


@bug(2, breaks=a_learner_is_told)
class IgnoresLearners(Learner):
    """A learner ignores what other learners report."""

    def receive(self, msg: object, src: Id) -> Step:
        return None if isinstance(msg, learner.Decide) else super().receive(msg, src)


@bug(3, breaks=a_learner_is_told)
class KeepsItToItself(Learner):
    """A learner does not inform the other learners."""

    def receive(self, msg: object, src: Id) -> Step:
        match super().receive(msg, src):
            case Learner() as after, *_:
                return after
            case step:
                return step


@bug(4, breaks=all_is_executed)
class ReplicaIgnoresEverything(Replica):
    """A replica ignores every message."""

    def receive(self, msg: object, src: Id) -> Step:
        return None


@bug(5, breaks=a_replica_is_told)
class IgnoresReplicas(Replica):
    """A replica ignores what other replicas report."""

    def receive(self, msg: object, src: Id) -> Step:
        return None if isinstance(msg, log.Decide) else super().receive(msg, src)


@bug(6, breaks=something_is_decided)
class NodeIgnoresDecisions(Node):
    """A node ignores every decision."""

    def receive(self, msg: object, src: Id) -> Step:
        return None if isinstance(msg, learner.Decide) else super().receive(msg, src)


@bug(7, breaks=another_node_is_told)
class IgnoresOtherNodes(Node):
    """A node ignores the decisions that other nodes report."""

    def receive(self, msg: object, src: Id) -> Step:
        is_report = isinstance(msg, learner.Decide) and src != self.me
        return None if is_report else super().receive(msg, src)


IGNORANT: list[tuple[Callable[..., Cluster], dict[str, int], type[Actor], str]] = [
    (paxos, LEARNERS, IgnoresEverything, "some_value_learned a_learner_is_told"),
    (paxos, LEARNERS, IgnoresLearners, "a_learner_is_told"),
    (paxos, LEARNERS, KeepsItToItself, "a_learner_is_told"),
    (multi_paxos, REPLICAS, ReplicaIgnoresEverything, "all_is_executed a_replica_is_told"),
    (multi_paxos, REPLICAS, IgnoresReplicas, "a_replica_is_told"),
    (elected_leader, NODES, NodeIgnoresDecisions, "something_is_decided another_node_is_told"),
    (elected_leader, NODES, IgnoresOtherNodes, "another_node_is_told"),
]


def of_bug(builder: Callable[..., Cluster], options: dict[str, int], actor: type[Actor]) -> Result:
    found: Bug = vars(actor)[BUG]
    return answer(prepare(of_builder(builder), options, bug=found, crashes=0))


@pytest.mark.parametrize(
    ("builder", "options", "actor", "names"), IGNORANT, ids=[each[2].__name__ for each in IGNORANT]
)
def test_a_learner_that_ignores_messages_leaves_a_property_unreached(
    builder: Callable[..., Cluster], options: dict[str, int], actor: type[Actor], names: str
) -> None:
    result = of_bug(builder, options, actor)
    unreached = [name for name, each in result.properties.items() if each is Outcome.NEVER_REACHED]
    assert (result.verdict, unreached) == (Verdict.VIOLATED, names.split())
    assert result.search.violated == tuple(unreached)
    assert result.saved is None


@pytest.mark.parametrize("network", ["set", "once", "lossy", "fifo"])
@pytest.mark.parametrize("learners", [1, 2])
def test_every_property_of_learners_is_reached(learners: int, network: str) -> None:
    options: dict[str, Any] = LEARNERS | {"acceptors": 1, "learners": learners}
    found = check("paxos", **options, network=network)
    told = {"a_learner_is_told": Outcome.REACHED} if learners > 1 else {}
    assert found.verdict is Verdict.HOLDS
    assert {
        name: each for name, each in found.properties.items() if "learn" in name or "told" in name
    } == {
        "only_the_chosen_is_learned": Outcome.HOLDS,
        "learners_agree": Outcome.HOLDS,
        "some_value_learned": Outcome.REACHED,
        **told,
    }


# One ballot has a start, a prepare, a promise and a vote of each of two acceptors. A learner
# receives two votes, and the other learner receives its report.
LENGTHS: list[tuple[str, dict[str, Any], int]] = [
    ("learned", {"spec": "paxos", "acceptors": 3, "learners": 1}, 7 + 2),
    ("told", {"spec": "paxos", "acceptors": 3, "learners": 2}, 7 + 2 + 1),
    ("told", {"spec": "multi_paxos", "acceptors": 3, "replicas": 2}, 8 + 2 + 1),
    ("told", {"spec": "elected_leader", "nodes": 3}, 7 + 2 + 1),
]


@pytest.mark.slow
@pytest.mark.parametrize(("alias", "options", "steps"), LENGTHS, ids=str)
def test_the_shortest_trace_to_what_a_learner_learns(
    alias: str, options: dict[str, Any], steps: int
) -> None:
    found = check(**options, rounds=1, crashes=0, find=alias)
    assert found.saved is not None
    assert (found.verdict_word, len(found.saved.steps)) == ("found", steps)


# Observations made by hand


def reports(*told: tuple[str, Value]) -> tuple[tuple[Id, Any], ...]:
    return tuple((Id(node), learner.Decide(value)) for node, value in told)


@pytest.mark.parametrize(
    ("learned", "told", "reached"),
    # a learner learns a value, a learner is told
    [
        ((None, None), (), [False, False]),
        ((V1, None), (), [True, False]),
        ((V1, None), (("l1", V1),), [True, False]),
        ((V1, V1), (("l1", V1),), [True, True]),
        ((V1, V1), (("l1", V1), ("l2", V1)), [True, False]),  # both learned from votes
        ((V1, V2), (("l1", V1),), [True, False]),  # nobody reported what l2 learned
    ],
)
def test_a_learner_that_reports_nothing_learned_from_another(
    learned: tuple[Value | None, ...], told: tuple[tuple[str, Value], ...], reached: list[bool]
) -> None:
    observation = with_learners(learned=learned, other=reports(*told))
    properties: list[Property] = [some_value_learned, a_learner_is_told]
    assert [prop.is_reached(observation) for prop in properties] == reached


@pytest.mark.parametrize(
    ("executed", "told", "reached"),
    [
        (("", ""), "", False),
        (("x1", ""), "r1 1 x1", False),
        (("x1", "x1"), "r1 1 x1", True),
        (("x1", "x1"), "r1 1 x1, r2 1 x1", False),
        (("x1 x2", "x1"), "r1 1 x1, r2 1 x1, r1 2 x2", False),
        (("x1 x2", "x1 x2"), "r1 1 x1, r2 1 x1, r1 2 x2", True),
    ],
)
def test_a_replica_that_did_not_report_a_command_executed_the_command_of_another(
    executed: tuple[str, ...], told: str, reached: bool
) -> None:
    whole = with_replicas(executed=executed)
    sent = [
        (Id(replica), log.Decide(int(slot), Value(value)))
        for replica, slot, value in map(str.split, filter(None, told.split(", ")))
    ]
    fields = {"executed": tuple(whole.field("executed"))}
    assert a_replica_is_told.is_reached(Seen(sent, {"a": group("a", 3)}, fields)) == reached
