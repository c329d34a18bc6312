"""Compiled searches that outgrow their bit fields, buffers and arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import comb

import pytest

from pcheck import Action, Actor, Id, Seen, Step, action, always, fixed, group, send
from pcheck.search.compiled import noted_steps
from pcheck.search.compiled.explorer import explore
from pcheck.search.limits import Limits
from pcheck.search.outcome import Outcome, TooManyNumbers
from tests.runs import counts
from tests.sampling import fast_every, fast_first
from tests.search.alike import Case, alike, answers, by_reference, compiled
from tests.search.parts import (
    M1,
    N1,
    Ball,
    Idle,
    M,
    N,
    Player,
    Ticker,
    cluster,
    independent,
    never_at,
    no_step,
    once_at,
    tickers,
)

# Numbers that outgrow their bit fields


@pytest.mark.slow
def test_a_node_with_70_000_states_beside_a_node_with_two() -> None:
    parts = {N: lambda i: Ticker(end=69_999), M: lambda i: Ticker(end=1)}
    search = compiled(Case(cluster(parts)))
    assert counts(search) == (140_000, 69_999 * 2 + 70_000, 70_000)
    assert search.widths == (1, *[2] * 69_999, 1)


@pytest.mark.slow
def test_a_trace_of_thousands_of_steps() -> None:
    parts = {N: lambda i: Ticker(end=3_000), M: lambda i: Ticker(end=1)}
    search = alike(cluster(parts, once_at(3_000, 1)))
    labels = search.discoveries["once_there"].trace.labels
    assert (len(labels), labels.count("m1 ticks")) == (3_001, 1)


@dataclass(frozen=True)
class Late(Ticker):
    """A counter that wakes its neighbour when it ends."""

    next: Id = fixed(M1)

    def actions(self) -> Iterator[Action]:
        if self.at < self.end:
            sends = [send(self.next, Ball(1))] if self.at + 1 == self.end else []
            yield action("ticks", self.but(at=self.at + 1), *sends)


@dataclass(frozen=True)
class Woken(Ticker):
    """A counter that begins to count when it receives a message."""

    awake: bool = False

    def actions(self) -> Iterator[Action]:
        if self.awake:
            yield from super().actions()

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(awake=True)


NEAR_POWERS = 15, 31, 32, 33, 63, 64, 65, 127, 128, 129
WIDTHS = [3, *(pytest.param(n, marks=pytest.mark.slow) for n in (16, 5_000, *NEAR_POWERS))]


@pytest.mark.slow
@pytest.mark.parametrize("end", WIDTHS)
def test_a_field_that_widens_after_thousands_of_states(end: int) -> None:
    parts = {N: lambda i: Late(end=3_000), M: lambda i: Woken(end=end)}
    search = alike(cluster(parts))
    assert counts(search) == (3_002 + end, 3_001 + end, 3_001 + end)


@pytest.mark.slow
@pytest.mark.parametrize("nodes", fast_first(1, [7, 19, 15, 40]))
def test_all_fields_outgrow_their_word(nodes: int) -> None:
    """The nodes count to 40 one after another, so that every field of every word grows."""
    ids = [Id(f"n{i}") for i in range(1, nodes + 1)]

    @dataclass(frozen=True)
    class InTurn(Woken):
        def actions(self) -> Iterator[Action]:
            if self.awake and self.at < self.end:
                after = ids[ids.index(self.me) + 1 :][:1] if self.at + 1 == self.end else []
                yield action("ticks", self.but(at=self.at + 1), *(send(n, Ball(1)) for n in after))

    ring = group("n", nodes)
    search = alike(cluster({ring: lambda i: InTurn(end=40, awake=i == 1)}, never_at(*[40] * nodes)))
    assert counts(search) == (41 * nodes, 41 * nodes - 1, 41 * nodes - 1)
    assert search.outcomes["never_there"] is Outcome.VIOLATED


# Many messages, nodes, steps and states


@pytest.mark.slow
def test_3_000_different_messages() -> None:
    parts = {
        N: lambda i: Player(serves_to=M1, hits=3_000),
        M: lambda i: Player(hits=3_000),
    }
    search = alike(cluster(parts), "once")
    assert counts(search) == (3_001, 3_000, 3_000)


@pytest.mark.slow
def test_500_different_messages_that_a_property_sees() -> None:
    @always(sees=[Ball])
    def last_ball_is_never_sent(seen: Seen) -> str | None:
        return "it is sent" if len(seen.sent(Ball)) == 500 else None

    parts = {N: lambda i: Player(serves_to=M1, hits=500), M: lambda i: Player(hits=500)}
    search = alike(cluster(parts, last_ball_is_never_sent), "once")
    assert counts(search) == (501, 500, 500)


@dataclass(frozen=True)
class Holder(Actor):
    """A node that hands a token on to the next node and counts how often it had the token."""

    next: Id = fixed(N1)
    holds: bool = False
    had: int = 0

    def actions(self) -> Iterator[Action]:
        if self.holds:
            yield action("hands the token on", self.but(holds=False), send(self.next, Ball(1)))

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(holds=True, had=self.had + 1) if self.had < 5 else None


def test_a_token_that_circulates_among_40_nodes() -> None:
    """There are two states for each of 5 rounds and 40 nodes."""
    forty = group("n", 40)
    parts = {forty: lambda i: Holder(next=Id(f"n{i % 40 + 1}"), holds=i == 1, had=int(i == 1))}
    search = alike(cluster(parts), "once")
    assert counts(search) == (2 * 5 * 40, 2 * 5 * 40 - 1, 2 * 5 * 40 - 1)


def test_more_than_511_nodes_are_refused() -> None:
    with pytest.raises(TooManyNumbers, match="at most 511 nodes, got 512"):
        compiled(Case(tickers(512, 0)))


@pytest.mark.slow
def test_511_nodes() -> None:
    search = alike(tickers(511, 1), limits=Limits(states=600))
    assert (search.states, search.widths) == (600, (1, 511))


@dataclass(frozen=True)
class Chooser(Actor):
    """A node that goes to one of many places, once."""

    ways: int = fixed(1_000)
    at: int = 0

    def actions(self) -> Iterator[Action]:
        for way in range(1, self.ways + 1) if self.at == 0 else ():
            yield action(f"goes {way}", self.but(at=way))


@pytest.mark.slow
def test_a_state_with_more_steps_than_the_buffer_has_room_for() -> None:
    """The initial state has 11,000 steps; the search ends after the first level."""
    eleven = group("n", 11)
    model = cluster({eleven: lambda i: Chooser()}, never_at(*[0] * 10, 1_000))
    search = alike(model, all_properties=False)
    assert search.widths == (1, 11_000)
    assert counts(search) == (11_001, 11_000, 1)


def test_two_levels_with_many_steps_each() -> None:
    three = group("n", 3)
    search = compiled(Case(cluster({three: lambda i: Chooser(ways=60)})))
    assert counts(search) == (61**3, 3 * 60 * 61**2, 3)
    assert search.widths == tuple(comb(3, k) * 60**k for k in range(4))


@pytest.mark.parametrize(
    ("count", "end"), fast_first(1, [(5, 12), (1, 9_000), (2, 499), (3, 64), (11, 2), (18, 1)])
)
def test_independent_counters(count: int, end: int) -> None:
    assert counts(compiled(Case(tickers(count, end)))) == independent(count, end)


@pytest.mark.parametrize(("count", "end"), fast_every(2, [(2, 60), (3, 15), (6, 3), (11, 1)]))
def test_independent_counters_in_both_engines(count: int, end: int) -> None:
    search = alike(tickers(count, end, never_at(*[end] * count)))
    assert counts(search) == independent(count, end)


@pytest.mark.parametrize(("nodes", "crashes"), [(3, 1), (6, 2), (10, 3), (4, 6), (1, 100)])
def test_a_budget_of_crashes(nodes: int, crashes: int) -> None:
    """A state is the number of crashes so far and the set of nodes that are down."""
    search = alike(cluster({group("n", nodes): lambda i: Idle()}), "set", crashes)
    spent = [(k, d) for k in range(crashes + 1) for d in range(min(k, nodes) + 1)]
    states = sum(comb(nodes, down) for _, down in spent)
    restarts = sum(comb(nodes, down) * down for _, down in spent)
    falls = sum(comb(nodes, d) * (nodes - d) for k, d in spent if k < crashes)
    assert (search.states, search.transitions) == (states, restarts + falls)


@pytest.mark.slow
def test_judging_steps_takes_time_only_for_the_steps_of_the_last_level() -> None:
    """Otherwise a search of thousands of levels would take minutes."""
    backward = no_step(lambda old, new: new < old)
    case = Case(tickers(1, 2_000, backward))
    expected, found = by_reference(case), compiled(case)
    assert answers(found) == answers(expected)
    assert found.seconds < 10 * expected.seconds + 1


@pytest.mark.parametrize("reductions", [(), ("symmetry",)])
def test_thousands_of_noted_steps(
    reductions: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of the 11^3 observations has up to three steps out of it, and each is judged once."""
    judged = list[tuple[object, object]]()

    @always(sees=["at"])
    def judges(before: Seen, after: Seen) -> str | None:
        judged.append((tuple(before.field("at")), tuple(after.field("at"))))
        return None

    monkeypatch.setattr(noted_steps, "FIRST_ROOM", 1)
    asked = tickers(3, 10, judges)
    search = explore(Case(asked).model(), reductions=reductions)
    states, transitions, _ = independent(3, 10)
    assert (search.states, len(judged), len(set(judged))) == (states, transitions, transitions)
