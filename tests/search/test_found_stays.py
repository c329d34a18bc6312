"""A violation that was found stays found, whatever stops the rest of the work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pcheck import Cluster, Property, Seen, always, group
from pcheck.errors import Asymmetric
from pcheck.search import engine, reference
from pcheck.search.clock import Clock, Progress
from pcheck.search.compiled import explorer, numbers, patience
from pcheck.search.limits import Limits
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import Outcome, SearchResult, Verdict
from pcheck.search.reference import COMPARING_RENAMED
from tests.search.alike import Case
from tests.search.parts import Ticker, at, never_at, tickers

Patch = pytest.MonkeyPatch
EARLY, FAR = never_at(5, name="early"), never_at(100, name="far")
FOUND = {"early": Outcome.VIOLATED, "far": Outcome.UNDECIDED}


def check_found(search: SearchResult, stopped: str) -> None:
    """Check that a search with all properties found the first violation and no other one."""
    assert (search.verdict, search.stopped) == (Verdict.VIOLATED, stopped)
    assert search.outcomes == FOUND
    assert search.discoveries["early"].trace.labels == ("n1 ticks",) * 5


def stopping_at(states: int, error: BaseException, *, after: int = 0) -> Callable[[Progress], None]:
    """Return an observer that stops the work at this number of states, met after more states."""
    most = 0

    def on_progress(progress: Progress) -> None:
        nonlocal most
        most = max(most, progress.states)
        if most >= after and progress.states == states:
            raise error

    return on_progress


@pytest.fixture(autouse=True)
def _often(monkeypatch: Patch) -> None:
    monkeypatch.setattr(Clock, "PERIOD", 0.0)


@pytest.mark.parametrize("states", [3, 0])
def test_a_search_with_reductions_keeps_what_the_search_before_it_found(
    states: int, monkeypatch: Patch
) -> None:
    """The search without reductions ends at 35 states. While tables are closed, there is none."""
    monkeypatch.setattr(explorer, "MAX_LOCAL_REACTIONS", 1)
    monkeypatch.setattr(patience, "MIN_PLAIN_WORK", 0)
    monkeypatch.setattr(patience, "MAX_PLAIN_WORK", 111)
    search = explorer.explore(
        Case(tickers(1, 100, EARLY, FAR)).model(),
        reductions=["minimise"],
        all_properties=True,
        on_progress=stopping_at(states, KeyboardInterrupt(), after=30),
        first_reactions=1,
    )
    check_found(search, "an interrupt")
    assert (search.states, search.depth) == (35, 34)


def test_the_reference_engine_keeps_what_was_found_before_there_were_too_many_numbers(
    monkeypatch: Patch,
) -> None:
    """The first search ends before the violation, and so does the last one."""
    monkeypatch.setattr(engine, "MAX_REFERENCE_STATES", 1)
    monkeypatch.setattr(numbers, "MAX_NUMBERS", 64)
    search = engine.explore(
        Case(tickers(1, 100, EARLY, FAR)).model(),
        SearchOptions("auto", "none", all_properties=True),
        on_progress=stopping_at(1, KeyboardInterrupt(), after=50),
    )
    check_found(search, "an interrupt")
    assert (search.engine, search.states) == ("reference", 1)


def test_an_interrupt_while_a_stopped_search_is_judged_keeps_what_was_found() -> None:
    """The first interrupt is in the search, when the next level is known in part."""

    @always(sees=["at"])
    def interrupted(seen: Seen) -> str | None:
        if sum(at(seen)) >= 10:
            judged.append(at(seen))
            raise KeyboardInterrupt
        return None

    def on_progress(progress: Progress) -> None:
        checks.append(progress.states)
        if checks.count(55) > 2:  # the states of up to 9 steps are 55
            raise MemoryError

    judged: list[tuple[int, ...]] = []
    checks: list[int] = []
    case = Case(tickers(2, 50, never_at(5, 0, name="early"), interrupted))
    search = explorer.explore(case.model(), all_properties=True, on_progress=on_progress)
    assert (search.verdict, search.stopped) == (Verdict.VIOLATED, "a lack of memory")
    assert (search.violated, len(judged)) == (("early",), 1)


# The comparison of renamed observations after a reference search


def alike(*properties: Property) -> Cluster:
    nodes = group("n", 3)
    return Cluster({nodes: lambda _: Ticker(end=2)}, properties, interchangeable=[nodes])


@always(sees=["at"])
def all_low(seen: Seen) -> str | None:
    return "one is high" if max(at(seen)) == 2 else None


@always(sees=["at"])
def first_low(seen: Seen) -> str | None:
    return "the first is high" if at(seen)[0] == 2 else None


ENDS = [
    (KeyboardInterrupt(), "an interrupt", "by Ctrl-C"),
    (MemoryError(), "a lack of memory", "by a lack of memory"),
]


def stopped_while_comparing(error: BaseException) -> Callable[[Progress], None]:
    def on_progress(progress: Progress) -> None:
        if progress.activity == COMPARING_RENAMED:
            raise error

    return on_progress


@pytest.mark.parametrize(("error", "reason", "phrase"), ENDS, ids=[each[1] for each in ENDS])
def test_a_violation_is_reported_even_if_its_renamings_are_not_compared(
    error: BaseException, reason: str, phrase: str
) -> None:
    on_progress = stopped_while_comparing(error)
    search = reference.explore(Case(alike(all_low)).model(), on_progress=on_progress)
    assert (search.verdict, search.stopped) == (Verdict.VIOLATED, None)
    assert len(search.discoveries["all_low"].trace) == 2
    assert search.warnings == (
        "not every property was compared on all renamings of what decides it: the comparison "
        f"stopped {phrase}",
    )


def test_an_interrupt_of_the_comparison_ends_the_check(monkeypatch: Patch) -> None:
    """The engine `auto` does not begin a second search after Ctrl-C."""
    monkeypatch.setattr(engine, "MAX_REFERENCE_STATES", 15)
    case, options = Case(alike(all_low, FAR)), SearchOptions(all_properties=True)
    on_progress = stopped_while_comparing(KeyboardInterrupt())
    search = engine.explore(case.model(), options, on_progress=on_progress)
    assert (search.engine, search.states, search.stopped) == ("reference", 15, "an interrupt")
    assert search.violated == ("all_low",)


def test_the_comparison_finds_a_property_that_distinguishes_names() -> None:
    with pytest.raises(Asymmetric, match="the property first_low distinguishes n1 and n2"):
        reference.explore(Case(alike(first_low)).model(), Limits(seconds=100))


def test_a_complete_search_is_reported_if_the_check_of_message_kinds_is_interrupted(
    monkeypatch: Patch,
) -> None:
    from pcheck import check
    from pcheck.search import vacuity

    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    def spec() -> Cluster:
        return tickers(1, 5, EARLY)

    monkeypatch.setattr(vacuity, "check_sent", interrupted)
    result = check(spec, crashes=0, all_properties=True)
    note = "Note: Ctrl-C stopped the check that the messages that properties see are sent."
    assert result.verdict is Verdict.VIOLATED
    assert (note in " ".join(str(result).split())) is result.search.complete
    holds = check(lambda: tickers(1, 2, FAR), crashes=0)
    assert (holds.verdict, note in " ".join(str(holds).split())) == (Verdict.HOLDS, True)
