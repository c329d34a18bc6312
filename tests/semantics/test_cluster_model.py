"""A cluster on each network: the executions in which its messages are delivered or lost."""

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

# One message and its answer


@pytest.mark.parametrize("network", ["set", "once"])
def test_a_message_and_its_answer_are_delivered(network: str) -> None:
    assert explored(DIALOGUE, network) == ({(ASKS, HEARS, LEARNS)}, (4, 3, 3))


@pytest.mark.parametrize("network", ["lossy", "fifo"])
def test_either_the_message_or_its_answer_may_be_lost_with_the_same_final_state(
    network: str,
) -> None:
    executions = {(ASKS, NO_ASK), (ASKS, HEARS, NO_ANSWER), (ASKS, HEARS, LEARNS)}
    assert explored(DIALOGUE, network) == (executions, (5, 5, 3))


@pytest.mark.parametrize("network", ["lossy", "fifo"])
def test_the_watched_messages_are_part_of_the_state(network: str) -> None:
    executions = {(ASKS, NO_ASK), (ASKS, HEARS, NO_ANSWER), (ASKS, HEARS, LEARNS)}
    assert explored(DIALOGUE, network, sees=(Answer,)) == (executions, (6, 5, 3))


# A message that its receiver ignores


class Forgetful(Asker):
    """A node that asks, and whose reaction to an answer changes nothing."""

    def receive(self, msg: object, src: Id) -> Step:
        return self if msg == Answer() else None


@pytest.mark.parametrize("network", ["set", "once", "lossy"])
def test_an_ignored_message_is_not_a_step_and_stays_in_the_inbox(network: str) -> None:
    executions, _ = explored({A: lambda i: Forgetful(), B: lambda i: Answerer()}, network)
    losing = {(ASKS, NO_ASK), (ASKS, HEARS, NO_ANSWER)}
    assert executions == ({(ASKS, HEARS)} if network != "lossy" else losing)


def test_an_ignored_message_is_used_up_in_fifo() -> None:
    executions = {(ASKS, NO_ASK), (ASKS, HEARS, NO_ANSWER), (ASKS, HEARS, LEARNS)}
    # "asked, and nothing in flight" is one state: the message was lost, or the answer was delivered
    # or lost. Two steps lead there from the state with the answer in flight.
    assert explored({A: lambda i: Forgetful(), B: lambda i: Answerer()}, "fifo") == (
        executions,
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
def test_the_second_message_overtakes_the_first(network: str) -> None:
    assert explored(CALL, network) == ({(ASKS, GETS[1])}, (3, 2, 2))


def test_both_messages_may_be_lost_in_any_order() -> None:
    executions = {
        (ASKS, LOSES[0], LOSES[1]),
        (ASKS, LOSES[0], GETS[1]),
        (ASKS, LOSES[1], LOSES[0]),
        (ASKS, GETS[1], LOSES[0]),
    }
    # in flight: nothing yet, {1, 2}, {2}, {1}, {1} with 2 heard, {}, and {} with 2 heard
    assert explored(CALL, "lossy") == (executions, (7, 8, 3))


def test_the_second_message_waits_in_fifo_until_the_first_is_delivered_or_lost() -> None:
    executions = {
        (ASKS, first, second) for first in (GETS[0], LOSES[0]) for second in (GETS[1], LOSES[1])
    }
    # in flight: nothing yet, [1, 2], [2], [], and [] with 2 heard; delivery and loss of the first
    # message lead to the same state
    assert explored(CALL, "fifo") == (executions, (5, 5, 3))


# The same message sent twice: two copies, except in `set`


def test_a_message_may_be_delivered_any_number_of_times_in_set() -> None:
    assert explored(ECHO, "set") == ({(ASKS, HEARS, HEARS, HEARS)}, (5, 4, 4))


def test_two_copies_are_delivered_twice_but_are_one_step_of_a_state_in_once() -> None:
    assert explored(ECHO, "once") == ({(ASKS, HEARS, HEARS)}, (4, 3, 3))


@pytest.mark.parametrize("network", ["lossy", "fifo"])
def test_each_of_two_copies_is_delivered_or_lost(network: str) -> None:
    executions = {(ASKS, first, second) for first in (HEARS, NO_ASK) for second in (HEARS, NO_ASK)}
    # not asked; two copies; one copy and count 0 or 1; no copy and count 0, 1 or 2
    assert explored(ECHO, network) == (executions, (7, 7, 3))


# A broadcast that includes its sender, and a broadcast to an empty group


@pytest.mark.parametrize("network", ["set", "once"])
def test_a_broadcast_sends_one_copy_to_each_receiver_even_to_its_sender(network: str) -> None:
    both = group("a", 2)
    to_one, to_two = "a1 <- a1: Ask(n=1)", "a2 <- a1: Ask(n=1)"
    executions = {("a1 cries", to_one, to_two), ("a1 cries", to_two, to_one)}
    assert explored({both: lambda i: Crier(to=both)}, network) == (executions, (5, 5, 3))


@pytest.mark.parametrize("network", ["lossy", "fifo"])
def test_a_message_to_its_own_sender_may_be_lost_like_any_other(network: str) -> None:
    executions = {("a1 cries", "a1 <- a1: Ask(n=1)"), ("a1 cries", "lost: a1 -> a1: Ask(n=1)")}
    assert explored({A: lambda i: Crier(to=A)}, network) == (executions, (4, 3, 2))


@pytest.mark.parametrize("network", EVERY)
def test_a_broadcast_to_an_empty_group_is_observed(network: str) -> None:
    nobody = group("z", 0)

    @sometimes(sees=[Ask])
    def somebody_cried(seen: Seen) -> bool:
        return seen.sent(Ask) == [(A1, Ask())]

    cluster = Cluster({A: lambda i: Crier(to=nobody)}, properties=[somebody_cried])
    search = explore(ClusterModel(cluster, NETWORKS[network], 0))
    assert counts(search) == (2, 1, 1)
    assert search.discoveries["somebody_cried"].trace.labels == ("a1 cries",)


@pytest.mark.parametrize("network", EVERY)
def test_a_step_that_leads_to_the_same_state_is_left_out(network: str) -> None:
    class Restless(Crier):
        def actions(self) -> Iterator[Action]:
            yield action("cries", self, broadcast(self.to, Ask()))

    nobody = group("z", 0)
    roles: dict[Group, Callable[[int], Actor]] = {A: lambda i: Restless(to=nobody)}
    assert explored(roles, network) == ({()}, (1, 0, 0))
    assert explored(roles, network, sees=(Ask,)) == ({("a1 cries",)}, (2, 1, 1))


# Messages with similar texts


@dataclass(frozen=True)
class Word:
    word: str


@dataclass(frozen=True)
class Speaker(Actor):
    left: Set[str] = Set(["1", "01"])

    def actions(self) -> Iterator[Action]:
        for word in self.left:
            said = self.but(left=self.left.without(word))
            yield action(f"says {word}", said, send(B1, Word(word)))


@pytest.mark.parametrize(
    ("network", "expected"),
    # Words not yet said: {1, 01}, {1}, {01}, {}. In `lossy` each word that was said is in flight or
    # not: 1 + 2 + 2 + 4 states, 2 + 3 + 3 + 4 steps. In `fifo` two words in flight have an order,
    # and each can be delivered or lost: 1 + 2 + 2 + 5 states, 2 + 4 + 4 + 8 steps.
    [("set", (4, 4, 2)), ("once", (4, 4, 2)), ("lossy", (9, 12, 4)), ("fifo", (10, 18, 4))],
)
def test_messages_that_differ_in_a_leading_zero_are_in_one_inbox(
    network: str, expected: tuple[int, int, int]
) -> None:
    _, found = explored({A: lambda i: Speaker(), B: lambda i: Idle()}, network)
    assert found == expected


# A state


def test_the_text_of_a_state_has_a_column_per_node_without_fixed_fields() -> None:
    model = ClusterModel(Cluster(ECHO, properties=[seeing()]), NETWORKS["set"], 0)
    trace = follow(model, (ASKS, HEARS))
    assert model.columns(trace.states[-1]) == {
        "a1": {"asked": "True", "answered": "False"},
        "b1": {"count": "1"},
    }


def test_states_reached_in_different_orders_are_equal() -> None:
    first, second = (
        ClusterModel(Cluster(DIALOGUE, [seeing()]), NETWORKS["set"], 1) for _ in range(2)
    )
    forth, back = ((ASKS, "b1 crashes"), ("b1 crashes", ASKS))
    ends: list[State] = [follow(first, labels).states[-1] for labels in (forth, back)]
    assert (ends[0], hash(ends[0])) == (ends[1], hash(ends[1]))
    assert first.columns(ends[0]) == second.columns(follow(second, back).states[-1])
