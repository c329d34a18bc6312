"""What a careless kernel would get wrong, each in a cluster of a few states."""

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
from pcheck.search.limits import Limits
from pcheck.search.outcome import Outcome, SearchResult, Verdict
from pcheck.semantics.network import NETWORKS
from tests.runs import counts
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


# What a state is


@pytest.mark.parametrize("one", range(1, 41))
def test_states_that_differ_in_one_field_of_any_word_are_different(one: int) -> None:
    """40 nodes, and two machines beside them, of at least 4 bits each: three words."""
    forty = group("n", 40)
    search = alike(cluster({forty: lambda i: Ticker(end=2 if i == one else 0)}))
    assert counts(search) == (3, 2, 2)


@pytest.mark.parametrize("pair", [(1, 2), (1, 40), (16, 17), (17, 32), (39, 40)])
def test_fields_side_by_side_and_in_different_words_do_not_touch(pair: tuple[int, int]) -> None:
    forty = group("n", 40)
    search = alike(cluster({forty: lambda i: Ticker(end=5 if i in pair else 0)}))
    assert counts(search) == (36, 60, 10)


@dataclass(frozen=True)
class Restless(Actor):
    """Does the same again and again."""

    to: tuple[Id, ...] = fixed(())

    def actions(self) -> Iterator[Action]:
        yield action("does it", self, broadcast(self.to, Ball(1)))


@NETS
def test_a_step_back_to_the_same_state_is_not_counted(network: str) -> None:
    search = alike(cluster({N: lambda i: Restless()}), network, crashes=1)
    assert counts(search) == (3, 2, 2)


def test_a_message_that_is_sent_again_is_no_step_in_set() -> None:
    search = alike(cluster({N: lambda i: Restless(to=(M1,)), M: lambda i: Idle()}))
    assert counts(search) == (2, 1, 1)


@dataclass(frozen=True)
class Forked(Actor):
    """There are two ways to one place."""

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
def test_a_refused_crash_is_no_step_though_it_is_the_last_row(
    network: str, crashes: int, expected: tuple[int, int, int]
) -> None:
    search = alike(cluster({group("n", 2): lambda i: Idle()}), network, crashes)
    assert counts(search) == expected


@dataclass(frozen=True)
class Writer(Actor):
    at: int = volatile(0)

    def actions(self) -> Iterator[Action]:
        if self.at < 2:
            yield action("writes", self.but(at=self.at + 1))


@NETS
def test_a_refused_crash_shows_nothing_of_what_it_would_have_changed(network: str) -> None:
    """One crash only: (2, 0) once, and never a second time from (2, 2) to (0, 0)."""
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


# When something is judged


def test_what_first_shows_in_the_last_level_is_judged() -> None:
    search = alike(tickers(2, 3, never_at(3, 3)))
    assert (search.verdict, search.complete) == (Verdict.VIOLATED, False)
    assert (counts(search), len(trace(search, "never_there"))) == ((16, 24, 6), 6)


def test_what_is_false_in_the_beginning_is_found_there() -> None:
    search = alike(tickers(1, 3, never_at(0)))
    assert (counts(search), search.widths, trace(search, "never_there")) == ((1, 0, 0), (1,), ())


def test_what_is_reached_in_the_beginning_is_found_there() -> None:
    search = alike(tickers(1, 3, once_at(0), once_at(3, name="at_the_end")))
    assert (search.verdict, counts(search)) == (Verdict.HOLDS, (4, 3, 3))
    assert trace(search, "once_there") == ()
    assert len(trace(search, "at_the_end")) == 3


def test_a_search_goes_to_the_end_of_the_level_where_something_is_false() -> None:
    search = alike(tickers(3, 3, never_at(1, 0, 0), never_at(0, 1, 0, name="also")))
    assert search.widths == (1, 3)
    assert search.violated == ("never_there", "also")


def test_a_step_between_two_known_states_is_judged() -> None:
    back = no_step(lambda old, new: new < old)
    search = alike(cluster({N: lambda i: Turner(size=4)}, back))
    assert counts(search) == (4, 4, 3)
    assert search.discoveries["no_such_step"].why == "(3,) to (0,)"
    assert trace(search, "no_such_step") == ("n1 turns",) * 4


def test_a_step_from_a_state_that_shows_what_an_older_one_shows_is_judged() -> None:
    """m1 turns unseen, and n1 may turn once m1 is at 2: the step is not one of the first state."""

    @dataclass(frozen=True)
    class Hidden(Turner):
        place: int = 0

        def actions(self) -> Iterator[Action]:
            yield action("turns", self.but(place=(self.place + 1) % 3), *self.told())

        def told(self) -> list[Any]:
            return [send(N1, Ball(1))] if self.place == 1 else []

        def receive(self, msg: object, src: Id) -> Step:
            return self.but(at=1) if self.at == 0 else None

    parts = {N: lambda i: Hidden(), M: lambda i: Hidden()}
    moved = no_step(lambda old, new: new[0] == 1 and old[0] == 0)
    search = alike(cluster(parts, moved))
    assert len(trace(search, "no_such_step")) == 3


@NETS
def test_a_step_that_shows_nothing_is_judged(network: str) -> None:
    @always(sees=["at"])
    def something_shows(before: Seen, after: Seen) -> str | None:
        return "nothing changes" if before == after else None

    parts = {N: lambda i: Ticker(end=2), M: lambda i: Forked()}
    search = alike(cluster(parts, something_shows), network)
    assert trace(search, "something_shows") == ("m1 goes left",)


def test_of_two_wrong_steps_out_of_one_state_the_first_is_told() -> None:
    """The steps of m1 are known before the second step of n1, but stand behind it."""
    parts = {N: lambda i: Ticker(end=2), M: lambda i: Ticker(end=1)}
    search = alike(cluster(parts, no_step(lambda old, new: old == (1, 0))))
    assert search.discoveries["no_such_step"].why == "(1, 0) to (2, 0)"


def test_of_two_wrong_steps_that_show_the_same_the_first_is_told() -> None:
    """Either crash is wrong, and nobody sees which it was."""
    parts = {N: lambda i: Ticker(end=1), M: lambda i: Idle()}

    @always(sees=["at"])
    def something_shows(before: Seen, after: Seen) -> str | None:
        same = before.field("at") == after.field("at") == [(N1, 1)]
        return "nothing changes" if same else None

    search = alike(cluster(parts, something_shows), crashes=1)
    assert trace(search, "something_shows") == ("n1 ticks", "n1 crashes")


@pytest.mark.parametrize("states", range(1, 7))
def test_a_step_that_was_not_looked_at_is_not_judged(states: int) -> None:
    """There are 3 states up to the wrong step: with room for 3, it is where the search ends."""
    wrong = no_step(lambda old, new: old == (2,))
    search = alike(tickers(1, 9, wrong), limits=Limits(states=states))
    assert search.verdict is (Verdict.INCOMPLETE if states < 4 else Verdict.VIOLATED)


@pytest.mark.parametrize("states", range(1, 20))
def test_a_limit_within_a_level_judges_the_states_up_to_it(states: int) -> None:
    """The 8 states of the second level of 8 counters; the fifth of them is wrong."""
    wrong = (0, 0, 0, 0, 1, 0, 0, 0)
    search = alike(tickers(8, 2, never_at(*wrong)), limits=Limits(states=states))
    assert search.states == min(states, 9)
    assert search.verdict is (Verdict.VIOLATED if states > 5 else Verdict.INCOMPLETE)


# What reaches whom


@dataclass(frozen=True)
class Juggler(Actor):
    """Throws to all, itself among them, in the step in which it changes itself."""

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
def test_who_moves_may_be_among_those_who_receive(network: str, crashes: int) -> None:
    two = group("n", 2)
    parts = {two: lambda i: Juggler(to=two.ids)}
    search = alike(cluster(parts, once_at(3, 3)), network, crashes)
    assert search.outcomes["once_there"] is Outcome.REACHED


@NETS
def test_a_sight_changes_where_a_bundle_and_a_field_change_it_at_once(network: str) -> None:
    @always(sees=["at", Ball])
    def thrown_and_noted_at_once(seen: Seen) -> str | None:
        noted = [who for who, value in seen.field("at") if value > 0]
        thrown = sorted({who for who, _ in seen.sent(Ball)})
        return None if noted == thrown else f"{noted} noted, {thrown} thrown"

    two = group("n", 2)
    search = alike(cluster({two: lambda i: Juggler(to=())}, thrown_and_noted_at_once), network)
    assert search.verdict is Verdict.HOLDS


def test_a_cluster_of_nothing_to_do_has_one_state() -> None:
    search = alike(cluster({N: lambda i: Idle()}, nothing()))
    assert (counts(search), search.widths, search.complete) == ((1, 0, 0), (1,), True)
