"""The reference semantics on clusters so small that every run of theirs is written here by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pcheck import (
    Act,
    Actor,
    Cluster,
    Group,
    Id,
    Property,
    Seen,
    Set,
    Step,
    act,
    always,
    broadcast,
    fixed,
    group,
    milestone,
    send,
    sometimes,
    volatile,
)
from pcheck.search.reference import explore
from pcheck.semantics.cluster_model import Runs, State
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.trace import follow
from tests.runs import Run, counts, runs

A, B = group("a", 1), group("b", 1)
A1, A2, B1 = Id("a1"), Id("a2"), Id("b1")
EVERY = tuple(NETWORKS)


@dataclass(frozen=True)
class Ask:
    n: int = 1


@dataclass(frozen=True)
class Answer:
    pass


def seeing(*sees: Any, name: str = "anything") -> Property:
    def test(seen: Seen) -> None:
        pass

    return always(sees=sees, name=name)(test)


def explored(
    roles: dict[Group, Callable[[int], Actor]],
    network: str,
    crashes: int = 0,
    sees: tuple[Any, ...] = (),
) -> tuple[set[Run], tuple[int, int, int]]:
    """Every run, and how many states and transitions, and how deep."""
    cluster = Cluster(roles, properties=[seeing(*sees)])
    search = explore(Runs(cluster, NETWORKS[network], crashes))
    return runs(Runs(cluster, NETWORKS[network], crashes)), counts(search)


# One question and its answer


@dataclass(frozen=True)
class Asker(Actor):
    asked: bool = False
    answered: bool = False

    def offers(self) -> Iterator[Act]:
        if not self.asked:
            yield act("asks", self.but(asked=True), send(B1, Ask()))

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(answered=True) if msg == Answer() else None


class Answerer(Actor):
    """Answers every time that it is asked, and remembers nothing."""

    def receive(self, msg: object, src: Id) -> Step:
        return (self, send(src, Answer())) if msg == Ask() else None


DIALOGUE: dict[Group, Callable[[int], Actor]] = {A: lambda i: Asker(), B: lambda i: Answerer()}
ASKS, HEARS, LEARNS = "a1 asks", "b1 <- a1: Ask(n=1)", "a1 <- b1: Answer()"
NO_ASK, NO_ANSWER = "lost: a1 -> b1: Ask(n=1)", "lost: b1 -> a1: Answer()"


@pytest.mark.parametrize("network", ["set", "once"])
def test_a_question_and_its_answer(network: str) -> None:
    assert explored(DIALOGUE, network) == ({(ASKS, HEARS, LEARNS)}, (4, 3, 3))


@pytest.mark.parametrize("network", ["lossy", "fifo"])
def test_a_question_or_its_answer_may_be_lost_and_nobody_can_tell_which(network: str) -> None:
    all_runs = {(ASKS, NO_ASK), (ASKS, HEARS, NO_ANSWER), (ASKS, HEARS, LEARNS)}
    assert explored(DIALOGUE, network) == (all_runs, (5, 5, 3))


@pytest.mark.parametrize("network", ["lossy", "fifo"])
def test_what_was_seen_is_part_of_the_state(network: str) -> None:
    all_runs = {(ASKS, NO_ASK), (ASKS, HEARS, NO_ANSWER), (ASKS, HEARS, LEARNS)}
    assert explored(DIALOGUE, network, sees=(Answer,)) == (all_runs, (6, 5, 3))


# A message that its receiver ignores


class Forgetful(Asker):
    """Asks, and does not listen."""

    def receive(self, msg: object, src: Id) -> Step:
        return self if msg == Answer() else None


@pytest.mark.parametrize("network", ["set", "once", "lossy"])
def test_a_message_that_is_ignored_is_no_step_and_stays(network: str) -> None:
    all_runs, _ = explored({A: lambda i: Forgetful(), B: lambda i: Answerer()}, network)
    losing = {(ASKS, NO_ASK), (ASKS, HEARS, NO_ANSWER)}
    assert all_runs == ({(ASKS, HEARS)} if network != "lossy" else losing)


def test_a_message_that_is_ignored_is_used_up_in_fifo() -> None:
    all_runs = {(ASKS, NO_ASK), (ASKS, HEARS, NO_ANSWER), (ASKS, HEARS, LEARNS)}
    # asked and nothing in flight is one state, however it came about; two steps lead there from
    # the answer in flight
    assert explored({A: lambda i: Forgetful(), B: lambda i: Answerer()}, "fifo") == (
        all_runs,
        (4, 5, 2),
    )


# Two messages at once: the first is ignored, the second is not


class Caller(Asker):
    def offers(self) -> Iterator[Act]:
        if not self.asked:
            yield act("asks", self.but(asked=True), send(B1, Ask(1)), send(B1, Ask(2)))


@dataclass(frozen=True)
class Picky(Actor):
    heard: bool = False

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(heard=True) if msg == Ask(2) and not self.heard else None


CALL: dict[Group, Callable[[int], Actor]] = {A: lambda i: Caller(), B: lambda i: Picky()}
GETS = ("b1 <- a1: Ask(n=1)", "b1 <- a1: Ask(n=2)")
LOSES = ("lost: a1 -> b1: Ask(n=1)", "lost: a1 -> b1: Ask(n=2)")


@pytest.mark.parametrize("network", ["set", "once"])
def test_the_second_overtakes_the_first(network: str) -> None:
    assert explored(CALL, network) == ({(ASKS, GETS[1])}, (3, 2, 2))


def test_either_may_be_lost_in_any_order() -> None:
    all_runs = {
        (ASKS, LOSES[0], LOSES[1]),
        (ASKS, LOSES[0], GETS[1]),
        (ASKS, LOSES[1], LOSES[0]),
        (ASKS, GETS[1], LOSES[0]),
    }
    # nothing, {1, 2}, {2}, {1}, {1} heard, {} and {} heard
    assert explored(CALL, "lossy") == (all_runs, (7, 8, 3))


def test_the_second_waits_in_fifo_until_the_first_is_out_of_the_way() -> None:
    all_runs = {
        (ASKS, first, second) for first in (GETS[0], LOSES[0]) for second in (GETS[1], LOSES[1])
    }
    # nothing, [1, 2], [2], [] and [] heard: what becomes of the first makes no difference
    assert explored(CALL, "fifo") == (all_runs, (5, 5, 3))


# The same message twice is two copies, but in `set`


class Echo(Asker):
    def offers(self) -> Iterator[Act]:
        if not self.asked:
            yield act("asks", self.but(asked=True), send(B1, Ask()), send(B1, Ask()))


@dataclass(frozen=True)
class Tally(Actor):
    limit: int = fixed(3)
    count: int = 0

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(count=self.count + 1) if self.count < self.limit else None


ECHO: dict[Group, Callable[[int], Actor]] = {A: lambda i: Echo(), B: lambda i: Tally()}


def test_a_message_may_be_delivered_any_number_of_times_in_set() -> None:
    assert explored(ECHO, "set") == ({(ASKS, HEARS, HEARS, HEARS)}, (5, 4, 4))


def test_two_copies_are_delivered_twice_and_give_one_step_at_a_time_in_once() -> None:
    assert explored(ECHO, "once") == ({(ASKS, HEARS, HEARS)}, (4, 3, 3))


@pytest.mark.parametrize("network", ["lossy", "fifo"])
def test_two_copies_are_delivered_or_lost_each(network: str) -> None:
    all_runs = {(ASKS, first, second) for first in (HEARS, NO_ASK) for second in (HEARS, NO_ASK)}
    # nothing; two copies; one copy, 0 or 1 counted; none, 0, 1 or 2 counted
    assert explored(ECHO, network) == (all_runs, (7, 7, 3))


# A broadcast, to oneself among others, and to nobody


@dataclass(frozen=True)
class Crier(Actor):
    to: Group = fixed()
    cried: bool = False
    heard: bool = False

    def offers(self) -> Iterator[Act]:
        if not self.cried and self.me == A1:
            yield act("cries", self.but(cried=True), broadcast(self.to, Ask()))

    def receive(self, msg: object, src: Id) -> Step:
        return None if self.heard else self.but(heard=True)


@pytest.mark.parametrize("network", ["set", "once"])
def test_a_broadcast_is_a_copy_for_each_receiver_its_sender_among_them(network: str) -> None:
    both = group("a", 2)
    to_one, to_two = "a1 <- a1: Ask(n=1)", "a2 <- a1: Ask(n=1)"
    all_runs = {("a1 cries", to_one, to_two), ("a1 cries", to_two, to_one)}
    assert explored({both: lambda i: Crier(to=both)}, network) == (all_runs, (5, 5, 3))


@pytest.mark.parametrize("network", ["lossy", "fifo"])
def test_a_message_to_oneself_is_in_flight_like_any_other(network: str) -> None:
    all_runs = {("a1 cries", "a1 <- a1: Ask(n=1)"), ("a1 cries", "lost: a1 -> a1: Ask(n=1)")}
    assert explored({A: lambda i: Crier(to=A)}, network) == (all_runs, (4, 3, 2))


@pytest.mark.parametrize("network", EVERY)
def test_a_broadcast_to_nobody_is_observed(network: str) -> None:
    nobody = group("z", 0)

    @sometimes(sees=[Ask])
    def somebody_cried(seen: Seen) -> bool:
        return seen.sent(Ask) == [(A1, Ask())]

    cluster = Cluster({A: lambda i: Crier(to=nobody)}, properties=[somebody_cried])
    search = explore(Runs(cluster, NETWORKS[network], 0))
    assert counts(search) == (2, 1, 1)
    assert search.discoveries["somebody_cried"].path.labels == ("a1 cries",)


@pytest.mark.parametrize("network", EVERY)
def test_a_step_that_leads_back_to_the_same_state_is_none(network: str) -> None:
    class Restless(Crier):
        def offers(self) -> Iterator[Act]:
            yield act("cries", self, broadcast(self.to, Ask()))

    nobody = group("z", 0)
    roles: dict[Group, Callable[[int], Actor]] = {A: lambda i: Restless(to=nobody)}
    assert explored(roles, network) == ({()}, (1, 0, 0))
    assert explored(roles, network, sees=(Ask,)) == ({("a1 cries",)}, (2, 1, 1))


# Crashes


@dataclass(frozen=True)
class Writer(Actor):
    """Writes a page while its note is not 5, and notes that it did."""

    pages: int = 0
    note: int = volatile(0)

    def offers(self) -> Iterator[Act]:
        if self.note != 5:
            yield act("writes", self.but(pages=1, note=5))


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
    model = Runs(Cluster(roles, properties=[seeing("note")]), NETWORKS[network], 1)
    assert runs(model) == {("a1 crashes", "a1 restarts")}
    path = follow(model, ("a1 crashes",))
    assert model.columns(path.states[0]) == {"a1": {"pages": "3", "note": "5"}}
    assert model.columns(path.states[1]) == {"a1": {"": "down", "pages": "3", "note": "5"}}


class Idle(Actor):
    pass


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


def next_labels(model: Runs, *labels: str) -> set[str]:
    """What may happen after a run."""
    path = follow(model, labels)
    assert path.labels == labels
    return {label for label, _ in model.steps(path.states[-1])}


@pytest.mark.parametrize("network", EVERY)
def test_a_node_that_is_down_takes_no_step_but_what_is_sent_to_it_waits(network: str) -> None:
    model = Runs(Cluster(DIALOGUE, properties=[seeing()]), NETWORKS[network], 1)
    lost = {NO_ASK} if network in ("lossy", "fifo") else set()
    assert next_labels(model, "b1 crashes") == {ASKS, "b1 restarts"}
    assert next_labels(model, "b1 crashes", ASKS) == {"b1 restarts"} | lost
    assert next_labels(model, "b1 crashes", ASKS, "b1 restarts") == {HEARS} | lost
    assert next_labels(model, ASKS, "b1 crashes", "b1 restarts") == {HEARS} | lost
    assert next_labels(model, "a1 crashes") == {"a1 restarts"}


# What is seen


@pytest.mark.parametrize("network", EVERY)
def test_fields_that_are_seen_follow_the_state(network: str) -> None:
    two = group("a", 2)
    roles: dict[Group, Callable[[int], Actor]] = {
        two: lambda i: Writer(pages=10 * i),
        B: lambda i: Idle(),
    }
    cluster = Cluster(roles, properties=[seeing("pages", "Writer.note")])
    model = Runs(cluster, NETWORKS[network], 1)
    path = follow(model, ("a2 writes", "a2 crashes", "a1 writes"))
    seen = [model.observe(state) for state in path.states]
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


def test_fields_that_are_seen_are_no_further_states() -> None:
    blind, seeing_it = (
        explored(DIALOGUE, "lossy", sees=sees) for sees in [(), ("asked", "answered", "me")]
    )
    assert blind == seeing_it


def test_a_fixed_field_can_be_seen() -> None:
    model = Runs(Cluster(ECHO, properties=[seeing("limit")]), NETWORKS["set"], 0)
    assert model.observe(model.initial()).field("limit") == [(B1, 3)]


def test_the_observation_is_of_what_any_declared_property_sees() -> None:
    properties = [seeing(Ask, name="one"), seeing(Answer, "answered", name="two")]
    model = Runs(Cluster(DIALOGUE, properties), NETWORKS["once"], 0)
    path = follow(model, (ASKS, HEARS, LEARNS))
    sights = [model.observe(state) for state in path.states]
    assert [(len(s.sent(Ask)), len(s.sent(Answer)), s.field("answered")[0][1]) for s in sights] == [
        (0, 0, False),
        (1, 0, False),
        (1, 1, False),
        (1, 1, True),
    ]
    assert sights[-1].sent(Ask) == [(A1, Ask())]
    assert sights[-1].sent(Answer) == [(B1, Answer())]
    assert sights[-1].group("b") == B


def test_a_kind_that_is_seen_includes_the_kinds_below_it() -> None:
    @dataclass(frozen=True)
    class Plea(Ask):
        pass

    class Pleader(Crier):
        def offers(self) -> Iterator[Act]:
            yield act("pleads", self.but(cried=True), broadcast(self.to, Plea()))

    nobody = group("z", 0)
    model = Runs(
        Cluster({A: lambda i: Pleader(to=nobody)}, [seeing(Ask)]), NETWORKS["set"], crashes=0
    )
    path = follow(model, ("a1 pleads",))
    assert model.observe(path.states[-1]).sent(Ask) == [(A1, Plea())]


def test_a_state_is_shown_by_its_nodes_without_the_fixed_fields() -> None:
    model = Runs(Cluster(ECHO, properties=[seeing()]), NETWORKS["set"], 0)
    path = follow(model, (ASKS, HEARS))
    assert model.columns(path.states[-1]) == {
        "a1": {"asked": "True", "answered": "False"},
        "b1": {"count": "1"},
    }


def test_a_milestone_sees_the_fields_that_it_declared() -> None:
    @milestone(sees=["pages"])
    def written(seen: Seen) -> dict[Id, str]:
        return {who: f"{who} wrote {pages}" for who, pages in seen.field("pages")}

    cluster = Cluster({A: lambda i: Writer(pages=2)}, [seeing()], milestones=[written])
    model = Runs(cluster, NETWORKS["set"], 0)
    sight = model.history(model.initial(), frozenset())
    assert written.reached(sight) == {A1: "a1 wrote 2"}


@dataclass(frozen=True)
class Say:
    word: str


@dataclass(frozen=True)
class Speaker(Actor):
    left: Set[str] = Set(["1", "01"])

    def offers(self) -> Iterator[Act]:
        for word in self.left:
            said = self.but(left=self.left.without(word))
            yield act(f"says {word}", said, send(B1, Say(word)))


@pytest.mark.parametrize(
    ("network", "expected"),
    # what is still to be said: {1, 01}, {1}, {01}, {}; in `lossy` each that was said is in flight
    # or not: 1 + 2 + 2 + 4 states, 2 + 3 + 3 + 4 steps; in `fifo` two in flight have an order, and
    # what is lost may as well be delivered: 1 + 2 + 2 + 5 states, 2 + 4 + 4 + 8 steps
    [("set", (4, 4, 2)), ("once", (4, 4, 2)), ("lossy", (9, 12, 4)), ("fifo", (10, 18, 4))],
)
def test_messages_that_differ_in_a_leading_zero_are_in_one_inbox(
    network: str, expected: tuple[int, int, int]
) -> None:
    _, found = explored({A: lambda i: Speaker(), B: lambda i: Idle()}, network)
    assert found == expected


def test_a_state_is_a_value() -> None:
    one, other = (Runs(Cluster(DIALOGUE, [seeing()]), NETWORKS["set"], 1) for _ in range(2))
    forth, back = ((ASKS, "b1 crashes"), ("b1 crashes", ASKS))
    ends: list[State] = [follow(one, labels).states[-1] for labels in (forth, back)]
    assert (ends[0], hash(ends[0])) == (ends[1], hash(ends[1]))
    assert one.columns(ends[0]) == other.columns(follow(other, back).states[-1])
