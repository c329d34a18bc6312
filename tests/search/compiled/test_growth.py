"""What grows while a search runs: numbers, fields, tables, buffers. And what stops it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import comb

import pytest

from pcheck import Act, Actor, Id, Seen, Step, act, always, fixed, group, send
from pcheck.errors import SpecError
from pcheck.search import reference
from pcheck.search.compiled import explorer, walk
from pcheck.search.compiled.machines import TooLarge
from pcheck.search.compiled.store import Store
from pcheck.search.limits import Clock, Limits, Progress
from pcheck.search.outcome import Outcome, Search, Verdict
from pcheck.semantics.network import NETWORKS
from tests.runs import counts
from tests.search.alike import Asked, alike, by_reference, check_runs, compiled, told
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
    never_at,
    no_step,
    once_at,
    tickers,
)


def independent(count: int, end: int) -> tuple[int, int, int]:
    """So many counters up to an end, which have nothing to do with each other."""
    each = end + 1
    return each**count, count * end * each ** (count - 1), count * end


# Numbers that outgrow their fields


@pytest.mark.slow
def test_a_node_of_70_000_states_beside_one_of_two() -> None:
    parts = {N: lambda i: Ticker(end=69_999), M: lambda i: Ticker(end=1)}
    search = compiled(Asked(cluster(parts)))
    assert counts(search) == (140_000, 69_999 * 2 + 70_000, 70_000)
    assert search.widths == (1, *[2] * 69_999, 1)


def test_a_run_of_thousands_of_steps() -> None:
    parts = {N: lambda i: Ticker(end=3_000), M: lambda i: Ticker(end=1)}
    search = alike(cluster(parts, once_at(3_000, 1)))
    labels = search.discoveries["once_there"].path.labels
    assert (len(labels), labels.count("m1 ticks")) == (3_001, 1)


@dataclass(frozen=True)
class Late(Ticker):
    """Its neighbour begins to count when this one has come to its end."""

    next: Id = fixed(M1)

    def offers(self) -> Iterator[Act]:
        if self.at < self.end:
            sends = [send(self.next, Ball(1))] if self.at + 1 == self.end else []
            yield act("ticks", self.but(at=self.at + 1), *sends)


@dataclass(frozen=True)
class Woken(Ticker):
    awake: bool = False

    def offers(self) -> Iterator[Act]:
        if self.awake:
            yield from super().offers()

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(awake=True)


NEAR_POWERS = 15, 31, 32, 33, 63, 64, 65, 127, 128, 129
WIDTHS = [*(3, 16, 5_000), *(pytest.param(n, marks=pytest.mark.slow) for n in NEAR_POWERS)]


@pytest.mark.parametrize("end", WIDTHS)
def test_a_field_that_widens_after_thousands_of_states(end: int) -> None:
    parts = {N: lambda i: Late(end=3_000), M: lambda i: Woken(end=end)}
    search = alike(cluster(parts))
    assert counts(search) == (3_002 + end, 3_001 + end, 3_001 + end)


@pytest.mark.parametrize("nodes", [7, 15, 19, 40])
def test_all_fields_outgrow_their_word_at_once(nodes: int) -> None:
    """Each node counts to 40 in its turn, so that every field of every word grows."""
    ids = [Id(f"n{i}") for i in range(1, nodes + 1)]

    @dataclass(frozen=True)
    class InTurn(Woken):
        def offers(self) -> Iterator[Act]:
            if self.awake and self.at < self.end:
                after = ids[ids.index(self.me) + 1 :][:1] if self.at + 1 == self.end else []
                yield act("ticks", self.but(at=self.at + 1), *(send(n, Ball(1)) for n in after))

    ring = group("n", nodes)
    search = alike(cluster({ring: lambda i: InTurn(end=40, awake=i == 1)}, never_at(*[40] * nodes)))
    assert counts(search) == (41 * nodes, 41 * nodes - 1, 41 * nodes - 1)
    assert search.outcomes["never_there"] is Outcome.VIOLATED


# Many messages, nodes, steps, states


def test_3_000_different_messages() -> None:
    parts = {
        N: lambda i: Player(serves_to=M1, hits=3_000),
        M: lambda i: Player(hits=3_000),
    }
    search = alike(cluster(parts), "once")
    assert counts(search) == (3_001, 3_000, 3_000)


def test_3_000_different_messages_that_are_all_seen() -> None:
    @always(sees=[Ball])
    def the_last_is_never_sent(seen: Seen) -> str | None:
        return "it is sent" if len(seen.sent(Ball)) == 500 else None

    parts = {N: lambda i: Player(serves_to=M1, hits=500), M: lambda i: Player(hits=500)}
    search = alike(cluster(parts, the_last_is_never_sent), "once")
    assert counts(search) == (501, 500, 500)


@dataclass(frozen=True)
class Holder(Actor):
    """Hands a token on to the next, and keeps count."""

    next: Id = fixed(N1)
    holds: bool = False
    had: int = 0

    def offers(self) -> Iterator[Act]:
        if self.holds:
            yield act("hands it on", self.but(holds=False), send(self.next, Ball(1)))

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(holds=True, had=self.had + 1) if self.had < 5 else None


def test_a_token_that_goes_round_among_40_nodes() -> None:
    """2 states of each of 5 rounds and 40 nodes, and one at the end where it is not taken."""
    forty = group("n", 40)
    parts = {forty: lambda i: Holder(next=Id(f"n{i % 40 + 1}"), holds=i == 1, had=int(i == 1))}
    search = alike(cluster(parts), "once")
    assert counts(search) == (2 * 5 * 40, 2 * 5 * 40 - 1, 2 * 5 * 40 - 1)


def test_more_nodes_than_the_tables_can_number_are_refused() -> None:
    with pytest.raises(TooLarge, match="up to 511 nodes"):
        compiled(Asked(tickers(512, 0)))


def test_511_nodes() -> None:
    search = alike(tickers(511, 1), limits=Limits(states=600))
    assert (search.states, search.widths) == (600, (1, 511))


@dataclass(frozen=True)
class Chooser(Actor):
    """May go to any of many places, and back to none."""

    ways: int = fixed(1_000)
    at: int = 0

    def offers(self) -> Iterator[Act]:
        for way in range(1, self.ways + 1) if self.at == 0 else ():
            yield act(f"goes {way}", self.but(at=way))


def test_a_state_of_more_steps_than_the_buffer_has_room_for() -> None:
    """11,000 out of the first; then 10,000 more out of each, of which only some are taken."""
    eleven = group("n", 11)
    model = cluster({eleven: lambda i: Chooser()}, never_at(*[0] * 10, 1_000))
    search = alike(model, all_properties=False)
    assert search.widths == (1, 11_000)
    assert counts(search) == (11_001, 11_000, 1)


def test_two_levels_of_many_steps_each() -> None:
    three = group("n", 3)
    search = compiled(Asked(cluster({three: lambda i: Chooser(ways=60)})))
    assert counts(search) == (61**3, 3 * 60 * 61**2, 3)
    assert search.widths == tuple(comb(3, k) * 60**k for k in range(4))


@pytest.mark.parametrize(
    ("count", "end"), [(1, 9_000), (2, 499), (3, 64), (5, 12), (11, 2), (18, 1)]
)
def test_independent_counters(count: int, end: int) -> None:
    assert counts(compiled(Asked(tickers(count, end)))) == independent(count, end)


@pytest.mark.parametrize(("count", "end"), [(2, 60), (3, 15), (6, 3), (11, 1)])
def test_independent_counters_in_both_engines(count: int, end: int) -> None:
    search = alike(tickers(count, end, never_at(*[end] * count)))
    assert counts(search) == independent(count, end)


@pytest.mark.parametrize(("nodes", "crashes"), [(3, 1), (6, 2), (10, 3), (4, 6), (1, 100)])
def test_a_budget_of_crashes(nodes: int, crashes: int) -> None:
    """So many crashes so far, of which so many nodes are down, whichever."""
    search = alike(cluster({group("n", nodes): lambda i: Idle()}), "set", crashes)
    spent = [(k, d) for k in range(crashes + 1) for d in range(min(k, nodes) + 1)]
    states = sum(comb(nodes, down) for _, down in spent)
    restarts = sum(comb(nodes, down) * down for _, down in spent)
    falls = sum(comb(nodes, d) * (nodes - d) for k, d in spent if k < crashes)
    assert (search.states, search.transitions) == (states, restarts + falls)


def test_a_deep_search_that_asks_about_steps_takes_no_time_for_the_steps_of_old_levels() -> None:
    """A level costs what is new in it: else thousands of levels would take minutes."""
    backward = no_step(lambda old, new: new < old)
    asked = Asked(tickers(1, 2_000, backward))
    expected, found = by_reference(asked), compiled(asked)
    assert told(found) == told(expected)
    assert found.seconds < 10 * expected.seconds + 1


# What goes wrong deep inside


@dataclass(frozen=True)
class Faulty(Ticker):
    def offers(self) -> Iterator[Act]:
        if self.at == 300:
            raise KeyError("no such thing")
        yield from super().offers()


@dataclass(frozen=True)
class Deaf(Actor):
    def receive(self, msg: object, src: Id) -> Step:
        if msg == Ball(301):
            raise ValueError("too loud")
        return self, send(src, Ball(msg.n + 1))  # type: ignore[attr-defined]


def test_an_offer_that_raises_deep_in_the_search_is_told_alike() -> None:
    asked = Asked(cluster({N: lambda i: Faulty(end=400), M: lambda i: Ticker(end=3)}))
    text, labels = error(asked)
    assert "n1 raised KeyError" in text
    assert "at=300" in text
    assert labels == ("n1 ticks",) * 300


@pytest.mark.parametrize("network", NETWORKS)
def test_a_handler_that_raises_deep_in_the_search_is_told_alike(network: str) -> None:
    parts = {N: lambda i: Player(serves_to=M1, hits=310), M: lambda i: Deaf()}
    limit = Limits(states=5_000)
    text, labels = error(Asked(cluster(parts), network, limits=limit))
    assert "m1 raised ValueError" in text
    assert "Ball(n=301) from n1" in text
    assert labels[-1] == "n1 <- m1: Ball(n=300)"


@pytest.mark.parametrize("states", range(1, 9))
def test_what_raises_beyond_the_limit_of_states_is_not_met(states: int) -> None:
    """The fifth state is met before the third, out of which the step is faulty, is expanded."""

    @dataclass(frozen=True)
    class FaultyAtOnce(Ticker):
        def offers(self) -> Iterator[Act]:
            if self.at == 1:
                raise KeyError("no such thing")
            yield from super().offers()

    parts = {N: lambda i: Ticker(end=9), M: lambda i: FaultyAtOnce(end=9)}
    asked = Asked(cluster(parts), limits=Limits(states=states))
    if states < 5:
        assert told(compiled(asked)) == told(by_reference(asked))
    else:
        assert "m1 raised KeyError" in error(asked)[0]


def error(asked: Asked) -> tuple[str, tuple[str, ...]]:
    """What both engines say is wrong with the spec, and the run that shows it."""
    all_said: list[tuple[str, tuple[str, ...]]] = []
    for explore in (by_reference, compiled):
        with pytest.raises(SpecError) as caught:
            explore(asked)
        all_said.append((str(caught.value), caught.value.run.labels))
    expected, found = all_said
    assert found == expected
    return found


# What stops a search


@pytest.mark.parametrize("states", [*range(1, 40), 80, 120, 121, 124, 125, 126, 1_000])
def test_a_limit_of_states_is_met_exactly(states: int) -> None:
    search = alike(tickers(3, 4, never_at(9, 9, 9)), limits=Limits(states=states))
    assert search.states == min(states, 125)
    assert search.complete == (states >= 125)


@pytest.mark.parametrize("states", [4_095, 4_096, 4_097, 4_098, 8_193, 16_384, 16_385, 20_000])
def test_a_limit_of_states_about_the_sizes_of_the_tables_is_met_exactly(states: int) -> None:
    search = alike(tickers(3, 29), limits=Limits(states=states))
    assert search.states == states


def interrupted(asked: Asked, looks: int, patch: pytest.MonkeyPatch) -> Search:
    """The search that somebody stops at so many looks at the clock."""
    seen: list[int] = []

    def watch(progress: Progress) -> None:
        seen.append(progress.states)
        if len(seen) == looks:
            raise KeyboardInterrupt

    patch.setattr(Clock, "PERIOD", 0.0)
    patch.setattr(walk, "SLICE", 37)
    return explorer.explore(asked.runs(), asked.limits, watch=watch)


@pytest.mark.parametrize("looks", [1, 2, 3, 5, 10, 20, 40])
def test_an_interrupt_leaves_counts_that_fit_together(
    looks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(tickers(3, 19, never_at(19, 19, 19)))
    search = interrupted(asked, looks, monkeypatch)
    assert (search.stopped, search.verdict) == ("an interrupt", Verdict.INCOMPLETE)
    check_counts(asked, search)


def check_counts(asked: Asked, search: Search) -> None:
    """One more state is met only after all the steps that were counted."""
    assert search.states >= 1
    until = by_reference(asked._replace(limits=Limits(states=search.states + 1)))
    beyond = by_reference(asked._replace(limits=Limits(states=search.states)))
    assert until.states == search.states + 1
    assert search.transitions <= beyond.transitions
    assert (search.depth, search.widths) == (beyond.depth, beyond.widths)


def test_a_lack_of_memory_leaves_counts_that_fit_together(monkeypatch: pytest.MonkeyPatch) -> None:
    def grow(store: Store) -> None:
        raise MemoryError

    monkeypatch.setattr(Store, "grow", grow)
    asked = Asked(tickers(3, 34, never_at(34, 34, 34), never_at(1, 1, 1, name="early")))
    patient = asked._replace(all_properties=True)
    search = explorer.explore(patient.runs(), all_properties=True)
    assert (search.stopped, search.states > 20_000) == ("a lack of memory", True)
    assert search.outcomes == {"never_there": Outcome.UNDECIDED, "early": Outcome.VIOLATED}
    check_counts(patient, search)
    check_runs(patient, search)


@pytest.mark.parametrize("explore", [reference.explore, explorer.explore])
def test_a_lack_of_memory_anywhere_ends_a_search_as_an_interrupt_does(
    explore: Callable[..., Search], monkeypatch: pytest.MonkeyPatch
) -> None:
    def watch(progress: Progress) -> None:
        if progress.states > 200:
            raise MemoryError

    monkeypatch.setattr(Clock, "PERIOD", 0.0)
    monkeypatch.setattr(walk, "SLICE", 37)
    search = explore(Asked(tickers(3, 19)).runs(), watch=watch)
    assert (search.stopped, search.verdict) == ("a lack of memory", Verdict.INCOMPLETE)
    assert 200 < search.states < 8_000


def test_an_interrupt_keeps_a_violation_that_was_found_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = Asked(tickers(3, 19, never_at(1, 0, 0), never_at(19, 19, 19, name="other")))
    patient = asked._replace(all_properties=True)
    monkeypatch.setattr(Clock, "PERIOD", 0.0)
    monkeypatch.setattr(walk, "SLICE", 37)
    looks: list[int] = []

    def watch(progress: Progress) -> None:
        looks.append(progress.level)
        if progress.level > 20:
            raise KeyboardInterrupt

    search = explorer.explore(patient.runs(), all_properties=True, watch=watch)
    assert search.verdict is Verdict.VIOLATED
    assert search.outcomes == {"never_there": Outcome.VIOLATED, "other": Outcome.UNDECIDED}
    check_runs(patient, search)


def test_the_watcher_is_told_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    told_: list[tuple[int, int, int]] = []
    monkeypatch.setattr(Clock, "PERIOD", 0.0)
    monkeypatch.setattr(walk, "SLICE", 100)
    runs = Asked(tickers(3, 19)).runs()
    search = explorer.explore(
        runs, watch=lambda p: told_.append((p.states, p.transitions, p.level))
    )
    assert counts(search) == independent(3, 19)
    assert len(told_) > 30
    assert told_ == sorted(told_)
    assert told_[-1] <= counts(search)


def test_a_limit_of_seconds_stops_it() -> None:
    search = compiled(Asked(tickers(8, 9), limits=Limits(seconds=0.3)))
    assert (search.stopped, search.complete) == ("the limit of 0.3 seconds", False)
    assert 0.3 <= search.seconds < 3
    assert sum(search.widths) <= search.states


def test_a_limit_of_memory_stops_it() -> None:
    search = compiled(Asked(tickers(8, 9), limits=Limits(memory=1)))
    assert (search.stopped, search.verdict) == (
        "the limit of 0 MB of memory",
        Verdict.INCOMPLETE,
    )


def test_an_interrupt_in_a_handler_stops_it_too() -> None:
    """The user's own code runs while tables are filled: that is where it is most often met."""
    calls: list[int] = []

    @dataclass(frozen=True)
    class Stopped(Ticker):
        def offers(self) -> Iterator[Act]:
            calls.append(self.at)
            if self.at == 50 and len(calls) < 150:
                raise KeyboardInterrupt
            return super().offers()

    asked = Asked(cluster({N: lambda i: Stopped(end=100)}))
    for explore in (reference.explore, explorer.explore):
        calls.clear()
        search = explore(asked.runs())
        assert (search.stopped, search.states, search.transitions) == ("an interrupt", 51, 50)
