"""Cycles that avoid a condition: against networkx, and the duel of two proposers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

import networkx as nx
import pytest

from pcheck import (
    Action,
    Actor,
    Cluster,
    Map,
    Property,
    Step,
    action,
    broadcast,
    check,
    either,
    fixed,
    group,
    send,
)
from pcheck.language.names import Id
from pcheck.language.property import can_avoid
from pcheck.search import classes, rounds
from pcheck.search.avoiding import Avoiding
from pcheck.search.clock import Clock
from pcheck.search.engine import explore
from pcheck.search.limits import Limits
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import Outcome, SearchResult
from pcheck.search.rounds import lasso_of
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.node import Row, StepKind
from pcheck.semantics.trace import Trace, follow
from tests.attack.drawn import comparing, protocols
from tests.search.parts import N1, Ball, Idle, Turner, cluster
from tests.search.test_questions import condition_of
from tests.specs import retrying_peer

DUEL: dict[str, Any] = {"rounds": 0, "crashes": 0, "properties": ["choosing_cannot_be_avoided"]}
FEW = SearchOptions(limits=Limits(states=200))
Owed = tuple[Id, Hashable]


# The oracle


def owed_in(model: ClusterModel, state: State) -> set[Owed]:
    """Return what a fair execution owes in a state.

    The ways of an action have its label in common, up to a comma, and those of a delivery have the
    letter. On fifo an ignored delivery is owed, too, as it blocks its channel.
    """
    return {
        name_of(model, i, row)
        for i, row in model.rows(state)
        if row.kind not in (StepKind.CRASH, StepKind.LOSE)
        if model.after(state, i, row) != state
        if row.kind is not StepKind.DELIVER
        or row.next.actor is not state.nodes[i].actor
        or row.bundle.sends
        or model.network.name == "fifo"
    }


def name_of(model: ClusterModel, i: int, row: Row) -> Owed:
    is_delivery = row.kind is StepKind.DELIVER
    return model.nodes[i].me, row.letter if is_delivery else row.label.partition(",")[0]


def taken_by(model: ClusterModel, before: State, label: str) -> Owed:
    """Return the name of the step with a label."""
    return next(name_of(model, i, row) for i, row in model.rows(before) if row.label == label)


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


# Messages that pile up


@dataclass(frozen=True)
class Littering(Actor):
    """Turns for ever, and leaves a message behind each time."""

    at: int = 0

    def actions(self) -> Iterator[Action]:
        yield action("turns", self.but(at=(self.at + 1) % 3), send(N1, Ball(1)))


@dataclass(frozen=True)
class Catcher(Actor):
    at: int = 0

    def receive(self, msg: Any, src: Id) -> Step:
        return self.but(at=-1)


@dataclass(frozen=True)
class Tired(Actor):
    """Ignores a message until it has turned for a while."""

    at: int = 0
    turns: int = 0

    def actions(self) -> Iterator[Action]:
        if self.at >= 0:
            yield action("turns", self.but(turns=self.turns + 1), send(N1, Tick(self.turns)))

    def receive(self, msg: Any, src: Id) -> Step:
        return self.but(at=-1) if msg.ballot + 20 == self.turns else None


@dataclass(frozen=True)
class Impatient(Actor):
    """Asks again and again, and never waits for the answer to its latest question."""

    asks: Id = fixed()
    ballot: int = 0
    at: int = 0

    def actions(self) -> Iterator[Action]:
        if self.at == 0:
            ballot = self.ballot + 1
            yield action(f"asks {ballot}", self.but(ballot=ballot), send(self.asks, Tick(ballot)))

    def receive(self, msg: Any, src: Id) -> Step:
        return self.but(at=-1) if msg.ballot == self.ballot else None


@dataclass(frozen=True)
class Answering(Actor):
    ballot: int = 0

    def receive(self, msg: Any, src: Id) -> Step:
        if msg.ballot > self.ballot:
            return self.but(ballot=msg.ballot), send(src, Tick(msg.ballot))
        return None


def litters(listener: Callable[[int], Actor]) -> Cluster:
    return cluster({group("t", 1): lambda i: Littering(), group("n", 1): listener})


def never(cluster: Cluster, network: str = "once", ordered: Sequence[str] = ()) -> ClusterModel:
    """Return a cluster with the question whether some node is never below 0."""
    question = can_avoid(sees=["at"], ordered=ordered, name="question")(
        lambda seen: any(at < 0 for at in seen.values_of("at"))
    )
    return ClusterModel(cluster.asking([question]), NETWORKS[network], 0)


def test_messages_that_are_ignored_may_pile_up() -> None:
    """Each turn leaves a message behind, so that no state occurs again."""
    search = explore(never(litters(lambda i: Idle())))
    assert search.outcomes == {"question": Outcome.VIOLATED}
    found, begins = search.discoveries["question"], search.cycles["question"]
    assert (found.trace.labels[begins:], found.why) == (
        ("t1 turns",) * 3,
        "the last 3 steps repeat 50 times, leave messages behind that no node reacts to and end as "
        "they began",
    )


def test_ignored_messages_of_a_queue_do_not_pile_up() -> None:
    """They block their channel, and are therefore owed."""
    model = never(litters(lambda i: Idle()), "fifo")
    trace = follow(model, ("t1 turns",) * 3)
    (question,) = model.properties
    assert lasso_of(Avoiding(model, question, Clock(Limits(), None)), trace, 0) is None


@dataclass(frozen=True)
class Batching(Actor):
    """Sends two equal messages with another one between them, when it is told to go on."""

    ready: bool = True
    at: int = 0

    def actions(self) -> Iterator[Action]:
        if self.ready:
            balls = [send(N1, Ball(n)) for n in (1, 2, 1)]
            yield action("sends", self.but(ready=False), *balls)

    def receive(self, msg: Any, src: Id) -> Step:
        return self.but(ready=True) if msg.n == 3 else None


@dataclass(frozen=True)
class Counting(Actor):
    """Answers every third message."""

    got: int = 0

    def receive(self, msg: Any, src: Id) -> Step:
        if self.got < 2:
            return self.but(got=self.got + 1)
        return self.but(got=0), send(src, Ball(3))


@pytest.mark.parametrize("network", ["once", "lossy", "fifo"])
def test_the_order_of_a_queue_does_not_matter_for_a_cycle(network: str) -> None:
    nodes = cluster({group("t", 1): lambda i: Batching(), group("n", 1): lambda i: Counting()})
    search = explore(never(nodes, network))
    assert search.outcomes == {"question": Outcome.VIOLATED}
    assert len(search.discoveries["question"].trace) - search.cycles["question"] == 5


def test_a_message_that_is_not_ignored_does_not_pile_up() -> None:
    """It is owed as long as it is there, and its delivery makes the condition true."""
    model = never(litters(lambda i: Catcher()))
    trace = follow(model, ("t1 turns",) * 3)
    (question,) = model.properties
    assert lasso_of(Avoiding(model, question, Clock(Limits(), None)), trace, 0) is None
    assert explore(model, FEW).outcomes == {"question": Outcome.UNDECIDED}


def test_a_message_that_is_not_ignored_later_does_not_pile_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After 20 rounds the node reacts to what the first round left behind."""
    model = never(cluster({group("n", 1): lambda i: Tired()}), ordered=["turns", "ballot"])
    assert explore(model, FEW).outcomes == {"question": Outcome.UNDECIDED}
    monkeypatch.setattr(rounds._Rounds, "_reacts", lambda self, nodes, letters: False)
    assert explore(model, FEW).outcomes == {"question": Outcome.VIOLATED}


def test_a_proposer_that_does_not_wait_avoids_each_answer() -> None:
    """It asks again just before each answer arrives, and the old answers pile up."""
    nodes = cluster(
        {
            group("n", 1): lambda i: Impatient(asks=group("m", 1)[0]),
            group("m", 1): lambda i: Answering(),
        }
    )
    search = explore(never(nodes, ordered=["ballot"]))
    assert search.outcomes == {"question": Outcome.VIOLATED}
    found, begins = search.discoveries["question"], search.cycles["question"]
    steps = "n1 asks 1", "m1 <- n1: Tick(ballot=1)", "n1 asks 2", "m1 <- n1: Tick(ballot=2)"
    assert (found.trace.labels, begins) == (steps, 2)
    assert found.why == (
        "the last 2 steps repeat 50 times and leave messages behind that no node reacts to, with "
        "ballot higher by 1 each time; they repeat for ever if ballot is only compared"
    )


@dataclass(frozen=True)
class Table(Actor):
    """Acts and reacts by tables: from a state to the next one, and to a message to the other."""

    other: Id = fixed()
    acts: Map[int, tuple[int, int]] = fixed()
    reacts: Map[tuple[int, int], tuple[int, int]] = fixed()
    at: int = 0

    def actions(self) -> Iterator[Action]:
        if self.at in self.acts:
            yield action("acts", *self.taking(self.acts[self.at]))

    def receive(self, msg: Any, src: Id) -> Step:
        entry = self.at, msg.n
        return self.taking(self.reacts[entry]) if entry in self.reacts else None

    def taking(self, entry: tuple[int, int]) -> tuple[Any, ...]:
        at, n = entry
        return (self.but(at=at), *([send(self.other, Ball(n))] if n else []))


def tables(random: Random) -> ClusterModel:
    """Return two nodes with random tables; state -1 is one of four to which a step may lead."""

    def entry() -> tuple[int, int]:
        return random.choice([0, 1, 2, -1]), random.choice([0, 0, 1, 2])

    def drawn(keys: Iterable[Any], share: float) -> Map[Any, tuple[int, int]]:
        return Map((key, entry()) for key in keys if random.random() < share)

    def node(other: Id) -> Table:
        entries = [(at, n) for at in range(3) for n in (1, 2)]
        return Table(other=other, acts=drawn(range(3), 0.8), reacts=drawn(entries, 0.3))

    n, m = group("n", 1), group("m", 1)
    nodes = node(m[0]), node(n[0])
    return never(cluster({n: lambda i: nodes[0], m: lambda i: nodes[1]}))


def check_rounds(model: ClusterModel, trace: Trace[State], begins: int) -> None:
    """Take the steps of a cycle sixty times; they must contain all that stays possible.

    What stays possible in the last thirty rounds counts, too, as messages may pile up.
    """
    (question,) = model.properties
    state, taken, rounds = trace.states[begins], set[Owed](), []
    for _ in range(60):
        owed = []
        for label in trace.labels[begins:]:
            taken.add(taken_by(model, state, label))
            state = dict(model.steps(state))[label]
            assert not question.is_reached(model.observe(state))
            owed.append(owed_in(model, state))
        rounds.append(set.intersection(*owed))
    assert set.intersection(*rounds[30:]) <= taken


def check_tables(first: int, how_many: int) -> Counter[str]:
    outcomes = Counter[str]()
    for number in range(first, first + how_many):
        model = tables(Random(f"tables {number}"))
        search = explore(model, FEW)
        outcomes[search.outcomes["question"].value] += 1
        if search.cycles:
            found = search.discoveries["question"]
            check_rounds(model, found.trace, search.cycles["question"])
            outcomes["piles up"] += "leave messages behind" in (found.why or "")
    return outcomes


def test_cycles_of_random_tables_go_round() -> None:
    outcomes = check_tables(0, 60)
    assert min(outcomes["violated"], outcomes["holds"], outcomes["piles up"]) > 3


@pytest.mark.slow
def test_cycles_of_many_random_tables_go_round() -> None:
    outcomes = check_tables(1_000, 500)
    assert min(outcomes["violated"], outcomes["holds"], outcomes["piles up"]) > 50


# What is owed, and what a shift may hide


@dataclass(frozen=True)
class Tick:
    ballot: int


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
