"""Compiled searches that are stopped by a limit, an interrupt or a lack of memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from pcheck import Action
from pcheck.search import reference
from pcheck.search.clock import Clock, Progress
from pcheck.search.compiled import expansion, explorer
from pcheck.search.compiled.store import Store
from pcheck.search.limits import Limits
from pcheck.search.outcome import Outcome, SearchResult, Verdict
from tests.runs import counts
from tests.sampling import fast_every, fast_first
from tests.search.alike import Case, alike, by_reference, check_traces, compiled
from tests.search.interrupting import interrupting
from tests.search.parts import N, Ticker, cluster, independent, never_at, tickers


@pytest.mark.parametrize(
    "states", fast_every(4, [*range(1, 40), 80, 120, 121, 124, 125, 126, 1_000])
)
def test_a_search_stops_exactly_at_a_limit_of_states(states: int) -> None:
    search = alike(tickers(3, 4, never_at(9, 9, 9)), limits=Limits(states=states))
    assert search.states == min(states, 125)
    assert search.complete == (states >= 125)


@pytest.mark.parametrize(
    "states", fast_first(2, [4_096, 4_097, 4_095, 4_098, 8_193, 16_384, 16_385, 20_000])
)
def test_a_search_stops_exactly_at_a_limit_near_the_size_of_an_array(states: int) -> None:
    search = alike(tickers(3, 29), limits=Limits(states=states))
    assert search.states == states


def interrupted(case: Case, nth: int, patch: pytest.MonkeyPatch) -> SearchResult:
    """Return the result of a search that is interrupted at the nth check of the limits."""
    patch.setattr(Clock, "PERIOD", 0.0)
    patch.setattr(expansion, "STATES_AT_ONCE", 37)
    return explorer.explore(case.model(), case.limits, on_progress=interrupting(nth))


@pytest.mark.parametrize("nth", [1, 2, 3, 5, 10, 20, 40])
def test_counts_are_consistent_after_an_interrupt(
    nth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(tickers(3, 19, never_at(19, 19, 19)))
    search = interrupted(case, nth, monkeypatch)
    assert (search.stopped, search.verdict) == ("an interrupt", Verdict.INCOMPLETE)
    check_counts(case, search)


def check_counts(case: Case, search: SearchResult) -> None:
    """Compare counts with two reference searches, stopped before and after one more state.

    One more state is found only after all transitions that were counted.
    """
    assert search.states >= 1
    until = by_reference(case._replace(limits=Limits(states=search.states + 1)))
    beyond = by_reference(case._replace(limits=Limits(states=search.states)))
    assert until.states == search.states + 1
    assert search.transitions <= beyond.transitions
    assert (search.depth, search.widths) == (beyond.depth, beyond.widths)


@pytest.mark.slow
def test_counts_are_consistent_after_a_lack_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def grow(store: Store) -> None:
        raise MemoryError

    monkeypatch.setattr(Store, "grow", grow)
    case = Case(tickers(3, 34, never_at(34, 34, 34), never_at(1, 1, 1, name="early")))
    in_full = case._replace(all_properties=True)
    search = explorer.explore(in_full.model(), all_properties=True)
    assert (search.stopped, search.states > 20_000) == ("a lack of memory", True)
    assert search.outcomes == {"never_there": Outcome.UNDECIDED, "early": Outcome.VIOLATED}
    check_counts(in_full, search)
    check_traces(in_full, search)


@pytest.mark.parametrize("explore", [reference.explore, explorer.explore])
def test_a_lack_of_memory_at_any_point_stops_a_search(
    explore: Callable[..., SearchResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    def on_progress(progress: Progress) -> None:
        if progress.states > 200:
            raise MemoryError

    monkeypatch.setattr(Clock, "PERIOD", 0.0)
    monkeypatch.setattr(expansion, "STATES_AT_ONCE", 37)
    search = explore(Case(tickers(3, 19)).model(), on_progress=on_progress)
    assert (search.stopped, search.verdict) == ("a lack of memory", Verdict.INCOMPLETE)
    assert 200 < search.states < 8_000


def test_a_violation_found_before_an_interrupt_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = Case(tickers(3, 19, never_at(1, 0, 0), never_at(19, 19, 19, name="other")))
    in_full = case._replace(all_properties=True)
    monkeypatch.setattr(Clock, "PERIOD", 0.0)
    monkeypatch.setattr(expansion, "STATES_AT_ONCE", 37)

    def on_progress(progress: Progress) -> None:
        if progress.level > 20:
            raise KeyboardInterrupt

    search = explorer.explore(in_full.model(), all_properties=True, on_progress=on_progress)
    assert search.verdict is Verdict.VIOLATED
    assert search.outcomes == {"never_there": Outcome.VIOLATED, "other": Outcome.UNDECIDED}
    check_traces(in_full, search)


def test_progress_is_reported_with_growing_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    reports: list[tuple[int, int, int]] = []
    monkeypatch.setattr(Clock, "PERIOD", 0.0)
    monkeypatch.setattr(expansion, "STATES_AT_ONCE", 100)
    model = Case(tickers(3, 19)).model()
    search = explorer.explore(
        model, on_progress=lambda p: reports.append((p.states, p.transitions, p.level))
    )
    assert counts(search) == independent(3, 19)
    assert len(reports) > 30
    assert reports == sorted(reports)
    assert reports[-1] <= counts(search)


def test_a_limit_of_seconds_stops_a_search() -> None:
    search = compiled(Case(tickers(8, 9), limits=Limits(seconds=0.3)))
    assert (search.stopped, search.complete) == ("the limit of 0.3 seconds", False)
    assert 0.3 <= search.seconds < 3
    assert sum(search.widths) <= search.states


def test_a_limit_of_memory_stops_a_search() -> None:
    search = compiled(Case(tickers(8, 9), limits=Limits(memory=1)))
    assert (search.stopped, search.verdict) == (
        "the limit of 0 MB of memory",
        Verdict.INCOMPLETE,
    )


def test_an_interrupt_in_a_handler_stops_a_search() -> None:
    """Handlers run while tables are filled in, so that most interrupts arrive in a handler."""
    calls: list[int] = []

    @dataclass(frozen=True)
    class Stopped(Ticker):
        def actions(self) -> Iterator[Action]:
            calls.append(self.at)
            if self.at == 50 and len(calls) < 150:
                raise KeyboardInterrupt
            return super().actions()

    case = Case(cluster({N: lambda i: Stopped(end=100)}))
    for explore in (reference.explore, explorer.explore):
        calls.clear()
        search = explore(case.model())
        assert (search.stopped, search.states, search.transitions) == ("an interrupt", 51, 50)
