"""A compiled search that is stopped by a limit, an interrupt or a lack of memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from pcheck import Action
from pcheck.search import reference
from pcheck.search.compiled import explorer, walk
from pcheck.search.compiled.store import Store
from pcheck.search.limits import Clock, Limits, Progress
from pcheck.search.outcome import Outcome, SearchResult, Verdict
from tests.runs import counts
from tests.search.alike import Asked, alike, by_reference, check_runs, compiled
from tests.search.parts import N, Ticker, cluster, independent, never_at, tickers


@pytest.mark.parametrize("states", [*range(1, 40), 80, 120, 121, 124, 125, 126, 1_000])
def test_a_limit_of_states_is_met_exactly(states: int) -> None:
    search = alike(tickers(3, 4, never_at(9, 9, 9)), limits=Limits(states=states))
    assert search.states == min(states, 125)
    assert search.complete == (states >= 125)


@pytest.mark.parametrize("states", [4_095, 4_096, 4_097, 4_098, 8_193, 16_384, 16_385, 20_000])
def test_a_limit_of_states_about_the_sizes_of_the_tables_is_met_exactly(states: int) -> None:
    search = alike(tickers(3, 29), limits=Limits(states=states))
    assert search.states == states


def interrupted(asked: Asked, looks: int, patch: pytest.MonkeyPatch) -> SearchResult:
    """Return the search that a watcher interrupts when the clock was read so many times."""
    seen: list[int] = []

    def on_progress(progress: Progress) -> None:
        seen.append(progress.states)
        if len(seen) == looks:
            raise KeyboardInterrupt

    patch.setattr(Clock, "PERIOD", 0.0)
    patch.setattr(walk, "SLICE", 37)
    return explorer.explore(asked.runs(), asked.limits, on_progress=on_progress)


@pytest.mark.parametrize("looks", [1, 2, 3, 5, 10, 20, 40])
def test_an_interrupt_leaves_counts_that_fit_together(
    looks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(tickers(3, 19, never_at(19, 19, 19)))
    search = interrupted(asked, looks, monkeypatch)
    assert (search.stopped, search.verdict) == ("an interrupt", Verdict.INCOMPLETE)
    check_counts(asked, search)


def check_counts(asked: Asked, search: SearchResult) -> None:
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
    explore: Callable[..., SearchResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    def on_progress(progress: Progress) -> None:
        if progress.states > 200:
            raise MemoryError

    monkeypatch.setattr(Clock, "PERIOD", 0.0)
    monkeypatch.setattr(walk, "SLICE", 37)
    search = explore(Asked(tickers(3, 19)).runs(), on_progress=on_progress)
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

    def on_progress(progress: Progress) -> None:
        looks.append(progress.level)
        if progress.level > 20:
            raise KeyboardInterrupt

    search = explorer.explore(patient.runs(), all_properties=True, on_progress=on_progress)
    assert search.verdict is Verdict.VIOLATED
    assert search.outcomes == {"never_there": Outcome.VIOLATED, "other": Outcome.UNDECIDED}
    check_runs(patient, search)


def test_the_watcher_is_told_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    told_: list[tuple[int, int, int]] = []
    monkeypatch.setattr(Clock, "PERIOD", 0.0)
    monkeypatch.setattr(walk, "SLICE", 100)
    runs = Asked(tickers(3, 19)).runs()
    search = explorer.explore(
        runs, on_progress=lambda p: told_.append((p.states, p.transitions, p.level))
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
        def actions(self) -> Iterator[Action]:
            calls.append(self.at)
            if self.at == 50 and len(calls) < 150:
                raise KeyboardInterrupt
            return super().actions()

    asked = Asked(cluster({N: lambda i: Stopped(end=100)}))
    for explore in (reference.explore, explorer.explore):
        calls.clear()
        search = explore(asked.runs())
        assert (search.stopped, search.states, search.transitions) == ("an interrupt", 51, 50)
