"""Limits and interrupts: where a search stops, and the outcomes of the properties then."""

from __future__ import annotations

import pytest

from pcheck import Seen, always
from pcheck.search.clock import Clock, Progress
from pcheck.search.limits import Limits, Stop
from pcheck.search.outcome import Outcome, Verdict
from pcheck.search.reference import explore
from tests.runs import counts
from tests.search.drawn import At, Graph, at, found, never, once

TREE = {name: f"{name}0 {name}1" for name in ["T", "T0", "T1", "T00", "T01", "T10", "T11"]}


@pytest.mark.parametrize(
    ("limit", "expected", "widths"),
    # The counts include the step that leads beyond the limit; the widths are of finished levels.
    [
        (1, (1, 1, 0), (1,)),
        (2, (2, 2, 0), (1,)),
        (3, (3, 3, 1), (1, 2)),
        (14, (14, 14, 2), (1, 2, 4)),
    ],
)
def test_a_search_stops_exactly_at_the_limit_of_states(
    limit: int, expected: tuple[int, int, int], widths: tuple[int, ...]
) -> None:
    search = explore(Graph(TREE, never("X"), once("T")), Limits(states=limit))
    assert (counts(search), search.widths) == (expected, widths)
    assert (search.verdict, search.complete) == (Verdict.INCOMPLETE, False)
    assert search.stopped == (
        "the limit of 1 state" if limit == 1 else f"the limit of {limit} states"
    )
    assert search.outcomes == {"never_X": Outcome.UNDECIDED, "once_T": Outcome.REACHED}


def test_a_limit_of_exactly_the_number_of_states_does_not_stop_the_search() -> None:
    search = explore(Graph(TREE, never("X")), Limits(states=15))
    assert (counts(search), search.verdict, search.stopped) == ((15, 14, 3), Verdict.HOLDS, None)


def test_a_sometimes_is_undecided_if_a_limit_stops_the_search() -> None:
    search = explore(Graph(TREE, once("T111")), Limits(states=14))
    assert (search.verdict, search.outcomes) == (
        Verdict.INCOMPLETE,
        {"once_T111": Outcome.UNDECIDED},
    )


def test_violated_outranks_incomplete() -> None:
    search = explore(Graph(TREE, never("T0"), never("X")), Limits(states=2))
    assert (search.verdict, search.stopped) == (Verdict.VIOLATED, "the limit of 2 states")
    assert found(search) == {"never_T0": ("at T0", "T T0")}
    assert search.outcomes == {"never_T0": Outcome.VIOLATED, "never_X": Outcome.UNDECIDED}


@pytest.mark.parametrize(
    ("limits", "stopped"),
    [
        (Limits(seconds=1e-09), "the limit of 1e-09 seconds"),
        (Limits(memory=1_000_000), "the limit of 1 MB of memory"),
    ],
)
def test_a_search_stops_at_the_limits_of_time_and_memory(limits: Limits, stopped: str) -> None:
    search = explore(Graph(TREE, never("X")), limits)
    assert (search.verdict, search.stopped) == (Verdict.INCOMPLETE, stopped)
    assert counts(search) == (1, 0, 0)


def test_the_time_that_compiling_takes_counts_for_the_limit_but_not_as_time_of_the_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    reported: list[float] = []
    clock = Clock(Limits(seconds=10), lambda progress: reported.append(progress.seconds))
    with clock.excluding():
        now += 7
    now += 1
    clock.check(Progress())
    now += 2
    with pytest.raises(Stop, match="the limit of 10 seconds"):
        clock.check(Progress())
    assert (reported, clock.seconds()) == ([1, 3], 3)


def test_a_search_that_is_interrupted_is_incomplete() -> None:
    graph = Graph(TREE, never("X"), once("T"))
    graph.interrupted_at = "T10"
    search = explore(graph)
    assert (search.verdict, search.stopped) == (Verdict.INCOMPLETE, "an interrupt")
    assert (counts(search), search.widths) == ((11, 10, 2), (1, 2, 4))
    assert search.outcomes == {"never_X": Outcome.UNDECIDED, "once_T": Outcome.REACHED}


def test_a_violation_found_before_an_interrupt_is_reported() -> None:
    graph = Graph(TREE, never("T010"), never("X"))
    graph.interrupted_at = "T10"
    search = explore(graph)
    assert (search.verdict, search.stopped) == (Verdict.VIOLATED, "an interrupt")
    assert found(search) == {"never_T010": ("at T010", "T T0 T01 T010")}


def test_an_interrupt_in_on_progress_leaves_a_search_incomplete(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Clock, "PERIOD", 0.0)
    reported: list[tuple[int, int, int, int]] = []

    def on_progress(progress: Progress) -> None:
        reported.append((progress.level, progress.states, progress.transitions, progress.queue))
        if len(reported) == 4:
            raise KeyboardInterrupt

    search = explore(Graph(TREE, never("X")), on_progress=on_progress)
    # Before T, T0, T1 and T00 are expanded. The last number counts the states still to expand.
    assert reported == [(0, 1, 0, 1), (1, 3, 2, 2), (1, 5, 4, 3), (2, 7, 6, 4)]
    assert (search.verdict, search.stopped) == (Verdict.INCOMPLETE, "an interrupt")
    assert (counts(search), search.outcomes) == ((7, 6, 2), {"never_X": Outcome.UNDECIDED})


def test_an_interrupt_in_a_property_leaves_a_search_incomplete() -> None:
    @always(sees=[At])
    def interrupted(seen: Seen) -> None:
        if at(seen) == "T1":
            raise KeyboardInterrupt

    search = explore(Graph(TREE, interrupted))
    assert (search.verdict, search.stopped) == (Verdict.INCOMPLETE, "an interrupt")
    assert search.outcomes == {"interrupted": Outcome.UNDECIDED}
