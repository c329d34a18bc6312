"""Rounds of cycles that leave messages behind: they may, if no node reacts to them later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from pcheck import (
    Action,
    Actor,
    Cluster,
    Map,
    Step,
    action,
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
from pcheck.search.outcome import Outcome
from pcheck.search.rounds import lasso_of
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.trace import Trace, follow
from tests.search.fairness import Owed, Tick, owed_in, taken_by
from tests.search.parts import N1, Ball, Idle, cluster

FEW = SearchOptions(limits=Limits(states=200))


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


def test_messages_that_multiply_do_not_make_the_search_endless() -> None:
    """One round of such a cycle would leave thousands of messages behind."""
    search = explore(tables(Random("tables 1454")), FEW)
    assert search.outcomes == {"question": Outcome.VIOLATED}
    assert search.seconds < 60


def test_cycles_with_too_many_steps_or_letters_do_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def outcomes() -> dict[str, Outcome]:
        return explore(tables(Random("tables 1454")), FEW).outcomes

    for module, limit in (classes, "MAX_STEPS"), (rounds, "MAX_LETTERS"):
        with monkeypatch.context() as patch:
            patch.setattr(module, limit, 1)
            assert outcomes() == {"question": Outcome.UNDECIDED}
