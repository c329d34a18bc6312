"""A cluster on each network: what becomes of the messages that its nodes send."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from pcheck import (
    Action,
    Actor,
    Cluster,
    Group,
    Id,
    Seen,
    Set,
    Step,
    action,
    broadcast,
    group,
    send,
    sometimes,
)
from pcheck.search.reference import explore
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.trace import follow
from tests.runs import counts
from tests.semantics.small_clusters import (
    A1,
    ASKS,
    B1,
    DIALOGUE,
    ECHO,
    EVERY,
    HEARS,
    LEARNS,
    NO_ANSWER,
    NO_ASK,
    A,
    Answer,
    Answerer,
    Ask,
    Asker,
    B,
    Crier,
    Idle,
    explored,
    seeing,
)

# One question and its answer


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
    def actions(self) -> Iterator[Action]:
        if not self.asked:
            yield action("asks", self.but(asked=True), send(B1, Ask(1)), send(B1, Ask(2)))


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
    search = explore(ClusterModel(cluster, NETWORKS[network], 0))
    assert counts(search) == (2, 1, 1)
    assert search.discoveries["somebody_cried"].trace.labels == ("a1 cries",)


@pytest.mark.parametrize("network", EVERY)
def test_a_step_that_leads_back_to_the_same_state_is_none(network: str) -> None:
    class Restless(Crier):
        def actions(self) -> Iterator[Action]:
            yield action("cries", self, broadcast(self.to, Ask()))

    nobody = group("z", 0)
    roles: dict[Group, Callable[[int], Actor]] = {A: lambda i: Restless(to=nobody)}
    assert explored(roles, network) == ({()}, (1, 0, 0))
    assert explored(roles, network, sees=(Ask,)) == ({("a1 cries",)}, (2, 1, 1))


# Messages that look alike


@dataclass(frozen=True)
class OnNote:
    word: str


@dataclass(frozen=True)
class Speaker(Actor):
    left: Set[str] = Set(["1", "01"])

    def actions(self) -> Iterator[Action]:
        for word in self.left:
            said = self.but(left=self.left.without(word))
            yield action(f"says {word}", said, send(B1, OnNote(word)))


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


# A state


def test_a_state_is_shown_by_its_nodes_without_the_fixed_fields() -> None:
    model = ClusterModel(Cluster(ECHO, properties=[seeing()]), NETWORKS["set"], 0)
    path = follow(model, (ASKS, HEARS))
    assert model.columns(path.states[-1]) == {
        "a1": {"asked": "True", "answered": "False"},
        "b1": {"count": "1"},
    }


def test_a_state_is_a_value() -> None:
    one, other = (ClusterModel(Cluster(DIALOGUE, [seeing()]), NETWORKS["set"], 1) for _ in range(2))
    forth, back = ((ASKS, "b1 crashes"), ("b1 crashes", ASKS))
    ends: list[State] = [follow(one, labels).states[-1] for labels in (forth, back)]
    assert (ends[0], hash(ends[0])) == (ends[1], hash(ends[1]))
    assert one.columns(ends[0]) == other.columns(follow(other, back).states[-1])
