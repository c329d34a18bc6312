"""Clusters of a few states, each of which a careless kernel would get wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pcheck import (
    Action,
    Actor,
    Id,
    Seen,
    Step,
    action,
    always,
    broadcast,
    fixed,
    group,
    send,
    volatile,
)
from pcheck.search.compiled import layout
from pcheck.search.limits import Limits
from pcheck.search.outcome import Outcome, SearchResult, Verdict
from pcheck.semantics.network import NETWORKS
from tests.runs import counts
from tests.sampling import fast_every
from tests.search.alike import alike
from tests.search.parts import (
    M1,
    N1,
    Ball,
    Idle,
    M,
    N,
    Ticker,
    Turner,
    cluster,
    never_at,
    no_step,
    nothing,
    once_at,
    tickers,
)

NETS = pytest.mark.parametrize("network", NETWORKS)


def trace(search: SearchResult, name: str) -> tuple[str, ...]:
    return search.discoveries[name].trace.labels


# States and transitions


@pytest.fixture
def wide_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give fields of 4 bits to machines that have one number, which need none."""
    least_width = layout.least_width
    monkeypatch.setattr(layout, "least_width", lambda count: max(4, least_width(count)))


@pytest.mark.usefixtures("wide_fields")
@pytest.mark.parametrize("node", fast_every(4, range(1, 41)))
def test_states_that_differ_in_one_field_of_any_word_are_different(node: int) -> None:
    """40 nodes, 40 watchers and the budget have at least 4 bits each: six words."""
    forty = group("n", 40)
    search = alike(cluster({forty: lambda i: Ticker(end=2 if i == node else 0)}))
    assert counts(search) == (3, 2, 2)


@pytest.mark.usefixtures("wide_fields")
@pytest.mark.parametrize("pair", [(1, 2), (1, 40), (16, 17), (17, 32), (39, 40)])
def test_fields_side_by_side_and_in_different_words_do_not_touch(pair: tuple[int, int]) -> None:
    forty = group("n", 40)
    search = alike(cluster({forty: lambda i: Ticker(end=5 if i in pair else 0)}))
    assert counts(search) == (36, 60, 10)


@dataclass(frozen=True)
class Restless(Actor):
    """A node that repeats one step, which does not change its state."""

    to: tuple[Id, ...] = fixed(())

    def actions(self) -> Iterator[Action]:
        yield action("repeats", self, broadcast(self.to, Ball(1)))


@NETS
def test_a_step_back_to_the_same_state_is_not_counted(network: str) -> None:
    search = alike(cluster({N: lambda i: Restless()}), network, crashes=1)
    assert counts(search) == (3, 2, 2)


def test_sending_a_message_again_is_not_a_step_on_set() -> None:
    search = alike(cluster({N: lambda i: Restless(to=(M1,)), M: lambda i: Idle()}))
    assert counts(search) == (2, 1, 1)


@dataclass(frozen=True)
class Forked(Actor):
    """A node with two steps to the same state."""

    arrived: bool = False

    def actions(self) -> Iterator[Action]:
        if not self.arrived:
            yield action("goes left", self.but(arrived=True))
            yield action("goes right", self.but(arrived=True))


@NETS
def test_two_steps_to_one_state_are_both_counted(network: str) -> None:
    assert counts(alike(cluster({N: lambda i: Forked()}), network)) == (2, 2, 1)


# Crashes


@NETS
@pytest.mark.parametrize(("crashes", "expected"), [(0, (1, 0, 0)), (1, (4, 4, 2)), (2, (8, 12, 4))])
def test_a_refused_crash_is_not_a_step_even_as_the_last_row(
    network: str, crashes: int, expected: tuple[int, int, int]
) -> None:
    search = alike(cluster({group("n", 2): lambda i: Idle()}), network, crashes)
    assert counts(search) == expected


@dataclass(frozen=True)
class Writer(Actor):
    """A node that counts to 2 in a field that a crash resets."""

    at: int = volatile(0)

    def actions(self) -> Iterator[Action]:
        if self.at < 2:
            yield action("writes", self.but(at=self.at + 1))


@NETS
def test_a_refused_crash_changes_no_observation(network: str) -> None:
    """Only one crash is allowed: from (2, 2), no second crash leads to (0, 0)."""
    falls = no_step(lambda old, new: sum(old) - sum(new) == 2 and max(old) == 2 and new == (0, 0))
    twice = never_at(9, 9)
    search = alike(
        cluster({group("n", 2): lambda i: Writer()}, falls, twice),
        network,
        crashes=1,
        all_properties=True,
    )
    assert search.outcomes["never_there"] is Outcome.HOLDS
    assert trace(search, "no_such_step") == ("n1 writes", "n1 writes", "n1 crashes")


# The observations and steps that are judged


def test_a_new_observation_in_the_last_level_is_judged() -> None:
    search = alike(tickers(2, 3, never_at(3, 3)))
    assert (search.verdict, search.complete) == (Verdict.VIOLATED, False)
    assert (counts(search), len(trace(search, "never_there"))) == ((16, 24, 6), 6)


def test_a_violation_in_the_initial_state_is_found() -> None:
    search = alike(tickers(1, 3, never_at(0)))
    assert (counts(search), search.widths, trace(search, "never_there")) == ((1, 0, 0), (1,), ())


def test_a_sometimes_that_the_initial_state_reaches_is_found() -> None:
    search = alike(tickers(1, 3, once_at(0), once_at(3, name="at_the_end")))
    assert (search.verdict, counts(search)) == (Verdict.HOLDS, (4, 3, 3))
    assert trace(search, "once_there") == ()
    assert len(trace(search, "at_the_end")) == 3


def test_a_search_finishes_the_level_of_the_first_violation() -> None:
    search = alike(tickers(3, 3, never_at(1, 0, 0), never_at(0, 1, 0, name="also")))
    assert search.widths == (1, 3)
    assert search.violated == ("never_there", "also")


def test_a_step_between_two_known_states_is_judged() -> None:
    back = no_step(lambda old, new: new < old)
    search = alike(cluster({N: lambda i: Turner(size=4)}, back))
    assert counts(search) == (4, 4, 3)
    assert search.discoveries["no_such_step"].why == "(3,) to (0,)"
    assert trace(search, "no_such_step") == ("n1 turns",) * 4


def test_a_step_from_a_state_with_a_known_observation_is_judged() -> None:
    """n1 moves on a message from m1, whose place no property sees.

    The state before the step has the observation of the initial state, which has no such step.
    """

    @dataclass(frozen=True)
    class Hidden(Turner):
        place: int = 0

        def actions(self) -> Iterator[Action]:
            yield action("turns", self.but(place=(self.place + 1) % 3), *self.balls())

        def balls(self) -> list[Any]:
            return [send(N1, Ball(1))] if self.place == 1 else []

        def receive(self, msg: object, src: Id) -> Step:
            return self.but(at=1) if self.at == 0 else None

    parts = {N: lambda i: Hidden(), M: lambda i: Hidden()}
    moved = no_step(lambda old, new: new[0] == 1 and old[0] == 0)
    search = alike(cluster(parts, moved))
    assert len(trace(search, "no_such_step")) == 3


@NETS
def test_a_step_that_changes_no_observation_is_judged(network: str) -> None:
    @always(sees=["at"])
    def observation_changes(before: Seen, after: Seen) -> str | None:
        return "nothing changes" if before == after else None

    parts = {N: lambda i: Ticker(end=2), M: lambda i: Forked()}
    search = alike(cluster(parts, observation_changes), network)
    assert trace(search, "observation_changes") == ("m1 goes left",)


def test_the_first_of_two_violating_steps_out_of_one_state_is_reported() -> None:
    """The step of m1 is in the tables before the second step of n1, but comes after this step."""
    parts = {N: lambda i: Ticker(end=2), M: lambda i: Ticker(end=1)}
    search = alike(cluster(parts, no_step(lambda old, new: old == (1, 0))))
    assert search.discoveries["no_such_step"].why == "(1, 0) to (2, 0)"


def test_the_first_of_two_violating_steps_with_one_observation_is_reported() -> None:
    """Each crash violates the property, and no observation shows which node crashed."""
    parts = {N: lambda i: Ticker(end=1), M: lambda i: Idle()}

    @always(sees=["at"])
    def observation_changes(before: Seen, after: Seen) -> str | None:
        same = before.field("at") == after.field("at") == [(N1, 1)]
        return "nothing changes" if same else None

    search = alike(cluster(parts, observation_changes), crashes=1)
    assert trace(search, "observation_changes") == ("n1 ticks", "n1 crashes")


@pytest.mark.parametrize("states", range(1, 7))
def test_a_step_beyond_the_limit_of_states_is_not_judged(states: int) -> None:
    """The violating step leads from the third state to the fourth, beyond a limit of 3 states."""
    wrong = no_step(lambda old, new: old == (2,))
    search = alike(tickers(1, 9, wrong), limits=Limits(states=states))
    assert search.verdict is (Verdict.INCOMPLETE if states < 4 else Verdict.VIOLATED)


@pytest.mark.parametrize("states", range(1, 20))
def test_the_states_before_a_limit_within_a_level_are_judged(states: int) -> None:
    """The second level of 8 counters has 8 states, of which the fifth violates the property."""
    wrong = (0, 0, 0, 0, 1, 0, 0, 0)
    search = alike(tickers(8, 2, never_at(*wrong)), limits=Limits(states=states))
    assert search.states == min(states, 9)
    assert search.verdict is (Verdict.VIOLATED if states > 5 else Verdict.INCOMPLETE)


# Receivers of a bundle


@dataclass(frozen=True)
class Juggler(Actor):
    """A node that sends to all nodes, itself included, in a step that changes its own state."""

    to: tuple[Id, ...] = fixed(())
    at: int = 0

    def actions(self) -> Iterator[Action]:
        if self.at == 0:
            yield action(
                "throws", self.but(at=1), broadcast(self.to, Ball(1)), send(self.me, Ball(2))
            )

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(at=self.at + 1) if self.at < 3 and msg == Ball(self.at) else None


@NETS
@pytest.mark.parametrize("crashes", [0, 1])
def test_a_node_can_receive_what_it_sends(network: str, crashes: int) -> None:
    two = group("n", 2)
    parts = {two: lambda i: Juggler(to=two.ids)}
    search = alike(cluster(parts, once_at(3, 3)), network, crashes)
    assert search.outcomes["once_there"] is Outcome.REACHED


@NETS
def test_a_message_and_a_field_change_an_observation_at_once(network: str) -> None:
    @always(sees=["at", Ball])
    def thrown_and_noted_at_once(seen: Seen) -> str | None:
        noted = [who for who, value in seen.field("at") if value > 0]
        thrown = sorted({who for who, _ in seen.sent(Ball)})
        return None if noted == thrown else f"{noted} noted, {thrown} thrown"

    two = group("n", 2)
    search = alike(cluster({two: lambda i: Juggler(to=())}, thrown_and_noted_at_once), network)
    assert search.verdict is Verdict.HOLDS


def test_a_cluster_without_steps_has_one_state() -> None:
    search = alike(cluster({N: lambda i: Idle()}, nothing()))
    assert (counts(search), search.widths, search.complete) == ((1, 0, 0), (1,), True)
