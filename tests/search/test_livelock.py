"""Cycles that avoid a condition: against networkx, and the duel of two proposers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

import networkx as nx
import pytest

from pcheck import (
    Action,
    Actor,
    Property,
    Step,
    action,
    broadcast,
    check,
    either,
    group,
    send,
)
from pcheck.language.names import Id
from pcheck.language.property import can_avoid
from pcheck.search import classes
from pcheck.search.avoiding import Avoiding
from pcheck.search.engine import explore
from pcheck.search.outcome import Outcome, SearchResult
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.trace import Trace
from tests.attack.drawn import comparing, protocols
from tests.search.fairness import Tick, owed_in, taken_by
from tests.search.parts import N1, Turner, cluster
from tests.search.test_questions import condition_of
from tests.specs import retrying_peer

DUEL: dict[str, Any] = {"rounds": 0, "crashes": 0, "properties": ["choosing_cannot_be_avoided"]}


# The oracle


def has_fair_cycle(model: ClusterModel, question: Property) -> bool:
    """Return whether a fair cycle avoids the condition: a strongly connected part is fair.

    If a cycle inside a part is fair, the cycle through the whole part is fair, too.
    """
    graph: nx.MultiDiGraph[State] = nx.MultiDiGraph()
    todo = [model.initial()]
    if question.is_reached(model.observe(todo[0])):
        return False
    graph.add_node(todo[0])
    for state in todo:  # grows during the loop
        for label, after in model.steps(state):
            if not question.is_reached(model.observe(after)):
                if after not in graph:
                    todo.append(after)
                graph.add_edge(state, after, label=label)
    for part in nx.strongly_connected_components(graph):
        if len(part) > 1:
            inside = graph.subgraph(part)
            taken = {taken_by(model, a, step["label"]) for a, _, step in inside.edges(data=True)}
            if set.intersection(*(owed_in(model, state) for state in part)) <= taken:
                return True
    return False


def check_lasso(model: ClusterModel, question: Property, search: SearchResult) -> None:
    """Check by the definition that a trace ends with a fair cycle that avoids the condition."""
    trace, begins = search.discoveries["question"].trace, search.cycles["question"]
    states: tuple[State, ...] = trace.states
    for before, label, after in zip(states, trace.labels, states[1:], strict=False):
        assert dict(model.steps(before))[label] == after
    assert not any(question.is_reached(model.observe(state)) for state in states)
    cycle = states[begins:]
    assert len(cycle) > 1
    assert (cycle[0].nodes, cycle[0].crashes) == (cycle[-1].nodes, cycle[-1].crashes)
    taken = {
        taken_by(model, before, label)
        for before, label in zip(cycle, trace.labels[begins:], strict=False)
    }
    assert set.intersection(*(owed_in(model, state) for state in cycle)) <= taken


def drawn(first: int, how_many: int) -> Iterator[tuple[int, ClusterModel, Property]]:
    """Yield random protocols on networks that use up messages, each with a random question."""
    for protocol in protocols(first, how_many):
        random, case = Random(f"avoid {protocol.number}"), protocol.case
        built = case.builder(**case.options)
        props = [prop for prop in built.properties if not prop.is_step_property]
        if not props or case.network == "set":
            continue
        prop = random.choice(props)
        question = can_avoid(sees=prop.sees, name="question")(partial(condition_of, prop))
        names = {str(node): node for node in built.actors}
        crash_nodes = [names[each] for each in case.crash_nodes or () if each in names] or None
        model = ClusterModel(
            built.asking([question]), NETWORKS[case.network], case.crashes, crash_nodes
        )
        yield protocol.number, model, question


def compare_many(first: int, how_many: int) -> Counter[tuple[str, str]]:
    outcomes = Counter[tuple[str, str]]()
    for number, model, question in drawn(first, how_many):
        with comparing(f"protocol {number}"):
            search = explore(model)
            outcome = search.outcomes["question"]
            is_avoidable = has_fair_cycle(model, question)
            if outcome is not Outcome.UNDECIDED:
                assert (outcome is Outcome.VIOLATED) is is_avoidable
            if outcome is Outcome.VIOLATED:
                check_lasso(model, question, search)
            outcomes[model.network.name, outcome.value] += 1
    return outcomes


def test_the_answers_are_those_of_networkx() -> None:
    outcomes = compare_many(600_300, 30)
    totals = Counter(outcome for _, outcome in outcomes.elements())
    assert totals["violated"] > 1
    assert totals["holds"] > 10
    assert totals["undecided"] == 0


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_the_answers_are_those_of_networkx_on_many_protocols(part: int) -> None:
    outcomes = compare_many(610_000 + 10_000 * part, 680)
    totals = Counter(outcome for _, outcome in outcomes.elements())
    assert min(totals["holds"], totals["violated"]) > 10
    undecided = sum(count for (_, outcome), count in outcomes.items() if outcome == "undecided")
    assert undecided * 50 < sum(outcomes.values())


# Fairness


@dataclass(frozen=True)
class Waiting(Actor):
    """Acts once, when it likes to."""

    at: int = 0

    def actions(self) -> Iterator[Action]:
        if self.at == 0:
            yield action("acts", self.but(at=9))


def turning_and_waiting() -> tuple[ClusterModel, Property]:
    """Return a node that turns for ever, and one that must act in the end, if all is fair."""
    question = can_avoid(sees=["at"], name="question")(lambda seen: 9 in seen.values_of("at"))
    nodes = cluster({group("t", 1): lambda i: Turner(), group("w", 1): lambda i: Waiting()})
    return ClusterModel(nodes.asking([question]), NETWORKS["once"], 0), question


def test_what_stays_possible_is_done_in_the_end() -> None:
    model, question = turning_and_waiting()
    assert not has_fair_cycle(model, question)
    search = explore(model)
    assert search.outcomes == {"question": Outcome.HOLDS}
    assert (search.states, search.transitions, search.depth) == (3, 6, 2)


def test_a_search_that_ignores_fairness_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classes.Classes, "_is_unfair", lambda self, part: False)
    monkeypatch.setattr(Avoiding, "owed", lambda self, state, raising=False: set())
    model, question = turning_and_waiting()
    search = explore(model)
    assert search.outcomes == {"question": Outcome.VIOLATED}
    with pytest.raises(AssertionError):
        check_lasso(model, question, search)


@pytest.mark.parametrize("network", ["once", "lossy", "fifo"])
def test_an_execution_that_ends_is_no_cycle(network: str) -> None:
    question = can_avoid(sees=["at"], name="question")(lambda seen: False)
    nodes = cluster({group("w", 1): lambda i: Waiting()})
    search = explore(ClusterModel(nodes.asking([question]), NETWORKS[network], 0))
    assert search.outcomes == {"question": Outcome.HOLDS}
    assert search.warnings == (
        "question says nothing about executions that end: in 1 state nothing but crashes and "
        "losses can happen, and the condition is false",
    )


# The duel


def test_two_proposers_duel_and_the_cycle_goes_round_fifty_times() -> None:
    result = check("retrying_paxos", acceptors=1, network="once", **DUEL)
    (name,) = result.search.cycles
    assert result.search.outcomes[name] is Outcome.VIOLATED
    assert result.trace is not None
    goes_round(result.model, result.trace, result.search.cycles[name], higher=2)


def goes_round(model: Any, trace: Trace[State], begins: int, higher: int) -> None:
    """Follow the labels of a cycle fifty times, with higher ballots in each round."""

    def raised(label: str, by: int) -> str:
        number = r"((?:ballot|promised)[ =])(\d+)"
        return re.sub(number, lambda found: f"{found[1]}{int(found[2]) + by}", label)

    state = trace.states[-1]
    for nth in range(1, 50):
        for label in trace.labels[begins:]:
            state = dict(model.steps(state))[raised(label, nth * higher)]
            assert not [letter for letter in state.observed if chosen_in(state, letter.message)]
    assert max(each.actor.promised for each in state.nodes if hasattr(each.actor, "promised")) > 90


def chosen_in(state: State, message: Any) -> bool:
    """Return whether a majority of the acceptors cast the vote of a message."""
    acceptors = sum(hasattr(config.actor, "vote") for config in state.nodes)
    voters = [letter.src for letter in state.observed if letter.message == message]
    return 2 * len(voters) > acceptors


@pytest.mark.slow
@pytest.mark.parametrize("network", ["once", "lossy"])
def test_two_proposers_duel_at_three_acceptors(network: str) -> None:
    result = check("retrying_paxos", network=network, **DUEL)
    (name,) = result.search.cycles
    assert result.trace is not None
    goes_round(result.model, result.trace, result.search.cycles[name], higher=2)
    assert result.search.seconds < 60


@pytest.mark.parametrize("network", ["once", "lossy"])
@pytest.mark.parametrize("acceptors", [1, 2, 3])
def test_one_proposer_alone_does_not_duel(acceptors: int, network: str) -> None:
    """It needs one ballot only, so that the peer finds the same states with a limit of one."""
    search = check(
        "retrying_paxos", acceptors=acceptors, proposers=1, network=network, **DUEL
    ).search
    assert (search.verdict.value, search.cycles) == ("holds", {})
    by_the_peer = retrying_peer.explore(acceptors, 1, 1, network, until_chosen=True)
    assert (search.states, search.transitions, search.depth) == by_the_peer


# What is owed, and what a shift may hide


@dataclass(frozen=True)
class Pipeline(Actor):
    """Has two messages in flight to itself, and goes on as long as they arrive in order."""

    at: int = 0

    def actions(self) -> Iterator[Action]:
        if self.at == 0:
            yield action("begins", self.but(at=1), send(N1, Tick(1)), send(N1, Tick(2)))

    def receive(self, msg: Any, src: Id) -> Step:
        if self.at < 1:
            return None
        if msg.ballot != self.at:
            return self.but(at=-1)
        return self.but(at=self.at + 1), send(N1, Tick(self.at + 2))


@dataclass(frozen=True)
class Coin(Actor):
    """Flips a coin for ever."""

    at: int = 0

    def actions(self) -> Iterator[Action]:
        tails = "tails", self.but(at=-1)
        yield action("flips", either(("heads", self.but(at=1 - abs(self.at))), tails))


@dataclass(frozen=True)
class Greeting(Actor):
    """Turns for ever, and could send a message to nobody, which changes nothing."""

    at: int = 0

    def actions(self) -> Iterator[Action]:
        yield action("turns", self.but(at=1 - self.at))
        yield action("greets", self, broadcast([], Tick(1)))


@dataclass(frozen=True)
class Late(Actor):
    """Begins with ballot 1, whatever was promised before; below the promise, it turns for ever."""

    at: int = 0
    ballot: int = 0
    promised: int = 1

    def actions(self) -> Iterator[Action]:
        if self.at == 0:
            yield action("hears of a promise", self.but(promised=self.promised + 1))
            yield action("begins", self.but(ballot=1, at=-1 if self.promised == 1 else 1))
        elif self.at > 0:
            yield action("complains", self.but(at=3 - self.at))


@dataclass(frozen=True)
class Receiving(Actor):
    """Turns until a message arrives, whose two ways have other names in each state."""

    at: int = 0

    def actions(self) -> Iterator[Action]:
        if self.at >= 0:
            yield action("turns", self.but(at=1 - self.at))

    def receive(self, msg: object, src: Id) -> Step:
        done = self.but(at=-1)
        return either((f"at {self.at}", done), (f"also at {self.at}", done.but(at=-2)))


@dataclass(frozen=True)
class Sending(Actor):
    sent: bool = False

    def actions(self) -> Iterator[Action]:
        if not self.sent:
            yield action("sends", self.but(sent=True), send(N1, Tick(1)))


@pytest.mark.parametrize(
    ("nodes", "ordered", "outcome"),
    [
        ({group("n", 1): lambda i: Pipeline()}, ["at", "ballot"], Outcome.VIOLATED),
        ({group("n", 1): lambda i: Coin()}, [], Outcome.VIOLATED),
        ({group("n", 1): lambda i: Greeting()}, [], Outcome.VIOLATED),
        ({group("n", 1): lambda i: Late()}, ["ballot", "promised"], Outcome.UNDECIDED),
        (
            {group("n", 1): lambda i: Receiving(), group("m", 1): lambda i: Sending()},
            [],
            Outcome.HOLDS,
        ),
    ],
    ids=["pipeline", "coin", "greeting", "late", "receiving"],
)
def test_cycles_that_a_careless_search_judges_wrongly(
    nodes: dict[Any, Callable[[int], Actor]], ordered: list[str], outcome: Outcome
) -> None:
    """The condition is that some node is below 0.

    A message in flight for more than one round is delivered in a later round. A coin that shows
    heads for ever was flipped. A step that changes nothing is not owed. What begins late may not
    behave alike after a shift. And a delivery stays the same whatever its ways are called.
    """
    question = can_avoid(sees=["at"], ordered=ordered, name="question")(
        lambda seen: seen.values_of("at")[0] < 0
    )
    search = explore(ClusterModel(cluster(nodes).asking([question]), NETWORKS["once"], 0))
    assert search.outcomes == {"question": outcome}
    assert search.complete is (outcome is not Outcome.UNDECIDED)
